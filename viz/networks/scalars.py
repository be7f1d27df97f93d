"""Neurons on scalars, found in a record: sums of ``weight·input``, a bias, an activation."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd_lite.recording import Graph, Node
from viz.networks.parts import Column, Layers, Link, Network, Unit, activation_after, users

__all__ = ["scalar_layers"]


@dataclass
class _Neuron:
    """A sum of products and what its activation makes of it."""

    module: tuple[str, ...]
    out: Node
    activation: str
    weights: list[tuple[int, int]] = field(default_factory=list)
    bias: int | None = None


def scalar_layers(graph: Graph) -> Layers | None:
    """The network in a graph of scalars; None if no weight meets an input.

    Raises
    ------
    ValueError
        A neuron takes something that neither an input nor the column before it holds.
    """
    neurons = _neurons(graph)
    if not neurons:
        return None
    network = _arranged(graph, neurons)
    return Layers(lambda example: network)


def _neurons(graph: Graph) -> list[_Neuron]:
    """Every sum of products, in the order of its result."""
    taken = users(graph)
    by_top: dict[int, list[tuple[int, int]]] = {}
    for node in graph.nodes:
        if node.op == "mul" and not node.shape and (pair := _weighed(graph, node)):
            by_top.setdefault(_top(graph, node, taken).id, []).append(pair)
    found = []
    for top, weights in sorted(by_top.items()):
        node = graph.nodes[top]
        out, activation = activation_after(graph, node, taken)
        neuron = _Neuron(node.module, out, activation, weights)
        known = {w for w, _ in weights}
        neuron.bias = next(
            (x for x in _terms(graph, node) if _parameter(graph.nodes[x], node) and x not in known),
            None,
        )
        found.append(neuron)
    return found


def _parameter(leaf: Node, user: Node) -> bool:
    """Whether a leaf belongs to a neuron: marked as a parameter, or made in the same module."""
    if leaf.op or leaf.shape:
        return False
    return leaf.role == "parameter" or (bool(leaf.module) and leaf.module == user.module)


def _weighed(graph: Graph, product: Node) -> tuple[int, int] | None:
    """The weight and the input of a product; None where it is none of both."""
    left, right = (graph.nodes[x] for x in product.inputs)
    if _parameter(left, product) and not _parameter(right, product):
        return left.id, right.id
    if _parameter(right, product) and not _parameter(left, product):
        return right.id, left.id
    return None


def _top(graph: Graph, node: Node, taken: dict[int, list[Node]]) -> Node:
    """The end of the sum that a product is a term of."""
    while len(taken[node.id]) == 1 and taken[node.id][0].op == "add":
        above = taken[node.id][0]
        if above.module != node.module or above.shape:
            break
        node = above
    return node


def _terms(graph: Graph, node: Node) -> list[int]:
    """The leaves of a sum."""
    if node.op != "add":
        return [node.id]
    return [t for x in node.inputs for t in _terms(graph, graph.nodes[x])]


def _arranged(graph: Graph, neurons: list[_Neuron]) -> Network:
    """Neurons in columns: each one step behind the last of its inputs."""
    made_by = {n.out.id: n for n in neurons}
    depth: dict[int, int] = {}
    for neuron in neurons:
        behind = [depth.get(x, 0) for _, x in neuron.weights]
        depth[neuron.out.id] = 1 + max(behind)
    sources = dict.fromkeys(x for n in neurons for _, x in n.weights if x not in made_by)
    layers: list[list[int]] = [list(sources)]
    for neuron in neurons:
        while len(layers) <= depth[neuron.out.id]:
            layers.append([])
        layers[depth[neuron.out.id]].append(neuron.out.id)
    gaps = []
    for place in range(1, len(layers)):
        before = {x: i for i, x in enumerate(layers[place - 1])}
        links = []
        for j, out in enumerate(layers[place]):
            for weight, x in made_by[out].weights:
                if x not in before:
                    raise ValueError(
                        f"{graph.nodes[out].name!r} takes {graph.nodes[x].name!r} from further back"
                        " than the layer before it; a network is drawn of layers one after the"
                        " other, and viz.draw() draws any computation"
                    )
                links.append(Link(before[x], j, (weight, ())))
        gaps.append(tuple(sorted(links, key=lambda k: (k.source, k.target))))
    columns = [Column("input", "", tuple(Unit(graph.nodes[x].name, (x, ())) for x in layers[0]))]
    for place, layer in enumerate(layers[1:], 1):
        parts = [made_by[out] for out in layer]
        kinds = {n.activation for n in parts}
        module = parts[0].module[:-1] if len(parts[0].module) > 1 else parts[0].module
        alone = module[0] if module and len(parts) == 1 else f"layer {place}"
        title = module[-1] if len(parts[0].module) > 1 else alone
        units = tuple(
            Unit(n.out.name if place == len(layers) - 1 else "", (n.out.id, ()),
                 None if n.bias is None else (n.bias, ()))
            for n in parts
        )  # fmt: skip
        columns.append(Column(title, kinds.pop() if len(kinds) == 1 else "mixed", units))
    return Network(tuple(columns), tuple(gaps))
