"""Figures: the loss of a training, and what a gradient check found; the numbers drawn are the given."""

from __future__ import annotations

import io

import numpy as np
import pytest

import viz
from autograd_lite import gradcheck
from viz.graphics.style import THEMES
from viz.plots import plot_gradcheck, plot_loss

W = np.array([[0.3, -1.2, 0.8], [1.1, 0.4, -0.6]])


def wrong(w):
    """The gradient of Σ tanh(w), wrong at two elements."""
    g = 1 - np.tanh(w) ** 2
    g[0, 0] *= -1
    g[1, 2] *= 1.5
    return g


@pytest.fixture(scope="module")
def failed():
    return gradcheck(np.tanh, W, gradient=wrong)


def size(figure) -> int:
    """Draw it as a PNG; its length."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=50)
    return len(file.getvalue())


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def lines(axes) -> dict[str, np.ndarray]:
    return {line.get_label(): np.array(line.get_data()) for line in axes.lines}


# ── gradient checks ───────────────────────────────────────────────────────────────────────────
def test_analytic_stands_beside_numeric(failed):
    left, _ = plot_gradcheck(failed).axes
    rows = failed.rows
    assert len(rows) == 6
    assert [t.get_text() for t in left.get_yticklabels()] == [f"{r.where()} → sum" for r in rows]
    drawn = lines(left)
    assert drawn["analytic"].tolist() == [[r.analytic for r in rows], list(range(6))]
    bars = left.containers[0]
    numeric, _, (segments,) = bars.lines
    assert numeric.get_xdata().tolist() == [r.numeric for r in rows]
    for row, ((low, _), (high, _)) in zip(rows, segments.get_segments(), strict=True):
        assert (low, high) == pytest.approx((row.numeric - row.error, row.numeric + row.error))
    assert left.yaxis_inverted(), "the worst stands on top"


def test_verdicts_and_the_headline(failed):
    figure = plot_gradcheck(failed)
    assert figure.get_suptitle() == "gradcheck: fail — 2 of 6 derivatives wrong"
    assert texts(figure.axes[0]) == [
        "fail, off by 200 %", "fail, off by 33 %", "pass", "pass", "pass", "pass",
    ]  # fmt: skip
    doubled = gradcheck(np.sin, 0.5, gradient=lambda x: 2 * np.cos(x))
    assert plot_gradcheck(doubled).get_suptitle() == (
        "gradcheck: fail — 1 of 1 derivatives wrong\n" + doubled.rows[0].diagnosis
    )


def test_the_ladder_of_the_worst_derivative(failed):
    _, right = plot_gradcheck(failed).axes
    row = failed.rows[0]
    drawn = lines(right)
    assert drawn["|slope − analytic|"].tolist() == [
        [s.step for s in row.ladder],
        [s.error for s in row.ladder],
    ]
    assert drawn["rounding noise"][1].tolist() == [s.noise for s in row.ladder]
    assert right.get_xscale() == right.get_yscale() == "log"
    limit = failed.rtol * max(abs(row.analytic), abs(row.numeric))
    assert drawn["tolerance"][1].tolist() == [limit, limit]
    assert texts(right)[0].startswith("stays at 1.83, at every step")


def test_a_right_gradient_has_no_word_of_wrong():
    report = gradcheck(np.tanh, W)
    figure = plot_gradcheck(report)
    assert figure.get_suptitle() == f"gradcheck: pass — {report.checked} derivatives agree"
    assert not any("stays" in text for axes in figure.axes for text in texts(axes))


def test_a_kink_shows_both_slopes():
    report = gradcheck(np.abs, 0.0, kinks="accept")
    figure = plot_gradcheck(report)
    assert len(figure.axes) == 1, "an error of 0 at every step has no place on a logarithmic axis"
    assert any(list(line.get_xdata()) == [-1.0, 1.0] for line in figure.axes[0].lines)
    assert size(figure) > 1000


def test_derivatives_far_apart_are_drawn_on_a_logarithmic_axis():
    report = gradcheck(lambda x: np.sum(x * np.array([1e-4, 1.0, 1e4])), np.ones(3))
    assert plot_gradcheck(report).axes[0].get_xscale() == "symlog"


def test_few_rows_of_many(failed):
    left = plot_gradcheck(failed, limit=2).axes[0]
    assert len(left.get_yticks()) == 2


@pytest.mark.parametrize(("f", "x", "claim"), [(np.sqrt, 0.0, np.inf), (np.sin, 1.0, np.nan)])
def test_numbers_that_cannot_be_drawn_leave_a_gap(f, x, claim):
    report = gradcheck(f, x, gradient=lambda x: claim)
    assert not report.ok
    assert size(plot_gradcheck(report)) > 1000


def test_what_is_no_report():
    with pytest.raises(TypeError) as caught:
        plot_gradcheck(3.0)
    assert str(caught.value) == (
        "plot_gradcheck takes what gradcheck() returned, not float; write"
        " plot_gradcheck(gradcheck(f, x))"
    )


@pytest.mark.parametrize("theme", THEMES)
def test_themes(failed, theme):
    for figure in (plot_gradcheck(failed, theme=theme), plot_loss([3.0, 2.0, 1.5], theme=theme)):
        assert size(figure) > 1000
        for axes in figure.axes:
            assert axes.get_facecolor() == figure.get_facecolor()
            assert axes.xaxis.label.get_color() == THEMES[theme].ink
    with pytest.raises(ValueError, match="theme 'neon' is not one of"):
        plot_gradcheck(failed, theme="neon")


def test_both_are_found_in_viz():
    assert viz.plot_gradcheck is plot_gradcheck and viz.plot_loss is plot_loss


# ── the loss ──────────────────────────────────────────────────────────────────────────────────
def test_the_loss_of_a_list():
    axes = plot_loss([4.0, 2.0, 1.0]).axes[0]
    assert axes.lines[0].get_data()[0].tolist() == [1, 2, 3]
    assert axes.lines[0].get_data()[1].tolist() == [4.0, 2.0, 1.0]
    assert axes.get_title(loc="left") == "Loss in each epoch"
    assert texts(axes)[0] == "epoch 1:  4" and texts(axes)[-1] == "epoch 3:  1"
    assert axes.get_ylim()[0] == 0


def test_the_loss_of_a_recording(celsius):
    axes = plot_loss(celsius).axes[0]
    recording = getattr(celsius, "recording", celsius)
    assert axes.lines[0].get_ydata().tolist() == [float(v) for _, v in recording.losses]
    assert axes.get_ylabel().startswith("loss (mean squared error)")


def test_marks_and_label_of_choice():
    axes = plot_loss([4.0, float("nan"), 1.0], marks=[2, 3], label="error").axes[0]
    assert texts(axes) == ["epoch 3:  1"], "a NaN has no place"
    assert axes.get_ylabel() == "error"


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ([], ValueError, "there are no losses to plot; train first, and give what fit() returned"),
        (
            3.0,
            TypeError,
            "plot_loss takes what fit() returned, a recording or a list of losses, not",
        ),
    ],
)
def test_no_losses(what, error, says):
    with pytest.raises(error) as caught:
        plot_loss(what)
    assert str(caught.value).startswith(says)


def test_a_mark_that_is_not_there():
    with pytest.raises(ValueError, match="epoch 9 has no loss; there are epochs 1 to 2"):
        plot_loss([2.0, 1.0], marks=[9])
