"""A recorded graph made coarser: groups of nodes as single nodes, their chain rule still exact.

What a group passes back to a node outside of it is the sum of the recorded contributions that cross
its border, so nothing is differentiated anew. The result is a :class:`Recording` like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograd_lite.nn.names import lowered
from autograd_lite.notation import is_elementwise
from autograd_lite.recording import Check, Data, Graph, Message, Node, Recording, StepRecord, Update
from viz.records.chains import Chain, chain, swept
from viz.records.grouping import Group, groups
from viz.records.parts import CoarseStep, Part, few, layer_number, stem, unit_name

__all__ = ["coarse_recording"]

_UNITS = 16
"""A layer on arrays with more units than this is drawn as one."""


def coarse_recording(recording: Recording, level: str) -> Recording:
    """The recording with its graphs drawn at a coarser level."""
    made = [_Coarse(graph, level) for graph in recording.graphs]
    return replace(
        recording,
        graphs=tuple(m.graph for m in made),
        steps=tuple(made[s.graph].step(recording, s) for s in recording.steps),
    )


@dataclass(frozen=True)
class _Dense:
    """A group that multiplies its input by a matrix: a column of the result is a unit."""

    product: int
    input: int
    kernel: int
    bias: int | None
    units: int


class _Coarse:
    """One graph: which parts there are, and their numbers in a step."""

    def __init__(self, graph: Graph, level: str) -> None:
        self.fine, self.level = graph, level
        self.groups = groups(graph, level)
        self.home = {i: place for place, group in enumerate(self.groups) for i in group.members}
        self.outputs = [self._outputs(group) for group in self.groups]
        self.dense = [self._dense(place) for place in range(len(self.groups))]
        self.columns = [self._columns(place) for place in range(len(self.groups))]
        self.ids: list[list[int]] = []
        self.parts: list[tuple[int, int | None]] = []
        for place, count in enumerate(self.columns):
            self.ids.append([len(self.parts) + j for j in range(max(count, 1))])
            self.parts += [(place, j if count else None) for j in range(max(count, 1))]
        self.producers = [self._producers(place) for place in range(len(self.groups))]
        self.crossing = self._crossing()

    # ── what stays ────────────────────────────────────────────────────────────────────────────
    def _outputs(self, group: Group) -> list[int]:
        """The nodes of a group that others use, and the root."""
        if group.kind == "input":
            return list(group.leaves)
        inside = set(group.members)
        return [
            i
            for i in group.ops
            if i == self.fine.root.id or any(user not in inside for user in self.users[i])
        ]

    @cached_property
    def users(self) -> list[list[int]]:
        """The nodes that use each node."""
        users: list[list[int]] = [[] for _ in self.fine.nodes]
        for node in self.fine.nodes:
            for x in node.inputs:
                users[x].append(node.id)
        return users

    def _dense(self, place: int) -> _Dense | None:
        """The matrix product of a group, where all else in it goes element by element."""
        group, nodes = self.groups[place], self.fine.nodes
        if self.level != "neurons" or group.kind != "module" or len(self.outputs[place]) != 1:
            return None
        inside = set(group.members)
        products = [nodes[i] for i in group.ops if nodes[i].op == "matmul"]
        others = [nodes[i] for i in group.ops if nodes[i].op != "matmul"]
        outer = {x for n in others for x in n.inputs if x not in inside}
        if len(products) != 1 or outer or not all(is_elementwise(n.op) for n in others):
            return None
        product = products[0]
        x, kernel = product.inputs
        fits = kernel in group.leaves and x not in inside and len(product.shape) == 2
        out = nodes[self.outputs[place][0]]
        if not fits or out.shape != product.shape or not 0 < out.shape[1] <= _UNITS:
            return None
        bias = [i for i in group.leaves if nodes[i].shape == out.shape[1:] and i != kernel]
        return _Dense(product.id, x, kernel, bias[0] if bias else None, out.shape[1])

    def _columns(self, place: int) -> int:
        """How many parts a group makes; 0 for one that is whole."""
        dense = self.dense[place]
        if dense:
            return dense.units
        group = self.groups[place]
        wanted = {d.input for d in self.dense if d}
        if group.kind == "input" and len(group.leaves) == 1 and group.leaves[0] in wanted:
            width = self.fine.nodes[group.leaves[0]].shape[1]
            return width if width <= _UNITS else 0
        return 0

    def _producers(self, place: int) -> list[int]:
        """The groups whose results a group uses, in the order of use."""
        found: dict[int, None] = {}
        for i in self.groups[place].ops:
            for x in self.fine.nodes[i].inputs:
                other = self.home[x]
                if other != place and x in self.outputs[other]:
                    found[other] = None
        return list(found)

    def _crossing(self) -> dict[tuple[int, int], list[int]]:
        """The recorded messages from one group to another, by their places."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, message in enumerate(self.fine.messages):
            here, there = self.home[message.node], self.home[message.input]
            if here != there and message.input in self.outputs[there]:
                found.setdefault((here, there), []).append(number)
        return found

    @cached_property
    def graph(self) -> Graph:
        """The coarse graph, its messages from the root back."""
        nodes = [self._part(i) for i in range(len(self.parts))]
        messages = [m for node in reversed(nodes) for m in self._messages(node, nodes)]
        return Graph(tuple(nodes), tuple(messages))

    @cached_property
    def names(self) -> list[str]:
        names: list[str] = []
        for place, column in self.parts:
            name = self._name(place, column)
            count, free = 1, name
            while free in names:
                count += 1
                free = f"{name} ({count})"
            names.append(free)
        return names

    def _name(self, place: int, column: int | None) -> str:
        group, nodes = self.groups[place], self.fine.nodes
        given = [nodes[i].name for i in self.outputs[place]]
        if column is not None:
            return given[0] if self.columns[place] == 1 else unit_name(given[0], column)
        if len(given) == 1 or group.kind == "neuron":
            return given[0]
        stems = {stem(name) for name in given}
        return stems.pop() if len(stems) == 1 else group.title or "inputs"

    def _part(self, i: int) -> Node:
        place, column = self.parts[i]
        group, nodes = self.groups[place], self.fine.nodes
        first = nodes[self.outputs[place][-1]]
        if group.kind == "input" and column is None and len(group.leaves) == 1:
            return replace(first, id=i)
        inputs = tuple(x for p in self.producers[place] for x in self.ids[p])
        shape = self._shape(place, column)
        kind = "neuron" if column is not None and group.kind != "input" else group.kind
        names = [self.names[x] for x in inputs]
        title = group.title or self.names[i]
        return Part(
            id=i,
            name=self.names[i],
            role=first.role if len(self.outputs[place]) == 1 or not group.ops else "value",
            op="group" if group.ops else "",
            symbol=title if group.ops else "",
            inputs=inputs,
            shape=shape,
            dtype=first.dtype,
            tracked=any(nodes[x].tracked for x in self.outputs[place]),
            formula=[title, *few([str(k) for k in range(len(inputs))])] if group.ops else None,
            module=tuple(t for t, _ in group.home),
            file=first.file,
            line=first.line,
            code=first.code,
            kind=kind,
            title=group.title,
            home=group.home,
            members=group.members,
            parameters=sum(_size(nodes[x], c) for x, c in self._parameters(place, column)),
            links=self._links(place, column, inputs),
            slots=(
                *((f"p{x}", nodes[x].name) for x in self._near(place)),
                *((f"j{k}", f"(∂{self.names[i]}/∂{name})ᵀ") for k, name in enumerate(names)),
                *((f"w{k}", self._weight_name(place, column, k)) for k in range(len(inputs))),
            ),
        )

    def _near(self, place: int) -> list[int]:
        """The nodes that stand in the formulas of a group: its own, and those that it uses."""
        group, nodes = self.groups[place], self.fine.nodes
        used = {x for i in group.ops for x in nodes[i].inputs}
        return sorted(used.union(group.members))

    def _shape(self, place: int, column: int | None) -> tuple[int, ...]:
        nodes = [self.fine.nodes[x] for x in self.outputs[place]]
        if column is not None:
            return () if nodes[0].shape[0] == 1 else nodes[0].shape[:1]
        if len(nodes) == 1:
            return nodes[0].shape
        return (sum(int(np.prod(n.shape)) for n in nodes),)

    def _parameters(self, place: int, column: int | None) -> list[tuple[int, int | None]]:
        """The parameters of a part, and the column where it has only one."""
        dense = self.dense[place]
        nodes, group = self.fine.nodes, self.groups[place]
        own = [i for i in group.leaves if nodes[i].tracked and group.ops]
        if column is None or dense is None:
            return [(i, None) for i in own]
        return [(i, column) for i in own if i in (dense.kernel, dense.bias)]

    def _links(self, place: int, column: int | None, inputs: Sequence[int]) -> tuple[Any, ...]:
        dense = self.dense[place]
        if dense is not None:
            whole = len(inputs) != self.fine.nodes[dense.kernel].shape[0]
            return tuple(None if whole else (dense.kernel, (i, column)) for i in range(len(inputs)))
        found: list[Any] = []
        for producer in self.producers[place]:
            outputs = set(self.outputs[producer])
            by = self._multiplied(place, outputs)
            one = len(by) == 1 and not self.columns[producer]
            found += [(by.copy().pop(), ()) if one else None] * len(self.ids[producer])
        return tuple(found)

    def _multiplied(self, place: int, outputs: set[int]) -> set[int]:
        """The scalar parameters of a group that are multiplied by nodes from outside."""
        group, nodes = self.groups[place], self.fine.nodes
        if group.kind != "neuron":
            return set()
        pairs = [nodes[i].inputs for i in group.ops if nodes[i].op == "mul"]
        both = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
        return {a for a, b in both if b in outputs and a in self.weights}

    @cached_property
    def weights(self) -> set[int]:
        """The scalar parameters of modules."""
        nodes = self.fine.nodes
        return {n.id for n in nodes if not n.op and n.tracked and n.module and not n.shape}

    def _weight_name(self, place: int, column: int | None, use: int) -> str:
        dense = self.dense[place]
        if dense is None or column is None:
            return "w"
        above = layer_number(self.fine.nodes[dense.kernel].name)
        many, wide = dense.units > 1, self.fine.nodes[dense.kernel].shape[0] > 1
        return f"w{lowered(*([column + 1] if many else []), *([use + 1] if wide else []))}{above}"

    # ── messages ──────────────────────────────────────────────────────────────────────────────
    def _messages(self, node: Node, nodes: Sequence[Node]) -> list[Message]:
        place, _ = self.parts[node.id]
        found, use = [], 0
        for producer in self.producers[place]:
            for x in self.ids[producer]:
                if (place, producer) in self.crossing:
                    found.append(self._message(node, use, nodes[x], place, producer))
                use += 1
        return found

    def _message(self, node: Node, use: int, target: Node, place: int, producer: int) -> Message:
        tree = None
        if self.dense[place]:
            inner = self._inner(place)
            tree = f"w{use}" if inner.tree == 1.0 else ["mul", f"w{use}", inner.tree]
            tree = None if inner.tree is None or self.columns[producer] == 0 else tree
        elif not node.shape and not target.shape and not self.columns[producer]:
            inner = self._chain(place, self.outputs[producer][0])
            if inner.known:
                tree = f"∂{node.name}/∂{target.name}" if inner.tree is None else inner.tree
        pull = ["mul", f"j{use}", "g"] if tree is None else None
        through = self.groups[place].title or node.name
        return Message(
            node.id, use, target.id, tree, pull, "" if tree else f"the chain rule through {through}"
        )

    def _chain(self, place: int, x: int) -> Chain:
        """What one scalar output of a group does when a scalar that it uses moves."""
        return chain(self.fine, self.inside[place], self.outputs[place], x)

    def _inner(self, place: int) -> Chain:
        """From the matrix product of a layer to its result."""
        dense = self.dense[place]
        assert dense is not None
        return chain(self.fine, self._later(place), self.outputs[place], dense.product)

    @cached_property
    def inside(self) -> list[list[tuple[int, Message]]]:
        """The recorded messages that each group sends, with their places."""
        found: list[list[tuple[int, Message]]] = [[] for _ in self.groups]
        for number, message in enumerate(self.fine.messages):
            found[self.home[message.node]].append((number, message))
        return found

    def _later(self, place: int) -> list[tuple[int, Message]]:
        """The messages of a layer on arrays that come before its matrix product."""
        dense = self.dense[place]
        assert dense is not None
        return [(n, m) for n, m in self.inside[place] if m.node != dense.product]

    # ── the numbers of a step ─────────────────────────────────────────────────────────────────
    def step(self, recording: Recording, step: StepRecord) -> CoarseStep:
        """A step of the recorded graph, told by its parts."""
        gradients = recording.gradients(step) if step.contributions else {}
        locals_, contributions = [], []
        if step.contributions:
            sums = {way: self._sum(step, way) for way in self.crossing}
            for message in self.graph.messages:
                local, contribution = self._passed(step, message, sums, gradients)
                locals_.append(local)
                contributions.append(contribution)
        nodes = self.graph.nodes
        weights = {
            (n.id, use): float(np.asarray(step.values[link[0]])[link[1]])
            for n in nodes
            if isinstance(n, Part)
            for use, link in enumerate(n.links)
            if link
        }
        inside = {
            i: (_flat(step.values, own), _flat(gradients, own))
            for i, (place, column) in enumerate(self.parts)
            if (own := self._parameters(place, column))
        }
        return CoarseStep(
            graph=step.graph,
            number=step.number,
            epoch=step.epoch,
            loss=step.loss,
            values=tuple(
                self._pick([step.values[x] for x in self.outputs[place]], column)
                for place, column in self.parts
            ),
            locals=tuple(locals_),
            contributions=tuple(contributions),
            seed=step.seed,
            updates=self._updates(step),
            checks=self._checks(step),
            inside=inside,
            weights=weights,
        )

    def _pick(self, data: Sequence[Any], column: int | None) -> Data:
        """The data of a group's outputs as the value of a part."""
        if len(data) == 1:
            whole = np.asarray(data[0], float)
            if column is None:
                return whole.tolist()
            return float(whole[0, column]) if len(whole) == 1 else whole[:, column].tolist()
        return np.concatenate([np.ravel(np.asarray(x, float)) for x in data]).tolist()

    def _sum(self, step: StepRecord, way: tuple[int, int]) -> list[np.ndarray]:
        """What a group sends to each output of another in all."""
        outputs = self.outputs[way[1]]
        total = {x: np.zeros(self.fine.nodes[x].shape) for x in outputs}
        with np.errstate(all="ignore"):
            for number in self.crossing[way]:
                x = self.fine.messages[number].input
                total[x] = total[x] + np.asarray(step.contributions[number], float)
        return [total[x] for x in outputs]

    def _passed(self, step: StepRecord, message: Message, sums: Mapping[Any, Any],
                gradients: Mapping[int, Data]) -> tuple[Data, Data]:  # fmt: skip
        """The local derivative and the contribution of a coarse message."""
        (place, unit), (producer, column) = self.parts[message.node], self.parts[message.input]
        dense = self.dense[place]
        with np.errstate(all="ignore"):
            if dense is None or unit is None:
                contribution = self._pick(sums[place, producer], column)
                if message.local is None:
                    return None, contribution
                x = self.outputs[producer][0]
                way = self.inside[place]
                return float(swept(self.fine, step, way, self.outputs[place][0], x)), contribution
            product = np.asarray(gradients[dense.product], float)[:, [unit]]
            kernel = np.asarray(step.values[dense.kernel], float)[:, unit]
            contribution = self._pick([product * kernel], column)
            if message.local is None or column is None:
                return None, contribution
            slope = swept(
                self.fine, step, self._later(place), self.outputs[place][0], dense.product
            )
            return self._pick([slope[:, [unit]] * kernel], column), contribution

    def _checks(self, step: StepRecord) -> tuple[Check, ...]:
        """A part agrees where all that was checked of it does: its result, and its parameters."""
        known = {c.node: c for c in step.checks}
        found = []
        for i, (place, column) in enumerate(self.parts):
            own = [x for x in (*self.outputs[place], *self.groups[place].leaves) if x in known]
            if own:
                single = known[own[0]].numeric if len(own) == 1 and column is None else None
                found.append(Check(i, single, all(known[x].agrees for x in own)))
        return tuple(found)

    def _updates(self, step: StepRecord) -> tuple[Update, ...]:
        """The updates of a part's parameters, in a row."""
        by_node = {u.node: u for u in step.updates}
        found = []
        for i, (place, column) in enumerate(self.parts):
            own = [(x, c) for x, c in self._parameters(place, column) if x in by_node]
            if not own:
                continue
            first = by_node[own[0][0]]
            before, gradient, after = (
                _flat({x: getattr(by_node[x], part) for x, _ in own}, own)
                for part in ("before", "gradient", "after")
            )
            plain = {k: v for k, v in first.slots.items() if not isinstance(v, list)}
            shared = {
                k: v for k, v in plain.items() if all(by_node[x].slots.get(k) == v for x, _ in own)
            }
            found.append(Update(i, before, gradient, after, first.rule, shared))
        return tuple(found)


def _flat(data: Any, own: Sequence[tuple[int, int | None]]) -> Data | None:
    """Parameters, or what belongs to them, in a row; None where something is missing."""
    parts = []
    for x, column in own:
        if isinstance(data, Mapping) and x not in data:
            return None
        array = np.asarray(data[x], float)
        parts.append(np.ravel(array if column is None else array[..., column]))
    return np.concatenate(parts).tolist()


def _size(node: Node, column: int | None) -> int:
    return int(np.prod(node.shape if column is None else node.shape[:-1]))
