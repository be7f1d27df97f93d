"""Layers that say or change shapes and leave the numbers alone."""

from __future__ import annotations

import math
from typing import Any

from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.lookup import whole
from autograd_lite.value import Value

__all__ = ["Flatten", "Input", "InputLayer", "Reshape"]


class InputLayer(Layer):
    """The shape of the examples, as the first entry of a model: ``keras.Input(shape=(3,))``.

    Parameters
    ----------
    shape : sequence of int
        Of one example.
    batch_size : int, optional
        Accepted as Keras has it: batches of any size fit.
    """

    input_shape: tuple[int | None, ...]

    def __init__(self, shape: Any = None, batch_size: int | None = None, **more: Any) -> None:
        self.batch_size = None if batch_size is None else whole("batch_size", batch_size, 1)
        if shape is not None:
            more["input_shape"] = shape
        super().__init__(**more)
        if self.input_shape is None:
            raise ValueError("Input needs the shape of one example: keras.Input(shape=(3,))")

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape of one example."""
        return self.input_shape

    @property
    def batch_shape(self) -> Shape:
        """The shape of a batch: ``(None, 3)``."""
        return (None, *self.input_shape)

    def call(self, x: Value) -> Value:
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def neurons(self) -> None:
        """Nothing: the numbers pass."""


Input = InputLayer


class Flatten(Layer):
    """Every example as one row of numbers: (examples, 28, 28) becomes (examples, 784).

    ``data_format="channels_first"`` moves the first axis of every example to the end before.
    """

    def __init__(self, data_format: str | None = None, **more: Any) -> None:
        super().__init__(**more)
        if data_format not in (None, "channels_first", "channels_last"):
            raise ValueError(
                f"data_format is 'channels_first' or 'channels_last', not {data_format!r}"
            )
        self.data_format = data_format

    @property
    def _moves(self) -> bool:
        return self.data_format == "channels_first"

    def call(self, x: Value) -> Value:
        if self._moves and x.ndim > 2:
            x = x.transpose((0, *range(2, x.ndim), 1))
        out = x.reshape((x.shape[0], math.prod(x.shape[1:])))
        out.name = "flat" + self.subscript
        return out

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        lengths = input_shape[1:]
        return (input_shape[0], None if None in lengths else math.prod(lengths))

    def neurons(self) -> Any:
        """Nothing: the numbers pass, in their order."""
        return super().neurons() if self._moves else None


class Reshape(Layer):
    """Every example in another shape; one length may be −1, which is what remains.

    Parameters
    ----------
    target_shape : sequence of int
        Of one example.
    """

    def __init__(self, target_shape: Any, **more: Any) -> None:
        super().__init__(**more)
        self.target_shape = tuple(
            whole("a length in target_shape", length, -1) for length in target_shape
        )
        if self.target_shape.count(-1) > 1:
            raise ValueError(
                f"one length in target_shape may be -1, which is what remains, not"
                f" {self.target_shape.count(-1)}: {self.target_shape}"
            )

    def call(self, x: Value) -> Value:
        out = x.reshape((x.shape[0], *self.compute_output_shape(x.shape)[1:]))
        out.name = "reshaped" + self.subscript
        return out

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        lengths = input_shape[1:]
        if None in lengths:
            return (input_shape[0], *(None if n == -1 else n for n in self.target_shape))
        have, known = math.prod(lengths), math.prod(n for n in self.target_shape if n != -1)
        free = self.target_shape.count(-1)
        if free > 1 or known < 1 or (have % known if free else have != known):
            raise ValueError(
                f"layer {self.name!r} cannot put examples of shape {tuple(lengths)}, {have} numbers"
                f" each, into shape {self.target_shape}"
            )
        return (input_shape[0], *(have // known if n == -1 else n for n in self.target_shape))

    def neurons(self) -> None:
        """Nothing: the numbers pass, in their order."""
