"""What a drawing shows in a notebook: SVG, PNG and words, as wide as the cell lets it be."""

from __future__ import annotations

import base64
import re
from collections.abc import Container
from typing import Any

from viz import layout

__all__ = ["fitted", "mime_bundle"]

_SMALLEST = 0.7
"""How far a picture shrinks to fit a cell: its numbers are a footnote's then, in size."""

_CELL = 960
"""The pixels of a cell that are counted on: Jupyter shows an SVG as an image of its own size, and a
style in it is not heeded there."""


def mime_bundle(
    diagram: Any, include: Container[str] | None = None, exclude: Container[str] | None = None
) -> dict[str, str]:
    """A drawing in every form that notebooks know: SVG, PNG (in base64) and words.

    Jupyter, VS Code and Colab take the SVG, converters to LaTeX and older viewers the PNG, a terminal
    and a screen reader the words. Where there is no Graphviz, the words say so and hold the DOT text.
    """
    bundle = {}
    for kind, make in (
        ("image/svg+xml", lambda: fitted(diagram.svg)),
        ("image/png", lambda: base64.b64encode(diagram.png).decode()),
        ("text/plain", lambda: diagram.alt),
    ):
        if (include is not None and kind not in include) or (exclude and kind in exclude):
            continue
        try:
            bundle[kind] = make()
        except layout.GraphvizError as error:
            return {"text/plain": f"{diagram.alt}\n\n{error}\n\n{error.dot}"}
    return bundle


def fitted(svg: str, point: float = 1.0) -> str:
    """For a screen: a point is a pixel, so that letters are as large as those of the cell; and what
    is wider than the cell shrinks to it, as far as it can be read, and then scrolls.

    ``point`` is how many pixels a point is, for pictures with smaller letters.
    """
    size = re.compile(r'<svg ([^>]*?)width="([\d.]+)pt" height="([\d.]+)pt"')

    def sized(found: re.Match[str]) -> str:
        before, width, height = found[1], float(found[2]) * point, float(found[3]) * point
        least = width * _SMALLEST
        style = f"max-width:max(100%, {least:.0f}px);height:auto"
        share = min(1.0, max(_CELL, least) / width)
        return f'<svg style="{style}" {before}width="{width * share:.1f}px" height="{height * share:.1f}px"'

    return size.sub(sized, svg, count=1)
