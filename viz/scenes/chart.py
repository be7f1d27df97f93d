"""A coarse graph laid out: circles of neurons, cards of layers in their frames, roads between them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cached_property

from autograd_lite.recording import Node
from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box, Crowd, Curve, Point, dock, line, points, shifted
from viz.graphics.sizes import Card, Home, Sizes
from viz.records.parts import CoarseStep, Part
from viz.scenes.scene import Cluster, Road, Scene, around, trimmed

__all__ = ["lay_out_parts", "parts_title"]

_CLOSE = 2.6
"""The distance of a neuron's lanes from the middle of their road."""

_CURVES = 60
"""With more roads than this, all are straight."""


def parts_title(part: Part) -> str:
    """The words on a module's frame: ``layer 1 · 20 parameters``."""
    count = f"{part.parameters:,} parameter{'' if part.parameters == 1 else 's'}"
    return f"{part.title} · {count}" if part.parameters and part.kind != "neuron" else part.title


def lay_out_parts(sizes: Sizes, timeout: float) -> Scene:
    """Lay out a coarse graph, with room for the texts of all its steps."""
    sizes.metrics = replace(sizes.metrics, fan=False)  # no numbers on the roads, none in the cards
    return _Chart(sizes, timeout).scene()


class _Chart:
    def __init__(self, sizes: Sizes, timeout: float) -> None:
        self.sizes, self.metrics = sizes, sizes.metrics
        self.cards = {n.id: self._card(n) for n in sizes.nodes}
        wide = max((c.box.w for c in self.cards.values() if c.round), default=0.0)
        self.cards.update(
            (i, replace(c, box=Box(0.0, 0.0, wide, wide))) for i, c in self.cards.items() if c.round
        )
        self.feet = self._feet()
        self.titles = {n.id: parts_title(n) for n in sizes.nodes if isinstance(n, Part)}
        answer = json.loads(layout.render(self._skeleton(), "json", timeout=timeout))
        self.top = float(answer["bb"].split(",")[3])
        for thing in answer.get("objects", []):
            if "pos" in thing:
                place = int(thing["name"][1:])
                x, y = self._point(thing["pos"])
                y += (self._above(self.cards[place].node) - self._below(self.cards[place].node)) / 2
                box = self.cards[place].box
                self.cards[place] = replace(
                    self.cards[place], box=box.moved(x - box.w / 2, y - box.h / 2)
                )
        self.ways = {
            e["id"]: tuple(self._point(p) for p in e["pos"].split())
            for e in answer.get("edges", [])
            if "id" in e
        }
        self._in_order()

    def _in_order(self) -> None:
        """Give neurons that are wired alike their places from top to bottom in the order of the
        layer, and its inputs theirs: Graphviz does not always, and to the roads it is the same."""
        users: dict[int, list[int]] = {}
        for node in self.sizes.nodes:
            for _, x in self.sizes.inputs(node):
                users.setdefault(x, []).append(node.id)
        alike: dict[tuple[object, ...], list[int]] = {}
        for node in self.sizes.nodes:
            card, goes = self.cards[node.id], users.get(node.id, [])
            first = not node.op and bool(goes) and all(self.cards[u].round for u in goes)
            if card.round or first:
                key = (_home(node), node.role, node.inputs, tuple(goes), card.box.w, card.box.h)
                alike.setdefault(key, []).append(node.id)
        for group in alike.values():
            seats = sorted((self.cards[i].box for i in group), key=lambda box: box.y)
            for i, seat in zip(group, seats, strict=True):
                if self.cards[i].box != seat:
                    self.cards[i] = replace(self.cards[i], box=seat)
                    for end in (i, *users.get(i, [])):
                        for use, _ in self.sizes.inputs(self.cards[end].node):
                            self.ways.pop(f"i{end}_{use}", None)

    def _point(self, text: str) -> tuple[float, float]:
        x, y = text.split(",")
        return float(x), self.top - float(y)

    # ── sizes ─────────────────────────────────────────────────────────────────────────────────
    def _card(self, node: Node) -> Card:
        card = self.sizes.cards[node.id]
        if not self.metrics.neuron or not _round(node):
            return card
        written = [s.brief(node.id) for s in self.sizes.steps]
        slopes = [g for s in self.sizes.steps if (g := s.brief_gradient(node.id))]
        name = layout.text_width(self.sizes.texts.name(node.id), style.CELL, bold=True)
        value, slope = (
            max(layout.text_widths(t, style.LABEL), default=0.0) for t in (written, slopes)
        )
        wide = max(self.metrics.neuron, 2 * round((max(name, value) + 18) / 2))
        return replace(
            card, box=Box(0.0, 0.0, wide, wide), rows=1, cols=1, value_w=value, gradient_w=slope,
            round=True,
        )  # fmt: skip

    def _skeleton(self) -> str:
        edges = [(n, use, x) for n in self.sizes.nodes for use, x in self.sizes.inputs(n)]
        neurons = any(card.round for card in self.cards.values())
        columns = self._columns()
        # Where whole layers meet, their roads need room to spread, in circles or in cards.
        road = max(self._gap(columns), 110) if neurons else 120 if columns else 46
        plan = dot.Skeleton(
            len(edges) > _CURVES, road, apart=12 if neurons else style.GAP, newrank=True
        )
        for node in self.sizes.nodes:
            card = self.cards[node.id]
            border = style.BORDER if node.role == "parameter" else 0
            wide = max(card.box.w + border, self._title_width(node), self._foot_width(node))
            tall = card.box.h + border + self._above(node) + self._below(node)
            room = 0 if neurons else self.metrics.lane  # its roads keep their lanes beside it
            plan.card(f"n{node.id}", wide + room, tall + 2 * room, _home(node))
        for home, column in columns.items() if neurons else ():
            plan.column([f"n{n.id}" for n in column], home[0])
        for node, use, x in edges:
            # What was computed goes straight on; a target comes to it from the side.
            main = self.sizes.uses[x] == 1 and (self._computed(x) or len(node.inputs) == 1)
            plan.road(f"n{x}:e", f"n{node.id}:w", f"i{node.id}_{use}", 8 if main else 1)
        return plan.source()

    def _computed(self, node: int) -> bool:
        return bool(self.sizes.graph.nodes[node].inputs)

    def _columns(self) -> dict[tuple[Home, tuple[int, ...]], list[Node]]:
        """Neurons that stand upon each other: those of one frame with the same inputs."""
        found: dict[tuple[Home, tuple[int, ...]], list[Node]] = {}
        for node in self.sizes.nodes:
            if _round(node):
                found.setdefault((_home(node), node.inputs), []).append(node)
        return {key: column for key, column in found.items() if len(column) > 1}

    def _gap(self, columns: dict[tuple[Home, tuple[int, ...]], list[Node]]) -> float:
        """Room for roads that are not so steep that they touch a neighbour of their neuron."""
        return max(
            (
                0.5 * sum(self.cards[n.id].box.h + style.LABEL_ROW + 14 for n in column[1:])
                - self.cards[column[0].id].box.w
                for column in columns.values()
            ),
            default=0.0,
        )

    def _above(self, node: Node) -> int:
        """The room above a card for the title of a frame of its own."""
        own = isinstance(node, Part) and node.title and node.kind not in ("neuron", "loss")
        return style.LABEL_ROW + 8 if own and _home(node) else 0

    def _below(self, node: Node) -> int:
        """The room below a card for a line of its own."""
        return style.LABEL_ROW + 2 if self.cards[node.id].round or self.feet.get(node.id) else 0

    def _foot_width(self, node: Node) -> float:
        return self.feet.get(node.id, 0.0)

    def _feet(self) -> dict[int, float]:
        """The widths of the lines about parameters that stand below the cards of modules."""
        if not self.metrics.neuron:
            return {}
        return {
            n.id: max(
                layout.text_width("  ".join(s.parameters(n.id)), style.LABEL)
                for s in self.sizes.steps
            )
            for n in self.sizes.nodes
            if isinstance(n, Part) and n.kind in ("module", "model") and n.parameters
        }

    def _title_width(self, node: Node) -> float:
        title = self._frame_title(node, len(_home(node)))
        wide = layout.text_width(title, style.LABEL, bold=True) if title else 0.0
        return self.metrics.text_scale * wide + (28 if title else 0)

    def _frame_title(self, node: Node, depth: int) -> str:
        """What the frame at a depth is called; the innermost one of a module tells its size."""
        home = _home(node)
        if not depth or not isinstance(node, Part):
            return ""
        own = depth == len(home) and home[-1][0] == node.title and node.kind != "neuron"
        return self.titles[node.id] if own else home[depth - 1][0]

    # ── roads ─────────────────────────────────────────────────────────────────────────────────
    def scene(self) -> Scene:
        roads = [
            self._road(node, use, x)
            for node in self.sizes.nodes
            for use, x in self.sizes.inputs(node)
        ]
        cards = [replace(c, foot=self.feet.get(i, 0.0)) for i, c in self.cards.items()]
        made = trimmed(cards, [], roads, self._clusters())
        return replace(made, scale=self._scale())

    def _road(self, node: Node, use: int, x: int) -> Road:
        start, end = self.cards[x], self.cards[node.id]
        slim = start.round or end.round
        lane = _CLOSE if slim else self.metrics.lane
        ya, yb = self._ends(x, node, use, slim)
        a, b = (start.box.x + start.box.w, ya), (end.box.x, yb)
        a = start.box.centre if start.round else a
        b = end.box.centre if end.round else b
        way = line(a, b) if slim or a[1] == b[1] else _bend(a, b)
        crowd = self._cards_alone if slim else self._crowd
        if _touched(way, crowd, (x, node.id)) and f"i{node.id}_{use}" in self.ways:
            way = _moved_ends(self.ways[f"i{node.id}_{use}"], a, b)
        forward, backward = shifted(way, -lane), shifted(way, lane)
        forward, backward = (
            _clipped(lane_, start, end, offset)
            for lane_, offset in ((forward, -lane), (backward, lane))
        )
        back = (node.id, use) in self.sizes.swept
        return Road(x, node.id, use, forward, tuple(reversed(backward)) if back else None)

    def _ends(self, x: int, node: Node, use: int, slim: bool) -> tuple[float, float]:
        """The heights at which a road leaves one card and comes to another."""
        start, end = self.cards[x].box, self.cards[node.id].box
        ya, yb = start.centre[1], end.centre[1]
        if not slim:
            ya, yb = ya + self._fan(x, node, use), yb + self._arrival(node, use)
        alone = len(self._leaving[x]) == 1, len(self.sizes.inputs(node)) == 1
        # What goes to or comes from nowhere else is level where it can be.
        if alone[0] and not self.cards[x].round and _beside(yb, start):
            ya = yb
        elif alone[1] and not self.cards[node.id].round and _beside(ya, end):
            yb = ya
        return ya, yb

    @cached_property
    def _crowd(self) -> Crowd:
        return Crowd(
            (i, self._room(card).grown(self.metrics.lane + 2)) for i, card in self.cards.items()
        )

    @cached_property
    def _cards_alone(self) -> Crowd:
        """What the thin roads of neurons keep clear of."""
        return Crowd((i, card.box) for i, card in self.cards.items())

    def _room(self, card: Card) -> Box:
        """A card with the lines above and below it, and its frame."""
        above, below = self._above(card.node), self._below(card.node)
        wide = max(
            card.box.w, self._title_width(card.node) if above else 0, self.feet.get(card.node.id, 0)
        )
        x, y = card.box.centre[0] - wide / 2, card.box.y - above
        room = Box(x, y, wide, card.box.h + above + below)
        return room.grown(12) if _home(card.node) else room

    @cached_property
    def _leaving(self) -> dict[int, list[tuple[int, int]]]:
        """The roads that leave each card, from top to bottom."""
        found: dict[int, list[tuple[float, int, int]]] = {}
        for node in self.sizes.nodes:
            for use, x in self.sizes.inputs(node):
                height = self.cards[node.id].box.centre[1]
                found.setdefault(x, []).append((height, node.id, use))
        return {x: [key[1:] for key in sorted(roads)] for x, roads in found.items()}

    def _fan(self, x: int, node: Node, use: int) -> float:
        order = self._leaving[x]
        return self._spread(self.cards[x].box, order.index((node.id, use)), len(order))

    def _arrival(self, node: Node, use: int) -> float:
        coming = self.sizes.inputs(node)
        order = sorted(coming, key=lambda k: (self.cards[k[1]].box.centre[1], k[0]))
        return self._spread(self.cards[node.id].box, [u for u, _ in order].index(use), len(order))

    def _spread(self, box: Box, place: int, count: int) -> float:
        step = min((box.h - 4 * self.metrics.lane) / max(count - 1, 1), 4 * self.metrics.lane)
        return (place - (count - 1) / 2) * step

    # ── frames and scales ─────────────────────────────────────────────────────────────────────
    def _clusters(self) -> list[Cluster]:
        boxes: dict[Home, list[Box]] = {}
        titles: dict[Home, set[str]] = {}
        for node in self.sizes.nodes:
            home, card = _home(node), self.cards[node.id]
            for depth in range(1, len(home) + 1):
                box, wide = card.box, max(card.box.w, self._foot_width(node))
                boxes.setdefault(home[:depth], []).append(
                    Box(box.centre[0] - wide / 2, box.y, wide, box.h + self._below(node))
                )
                titles.setdefault(home[:depth], set()).add(self._frame_title(node, depth))
        frames = []
        for path, inside in sorted(boxes.items(), key=lambda item: len(item[0])):
            outside = max(len(other) for other in boxes if other[: len(path)] == path) - len(path)
            title = titles[path].pop() if len(titles[path]) == 1 else path[-1][0]
            frame = around(inside, 12 + 10 * outside, 14 + 14 * outside)
            wide = self.metrics.text_scale * layout.text_width(title, style.LABEL, bold=True) + 28
            more = max(wide - frame.w, 0.0)
            frames.append(Cluster(title, Box(frame.x - more / 2, frame.y, frame.w + more, frame.h)))
        return frames

    def _scale(self) -> tuple[float, float]:
        """The largest weight and the largest message of all steps, for the widths of lines."""
        weights, messages = [0.0], [0.0]
        for texts in self.sizes.steps:
            if isinstance(texts.step, CoarseStep):
                weights += [abs(w) for w in texts.step.weights.values() if math.isfinite(w)]
            messages += [m for a in texts.applications if math.isfinite(m := texts.strength(a))]
        return max(weights), max(messages)


def _home(node: Node) -> Home:
    return node.home if isinstance(node, Part) else ()


def _round(node: Node) -> bool:
    return isinstance(node, Part) and node.kind == "neuron"


def _touched(way: Curve, crowd: Crowd, ends: tuple[int, int]) -> bool:
    """Whether a way comes upon something that it does not belong to."""
    far = abs(way[-1][0] - way[0][0]) + abs(way[-1][1] - way[0][1])
    return crowd.on(points(way, max(round(far / 15), 16)), ends)


def _moved_ends(way: Curve, a: Point, b: Point) -> Curve:
    """Graphviz's way between two other points, level as it leaves and arrives."""
    (x, _), (last, _) = way[1], way[-2]
    return (a, (max(x, a[0] + 4), a[1]), *way[2:-2], (min(last, b[0] - 4), b[1]), b)


def _beside(y: float, box: Box) -> bool:
    return box.y + 16 <= y <= box.y + box.h - 16


def _bend(a: Point, b: Point) -> Curve:
    """A way that leaves and arrives level."""
    half = (b[0] - a[0]) / 2
    return (a, (a[0] + half, a[1]), (b[0] - half, b[1]), b)


def _clipped(way: Curve, start: Card, end: Card, offset: float) -> Curve:
    """A lane from border to border, where its ends are circles."""
    if end.round:
        way = dock(way, end.box.centre, end.box.w / 2, offset)
    if start.round:
        back = dock(tuple(reversed(way)), start.box.centre, start.box.w / 2, -offset)
        way = tuple(reversed(back))
    return way
