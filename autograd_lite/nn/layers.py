"""Layers on arrays: whole batches at once, one node for every product and sum."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite.context import Origin, scope
from autograd_lite.nn import activations, initializers, neuron
from autograd_lite.nn.lookup import refuse_unknown, whole
from autograd_lite.nn.names import counted
from autograd_lite.nn.session import floatx
from autograd_lite.value import Value, as_value, leaf

__all__ = ["Dense", "Layer"]


class Layer(ABC):
    """Base class of the layers that a model is made of.

    Attributes
    ----------
    name : str
        Heads the layer's part of a drawing. Unique within a model.
    built : bool
        Whether the parameters exist; they do once the number of inputs is known.
    input_width : int or None
        The number of features that go in, where it is known.
    dtype : str
    """

    input_width: int | None = None

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.named = name is not None
        self.name = name or type(self).__name__.lower()
        self.dtype = np.dtype(dtype or floatx()).name
        self.built = False
        self.subscript = ""
        self._weights: dict[str, Value] = {}

    @abstractmethod
    def build(self, n_inputs: int) -> None:
        """Make the parameters for ``n_inputs`` features."""

    @abstractmethod
    def call(self, x: Value) -> Value:
        """The layer's output for a batch."""

    @abstractmethod
    def output_width(self, n_inputs: int) -> int:
        """How many features come out when ``n_inputs`` go in."""

    def connect(self, n_inputs: int) -> None:
        """Build the layer for ``n_inputs`` features, or refuse them if it was built for others."""
        if not self.built:
            if not n_inputs:
                raise ValueError(f"layer {self.name!r} needs data with at least one feature")
            self.build(n_inputs)
            self.input_width, self.built = n_inputs, True
        elif n_inputs != self.input_width:
            raise ValueError(
                f"layer {self.name!r} takes {counted(self.input_width, 'feature')}, and was"
                f" given {n_inputs}"
            )

    def __call__(self, x: Any) -> Value:
        """The layer's output for a batch of shape (…, features), as a Value."""
        if not isinstance(x, Value):
            x = as_value(np.asarray(x, self.dtype))
        self.connect(x.shape[-1] if x.ndim else 0)
        with scope(self.name):
            return self.call(x)

    def add_weight(self, name: str, shape: tuple[int, ...], initializer: Any) -> Value:
        """Make one parameter: a leaf of the graph, named for the drawings."""
        data = np.array(initializer(shape, dtype=self.dtype), dtype=self.dtype)
        if data.shape != shape:
            raise ValueError(
                f"the initializer of {name!r} in layer {self.name!r} gave shape {data.shape};"
                f" {shape} is needed"
            )
        weight = self._weights[name] = leaf(data)
        self.label(self.name, self.subscript)
        return weight

    def label(self, name: str, subscript: str) -> None:
        """Set the names that drawings show: the layer's own, and ``₂`` in ``kernel₂``, ``h₂``."""
        self.name, self.subscript = name, subscript
        for title, weight in self._weights.items():
            weight.name, weight.origin = title + subscript, Origin((name,))

    @property
    def weights(self) -> list[Value]:
        """The parameters as Values, in the order of :meth:`get_weights`."""
        return list(self._weights.values())

    trainable_weights = trainable_variables = weights

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the parameters as arrays; empty until the layer is built."""
        return [np.array(weight._data) for weight in self.weights]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Give the parameters these numbers; shapes as in :meth:`get_weights`.

        Raises
        ------
        ValueError
            The layer is not built, or numbers or shapes of the arrays differ from its own.
        """
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} has no weights yet, for its number of inputs is not known."
                " Give it input_shape=[n], or call the model on data first."
            )
        given = [np.asarray(array, self.dtype) for array in weights]
        expected = [weight.shape for weight in self.weights]
        if [array.shape for array in given] != expected:
            raise ValueError(
                f"layer {self.name!r} has weights of shapes {_list(expected)}, and was given"
                f" {_list(array.shape for array in given)}"
            )
        for weight, array in zip(self.weights, given, strict=True):
            weight.data = array

    def neurons(self) -> neuron.Layer:
        """The same layer on scalars, for drawing and for comparison."""
        raise TypeError(f"layer {self.name!r} is not made of neurons, and has no scalar form")

    def count_params(self) -> int:
        """How many numbers the parameters hold."""
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} cannot count its parameters before its number of inputs is"
                " known. Give it input_shape=[n], or call the model on data first."
            )
        return sum(weight.size for weight in self.weights)


class Dense(Layer):
    """activation(x @ kernel + bias).

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, callable or None
        None is linear.
    use_bias : bool
    kernel_initializer, bias_initializer : str, Initializer or callable
    input_shape : int or sequence of one int, optional
        Number of features of the first layer. Without it the layer waits for the first data.
    input_dim : int, optional
        The same as ``input_shape=[input_dim]``.
    name, dtype : str, optional

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
        *,
        input_shape: Any = None,
        input_dim: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown(type(self), unknown)
        super().__init__(name, dtype)
        self.units = whole("units", units, 1)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.input_width = _width(input_shape if input_dim is None else input_dim)

    def build(self, n_inputs: int) -> None:
        self.kernel = self.add_weight("kernel", (n_inputs, self.units), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)

    def output_width(self, n_inputs: int) -> int:
        return self.units

    def call(self, x: Value) -> Value:
        out = x @ self.kernel
        out.name = "h" + self.subscript
        if self.bias is not None:
            out = out + self.bias
            out.name = "z" + self.subscript
        if self.activation is not activations.linear:
            out = self.activation(out)
            if not isinstance(out, Value):
                raise TypeError(
                    f"the activation of layer {self.name!r} returned {type(out).__name__}, and its"
                    " gradient is lost; use operators and NumPy functions that keep Values"
                )
            out.name = "a" + self.subscript
        return out

    def __repr__(self) -> str:
        name = getattr(self.activation, "__name__", "function")
        return f"Dense({self.units})" if name == "linear" else f"Dense({self.units}, {name!r})"

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


def _width(shape: Any) -> int | None:
    """The number of features in ``[3]``, ``(3,)`` or ``3``."""
    if shape is None:
        return None
    if isinstance(shape, Sequence) and not isinstance(shape, str):
        if len(shape) != 1:
            raise ValueError(
                f"input_shape is the shape of one example, [n] for n features, not {shape!r}; the"
                " number of examples is left out"
            )
        shape = shape[0]
    return whole("input_shape", shape, 1)


def _list(shapes: Iterable[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "none"
