"""Metrics: numbers that a training reports beside its loss, gathered batch by batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from autograd_lite.context import no_grad
from autograd_lite.nn.configured import Configured
from autograd_lite.nn.losses import Loss
from autograd_lite.value import Value, as_value

__all__ = ["LossMetric", "Mean", "MeanMetricWrapper", "Metric", "Sum", "numbers"]


class Metric(Configured, ABC):
    """Base class: :meth:`update_state` takes in a batch, :meth:`result` tells the number so far.

    Parameters
    ----------
    name : str, optional
        The key in ``history.history``.
    dtype : str, optional

    Attributes
    ----------
    direction : str
        ``"up"`` where more is better, ``"down"`` where less is, ``""`` where neither is known.
    """

    name: str = "metric"
    direction: ClassVar[str] = ""

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        if name is not None:
            self.name = name
        self.dtype = dtype
        self.reset_state()

    @abstractmethod
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of targets, predictions and, if given, weights of shape (n,)."""

    @abstractmethod
    def result(self) -> Any:
        """The metric over all that was taken in since the last reset."""

    @abstractmethod
    def reset_state(self) -> None:
        """Start anew."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take in a batch, and tell the number so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def check(self, y: np.ndarray, name: str = "y") -> None:
        """Refuse targets that this metric cannot mean: looked at once, before a training."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


class Sum(Metric):
    """The sum of numbers, each times its weight.

    >>> from autograd_lite.keras.metrics import Sum
    >>> Sum()([1, 3, 5, 7])
    16.0
    """

    name = "sum"

    def reset_state(self) -> None:
        self.total = 0.0

    def update_state(  # type: ignore[override]
        self, values: Any, sample_weight: Any = None
    ) -> None:
        """Take in numbers of any shape."""
        each, weight = per_example(numbers(values), sample_weight, np.sum)
        self.total += float((each if weight is None else each * weight).sum())

    def result(self) -> float:
        return self.total


class Mean(Metric):
    """The mean of numbers by their weights.

    >>> from autograd_lite.keras.metrics import Mean
    >>> mean = Mean()
    >>> mean.update_state([1, 3, 5, 7])
    >>> mean.result()
    4.0
    """

    name = "mean"

    def reset_state(self) -> None:
        self.total = self.count = 0.0

    def update_state(  # type: ignore[override]
        self, values: Any, sample_weight: Any = None
    ) -> None:
        """Take in numbers of any shape."""
        each, weight = per_example(numbers(values), sample_weight)
        if weight is None:
            self.total += float(each.sum())
            self.count += each.size
        else:
            self.total += float((each * weight).sum())
            self.count += float(weight.sum())

    def result(self) -> float:
        return self.total / self.count if self.count else 0.0


class MeanMetricWrapper(Mean):
    """The mean of a function of (y_true, y_pred) over the examples.

    Parameters
    ----------
    fn : callable
        Gives a number for every example, as an array or a Value.
    **kwargs
        Further arguments of ``fn``.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", "metric"), dtype)
        self.fn, self._arguments = fn, kwargs

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        with no_grad():
            super().update_state(self.values(y_true, y_pred), sample_weight)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """A number for every example."""
        y_pred = as_value(y_pred)
        y_true = as_value(y_true)
        if y_pred.shape[-1:] == (1,) and y_true.shape == y_pred.shape[:-1]:
            y_true = y_true.reshape(y_pred.shape)
        return self.fn(y_true, y_pred, **self._arguments)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._arguments}


class LossMetric(MeanMetricWrapper):
    """The mean of a loss over the examples."""

    direction = "down"
    made_of: ClassVar[type[Loss]]

    def __init__(self, name: str | None = None, dtype: str | None = None, **options: Any) -> None:
        self.loss = self.made_of(**options)
        super().__init__(self.loss, name or type(self).name, dtype)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return self.loss.each(y_true, y_pred)

    def check(self, y: np.ndarray, name: str = "y") -> None:
        self.loss.check(y, name)

    def get_config(self) -> dict[str, Any]:
        return Metric.get_config(self)


def numbers(given: Any) -> np.ndarray:
    """An array of anything that holds numbers."""
    if isinstance(given, Value):
        given = given._data
    array = np.asarray(given)
    return array if array.dtype.kind == "f" else array.astype(float)


def per_example(
    values: np.ndarray, sample_weight: Any, reduce: Callable[..., Any] = np.mean
) -> tuple[np.ndarray, np.ndarray | None]:
    """One value and, if weights are given, one weight for every example.

    ``reduce`` makes one number of the values of an example. A weight for every element works too,
    and so does one number for all, which counts as one example.

    Raises
    ------
    ValueError
        The weights fit neither the examples nor the elements.
    """
    if sample_weight is None:
        return _one_each(values, reduce), None
    weight = numbers(sample_weight)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if values.ndim > weight.ndim:
        values = reduce(values, axis=tuple(range(weight.ndim, values.ndim)))
    try:
        weight = np.broadcast_to(weight, np.shape(values))
    except ValueError:
        raise ValueError(
            f"sample_weight has shape {np.shape(sample_weight)}, and there are values of shape"
            f" {np.shape(values)}: give one weight for every example"
        ) from None
    if weight.ndim < 2:
        return np.asarray(values), weight
    total = _one_each(values * weight, reduce)
    weight = _one_each(weight, reduce)
    return np.divide(total, weight, out=np.zeros_like(total), where=weight != 0), weight


def _one_each(values: np.ndarray, reduce: Callable[..., Any]) -> np.ndarray:
    return values if values.ndim < 2 else reduce(values, axis=tuple(range(1, values.ndim)))
