"""Lines of any width in a picture, with an arrow that fits the width."""

from __future__ import annotations

import math
from collections.abc import Sequence

from viz.graphics import dot
from viz.graphics.geometry import Point, line

__all__ = ["stroke"]

_POINT = 10.0  # the length of Graphviz's arrow of size 1, in points


def stroke(out: dot.Picture, key: str, curve: Sequence[Point], colour: str, width: float, *,
           arrow: bool = False, dashed: bool = False) -> None:  # fmt: skip
    """Draw a curve, or a straight line of two points, between the corners of a picture."""
    way = list(curve) if len(curve) > 2 else list(line(curve[0], curve[-1]))
    size = 0.42 + 0.14 * width
    end = ""
    if arrow:
        (bx, by), (tx, ty) = way[-2], way[-1]
        length = math.hypot(tx - bx, ty - by) or 1.0
        by_ = min(_POINT * size, length)
        end = f"e,{tx:.2f},{out.height - ty:.2f} "
        way[-1] = (tx - (tx - bx) / length * by_, ty - (ty - by) / length * by_)
    points = " ".join(f"{x:.2f},{out.height - y:.2f}" for x, y in way)
    out.graph.edge(
        "corner0", "corner1", id=out.prefix + key, pos=f"{end}{points}", color=colour,
        penwidth=f"{width:.2f}", arrowhead="normal" if arrow else "none", arrowsize=f"{size:.2f}",
        style="dashed" if dashed else "solid",
    )  # fmt: skip
