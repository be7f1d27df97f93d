"""The checker measured on badly scaled points: no false alarm, and wrong gradients found."""

from __future__ import annotations

import numpy as np
import pytest
from gradcheck_bank import BANK, random_points

from autograd_lite.checker import gradcheck

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

STEEP = [p for p in BANK if p.slope(p.x) != 0]
"""Where the derivative is 0, one that is 1 % wrong is right."""

WELL_SCALED = [
    (np.sin, np.cos, 0.7),
    (np.exp, np.exp, 1.3),
    (np.tanh, lambda x: 1 - np.tanh(x) ** 2, -0.4),
    (np.log, lambda x: 1 / x, 2.5),
    (lambda x: x**3 - x, lambda x: 3 * x**2 - 1, 1.7),
    (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, 0.6),
]


def verdicts(factor: float, points: list = BANK) -> dict[str, str]:
    return {
        p.name: gradcheck(p.f, p.x, gradient=lambda x, p=p: factor * p.slope(x)).verdict
        for p in points
    }


def test_the_bank_is_large_enough():
    assert len(STEEP) >= 97
    assert len({p.name for p in BANK}) == len(BANK)


def test_no_false_alarm_and_almost_nothing_left_open():
    found = verdicts(1.0)
    assert [name for name, verdict in found.items() if verdict in ("fail", "kink")] == []
    assert sum(verdict == "inconclusive" for verdict in found.values()) <= 3


@pytest.mark.parametrize("factor", [1.01, 0.99])
def test_one_percent_wrong_is_found(factor):
    found = verdicts(factor, STEEP)
    assert [name for name, verdict in found.items() if verdict in ("pass", "kink")] == []
    assert sum(verdict == "fail" for verdict in found.values()) >= len(STEEP) - 2


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0])
def test_grossly_wrong_is_found(factor):
    found = verdicts(factor, STEEP)
    assert sum(verdict == "fail" for verdict in found.values()) >= len(STEEP) - 2


@pytest.mark.parametrize(("f", "slope", "x"), WELL_SCALED)
@pytest.mark.parametrize("factor", [1.0005, 0.9995, 1.00003])
def test_a_twentieth_of_a_percent_is_found_at_good_points(f, slope, x, factor):
    assert gradcheck(f, x, gradient=slope).verdict == "pass"
    assert gradcheck(f, x, gradient=lambda x: factor * slope(x)).verdict == "fail"


def test_the_error_bound_holds():
    """Where a derivative was looked at closely, the truth lies within twice the bound."""
    outside = []
    for p in BANK:
        row = gradcheck(p.f, p.x, gradient=lambda x, p=p: 1.3 * p.slope(x) + 1e-200).rows[0]
        if not abs(row.numeric - p.slope(p.x)) <= 2 * row.error + 1e-13 * abs(row.numeric):
            outside.append(p.name)
    assert outside == []


def test_random_scales():
    """Points that nobody chose: some drown in noise, and are told; none is judged wrongly."""
    points = random_points(250, seed=7)
    right, wrong = verdicts(1.0, points), verdicts(1.01, points)
    assert [name for name, verdict in right.items() if verdict in ("fail", "kink")] == []
    assert [name for name, verdict in wrong.items() if verdict in ("pass", "kink")] == []
    assert sum(verdict == "inconclusive" for verdict in right.values()) <= 25
