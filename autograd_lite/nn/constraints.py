"""Constraints: where weights are put back after each update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.nn.configured import Configured, chosen

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "get"]

_EPSILON = 1e-7


class Constraint(Configured, ABC):
    """Base class: ``constraint(w)`` takes an array of weights to the allowed ones."""

    @abstractmethod
    def __call__(self, w: np.ndarray) -> np.ndarray:
        """The weights, changed where they have to be."""


class NonNeg(Constraint):
    """Weights below 0 become 0."""

    def __call__(self, w: np.ndarray) -> np.ndarray:
        return np.maximum(w, 0)


class MinMaxNorm(Constraint):
    """The length of each unit's weights, between ``min_value`` and ``max_value``.

    Parameters
    ----------
    min_value, max_value : float
    rate : float
        How far a length moves to its bound at each update; 1 is all the way.
    axis : int or list of int
        Along which the lengths are taken: 0 is over the inputs of each unit of a Dense layer.
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        lengths = _lengths(w, self.axis)
        wanted = (
            self.rate * np.clip(lengths, self.min_value, self.max_value) + (1 - self.rate) * lengths
        )
        return w * (wanted / (lengths + _EPSILON))


class MaxNorm(Constraint):
    """The length of each unit's weights, at most ``max_value``."""

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        return MinMaxNorm(0.0, self.max_value, axis=self.axis)(w)


class UnitNorm(Constraint):
    """Each unit's weights at length 1."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        return w / (_lengths(w, self.axis) + _EPSILON)


def _lengths(w: np.ndarray, axis: Any) -> np.ndarray:
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.sqrt(np.sum(np.square(w), axis=axes, keepdims=True))


_TABLE: dict[str, type[Constraint]] = {
    "max_norm": MaxNorm, "min_max_norm": MinMaxNorm, "non_neg": NonNeg, "unit_norm": UnitNorm,
}  # fmt: skip


def get(identifier: Any) -> Callable[..., Any] | None:
    """The constraint that a name, a class, an object, a config or a function of the weights stands
    for, or None; raises ValueError
    or TypeError where it stands for none."""
    return None if identifier is None else chosen("constraint", identifier, _TABLE, Constraint)
