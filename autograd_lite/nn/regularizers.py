"""Regularizers: what large weights cost, added to the loss."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.configured import Configured, chosen
from autograd_lite.value import Value, as_value

__all__ = ["L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "get", "l1", "l1_l2", "l2"]


class Regularizer(Configured, ABC):
    """Base class: ``regularizer(x)`` gives the penalty as a scalar Value."""

    @abstractmethod
    def __call__(self, x: Any) -> Value:
        """The penalty of an array or a Value."""


class L1(Regularizer):
    """l1·Σ|w|: drives weights to 0.

    >>> L1(0.1)([1.0, -2.0]).data
    0.30000000000000004
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("l1", l1)

    def __call__(self, x: Any) -> Value:
        return self.l1 * ops.sum(ops.abs(as_value(x)))


class L2(Regularizer):
    """l2·Σw²: keeps weights small.

    >>> L2(0.1)([1.0, -2.0]).data
    0.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("l2", l2)

    def __call__(self, x: Any) -> Value:
        return self.l2 * ops.sum(ops.square(as_value(x)))


class L1L2(Regularizer):
    """l1·Σ|w| + l2·Σw²; a part whose factor is 0 is left out."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = _factor("l1", l1), _factor("l2", l2)

    def __call__(self, x: Any) -> Value:
        if not self.l1:
            return L2(self.l2)(x)
        if not self.l2:
            return L1(self.l1)(x)
        return L1(self.l1)(x) + L2(self.l2)(x)


class OrthogonalRegularizer(Regularizer):
    """How far the rows of a matrix (or its columns) are from being orthogonal to each other.

    ``factor`` times the mean of the sizes of their cosines; from 0 to ``factor``.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise ValueError(f"mode is 'rows' or 'columns', not {mode!r}")
        self.factor, self.mode = _factor("factor", factor), mode

    def __call__(self, x: Any) -> Value:
        x = as_value(x)
        if x.ndim != 2:
            raise ValueError(f"OrthogonalRegularizer takes a matrix, not shape {x.shape}")
        rows = x if self.mode == "rows" else x.T
        count = rows.shape[0]
        if count < 2:
            raise ValueError(f"OrthogonalRegularizer compares {self.mode}, and there is only one")
        unit = rows / ops.sqrt(ops.sum(ops.square(rows), axis=1, keepdims=True))
        cosines = unit @ unit.T * (1 - np.eye(count, dtype=x.dtype))
        return self.factor * ops.sum(ops.abs(cosines)) / (count * (count - 1))


def _factor(name: str, number: Any) -> float:
    if not isinstance(number, Real) or isinstance(number, bool):
        raise TypeError(f"{name} is a number, such as 0.01, not {number!r}")
    if not 0 <= float(number) < math.inf:
        raise ValueError(f"{name} is 0 or more and finite, not {number}")
    return float(number)


l1, l2, l1_l2 = L1, L2, L1L2

_TABLE: dict[str, type[Regularizer]] = {
    "l1": L1, "l1_l2": L1L2, "l2": L2, "orthogonal_regularizer": OrthogonalRegularizer,
}  # fmt: skip


def get(identifier: Any) -> Callable[..., Any] | None:
    """The regularizer that a name, a class, an object, a config or a function of the weights stands
    for, or None; raises ValueError
    or TypeError where it stands for none."""
    return None if identifier is None else chosen("regularizer", identifier, _TABLE, Regularizer)
