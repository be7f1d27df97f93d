"""Layers on arrays, found in a record: ``x @ kernel + bias`` and an activation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd_lite.nn.names import lowered
from autograd_lite.recording import Graph, Node
from viz.networks.parts import (
    Column,
    Layers,
    Link,
    Network,
    Place,
    Unit,
    activation_after,
    users,
)

__all__ = ["array_layers"]


@dataclass(frozen=True)
class _Dense:
    source: Node
    kernel: Node
    bias: Node | None
    out: Node
    activation: str

    def title(self, place: int) -> str:
        """The learner's name of the layer, or its number."""
        return self.kernel.module[-1] if self.kernel.module else f"layer {place}"


def array_layers(graph: Graph) -> Layers | None:
    """The chain of layers in a graph of arrays; None if there is not one product with a kernel.

    Raises
    ------
    ValueError
        The layers are no chain.
    """
    taken = users(graph)
    found: list[_Dense] = []
    for node in graph.nodes:
        if node.op != "matmul":
            continue
        source, kernel = (graph.nodes[x] for x in node.inputs)
        if kernel.op or len(kernel.shape) != 2 or (not source.op and source.role == "parameter"):
            continue
        found.append(_layer(graph, node, source, kernel, taken))
    if not found:
        return None
    for before, after in itertools.pairwise(found):
        if after.source.id != before.out.id:
            raise ValueError(
                f"the layer with {after.kernel.name!r} does not take what the one with"
                f" {before.kernel.name!r} gives; a network is drawn of layers one after the other, and"
                " viz.draw() draws any computation"
            )
    found[-1] = _with_its_loss(found[-1], taken)
    shape = found[0].source.shape
    if len(shape) > 2:
        raise ValueError(f"a network is drawn of one batch of examples, not of inputs {shape}")
    return Layers(lambda example: _network(found, example), shape[0] if len(shape) == 2 else 1)


def _layer(
    graph: Graph, product: Node, source: Node, kernel: Node, taken: dict[int, list[Node]]
) -> _Dense:
    top, bias = product, None
    if len(taken[product.id]) == 1 and taken[product.id][0].op == "add":
        sum_ = taken[product.id][0]
        other = next((graph.nodes[x] for x in sum_.inputs if x != product.id), product)
        if not other.op and other.shape in ((kernel.shape[1],), (1, kernel.shape[1])):
            top, bias = sum_, other
    out, activation = activation_after(graph, top, taken)
    return _Dense(source, kernel, bias, out, activation)


_IN_LOSSES = {"softplus": "sigmoid in the loss", "log_softmax": "softmax in the loss"}
"""What a cross-entropy on logits computes, and the activation that it takes the place of."""


def _with_its_loss(layer: _Dense, taken: dict[int, list[Node]]) -> _Dense:
    """The last layer; its sigmoid or softmax may have become a part of the loss, for accuracy."""
    inside = (_IN_LOSSES[n.op] for n in taken[layer.out.id]
              if n.op in _IN_LOSSES and n.module != layer.kernel.module)  # fmt: skip
    found = next(inside, "") if layer.activation == "linear" else ""
    return replace(layer, activation=found) if found else layer


def _network(layers: Sequence[_Dense], example: int) -> Network:
    first, last = layers[0], layers[-1]
    columns = [_column("input", "", first.source, first.kernel.shape[0], example, None)]
    gaps = []
    for place, layer in enumerate(layers, 1):
        n, units = layer.kernel.shape
        columns.append(
            _column(layer.title(place), layer.activation, layer.out, units, example, layer.bias,
                    named=layer is last)
        )  # fmt: skip
        kernel = layer.kernel.id
        gaps.append(tuple(Link(i, j, (kernel, (i, j))) for i in range(n) for j in range(units)))
    return Network(tuple(columns), tuple(gaps))


def _column(title: str, activation: str, node: Node, units: int, example: int, bias: Node | None,
            named: bool = True) -> Column:  # fmt: skip
    def name(place: int) -> str:
        if not named:
            return ""
        return node.name if units == 1 else f"{node.name}{lowered(place + 1)}"

    def at(place: int) -> Place:
        return node.id, (example, place) if len(node.shape) == 2 else (place,)

    def offset(place: int) -> Place | None:
        if bias is None:
            return None
        return bias.id, (place,) if len(bias.shape) == 1 else (0, place)

    made = tuple(Unit(name(i), at(i), offset(i)) for i in range(units))
    return Column(title, activation, made)
