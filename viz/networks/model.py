"""A recorded graph read as a network: columns of neurons, and the weights between them.

A neuron, a weight and a bias are *places* in a record: the id of a node and an index into its data.
So one reading serves every step. Both kinds of model are read: layers on arrays (``x @ kernel +
bias``) and neurons on scalars (``w₁·x₁ + w₂·x₂ + b``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite.recording import Data, Graph, Recording
from viz.networks.arrays import array_layers
from viz.networks.parts import Column, Link, Network, Place, Unit
from viz.networks.scalars import scalar_layers

__all__ = [
    "Column",
    "Link",
    "Network",
    "Unit",
    "arrays",
    "network_data",
    "number_at",
    "read_network",
]


def read_network(graph: Graph, example: int = 0) -> Network:
    """The network inside a graph.

    Parameters
    ----------
    graph : Graph
    example : int
        Which row of a batch the neurons show.

    Raises
    ------
    ValueError
        The graph is no chain of layers, or the batch has no such example.
    """
    layers = array_layers(graph) or scalar_layers(graph)
    if layers is None:
        raise ValueError(
            "no layers of neurons are found in this computation: a network is made of x @ kernel +"
            " bias, or of sums of weight·input; viz.draw() draws any computation"
        )
    return layers.at(example)


Arrays = Mapping[int, np.ndarray]
"""Values or gradients of a step by node, turned into arrays once."""


def arrays(data: Mapping[int, Data] | Sequence[Data], network: Network) -> Arrays:
    """The data of those nodes that a network shows."""
    units = (u for c in network.columns for u in c.units)
    shown = {p[0] for u in units for p in (u.value, u.bias) if p is not None}
    shown |= {k.weight[0] for gap in network.gaps for k in gap}
    by_node = data if isinstance(data, Mapping) else dict(enumerate(data))
    return {i: np.asarray(by_node[i], dtype=float) for i in sorted(shown) if i in by_node}


def number_at(place: Place | None, data: Arrays) -> float | None:
    """The number at a place; None where there is none, as before the sweep came by."""
    if place is None or place[0] not in data:
        return None
    return float(data[place[0]][place[1]])


def network_data(recording: Recording, example: int = 0) -> dict[str, Any]:
    """The network of every recorded step as plain data, fit for JSON.

    Returns
    -------
    dict
        ``columns``: title, activation and the names of the neurons. ``links``: for every gap between
        two columns, the pairs ``[from, to]``. ``steps``: ``number``, ``epoch``, and in the order of
        columns and links the ``values``, ``gradients``, ``biases``, ``bias_gradients``, ``weights``,
        ``weight_gradients``; None where there is no number.

    Raises
    ------
    ValueError
        The recording's graphs are no network.
    """
    network = read_network(recording.graphs[recording.steps[0].graph], example)
    links = [[[k.source, k.target] for k in gap] for gap in network.gaps]
    steps = []
    for step in recording.steps:
        here = read_network(recording.graph_of(step), example)
        if [[(k.source, k.target) for k in gap] for gap in here.gaps] != [
            [tuple(pair) for pair in gap] for gap in links
        ]:
            raise ValueError(f"step {step.number} ran another network than the first one")
        values = arrays(step.values, here)
        slopes = arrays(recording.gradients(step), here)

        def by_unit(pick: str, data: Any, here: Network = here) -> list[list[float | None]]:
            return [[number_at(getattr(u, pick), data) for u in c.units] for c in here.columns]

        def by_link(data: Any, here: Network = here) -> list[list[float | None]]:
            return [[number_at(k.weight, data) for k in gap] for gap in here.gaps]

        steps.append({
            "number": step.number, "epoch": step.epoch,
            "values": by_unit("value", values), "gradients": by_unit("value", slopes),
            "biases": by_unit("bias", values), "bias_gradients": by_unit("bias", slopes),
            "weights": by_link(values), "weight_gradients": by_link(slopes),
        })  # fmt: skip
    columns = [
        {"title": c.title, "activation": c.activation, "units": [u.name for u in c.units]}
        for c in network.columns
    ]
    return {"columns": columns, "links": links, "steps": steps}
