"""The plot of the fit: found where there is one feature, and true to the model."""

from __future__ import annotations

import numpy as np
import pytest
from viz_cases import CELSIUS, FAHRENHEIT, SINGLE, leaf, passed

from autograd_lite import Value, keras
from autograd_lite.nn import Recorder, optimizers
from viz.page import page_model
from viz.page.fit import fit_of_step, fit_plot, one_feature


def test_one_dense_unit(celsius64):
    graph = celsius64.graphs[0]
    feature = one_feature(graph)
    names = [graph.nodes[i].name for i in (feature.x, feature.prediction, feature.target)]
    assert names == ["x", "ŷ", "y"]
    plot = fit_plot(celsius64)
    assert [x for x, _ in plot["points"]] == CELSIUS.tolist()
    assert [y for _, y in plot["points"]] == FAHRENHEIT.tolist()
    for step in celsius64.steps:
        w, b = (float(np.asarray(u.before).item()) for u in step.updates)
        fit = fit_of_step(celsius64, step, plot["box"])
        assert len(fit["line"]) == 2, "a straight line needs two points"
        for x, y in fit["line"]:
            assert y == pytest.approx(w * x + b, rel=1e-3, abs=1e-2)
        assert [c for _, _, c in fit["here"]] == FAHRENHEIT.tolist()


def test_layers_after_each_other(network):
    plot = fit_plot(network)
    fit = fit_of_step(network, network.steps[0], plot["box"])
    assert len(fit["line"]) == 2


def bent(examples: bool):
    """tanh(w·x) + b, all examples at once or one after the other."""
    w, b, recorder = leaf("w", 0.7), leaf("b", 0.1), Recorder(every=1)
    xs, ys = np.array([-2.0, 0.5, 3.0]), np.array([-0.5, 0.2, 1.1])
    sgd = optimizers.SGD(0.01)
    for data in zip(xs, ys, strict=True) if examples else [(xs, ys)]:
        x, y = (Value(d, name=n).detach() for d, n in zip(data, "xy", strict=True))
        error = (w * x).tanh() + b - y
        loss = error**2 if examples else (error**2).mean()
        w.grad = b.grad = None
        loss.backward()
        with recorder.step(loss, [w, b], sgd):
            sgd.apply([w.grad, b.grad], [w, b])
    return recorder.recording


@pytest.mark.parametrize("examples", [True, False])
def test_a_curve(examples):
    recording = bent(examples)
    plot = fit_plot(recording)
    assert [x for x, _ in plot["points"]] == [-2.0, 0.5, 3.0]
    step = recording.steps[0]
    fit = fit_of_step(recording, step, plot["box"])
    assert len(fit["line"]) > 2
    for x, y in fit["line"]:
        assert y == pytest.approx(np.tanh(0.7 * x) + 0.1, rel=2e-3, abs=2e-3)
    assert len(fit["here"]) == (1 if examples else 3)


def test_none_where_there_is_no_single_feature():
    for name in SINGLE:
        assert fit_plot(passed(SINGLE[name]())) is None, name
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    recorder = Recorder(every=1)
    x = np.ones((4, 2))
    model.fit(x, np.ones((4, 1)), epochs=1, verbose=0, callbacks=[recorder])
    assert page_model(recorder.recording)["fit"] is None
    assert "fit" not in page_model(recorder.recording)["views"][0]["steps"][0]


def test_numbers_that_are_none(celsius64):
    from dataclasses import replace

    step = celsius64.steps[0]
    feature = one_feature(celsius64.graphs[0])
    values = list(step.values)
    values[feature.prediction] = [[float("nan")]] * 7
    broken = replace(step, values=tuple(values))
    recording = replace(celsius64, steps=(broken,))
    plot = fit_plot(recording)
    assert fit_of_step(recording, broken, plot["box"]) == {"line": [], "here": []}
