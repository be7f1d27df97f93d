"""Losses of numbers: how far each prediction is from its target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.losses.base import ElementwiseLoss, Loss, named
from autograd_lite.value import Value, as_value

__all__ = [
    "CosineSimilarity", "Huber", "KLDivergence", "LogCosh", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
    "cosine_similarity", "huber", "kl_divergence", "log_cosh", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
    "poisson",
]  # fmt: skip

EPSILON = 1e-7
"""Where a logarithm or a divisor would meet 0, this small number stands in its place."""


class MeanSquaredError(ElementwiseLoss):
    """mean((ŷ − y)²)."""

    name = "mean_squared_error"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return named(_error(y_true, y_pred) ** 2, "squared")


class MeanAbsoluteError(ElementwiseLoss):
    """mean(|ŷ − y|)."""

    name = "mean_absolute_error"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return named(abs(_error(y_true, y_pred)), "absolute")


class MeanAbsolutePercentageError(ElementwiseLoss):
    """100 · mean(|ŷ − y| / |y|); a target of 0 counts as 10⁻⁷."""

    name = "mean_absolute_percentage_error"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        share = abs(_error(y_true, y_pred)) / ops.maximum(abs(y_true), EPSILON)
        return named(100.0 * share, "percentage")


class MeanSquaredLogarithmicError(ElementwiseLoss):
    """mean((log(1 + ŷ) − log(1 + y))²); what is below 0 counts as 10⁻⁷."""

    name = "mean_squared_logarithmic_error"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        guess = ops.log1p(ops.maximum(y_pred, EPSILON))
        truth = ops.log1p(ops.maximum(y_true, EPSILON))
        return named(_error(truth, guess) ** 2, "squared")


class Huber(ElementwiseLoss):
    """Half the squared error up to ``delta``, straight beyond: δ·|ŷ − y| − δ²/2.

    Huber (1964), "Robust estimation of a location parameter".
    """

    name = "huber_loss"

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        if not delta > 0:
            raise ValueError(f"delta is a number above 0, not {delta!r}")
        self.delta = delta

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        size = abs(_error(y_true, y_pred))
        within = ops.minimum(size, self.delta)  # the rest of the error is beyond the bend
        return named(0.5 * within**2 + self.delta * (size - within), "bent")


class LogCosh(ElementwiseLoss):
    """mean(log(cosh(ŷ − y))): about half the square of small errors, the size of large ones."""

    name = "log_cosh"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        error = _error(y_true, y_pred)
        return named(error + ops.softplus(-2.0 * error) - math.log(2), "log cosh")


class Poisson(ElementwiseLoss):
    """mean(ŷ − y·log ŷ): the negative log-likelihood of counts, but for a constant."""

    name = "poisson"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return y_pred - y_true * ops.log(y_pred + EPSILON)


class KLDivergence(ElementwiseLoss):
    """Σ y·log(y / ŷ) of two distributions; their numbers are kept between 10⁻⁷ and 1."""

    name = "kl_divergence"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        # The gradient of a prediction of exactly 1 shall live: so the upper bound lies just above.
        top = float(np.nextafter(y_pred.dtype.type(1), y_pred.dtype.type(2)))
        truth, guess = ops.clip(y_true, EPSILON, 1.0), ops.clip(y_pred, EPSILON, top)
        return truth * ops.log(truth / guess)

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.elements(y_true, y_pred).sum(axis=-1)

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        return self.call(y_true, y_pred)


class CosineSimilarity(ElementwiseLoss):
    """−Σ y·ŷ of vectors scaled to length 1: −1 where they point the same way, 1 where opposite.

    Parameters
    ----------
    axis : int
        Along which the vectors lie.
    """

    name = "cosine_similarity"

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.axis = axis

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return -(_unit(y_true, self.axis) * _unit(y_pred, self.axis))

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.elements(y_true, y_pred).sum(axis=self.axis)

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        return self.call(y_true, y_pred)


def _error(y_true: Value, y_pred: Value) -> Value:
    return named(y_pred - y_true, "error")


def _unit(x: Value, axis: int) -> Value:
    """Vectors of length 1; one shorter than 10⁻⁷ is divided by that."""
    squares = (x**2).sum(axis=axis, keepdims=True)
    return x / ops.sqrt(ops.maximum(squares, EPSILON**2))


def mean_squared_error(y_true: Any, y_pred: Any) -> Value:
    """mean((ŷ − y)²) over the last axis: one number for every example."""
    return MeanSquaredError().each(y_true, y_pred)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Value:
    """mean(|ŷ − y|) over the last axis: one number for every example."""
    return MeanAbsoluteError().each(y_true, y_pred)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Value:
    """100 · mean(|ŷ − y| / |y|) over the last axis."""
    return MeanAbsolutePercentageError().each(y_true, y_pred)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Value:
    """mean((log(1 + ŷ) − log(1 + y))²) over the last axis."""
    return MeanSquaredLogarithmicError().each(y_true, y_pred)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Value:
    """Huber's loss over the last axis: squares up to ``delta``, straight beyond."""
    return Huber(delta).each(y_true, y_pred)


def log_cosh(y_true: Any, y_pred: Any) -> Value:
    """mean(log(cosh(ŷ − y))) over the last axis."""
    return LogCosh().each(y_true, y_pred)


def poisson(y_true: Any, y_pred: Any) -> Value:
    """mean(ŷ − y·log ŷ) over the last axis."""
    return Poisson().each(y_true, y_pred)


def kl_divergence(y_true: Any, y_pred: Any) -> Value:
    """Σ y·log(y / ŷ) over the last axis."""
    return KLDivergence().each(y_true, y_pred)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Value:
    """Minus the cosine of the angle between y and ŷ along ``axis``."""
    return CosineSimilarity(axis).each(as_value(y_true), as_value(y_pred))


BY_FUNCTION: dict[Any, type[Loss]] = {
    mean_squared_error: MeanSquaredError, mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError, huber: Huber,
    log_cosh: LogCosh, poisson: Poisson, kl_divergence: KLDivergence,
    cosine_similarity: CosineSimilarity,
}  # fmt: skip
