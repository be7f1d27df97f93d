"""grad, vjp, jvp, hvp, jacobian, hessian: nesting, containers, closures, dtypes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from autograd_lite import (
    GradientError,
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)  # fmt: skip
from autograd_lite.graph import sweep_order

from .numeric import derivative, numeric_gradient

X = np.array([0.3, -0.8, 1.1])
A = np.array([[2.0, -1.0, 0.5], [0.0, 1.5, 1.0]])


def bowl(x, y):
    return np.sum(np.tanh(A @ x) * y) + np.sum(np.exp(x)) * np.sum(y * y)


Y = np.array([0.7, -1.2])


def test_value_and_grad_by_one_and_by_several():
    value, gradient = value_and_grad(bowl)(X, Y)
    assert type(value) is float
    assert value == pytest.approx(bowl(X, Y), rel=1e-15)
    both = grad(bowl, (0, 1))(X, Y)
    np.testing.assert_array_equal(gradient, both[0])
    np.testing.assert_array_equal(grad(bowl, -1)(X, Y), both[1])
    for i in (0, 1):
        np.testing.assert_allclose(both[i], numeric_gradient(bowl, [X, Y], i), rtol=1e-9)


@pytest.mark.parametrize("x", [-0.7, 0.0, 0.4])
def test_tanh_to_the_third_order(x):
    first = grad(np.tanh)
    second, third = grad(first), grad(grad(first))
    t = np.tanh(x)
    exact = (1 - t**2, -2 * t * (1 - t**2), (1 - t**2) * (6 * t**2 - 2))
    np.testing.assert_allclose((first(x), second(x), third(x)), exact, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (np.exp, lambda x: np.exp(x)),
        (np.log, lambda x: 2 / x**3),
        (np.sqrt, lambda x: 0.375 * x**-2.5),
        (lambda x: x**4, lambda x: 24 * x),
        (lambda x: 1 / x, lambda x: -6 / x**4),
        (lambda x: 2**x, lambda x: 2**x * np.log(2) ** 3),
        (lambda x: np.logaddexp(x, 0.3), None),
    ],
)
def test_third_order(f, exact):
    third = grad(grad(grad(f)))
    expected = exact(0.7) if exact else derivative(lambda t: grad(grad(f))(0.7 + t))
    assert third(0.7) == pytest.approx(expected, rel=1e-9)


def test_mixed_partials_are_symmetric():
    def f(x, y):
        return np.exp(x * y) * np.tanh(x + 2 * y) / (1 + x * x)

    xy = grad(lambda x, y: grad(f, 0)(x, y), 1)(0.4, -0.3)
    yx = grad(lambda x, y: grad(f, 1)(x, y), 0)(0.4, -0.3)
    assert xy == pytest.approx(yx, rel=1e-13)
    h = hessian(lambda x: bowl(x, Y))(X)
    np.testing.assert_allclose(h, h.T, rtol=1e-12, atol=1e-14)
    rows = [numeric_gradient(lambda x, i=i: grad(bowl)(x, Y)[i], [X], 0) for i in range(3)]
    np.testing.assert_allclose(h, rows, rtol=1e-8, atol=1e-10)


def test_no_perturbation_confusion():
    """d/dx [x · d/dy (x + y)] is 1, not 2 (Siskind and Pearlmutter, 2005)."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda x: x * x)(x) * x)(3.0) == 12.0
    # The inner variable has the outer one's number, and is not the outer one.
    assert grad(lambda x: grad(lambda y: x * y)(x))(3.0) == 1.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0


def test_jvp_inside_and_around():
    f = lambda x: np.sum(np.tanh(x) * x)  # noqa: E731
    v = np.array([1.0, -2.0, 0.5])
    value, tangent = jvp(f, (X,), (v,))
    assert value == f(X)
    assert tangent == pytest.approx(np.sum(grad(f)(X) * v), rel=1e-13)
    assert tangent == pytest.approx(derivative(lambda t: f(X + t * v)), rel=1e-9)
    around = grad(lambda x: jvp(f, (x,), (v,))[1])(X)
    np.testing.assert_allclose(around, hvp(f, (X,), (v,))[0], rtol=1e-12)
    np.testing.assert_allclose(around, hessian(f)(X) @ v, rtol=1e-12)
    assert jvp(grad(np.tanh), (0.4,), (1.0,))[1] == pytest.approx(grad(grad(np.tanh))(0.4))
    _, change = jvp(lambda x: A @ x, (X,), (v,))
    np.testing.assert_allclose(change, A @ v, rtol=1e-14)
    assert jvp(lambda x, y: 3.0, (1.0, 2.0), (1.0, 1.0)) == (3.0, 0.0)


def test_vjp_pulls_back_any_number_of_times():
    value, pullback = vjp(lambda x, w: np.tanh(w @ x), X, A)
    np.testing.assert_array_equal(value, np.tanh(A @ X))
    for seed in np.eye(2):
        by_x, by_w = pullback(seed)
        sech = (1 - value**2) * seed
        np.testing.assert_allclose(by_x, A.T @ sech, rtol=1e-13)
        np.testing.assert_allclose(by_w, np.outer(sech, X), rtol=1e-13)
    with pytest.raises(
        ValueError, match=r"an array of shape \(2,\), and was given an array of shape"
    ):
        pullback(np.ones(3))


def test_jacobian_shapes_and_numbers():
    f = lambda x, y: np.tanh(np.reshape(x, (3, 1)) * y)  # noqa: E731
    table = jacobian(f)(X, Y)
    assert table.shape == (3, 2, 3)
    for i, j in np.ndindex(3, 2):
        expected = numeric_gradient(lambda x, i=i, j=j: f(x, Y)[i, j], [X], 0)
        np.testing.assert_allclose(table[i, j], expected, rtol=1e-9, atol=1e-12)
    by_both = jacobian(f, (0, 1))(X, Y)
    assert [t.shape for t in by_both] == [(3, 2, 3), (3, 2, 2)]
    np.testing.assert_array_equal(jacobian(np.sum)(X), np.ones(3))
    third = jacobian(hessian(lambda x: np.sum(x**3) + np.exp(x[0] * x[1])))(X)
    np.testing.assert_allclose(third, np.transpose(third, (2, 1, 0)), rtol=1e-12, atol=1e-14)


class Pair(NamedTuple):
    w: np.ndarray
    b: float


def test_containers_keep_their_form():
    def f(tree):
        (w, b), rest = tree["layer"], tree["rest"]
        return np.sum(np.tanh(w * rest[0] + b)) + rest[1]

    tree = {"layer": Pair(X, 0.5), "rest": [2.0, 1.0], "unused": (np.ones(2), 3)}
    gradient = grad(f)(tree)
    assert isinstance(gradient["layer"], Pair)
    assert isinstance(gradient["rest"], list)
    assert gradient["rest"][1] == 1.0
    np.testing.assert_array_equal(gradient["unused"][0], np.zeros(2))
    np.testing.assert_allclose(
        gradient["layer"].w,
        numeric_gradient(lambda w: f({**tree, "layer": Pair(w, 0.5)}), [X], 0),
        rtol=1e-9,
    )
    (by_tree,) = hvp(f, (tree,), (tree,))
    assert by_tree["layer"].b == pytest.approx(
        derivative(
            lambda t: (
                grad(f)(
                    {
                        "layer": Pair(X + t * X, 0.5 + t * 0.5),
                        "rest": [2.0 + t * 2.0, 1.0],
                        "unused": (),
                    }
                )["layer"].b
            )
        ),
        rel=1e-8,
    )


def test_closures_over_values_and_outer_variables():
    w = Value(3.0, name="w")
    assert grad(lambda x: w * x * x)(2.0) == 12.0
    assert w.grad is None  # a transform leaves no trace on what it passes
    outer = grad(lambda a: grad(lambda x: a * x * x)(2.0))
    assert outer(5.0) == 4.0


def test_the_sweep_of_a_derivative_stops_at_its_own_leaves():
    old = Value(2.0)
    for _ in range(50):
        old = old * 1.0
    leaf_ = Value(3.0)
    result = leaf_ * old
    assert set(sweep_order(result, leaf_.serial)) == {result}
    assert old in sweep_order(result)


def test_values_as_arguments_are_not_touched():
    x = Value(X, name="x")
    gradient = grad(lambda v: np.sum(v * v))(x)
    np.testing.assert_array_equal(gradient, 2 * X)
    assert x.grad is None


@pytest.mark.parametrize("transform", [
    lambda f, x: grad(f)(x), lambda f, x: hessian(f)(x), lambda f, x: jacobian(f)(x),
    lambda f, x: vjp(f, x)[1](1.0)[0], lambda f, x: hvp(f, (x,), (x,))[0],
    lambda f, x: np.asarray(jvp(f, (x,), (x,))[1]),
])  # fmt: skip
def test_float32_stays(transform):
    f = lambda x: np.sum(np.tanh(x) ** 2) * 0.5  # noqa: E731
    result = transform(f, X.astype(np.float32))
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, transform(f, X), rtol=1e-4, atol=1e-5)


def test_results_belong_to_the_caller():
    first, second = grad(lambda x, y: np.sum(x + y), (0, 1))(X, X)
    first[:] = 9
    np.testing.assert_array_equal(second, np.ones(3))


def test_messages_word_for_word():
    with pytest.raises(GradientError) as caught:
        grad(lambda x: x * 2)(X)
    assert str(caught.value) == (
        "grad() needs a function that returns one number, and this one returned an array of shape"
        " (3,); reduce it with np.sum or np.mean, or use jacobian()"
    )
    with pytest.raises(GradientError, match="this one returned a tuple"):
        grad(lambda x: (x, x))(1.0)
    with pytest.raises(
        TypeError, match="argnum 1 asks for a positional argument that was not given"
    ):
        grad(lambda x: x, 1)(2.0)


def test_a_failing_function_leaves_no_trace():
    def broken(x):
        raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        grad(broken)(1.0)
    assert type(grad(np.tanh)(0.3)) is float
