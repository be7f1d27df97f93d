"""Points, curves and boxes in the plane of a drawing; y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Container, Hashable, Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Box", "Crowd", "Curve", "Point", "dock", "line", "points", "shifted"]

Point = tuple[float, float]
Curve = tuple[Point, ...]
"""A start and, for every cubic piece, two control points and an end: 3n + 1 points."""


@dataclass(frozen=True)
class Box:
    """A rectangle by its top left corner and size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def holds(self, point: Point) -> bool:
        x, y = point
        return self.x < x < self.x + self.w and self.y < y < self.y + self.h

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )


class Crowd:
    """Boxes that can be asked who is near, without a look at all of them."""

    _CELL = 400.0

    def __init__(self, boxes: Iterable[tuple[Hashable, Box]]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[Hashable, Box]]] = {}
        for name, box in boxes:
            for cell in self._touched(box):
                self._cells.setdefault(cell, []).append((name, box))

    def _touched(self, box: Box) -> Iterable[tuple[int, int]]:
        left, top = math.floor(box.x / self._CELL), math.floor(box.y / self._CELL)
        right = math.floor((box.x + box.w) / self._CELL)
        low = math.floor((box.y + box.h) / self._CELL)
        return [(i, j) for i in range(left, right + 1) for j in range(top, low + 1)]

    def on(self, way: Sequence[Point], but: Container[Hashable] = ()) -> bool:
        """Whether a point of a way lies in a box; the boxes ``but`` don't count."""
        for x, y in way:
            cell = math.floor(x / self._CELL), math.floor(y / self._CELL)
            for name, box in self._cells.get(cell, ()):
                if box.x < x < box.x + box.w and box.y < y < box.y + box.h and name not in but:
                    return True
        return False


def line(a: Point, b: Point) -> Curve:
    """A straight line as a curve of one piece."""
    third = ((2 * a[0] + b[0]) / 3, (2 * a[1] + b[1]) / 3)
    other = ((a[0] + 2 * b[0]) / 3, (a[1] + 2 * b[1]) / 3)
    return (a, third, other, b)


def points(curve: Sequence[Point], steps: int = 16) -> list[Point]:
    """Points on a curve, ``steps`` + 1 for every piece."""
    found = []
    for piece in range(0, len(curve) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve[piece : piece + 4]
        for step in range(steps + 1):
            t = step / steps
            u = 1 - t
            p, q, r, s = u * u * u, 3 * t * u * u, 3 * t * t * u, t * t * t
            found.append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
    return found


def shifted(curve: Sequence[Point], offset: float) -> Curve:
    """The lane beside a curve: every point moved to the right of the way, seen downwards-y.

    A handle moves with the end that it belongs to, so that the lane starts and ends as the curve.
    A piece that turns is halved first, or two lanes would meet where an S is upright.
    """
    curve = _halved(curve)
    last = len(curve) - 1
    moved = []
    for i, (x, y) in enumerate(curve):
        end = 3 * round(i / 3)
        dx, dy = _direction(curve, max(end - 1, 0), min(end + 1, last))
        moved.append((x - dy * offset, y + dx * offset))
    return tuple(moved)


def _halved(curve: Sequence[Point]) -> Curve:
    """The same curve, with two pieces in the place of each that turns much."""
    found = [curve[0]]
    for place in range(0, len(curve) - 1, 3):
        a, b, c, d = piece = curve[place : place + 4]
        ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
        left, right = _middle(ab, bc), _middle(bc, cd)
        chord = _direction((left, right), 0, 1)
        start, end = _direction(piece, 0, 1), _direction(piece, 2, 3)
        turned = min(chord[0] * x + chord[1] * y for x, y in (start, end))
        found += (
            [b, c, d]
            if turned > _TURN or chord == (0, 0)
            else [ab, left, _middle(left, right), right, cd, d]
        )
    return tuple(found)


_TURN = 0.87
"""The cosine of a turn, 30°, that a lane of one piece can follow."""


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _direction(curve: Sequence[Point], start: int, end: int) -> Point:
    """The way from one point to another, of length 1; further on where the two are the same."""
    while True:
        dx, dy = curve[end][0] - curve[start][0], curve[end][1] - curve[start][1]
        length = math.hypot(dx, dy)
        if length > 1e-6 or (start == 0 and end == len(curve) - 1):
            return dx / (length or 1.0), dy / (length or 1.0)
        start, end = max(start - 1, 0), min(end + 1, len(curve) - 1)


def dock(
    curve: Sequence[Point], centre: Point, radius: float, offset: float, round_: bool = True
) -> Curve:
    """A curve whose end lies on a circle, ``offset`` beside the line to its centre.

    With ``round_`` false, on the upright side of a box that is ``radius`` away.
    """
    *way, end = curve
    if not round_:
        return (*way, (centre[0] + math.copysign(radius, way[-1][0] - centre[0]), end[1]))
    dx, dy = end[0] - way[-1][0], end[1] - way[-1][1]
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    back = math.sqrt(max(radius**2 - offset**2, 0.0))
    return (*way, (centre[0] - dx * back - dy * offset, centre[1] - dy * back + dx * offset))
