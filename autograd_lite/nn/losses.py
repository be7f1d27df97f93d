"""Losses: how far the predictions are from the targets, as one number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from autograd_lite.context import scope
from autograd_lite.nn.lookup import find
from autograd_lite.value import Value, as_value

__all__ = [
    "Loss", "MeanAbsoluteError", "MeanSquaredError", "get", "mean_absolute_error",
    "mean_squared_error",
]  # fmt: skip


class Loss(ABC):
    """Base class: ``loss(y_true, y_pred)`` is the mean of what :meth:`call` returns."""

    name = "loss"

    def __init__(self, name: str | None = None) -> None:
        if name is not None:
            self.name = name

    def __call__(self, y_true: Any, y_pred: Any) -> Value:
        """The loss as a scalar Value; targets of shape (n,) meet predictions of shape (n, 1)."""
        y_true, y_pred = as_value(y_true), as_value(y_pred)
        if y_true.shape != y_pred.shape:
            y_true = y_true.reshape(self.target_shape(y_true.shape, y_pred.shape))
        with scope("loss"):
            losses = as_value(self.call(y_true, y_pred))
            loss = losses.mean() if losses.ndim else losses
        loss.name = "L"
        return loss

    @abstractmethod
    def call(self, y_true: Value, y_pred: Value) -> Value:
        """The loss of every element, or of every example; both arguments have one shape."""

    def target_shape(self, given: tuple[int, ...], output: tuple[int, ...]) -> tuple[int, ...]:
        """The shape in which targets of shape ``given`` meet predictions of shape ``output``.

        Raises
        ------
        ValueError
            The two do not fit. Broadcasting would compare every target with every prediction.
        """
        if given == output:
            return given
        if output[-1:] == (1,) and given == output[:-1]:
            return output
        raise ValueError(
            f"y has shape {given}, but the model's predictions have shape {output}: {self.name}"
            " needs one target for every prediction. Change y, or the units of the last layer."
        )


class MeanSquaredError(Loss):
    """mean((ŷ − y)²)."""

    name = "mean_squared_error"

    def call(self, y_true: Value, y_pred: Value) -> Value:
        error = _error(y_true, y_pred)
        squared = error**2
        squared.name = "squared"
        return squared


class MeanAbsoluteError(Loss):
    """mean(|ŷ − y|)."""

    name = "mean_absolute_error"

    def call(self, y_true: Value, y_pred: Value) -> Value:
        absolute = abs(_error(y_true, y_pred))
        absolute.name = "absolute"
        return absolute


def _error(y_true: Value, y_pred: Value) -> Value:
    error = y_pred - y_true
    error.name = "error"
    return error


def mean_squared_error(y_true: Any, y_pred: Any) -> Value:
    """mean((ŷ − y)²) over the last axis: one number for every example."""
    return MeanSquaredError().call(as_value(y_true), as_value(y_pred)).mean(axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Value:
    """mean(|ŷ − y|) over the last axis: one number for every example."""
    return MeanAbsoluteError().call(as_value(y_true), as_value(y_pred)).mean(axis=-1)


class _FunctionLoss(Loss):
    """A function of (y_true, y_pred) that the learner wrote."""

    def __init__(self, function: Callable[[Value, Value], Any]) -> None:
        super().__init__(getattr(function, "__name__", "loss"))
        self.function = function

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.function(y_true, y_pred)


_TABLE: dict[str, type[Loss]] = {
    "mae": MeanAbsoluteError, "mean_absolute_error": MeanAbsoluteError,
    "mean_squared_error": MeanSquaredError, "mse": MeanSquaredError,
}  # fmt: skip
_FUNCTIONS: dict[Any, type[Loss]] = {
    mean_absolute_error: MeanAbsoluteError, mean_squared_error: MeanSquaredError,
}  # fmt: skip


def get(identifier: Any, kind: str = "loss") -> Loss:
    """The loss that a name, a class, an object or a function of (y_true, y_pred) stands for.

    ``kind`` is what messages call it; losses serve as metrics too.

    Raises
    ------
    ValueError
        No loss has that name.
    TypeError
        ``identifier`` is none of these.
    """
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str):
        return find(kind, identifier, _TABLE)()
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if callable(identifier):
        return _FUNCTIONS[identifier]() if identifier in _FUNCTIONS else _FunctionLoss(identifier)
    raise TypeError(
        f"a {kind} is a name, a Loss or a function of (y_true, y_pred), not {identifier!r}"
    )
