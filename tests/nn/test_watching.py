"""viz.record around a loop: steps, updates, roles and lines without another change of the loop."""

from __future__ import annotations

import numpy as np
import pytest

import viz
from autograd_lite import Value, nn
from autograd_lite.recording import Recording


def loop(count: int, **options) -> Recording:
    """Gradient descent on (w·x + b − 7)²."""
    w, b, x = Value(1.0, name="w"), Value(0.0, name="b"), Value(2.0, name="x")
    with viz.record(**options) as recorder:
        for _ in range(count):
            w.grad = b.grad = x.grad = None
            error = w * x + b - 7.0
            loss = error**2  # the line of the loss
            loss.name = "L"
            loss.backward()
            w.data -= 0.05 * w.grad
            b.data -= 0.05 * b.grad
    return recorder.recording


def test_every_backward_pass_is_a_step():
    recording = loop(3)
    assert [s.number for s in recording.steps] == [1, 2, 3]
    assert recording.unit == "step"
    assert len(recording.graphs) == 1
    w, b = 1.0, 0.0
    for step in recording.steps:
        slope = 2 * (2 * w + b - 7)
        assert step.loss == pytest.approx((2 * w + b - 7) ** 2)
        first, second = step.updates
        assert (first.before, first.gradient) == (pytest.approx(w), pytest.approx(2 * slope))
        w, b = w - 0.05 * 2 * slope, b - 0.05 * slope
        assert (first.after, second.after) == (pytest.approx(w), pytest.approx(b))


def test_what_changes_is_a_parameter():
    roles = {n.name: n.role for n in loop(2).graphs[0].nodes}
    assert (roles["w"], roles["b"], roles["x"], roles["L"]) == (
        "parameter", "parameter", "input", "loss",
    )  # fmt: skip


def test_the_lines_of_the_loop_are_known():
    root = loop(1).graphs[0].root
    assert root.file == __file__
    assert root.code.strip() == "loss = error**2  # the line of the loss"
    assert loop(1, lines=False).graphs[0].root.code == ""


def test_named_parameters_optimizer_and_steps():
    neuron, optimizer = nn.Neuron(1, seed=0), nn.optimizers.Adam(0.1)
    with viz.record(
        every=2, steps=5, title="One neuron", optimizer=optimizer, check=True
    ) as recorder:
        for _ in range(5):
            loss = (neuron([3.0]) - 1.0) ** 2
            neuron.zero_grad()
            loss.backward()
            optimizer.apply([p.grad for p in neuron.parameters()], neuron.parameters())
    recording = recorder.recording
    assert [s.number for s in recording.steps] == [1, 3, 5]
    assert recording.title == "One neuron"
    assert "lrₜ" in recording.steps[0].updates[0].rule
    assert recording.steps[1].updates[0].slots["step"] == 3
    assert all(c.agrees for c in recording.steps[0].checks)
    assert viz.draw(recording, level="neurons").alt.startswith("Forward and backward pass of L")


def test_a_pass_without_an_update_is_kept():
    a = Value(3.0, name="a")
    with viz.record(parameters=[a]) as recorder:
        (a * a).backward()
    (update,) = recorder.recording.steps[0].updates
    assert (update.before, update.after) == (3.0, 3.0)


def test_arrays_are_no_loss():
    v = Value([1.0, 2.0])
    with viz.record() as recorder:
        (v * v).backward(np.ones(2))
    with pytest.raises(RuntimeError, match="nothing is recorded yet"):
        recorder.recording


def test_after_the_block_nothing_is_recorded():
    a = Value(3.0, name="a")
    with viz.record() as recorder:
        (a * a).backward()
    (a * a).backward()
    assert len(recorder.recording.steps) == 1


def test_an_error_inside_comes_through():
    a = Value(3.0, name="a")
    with pytest.raises(ZeroDivisionError), viz.record():
        (a * a).backward()
        1 / 0
    (a * a).backward()
