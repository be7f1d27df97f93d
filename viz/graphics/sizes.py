"""How large everything in a drawing has to be, and what stands together: before Graphviz is asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograd_lite.recording import Node
from viz import layout
from viz.graphics import style
from viz.graphics.geometry import Box
from viz.graphics.style import Metrics
from viz.words.texts import GraphTexts, StepTexts, cell_grid

__all__ = ["Block", "Card", "Home", "Sizes", "shared"]

_LONGEST_ROADS = 1000
_MOST_MESSAGES = 6
_ADDS = " adds up"

Home = tuple[tuple[str, int], ...]
"""The modules that a node is drawn in, outermost first: titles, each with a number of the visit."""


@dataclass(frozen=True)
class Card:
    """A node as a box with ``rows`` × ``cols`` cells of values and as many of gradients.

    ``value_w``, ``gradient_w`` and ``heading_w`` are the widths of a cell of each and of the words
    above the gradients; 0 where no gradient was recorded.
    """

    node: Node
    box: Box
    rows: int
    cols: int
    value_w: float
    gradient_w: float
    heading_w: float
    round: bool = False
    """A neuron: a circle, its gradient below."""
    foot: float = 0.0
    """The width of a line below the card that tells of a module's parameters."""
    fan: tuple[float, float, float] | None = None
    """Where messages add up: the widths of their number, of what they add, and of the sum."""
    messages: int = 0

    @property
    def scalar(self) -> bool:
        return not self.node.shape


@dataclass(frozen=True)
class Block:
    """An operation and its result as one piece for Graphviz, in whole points: from left to right
    room, the operation, a road, the card of the result, room; from top to bottom the same."""

    left: int
    op_w: int
    road: int
    card_w: int
    right: int
    up: int
    op_h: int
    down: int

    def op_from_centre(self) -> tuple[float, float]:
        """Where the operation's middle is, seen from the middle of the block."""
        wide = self.left + self.op_w + self.road + self.card_w + self.right
        return self.left + self.op_w / 2 - wide / 2, (self.up - self.down) / 2


class Sizes:
    """How large everything has to be, and which leaves stand above or below their operation."""

    def __init__(self, texts: GraphTexts, steps: Sequence[StepTexts], metrics: Metrics) -> None:
        self.texts, self.steps, self.graph = texts, steps, texts.graph
        self.metrics = metrics
        self.nodes = [n for n in self.graph.nodes if n.id not in texts.folded]
        self.ops = [n for n in self.nodes if n.op]
        self.swept = {
            (m.node, m.index) for m in self.graph.messages if any(s.applications for s in steps)
        }

        self.sending = {node for node, _ in self.swept}

    @cached_property
    def uses(self) -> dict[int, int]:
        """How many roads leave each node."""
        count: dict[int, int] = {}
        for op in self.ops:
            for _, x in self.inputs(op):
                count[x] = count.get(x, 0) + 1
        return count

    def inputs(self, op: Node) -> list[tuple[int, int]]:
        """Place and id of the inputs that are drawn."""
        return [(i, x) for i, x in enumerate(op.inputs) if x not in self.texts.folded]

    def spine(self, op: Node) -> int | None:
        """Which input the main road comes from: the first result, else input, else whatever."""

        def rank(entry: tuple[int, int]) -> int:
            node = self.graph.nodes[entry[1]]
            return 0 if node.op or self.uses[node.id] > 1 else {"input": 1}.get(node.role, 2)

        inputs = self.inputs(op)
        return min(inputs, key=rank)[0] if inputs else None

    @cached_property
    def satellites(self) -> dict[int, list[tuple[int, int]]]:
        """Per operation the leaves that stand with it: the first above, the second below."""
        found: dict[int, list[tuple[int, int]]] = {}
        for op in self.ops:
            main = self.spine(op)
            found[op.id] = [
                (i, x)
                for i, x in self.inputs(op)
                if i != main and not self.graph.nodes[x].op and self.uses[x] == 1
            ][:2]
        return found

    @cached_property
    def attached(self) -> set[int]:
        return {x for group in self.satellites.values() for _, x in group}

    @cached_property
    def homes(self) -> dict[int, Home]:
        """Where every operation is drawn; leaves and the loss are drawn outside of all modules.

        A module that is left and entered again gets a second frame, or roads would lead backwards.
        """
        homes: dict[int, Home] = {n.id: () for n in self.nodes}
        last: Home = ()
        for op in self.ops:
            titles = () if op.module[:1] == ("loss",) else op.module
            same = itertools.takewhile(
                lambda pair: pair[0][0] == pair[1], zip(last, titles, strict=False)
            )
            kept = len(list(same))
            last = (*last[:kept], *((title, op.id) for title in titles[kept:]))
            homes[op.id] = last
        return homes

    @cached_property
    def tangled(self) -> bool:
        """Whether so many roads are so long that Graphviz would take minutes over their curves."""
        depth: dict[int, int] = {}
        spans = 0
        for node in self.nodes:
            behind = [depth[x] for _, x in self.inputs(node)]
            depth[node.id] = max(behind, default=-1) + 1
            spans += sum(depth[node.id] - d for d in behind)
        return spans > _LONGEST_ROADS

    # ── cards ─────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def cards(self) -> dict[int, Card]:
        """Every card, its box still at (0, 0)."""
        return {node.id: self._card(node) for node in self.nodes}

    def _wide(self, texts: Iterable[str], size: int, bold: bool = False) -> float:
        """The widest of some texts in the medium's font."""
        return self.metrics.text_scale * max(
            layout.text_widths(list(texts), size, bold=bold), default=0.0
        )

    def _card(self, node: Node) -> Card:
        rows, cols = cell_grid(node.shape) or (2, 1)
        fan, count = None, 0
        written = [s.values[node.id] for s in self.steps]
        gradients = [g for s in self.steps if (g := s.gradients.get(node.id))]
        size = style.CELL if node.shape else style.NUMBER
        value = self._wide((c for cells in written for row in cells for c in row), size)
        slope = self._wide((c for cells in gradients for row in cells for c in row), size)
        heading = self._wide([self.texts.gradient(node.id)], style.LABEL) if gradients else 0.0
        name = self._wide([self.texts.name(node.id)], style.NAME, bold=True)
        m = self.metrics
        head = name + (
            10 + self._wide([self.texts.shape(node)], style.LABEL) if node.shape else 0.0
        )
        if not node.shape or (m.halves and rows == cols == 1):
            foot = heading + style.CELL_GAP + slope if gradients else 0.0
            width = max(head, value, foot, m.narrowest - 2 * style.CARD_MARGIN)
            height = m.name_row + m.value_row + (m.gradient_row if gradients else m.untracked)
            fan, count = self._fan(node)
            if fan:
                width = max(head, value, heading + self._wide([_ADDS], style.LABEL), sum(fan) + 24)
                height = m.name_row + m.value_row + m.heading_row + count * m.cell_row + 4
        else:
            gaps = (cols - 1) * style.CELL_GAP
            left, right = cols * value + gaps, max(cols * slope + gaps, heading)
            width = max(head, left)
            if m.untracked and not gradients:
                width = max(width, self._wide(["not tracked"], style.LABEL))
            if gradients and m.halves:
                width = 2 * max(width, right) + style.CELL_GAP
            elif gradients:
                width = max(head, left + right + 1.5 * style.CELL_GAP)
            heading_row = m.heading_row if gradients else 6 + m.untracked
            height = m.head_row + heading_row + rows * m.cell_row
        box = Box(0.0, 0.0, 2 * round(width / 2) + 2 * style.CARD_MARGIN, height + m.pad)
        return Card(node, box, rows, cols, value, slope, heading, fan=fan, messages=count)

    def _fan(self, node: Node) -> tuple[tuple[float, float, float] | None, int]:
        """The columns of the messages that add up in a scalar, and how many rows they fill."""
        rows = [row for s in self.steps for row in s.added_up(node.id)] if self.metrics.fan else []
        count = max((len(s.added_up(node.id)) for s in self.steps), default=0) if rows else 0
        if not 1 < count <= _MOST_MESSAGES:
            return None, 0
        turn, part, total = (self._wide(column, style.CELL) for column in zip(*rows, strict=True))
        return (turn, part, total), count

    def op_size(self, op: Node) -> tuple[float, float]:
        sign = self._wide([self.texts.sign(op)], style.NUMBER)
        return max(self.metrics.op, round(sign) + 16), self.metrics.op

    # ── labels ────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def labels(self) -> dict[tuple[int, int], float]:
        """The width of the label on each road that has one, by operation and use."""
        lines: dict[tuple[int, int], set[str]] = {}
        for step in self.steps:
            for a in step.applications:
                label = step.message_lines if self.metrics.fan else step.backward_label
                first, sum_, result = label(a)
                place = lines.setdefault((a.message.node, a.message.index), set())
                place |= {first, f"{sum_} {result}".strip()}
        for op in self.ops:
            main = self.spine(op)
            if main is not None and self.metrics.forward_labels:
                for step in self.steps:
                    first, sum_, result = step.forward_label(op)
                    place = lines.setdefault((op.id, main), set())
                    place |= {first, f"{sum_} {result}".strip()}
        return {key: self._wide(texts, style.LABEL, bold=True) for key, texts in lines.items()}

    LABEL_HEIGHT = 2 * style.LABEL_ROW

    def slot(self, op: int, use: int) -> tuple[float, float, float]:
        """Width of a label's slot on its road, height of the road, room below it.

        One of several roads that leave a card is level for a while even where it has no label.
        """
        label = self.labels.get((op, use))
        if label is None:
            return 16.0, 2 * self.metrics.lane, 0.0
        return label + 2 * self.metrics.lane, 2 * self.metrics.lane, self.LABEL_HEIGHT

    def above(self, op: Node) -> float:
        """How far the first satellite's card ends above the operation's middle."""
        tall = self.cards[op.id].box.h / 2 + style.BORDER / 2
        labelled = any((op.id, i) in self.labels for i, _ in self.satellites[op.id])
        return tall + (self.LABEL_HEIGHT + 12 if labelled else 8)

    def block(self, op: Node) -> Block:
        """The room of an operation, its result, its satellites and the labels beside them."""
        result, border = self.cards[op.id].box, style.BORDER / 2
        w, h = self.op_size(op)
        left = right = 0.0
        ends = [result.h / 2 + border, result.h / 2 + border]
        for side, (use, leaf) in enumerate(self.satellites[op.id]):
            box = self.cards[leaf].box
            label = self.labels.get((op.id, use), 0.0)
            left = max(left, box.w / 2 + border)
            right = max(right, box.w / 2 + border, self.metrics.lane + 6 + label)
            ends[side] = self.above(op) + box.h + border
        right -= w / 2 + style.ROAD + result.w
        rooms = (
            left - w / 2,
            w,
            style.ROAD,
            result.w,
            max(right, border),
            ends[0] - h / 2,
            h,
            ends[1] - h / 2,
        )
        return Block(*(max(round(room), 1) for room in rooms))


def shared(a: Home, b: Home) -> Home:
    """The modules that two nodes have in common, where the label of the road between them is."""
    same = (x == y for x, y in zip(a, b, strict=False))
    return a[: sum(itertools.takewhile(bool, same))]
