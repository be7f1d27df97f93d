"""Where there is no derivative: kinks, jumps, ends of the domain, and gradients lost in noise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from autograd_lite import NumericWarning, Value, ops
from autograd_lite.checker import assert_grads, gradcheck


@pytest.mark.parametrize(
    ("f", "slopes"),
    [(ops.relu, (0, 1)), (np.abs, (-1, 1)), (lambda x: np.maximum(x, 3 * x), (1, 3))],
)
def test_a_kink_is_accepted_with_a_warning(f, slopes):
    with pytest.warns(NumericWarning, match="accepted a gradient at a kink: ") as caught:
        report = gradcheck(f, 0.0)
    assert caught[0].filename == __file__
    assert report.verdict == "kink"
    assert report.ok
    assert report.rows[0].slopes == pytest.approx(slopes)
    with pytest.warns(NumericWarning):
        assert_grads(f, 0.0)


def test_kinks_in_silence_or_not_at_all():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradcheck(np.abs, 0.0, kinks="accept").ok
        assert not gradcheck(np.abs, 0.0, kinks="fail").ok
        with pytest.raises(AssertionError, match="gradcheck: kink"):
            assert_grads(np.abs, 0.0, kinks="fail")


@pytest.mark.parametrize("claim", [-1.0, -0.3, 1.0])
def test_every_slope_between_is_accepted(claim):
    assert gradcheck(np.abs, 0.0, gradient=lambda x: claim, kinks="accept").verdict == "kink"


@pytest.mark.parametrize("claim", [-1.01, 1.01, 7.0, np.nan])
def test_a_slope_outside_is_refused(claim):
    report = gradcheck(np.abs, 0.0, gradient=lambda x: claim)
    assert report.verdict == "fail"
    assert "outside of the slopes from the left, -1, and from the right, 1" in report.table()


@pytest.mark.parametrize("x", [1e-3, 1e-7, -1e-9, 1e-14])
def test_beside_a_kink_only_its_own_side_counts(x):
    assert gradcheck(ops.relu, x).verdict == "pass"
    assert gradcheck(np.abs, x, gradient=lambda x: 0.5 * np.sign(x)).verdict == "fail"


@pytest.mark.parametrize(
    "f", [np.sin, lambda x: x * x, lambda x: x**3, lambda x: np.exp(40 * x), lambda x: 1e9 * x * x]
)
def test_a_bend_is_no_kink(f):
    gradient = {np.sin: np.cos}.get(f, lambda x: np.array(_slope(f, Value(float(x)))))
    assert gradcheck(f, 0.0, gradient=gradient).verdict == "pass"


def _slope(f, x):
    f(x).backward()
    return x.grad


def test_jumps_and_vertical_tangents_stay_open():
    for f, claim in [(np.sign, 0.0), (np.cbrt, np.inf), (np.sqrt, np.inf), (np.floor, 0.0)]:
        report = gradcheck(f, 0.0, gradient=lambda x, claim=claim: claim)
        assert report.verdict == "inconclusive"
        assert not report.ok
        assert "the slopes grow without end" in report.table()


def test_the_end_of_a_domain():
    def gradient(x):
        return 1.5 * x**0.5 + 2

    def f(x):
        return x**1.5 * np.exp(-x) + 2 * x

    assert gradcheck(lambda x: np.where(x < 1, np.nan, x * x), 1.0, gradient=lambda x: 2 * x).ok
    assert not gradcheck(lambda x: np.where(x < 1, np.nan, x * x), 1.0, gradient=lambda x: 3 * x)
    assert gradcheck(f, 1e-6, gradient=lambda x: (1.5 - x) * x**0.5 * np.exp(-x) + 2).ok
    assert gradcheck(np.log, 0.0, gradient=lambda x: np.inf).verdict == "inconclusive"


def test_a_nan_or_an_infinity_for_a_finite_slope_fails():
    for claim in (np.nan, np.inf, -np.inf):
        assert gradcheck(np.sin, 0.5, gradient=lambda x, claim=claim: claim).verdict == "fail"


def test_what_drowns_in_noise_never_passes_in_silence():
    report = gradcheck(lambda x: 1e8 + 1e-9 * x, 1.0, gradient=lambda x: 1e-9)
    assert report.verdict == "inconclusive"
    assert not report
    assert "the gradient drowns in the noise of f" in report.table()
    with pytest.raises(AssertionError, match="inconclusive"):
        assert_grads(lambda x: 1e8 + 1e-9 * x, 1.0)
    rough = gradcheck(lambda x: np.round(np.sin(x), 3), 0.5, gradient=np.cos)
    assert rough.verdict == "inconclusive"


def test_a_true_zero_is_no_open_question():
    assert gradcheck(lambda x: x[0] ** 2 + 1e6, np.array([2.0, 5.0])).verdict == "pass"
    e = np.array([0.3, -1.0, 2.0])
    assert gradcheck(lambda x: np.exp(x) / np.exp(x).sum(), e, gradient=np.zeros_like).ok
