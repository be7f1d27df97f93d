"""Metrics made of right and wrong positives and negatives: precision, recall, AUC, F scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.nn.metrics.base import Metric, numbers, per_example

__all__ = [
    "AUC", "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "Precision", "Recall",
    "TrueNegatives", "TruePositives",
]  # fmt: skip

_EDGE = 1e-7


class _Confusion(Metric):
    """Counts positives and negatives, right and wrong, at every threshold."""

    direction = "up"

    def __init__(self, limits: Sequence[float], name: str | None, dtype: str | None) -> None:
        self._limits = np.array(limits, float)
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        self._tp, self._fp, self._fn, self._tn = np.zeros((4, len(self._limits)))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        truth, guess, weight = self._read(y_true, y_pred, sample_weight)
        yes = guess[None, :] > self._limits[:, None]
        right, wrong = weight * (truth > 0), weight * (truth <= 0)
        self._tp += yes @ right
        self._fp += yes @ wrong
        self._fn += ~yes @ right
        self._tn += ~yes @ wrong

    def _read(
        self, y_true: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Targets, predictions and weights, one number for every prediction."""
        guess = numbers(y_pred)
        truth = numbers(y_true)
        if truth.size != guess.size:
            raise ValueError(
                f"{self.name} compares labels 0 and 1 with one prediction each, and was given"
                f" shapes {truth.shape} and {guess.shape}"
            )
        weight = per_example(np.ones(len(guess) if guess.ndim else 1), sample_weight)[1]
        each = guess.size // max(len(guess) if guess.ndim else 1, 1)
        spread = np.ones(guess.size) if weight is None else np.repeat(weight, each)
        return truth.reshape(-1), guess.reshape(-1), spread


class _Thresholds(_Confusion):
    """Those with one or more thresholds above which a prediction says 1."""

    def __init__(
        self, thresholds: Any = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        limits = [0.5] if thresholds is None else np.atleast_1d(thresholds).tolist()
        if not all(0 <= limit <= 1 for limit in limits):
            raise ValueError(f"thresholds lie between 0 and 1, and are {thresholds!r}")
        self.thresholds = thresholds
        super().__init__(limits, name, dtype)

    def _told(self, found: np.ndarray) -> Any:
        return float(found[0]) if len(found) == 1 else found


class TruePositives(_Thresholds):
    """How many examples of label 1 are predicted as such."""

    name = "true_positives"

    def result(self) -> Any:
        return self._told(self._tp)


class FalsePositives(_Thresholds):
    """How many examples of label 0 are predicted as 1."""

    name, direction = "false_positives", "down"

    def result(self) -> Any:
        return self._told(self._fp)


class FalseNegatives(_Thresholds):
    """How many examples of label 1 are predicted as 0."""

    name, direction = "false_negatives", "down"

    def result(self) -> Any:
        return self._told(self._fn)


class TrueNegatives(_Thresholds):
    """How many examples of label 0 are predicted as such."""

    name = "true_negatives"

    def result(self) -> Any:
        return self._told(self._tn)


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

    def _read(
        self, y_true: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        truth, guess = numbers(y_true), numbers(y_pred)
        if self.top_k is not None:
            order = np.argsort(-guess, axis=-1, kind="stable")[..., : self.top_k]
            chosen = np.zeros(guess.shape, bool)
            np.put_along_axis(chosen, order, True, axis=-1)
            guess = np.where(chosen, guess, -1e10)
        if self.class_id is not None:
            truth, guess = truth[..., self.class_id], guess[..., self.class_id]
        return super()._read(truth, guess, sample_weight)


class Precision(_OfClass):
    """Of what is predicted as 1, the share that is 1.

    >>> from autograd_lite.keras.metrics import Precision
    >>> Precision()([0, 1, 1, 1], [1, 0, 1, 1]) == 2 / 3
    True
    """

    name = "precision"

    def result(self) -> Any:
        return self._told(_ratio(self._tp, self._tp + self._fp))


class Recall(_OfClass):
    """Of what is 1, the share that is predicted as such.

    >>> from autograd_lite.keras.metrics import Recall
    >>> Recall()([0, 1, 1, 1], [1, 0, 1, 1]) == 2 / 3
    True
    """

    name = "recall"

    def result(self) -> Any:
        return self._told(_ratio(self._tp, self._tp + self._fn))


class AUC(_Confusion):
    """The area under a curve that is drawn by moving the threshold from 0 to 1.

    Parameters
    ----------
    num_thresholds : int
        In how many places the threshold stands.
    curve : str
        ``"ROC"``: recall over the share of negatives predicted as 1. ``"PR"``: precision over
        recall, between two thresholds as Davis and Goadrich (2006) interpolate it.
    summation_method : str
        ``"interpolation"``, or the smaller (``"minoring"``) or larger (``"majoring"``) height of
        each strip.
    thresholds : list of float, optional
        In place of ``num_thresholds`` even ones.
    from_logits : bool
        Whether predictions are logits, to be put through the sigmoid.

    Examples
    --------
    >>> from autograd_lite.keras.metrics import AUC
    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    name = "auc"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve is 'ROC' or 'PR', not {curve!r}")
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                "summation_method is 'interpolation', 'minoring' or 'majoring', not"
                f" {summation_method!r}"
            )
        if num_thresholds < 2:
            raise ValueError(f"num_thresholds is a number from 2, not {num_thresholds}")
        self.num_thresholds, self.curve = num_thresholds, curve
        self.summation_method, self.thresholds = summation_method, thresholds
        self.from_logits = from_logits
        inner = (
            [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
            if thresholds is None
            else sorted(thresholds)
        )
        super().__init__([-_EDGE, *inner, 1 + _EDGE], name, dtype)

    def _read(
        self, y_true: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        truth, guess, weight = super()._read(y_true, y_pred, sample_weight)
        if self.from_logits:
            guess = np.exp(-np.logaddexp(0, -guess))
        elif not ((guess >= 0) & (guess <= 1)).all():
            raise ValueError(
                f"{self.name} takes predictions between 0 and 1; end the model in a sigmoid, or"
                " write AUC(from_logits=True)"
            )
        return truth, guess, weight

    def result(self) -> float:
        recall = _ratio(self._tp, self._tp + self._fn)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._between_points()
        if self.curve == "PR":
            x, y = recall, _ratio(self._tp, self._tp + self._fp)
        else:
            x, y = _ratio(self._fp, self._fp + self._tn), recall
        pair = np.stack([y[:-1], y[1:]])
        heights = {
            "interpolation": pair.mean(axis=0), "minoring": pair.min(axis=0),
            "majoring": pair.max(axis=0),
        }[self.summation_method]  # fmt: skip
        return float(((x[:-1] - x[1:]) * heights).sum())

    def _between_points(self) -> float:
        """The area under precision over recall where true positives grow straight between points."""
        found = self._tp + self._fp
        gained, more = self._tp[:-1] - self._tp[1:], found[:-1] - found[1:]
        slope = _ratio(gained, np.maximum(more, 0))
        start = self._tp[1:] - slope * found[1:]
        both = (found[:-1] > 0) & (found[1:] > 0)
        growth = np.where(both, _ratio(found[:-1], found[1:]), 1.0)
        strips = slope * (gained + start * np.log(growth))
        return float(_ratio(strips, self._tp[1:] + self._fn[1:]).sum())


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
        if not beta > 0:
            raise ValueError(f"beta is a number above 0, not {beta!r}")
        if threshold is not None and not 0 < threshold <= 1:
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


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above over below, and 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
