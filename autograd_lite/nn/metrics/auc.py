"""AUC: how well predictions part the positives from the negatives, wherever the line is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.metrics.base import Metric, numbers
from autograd_lite.nn.metrics.counting import paired, ratio, weights_of

__all__ = ["AUC"]

_EDGE = 1e-7


class AUC(Metric):
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
        In place of ``num_thresholds`` even ones; 0 and 1 are added.
    multi_label : bool
        Whether every column of the predictions has an area of its own, of which the mean is told;
        otherwise all columns are taken together.
    num_labels : int, optional
        The number of columns, checked where it is given.
    label_weights : list of float, optional
        How much each column counts in the mean, or in the counts of all taken together.
    from_logits : bool
        Whether predictions are logits, to be put through the sigmoid.

    Examples
    --------
    >>> from autograd_lite.keras.metrics import AUC
    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    name, direction = "auc", "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve is 'ROC' or 'PR', not {curve!r}")
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                "summation_method is 'interpolation', 'minoring' or 'majoring', not"
                f" {summation_method!r}"
            )
        if thresholds is None:
            if num_thresholds < 2:
                raise ValueError(f"num_thresholds is a number from 2, not {num_thresholds}")
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(thresholds)
            if not all(0 <= limit <= 1 for limit in inner):
                raise ValueError(f"thresholds lie between 0 and 1, and are {thresholds!r}")
        self.num_thresholds, self.curve = len(inner) + 2, curve
        self.summation_method, self.thresholds = summation_method, thresholds
        self.multi_label, self.from_logits = multi_label, from_logits
        self.num_labels = None if num_labels is None else whole("num_labels", num_labels, 1)
        self.label_weights = None if label_weights is None else np.ravel(label_weights).tolist()
        if not all(weight >= 0 for weight in self.label_weights or ()):
            raise ValueError(f"label_weights are numbers from 0, not {label_weights!r}")
        self._limits = np.array([-_EDGE, *inner, 1 + _EDGE])
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        """Forget all counts, which have a row for every threshold and a column for every area."""
        counts: Any = np.zeros((4, len(self._limits), 1))
        self.true_positives, self.false_positives = counts[:2]
        self.false_negatives, self.true_negatives = counts[2:]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        truth, guess = paired(self.name, numbers(y_true), numbers(y_pred))
        if self.from_logits:
            guess = ops.sigmoid(guess)
        elif not ((guess >= 0) & (guess <= 1)).all():
            raise ValueError(
                f"{self.name} takes predictions between 0 and 1; end the model in a sigmoid, or"
                " write AUC(from_logits=True)"
            )
        weight = weights_of(guess, sample_weight)
        self._check_columns(guess.shape)
        if not self.multi_label and self.label_weights is not None:
            weight = weight * self.label_weights
        columns = (-1, guess.shape[-1] if self.multi_label else 1)
        truth, guess, weight = (x.reshape(columns) for x in (truth, guess, weight))
        right, wrong = weight * (truth > 0), weight * (truth <= 0)
        yes = guess > self._limits[:, None, None]
        true_positives = (yes * right).sum(axis=1)
        false_positives = (yes * wrong).sum(axis=1)
        self.true_positives = self.true_positives + true_positives
        self.false_positives = self.false_positives + false_positives
        self.false_negatives = self.false_negatives + (right.sum(axis=0) - true_positives)
        self.true_negatives = self.true_negatives + (wrong.sum(axis=0) - false_positives)

    def _check_columns(self, shape: tuple[int, ...]) -> None:
        listed = self.label_weights
        if (self.multi_label or listed is not None) and len(shape) < 2:
            raise ValueError(
                f"{self.name} looks at the columns of predictions, shape (n, labels), and was given"
                f" shape {shape}"
            )
        for name, count in (
            ("num_labels", self.num_labels if self.multi_label else None),
            ("label_weights", None if listed is None else len(listed)),
        ):
            if count not in (None, shape[-1] if shape else 0):
                raise ValueError(
                    f"{self.name} has {name} for {count} columns, and was given predictions of"
                    f" shape {shape}"
                )

    def result(self) -> float:
        areas = self._areas()
        if not self.multi_label:
            return float(areas[0])
        if self.label_weights is None or not any(self.label_weights):
            return float(areas.mean())
        return float(np.average(areas, weights=self.label_weights))

    def _areas(self) -> np.ndarray:
        """The area for every column."""
        recall = ratio(self.true_positives, self.true_positives + self.false_negatives)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._between_points()
        if self.curve == "PR":
            x, y = recall, ratio(self.true_positives, self.true_positives + self.false_positives)
        else:
            x, y = ratio(self.false_positives, self.false_positives + self.true_negatives), recall
        pair = np.stack([y[:-1], y[1:]])
        heights = {
            "interpolation": pair.mean(axis=0), "minoring": pair.min(axis=0),
            "majoring": pair.max(axis=0),
        }[self.summation_method]  # fmt: skip
        found: np.ndarray = ((x[:-1] - x[1:]) * heights).sum(axis=0)
        return found

    def _between_points(self) -> np.ndarray:
        """The area under precision over recall where true positives grow straight between points."""
        right = self.true_positives
        found = right + self.false_positives
        gained, more = right[:-1] - right[1:], found[:-1] - found[1:]
        slope = ratio(gained, np.maximum(more, 0))
        start = right[1:] - slope * found[1:]
        both = (found[:-1] > 0) & (found[1:] > 0)
        growth = np.where(both, ratio(found[:-1], found[1:]), 1.0)
        strips = slope * (gained + start * np.log(growth))
        area: np.ndarray = ratio(strips, right[1:] + self.false_negatives[1:]).sum(axis=0)
        return area
