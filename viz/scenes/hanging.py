"""Labels that hang below the cards at both ends of their road, so that neighbours stand close.

A label is often wider than the road that it tells of. Beside the cards it would push them apart, and
a chain of ten operations would be a ribbon that no slide can hold. Below the cards there is room.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from autograd_lite.recording import Node
from viz.graphics import style
from viz.graphics.sizes import Block, Sizes, shared

__all__ = ["ENDS", "Hanging", "Hung", "Key"]

ENDS = ("before", "after")

Key = tuple[int, int]
"""A road: the operation it leads to, and which of its inputs it brings."""

_SHORTEST = 16.0
"""The least slot: with the distance of two ranks on both sides a road that can be seen."""

_APART = 12.0
"""Between two labels that hang side by side."""

_WORTH = 16.0
"""A label that would save less stays at its road."""

_MERGING = 20
"""Where more roads meet than this, to place them takes long, and twice is too long."""

_DEEPEST = 110.0
"""A label that is further below its road than this would not be read as the road's."""


@dataclass(frozen=True)
class Hung:
    """How a label hangs: how far it reaches below the card before its road and below the operation
    and its result after it, how far below the middle of the road it begins, and the slot it needs."""

    before: float
    after: float
    drop: float
    slot: float


class Hanging:
    """Which labels of a drawing hang, and the room that their nodes need for it.

    Parameters
    ----------
    sizes : Sizes
    barred : container of (key, {"before", "after"})
        Ends of roads that turned out not to be level, so that the room there is not free.
    """

    def __init__(self, sizes: Sizes, barred: Container[tuple[Key, str]] = ()) -> None:
        self.sizes = sizes
        merging = sum(not _alone(sizes, op) for op in sizes.ops)
        self.labels = {} if sizes.tangled or merging > _MERGING else _hung(sizes, barred)
        self._below: dict[int, float] = {}
        for (op, use), hung in self.labels.items():
            for node, part in ((sizes.graph.nodes[op].inputs[use], hung.before), (op, hung.after)):
                if part > 0:
                    deep = hung.drop + sizes.LABEL_HEIGHT
                    self._below[node] = max(self._below.get(node, 0.0), deep)

    def block(self, op: Node) -> Block:
        """An operation and its result, with room for what hangs below."""
        block = self.sizes.block(op)
        deep = round(self._below.get(op.id, 0.0) - block.op_h / 2)
        return replace(block, down=max(block.down, deep))

    def under(self, leaf: int) -> int:
        """The room that the card of a leaf needs below, in whole points."""
        if leaf not in self._below:
            return 0
        tall = self.sizes.cards[leaf].box.h + style.BORDER
        return max(round(self._below[leaf] - tall / 2), 1)

    def slot(self, op: int, use: int) -> tuple[float, float, float]:
        """The width of a label's slot, the height of its road and the room below; see
        :meth:`Sizes.slot`."""
        hung, lane = self.labels.get((op, use)), self.sizes.metrics.lane
        if hung is None:
            return self.sizes.slot(op, use)
        return hung.slot, 2 * lane, hung.drop - lane + self.sizes.LABEL_HEIGHT


def _hung(sizes: Sizes, barred: Container[tuple[Key, str]]) -> dict[Key, Hung]:
    ends = {key: free for key in sizes.labels if (free := _ends(sizes, key, barred))}
    claims: dict[int, int] = {}
    for (op, use), sides in ends.items():
        for side in sides:
            node = op if side == "after" else sizes.graph.nodes[op].inputs[use]
            claims[node] = claims.get(node, 0) + 1
    hung = {}
    for (op, use), sides in ends.items():
        source = sizes.graph.nodes[op].inputs[use]
        need = _need(sizes, (op, use), len(sides))
        room = {
            side: (_wide(sizes, node) - _APART) / claims[node]
            for side, node in (("before", source), ("after", op))
            if side in sides
        }
        before = min(need / 2, room.get("before", 0.0))
        after = min(need - before, room.get("after", 0.0))
        before = min(need - after, room.get("before", 0.0))
        # Below one card alone a label makes its row taller, and must save more for it.
        if before + after < (_WORTH if before > 0 and after > 0 else 3 * _WORTH):
            continue
        drop = max(_half(sizes, node) for node, part in ((source, before), (op, after)) if part > 0)
        if drop <= _DEEPEST:
            hung[op, use] = Hung(before, after, drop, _SHORTEST + need - before - after)
    return hung


def _need(sizes: Sizes, key: Key, sides: int) -> float:
    """How much wider a label is than the shortest road, as far as it may stand below that."""
    return sizes.labels[key] + _APART - _SHORTEST - sides * (style.ROAD + 4)


def _ends(sizes: Sizes, key: Key, barred: Container[tuple[Key, str]]) -> tuple[str, ...]:
    """At which ends of a road the room below the card is free: where no other road comes or goes."""
    op, use = sizes.graph.nodes[key[0]], key[1]
    source = op.inputs[use]
    if (
        use in dict(sizes.satellites[op.id])
        or sizes.uses[source] > 1
        or _need(sizes, key, 2) < _WORTH
    ):
        return ()
    home = shared(sizes.homes[op.id], sizes.homes[source])
    free = {
        "before": sizes.homes[source] == home and _clear(sizes, source),
        "after": _alone(sizes, op) and sizes.homes[op.id] == home and _clear(sizes, op.id),
    }
    return tuple(side for side, there in free.items() if there and (key, side) not in barred)


def _alone(sizes: Sizes, op: Node) -> bool:
    """Whether one road only comes to an operation from the left."""
    return len(sizes.inputs(op)) - len(sizes.satellites[op.id]) < 2


def _clear(sizes: Sizes, node: int) -> bool:
    """Whether nothing stands below a node: a second satellite would."""
    return len(sizes.satellites.get(node, ())) < 2


def _wide(sizes: Sizes, node: int) -> float:
    """The width of what Graphviz places as one piece."""
    if sizes.graph.nodes[node].op:
        block = sizes.block(sizes.graph.nodes[node])
        return block.left + block.op_w + block.road + block.card_w + block.right
    return sizes.cards[node].box.w + style.BORDER


def _half(sizes: Sizes, node: int) -> float:
    """From the middle of a card to where a label may begin below it."""
    return sizes.cards[node].box.h / 2 + style.BORDER / 2 + 4
