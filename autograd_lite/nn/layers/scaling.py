"""Layers that bring data to a scale that trains well."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.configured import plain
from autograd_lite.nn.data import examples
from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.names import counted
from autograd_lite.numeric import settle
from autograd_lite.value import Value, constant

__all__ = ["Normalization", "Rescaling"]

_EPSILON = 1e-7


class Rescaling(Layer):
    """scale·x + offset: ``Rescaling(1 / 255)`` brings the grey of images to 0 … 1.

    Parameters
    ----------
    scale, offset : float or array_like
        Arrays broadcast over the examples.
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **more: Any) -> None:
        super().__init__(**more)
        self.scale, self.offset = _listed(scale), _listed(offset)

    def call(self, x: Value) -> Value:
        out = x * np.asarray(self.scale, x.dtype)
        if np.any(self.offset):
            out = out + np.asarray(self.offset, x.dtype)
        out.name = "scaled" + self.subscript
        return out

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *np.broadcast_shapes(input_shape[1:], np.shape(self.scale)))


class Normalization(Layer):
    """(x − mean) / √variance, with mean and variance of data that :meth:`adapt` was shown.

    Parameters
    ----------
    axis : int or None
        −1 gives every feature a mean and a variance of its own, None one pair to all numbers.
    mean, variance : float or array_like, optional
        Both, where they are known; then nothing has to be adapted.
    invert : bool
        Go the other way: x·√variance + mean.
    """

    mean: Value
    variance: Value

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(**more)
        if isinstance(axis, (list, tuple)):  # as Keras writes it down
            axis = axis[0] if len(axis) == 1 else axis or None
        if axis not in (-1, None):
            raise ValueError(f"axis is -1 (each feature) or None (all numbers alike), not {axis!r}")
        if (mean is None) != (variance is None):
            raise ValueError("mean and variance are given together, or both left to adapt(data)")
        self.axis, self.invert = axis, invert
        self._given = {"mean": _listed(mean), "variance": _listed(variance)}

    def build(self, input_shape: Shape) -> None:
        shape = () if self.axis is None else input_shape[-1:]
        for name, start in (("mean", "zeros"), ("variance", "ones")):
            given = self._given[name]
            if given is None:
                number = self.add_weight(shape, start, trainable=False, name=name)
            else:
                number = constant(settle(np.asarray(given, self.dtype)), name)
            setattr(self, name, number)
        if self._given["mean"] is None:  # as Keras counts: three arrays, 2n + 1 parameters
            self.add_weight((), "zeros", trainable=False, name="count")
        self.built = True

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data, of shape (examples, …); a list is one feature."""
        if self._given["mean"] is not None:
            raise ValueError(f"layer {self.name!r} was given its mean and variance already")
        rows = examples(data, "the data", "float64")
        rows = rows[:, None] if rows.ndim == 1 else rows
        self.connect(rows.shape)
        axes = None if self.axis is None else tuple(range(rows.ndim - 1))
        self.set_weights([rows.mean(axis=axes), rows.var(axis=axes), 0])

    def check(self, shape: Shape) -> None:
        if self.mean.ndim and self.mean.shape[-1] != shape[-1]:
            raise ValueError(
                f"layer {self.name!r} has means of {counted(self.mean.size, 'feature')}, and was"
                f" given {shape[-1]}"
            )

    def call(self, x: Value) -> Value:
        deviation = ops.maximum(ops.sqrt(self.variance), _EPSILON)
        deviation.name = "deviation" + self.subscript
        out = x * deviation + self.mean if self.invert else (x - self.mean) / deviation
        out.name = "normed" + self.subscript
        return out

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            name: plain(self._given[name] if name in self._given else getattr(self, name))
            for name in self._names()
        }


def _listed(numbers: Any) -> Any:
    """Numbers as a config holds them."""
    return numbers.tolist() if isinstance(numbers, (np.ndarray, np.generic)) else numbers
