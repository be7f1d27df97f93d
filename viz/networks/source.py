"""From a model, a value or a recording to the record that a network is read from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite.recording import Recording
from viz.records.subject import as_recording

__all__ = ["network_recording"]


def network_recording(what: Any, x: Any, gradients: bool) -> tuple[Recording, bool]:
    """The record, and whether its values are real: a model without inputs is run on zeros."""
    if not callable(what) or isinstance(what, type):
        if x is not None:
            raise TypeError(f"x goes with a model, and {type(what).__name__} is none; leave x out")
        return as_recording(what), True
    return _run(what, _inputs(what) if x is None else x, gradients), x is not None


def _inputs(model: Any) -> Any:
    """Zeros that a model can be run on, to see how it is wired."""
    layers = getattr(model, "layers", [model])
    first = layers[0] if layers else None
    neurons = getattr(first, "neurons", None)
    neuron = neurons[0] if isinstance(neurons, list) else first
    shape = getattr(model, "input_shape", None) or getattr(first, "input_shape", None)
    if shape and None not in shape[1:]:
        return np.zeros((1, *(shape[1:] if shape[0] is None else shape)))
    if isinstance(weights := getattr(neuron, "weights", None), list) and weights:
        return [0.0] * len(weights)
    if not hasattr(model, "layers") and not hasattr(model, "weights"):
        raise _refused(model)
    raise ValueError(
        f"the {type(model).__name__} has no weights yet, for its number of inputs is not known; call"
        " it on data first, or give x"
    )


def _refused(model: Any) -> TypeError:
    return TypeError(
        f"a model, a Value or a recording can be drawn as a network, not {type(model).__name__}"
    )


def _run(model: Any, x: Any, gradients: bool) -> Recording:
    from autograd_lite import record

    outs = model(x)
    outs = list(outs) if isinstance(outs, list) else [outs]
    # Sequential has its parameters as a list of Values, neurons have them as a method.
    known = model.parameters() if hasattr(model, "parameters") else getattr(model, "weights", [])
    try:
        end = sum(outs[1:], outs[0])  # one end, so that all outputs are in one record
        if gradients and getattr(end, "ndim", False):
            end = end.sum()
        recording = record(end, backward=gradients, parameters=known)
    except TypeError:
        raise _refused(model) from None
    return recording if hasattr(model, "layers") else _with_x(recording)


def _with_x(recording: Recording) -> Recording:
    """A layer by itself does not name the array that it is given: it is called x, as in a model."""
    (graph,) = recording.graphs
    given = [n for n in graph.nodes if not n.op and n.shape and not n.module and n.role == "input"]
    if len(given) != 1 or any(n.name == "x" for n in graph.nodes):
        return recording
    nodes = tuple(replace(n, name="x") if n is given[0] else n for n in graph.nodes)
    return replace(recording, graphs=(replace(graph, nodes=nodes),))
