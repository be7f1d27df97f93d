"""What all losses share: targets made to fit, weights, and the reduction to one number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from autograd_lite.context import scope
from autograd_lite.errors import did_you_mean
from autograd_lite.nn.configured import Configured
from autograd_lite.value import Value, as_value

__all__ = ["ElementwiseLoss", "FunctionLoss", "Loss", "aligned", "last_mean", "named"]

_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
REDUCTIONS = (*_MEANS, "sum", "none")


class Loss(Configured, ABC):
    """Base class: ``loss(y_true, y_pred)`` reduces what :meth:`call` gives for every example.

    Parameters
    ----------
    name : str, optional
    reduction : str or None
        ``"sum_over_batch_size"`` (or ``"mean"``): the sum of the examples' losses over their
        number, whatever their weights; ``"mean_with_sample_weight"``: over the sum of the weights;
        ``"sum"``; ``"none"`` or None: one number for every example.
    dtype : str, optional
        The float type of targets that are given as lists; by default that of the predictions.

    Examples
    --------
    >>> from autograd_lite.nn import MeanSquaredError
    >>> MeanSquaredError()([[0.0], [1.0]], [[0.5], [3.0]], sample_weight=[1.0, 2.0]).data
    4.125
    """

    name: str = "loss"
    one_axis_less: ClassVar[bool] = False
    """Whether targets are one number for every row of predictions: numbers of classes."""

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        if name is not None:
            self.name = name
        if reduction is not None and reduction not in REDUCTIONS:
            raise ValueError(
                f"reduction is one of {', '.join(map(repr, REDUCTIONS))} or None, not {reduction!r}."
                + did_you_mean(str(reduction), REDUCTIONS)
            )
        self.reduction, self.dtype = reduction, dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Value:
        """The loss as a Value: a scalar, or one number for every example without reduction.

        Targets of shape (n,) meet predictions of shape (n, 1); weights have the shape (n,).
        """
        y_pred = as_value(y_pred)
        y_true = self.encode(_like(y_true, y_pred, self.dtype), y_pred.shape)
        weight = None if sample_weight is None else as_value(_like(sample_weight, y_pred, None))
        return self.compare(as_value(y_true), y_pred, weight)

    def compare(self, y_true: Value, y_pred: Value, weight: Value | None = None) -> Value:
        """The same for targets that :meth:`encode` gave: nothing here depends on their numbers."""
        with scope("loss"):
            if weight is None and self.reduction in _MEANS:
                losses = as_value(self.parts(y_true, y_pred))
                loss = losses.mean() if losses.ndim else losses
            else:
                loss = self._reduced(as_value(self.call(y_true, y_pred)), weight)
        loss.name = "L"
        return loss

    def _reduced(self, losses: Value, weight: Value | None) -> Value:
        if weight is not None:
            weight = aligned(weight, losses, self.name)
            losses = named(losses * weight, "weighted")
        if not losses.ndim or self.reduction in (None, "none"):
            return losses
        if self.reduction == "sum":
            return losses.sum()
        if weight is not None and self.reduction == "mean_with_sample_weight":
            return losses.sum() / weight.sum()
        return losses.mean()

    @abstractmethod
    def call(self, y_true: Value, y_pred: Value) -> Value:
        """The loss of every example (or every element); both arguments have one shape."""

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        """Numbers whose mean is the mean of what :meth:`call` gives, with fewer steps between."""
        return self.call(y_true, y_pred)

    def each(self, y_true: Any, y_pred: Any) -> Value:
        """The loss of every example, of anything that is an array: the loss as a function."""
        y_pred = as_value(y_pred)
        y_true = self.encode(_like(y_true, y_pred, None), y_pred.shape)
        return self.call(as_value(y_true), y_pred)

    def encode(self, y: Any, output: tuple[int, ...]) -> Any:
        """Targets (an array or a Value) in the form in which the graph compares them.

        ``output`` is the shape of the predictions. What depends on the targets' numbers, such as
        the row of zeros and a one that stands for a class, is made here and not in the graph.

        Raises
        ------
        ValueError
            Targets and predictions do not fit; broadcasting would compare every target with every
            prediction.
        """
        shape = self.target_shape(y.shape, output)
        return y if y.shape == shape else y.reshape(shape)

    def target_shape(self, given: tuple[int, ...], output: tuple[int, ...]) -> tuple[int, ...]:
        """The shape in which targets of shape ``given`` meet predictions of shape ``output``.

        Raises
        ------
        ValueError
            The two do not fit.
        """
        if given == output:
            return given
        if output[-1:] == (1,) and given == output[:-1]:
            return output
        if given[-1:] == (1,) and given[:-1] == output:
            return output
        raise ValueError(
            f"y has shape {given}, but the model's predictions have shape {output}: {self.name}"
            " needs one target for every prediction. Change y, or the units of the last layer."
        )

    def check(self, y: np.ndarray, name: str = "y") -> None:
        """Refuse targets that this loss cannot mean: looked at once, before a training."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ElementwiseLoss(Loss):
    """A loss that is the mean over the last axis of a number for every element."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    @abstractmethod
    def elements(self, y_true: Value, y_pred: Value) -> Value:
        """The loss of every element."""

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return last_mean(self.elements(y_true, y_pred))

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        return self.elements(y_true, y_pred)


class FunctionLoss(Loss):
    """A function of (y_true, y_pred) that the learner wrote."""

    def __init__(
        self,
        function: Callable[[Value, Value], Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(name or getattr(function, "__name__", "loss"), reduction)
        self.function = function

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.function(y_true, y_pred)

    def target_shape(self, given: tuple[int, ...], output: tuple[int, ...]) -> tuple[int, ...]:
        """What a function makes of other shapes is its own affair, if the examples are as many."""
        if output[-1:] == (1,) and given == output[:-1]:
            return output
        return given if given[:1] == output[:1] else super().target_shape(given, output)

    def __repr__(self) -> str:
        return self.name


def named(value: Value, name: str) -> Value:
    """The Value with its name for the drawings."""
    value.name = name
    return value


def last_mean(x: Value) -> Value:
    """The mean over the last axis; a scalar is its own."""
    return x.mean(axis=-1) if x.ndim else x


def _like(given: Any, y_pred: Value, dtype: str | None) -> Any:
    """An array in the float type of the predictions; a Value, and what is no number, as it is."""
    if isinstance(given, Value):
        return given
    array = np.asarray(given)
    return array.astype(dtype or y_pred.dtype) if array.dtype.kind in "fbiu" else as_value(given)


def aligned(weight: Value, losses: Value, name: str) -> Value:
    """Weights in a shape that gives every example its own, not every example all of them."""
    if not weight.ndim or weight.shape == losses.shape:
        return weight
    shape = weight.shape[:-1] if weight.shape[-1] == 1 < weight.ndim else weight.shape
    if losses.shape[: len(shape)] == shape:
        return weight.reshape(shape + (1,) * (losses.ndim - len(shape)))
    raise ValueError(
        f"sample_weight has shape {weight.shape}, and {name} gives losses of shape {losses.shape}:"
        " give one weight for every example"
    )
