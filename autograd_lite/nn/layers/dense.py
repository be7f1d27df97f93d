"""Dense: every output is a weighted sum of all inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn import activations, constraints, initializers, neuron, regularizers
from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.names import counted
from autograd_lite.value import Value

__all__ = ["Dense"]


class Dense(Layer):
    """activation(x @ kernel + bias), along the last axis of x.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, callable or None
        None is linear.
    use_bias : bool
    kernel_initializer, bias_initializer : str, Initializer or callable
        How the weights start.
    kernel_regularizer, bias_regularizer : str, Regularizer or callable, optional
        What the weights cost in the loss.
    activity_regularizer : str, Regularizer or callable, optional
        What the outputs cost in the loss, the mean over the examples.
    kernel_constraint, bias_constraint : str, Constraint or callable, optional
        Where the weights are put back after each update.
    name, dtype, trainable, input_shape
        As for :class:`Layer`.

    Attributes
    ----------
    kernel : Value
        Shape (inputs, units).
    bias : Value or None
        Shape (units,).
    """

    kernel: Value
    bias: Value | None = None

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **more)
        self.units = whole("units", units, 1)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Shape) -> None:
        inputs = input_shape[-1] if input_shape else 0
        if not inputs:
            raise ValueError(f"layer {self.name!r} needs data with at least one feature")
        self.kernel = self.add_weight(
            (inputs, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.built = True

    def check(self, shape: Shape) -> None:
        inputs, given = self.kernel.shape[0], shape[-1] if shape else 0
        if given != inputs:
            raise ValueError(
                f"layer {self.name!r} takes {counted(inputs, 'feature')}, and was given {given}"
            )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def call(self, x: Value) -> Value:
        out = x @ self.kernel
        out.name = "h" + self.subscript
        if self.bias is not None:
            out = out + self.bias
            out.name = "z" + self.subscript
        if self.activation not in (None, activations.linear):
            out = self.activation(out)
            if not isinstance(out, Value):
                raise TypeError(
                    f"the activation of layer {self.name!r} returned {type(out).__name__}, and its"
                    " gradient is lost; use operators and NumPy functions that keep Values"
                )
            out.name = "a" + self.subscript
        return out

    def __repr__(self) -> str:
        if self.activation is activations.linear:
            return f"Dense({self.units})"
        return f"Dense({self.units}, {getattr(self.activation, '__name__', self.activation)!r})"

    def neurons(self) -> neuron.Layer:
        """The same layer on scalars: a :class:`Neuron` with the same weights for every unit."""
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} has no weights yet; call the model on data first"
            )
        n_inputs, units = self.kernel.shape
        scalars = neuron.Layer(
            n_inputs, units, self.activation, use_bias=self.bias is not None, seed=0
        )
        scalars.label(self.name)
        biases = np.zeros(units) if self.bias is None else self.bias._data
        for single, column, bias in zip(scalars, self.kernel._data.T, biases, strict=True):
            single.set(column, bias)
        return scalars
