"""A graph laid out node by node: cards, operations and roads.

Graphviz places a skeleton: leaves, blocks of an operation with its result and the leaves that stand
with it, and on each road a slot as wide as its widest label. All drawings of a recording use the
same places; only texts and colours change.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from autograd_lite.recording import Node
from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box, Crowd, Curve, dock, line, points, shifted
from viz.graphics.sizes import Card, Home, Sizes, shared
from viz.scenes.hanging import ENDS, Hanging, Key
from viz.scenes.scene import Cluster, OpMark, Road, Scene, around, trimmed

__all__ = ["lay_out_nodes"]


def lay_out_nodes(sizes: Sizes, timeout: float) -> Scene:
    """The scene of a graph that is drawn node by node."""
    barred: set[tuple[Key, str]] = set()
    while True:
        hanging = Hanging(sizes, barred)
        answer = json.loads(layout.render(_skeleton(hanging), "json", timeout=timeout))
        placed = _Placed(hanging, answer)
        bent = placed.bent()
        if not bent:
            return placed.scene()
        # Where a second try is bent again none hangs any more, so that this ends.
        barred = bent if not barred else {(k, end) for k in sizes.labels for end in ENDS}


def _skeleton(hanging: Hanging) -> str:
    """The blank drawing that Graphviz places: leaves, blocks, and slots for the labels of roads."""
    sizes = hanging.sizes
    plan = dot.Skeleton(sizes.tangled)
    for node in sizes.nodes:
        if not node.op and node.id not in sizes.attached:
            box = sizes.cards[node.id].box.grown(style.BORDER / 2)
            plan.card(f"n{node.id}", box.w, box.h, below=hanging.under(node.id))
            if any(sizes.homes[op.id] for op in sizes.ops if node.id in op.inputs):
                plan.first(f"n{node.id}")
    for op in sizes.ops:
        plan.block(f"o{op.id}", hanging.block(op), sizes.homes[op.id])
        main, attached = sizes.spine(op), dict(sizes.satellites[op.id])
        merges = len(sizes.inputs(op)) - len(attached) > 1
        for use, x in sizes.inputs(op):
            if use in attached:
                continue
            key, source = f"{op.id}_{use}", sizes.graph.nodes[x]
            ranks = 3 if merges else 1
            leave, arrive = (1000 if sizes.uses[x] == 1 else 200), (1000 if use == main else 200)
            tail = f"o{x}:out:e" if source.op else f"n{x}:{'p:' if hanging.under(x) else ''}e"
            if (op.id, use) in sizes.labels or sizes.uses[x] > 1:
                home = shared(sizes.homes[op.id], sizes.homes[x])
                plan.slot(f"s{key}", *hanging.slot(op.id, use), home)
                plan.road(tail, f"s{key}:p:w", f"a{key}", leave, min(sizes.uses[x], 3))
                plan.road(f"s{key}:p:e", f"o{op.id}:in:w", f"b{key}", arrive, ranks)
            else:
                plan.road(tail, f"o{op.id}:in:w", f"a{key}", min(leave, arrive), ranks)
    return plan.source()


class _Placed:
    """What Graphviz answered, read back into a scene."""

    def __init__(self, hanging: Hanging, answer: dict) -> None:
        self.hanging, self.sizes = hanging, hanging.sizes
        self.lane = self.sizes.metrics.lane
        self.top = float(answer["bb"].split(",")[3])
        self.at = {
            o["name"]: self._point(o["pos"]) for o in answer.get("objects", []) if "pos" in o
        }
        self.ways = {
            e["id"]: tuple(self._point(p) for p in e["pos"].split())
            for e in answer.get("edges", [])
        }
        self.cards: dict[int, Card] = {}
        self.ops: dict[int, OpMark] = {}

    def _point(self, text: str) -> tuple[float, float]:
        x, y = text.split(",")
        return float(x), self.top - float(y)

    def bent(self) -> set[tuple[Key, str]]:
        """Ends of roads with a hanging label that are not level, so that it would hang elsewhere."""
        found = set()
        for (op, use), hung in self.hanging.labels.items():
            first, last = self.ways[f"a{op}_{use}"], self.ways[f"b{op}_{use}"]
            if hung.before > 0 and abs(first[0][1] - first[-1][1]) > _LEVEL:
                found.add(((op, use), "before"))
            if hung.after > 0 and abs(last[0][1] - last[-1][1]) > _LEVEL:
                found.add(((op, use), "after"))
        return found

    def scene(self) -> Scene:
        for node in self.sizes.nodes:
            if f"n{node.id}" in self.at:
                x, y = self.at[f"n{node.id}"]
                self._card(node, (x, y - self.hanging.under(node.id) / 2))
        for op in self.sizes.ops:
            self._op(op)
        # All places are known before the first road leaves: a fan looks at where its roads go.
        roads = [road for op in self.sizes.ops for road in self._roads(op)]
        return trimmed(
            list(self.cards.values()), list(self.ops.values()), roads, self._clusters(roads)
        )

    def _card(self, node: Node, centre: tuple[float, float]) -> None:
        card = self.sizes.cards[node.id]
        x, y = centre[0] - card.box.w / 2, centre[1] - card.box.h / 2
        self.cards[node.id] = replace(card, box=card.box.moved(x, y))

    def _op(self, op: Node) -> None:
        x, y = self.at[f"o{op.id}"]
        dx, dy = self.hanging.block(op).op_from_centre()
        x, y = x + dx, y + dy
        w, h = self.sizes.op_size(op)
        self.ops[op.id] = OpMark(op, self.sizes.texts.sign(op), Box(x - w / 2, y - h / 2, w, h))
        result = self.sizes.cards[op.id].box.w
        self._card(op, (x + w / 2 + style.ROAD + result / 2, y))
        for sign, (_, leaf) in zip((-1, 1), self.sizes.satellites[op.id], strict=False):
            tall = self.sizes.cards[leaf].box.h
            self._card(
                self.sizes.graph.nodes[leaf], (x, y + sign * (self.sizes.above(op) + tall / 2))
            )

    def _roads(self, op: Node) -> list[Road]:
        sizes, mark = self.sizes, self.ops[op.id]
        roads = []
        satellites = dict(sizes.satellites[op.id])
        for use, x in sizes.inputs(op):
            back = (op.id, use) in sizes.swept
            if use in satellites:
                roads.append(self._upright(op, use, x, back))
            else:
                roads.append(self._level(op, use, x, back))
        swept = op.id in sizes.sending
        result, centre = self.cards[op.id].box, mark.box.centre
        way = line((result.x, centre[1]), (mark.box.x + mark.box.w, centre[1]))
        forward = tuple(reversed(dock(shifted(way, self.lane), *_hub(mark, self.lane))))
        backward = dock(shifted(way, -self.lane), *_hub(mark, -self.lane)) if swept else None
        return [*roads, Road(op.id, op.id, None, forward, backward)]

    def _upright(self, op: Node, use: int, x: int, back: bool) -> Road:
        """The road of a satellite: straight down or up to its operation."""
        card, mark = self.cards[x].box, self.ops[op.id].box
        below = card.y > mark.y
        cx, cy = mark.centre
        start = card.y if below else card.y + card.h
        border = style.BORDER / 2 if self.sizes.graph.nodes[x].role == "parameter" else 0
        start += -border if below else border
        way = line((cx, start), (cx, cy + (mark.h / 2 if below else -mark.h / 2)))
        side = self.lane if not below else -self.lane
        label = None
        if (op.id, use) in self.sizes.labels:
            w, h = self.sizes.labels[op.id, use], self.sizes.LABEL_HEIGHT
            y = start - h - 8 if below else start + 6
            label = Box(cx + self.lane + 6, y, w, h)
        forward = dock(shifted(way, side), (cx, cy), mark.h / 2, side)
        backward = tuple(reversed(dock(shifted(way, -side), (cx, cy), mark.h / 2, -side)))
        return Road(x, op.id, use, forward, backward if back else None, label, beside=True)

    def _level(self, op: Node, use: int, x: int, back: bool) -> Road:
        """A road from left to right, with its label under the slot that was kept for it."""
        mark, key = self.ops[op.id], (op.id, use)
        start = self.cards[x].box
        label = None
        way = self.ways[f"a{op.id}_{use}"]
        last = self.ways.get(f"b{op.id}_{use}")
        if last and key in self.sizes.labels:
            label = self._label(key, x, way, last)
        way = _joined(way, last) if last else way
        way = self._arriving(self._leaving(way, start, self._fan(x, op.id, use)), mark, op)
        forward = dock(shifted(way, -self.lane), *_hub(mark, -self.lane))
        backward = tuple(reversed(dock(shifted(way, self.lane), *_hub(mark, self.lane))))
        return Road(x, op.id, use, forward, backward if back else None, label)

    def _label(self, key: Key, source: int, way: Curve, last: Curve) -> Box:
        """The label in its slot, or where it hangs: as near the middle of its road as it can be."""
        w, h = self.sizes.labels[key], self.sizes.LABEL_HEIGHT
        middle = (way[-1][0] + last[0][0]) / 2
        hung = self.hanging.labels.get(key)
        if hung is None:
            return Box(middle - w / 2, way[-1][1] + self.lane + 4, w, h)
        start = self._edge(source, 1) - hung.before if hung.before else way[-1][0]
        stop = self._edge(key[0], -1) + hung.after if hung.after else last[0][0]
        middle = min(max(middle, start + w / 2), stop - w / 2)
        return Box(middle - w / 2, way[-1][1] + hung.drop, w, h)

    def _edge(self, node: int, side: int) -> float:
        """Where the piece that Graphviz placed for a node ends, to the left (−1) or right (1)."""
        if not self.sizes.graph.nodes[node].op:
            return self.at[f"n{node}"][0] + side * (self.cards[node].box.w + style.BORDER) / 2
        block = self.hanging.block(self.sizes.graph.nodes[node])
        wide = block.left + block.op_w + block.road + block.card_w + block.right
        return self.at[f"o{node}"][0] + side * wide / 2

    def _leaving(self, way: Curve, start: Box, dy: float) -> Curve:
        """The road as it leaves its card: level, ``dy`` below the middle of the side."""
        x, y = start.x + start.w, start.centre[1] + dy
        near = 1
        while near < len(way) - 1 and (way[near][1] - y) * dy < 0 and way[near][0] < x + _NEAR:
            near += 1
        # No way back to the middle before it goes on.
        handles = [(px, y) for px, _ in way[1:near]] + list(way[near:3])
        handles[0] = (max(handles[0][0], min(x + 8, way[3][0])), y)
        return ((x, y), *handles, *way[max(near, 3) :])

    def _arriving(self, way: Curve, mark: OpMark, op: Node) -> Curve:
        """The road as it comes to its operation: level, or from the side where another one is."""
        x, y = mark.box.centre
        # What is straight but for Graphviz's rounding runs exactly to the operation's middle.
        way = tuple((px, y) if abs(py - y) < _LEVEL else (px, py) for px, py in way)
        if all(py == y for _, py in way):
            return line(way[0], way[-1])
        inputs = len(self.sizes.inputs(op)) - len(self.sizes.satellites[op.id])
        run, rise = x - way[-4][0], way[-4][1] - y
        if inputs < 2 or mark.box.w > mark.box.h or abs(rise) < mark.box.h or run < 2.5 * _SLANT[0]:
            return way
        if self.sizes.homes[op.id] and rise < 0:
            return way  # a slanted one would come through the title of the module
        slanted = (*way[:-2], (x - _SLANT[0], y + math.copysign(_SLANT[1], rise)), (x, y))
        touched = self._crowd.on(points(slanted[-4:]), (op.id,))
        return way if touched else slanted

    @cached_property
    def _crowd(self) -> Crowd:
        """All cards and operations, with room for the lanes of a road."""
        width = self.lane + style.BORDER / 2
        boxes = [(i, card.box) for i, card in self.cards.items()]
        boxes += [(i, mark.box) for i, mark in self.ops.items()]
        return Crowd((i, box.grown(width)) for i, box in boxes)

    @cached_property
    def _leaves(self) -> dict[int, list[tuple[int, int]]]:
        """The roads that leave each node, from top to bottom."""
        found: dict[int, list[tuple[float, int, int]]] = {}
        for op in self.sizes.ops:
            for use, x in self.sizes.inputs(op):
                if self.sizes.uses[x] > 1 and x not in self.sizes.attached:
                    height = self.ways[f"a{op.id}_{use}"][3][1]
                    found.setdefault(x, []).append((height, op.id, use))
        return {x: [key[1:] for key in sorted(leaving)] for x, leaving in found.items()}

    def _fan(self, node: int, op: int, use: int) -> float:
        """How far from the middle of its side a road leaves a card that several roads leave."""
        if self.sizes.uses[node] == 1 or node in self.sizes.attached:
            return 0.0
        leaving = self._leaves[node]
        place = leaving.index((op, use))
        room = self.cards[node].box.h - 4 * self.lane
        step = min(room / max(len(leaving) - 1, 1), 4 * self.lane)
        return (place - (len(leaving) - 1) / 2) * step

    def _clusters(self, roads: Sequence[Road]) -> list[Cluster]:
        """A frame around the cards, operations and labels of every module, inner ones last."""
        boxes: dict[Home, list[Box]] = {}
        homes = dict(self.sizes.homes)
        for op in self.sizes.ops:
            homes.update((leaf, homes[op.id]) for _, leaf in self.sizes.satellites[op.id])
        for node in self.sizes.nodes:
            home = homes[node.id]
            found = [self.cards[node.id].box.grown(style.BORDER / 2)]
            if node.op:
                found.append(self.ops[node.id].box)
            for depth in range(1, len(home) + 1):
                boxes.setdefault(home[:depth], []).extend(found)
        for road in roads:
            home = shared(homes[road.op], homes[road.node])
            if road.label:
                for depth in range(1, len(home) + 1):
                    boxes.setdefault(home[:depth], []).append(road.label)
        frames = []
        for path, inside in sorted(boxes.items(), key=lambda item: len(item[0])):
            outside = max(len(other) for other in boxes if other[: len(path)] == path) - len(path)
            frames.append(
                Cluster(path[-1][0], around(inside, 12 + 10 * outside, 14 + 14 * outside))
            )
        return frames


_NEAR = 60.0
"""So far from a card its roads are still ordered."""

_LEVEL = 2.5
"""A road that rises by less is level but for Graphviz's rounding."""

_SLANT = (20.0, 28.0)
"""From where, seen from an operation's middle, a road comes that is not the only one."""


def _joined(way: Curve, last: Curve) -> Curve:
    """A road to a slot, over it at one height, and on from there."""
    y = way[-1][1]
    start, bend, *rest = last
    over = line(way[-1], (start[0], y))
    return (*way, *over[1:], (bend[0], bend[1] + y - start[1]), *rest)


def _hub(mark: OpMark, offset: float) -> tuple[tuple[float, float], float, float, bool]:
    """What a road docks at: the operation's middle, half width, the lane's offset, its roundness."""
    return mark.box.centre, mark.box.w / 2, offset, mark.box.w == mark.box.h
