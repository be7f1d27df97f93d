"""The numbers of arrays that find no room in their card, for the heat maps of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Recording
from viz.words.texts import StepTexts, cell_grid

__all__ = ["heat_of", "heat_side", "left_out", "received"]

_SIDES = (16, 12, 8, 6, 4)
_MOST = 24_000
_DIGITS = 3


def heat_side(recordings: Iterable[Recording]) -> int:
    """How many rows and columns of a large array a page shows, so that it does not grow too large.

    It is 16, or less where many steps of many large arrays were recorded; 0 where even four by
    four numbers of each would be too many.
    """
    shapes: list[tuple[int, int]] = []
    for recording in recordings:
        for place, graph in enumerate(recording.graphs):
            steps = sum(s.graph == place for s in recording.steps)
            told = [m.input for m in graph.messages]
            for node in graph.nodes:
                if cell_grid(node.shape) is None:
                    shapes += [_rows_and_columns(node.shape)] * (steps * (1 + told.count(node.id)))
    for side in _SIDES:
        if sum(min(r, side) * min(c, side) for r, c in shapes) <= _MOST:
            return side
    return 0


def heat_of(data: Any, side: int) -> str:
    """The first rows and columns of an array, written briefly.

    >>> heat_of([[1.0, -0.5], [0.25, 1e-9]], 16)
    '1 −0.5;0.25 1e−9'
    """
    array = np.asarray(data, float)
    rows = array.reshape(_rows_and_columns(array.shape))[:side, :side].tolist()
    return ";".join(" ".join(number(x, _DIGITS) for x in row) for row in rows)


def left_out(shape: Sequence[int], side: int) -> str | None:
    """What a heat map leaves out of a large array, in words; None where the card has it all.

    >>> left_out((32, 4), 16), left_out((8, 4), 16), left_out((2, 2), 16)
    ('Rows 1 to 16 of 32; 64 of 128 numbers are left out.', '', None)
    """
    if cell_grid(shape) is not None:
        return None
    rows, columns = _rows_and_columns(shape)
    if not side and rows * columns:
        return f"{rows * columns} numbers, too many for every step of this page."
    parts = [
        f"{what} 1 to {side} of {count}"
        for what, count in (("rows", rows), ("columns", columns))
        if count > side
    ]
    if not parts:
        return ""
    words, all_of_it = " and ".join(parts), rows * columns
    missing = all_of_it - min(rows, side) * min(columns, side)
    return f"{words[0].upper()}{words[1:]}; {missing} of {all_of_it} numbers are left out."


def received(texts: StepTexts, moves: int) -> list[Any]:
    """For each micro-step the gradient that its target has after it, or None."""
    after: list[Any] = [a.after for a in texts.applications]
    if after:
        after.insert(0, np.ones(texts.graph.graph.root.shape))
    last = moves - len(texts.step.updates)
    return [None] * (last - len(after)) + after + [None] * (moves - last)


def _rows_and_columns(shape: Sequence[int]) -> tuple[int, int]:
    """A vector stands as a column; of more than two axes the last ones are written in a row."""
    if not shape:
        return 1, 1
    return int(shape[0]), int(np.prod(shape[1:], dtype=int))
