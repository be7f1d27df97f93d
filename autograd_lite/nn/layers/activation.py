"""Activation functions as layers of their own."""

from __future__ import annotations

from typing import Any

from autograd_lite import ops
from autograd_lite.nn import activations, constraints, initializers, regularizers
from autograd_lite.nn.arguments import number
from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.lookup import whole
from autograd_lite.value import Value

__all__ = ["ELU", "Activation", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


class _Elementwise(Layer):
    """A function of the input, in its shape."""

    def apply(self, x: Value) -> Value:
        """The function."""
        return x

    def call(self, x: Value) -> Value:
        out = self.apply(x)
        if out is not x and isinstance(out, Value):
            out.name = "a" + self.subscript
        return out

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class Activation(_Elementwise):
    """An activation function by its name, or any function of a Value."""

    def __init__(self, activation: Any, **more: Any) -> None:
        super().__init__(**more)
        self.activation = activations.get(activation)

    def apply(self, x: Value) -> Value:
        return self.activation(x)

    def __repr__(self) -> str:
        return f"Activation({getattr(self.activation, '__name__', 'function')!r})"


class ReLU(_Elementwise):
    """max(x, 0); see :func:`relu <autograd_lite.nn.activations.relu>` for its arguments."""

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.max_value = None if max_value is None else number("max_value", max_value)
        self.negative_slope = number("negative_slope", negative_slope)
        self.threshold = number("threshold", threshold)

    def apply(self, x: Value) -> Value:
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(_Elementwise):
    """x above 0, ``negative_slope``·x below."""

    def __init__(self, negative_slope: float = 0.3, **more: Any) -> None:
        super().__init__(**more)
        self.negative_slope = number("negative_slope", negative_slope)

    def apply(self, x: Value) -> Value:
        return activations.leaky_relu(x, self.negative_slope)


class PReLU(_Elementwise):
    """x above 0, alpha·x below, where the slopes alpha are learned (He et al., 2015).

    ``shared_axes`` are the axes (1 is the first of an example) along which one alpha serves all.
    """

    alpha: Value

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: Shape) -> None:
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[whole("an axis of shared_axes", axis, 1) - 1] = 1
        self.alpha = self.add_weight(
            shape,
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        self.built = True

    def apply(self, x: Value) -> Value:
        return ops.relu(x) - self.alpha * ops.relu(-x)


class ELU(_Elementwise):
    """x above 0, alpha·(eˣ − 1) below."""

    def __init__(self, alpha: float = 1.0, **more: Any) -> None:
        super().__init__(**more)
        self.alpha = number("alpha", alpha)

    def apply(self, x: Value) -> Value:
        return activations.elu(x, self.alpha)


class Softmax(_Elementwise):
    """eˣ, divided by its sum along ``axis``: an int, or several."""

    def __init__(self, axis: Any = -1, **more: Any) -> None:
        super().__init__(**more)
        self.axis = axis

    def apply(self, x: Value) -> Value:
        if isinstance(self.axis, int):
            return activations.softmax(x, self.axis)
        return ops.exp(x - ops.logsumexp(x, axis=tuple(self.axis), keepdims=True))
