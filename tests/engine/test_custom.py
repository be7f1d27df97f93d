"""Operations of a user's own: declared once, they do what the library's own do."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from autograd_lite import (
    Value,
    assert_grads,
    elementwise,
    grad,
    gradcheck,
    jacobian,
    op,
    program,
    record,
    structural,
)  # fmt: skip
from autograd_lite.custom import _homes
from autograd_lite.notation import unicode
from autograd_lite.numpy_functions.adapters import adapters
from autograd_lite.op import by_numpy, registry
from autograd_lite.ops import sigmoid

X = np.array([-1.3, 0.4, 2.1])


@pytest.fixture(autouse=True)
def registry_as_before():
    """The tables of the library go back to what they were: other tests run over them."""
    tables = (registry, by_numpy, adapters, _homes)
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before, strict=True):
        table.clear()
        table.update(kept)


def declare_swish(factor=1.0):
    return elementwise(
        "swish", "swish",
        lambda x: x * sigmoid(x),
        lambda out, x: factor * (sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x))),
    )  # fmt: skip


def declare_swap():
    return structural("swap", "⇄", lambda x: x[::-1], lambda g, out, x: g[::-1])


# ── it is an operation like the others ────────────────────────────────────────────────────────
def test_with_numbers_arrays_and_values():
    swish = declare_swish()
    expected = X / (1 + np.exp(-X))
    assert swish(X) == pytest.approx(expected)
    v = Value(X, name="x")
    y = swish(v)
    assert y.op is swish and y.data == pytest.approx(expected)
    y.sum().backward()
    h = 1e-6
    assert v.grad == pytest.approx((swish(X + h) - swish(X - h)) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("kind", [float, np.array, np.float32])
def test_parameters_reach_every_partial(kind):
    mixed = elementwise(
        "mixed", "⊙",
        lambda x, y, *, k=2.0: k * x * y + x,
        lambda out, x, y, *, k=2.0: k * y + 1,
        lambda out, x, y, *, k=2.0: k * x,
    )  # fmt: skip
    for params, k in (({}, 2.0), ({"k": 5.0}, 5.0)):
        x, y = Value(kind(1.5)), Value(kind(3.0))
        mixed(x, y, **params).backward()
        assert (x.grad, y.grad) == (3 * k + 1, 1.5 * k)
        v, w = Value(X), Value(2 * X)
        mixed(v, w, **params).backward(np.ones(3))
        np.testing.assert_array_equal(v.grad, 2 * k * X + 1)
        np.testing.assert_array_equal(w.grad, k * X)


def test_a_parameter_may_choose_what_a_partial_hands_back():
    chosen = elementwise(
        "chosen", "?",
        lambda x, y, *, swap=False: x * x / 2 if swap else x * y,
        lambda out, x, y, *, swap=False: x if swap else y,
        lambda out, x, y, *, swap=False: 0 * x if swap else x,
    )  # fmt: skip
    for swap, expected in ((False, (3.0, 1.5)), (True, (1.5, 0.0))):
        x, y = Value(1.5), Value(3.0)
        chosen(x, y, swap=swap).backward()
        assert (x.grad, y.grad) == expected


def test_gradients_of_gradients():
    swish = declare_swish()
    assert_grads(swish, X, order=2)
    h = 1e-5
    slope = grad(swish)
    assert grad(slope)(0.7) == pytest.approx((slope(0.7 + h) - slope(0.7 - h)) / (2 * h), rel=1e-6)
    swap = declare_swap()
    assert jacobian(swap)(X).tolist() == np.eye(3)[::-1].tolist()
    assert_grads(lambda x: swap(x) * x, X, order=2)


def test_broadcasting_is_the_engines_business():
    mix = elementwise(
        "mix", "◇", lambda x, y: x * y + y, lambda out, x, y: y, lambda out, x, y: x + 1
    )
    assert_grads(mix, X.reshape(3, 1), np.array([0.5, -2.0]))
    assert_grads(mix, 0.5, X)


def test_a_constant_and_a_missing_derivative():
    double = elementwise("double", "2×", lambda x: 2 * x, 2)
    assert grad(double)(5.0) == 2.0
    pick = elementwise("pick", "pick", lambda flag, x: np.where(flag, x, -x), None,
                       lambda out, flag, x: np.where(flag, 1.0, -1.0))  # fmt: skip
    assert grad(lambda x: np.sum(pick(X > 0, x)))(X).tolist() == [-1.0, 1.0, 1.0]


def test_any_number_of_inputs():
    total = structural("total", "Σ+", lambda *xs: sum(xs), each=lambda i: lambda g, out, *xs: g)
    assert grad(lambda a, b, c: total(a, b, c) * b, (0, 1, 2))(1.0, 2.0, 3.0) == (2.0, 8.0, 2.0)


def test_program():
    swish, swap = declare_swish(), declare_swap()

    def f(w, x):
        return np.sum(swap(swish(w * x)) * x)

    run = program(f, X, 0.5 * X)
    value, gradients = run(X, 0.5 * X)
    assert value == pytest.approx(f(X, 0.5 * X))
    for found, expected in zip(gradients, grad(f, (0, 1))(X, 0.5 * X), strict=True):
        assert found == pytest.approx(expected)
    assert "swish" not in run.source, "a rule made of NumPy is written out"


def test_drawing_shows_symbol_and_formula():
    cube = elementwise("cube", "x³", lambda x: x**3, lambda out, x: 3 * x**2)
    recording = record(cube(Value(2.0, name="x")), backward=True)
    node = recording.graphs[0].nodes[-1]
    (message,) = recording.graphs[0].messages
    assert (node.op, node.symbol) == ("cube", "x³")
    assert unicode(message.local, {"0": "x"}) == "3x²"
    assert unicode(node.formula, {"0": "x"}) == "cube(x)"
    swish = declare_swish()
    assert unicode(record(swish(Value(2.0, name="x"))).graphs[0].nodes[-1].formula, {"0": "a"}) == (
        "swish(a)"
    )


def test_it_is_drawn():
    import viz

    cube = elementwise("cube", "x³", lambda x: x**3, lambda out, x: 3 * x**2)
    y = cube(Value(2.0, name="x"))
    y.backward()
    svg = viz.draw(y).svg
    assert "x³" in svg and "12" in svg


# ── a wrong rule is caught ────────────────────────────────────────────────────────────────────
def test_a_wrong_rule_is_caught():
    twice = declare_swish(factor=2.0)
    report = gradcheck(twice, X)
    assert report.verdict == "fail"
    assert "twice too large" in report.table()
    with pytest.raises(AssertionError, match="twice too large"):
        assert_grads(twice, X)
    with pytest.raises(AssertionError):
        assert_grads(declare_swish(factor=1.001), X)


def test_a_wrong_pull_back_is_caught():
    rule = structural("turn", "↻", lambda x: x.T @ x, lambda g, out, x: x @ g)
    with pytest.raises(AssertionError):
        assert_grads(rule, np.array([[1.0, 2.0], [0.5, -1.0]]))
    right = structural("turn", "↻", lambda x: x.T @ x, lambda g, out, x: x @ (g + g.T))
    assert_grads(right, np.array([[1.0, 2.0], [0.5, -1.0]]))


# ── declaring again ───────────────────────────────────────────────────────────────────────────
def test_a_cell_run_twice_replaces_its_operation():
    first = declare_swish(factor=2.0)
    x = Value(0.5, name="x")
    old = first(x)
    second = declare_swish()
    assert registry["swish"] is second is not first
    old.backward()
    wrong = x.grad
    assert gradcheck(second, 0.5).ok
    assert wrong == pytest.approx(2 * grad(second)(0.5)), "a graph keeps the rules it was made with"


def test_a_mistake_in_the_second_run_leaves_the_first():
    swish = declare_swish()
    with pytest.raises(TypeError):
        elementwise("swish", "swish", lambda x: x, 1, colour="red")
    assert registry["swish"] is swish


def test_numpys_functions_may_be_taught_and_taught_again():
    for factor in (2.0, 1.0):
        bessel = elementwise(
            "bessel", "I₀", lambda x: np.i0(x), lambda out, x, k=factor: k * x / 2, numpy=(np.i0,)
        )
        x = Value([0.1, 0.2], name="x")
        y = np.i0(x)
        assert y.op is bessel
        y.sum().backward()
        assert x.grad == pytest.approx(factor * np.array([0.05, 0.1]))


def test_the_names_of_others_are_safe():
    with pytest.raises(ValueError) as caught:
        elementwise("tanh", "tanh", lambda x: np.tanh(x), 1)
    assert str(caught.value) == (
        "an operation named 'tanh' is declared by the library already; choose another name"
    )
    elsewhere = {"__name__": "another_lesson", "elementwise": elementwise}
    exec("elementwise('cube', 'x³', lambda x: x**3, lambda out, x: 3 * x**2)", elsewhere)
    with pytest.raises(ValueError, match="'cube' is declared by module 'another_lesson' already"):
        elementwise("cube", "x³", lambda x: x**3, lambda out, x: 3 * x**2)
    with pytest.raises(ValueError, match="np.sin stands for the operation 'sin' already"):
        elementwise("wave", "~", lambda x: np.sin(x), lambda out, x: np.cos(x), numpy=(np.sin,))
    assert "wave" not in registry


# ── what is no declaration ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (
            lambda: elementwise("my op", "?", lambda x: x, 1),
            "an operation's name is a word such as 'swish', not 'my op'; the symbol may be any text",
        ),
        (
            lambda: elementwise("cube", "", lambda x: x, 1),
            "the symbol of 'cube' is the text that a diagram shows, not ''",
        ),
        (
            lambda: elementwise("cube", "x³", 8.0, 1),
            "the forward rule of 'cube' is a function of its inputs, not 8.0: lambda x: ...",
        ),
        (
            lambda: elementwise("cube", "x³", lambda x: x**3, "3x²"),
            "a derivative of 'cube' is a function, a number or None, not '3x²'",
        ),
        (
            lambda: elementwise("cube", "x³", lambda x: x**3),
            "'cube' has 1 input and was given 0 derivatives; write one for each input, as lambda out,"
            " x: ..., and None where there is none",
        ),
        (
            lambda: elementwise("cube", "x³", lambda x: x**3, lambda x: 3 * x**2),
            "the derivative of 'cube' by input 0 takes 1 argument, and is called with 2: out and the"
            " inputs, as in lambda out, x: ...",
        ),
        (
            lambda: structural("swap", "⇄", lambda x: x[::-1], lambda g: g[::-1]),
            "the derivative of 'swap' by input 0 takes 1 argument, and is called with 3: g, out and"
            " the inputs, as in lambda g, out, x: ...",
        ),
        (
            lambda: structural("swap", "⇄", lambda x: x[::-1], 1),
            "a derivative of 'swap' is a function or None, not 1",
        ),
    ],
)
def test_messages_word_for_word(declare, says):
    with pytest.raises(TypeError) as caught:
        declare()
    assert str(caught.value) == says


def test_the_doors():
    assert op.elementwise is not elementwise, "the library's own declarations are never replaced"
    assert sys.modules["autograd_lite"].structural is structural
