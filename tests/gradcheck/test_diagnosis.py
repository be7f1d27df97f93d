"""Known mistakes are recognised, in rules of the engine and in hand-written gradients."""

from __future__ import annotations

import numpy as np
import pytest

from autograd_lite.checker import gradcheck
from autograd_lite.op import Op
from autograd_lite.value import apply, as_value

W = np.array([[0.3, -1.2, 0.8], [1.1, 0.4, -0.6], [0.2, 0.9, 1.7]])
X = np.array([[1.3, 0.7, -0.2], [-0.9, 0.5, 1.4], [0.6, -1.1, 0.1]])


def using(forward, *vjps, **params):
    """A function of Values that runs an undeclared operation with these pull-backs."""
    op = Op("trial", "?", forward, vjps=vjps)
    return lambda *xs: apply(op, tuple(map(as_value, xs)), params)


def diagnosis(f, *inputs, **options):
    report = gradcheck(f, *inputs, **options)
    assert report.verdict == "fail"
    found = {row.diagnosis for row in report.rows if row.verdict == "fail"}
    assert len(found) == 1
    text = found.pop()
    assert text in report.table()
    return text


def test_right_rules_pass():
    matmul = using(lambda x, y: x @ y, lambda g, o, x, y: g @ y.T, lambda g, o, x, y: x.T @ g)
    assert gradcheck(matmul, W, X).verdict == "pass"


@pytest.mark.parametrize(
    ("factor", "says"),
    [
        (2, "twice too large"), (-1, "sign is flipped"), (0, "no gradient arrives"),
        (0.5, "half of what it should be"), (3, "3 times what it should be"),
    ],
)  # fmt: skip
def test_a_factor(factor, says):
    rule = using(np.exp, lambda g, out, x: factor * g * out)
    assert says in diagnosis(rule, W)
    assert says in diagnosis(rule, 0.5)
    by_hand = diagnosis(np.exp, W, gradient=lambda x: factor * np.exp(x))
    assert says in by_hand


def test_a_factor_at_one_element():
    def gradient(x):
        right = np.cos(x)
        right[1, 2] *= 2
        return right

    report = gradcheck(np.sin, W, gradient=gradient)
    assert [row.index for row in report.rows if row.verdict == "fail"] == [(1, 2)]
    assert "twice too large" in report.rows[0].diagnosis


def test_transposed():
    square = using(lambda x: x**2, lambda g, out, x: (2 * g * x).T)
    assert diagnosis(square, W) == "the gradient is transposed"
    by_hand = diagnosis(lambda x: x**2, W, gradient=lambda x: 2 * x.T)
    assert by_hand == "the gradient is transposed"
    reordered = using(lambda x: x**2, lambda g, out, x: (2 * g * x).T.reshape(x.shape))
    assert diagnosis(reordered, W[:2]) == "the gradient is transposed"


def test_a_factor_transposed():
    f = using(lambda x, y: x @ y, lambda g, o, x, y: g @ y, lambda g, o, x, y: x.T @ g)
    report = gradcheck(f, W, X)
    assert {row.input for row in report.rows if row.verdict == "fail"} == {"input 0"}
    assert diagnosis(f, W, X).startswith("a factor is transposed")


@pytest.mark.parametrize("end", [0, -1])
def test_missing_sum_over_a_broadcast_axis(end):
    f = using(lambda x, b: np.sin(x) * b, lambda g, o, x, b: g * np.cos(x) * b,
              lambda g, o, x, b: (g * np.sin(x))[end])  # fmt: skip
    assert (
        diagnosis(f, W, np.array([0.5, 1.5, -2.0]))
        == "the sum over the broadcast axis 0 is missing"
    )


def test_missing_sum_by_hand():
    text = diagnosis(
        lambda x, b: np.sin(x) * b, W, np.array([0.5, 1.5, -2.0]),
        gradient=lambda x, b: (np.cos(x) * b, np.sin(x)[-1]),
    )  # fmt: skip
    assert text == "the sum over the broadcast axis 0 is missing"
    with pytest.raises(ValueError, match="the sum over the broadcast axes is missing"):
        gradcheck(lambda x, b: x + b, W, np.zeros(3), gradient=lambda x, b: (x * 0 + 1, x * 0 + 1))


def test_mean_in_place_of_the_sum_over_a_broadcast_axis():
    f = using(lambda x, b: x + b, lambda g, o, x, b: g, lambda g, o, x, b: g.mean(axis=0))
    assert "the mean over the broadcast axis 0" in diagnosis(f, W, np.ones(3))


def test_overwritten_in_an_index():
    def overwrite(g, out, x, *, key):
        whole = np.zeros_like(x)
        whole[key] = g
        return whole

    key = np.array([0, 2, 2, 1, 0, 2])
    f = using(lambda x, *, key: x[key] ** 2, lambda g, o, x, *, key: overwrite(
        g * 2 * x[key], o, x, key=key), key=key)  # fmt: skip
    assert diagnosis(f, W[0]).startswith("overwritten instead of added")
    by_hand = diagnosis(lambda x: x[key] ** 2, W[0], gradient=lambda x: 2 * x)
    assert by_hand


def test_overwritten_by_hand():
    text = diagnosis(lambda x, y: x * y + np.exp(x), 0.4, 1.7, gradient=lambda x, y: (y, x))
    assert text.startswith("overwritten instead of added")
    assert "overwritten instead of added" in diagnosis(lambda x: x * x, W, gradient=lambda x: x)


def test_an_unknown_mistake_gets_no_diagnosis():
    assert diagnosis(np.sin, W, gradient=lambda x: np.cos(x) + 0.3 * x) == ""


def test_a_softmax_whose_rule_returns_zeros():
    def softmax(x):
        e = np.exp(x - x.max())
        return e / e.sum()

    zeros = using(softmax, lambda g, out, x: np.zeros_like(x))
    right = using(softmax, lambda g, out, x: out * (g - (g * out).sum()))
    for n in (5, 60, 1000):
        x = np.random.default_rng(n).normal(size=n)
        assert gradcheck(right, x).verdict == "pass"
        report = gradcheck(zeros, x)
        assert report.verdict == "fail"
        assert "no gradient arrives" in report.rows[0].diagnosis
    assert gradcheck(softmax, x, gradient=np.zeros_like).verdict == "pass"  # its sum is constant


def test_a_rule_slightly_wrong():
    wrong = using(np.tanh, lambda g, out, x: 1.0005 * g * (1 - out**2))
    assert gradcheck(wrong, W).verdict == "fail"
    assert gradcheck(wrong, np.random.default_rng(0).normal(size=3000)).verdict == "fail"


def test_a_rule_with_a_state():
    calls = []

    def rule(g, out, x):
        calls.append(1)
        return g * out * len(calls)

    report = gradcheck(using(np.exp, rule), 0.5)
    assert report.verdict == "fail"
    assert not report.ok
    assert report.problems == (
        "the gradient for input 0 was 1.64872 at first and 3.29744 when asked for again: a rule"
        " keeps a state, or writes into an array that it was given",
    )
    assert report.problems[0] in report.table()


def test_a_rule_that_writes_into_its_input():
    def rule(g, out, x):
        x += 1
        return g * out

    report = gradcheck(using(np.exp, rule), W)
    assert report.problems == (
        "the data of input 0 was written into, by f or by its backward pass; let them work on a"
        " copy",
    )
