"""The bug lenses against sweeps that really make the mistake, on live Values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from viz_cases import SINGLE, leaf, passed

from autograd_lite import Value, record
from autograd_lite.graph import all_nodes
from autograd_lite.nn import Recorder, optimizers
from autograd_lite.numeric import summed_axes
from viz.records.lenses import LENSES, broken_gradients, outcome
from viz.records.updates import update_form

BY_KEY = {lens.key: lens for lens in LENSES}


def messages(node: Value):
    """What a node's operation sends back to each of its tracked inputs, for a gradient."""
    args = [x.data for x in node.inputs]
    for index, x in enumerate(node.inputs):
        if x.tracked:
            pull = node.op.pull(index)

            def send(g, x=x, pull=pull):
                sent = np.asarray(pull(g, node.data, *args, **node.params), float)
                return sent.sum(axis=summed_axes(sent.shape, x.shape)).reshape(x.shape)

            yield x, send


def overwritten(root: Value) -> dict[Value, np.ndarray]:
    """A sweep in the right order that writes ``=`` for ``+=``."""
    grads = {root: np.ones(root.shape)}
    for node in reversed(all_nodes(root)):
        if node.op is not None and node in grads:
            for x, send in messages(node):
                grads[x] = send(grads[node])
    return grads


def as_met(root: Value, backwards: bool = False) -> dict[Value, np.ndarray]:
    """A recursive sweep without a topological order: each node when it is first met."""
    grads: dict[Value, np.ndarray] = {root: np.ones(root.shape)}
    seen: set[Value] = set()

    def visit(node: Value) -> None:
        if node.op is None or node in seen:
            return
        seen.add(node)
        for x, send in messages(node):
            new = send(grads[node])
            grads[x] = new if x not in grads else grads[x] + new
        for x in node.inputs[::-1] if backwards else node.inputs:
            if x.tracked:
                visit(x)

    visit(root)
    return grads


def diamond() -> Value:
    """A result that is used twice, over ways of different length."""
    w = leaf("w", 0.7)
    h = w * leaf("x", 3.0)
    return (h * (h * h + h).tanh() + w) ** 2


def matrices() -> Value:
    a = leaf("A", [[1.0, 2.0], [0.5, -1.0]])
    h = a @ leaf("B", [[0.5, 1.0], [2.0, -0.5]])
    return (h @ h + h * leaf("c", [1.0, 2.0])).sum()


CASES = {"diamond": diamond, "matrices": matrices} | {
    name: SINGLE[name] for name in ("fan_out", "twice", "five_times", "mlp", "scalar_neuron")
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("key", "sweep"), [("overwrite", overwritten), ("order", as_met)])
def test_what_the_mistake_really_computes(
    name: str, key: str, sweep: Callable[[Value], dict[Value, np.ndarray]]
):
    root = CASES[name]()
    recording = record(root, backward=True)
    found = broken_gradients(recording, recording.steps[0], key)
    live = dict(enumerate(all_nodes(root)))
    real = sweep(root)
    right = recording.gradients(recording.steps[0])
    if key == "order" and all(np.allclose(real[live[i]], right[i]) for i in right):
        real = as_met(root, backwards=True)
    assert {live[i] for i in found} == set(real)
    for i, gradient in found.items():
        np.testing.assert_allclose(gradient, real[live[i]], rtol=1e-9)


@pytest.mark.parametrize(("key", "names"), [("overwrite", {"w", "h"}), ("order", {"w"})])
def test_only_what_differs_is_told(key, names):
    root = diamond()
    h = next(node for node in all_nodes(root) if node.op is not None)
    h.name = "h"
    recording = passed(root)
    graph = recording.graphs[0]
    told = outcome(recording, recording.steps[0], BY_KEY[key])
    assert names <= {graph.nodes[i].name for i in told.gradients}
    right = recording.gradients(recording.steps[0])
    for i, wrong in told.gradients.items():
        assert not np.allclose(wrong, right[i])


@pytest.mark.parametrize("key", ["overwrite", "order"])
def test_without_a_fan_out_every_order_is_right(key):
    recording = passed(SINGLE["scalar_neuron"]())
    told = outcome(recording, recording.steps[0], BY_KEY[key])
    assert told.gradients == {}
    assert "used twice" in told.reason


def trained(make_optimizer, steps: int = 4, forget: int | None = None) -> Recorder:
    """Two parameters trained; at the step ``forget`` the gradients are not zeroed before."""
    w, b = leaf("w", 0.5), leaf("b", 0.1)
    optimizer, recorder = make_optimizer(), Recorder(every=1)
    for number in range(1, steps + 1):
        loss = (w * 1.5 + b - 4.0) ** 2
        if number != forget:
            w.grad = b.grad = None
        loss.backward()
        with recorder.step(loss, [w, b], optimizer, "" if optimizer else "w ← w − 0.05·g"):
            if optimizer:
                optimizer.apply([w.grad, b.grad], [w, b])
            else:
                for p in (w, b):
                    p.data = p.data - 0.05 * p.grad
    return recorder


OPTIMIZERS = {
    "own loop": lambda: None,
    "SGD": lambda: optimizers.SGD(0.05),
    "Adam": lambda: optimizers.Adam(0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_forgotten_zeroing_moves_the_parameters_as_it_really_does(name):
    right = trained(OPTIMIZERS[name]).recording
    wrong = trained(OPTIMIZERS[name], forget=3).recording
    told = outcome(right, right.steps[2], BY_KEY["no-zeroing"])
    assert len(told.moved) == 2
    for moved, real in zip(told.moved, wrong.steps[2].updates, strict=True):
        assert moved.update.node == real.node
        np.testing.assert_allclose(moved.gradient, real.gradient, rtol=1e-9)
        np.testing.assert_allclose(moved.after, real.after, rtol=1e-6)
        assert moved.differs


def test_the_forms_of_an_update():
    assert update_form(trained(OPTIMIZERS["own loop"]).recording.steps) == "descent"
    assert update_form(trained(OPTIMIZERS["SGD"]).recording.steps) == "descent"
    assert update_form(trained(OPTIMIZERS["Adam"]).recording.steps) == "moments"
    momentum = trained(lambda: optimizers.SGD(0.05, momentum=0.9)).recording
    assert update_form(momentum.steps) == "other"
    assert update_form([]) == "other"
    told = outcome(momentum, momentum.steps[2], BY_KEY["no-zeroing"])
    assert [m.after for m in told.moved] == [None, None]
    assert {m.verdict for m in told.moved} == {"by another gradient"}


def test_where_the_step_before_is_not_known():
    recording = trained(OPTIMIZERS["SGD"], steps=6).recording
    lens = BY_KEY["no-zeroing"]
    assert "first step" in outcome(recording, recording.steps[0], lens).reason
    thin = type(recording)(recording.graphs, recording.steps[::3])
    assert outcome(thin, thin.steps[1], lens).reason.startswith("Step 3 was not recorded")


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        (1.0, -0.5, "the wrong way"), (1.0, 2.0, "2 times as far"), (1.0, 0.25, "only 0.25 of the way"),
        (1.0, 0.0, "not at all"), (0.0, 1.0, "though it should rest"), (1.0, 500.0, "over 100 times as far"),
    ],
)  # fmt: skip
def test_verdicts(right, wrong, verdict):
    from autograd_lite.recording import Update
    from viz.records.lenses import Moved

    update = Update(0, 2.0, -right, 2.0 + right)
    assert Moved(update, -wrong, 2.0 + wrong).verdict == verdict


def test_an_unknown_lens_and_a_missing_pass():
    recording = record(SINGLE["fan_out"](), backward=False)
    assert outcome(recording, recording.steps[0], LENSES[0]).reason.startswith("No backward pass")
    with pytest.raises(ValueError, match="there is no lens 'x'; there are overwrite, no-zeroing"):
        broken_gradients(recording, recording.steps[0], "x")
