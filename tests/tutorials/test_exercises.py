"""The checker of the exercises tells right from wrong, and says something of use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite import Value, elementwise, structural
from autograd_lite.exercises import check, hint
from autograd_lite.exercises.catalogue import EXERCISES
from autograd_lite.exercises.judging import Numbers, Words, Work, difference

RIGHT = {
    "1.1": 12, "1.2": -0.25, "1.3": 12, "1.4": 32, "1.5": "down",
    "2.1": 9, "2.2": 6, "2.3": 24, "2.4": 2, "2.5": -6,
    "3.1": 6, "3.2": 12, "3.3": 4,
    "4.1": 1, "4.2": [4, 3, 1], "4.3": 0.5, "4.4": 3.2,
    "5.1": 1764, "5.2": -672, "5.3": 2, "5.4": (1, 1), "5.5": 15,
    "6.1": 25, "6.2": [1.1, -0.2], "6.3": 37, "6.4": 2,
    "7.1": 14 / 3, "7.2": 0.25, "7.3": 1.6, "7.4": 1.9, "7.5": -0.19,
    "10.1": 0.105, "10.2": -0.1, "10.3": 337,
    "11.2": (3, 2), "12.1": "zero_grad",
}  # fmt: skip
"""Worked out by hand."""


def backprop(records, output):
    grads, left = {output: 1.0}, list(records)
    while left:
        used = {name for _, inputs, _ in left for name in inputs}
        record = next(r for r in left if r[0] not in used)
        left.remove(record)
        result, inputs, slopes = record
        for name, slope in zip(inputs, slopes, strict=True):
            grads[name] = grads.get(name, 0.0) + grads[result] * slope
    return grads


def waiting(records):
    """The same order, for answers that are wrong in another way."""
    order, left = [], list(records)
    while left:
        used = {name for _, inputs, _ in left for name in inputs}
        order.append(next(r for r in left if r[0] not in used))
        left.remove(order[-1])
    return order


def mse_gradient(w, x, y):
    return 2 * x.T @ (x @ w - y) / len(y)


def sigmoid_slope(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


def layer_backward(g, kernel, bias, x):
    g = g * (1 - np.tanh(x @ kernel + bias) ** 2)
    return x.T @ g, g.sum(axis=0), g @ kernel.T


def two_layers(K1, b1, K2, b2, x, y):
    h = np.tanh(x @ K1 + b1)
    error = h @ K2 + b2 - y
    d = 2 * error / error.size
    dz = (d @ K2.T) * (1 - h**2)
    return np.mean(error**2), (x.T @ dz, dz.sum(axis=0), h.T @ d, d.sum(axis=0))


def bump():
    return elementwise("bump_", "bump", lambda x: np.exp(-(x**2)), lambda out, x: -2 * x * out)


def steps():
    return structural(
        "steps_", "Δ", lambda x: x[1:] - x[:-1],
        lambda g, out, x: np.concatenate([-g[:1], g[:-1] - g[1:], g[-1:]]),
    )  # fmt: skip


WORK = {
    "3.4": lambda: backprop, "8.1": lambda: mse_gradient, "8.2": lambda: sigmoid_slope,
    "8.3": lambda: layer_backward, "9.1": bump, "9.2": steps, "11.1": lambda: two_layers,
}  # fmt: skip


def test_every_exercise_has_a_right_answer():
    assert {**RIGHT, **WORK}.keys() == EXERCISES.keys()


@pytest.mark.parametrize("number", EXERCISES)
def test_the_right_answer_is_right(number):
    verdict = check(number, RIGHT[number] if number in RIGHT else WORK[number]())
    assert verdict and repr(verdict).startswith("✓ Right. ")


@pytest.mark.parametrize("number", EXERCISES)
def test_an_open_question_is_neither_right_nor_wrong(number):
    verdict = check(number, ...)
    assert not verdict
    assert repr(verdict) == (
        f"○ {number} is open: put your answer in the place of the three dots, and run the cell again."
    )
    if isinstance(EXERCISES[number], Work) and number not in ("9.1", "9.2"):
        assert check(number, lambda *inputs: None) == verdict


@pytest.mark.parametrize("number", EXERCISES)
def test_hints_do_not_give_it_away(number):
    assert len(hint(number)) > 8
    if isinstance(EXERCISES[number], Words):
        assert RIGHT[number] not in hint(number)


@pytest.mark.parametrize("number", [n for n, e in EXERCISES.items() if isinstance(e, Numbers)])
def test_known_slips_are_told_and_wrong(number):
    exercise = EXERCISES[number]
    said = [repr(check(number, slip.makes())) for slip in exercise.slips]
    assert said == [f"✗ Not yet. {slip.says}" for slip in exercise.slips]
    assert len(set(said)) >= len(said) - 1


@settings(deadline=None)
@given(
    st.sampled_from([n for n, e in EXERCISES.items() if getattr(e, "accepts", 0) is None]),
    st.floats(-1e6, 1e6),
)
def test_no_other_number_is_right(number, x):
    right = np.asarray(RIGHT[number], dtype=float)
    close = right.ndim == 0 and abs(x - right) <= 0.011 * abs(right) + 1e-9
    assert bool(check(number, x)) <= close


def test_forms_of_the_same_number():
    for answer in (12, 12.0, np.float32(12), np.array(12), Value(12.0), 12.1, True + 11):
        assert check("1.1", answer), answer
    assert not check("1.1", 12.2)
    assert check("4.2", np.array([4, 3, 1])) and check("4.2", (4, 3, Value(1.0)))
    assert check("1.5", " Down ")


@pytest.mark.parametrize(
    ("number", "answer", "says"),
    [
        ("2.3", 6, "Too small by a factor of 4: did you forget the inner derivative"),
        ("2.4", 1, "Too small by a factor of 2: did you forget the inner derivative, the 2 of 2x?"),
        ("1.1", 24, "Too large by a factor of 2."),
        ("1.1", -12, "The size is right, the sign is not."),
        ("7.2", 4, "This is the reciprocal"),
        ("1.1", [12], "The number stands in an array of shape (1,); give it alone"),
        ("1.1", [12, 3], "One number is asked for, and this is an array of shape (2,)."),
        ("4.2", [4, 3], "There are 2 numbers in your answer; 3 are asked for."),
        ("4.2", 4, "There is one number in your answer; 3 are asked for."),
        ("4.2", [[4, 3, 1]], "One pair of brackets too many: 3 numbers side by side are asked"),
        ("5.4", (7,), "There is one number in your answer; 2 are asked for."),
        ("5.4", (1, 4), "1 of 2 numbers is right; look again at [1]."),
        ("2.5", [-6], "The number stands in an array of shape (1,); give it alone."),
        ("4.2", [4, 3, 2], "2 of 3 numbers are right; look again at [2]."),
        ("1.1", 5, hint("1.1")),
        ("1.5", "up", hint("1.5")),
        ("12.1", "step", "Without it nothing would be learnt at all"),
    ],
)
def test_what_is_said_of_a_wrong_number(number, answer, says):
    verdict = check(number, answer)
    assert not verdict and repr(verdict).startswith(f"✗ Not yet. {says}")


@pytest.mark.parametrize(
    ("number", "answer", "says"),
    [
        ("1.1", "twelve", "✗ The answer is a number or an array of numbers, not 'twelve'."),
        (
            "1.1",
            "12",
            "✗ The answer is a number or an array of numbers, not '12'. Leave the quotes out.",
        ),
        ("1.1", None, "✗ The answer is a number or an array of numbers, not None."),
        ("4.2", [[1, 2], [3]], "✗ The rows of your array have different lengths."),
        ("1.5", 3, "✗ Answer with a word in quotes: 'up', 'down'."),
        ("1.5", "left", "✗ 'left' is none of the choices: 'up', 'down'."),
        ("3.4", 3, "✗ Give the function itself, without calling it, not 3."),
    ],
)
def test_answers_of_the_wrong_kind(number, answer, says):
    assert repr(check(number, answer)) == says


def overwriting(records, output):
    grads = {output: 1.0}
    for result, inputs, slopes in waiting(records):
        grads.update({n: grads[result] * s for n, s in zip(inputs, slopes, strict=True)})
    return grads


def unseeded(records, output):
    grads = {output: 0.0}
    for result, inputs, slopes in waiting(records):
        for name, slope in zip(inputs, slopes, strict=True):
            grads[name] = grads.get(name, 0.0) + grads[result] * slope
    return grads


def impatient(records, output):
    grads = {output: 1.0}
    for result, inputs, slopes in reversed(records):
        for name, slope in zip(inputs, slopes, strict=True):
            grads[name] = grads.get(name, 0.0) + grads.get(result, 0.0) * slope
    return grads


def sorted_only(records, output):
    grads = {output: 1.0}
    for result, inputs, slopes in reversed(records):
        for name, slope in zip(inputs, slopes, strict=True):
            grads[name] = grads.get(name, 0.0) + grads[result] * slope
    return grads


def no_tanh(g, kernel, bias, x):
    return x.T @ g, g.sum(axis=0), g @ kernel.T


def forgotten_sum(g, kernel, bias, x):
    d_kernel, _, d_x = layer_backward(g, kernel, bias, x)
    return d_kernel, g, d_x


def slope_of_tanh(passed):
    """A backward pass of the layer that lets ``passed(g, y)`` through tanh."""

    def backward(g, kernel, bias, x):
        d = passed(g, np.tanh(x @ kernel + bias))
        return x.T @ d, d.sum(axis=0), d @ kernel.T

    return backward


def straight_through(K1, b1, K2, b2, x, y):
    loss, (_, _, d_K2, d_b2) = two_layers(K1, b1, K2, b2, x, y)
    d = 2 * (np.tanh(x @ K1 + b1) @ K2 + b2 - y) / y.size @ K2.T
    return loss, (x.T @ d, d.sum(axis=0), d_K2, d_b2)


def sum_instead_of_mean(*inputs):
    loss, gradients = two_layers(*inputs)
    return loss, tuple(6 * g for g in gradients)


def first_layer_wrong(*inputs):
    loss, (d_K1, *rest) = two_layers(*inputs)
    return loss, (-d_K1, *rest)


@pytest.mark.parametrize(
    ("number", "answer", "says"),
    [
        ("3.4", overwriting, "Where two paths meet, the second overwrites the first."),
        ("3.4", impatient, "A node passed its gradient on before all of its uses had reported."),
        ("3.4", sorted_only, "It asks for the gradient of"),
        ("3.4", unseeded, "The output's own gradient is 1"),
        ("3.4", lambda records, output: {}, "There is no gradient for"),
        ("3.4", lambda records, output: 3, "Give back a dictionary"),
        ("3.4", lambda records: {}, "It stops with TypeError"),
        ("8.1", lambda w, x, y: mse_gradient(w, x, y) / 2, "Half of what it should be"),
        ("8.1", lambda w, x, y: -mse_gradient(w, x, y), "The sign is flipped."),
        ("8.1", lambda w, x, y: (mse_gradient(w, x, y), 0, 0), "Only the gradient by w"),
        ("8.1", lambda w, x, y: x.T, "Your answer has shape (3, 5); one of shape (3,)"),
        ("8.2", lambda x: sigmoid_slope(x) + 1, "At "),
        ("8.2", lambda x: 0.25, "For an array of numbers an array of slopes"),
        ("8.3", no_tanh, "The layer before tanh is right. Did you forget the inner derivative"),
        ("8.3", slope_of_tanh(lambda g, y: g * (1 - y)), "The slope of tanh is 1 − y², with"),
        ("8.3", slope_of_tanh(lambda g, y: g * y), "The slope of tanh is 1 − y², not y."),
        ("8.3", slope_of_tanh(lambda g, y: 1 - y**2), "g is missing"),
        ("8.3", slope_of_tanh(lambda g, y: g * (1 - g**2)), "The slope of tanh is 1 − y², of the"),
        ("8.3", slope_of_tanh(lambda g, y: g * (1 - np.tanh(y) ** 2)), "y is the output of tanh"),
        ("8.3", forgotten_sum, "The gradient by bias: "),
        ("8.3", lambda *a: layer_backward(*a)[:2], "Give back 3 arrays: kernel, bias, x."),
        ("11.1", first_layer_wrong, "The second layer is right. The gradient by K1: "),
        (
            "11.1",
            straight_through,
            "The second layer is right. Did you forget the inner derivative",
        ),
        ("11.1", sum_instead_of_mean, "The gradient by K2: It is 6 times what it should be."),
        ("11.1", lambda *a: (2 * two_layers(*a)[0], ()), "The loss: Too large by a factor of 2."),
        ("11.1", lambda *a: two_layers(*a)[1], "Give back the loss and a tuple"),
        ("9.1", abs, "Give the operation"),
    ],
)
def test_what_is_said_of_wrong_work(number, answer, says):
    verdict = check(number, answer)
    assert not verdict and repr(verdict).startswith(f"✗ Not yet. {says}"), repr(verdict)


def test_an_operation_with_a_wrong_rule():
    wrong = elementwise("wrong_bump", "?", lambda x: np.exp(-(x**2)), lambda out, x: 2 * x * out)
    assert repr(check("9.1", wrong)) == "✗ Not yet. The sign is flipped."
    other = elementwise("cube_", "x³", lambda x: x**3, lambda out, x: 3 * x**2)
    assert repr(check("9.1", other)).startswith("✗ Not yet. Its value is not right yet.")


@pytest.mark.parametrize(
    ("back", "says"),
    [
        (lambda g: g, "For 4 gradients that arrive, your rule gives back 4; x has 5 numbers"),
        (lambda g: np.append(0.0, g), "That is the half with +."),
        (lambda g: np.append(-g, 0.0), "That is the half with −."),
        (lambda g: np.append(g, 0.0) - np.append(0.0, g), "The sign is flipped."),
    ],
)
def test_differences_with_a_wrong_rule(back, says):
    wrong = structural("steps_", "Δ", lambda x: x[1:] - x[:-1], lambda g, out, x: back(g))
    assert repr(check("9.2", wrong)).startswith(f"✗ Not yet. {says}")


def test_unknown_questions():
    with pytest.raises(KeyError, match=r"there is no question '1.11'. Did you mean '1.1'"):
        check("1.11", 3)
    with pytest.raises(KeyError):
        hint("99.1")


def test_difference_of_arrays():
    right = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert difference(right, right) is None
    assert difference(right.T, right) == "Rows and columns are swapped: transpose it."
    assert difference(np.ones((2, 3)), np.ones((3, 2))).startswith("Rows and columns are swapped")
    assert difference(-right, right) == "The size is right, the sign is not."
    assert difference(right + 5, right) == "The numbers differ."
