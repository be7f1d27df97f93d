"""Questions of tutorials 8, 9, 11 and 12: checking gradients, operations, programs, other libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.checker import gradcheck
from autograd_lite.exercises.judging import Exercise, Numbers, Slip, Words, Work, called, difference
from autograd_lite.op import Op
from autograd_lite.transforms import value_and_grad, vjp

__all__ = ["EXERCISES"]


def _numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape) + sum(shape)).normal(size=shape)


def _complaint(report: Any) -> str | None:
    """What a gradient check found, in a sentence; None where it found nothing."""
    if report.verdict in ("pass", "kink"):
        return None
    said = [*report.problems, *(row.diagnosis for row in report.rows if row.diagnosis)]
    if said:
        stop = "" if said[0][-1] in ".?!" else "."
        return f"{said[0][0].upper()}{said[0][1:]}{stop}"
    worst = report.rows[0]
    return (
        f"At {worst.where()} it is {worst.analytic:.4g}, and nudging says {worst.numeric:.4g}."
        " Plot both, and look where they part."
    )


def _loss(w: Any, x: Any, y: Any) -> Any:
    return np.mean((x @ w - y) ** 2)


def _try_gradient(answer: Callable[..., Any]) -> str | None:
    w, x, y = _numbers(3), _numbers(5, 3), _numbers(5)
    given = called(answer, w, x, y)
    if isinstance(given, tuple):
        return "Only the gradient by w is asked for: one array, not a tuple."
    if np.shape(given) != np.shape(w):
        return difference(given, w)
    return _complaint(gradcheck(lambda w: _loss(w, x, y), w, gradient=lambda w: answer(w, x, y)))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _try_slope(answer: Callable[..., Any]) -> str | None:
    points = np.array([-2.0, -0.3, 0.4, 1.5])
    if np.shape(called(answer, points)) != points.shape:
        return "For an array of numbers an array of slopes is asked for."
    return _complaint(gradcheck(_sigmoid, points, gradient=answer))


def _named(
    given: Any, right: Sequence[Any], names: Sequence[str], shape_of: Sequence[Any]
) -> str | None:
    """The first of several gradients that is wrong, and how."""
    if not isinstance(given, (tuple, list)) or len(given) != len(names):
        return f"Give back {len(names)} arrays: {', '.join(names)}."
    for name, got, wanted, like in zip(names, given, right, shape_of, strict=True):
        fault = difference(got, wanted)
        if fault is None:
            continue
        if np.ndim(like) == 1 and np.shape(got) != np.shape(like):
            fault += " A bias serves every row, so its gradients add up over the rows."
        return f"The gradient by {name}: {fault}"
    return None


def _layer(kernel: Any, bias: Any, x: Any) -> Any:
    return np.tanh(x @ kernel + bias)


def _try_layer(answer: Callable[..., Any]) -> str | None:
    kernel, bias, x, g = _numbers(3, 2), _numbers(2), _numbers(5, 3), _numbers(5, 2)
    given = called(answer, g, kernel, bias, x)
    inputs, names = (kernel, bias, x), ("kernel", "bias", "x")
    right = vjp(_layer, *inputs)[1](g)
    before_tanh = vjp(lambda kernel, bias, x: x @ kernel + bias, *inputs)[1]
    y = _layer(*inputs)
    for passed, remark in (
        (g, "The layer before tanh is right. Did you forget the inner derivative, 1 − tanh²?"),
        (1 - y**2, "g is missing: what arrives is multiplied by the slope of tanh."),
        (g * (1 - y), "The slope of tanh is 1 − y², with the square."),
        (g * y, "The slope of tanh is 1 − y², not y."),
        (g * (1 - g**2), "The slope of tanh is 1 − y², of the layer's output y, not of g."),
        (g * (1 - np.tanh(y) ** 2), "y is the output of tanh already; do not bend it again."),
    ):
        if _named(given, before_tanh(passed), names, inputs) is None:
            return remark
    return _named(given, right, names, inputs)


def _try_operation(answer: Any, wanted: Callable[[Any], Any], points: np.ndarray) -> str | None:
    if not isinstance(answer, Op):
        return "Give the operation: what elementwise(...) or structural(...) returned."
    fault = difference(answer(points), wanted(points))
    if fault is not None:
        return f"Its value is not right yet. {fault}"
    return _complaint(gradcheck(answer, points, order=2))


def _try_steps(answer: Any) -> str | None:
    points, g = np.array([0.5, -1.0, 2.0, 0.3, 1.1]), np.array([1.0, -2.0, 4.0, 3.0])
    later, earlier = np.append(0.0, g), np.append(g, 0.0)
    if isinstance(answer, Op) and difference(answer(points), np.diff(points)) is None:
        rule = answer.pull(0)
        back = None if rule is None else rule(g, np.diff(points), points)
        if back is not None and np.shape(back) != points.shape:
            return (
                f"For {g.size} gradients that arrive, your rule gives back {np.size(back)}; x has"
                f" {points.size} numbers, and each of them wants one."
            )
        if back is not None and difference(back, later) is None:
            return "That is the half with +. Each x[i] stands in a second difference, with −."
        if back is not None and difference(back, -earlier) is None:
            return "That is the half with −. Each x[i] stands in a second difference, with +."
    return _try_operation(answer, lambda x: x[1:] - x[:-1], points)


def _two_layers(K1: Any, b1: Any, K2: Any, b2: Any, x: Any, y: Any) -> Any:
    return np.mean((np.tanh(x @ K1 + b1) @ K2 + b2 - y) ** 2)


def _try_backprop(answer: Callable[..., Any]) -> str | None:
    shapes = (2, 3), (3,), (3, 1), (1,), (6, 2), (6, 1)
    inputs = [_numbers(*shape) for shape in shapes]
    given = called(answer, *inputs)
    names = ("K1", "b1", "K2", "b2")
    if not (isinstance(given, tuple) and len(given) == 2):
        return "Give back the loss and a tuple of four gradients: (loss, (d_K1, d_b1, d_K2, d_b2))."
    loss, right = value_and_grad(_two_layers, (0, 1, 2, 3))(*inputs)
    if (fault := difference(given[0], loss)) is not None:
        return f"The loss: {fault}"
    # The last layer first: a fault there spoils the gradients before it.
    later = _named(given[1], right, names, inputs[:4])
    if later is None or not isinstance(given[1], (tuple, list)) or len(given[1]) != 4:
        return later
    if (fault := _named(given[1][2:], right[2:], names[2:], inputs[2:4])) is not None:
        return fault
    K1, b1, K2, b2, x, y = inputs
    error = np.tanh(x @ K1 + b1) @ K2 + b2 - y
    unbent = 2 * error / error.size @ K2.T
    if _named(given[1][:2], (x.T @ unbent, unbent.sum(0)), names[:2], inputs[:2]) is None:
        later = "Did you forget the inner derivative, 1 − h², on the way through tanh?"
    return f"The second layer is right. {later}"


EXERCISES: dict[str, Exercise] = {
    # ── 8, checking gradients ─────────────────────────────────────────────────────────────────
    "8.1": Work(
        "The derivative of error² is 2 · error. The mean divides by len(y).",
        "2 · xᵀ error / n.",
        _try_gradient,
    ),
    "8.2": Work(
        "Is the slope of a sigmoid ever larger than its value?",
        "s · (1 − s).",
        _try_slope,
    ),
    "8.3": Work(
        "First back through tanh: g · (1 − tanh²). Then kernel: xᵀ @ …, x: … @ kernelᵀ, bias: a sum.",
        "This is the backward pass of every dense layer with tanh, in every library.",
        _try_layer,
    ),
    # ── 9, your own operation ─────────────────────────────────────────────────────────────────
    "9.1": Work(
        "The inner derivative of exp(−x²) is −2x.",
        "−2x · out: the forward pass has done most of the work.",
        lambda op: _try_operation(op, lambda x: np.exp(-(x**2)), np.array([-1.5, -0.4, 0.7, 2.0])),
    ),
    "9.2": Work(
        "Each x[i] stands in two differences: with + in out[i−1], with − in out[i].",
        "Used twice, so two gradients add up: a fan-out again.",
        _try_steps,
    ),
    # ── 11, the program behind the graph ──────────────────────────────────────────────────────
    "11.1": Work(
        "Forward: h, prediction, error, loss. Backward from d_prediction = 2 · error / error.size.",
        "You have written what fit() runs.",
        _try_backprop,
    ),
    "11.2": Numbers(
        "Like the kernel: one row for each input, one column for each neuron.",
        "(3, 64) @ (64, 2): the 64 examples are added up by the product.",
        lambda: (np.ones((64, 3)).T @ np.ones((64, 2))).shape,
        (
            Slip(lambda: (2, 3), "Rows are inputs, columns are neurons."),
            Slip(lambda: (64, 2), "The gradient has the shape of the kernel, whatever the batch."),
        ),
        whole=True,
    ),
    # ── 12, on to Keras and PyTorch ───────────────────────────────────────────────────────────
    "12.1": Words(
        "Which line would be missed in the second step, and not in the first?",
        "Leaves add up over calls, there as here.",
        lambda: "zero_grad",
        ("forward", "zero_grad", "backward", "step"),
        (
            Slip(
                lambda: "step",
                "Without it nothing would be learnt at all; the loss would stand still.",
            ),
            Slip(
                lambda: "backward",
                "Without it there would be no gradients, and step would do nothing.",
            ),
            Slip(lambda: "forward", "Without it there would be no loss."),
        ),
    ),
}
