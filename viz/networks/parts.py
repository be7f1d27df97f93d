"""What a network is made of, as plain data: units in columns, and links between the columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograd_lite.recording import Graph, Node

__all__ = ["Column", "Layers", "Link", "Network", "Place", "Unit", "users"]

Place = tuple[int, tuple[int, ...]]
"""A node of the record, and an index into its data: ``()`` for a scalar."""


@dataclass(frozen=True)
class Unit:
    """An input or a neuron: where its value and its bias stand in the record."""

    name: str
    value: Place
    bias: Place | None = None


@dataclass(frozen=True)
class Column:
    """The inputs, or the neurons of one layer."""

    title: str
    activation: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Link:
    """A weight: from a unit of one column to a unit of the next."""

    source: int
    target: int
    weight: Place


@dataclass(frozen=True)
class Network:
    """Columns from left to right; ``gaps[i]`` holds the links from column i to column i + 1."""

    columns: tuple[Column, ...]
    gaps: tuple[tuple[Link, ...], ...]


@dataclass(frozen=True)
class Layers:
    """A network of one or many examples; :meth:`at` chooses the example whose values are shown."""

    build: Callable[[int], Network]
    examples: int = 1

    def at(self, example: int) -> Network:
        if not 0 <= example < self.examples:
            raise ValueError(
                f"example {example} is not in the batch, which has examples 0 to {self.examples - 1}"
            )
        return self.build(example)


def users(graph: Graph) -> dict[int, list[Node]]:
    """The operations that take each node, in the order of creation."""
    found: dict[int, list[Node]] = {n.id: [] for n in graph.nodes}
    for node in graph.nodes:
        for x in dict.fromkeys(node.inputs):
            found[x].append(node)
    return found


def activation_after(graph: Graph, node: Node, taken: dict[int, list[Node]]) -> tuple[Node, str]:
    """The node after the activation of a sum, and what the activation is called.

    It is what stands in the same module, or without modules an operation of one input.
    """
    out, names = node, []
    while len(taken[out.id]) == 1:
        user = taken[out.id][0]
        others = [x for x in user.inputs if x != out.id]
        plain = all(graph.nodes[x].role == "constant" for x in others)
        if user.op == "matmul" or not plain or user.shape != out.shape:
            break
        if user.module != node.module or (not node.module and others):
            break
        names.append(user.op if user.inputs.count(out.id) == 1 else "custom")
        out = user
    if node.module and not names:
        last = max((n for n in graph.nodes if n.module == node.module and n.op), key=lambda n: n.id)
        if last.id != out.id and last.shape == node.shape and node.id in _behind(graph, last):
            return last, "custom"
    return out, names[0] if len(names) == 1 else "custom" if names else "linear"


def _behind(graph: Graph, node: Node) -> set[int]:
    """Everything that a node was computed from."""
    found: set[int] = set()
    stack = [node.id]
    while stack:
        here = stack.pop()
        if here not in found:
            found.add(here)
            stack.extend(graph.nodes[here].inputs)
    return found
