"""Numeric checks in a record: right gradients get their tick, wrong ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from autograd_lite import Value, elementwise, record
from autograd_lite.op import registry
from autograd_lite.recording import Recording
from autograd_lite.replay import numeric_checks


def checks(root: Value) -> dict[str, bool]:
    recording = record(root, backward=True, check=True)
    nodes = recording.graphs[0].nodes
    return {nodes[c.node].name: c.agrees for c in recording.steps[0].checks}


def scalars() -> Value:
    w, x, b = Value(0.5, name="w"), Value(-1.5, name="x"), Value(0.25, name="b")
    return (np.tanh(w * x + b) - 2.0) ** 2 + w * w


def arrays() -> Value:
    rng = np.random.default_rng(0)
    W, X = Value(rng.normal(size=(3, 2)), name="W"), Value(rng.normal(size=(4, 3)), name="X")
    return np.mean(np.exp(X @ W) + np.sum(W, axis=0))


def small() -> Value:
    """float32: its gradients have fewer digits."""
    w = Value(np.array([0.5, -1.25, 3.0], np.float32), name="w")
    return np.sum(np.tanh(w) * w)


def kinked() -> Value:
    return np.maximum(Value(0.0, name="a"), 0.0) * 3.0


@pytest.mark.parametrize("make", [scalars, arrays, small, kinked])
def test_right_gradients_agree(make):
    found = checks(make())
    assert found and all(found.values())


def test_every_gradient_is_checked():
    recording = record(scalars(), backward=True, check=True)
    step = recording.steps[0]
    reached = recording.gradients(step)
    assert {c.node for c in step.checks} == set(reached)
    for check in step.checks:
        assert check.numeric == pytest.approx(reached[check.node], rel=1e-6, abs=1e-8)
    assert record(scalars(), backward=True).steps[0].checks == ()
    assert record(scalars(), check=True).steps[0].checks == ()  # there is no backward pass


def test_of_arrays_no_number_is_kept():
    assert {c.numeric for c in record(arrays(), backward=True, check=True).steps[0].checks[:2]} == {
        None
    }


@pytest.fixture
def wrong():
    """An operation whose derivative is 1 % off."""
    made = elementwise("off", "off", lambda x: x**2, lambda out, x: 2.02 * x)
    yield made
    registry.pop("off", None)


@pytest.mark.parametrize("data", [1.5, [1.5, -2.0, 0.5]])
def test_a_wrong_gradient_is_noticed(wrong, data):
    a = Value(data, name="a")
    b = wrong(a * 1.0)
    b.name = "b"
    found = checks(np.sum(b * 2.0) if b.ndim else b * 2.0)
    assert found["a"] is False
    assert found["b"] is True


def test_a_large_graph_is_checked_at_its_leaves():
    y = Value(0.5, name="a")
    for _ in range(300):
        y = (y * 1.001).tanh() + 0.1
    recording = record(y, backward=True, check=True)
    assert [c.node for c in recording.steps[0].checks] == [0]


def test_nothing_is_changed():
    root = scalars()
    before = record(root, backward=True)
    checked = record(root, backward=True, check=True)
    assert checked.graphs == before.graphs
    assert checked.steps[0].values == before.steps[0].values
    assert root.grad is None


def test_the_seed_counts():
    v = Value([1.0, 2.0], name="v")
    out = v * v
    live = [v, out]
    gradients = {v: np.array([2.0, 40.0]), out: np.array([1.0, 10.0])}
    assert all(c.agrees for c in numeric_checks(live, gradients, [1.0, 10.0]))
    assert not all(c.agrees for c in numeric_checks(live, gradients, [1.0, 1.0]))


def test_checks_are_written_and_read():
    recording = record(scalars(), backward=True, check=True)
    assert Recording.from_json(recording.to_json()) == recording
