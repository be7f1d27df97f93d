"""Losses as metrics: their mean over the examples, whatever the size of the batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite.nn import losses
from autograd_lite.nn.metrics.base import LossMetric, Metric, numbers
from autograd_lite.nn.metrics.counting import weights_of
from autograd_lite.value import as_value

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "CosineSimilarity",
    "Hinge", "Huber", "KLDivergence", "LogCoshError", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
    "R2Score", "RootMeanSquaredError", "SparseCategoricalCrossentropy", "SquaredHinge",
]  # fmt: skip


class MeanSquaredError(LossMetric):
    """mean((ŷ − y)²)."""

    name, made_of = "mean_squared_error", losses.MeanSquaredError


class RootMeanSquaredError(MeanSquaredError):
    """√mean((ŷ − y)²): in the units of y.

    >>> from autograd_lite.keras.metrics import RootMeanSquaredError
    >>> RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [4.0]]) == 12.5**0.5
    True
    """

    name = "root_mean_squared_error"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """The square of every error."""
        y_pred = as_value(y_pred)
        return self.loss.parts(as_value(self.loss.encode(as_value(y_true), y_pred.shape)), y_pred)

    def result(self) -> float:
        return math.sqrt(super().result())


class MeanAbsoluteError(LossMetric):
    """mean(|ŷ − y|)."""

    name, made_of = "mean_absolute_error", losses.MeanAbsoluteError


class MeanAbsolutePercentageError(LossMetric):
    """100 · mean(|ŷ − y| / |y|)."""

    name, made_of = "mean_absolute_percentage_error", losses.MeanAbsolutePercentageError


class MeanSquaredLogarithmicError(LossMetric):
    """mean((log(1 + ŷ) − log(1 + y))²)."""

    name, made_of = "mean_squared_logarithmic_error", losses.MeanSquaredLogarithmicError


class LogCoshError(LossMetric):
    """mean(log(cosh(ŷ − y)))."""

    name, made_of = "logcosh", losses.LogCosh


class Huber(LossMetric):
    """Huber's loss with δ = 1."""

    name, made_of = "huber", losses.Huber


class Poisson(LossMetric):
    """mean(ŷ − y·log ŷ)."""

    name, made_of = "poisson", losses.Poisson


class KLDivergence(LossMetric):
    """Σ y·log(y / ŷ)."""

    name, made_of = "kl_divergence", losses.KLDivergence


class Hinge(LossMetric):
    """mean(max(1 − y·ŷ, 0))."""

    name, made_of = "hinge", losses.Hinge


class SquaredHinge(LossMetric):
    """mean(max(1 − y·ŷ, 0)²)."""

    name, made_of = "squared_hinge", losses.SquaredHinge


class CategoricalHinge(LossMetric):
    """max(1 + max((1 − y)·ŷ) − Σ y·ŷ, 0)."""

    name, made_of = "categorical_hinge", losses.CategoricalHinge


class CosineSimilarity(LossMetric):
    """Σ y·ŷ of vectors scaled to length 1: 1 where they point the same way."""

    name, made_of, direction = "cosine_similarity", losses.CosineSimilarity, "up"

    def __init__(self, name: str | None = None, dtype: str | None = None, axis: int = -1) -> None:
        self.axis = axis
        super().__init__(name, dtype, axis=axis)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return -super().values(y_true, y_pred)


class BinaryCrossentropy(LossMetric):
    """−mean(y·log ŷ + (1 − y)·log(1 − ŷ))."""

    name, made_of = "binary_crossentropy", losses.BinaryCrossentropy

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        self.from_logits, self.label_smoothing = from_logits, label_smoothing
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(LossMetric):
    """−Σ y·log ŷ."""

    name, made_of = "categorical_crossentropy", losses.CategoricalCrossentropy

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        super().__init__(
            name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis
        )


class SparseCategoricalCrossentropy(LossMetric):
    """−log ŷ of the class whose number the target is; targets ``ignore_class`` count as 0."""

    name, made_of = "sparse_categorical_crossentropy", losses.SparseCategoricalCrossentropy

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        self.from_logits, self.axis, self.ignore_class = from_logits, axis, ignore_class
        super().__init__(name, dtype, from_logits=from_logits, axis=axis, ignore_class=ignore_class)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        if sample_weight is not None and self.ignore_class is not None:
            truth, weight = numbers(y_true), numbers(sample_weight)
            sample_weight = weight * (truth.reshape(weight.shape) != self.ignore_class)
        super().update_state(y_true, y_pred, sample_weight)


class R2Score(Metric):
    """1 − Σ(ŷ − y)² / Σ(y − ȳ)²: the share of the targets' variance that is explained.

    Parameters
    ----------
    class_aggregation : str or None
        How the scores of several outputs become one: ``"uniform_average"``,
        ``"variance_weighted_average"``, or None for one of each.
    num_regressors : int
        The number of features, for the adjusted score; 0 leaves it as it is.

    Examples
    --------
    >>> from autograd_lite.keras.metrics import R2Score
    >>> R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])
    0.5
    """

    name, direction = "r2_score", "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        kinds = ("uniform_average", "variance_weighted_average", None)
        if class_aggregation not in kinds:
            raise ValueError(
                f"class_aggregation is one of {', '.join(map(repr, kinds))},"
                f" not {class_aggregation!r}"
            )
        if num_regressors < 0:
            raise ValueError(f"num_regressors is a number from 0, not {num_regressors}")
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        self._count: Any = 0.0
        self._sum: Any = 0.0
        self._squares: Any = 0.0
        self._errors: Any = 0.0
        self._samples = 0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        guess = numbers(y_pred)
        guess = guess.reshape(len(guess), -1)
        truth = losses.MeanSquaredError().encode(numbers(y_true), guess.shape)
        weight = weights_of(guess, sample_weight)
        self._count += weight.sum(axis=0)
        self._sum += (truth * weight).sum(axis=0)
        self._squares += (truth * truth * weight).sum(axis=0)
        self._errors += ((truth - guess) ** 2 * weight).sum(axis=0)
        self._samples += truth.size

    def result(self) -> Any:
        if not self._samples:
            return 0.0
        total = np.atleast_1d(self._squares - self._sum * self._sum / self._count)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = 1 - self._errors / total
        scores = np.where(np.isinf(scores), 0.0, scores)
        score: Any = scores
        if self.class_aggregation is not None:
            weights = None if self.class_aggregation == "uniform_average" else total
            score = float(np.average(scores, weights=weights))
        rest = self._samples - self.num_regressors - 1
        if self.num_regressors and rest > 0:
            score = 1 - (1 - score) * (self._samples - 1) / rest
        return score
