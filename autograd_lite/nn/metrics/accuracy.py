"""Accuracies: the share of examples whose predicted class is the right one."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.metrics.base import MeanMetricWrapper, Metric, numbers

__all__ = [
    "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "ChosenAccuracy",
    "SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy",
    "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy", "top_k_categorical_accuracy",
]  # fmt: skip


def accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """1 for every number that equals its target, else 0."""
    truth, guess = _pair(y_true, y_pred)
    return (truth == guess).astype(float)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> np.ndarray:
    """1 for every right label, else 0; above ``threshold`` a prediction says 1.

    >>> from autograd_lite.keras.metrics import binary_accuracy
    >>> binary_accuracy([1, 1, 0, 0], [1, 1, 0, 0.7])
    array([1., 1., 1., 0.])
    """
    truth, guess = _pair(y_true, y_pred)
    return (truth == (guess > threshold)).astype(float)


def categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """1 where the largest prediction stands at the place of the one, else 0."""
    truth, guess = _pair(y_true, y_pred)
    return (truth.argmax(axis=-1) == guess.argmax(axis=-1)).astype(float)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """1 where the largest prediction stands at the place that the target names, else 0."""
    guess = numbers(y_pred)
    return (_labels(y_true, guess) == guess.argmax(axis=-1)).astype(float)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """1 where fewer than ``k`` classes are predicted above the one in the row, else 0."""
    truth, guess = _pair(y_true, y_pred)
    return _among_the_first(truth.argmax(axis=-1), guess, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """1 where fewer than ``k`` classes are predicted above the one that the target names."""
    guess = numbers(y_pred)
    return _among_the_first(_labels(y_true, guess), guess, k)


def _pair(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    truth, guess = numbers(y_true), numbers(y_pred)
    if truth.shape != guess.shape and guess.shape == (*truth.shape, 1):
        truth = truth[..., None]
    if truth.shape != guess.shape:
        raise ValueError(
            f"an accuracy compares targets and predictions of one shape, not {truth.shape} with"
            f" {guess.shape}; for numbers of classes there is 'sparse_categorical_accuracy'"
        )
    return truth, guess


def _labels(y_true: Any, guess: np.ndarray) -> np.ndarray:
    labels = numbers(y_true)
    if labels.shape == (*guess.shape[:-1], 1):
        labels = labels[..., 0]
    if labels.shape != guess.shape[:-1]:
        raise ValueError(
            f"predictions of shape {guess.shape} need one number of a class for every example,"
            f" shape {guess.shape[:-1]}, not {labels.shape}; for rows of zeros and a one there is"
            " 'categorical_accuracy'"
        )
    return labels


def _among_the_first(labels: np.ndarray, guess: np.ndarray, k: int) -> np.ndarray:
    count = guess.shape[-1]
    known = (labels >= 0) & (labels < count)  # a class that is not there is never predicted
    places = np.where(known, labels, 0).astype(int)
    chosen = np.take_along_axis(guess, places[..., None], axis=-1)
    return (known & ((guess > chosen).sum(axis=-1) < k)).astype(float)


class Accuracy(MeanMetricWrapper):
    """The share of predictions that equal their targets."""

    name, direction = "accuracy", "up"

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(accuracy, name or self.name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """The share of right labels 0 and 1; above ``threshold`` a prediction says 1."""

    name, direction = "binary_accuracy", "up"

    def __init__(
        self, name: str | None = None, dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self.threshold = threshold
        super().__init__(binary_accuracy, name or self.name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """The share of examples whose largest prediction stands at the place of the one."""

    name, direction = "categorical_accuracy", "up"

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(categorical_accuracy, name or self.name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of examples whose largest prediction stands at the place that the target names."""

    name, direction = "sparse_categorical_accuracy", "up"

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(sparse_categorical_accuracy, name or self.name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of examples whose class is among the ``k`` largest predictions."""

    name, direction = "top_k_categorical_accuracy", "up"

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None) -> None:
        self.k = k
        super().__init__(top_k_categorical_accuracy, name or self.name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of examples whose numbered class is among the ``k`` largest predictions."""

    name, direction = "sparse_top_k_categorical_accuracy", "up"

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None) -> None:
        self.k = k
        super().__init__(sparse_top_k_categorical_accuracy, name or self.name, dtype, k=k)


class ChosenAccuracy(Metric):
    """What ``metrics=["accuracy"]`` stands for: the accuracy that fits the shapes.

    One prediction an example is a label 0 or 1; numbers of classes as targets are compared with the
    place of the largest prediction; else targets are rows of zeros and a one.
    """

    name, direction = "accuracy", "up"

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        self._chosen: MeanMetricWrapper | None = None
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if self._chosen is None:
            self._chosen = self._choose(np.shape(numbers(y_true)), np.shape(numbers(y_pred)))
        self._chosen.update_state(y_true, y_pred, sample_weight)

    def _choose(self, given: tuple[int, ...], output: tuple[int, ...]) -> MeanMetricWrapper:
        if output[-1:] == (1,):
            return BinaryAccuracy()
        if len(given) < len(output) or given[-1:] == (1,):
            return SparseCategoricalAccuracy()
        return CategoricalAccuracy()

    def result(self) -> float:
        return self._chosen.result() if self._chosen else 0.0

    def reset_state(self) -> None:
        """Start anew; the next batch may have other shapes."""
        self._chosen = None
