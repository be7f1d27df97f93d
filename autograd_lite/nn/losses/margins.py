"""Hinge losses: a prediction is right once it is on its side by a margin of 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.losses.base import ElementwiseLoss, Loss, named
from autograd_lite.value import Value

__all__ = [
    "CategoricalHinge", "Hinge", "SquaredHinge", "categorical_hinge", "hinge", "squared_hinge",
]  # fmt: skip


class Hinge(ElementwiseLoss):
    """mean(max(1 − y·ŷ, 0)) of labels −1 and 1; labels of 0 and 1 are read as −1 and 1."""

    name = "hinge"

    def encode(self, y: Any, output: tuple[int, ...]) -> Any:
        y = super().encode(y, output)
        numbers = y._data if isinstance(y, Value) else y
        return 2.0 * y - 1.0 if ((numbers == 0) | (numbers == 1)).all() else y

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return _positive(named(1.0 - y_true * y_pred, "margin"))


class SquaredHinge(Hinge):
    """mean(max(1 − y·ŷ, 0)²) of labels −1 and 1."""

    name = "squared_hinge"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return super().elements(y_true, y_pred) ** 2


class CategoricalHinge(ElementwiseLoss):
    """max(1 + max((1 − y)·ŷ) − Σ y·ŷ, 0) of rows of zeros and a one."""

    name = "categorical_hinge"

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        right = (y_true * y_pred).sum(axis=-1)
        wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
        return _positive(1.0 + wrong - right)

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.elements(y_true, y_pred)

    def check(self, y: np.ndarray, name: str = "y") -> None:
        if not ((y >= 0) & (y <= 1)).all():
            raise ValueError(f"{self.name} takes rows of zeros and a one as {name}")


def _positive(x: Value) -> Value:
    """max(x, 0) with the slope 1 at 0 itself: a prediction exactly at the margin still moves."""
    return x + ops.relu(-x)


def hinge(y_true: Any, y_pred: Any) -> Value:
    """mean(max(1 − y·ŷ, 0)) over the last axis."""
    return Hinge().each(y_true, y_pred)


def squared_hinge(y_true: Any, y_pred: Any) -> Value:
    """mean(max(1 − y·ŷ, 0)²) over the last axis."""
    return SquaredHinge().each(y_true, y_pred)


def categorical_hinge(y_true: Any, y_pred: Any) -> Value:
    """max(1 + max((1 − y)·ŷ) − Σ y·ŷ, 0) over the last axis."""
    return CategoricalHinge().each(y_true, y_pred)


BY_FUNCTION: dict[Any, type[Loss]] = {
    hinge: Hinge, squared_hinge: SquaredHinge, categorical_hinge: CategoricalHinge,
}  # fmt: skip
