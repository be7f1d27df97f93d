"""written(), telling(): a graph as a program that runs fast, to the same bits as the engine."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_lite import Value, ops
from autograd_lite.backward import backward_steps
from autograd_lite.errors import ProgramError
from autograd_lite.graph import all_nodes
from autograd_lite.op import registry
from autograd_lite.programs import telling, written
from autograd_lite.value import as_value, leaf

from .cases import SAMPLES, smooth_inputs, weights
from .test_backward import graphs, leaves_and_result


def run(loss, parameters, also=()):
    """The lean program of a graph beside the engine: the same loss, gradients and other results."""
    _, f = written(loss, {"weights": parameters}, "weights", also)
    gradients = [np.full(np.shape(p._data), np.nan, p.dtype) for p in parameters]
    value, others = f([p._data for p in parameters], gradients)
    for parameter in parameters:
        parameter.grad = None
    if loss.tracked:
        loss.backward()
    np.testing.assert_array_equal(value, loss._data)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        expected = np.zeros_like(gradient) if parameter.grad is None else parameter.grad
        np.testing.assert_array_equal(gradient, expected)
        assert gradient.dtype == parameter.dtype
    for node, other in zip(also, others, strict=True):
        np.testing.assert_array_equal(other, node._data)


def plain(data):
    """All that there is to see of numbers: 0 and −0 differ, a NaN is like another."""
    return [None if x is None else repr(np.asarray(x, float).tolist()) for x in data]


def tell(loss, parameters, also=()):
    """The telling program of a graph beside the sweep: values, contributions, local derivatives."""
    nodes, steps = all_nodes(loss), list(backward_steps(loss, write=False))
    uses = [(step.node, step.index) for step in steps]
    f, told = telling(loss, {"weights": parameters}, "weights", nodes, uses, also)
    gradients = [np.full(np.shape(p._data), np.nan, p.dtype) for p in parameters]
    value, others, numbers = f([p._data for p in parameters], gradients)
    assert plain([value, *others]) == plain(x._data for x in (loss, *also))
    expected = [x._data for x in nodes] + [s.contribution for s in steps] + [s.local for s in steps]
    assert plain(x if at is None else numbers[at] for at, x in told) == plain(expected)
    total = {step.input: step.after for step in steps}
    assert plain(gradients) == plain(total.get(p, np.zeros_like(p._data)) for p in parameters)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_every_operation(op, sample):
    smooth = smooth_inputs(op, sample)
    inputs = [
        Value(x, f"x{i}") if i in smooth else as_value(x) for i, x in enumerate(sample.inputs)
    ]
    with np.errstate(all="ignore"):
        out = op(*inputs, **dict(sample.params))
        loss = ops.sum(out * weights(out.shape)) if out.ndim else out * 1.7
        run(loss, [inputs[i] for i in smooth], [out])
        if loss.tracked and not (op is ops.power and not out.ndim):
            tell(loss, [inputs[i] for i in smooth], [out])


@given(graphs)
@settings(max_examples=60, deadline=None)
def test_random_graphs(graph):
    leaves, result = leaves_and_result(*graph)
    with np.errstate(all="ignore"):
        run(result, [x for x in leaves if x.tracked], [result])
        if result.tracked:
            tell(result, [x for x in leaves if x.tracked], [result])


def network(dtype):
    rng = np.random.default_rng(3)
    shapes = {"x": (5, 3), "y": (5, 2), "k1": (3, 4), "b1": (4,), "k2": (4, 2), "b2": (2,)}
    x, y, k1, b1, k2, b2 = (
        leaf(rng.normal(size=shape).astype(dtype), name) for name, shape in shapes.items()
    )
    hidden = ops.relu(x @ k1 + b1)
    prediction = hidden @ k2 + b2
    prediction.name = "ŷ"
    error = prediction - y
    error.name = "error"
    return {"weights": [k1, b1, k2, b2], "x": x, "y": y}, ops.mean(error**2), prediction


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_on_batches_of_its_shape(dtype):
    arguments, loss, prediction = network(dtype)
    _, f = written(loss, arguments, "weights", [prediction])
    rng = np.random.default_rng(4)
    for _ in range(2):
        for value in (*arguments["weights"], arguments["x"], arguments["y"]):
            value._data = rng.normal(size=value.shape).astype(dtype)
        k1, b1, k2, b2 = arguments["weights"]
        x, y = arguments["x"], arguments["y"]
        out = ops.relu(x @ k1 + b1) @ k2 + b2
        expected = ops.mean((out - y) ** 2)
        expected.backward()
        gradients = [np.empty_like(p._data) for p in arguments["weights"]]
        value, (predicted,) = f(
            [p._data for p in arguments["weights"]], x._data, y._data, gradients
        )
        assert value == expected.data
        assert type(value) is type(expected.data) or dtype == "float64"
        np.testing.assert_array_equal(predicted, out.data)
        for parameter, gradient in zip(arguments["weights"], gradients, strict=True):
            np.testing.assert_array_equal(gradient, parameter.grad)
            parameter.grad = None


def test_the_program_reads_as_by_hand():
    arguments, loss, prediction = network("float64")
    source, f = written(loss, arguments, "weights", [prediction])
    assert "error = ŷ - y" in source
    names = f.__code__.co_varnames
    assert "h" not in names and "squared" not in names  # computed where they are used
    assert f.__code__.co_argcount == 4


def test_a_parameter_that_the_loss_does_not_need():
    used, idle = leaf(np.ones(3), "used"), leaf(np.ones(2), "idle")
    run(ops.sum(used * used), [used, idle])


def test_one_gradient_for_two_parameters():
    a, b = leaf(np.arange(3.0), "a"), leaf(np.arange(3.0), "b")
    run(ops.sum(ops.tanh(a + b)), [a, b])


def test_a_parameter_used_many_times():
    w = leaf(np.arange(1.0, 4.0), "w")
    v = w * w + w
    run(ops.sum(v * w + ops.exp(w) / v), [w])


def test_what_is_the_same_at_every_call_is_known_beforehand():
    w, x = leaf(np.arange(1.0, 4.0), "w"), leaf(np.ones(3), "x", tracked=False)
    product = w * x
    loss = ops.mean(product)
    uses = [(loss, 0), (product, 0)]
    f, told = telling(loss, {"weights": [w], "x": x}, "weights", [x, product], uses)
    assert [at for at, _ in told] == [0, 1, None, 2, None, 0]
    np.testing.assert_array_equal(told[2][1], np.full(3, 1 / 3))
    value, _, numbers = f([np.array([3.0, 6.0, 9.0])], np.full(3, 2.0), [gradient := np.empty(3)])
    assert value == 12
    np.testing.assert_array_equal(numbers, [[2] * 3, [6, 12, 18], [2 / 3] * 3])
    np.testing.assert_array_equal(gradient, [2 / 3] * 3)


def test_a_contribution_of_each_use():
    w = leaf(np.arange(1.0, 4.0), "w")
    tell(ops.sum(w * w * ops.exp(w) + w @ w), [w])
    mixed = leaf(np.arange(3, dtype=np.float32), "mixed")
    tell(ops.sum(mixed * w * mixed), [mixed, w])


def test_powers_that_python_would_make_complex_are_not_told():
    x = leaf(-8.0, "x")
    with np.errstate(all="ignore"), pytest.raises(ProgramError, match="may need NumPy's numbers"):
        tell(x**2.0 + abs(x) ** 0.5, [x])


def test_the_operations_are_all_there():
    assert len(registry) > 60


def calls(action):
    """How many functions and generators were entered."""
    entered = [0]

    def watch(frame, event, arg):
        entered[0] += event == "call"

    sys.setprofile(watch)
    try:
        action()
    finally:
        sys.setprofile(None)
    return entered[0]


@pytest.mark.parametrize("start", [0.5, np.array([0.5, -0.25])], ids=["scalars", "arrays"])
def test_a_graph_twice_as_long_takes_twice_as_long(start):
    def write(steps):
        x = h = Value(start, name="x")
        for _ in range(steps):
            h = np.tanh(h + x * 0.5)
        loss = np.sum(h * h)
        uses = [(step.node, step.index) for step in backward_steps(loss, write=False)]
        return calls(lambda: telling(loss, {"weights": [x]}, "weights", all_nodes(loss), uses))

    assert write(200) < 2.2 * write(100)
