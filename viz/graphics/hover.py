"""What a drawing tells on hover: the numbers of arrays, and names too long for their card."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.notation import number
from viz.graphics import dot
from viz.words.texts import StepTexts

__all__ = ["titled", "written_out"]

_MOST = 8


def titled(svg: str, texts: StepTexts, prefix: str = "") -> str:
    """An SVG with a ``<title>`` in every node that stands for an array."""
    titles = {
        f"{prefix}n{node.id}": _title(texts, node.id)
        for node in texts.graph.graph.nodes
        if node.shape
    }

    def with_title(match: re.Match[str]) -> str:
        words = titles.get(match[1])
        return f"{match[0]}\n<title>{html.escape(words)}</title>" if words else match[0]

    return re.sub(r'<g id="(\w+)" class="node">', with_title, svg)


def _title(texts: StepTexts, node: int) -> str:
    shape = texts.graph.graph.nodes[node].shape
    lines = [f"{texts.graph.graph.nodes[node].name} {shape}", *written_out(texts.step.values[node])]
    slope = texts.slopes.get(node)
    if slope is not None:
        lines += [texts.graph.gradient(node), *written_out(slope)]
    return "\n".join(map(dot.printable, lines))


def written_out(data: Any) -> list[str]:
    """Rows of numbers; of a large array its corner.

    >>> written_out([[1.0, -2.5], [0.0, 3.0]])
    ['1  −2.5', '0  3']
    """
    array = np.asarray(data, float)
    if array.ndim > 2:
        array = array.reshape(array.shape[0], -1)
    rows = array[:, None].tolist() if array.ndim == 1 else array.tolist()
    lines = [_line(row) for row in rows[:_MOST]]
    return [*lines, f"… {len(rows) - _MOST} more rows"] if len(rows) > _MOST else lines


def _line(row: Sequence[float]) -> str:
    shown = "  ".join(number(x) for x in row[:_MOST])
    return f"{shown}  … {len(row) - _MOST} more" if len(row) > _MOST else shown
