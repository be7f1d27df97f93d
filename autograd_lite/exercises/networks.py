"""Questions of tutorials 5 to 7 and 10: models, layers, losses, optimizers, a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.exercises.judging import Exercise, Numbers, Slip
from autograd_lite.transforms import grad
from autograd_lite.value import Value

__all__ = ["EXERCISES"]


def _celsius_loss(w: Any, b: Any = 0.0) -> Any:
    return (w * 8.0 + b - 46.0) ** 2


def _exact_pair() -> float:
    """The pair of the course's table that the formula gives, beside the cold ones."""
    table = ((8, 46), (15, 59), (22, 72), (38, 100))
    return next(float(c) for c, f in table if 1.8 * c + 32 == f)


def _parameters(features: int, *units: int) -> int:
    """How many parameters Dense layers of these sizes have, one after the other."""
    from autograd_lite.nn import Dense, Sequential

    first, *rest = units
    model = Sequential([Dense(first, input_shape=[features]), *(Dense(n) for n in rest)])
    return model.count_params()


def _products(features: int, *units: int) -> int:
    """The same without biases."""
    widths = (features, *units)
    return sum(n * m for n, m in zip(widths, units, strict=False))


_KERNEL, _BIAS = ((0.5, -1.0), (1.0, 0.0), (0.0, 2.0)), (0.1, -0.2)


def _hidden() -> np.ndarray:
    return np.array([2.0, 0.0, 1.0]) @ np.array(_KERNEL) + np.array(_BIAS)


def _mse(errors: Any) -> Any:
    return np.mean(np.square(errors))


def _moved(optimizer: str, gradient: float, steps: int, **settings: float) -> list[float]:
    """Where a weight is after every step, from 2, with the same gradient each time."""
    from autograd_lite import nn

    rule = getattr(nn, optimizer)(**settings)
    w, places = Value(2.0, "w"), [2.0]
    for _ in range(steps):
        rule.apply([gradient], [w])
        places.append(float(w.data))
    return places


def _cross_entropy(z: Any, label: float = 1.0) -> Any:
    """Binary cross-entropy of a logit."""
    return np.logaddexp(0.0, z) - label * z


_LOGIT = float(np.log(0.9 / 0.1))
"""Where the sigmoid is 0.9."""

EXERCISES: dict[str, Exercise] = {
    # ── 5, Celsius to Fahrenheit ──────────────────────────────────────────────────────────────
    "5.1": Numbers(
        "The error is 4 − 46. The loss is its square.",
        "Squared, it has no sign, and large errors weigh more.",
        lambda: _celsius_loss(0.5),
        (
            Slip(lambda: -42.0, "This is the error. The loss is its square."),
            Slip(lambda: 42.0, "This is the size of the error. The loss is its square."),
            Slip(lambda: -(42.0**2), "A square is never negative."),
        ),
    ),
    "5.2": Numbers(
        "Twice the error, times what w was multiplied with.",
        "2 · error · input: the rule of every weight under MSE.",
        lambda: grad(_celsius_loss)(0.5),
        (
            Slip(
                lambda: 2 * -42.0,
                "Too small by a factor of 8: did you forget the inner derivative, the 8 degrees?"
                " What you have is the gradient of b.",
            ),
            Slip(lambda: -42.0 * 8, "Too small by a factor of 2: the square brings a 2 with it."),
            Slip(lambda: 2 * 42.0 * 8, "The size is right. Label minus prediction? The sign."),
        ),
    ),
    "5.3": Numbers(
        "What does w·x + b hold that training can change?",
        "One weight and one bias.",
        lambda: _parameters(1, 1),
        (Slip(lambda: 1, "The layer has a bias, too."),),
        whole=True,
    ),
    "5.4": Numbers(
        "A gradient has one number for each number of what it belongs to.",
        "Always the shape of the parameter, however many examples there were.",
        lambda: np.shape(_kernel_gradient()),
        (
            Slip(
                lambda: (7, 1),
                "The seven examples have been added up: there is one kernel, not seven.",
            ),
            Slip(lambda: (1, 7), "This is the shape of x.T. Times seven rows it becomes smaller."),
        ),
        whole=True,
    ),
    "5.5": Numbers(
        "Work out 1.8·c + 32 for the remaining four, and compare.",
        "The other three labels are rounded to whole degrees.",
        _exact_pair,
        (
            Slip(lambda: 8.0, "8 °C are 46.4 °F; the table says 46."),
            Slip(lambda: 22.0, "22 °C are 71.6 °F; the table says 72."),
            Slip(lambda: 38.0, "38 °C are 100.4 °F; the table says 100."),
            Slip(lambda: 59.0, "That is its label. Answer with the degrees Celsius."),
        ),
        whole=True,
    ),
    # ── 6, looking inside Dense ───────────────────────────────────────────────────────────────
    "6.1": Numbers(
        "Every neuron has one weight for each input, and one bias.",
        "A weight for each pair of input and neuron, and a bias for each neuron.",
        lambda: _parameters(4, 5),
        (
            Slip(lambda: _products(4, 5), "These are the weights. Each neuron has a bias, too."),
            Slip(lambda: 4 + 5, "Each of the 5 neurons has 4 weights of its own."),
            Slip(lambda: 4 * 5 + 4, "One bias for each *neuron*, not for each input."),
            Slip(lambda: 4 * 5 + 1, "One bias for each neuron, not one for the layer."),
        ),
        whole=True,
    ),
    "6.2": Numbers(
        "Hidden neuron 1: 2·0.5 + 0·1 + 1·0 + 0.1. Neuron 2 uses the second column.",
        "Each neuron is a column of the kernel.",
        _hidden,
        (
            Slip(
                lambda: np.array([2.0, 0.0, 1.0]) @ np.array(_KERNEL),
                "The biases, 0.1 and −0.2, are missing.",
            ),
            Slip(lambda: _hidden()[::-1], "The right numbers in the wrong order."),
        ),
    ),
    "6.3": Numbers(
        "Only the first layer sees the features: it gets one more weight for each of its neurons.",
        "Only the first layer has grown.",
        lambda: _parameters(2, 4, 4, 1),
        (
            Slip(lambda: _parameters(1, 4, 4, 1), "That many there are with one feature."),
            Slip(lambda: _products(2, 4, 4, 1), "The biases are missing."),
            Slip(
                lambda: _parameters(1, 4, 4, 1) + 1,
                "The new feature has a weight to each of the 4 neurons.",
            ),
        ),
        whole=True,
    ),
    "6.4": Numbers(
        "kernel₁ @ kernel₂.",
        "Two ways from input to output: 2 · 3 and −1 · 4.",
        lambda: np.dot([2.0, -1.0], [3.0, 4.0]),
        (
            Slip(lambda: 2 * 3.0, "This is the way through the first neuron. Add the second."),
            Slip(lambda: -1 * 4.0, "This is the way through the second neuron. Add the first."),
            Slip(lambda: 2 * 3.0 + 4.0, "The weight to the second neuron is −1."),
            Slip(lambda: 2 * 3.0 * -1 * 4.0, "Along a way multiply; the two ways add."),
        ),
    ),
    # ── 7, losses and optimizers ──────────────────────────────────────────────────────────────
    "7.1": Numbers(
        "Square each error, then take the mean.",
        "The largest error makes more than half of it.",
        lambda: _mse([1.0, -2.0, 3.0]),
        (
            Slip(lambda: 14.0, "This is the sum of the squares. The M stands for mean."),
            Slip(lambda: 2.0, "This is the mean of the sizes, MAE. Square first."),
            Slip(lambda: (2 / 3) ** 2, "This is the square of the mean. Square first."),
            Slip(lambda: 2 / 3, "This is the mean of the errors. Square first."),
            Slip(lambda: (14 / 3) ** 0.5, "This is its root, RMSE."),
        ),
    ),
    "7.2": Numbers(
        "λ is the second derivative. The limit stands in the sentence above: 2/λ.",
        "At 0.25 it jumps from w to −w and back for ever.",
        lambda: 2 / grad(grad(lambda w: 4 * w**2))(1.0),
        (
            Slip(
                lambda: 1 / 8,
                "There it reaches the bottom in one step: the best rate, not the largest.",
            ),
            Slip(lambda: 2 / 4, "λ is the second derivative, 8."),
        ),
    ),
    "7.3": Numbers(
        "w − learning rate · gradient.",
        "Against the gradient, as long as learning rate times gradient.",
        lambda: _moved("SGD", 4.0, 1, learning_rate=0.1)[1],
        (
            Slip(lambda: 2.4, "That is uphill. Step *against* the gradient."),
            Slip(lambda: 0.4, "This is the length of the step. Where does the weight end?"),
            Slip(lambda: -0.4, "This is the step. Where does the weight end?"),
            Slip(lambda: -2.0, "The learning rate is missing."),
        ),
    ),
    "7.4": Numbers(
        "Adam's first step is one learning rate long, whatever the gradient.",
        "One learning rate, against the sign of the gradient. 4000 or 0.004 make no difference.",
        lambda: _moved("Adam", 4000.0, 1, learning_rate=0.1)[1],
        (
            Slip(lambda: 2 - 400.0, "That is what SGD does. Adam divides by the gradients' size."),
            Slip(lambda: 2.1, "Against the sign of the gradient."),
            Slip(lambda: 0.1, "This is the length of the step. Where does the weight end?"),
            Slip(lambda: -0.1, "This is the step. Where does the weight end?"),
        ),
    ),
    "7.5": Numbers(
        "v is −0.1 after the first step. Then v ← 0.9·v − 0.1·1, and w moves by v.",
        "−0.09 that it remembers and −0.1 that is new.",
        lambda: float(np.diff(_moved("SGD", 1.0, 2, learning_rate=0.1, momentum=0.9))[1]),
        (
            Slip(lambda: -0.1, "That is the first step. The second remembers it."),
            Slip(lambda: 0.19, "The size is right. In which direction?"),
            Slip(lambda: -0.29, "This is both steps together."),
            Slip(lambda: -0.09, "This is what it remembers; the new gradient comes on top."),
            Slip(lambda: -0.2, "Of the first step it remembers nine tenths."),
        ),
    ),
    # ── 10, a classifier ──────────────────────────────────────────────────────────────────────
    "10.1": Numbers(
        "Minus the logarithm of the probability that the model gave to what is true.",
        "A confident and right prediction has little to regret.",
        lambda: _cross_entropy(_LOGIT),
        (
            Slip(lambda: _cross_entropy(-_LOGIT), "This is −ln 0.1, the loss for the label 0."),
            Slip(lambda: float(np.log(0.9)), "A loss is not negative: minus the logarithm."),
            Slip(lambda: -float(np.log10(0.9)), "The natural logarithm, np.log."),
            Slip(lambda: 0.01, "This is the squared error."),
            Slip(lambda: 0.1, "This is the error. The loss is −ln of 0.9."),
        ),
    ),
    "10.2": Numbers(
        "Prediction minus label.",
        "p − y: no activation's slope is left in it, so a wrong neuron never gets stuck.",
        lambda: grad(_cross_entropy)(_LOGIT),
        (
            Slip(lambda: -1 / 0.9, "This is the slope by p. Times the slope of the sigmoid."),
            Slip(lambda: 0.1, "The size is right. Should z rise or fall?"),
            Slip(lambda: 0.09, "This is the slope of the sigmoid, p(1 − p)."),
            Slip(lambda: 0.9, "This is the prediction. How far is it from the label?"),
        ),
    ),
    "10.3": Numbers(
        "Each neuron of a layer has one weight for each value before it, and one bias.",
        "Most of them lie between the two hidden layers.",
        lambda: _parameters(2, 16, 16, 1),
        (
            Slip(lambda: _products(2, 16, 16, 1), "The biases are missing."),
            Slip(
                lambda: _products(2, 16, 16, 1) + 3, "A bias for each neuron, not for each layer."
            ),
            Slip(lambda: 2 + 16 + 16 + 1, "These are the values. Count the lines between them."),
            Slip(lambda: 16 + 16 + 1, "These are the neurons, and their biases. And the weights?"),
        ),
        whole=True,
    ),
}


def _kernel_gradient() -> Any:
    """The gradient of the kernel for seven examples of one feature."""
    kernel = Value(np.array([[0.5]]), "kernel")
    (Value(np.ones((7, 1)), "x") @ kernel).sum().backward()
    return kernel.grad
