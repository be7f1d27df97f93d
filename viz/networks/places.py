"""Where the neurons, weights and words of a network stand: one grid for all steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from viz.graphics import style
from viz.graphics.geometry import Box, Curve, Point, line
from viz.networks.parts import Link, Network

__all__ = ["Circle", "Dots", "Plan", "Way", "plan"]

ROW = 18  # a weight's line of text over its road
LEAVE, LEAVE_TALL = 16, 36  # from a neuron's rim to the labels of its weights
HEAD = 52  # titles over the columns
FOOT = 34  # a bias and its gradient under their neuron
_GAP = 18
_RUN = 104  # the least length of the roads beside their labels
_LABELLED, _LABELLED_IN_ALL = 6, 40
_ENDS = 4  # how many neurons are drawn before and after an ellipsis


@dataclass(frozen=True)
class Circle:
    """A neuron or an input, by its column and its place in it."""

    column: int
    unit: int
    centre: Point


@dataclass(frozen=True)
class Dots:
    """The sign for neurons that are left out."""

    column: int
    centre: Point
    left_out: int


@dataclass(frozen=True)
class Way:
    """The road of a weight. ``label`` is the room of its number, over the level part of the road;
    None where there are too many. ``bead`` is the place of its sign."""

    gap: int
    link: Link
    curve: Curve
    label: Box | None
    bead: Point


@dataclass(frozen=True)
class Plan:
    """All places, from (0, 0) to (width, height)."""

    width: float
    height: float
    radius: float
    heads: tuple[Box, ...]
    circles: tuple[Circle, ...]
    dots: tuple[Dots, ...]
    ways: tuple[Way, ...]


def shown(count: int, limit: int) -> list[int]:
    """The places of the neurons that are drawn: all, or some at both ends."""
    if count <= limit:
        return list(range(count))
    return [*range(_ENDS), *range(count - _ENDS, count)]


def labelled(links: Sequence[Link], wanted: bool | None) -> bool:
    """Whether every weight of a gap has its number beside it."""
    if wanted is not None:
        return wanted
    most = max((sum(k.source == i for k in links) for i in {k.source for k in links}), default=0)
    return most <= _LABELLED and len(links) <= _LABELLED_IN_ALL


def plan(network: Network, radius: float, labels: Sequence[float | None], limit: int,
         margins: tuple[float, float], heads: Sequence[float], biases: bool, tall: bool,
         foot: float, least: float = 0.0, aside: float = 0.0) -> Plan:  # fmt: skip
    """Place a network.

    Parameters
    ----------
    network : Network
    radius : float
        Of a neuron.
    labels : sequence of float or None
        For every gap the widest number on a weight; None where none is written.
    limit : int
        More neurons than this are drawn with an ellipsis.
    margins : (float, float)
        Room for the names left of the inputs and right of the outputs.
    heads : sequence of float
        The width of every column's title.
    biases : bool
        Whether a line of text stands under the neurons.
    tall : bool
        Whether a second line stands under every road, for the gradient.
    foot : float
        Room below everything.
    least : float
        The width of what stands there; a narrower network gets as much room on both sides.
    aside : float
        That room.
    """
    leave = LEAVE_TALL if tall else LEAVE
    rows = [shown(len(c.units), limit) for c in network.columns]
    gaps = [
        [k for k in links if k.source in rows[g] and k.target in rows[g + 1]]
        for g, links in enumerate(network.gaps)
    ]
    pitch = 2 * ROW + 8 if tall else ROW + 2
    spacings = []
    for c, places in enumerate(rows):
        own = 2 * radius + _GAP + (FOOT if biases and c else 0)
        if c < len(gaps) and labels[c] is not None:
            fan = max((sum(k.source == i for k in gaps[c]) for i in places), default=0)
            own = max(own, fan * pitch + _GAP)
        spacings.append(own)
    counts = [len(p) + (len(p) < len(c.units)) for p, c in zip(rows, network.columns, strict=True)]
    tallest = max(n * s for n, s in zip(counts, spacings, strict=True))
    middle = HEAD + tallest / 2
    x = max(margins[0] + radius, heads[0] / 2) + style.BORDER + aside
    centres: dict[tuple[int, int], Point] = {}
    circles: list[Circle] = []
    dots: list[Dots] = []
    ways: list[Way] = []
    boxes: list[Box] = []
    for c, places in enumerate(rows):
        if c:
            label = labels[c - 1]
            road = max(_RUN, 0.28 * tallest) if label is not None else max(150, 0.4 * tallest)
            between = 2 * radius + road + (leave + label if label is not None else 0)
            x += max(between, (heads[c - 1] + heads[c]) / 2 + 24)
        top = middle - counts[c] * spacings[c] / 2 + spacings[c] / 2
        top -= (FOOT / 2 if biases and c else 0)  # fmt: skip
        slot = 0
        for place, unit in enumerate(places):
            if place and unit != places[place - 1] + 1:
                dots.append(Dots(c, (x, top + slot * spacings[c]), unit - places[place - 1] - 1))
                slot += 1
            centres[c, unit] = (x, top + slot * spacings[c])
            circles.append(Circle(c, unit, centres[c, unit]))
            slot += 1
        boxes.append(Box(x - heads[c] / 2, 6, heads[c], HEAD - 12))
    width = x + max(margins[1] + radius, heads[-1] / 2) + style.BORDER + aside
    if width < least and not aside:
        return plan(
            network, radius, labels, limit, margins, heads, biases, tall, foot, least,
            (least - width) / 2,
        )  # fmt: skip
    for g, links in enumerate(gaps):
        ways += _ways(g, links, centres, radius, labels[g], pitch, leave)
    return Plan(width, HEAD + tallest + foot, radius, tuple(boxes), tuple(circles), tuple(dots),
                tuple(ways))  # fmt: skip


def _ways(gap: int, links: Sequence[Link], centres: dict[tuple[int, int], Point], radius: float,
          label: float | None, pitch: float, leave: float) -> list[Way]:  # fmt: skip
    made = []
    angles = _ports(links)
    for source in dict.fromkeys(k.source for k in links):
        fan = [k for k in links if k.source == source]
        for place, link in enumerate(fan):
            start, end = centres[gap, source], centres[gap + 1, link.target]
            if label is None:
                made.append(_straight(gap, link, start, end, radius, place))
                continue
            y = start[1] + (place - (len(fan) - 1) / 2) * pitch
            made.append(_labelled(gap, link, start, end, radius, leave, label, y, angles[link]))
    return made


def _ports(links: Sequence[Link]) -> dict[Link, float]:
    """At which angle below the level each road comes in: in the order of where they come from."""
    found = {}
    for target in {k.target for k in links}:
        coming = [k for k in links if k.target == target]
        step = min(0.55, 1.7 / max(len(coming) - 1, 1))
        for place, link in enumerate(coming):
            found[link] = (place - (len(coming) - 1) / 2) * step
    return found


def _toward(a: Point, b: Point, by: float) -> Point:
    """The point ``by`` from a on the way to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy) or 1.0
    return a[0] + dx / length * by, a[1] + dy / length * by


def _straight(gap: int, link: Link, start: Point, end: Point, radius: float, place: int) -> Way:
    """From rim to rim; the signs of neighbouring roads stand at different distances."""
    curve = line(_toward(start, end, radius + 1), _toward(end, start, radius + 2))
    across = (radius + 32 + 15 * (place % 3)) / (end[0] - start[0])
    bead = (start[0] + across * (end[0] - start[0]), start[1] + across * (end[1] - start[1]))
    return Way(gap, link, curve, None, bead)


def _labelled(gap: int, link: Link, start: Point, end: Point, radius: float, leave: float,
              label: float, y: float, angle: float) -> Way:  # fmt: skip
    """Out of the neuron, level under the number, then on to the next neuron."""
    left = start[0] + radius + leave
    right = left + label
    # The road leaves the rim at the height of its level part, as far as the rim reaches.
    rise = max(-0.8 * radius, min(0.8 * radius, y - start[1]))
    rim = (start[0] + math.sqrt(radius**2 - rise**2) + 1, start[1] + rise)
    run = end[0] - right
    tip = (end[0] - (radius + 2) * math.cos(angle), end[1] + (radius + 2) * math.sin(angle))
    back = _toward(tip, end, -0.38 * run)
    bend = 0.75 * (left - rim[0])
    curve = (
        rim, (rim[0] + bend, rim[1]), (left - 0.4 * bend, y), (left, y),
        *line((left, y), (right, y))[1:],
        (right + 0.32 * run, y), back, tip,
    )  # fmt: skip
    return Way(gap, link, curve, Box(left, y - ROW, label, 2 * ROW), (left, y))
