"""What a scene is: the places of cards, operations and roads, which hold for all steps of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd_lite.recording import Node
from viz.graphics import style
from viz.graphics.geometry import Box, Curve
from viz.graphics.sizes import Card

__all__ = ["Card", "Cluster", "OpMark", "Road", "Scene", "around", "trimmed"]


@dataclass(frozen=True)
class OpMark:
    """An operation as a circle, or a pill where its sign is long."""

    node: Node
    sign: str
    box: Box


@dataclass(frozen=True)
class Road:
    """The way from a node to an operation that uses it (``use`` counts inputs), or from an operation
    to its result (``use`` is None): the lane of the value, and the lane back of the gradient."""

    node: int
    op: int
    use: int | None
    forward: Curve
    backward: Curve | None
    label: Box | None = None
    beside: bool = False

    @property
    def key(self) -> str:
        return f"o{self.op}" if self.use is None else f"i{self.op}_{self.use}"


@dataclass(frozen=True)
class Cluster:
    """A module: a titled frame around its nodes."""

    title: str
    box: Box


@dataclass(frozen=True)
class Scene:
    """The places of everything, from (0, 0) to (width, height)."""

    width: float
    height: float
    cards: tuple[Card, ...]
    ops: tuple[OpMark, ...]
    roads: tuple[Road, ...]
    clusters: tuple[Cluster, ...]
    scale: tuple[float, float] = (0.0, 0.0)
    """The largest weight and the largest message of all steps; widths of lines are measured by them."""


def around(boxes: Sequence[Box], margin: float, top: float = 0.0) -> Box:
    left = min(b.x for b in boxes) - margin
    upper = min(b.y for b in boxes) - margin - top
    right = max(b.x + b.w for b in boxes) + margin
    lower = max(b.y + b.h for b in boxes) + margin
    return Box(left, upper, right - left, lower - upper)


def trimmed(
    cards: list[Card], ops: list[OpMark], roads: list[Road], clusters: list[Cluster]
) -> Scene:
    """Everything moved so that the drawing starts at (0, 0), with a margin."""
    labels = [r.label for r in roads if r.label]
    bends = [Box(x, y, 0, 0) for r in roads for x, y in (*r.forward, *(r.backward or ()))]
    inside = [*(c.box for c in cards), *(o.box for o in ops), *(c.box for c in clusters), *labels]
    frame = around([*inside, *bends], style.BORDER + 4, 4)
    dx, dy = -frame.x, -frame.y

    def moved(curve: Curve | None) -> Curve | None:
        return tuple((x + dx, y + dy) for x, y in curve) if curve else None

    return Scene(
        frame.w,
        frame.h,
        tuple(replace(c, box=c.box.moved(dx, dy)) for c in cards),
        tuple(replace(o, box=o.box.moved(dx, dy)) for o in ops),
        tuple(
            replace(
                r,
                forward=moved(r.forward) or (),
                backward=moved(r.backward),
                label=r.label.moved(dx, dy) if r.label else None,
            )
            for r in roads
        ),
        tuple(replace(c, box=c.box.moved(dx, dy)) for c in clusters),
    )
