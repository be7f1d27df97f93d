"""Metrics made of right and wrong positives and negatives: precision, recall, F scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.arguments import number, positive
from autograd_lite.nn.metrics.base import Metric, numbers, per_example
from autograd_lite.nn.metrics.counting import paired, ratio, weights_of

__all__ = [
    "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "Precision", "Recall",
    "TrueNegatives", "TruePositives",
]  # fmt: skip

_EDGE = 1e-7


class _Thresholds(Metric):
    """Counts positives and negatives, right and wrong, at one or more thresholds."""

    direction = "up"

    def __init__(
        self, thresholds: Any = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        limits = [0.5] if thresholds is None else np.atleast_1d(thresholds).tolist()
        if not all(0 <= limit <= 1 for limit in limits):
            raise ValueError(f"thresholds lie between 0 and 1, and are {thresholds!r}")
        self.thresholds = thresholds
        self._limits = np.array(limits, float)
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        counts = np.zeros((4, len(self._limits)))
        self.true_positives, self.false_positives = counts[:2]
        self.false_negatives, self.true_negatives = counts[2:]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        truth, guess = paired(self.name, *self._looked_at(numbers(y_true), numbers(y_pred)))
        weight = weights_of(guess, sample_weight).reshape(-1)
        truth = truth.reshape(-1)
        yes = guess.reshape(-1) > self._limits[:, None]
        right, wrong = weight * (truth > 0), weight * (truth <= 0)
        self.true_positives += yes @ right
        self.false_positives += yes @ wrong
        self.false_negatives += ~yes @ right
        self.true_negatives += ~yes @ wrong

    def _looked_at(self, truth: np.ndarray, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What of targets and predictions is counted."""
        return truth, guess

    def _told(self, found: np.ndarray) -> Any:
        return float(found[0]) if len(found) == 1 else found.copy()


class TruePositives(_Thresholds):
    """How many examples of label 1 are predicted as such."""

    name = "true_positives"

    def result(self) -> Any:
        return self._told(self.true_positives)


class FalsePositives(_Thresholds):
    """How many examples of label 0 are predicted as 1."""

    name, direction = "false_positives", "down"

    def result(self) -> Any:
        return self._told(self.false_positives)


class FalseNegatives(_Thresholds):
    """How many examples of label 1 are predicted as 0."""

    name, direction = "false_negatives", "down"

    def result(self) -> Any:
        return self._told(self.false_negatives)


class TrueNegatives(_Thresholds):
    """How many examples of label 0 are predicted as such."""

    name = "true_negatives"

    def result(self) -> Any:
        return self._told(self.true_negatives)


class _OfClass(_Thresholds):
    """Those that may look at one column of the predictions only, or at the largest few."""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(thresholds, name, dtype)
        self.top_k, self.class_id = top_k, class_id
        if top_k is not None and thresholds is None:
            self._limits = np.array([-1e10])

    def _looked_at(self, truth: np.ndarray, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.top_k is not None:
            order = np.argsort(-guess, axis=-1, kind="stable")[..., : self.top_k]
            chosen = np.zeros(guess.shape, bool)
            np.put_along_axis(chosen, order, True, axis=-1)
            guess = np.where(chosen, guess, -1e10)
        if self.class_id is None:
            return truth, guess
        if guess.ndim < 2 or not self.class_id < guess.shape[-1]:
            raise ValueError(
                f"class_id={self.class_id} is a column of the predictions, and {self.name} was given"
                f" predictions of shape {guess.shape}"
            )
        return truth[..., self.class_id, None], guess[..., self.class_id, None]


class Precision(_OfClass):
    """Of what is predicted as 1, the share that is 1.

    >>> from autograd_lite.keras.metrics import Precision
    >>> Precision()([0, 1, 1, 1], [1, 0, 1, 1]) == 2 / 3
    True
    """

    name = "precision"

    def result(self) -> Any:
        return self._told(ratio(self.true_positives, self.true_positives + self.false_positives))


class Recall(_OfClass):
    """Of what is 1, the share that is predicted as such.

    >>> from autograd_lite.keras.metrics import Recall
    >>> Recall()([0, 1, 1, 1], [1, 0, 1, 1]) == 2 / 3
    True
    """

    name = "recall"

    def result(self) -> Any:
        return self._told(ratio(self.true_positives, self.true_positives + self.false_negatives))


class FBetaScore(Metric):
    """(1 + β²)·precision·recall / (β²·precision + recall), of rows with a number for every class.

    Parameters
    ----------
    average : str or None
        None: one score for every class; ``"macro"``: their mean; ``"weighted"``: their mean by the
        number of examples; ``"micro"``: one score of all counts together.
    beta : float
        How much recall weighs against precision.
    threshold : float, optional
        Above it a prediction says yes; without it the largest of a row does.
    """

    name, direction = "fbeta_score", "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        kinds = (None, "micro", "macro", "weighted")
        if average not in kinds:
            raise ValueError(f"average is one of {', '.join(map(repr, kinds))}, not {average!r}")
        beta = positive("beta", beta)
        if threshold is not None and not 0 < number("threshold", threshold) <= 1:
            raise ValueError(f"threshold lies above 0 and up to 1, and is {threshold!r}")
        self.average, self.beta, self.threshold = average, beta, threshold
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        self._tp: Any = 0.0
        self._fp: Any = 0.0
        self._fn: Any = 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        truth, guess = numbers(y_true), numbers(y_pred)
        if guess.ndim != 2 or truth.shape != guess.shape:
            raise ValueError(
                f"{self.name} compares rows with a number for every class, and was given shapes"
                f" {truth.shape} and {guess.shape}"
            )
        if self.threshold is None:
            yes = (guess >= guess.max(axis=-1, keepdims=True)) & (np.abs(guess) > 1e-9)
        else:
            yes = guess > self.threshold
        weight = per_example(np.ones(len(guess)), sample_weight)[1]
        weight = np.ones((len(guess), 1)) if weight is None else weight[:, None]
        axis = None if self.average == "micro" else 0
        self._tp = self._tp + (yes * truth * weight).sum(axis=axis)
        self._fp = self._fp + (yes * (1 - truth) * weight).sum(axis=axis)
        self._fn = self._fn + (~yes * truth * weight).sum(axis=axis)

    def result(self) -> Any:
        precision = self._tp / (self._tp + self._fp + _EDGE)
        recall = self._tp / (self._tp + self._fn + _EDGE)
        square = self.beta**2
        score = (1 + square) * precision * recall / (square * precision + recall + _EDGE)
        if self.average == "weighted":
            weights = self._tp + self._fn
            return float((score * weights).sum() / (np.sum(weights) + _EDGE))
        return score if self.average is None else float(np.mean(score))


class F1Score(FBetaScore):
    """2·precision·recall / (precision + recall): :class:`FBetaScore` with β = 1."""

    name = "f1_score"

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
