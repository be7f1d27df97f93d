"""A pass that has come only so far: what is not yet computed is blank, its roads are faint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from autograd_lite.recording import Application, Node
from viz.records.parts import Part
from viz.scenes.passes import _Painter
from viz.scenes.scene import Road
from viz.words.narration import computed
from viz.words.texts import Cells, StepTexts, cells

__all__ = ["PartPainter", "PartTexts"]


@dataclass(frozen=True)
class PartTexts(StepTexts):
    """The texts of a step of which some results and messages are still to come."""

    def show(self, results: int, messages: int, updated: bool) -> None:
        """So many results are computed, so many messages sent; −1 before the seed."""
        object.__setattr__(self, "_part", (results, messages, updated))

    @property
    def part(self) -> tuple[int, int, bool]:
        return getattr(self, "_part", (len(self.graph.graph.nodes), -1, False))

    @cached_property
    def known(self) -> frozenset[int]:
        """The nodes that have a value."""
        graph = self.graph.graph
        done = {n.id for n in computed(graph)[: self.part[0]]}
        return frozenset(n.id for n in graph.nodes if not n.op or n.id in done)

    @cached_property
    def values(self) -> tuple[Cells, ...]:
        nodes = self.graph.graph.nodes
        shown = dict(enumerate(self.step.values))
        if self.part[2]:
            # The value of a part is no parameter: its update is told in words.
            after = ((u.node, u.after) for u in self.step.updates)
            shown.update((i, data) for i, data in after if not isinstance(nodes[i], Part))
        whole = (cells(shown[n.id], n.shape) for n in nodes)
        return tuple(
            made if n.id in self.known else tuple(("",) * len(row) for row in made)
            for n, made in zip(nodes, whole, strict=True)
        )

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        sent = self.part[1]
        if sent < 1 or not self.step.contributions:
            return ()
        with np.errstate(all="ignore"):  # infinities of both signs may meet in a sum
            return tuple(self.recording.applications(self.step))[:sent]

    @cached_property
    def gradients(self) -> dict[int, Cells]:
        graph = self.graph.graph
        found = (
            {graph.root.id: self.step.seed} if self.part[1] >= 0 and self.step.contributions else {}
        )
        found.update((a.message.input, a.after) for a in self.applications)
        return {i: cells(g, graph.nodes[i].shape) for i, g in found.items()}

    def forward_label(self, node: Node) -> tuple[str, str, str]:
        return super().forward_label(node) if node.id in self.known else ("", "", "")


class PartPainter(_Painter):
    """Paints the roads that were gone in their colours, the others faintly."""

    texts: PartTexts

    def _roads(self) -> None:
        scene, back = self.scene, self.back
        sent = {(a.message.node, a.message.index) for a in self.texts.applications}
        ended = {node for node, _ in sent}
        reached: list[Road] = []
        ahead: list[Road] = []
        for road in scene.roads:
            used = road.op in ended if road.use is None else (road.op, road.use) in sent
            kept = road if back and used else replace(road, backward=None)
            (reached if road.op in self.texts.known else ahead).append(kept)
        self.scene, self.back, self.passes = replace(scene, roads=tuple(ahead)), False, "backward"
        super()._roads()
        self.scene, self.back, self.passes = replace(scene, roads=tuple(reached)), back, "both"
        super()._roads()
        self.scene = scene
