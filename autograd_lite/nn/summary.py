"""The table that ``model.summary()`` prints, in Keras's form."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite.nn.layers import Layer

__all__ = ["summary_text"]

_LENGTH = 76
_POSITIONS = (0.45, 0.80, 1.0)
_UNITS = ("B", "KB", "MB", "GB")


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    show_trainable: bool = False,
) -> str:
    """The table of a model's layers, and the totals below it.

    Parameters
    ----------
    line_length : int, optional
        Characters in a line; 76, and 88 with ``show_trainable``.
    positions : sequence of float, optional
        Where the columns end, as shares of the line, or in characters.
    show_trainable : bool
        One more column: which layers training changes.
    """
    head, align = ["Layer (type)", "Output Shape", "Param #"], "<<>"
    rows = [_row(layer) for layer in model.layers]
    length, ends = line_length or _LENGTH, list(positions or _POSITIONS)
    if show_trainable:
        head, align = [*head, "Trainable"], align + "^"
        rows = [(*row, _mark(layer)) for row, layer in zip(rows, model.layers, strict=True)]
        length = line_length or _LENGTH + 12
        ends = list(positions) if positions else [*(0.9 * end for end in ends), 1.0]
    widths = _widths(length, ends)
    if len(widths) != len(head) or min(widths) < 4:
        raise ValueError(
            f"a line of {length} characters with ends {ends} leaves no room for {len(head)} columns"
        )
    between = "\n" + _rule("├─┼─┤", widths) + "\n"
    state = _optimizer_state(model.optimizer)
    trained, fixed = _arrays(model.trainable_weights), _arrays(model.non_trainable_weights)
    return "\n".join(
        [
            f'Model: "{model.name}"',
            _rule("┏━┳━┓", widths),
            _cells("┃", head, widths, align),
            _rule("┡━╇━┩", widths),
            *([between.join(_cells("│", row, widths, align) for row in rows)] if rows else []),
            _rule("└─┴─┘", widths),
            _total("Total", [*trained, *fixed, *(state or ())]),
            _total("Trainable", trained),
            _total("Non-trainable", fixed),
            *([] if state is None else [_total("Optimizer", state)]),
        ]
    )


def _row(layer: Layer) -> tuple[str, ...]:
    title = f"{layer.name} ({layer.kind or type(layer).__name__})"
    if not layer.built:
        return title, "?", "0 (unbuilt)"
    shape = layer.compute_output_shape(layer.build_shape or ())
    return title, f"({', '.join(map(str, shape))})", f"{layer.count_params():,}"


def _mark(layer: Layer) -> str:
    return ("Y" if layer.trainable else "N") if layer.weights else "-"


def _widths(length: int, ends: Sequence[float]) -> list[int]:
    """Characters between the bars. What is too much by bars and margins, all columns share."""
    stops = [int(end * length) if ends[-1] <= 1 else int(end) for end in ends]
    widths = [stop - start + 2 for start, stop in zip([0, *stops], stops, strict=False)]
    excess = sum(widths) + len(widths) + 1 - length
    for place in range(len(widths)):
        share = round(excess / (len(widths) - place))
        widths[place] -= share
        excess -= share
    return widths


def _cells(bar: str, cells: Sequence[str], widths: Sequence[int], align: str) -> str:
    """One row. What does not fit goes on in a line below, and a word that is too long ends in …"""
    parts = [_wrapped(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, parts))
    if bar == "┃":  # the head stands on its line
        parts = [[""] * (height - len(part)) + part for part in parts]
    lines = []
    for texts in itertools.zip_longest(*parts, fillvalue=""):
        padded = [
            f" {text:{side}{width - 2}} "
            for text, side, width in zip(texts, align, widths, strict=True)
        ]
        lines.append(bar + bar.join(padded) + bar)
    return "\n".join(lines)


def _wrapped(cell: str, width: int) -> list[str]:
    words = [w if len(w) <= width else w[: width - 1] + "…" for w in cell.split()]
    return textwrap.wrap(" ".join(words), width)


def _rule(ends: str, widths: Sequence[int]) -> str:
    return ends[0] + ends[2].join(ends[1] * width for width in widths) + ends[-1]


def _arrays(weights: Iterable[Any]) -> list[np.ndarray]:
    return [np.asarray(getattr(weight, "_data", weight)) for weight in weights]


def _optimizer_state(optimizer: Any) -> list[np.ndarray] | None:
    """The numbers that an optimizer keeps, once it has seen the weights."""
    state = optimizer.get_state() if hasattr(optimizer, "get_state") else {}
    if not state.get("slots"):
        return None
    numbers = [np.float32(number) for number in state["numbers"].values()]
    slots = [array for entries in state["slots"] for array in entries.values()]
    return _arrays([np.int64(state["iterations"]), *numbers, *slots])


def _total(kind: str, arrays: Sequence[np.ndarray]) -> str:
    """``Total params: 33 (132.00 B)``."""
    size, unit = float(sum(array.nbytes for array in arrays)), iter(_UNITS)
    name = next(unit)
    while size >= 1024 and name != _UNITS[-1]:
        size, name = size / 1024, next(unit)
    return f" {kind} params: {sum(array.size for array in arrays):,} ({size:.2f} {name})"
