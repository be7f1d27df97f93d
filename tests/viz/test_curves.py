"""Figures of the fit, the loss surface and activations: what they draw is what was computed."""

from __future__ import annotations

import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from viz_cases import CELSIUS, FAHRENHEIT, fan_out, leaf, mlp

import viz
from autograd_lite import Value
from autograd_lite.nn import Dense, Recorder, Sequential
from viz.graphics.style import THEMES
from viz.plots import plot_activations, plot_fit, plot_loss, plot_loss_surface
from viz.plots.landscape import Landscape
from viz.plots.plot import Plot
from viz.replay import Replay, ReplayError


def line_at(figure, place: int):
    return figure.axes[0].lines[place]


@pytest.fixture(scope="module")
def by_hand():
    """A line fitted to three points, one example a step."""
    w, b, recorder = leaf("w", 0.5), leaf("b", 0.0), Recorder(every=1)
    for _ in range(8):
        for x, y in ((-1.0, -1.0), (0.0, 1.0), (2.0, 5.0)):
            w.grad = b.grad = None
            given, wanted = Value(x, "x").detach(), Value(y, "y").detach()
            given.name, wanted.name = "x", "y"
            out = w * given + b
            out.name = "ŷ"
            loss = (out - wanted) ** 2
            loss.name = "L"
            loss.backward()
            with recorder.step(loss, [w, b]):
                w.data -= 0.05 * w.grad
                b.data -= 0.05 * b.grad
    return recorder.recording


# ── replay ────────────────────────────────────────────────────────────────────────────────────
def test_a_replay_gives_the_recorded_values(celsius64, network):
    for recording in (celsius64, network):
        for step in recording.steps:
            again = Replay(recording, step).run({})
            for node, value in enumerate(step.values):
                np.testing.assert_allclose(again[node], value, rtol=1e-12)


def test_what_cannot_be_computed_again_is_refused():
    w = leaf("w", np.arange(6.0).reshape(2, 3))
    recorder = Recorder()
    loss = (w.sum(axis=0) ** 2).sum()
    loss.backward()
    with recorder.step(loss, [w]):
        w.data = w.data - w.grad
    with pytest.raises(ReplayError, match="'sum' needs settings that it does not hold"):
        plot_loss_surface(recorder)


# ── the fit ───────────────────────────────────────────────────────────────────────────────────
def test_the_last_line_is_what_the_model_says(celsius64):
    figure = plot_fit(celsius64)
    last = celsius64.steps[-1]
    w, b = (np.asarray(u.after).item() for u in last.updates)
    grid = line_at(figure, len(figure.axes[0].lines) - 2).get_xdata()
    drawn = line_at(figure, len(figure.axes[0].lines) - 2).get_ydata()
    np.testing.assert_allclose(drawn, w * grid + b)
    dots = figure.axes[0].lines[-1]
    assert sorted(zip(*dots.get_data(), strict=True)) == sorted(
        zip(CELSIUS, FAHRENHEIT, strict=True)
    )
    assert [t.get_text() for t in figure.axes[0].texts][-1] == "epoch 5"


def test_steps_of_choice(celsius64):
    figure = plot_fit(celsius64, steps=[2, 4])
    assert figure.get_axes()[0].get_title(loc="left") == "The prediction ŷ after some epochs"
    assert {t.get_text() for t in figure.axes[0].texts} == {"epoch 2", "epoch 4"}
    with pytest.raises(ValueError, match="step 9 was not recorded"):
        plot_fit(celsius64, steps=[9])


def test_a_loop_of_scalars_gathers_its_examples(by_hand):
    figure = plot_fit(by_hand)
    assert figure.axes[0].lines[-1].get_xdata().tolist() == [-1.0, 0.0, 2.0]
    assert "beside 3 examples" in figure.alt and "step 24: from" in figure.alt


def test_a_model_without_a_recording():
    model = Sequential([Dense(1, input_shape=[1])])
    model.set_weights([[[2.0]], [1.0]])
    figure = plot_fit(model, [0.0, 1.0], [1.0, 3.0])
    curve = line_at(figure, 0)
    np.testing.assert_allclose(curve.get_ydata(), 2 * curve.get_xdata() + 1, rtol=1e-6)
    with pytest.raises(ValueError, match=r"plot_fit\(model, x, y\) needs x"):
        plot_fit(model)
    with pytest.raises(ValueError, match="there are 2 of x and 3 of y"):
        plot_fit(model, [0.0, 1.0], [1.0, 2.0, 3.0])


def test_a_model_of_two_inputs_or_outputs_is_refused():
    with pytest.raises(ValueError, match="what this model takes is x₁, x₂"):
        plot_fit(mlp())
    wide = Sequential([Dense(2, input_shape=[1])])
    with pytest.raises(ValueError, match="plot_fit draws one output; this model has 2"):
        plot_fit(wide, [0.0, 1.0])


def test_an_output_by_name(by_hand):
    assert "The prediction w·x" in plot_fit(by_hand, output="w·x").alt
    with pytest.raises(ValueError, match="nothing that was computed is named 'w·y'. Did you mean"):
        plot_fit(by_hand, output="w·y")


# ── the loss surface ──────────────────────────────────────────────────────────────────────────
def test_heights_are_the_mean_squared_error(celsius64):
    land = Landscape(celsius64, None)
    us, vs = np.array([1.0, 1.8]), np.array([0.0, 32.0, 40.0])
    wanted = [[np.mean((u * CELSIUS + v - FAHRENHEIT) ** 2) for u in us] for v in vs]
    np.testing.assert_allclose(land.heights(us, vs), wanted)
    assert land.names == ("kernel", "bias")


@pytest.mark.parametrize("which", ["by_hand", "network", "celsius64"])
def test_all_points_at_once_are_the_same_as_one_by_one(which, request, monkeypatch):
    land = Landscape(request.getfixturevalue(which), None)
    us, vs = np.linspace(-1, 3, 4), np.linspace(-2, 2, 3)
    one = [[land.at(np.array([u, v])) for u in us] for v in vs]
    np.testing.assert_allclose(land.heights(us, vs), one)
    monkeypatch.setattr("viz.plots.landscape._LARGEST", 20)
    np.testing.assert_allclose(land.heights(us, vs), one)
    examples = {"by_hand": 3}.get(which, 7)
    assert f"mean loss of {examples} recorded examples" in land.statement


def test_a_product_of_vectors_is_taken_point_by_point():
    w, recorder = leaf("w", np.array([0.5, -0.5])), Recorder()
    x = leaf("x", np.array([1.0, 3.0])).detach()
    for _ in range(2):
        w.grad = None
        loss = (x @ w - 1.0) ** 2
        loss.backward()
        with recorder.step(loss, [w]):
            w.data = w.data - 0.01 * w.grad
    heights = Landscape(recorder.recording, None).heights(
        np.array([1.0, 2.0]), np.array([0.0, 1.0])
    )
    np.testing.assert_allclose(heights, [[0.0, 1.0], [9.0, 16.0]])


def test_the_path_is_the_training(celsius64):
    figure = plot_loss_surface(celsius64, grid=9)
    path = np.array(figure.axes[0].lines[0].get_data()).T
    first, *rest = celsius64.steps
    wanted = [[np.asarray(u.before).item() for u in first.updates]]
    wanted += [[np.asarray(u.after).item() for u in s.updates] for s in (first, *rest)]
    np.testing.assert_allclose(path, wanted)


def test_the_minimum_is_found():
    model = Sequential([Dense(1, input_shape=[1])])
    model.set_weights([[[1.5]], [1.0]])
    from autograd_lite.nn import optimizers

    model.compile(loss="mse", optimizer=optimizers.SGD(0.1))
    recorder = Recorder(every=1)
    x = np.array([-1.0, 0.0, 1.0])
    model.fit(x, 2 * x + 0.5, epochs=4, verbose=0, callbacks=[recorder])
    figure = plot_loss_surface(recorder, grid=15)
    star = next(line for line in figure.axes[0].lines if line.get_marker() == "*")
    np.testing.assert_allclose([star.get_xdata()[0], star.get_ydata()[0]], [2.0, 0.5], atol=2e-3)
    assert "The lowest point is (2" in figure.alt


def test_many_parameters_say_which_plane_is_drawn(network):
    land = Landscape(network, None)
    assert land.statement.startswith(
        "33 parameters; the plane of the path's two principal directions"
    )
    assert np.allclose(land.axes @ land.axes.T, np.eye(2)), "two directions at right angles"
    last = network.steps[-1]
    assert land.at(land.path[-1]) < last.loss, "the last update made the loss smaller"
    figure = plot_loss_surface(network, grid=9)
    assert figure.axes[0].get_xlabel() == "along the 1st principal direction"
    shown = [t.get_text().replace("\n", " ") for t in figure.axes[0].texts]
    assert land.statement in shown


def test_two_parameters_of_many_by_name(network):
    land = Landscape(network, ("kernel₂[0, 1]", "bias₃"))
    assert land.names == ("kernel₂[0, 1]", "bias₃")
    assert land.statement.startswith("the other 31 parameters as the training left them")
    before = np.asarray(network.steps[0].updates[2].before)[0, 1]
    assert land.path[0][0] == before
    with pytest.raises(ValueError, match="there is no parameter 'bias'. Did you mean 'bias₃'?"):
        Landscape(network, ("bias", "kernel₂[0, 1]"))
    with pytest.raises(ValueError, match="parameters names two different numbers"):
        Landscape(network, ("bias₃", "bias₃[0]"))


def test_no_path():
    with pytest.raises(ValueError, match="no update is recorded, so there is no path"):
        plot_loss_surface(fan_out())


# ── activations ───────────────────────────────────────────────────────────────────────────────
def test_functions_and_derivatives_are_the_engines():
    figure = plot_activations("tanh", "sigmoid", "relu", np.sin, span=(-3.0, 2.0))
    rules = {
        "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
        "sin": (np.sin, np.cos),
    }
    for axes in figure.axes:
        f, slope = rules[axes.get_title(loc="left")]
        curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
        z = curves[0].get_xdata()
        np.testing.assert_allclose(curves[0].get_ydata(), f(z), atol=1e-12)
        drawn = curves[1].get_ydata()
        seen = np.isfinite(drawn)
        assert seen.sum() >= len(z) - 1
        np.testing.assert_allclose(drawn[seen], slope(z)[seen], atol=1e-12)


def test_the_learners_names():
    axes = plot_activations("tanh", names=("s", "out")).axes[0]
    assert [t.get_text() for t in axes.texts] == ["out = tanh(s)", "∂out/∂s = 1 − out²"]
    assert axes.get_xlabel() == "s"


def test_a_function_of_ones_own_has_no_formula():
    def swish(z):
        return z * np.tanh(z)

    axes = plot_activations(swish).axes[0]
    assert axes.get_title(loc="left") == "swish"
    assert [t.get_text() for t in axes.texts] == ["a = swish(z)", "∂a/∂z"]


@pytest.mark.parametrize(
    ("given", "more", "says"),
    [
        (["tahn"], {}, "there is no activation 'tahn' here. Did you mean 'tanh'?"),
        ([lambda z: 3.0], {}, "function is drawn over 401 numbers at once, and gave float"),
        (["tanh"], {"span": (2.0, 2.0)}, "span is (from, to) with from < to, not (2.0, 2.0)"),
    ],
)
def test_wrong_activations(given, more, says):
    with pytest.raises(ValueError) as error:
        plot_activations(*given, **more)
    assert str(error.value).startswith(says)


# ── what all figures share ────────────────────────────────────────────────────────────────────
def figures(recording, theme="light"):
    return [
        plot_loss(recording, theme=theme), plot_fit(recording, theme=theme),
        plot_loss_surface(recording, theme=theme, grid=9), plot_activations("tanh", theme=theme),
    ]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_every_figure_has_words_a_theme_and_three_formats(celsius64, theme, tmp_path):
    for place, figure in enumerate(figures(celsius64, theme)):
        assert isinstance(figure, Plot) and len(figure.alt) > 40
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == THEMES[theme].background.lower()
        ending, start = (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"))[place % 3]
        path = figure.save(tmp_path / f"{place}.{ending}")
        assert path.read_bytes().startswith(start)
        assert figure.alt.split(".")[0][:20] in figure.svg.replace("&#x27;", "'")
    with pytest.raises(ValueError, match="a figure is saved as .svg, .png or .pdf"):
        figure.save(tmp_path / "figure.gif")


def test_the_same_figure_twice_is_the_same_to_the_byte(celsius64):
    formats = ("svg", "pdf", "svg", "png")
    for first, second, format in zip(figures(celsius64), figures(celsius64), formats, strict=True):
        assert first.rendered(format) == second.rendered(format)


def test_figures_on_one_page_share_no_id(celsius64):
    drawn = [figure.svg for figure in figures(celsius64)]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in drawn]
    assert all(ids) and sum(map(len, ids)) == len(set.union(*ids))
    for svg, own in zip(drawn, ids, strict=True):
        assert set(re.findall(r'(?:"#|url\(#)([^")]+)', svg)) <= own


def test_no_global_state_is_touched(celsius64):
    before = dict(matplotlib.rcParams)
    plot_loss_surface(celsius64, grid=9).svg
    plot_activations("tanh").rendered("png")
    assert dict(matplotlib.rcParams) == before
    code = (
        "import sys, viz; viz.plot_loss; assert 'matplotlib' not in sys.modules;"
        "viz.plot_loss([2.0, 1.0]).svg; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_users_style_does_not_reach_the_figures():
    plain = plot_loss([3.0, 2.0, 1.0]).rendered("png")
    with matplotlib.rc_context({"axes.grid": True, "grid.color": "red", "axes.facecolor": "yellow",
                                "xtick.labelsize": 30, "axes.spines.top": True}):  # fmt: skip
        assert plot_loss([3.0, 2.0, 1.0]).rendered("png") == plain


def test_what_notebooks_show():
    bundle = plot_loss([2.0, 1.0])._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<?xml")
    size = re.search(r'width="([\d.]+)px" height="([\d.]+)px"', bundle["image/svg+xml"])
    assert float(size[1]) <= 960
    assert bundle["text/plain"] == "The loss over 2 epochs: 2 at epoch 1, 1 at epoch 2."
    assert viz.plot_fit is plot_fit
