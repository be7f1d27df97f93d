"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd_lite.nn import data
from autograd_lite.nn.layers import Layer
from autograd_lite.nn.names import lowered
from autograd_lite.nn.neuron import MLP
from autograd_lite.nn.session import floatx
from autograd_lite.nn.summary import summary_text
from autograd_lite.nn.training import Model
from autograd_lite.value import Value, constant

__all__ = ["Sequential"]


class Sequential(Model):
    """A model whose layers each take the output of the one before.

    Parameters
    ----------
    layers : list of Layer, optional
        The first may know its number of inputs (``input_shape=[n]``); otherwise the model waits for
        the first data.
    name : str, optional

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite.nn import Dense, Sequential
    >>> model = Sequential([Dense(1, input_shape=[1])])
    >>> model.set_weights([[[2.0]], [1.0]])
    >>> model.predict([3.0])
    array([[7.]], dtype=float32)
    """

    def __init__(self, layers: Iterable[Layer] | None = None, name: str | None = None) -> None:
        if isinstance(layers, Layer):
            raise TypeError("Sequential takes a list of layers: Sequential([layer])")
        self.name = name or "sequential"
        self.layers: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer at the end.

        Raises
        ------
        TypeError
            It is not a layer.
        ValueError
            It is in the model already, or its name is taken.
        """
        if not isinstance(layer, Layer):
            raise TypeError(f"a model is made of layers, such as Dense(1), not {layer!r}")
        if any(layer is other for other in self.layers):
            raise ValueError(f"layer {layer.name!r} is in the model already; make a new layer")
        layer.name = self._free_name(layer)
        self.layers.append(layer)
        for place, each in enumerate(self.layers, 1):
            each.label(each.name, lowered(place) if len(self.layers) > 1 else "")
        if (width := self.layers[0].input_width) is not None:
            self._build(width)

    def _free_name(self, layer: Layer) -> str:
        taken = {other.name for other in self.layers}
        if layer.name not in taken:
            return layer.name
        if layer.named:
            raise ValueError(f"two layers are named {layer.name!r}; give one another name")
        stem, count = type(layer).__name__.lower(), 1
        while f"{stem}_{count}" in taken:
            count += 1
        return f"{stem}_{count}"

    def _build(self, width: int) -> None:
        for layer in self.layers:
            layer.connect(width)
            width = layer.output_width(width)

    @property
    def built(self) -> bool:
        """Whether all parameters exist."""
        return bool(self.layers) and all(layer.built for layer in self.layers)

    @property
    def dtype(self) -> str:  # type: ignore[override]
        """The float type of the data that goes in."""
        return self.layers[0].dtype if self.layers else floatx()

    @property
    def weights(self) -> list[Value]:
        """The parameters of all layers as Values."""
        return [weight for layer in self.layers for weight in layer.weights]

    trainable_weights = trainable_variables = weights

    def __call__(self, x: Any) -> Value:
        """The predictions for a batch as a Value, named ŷ: the start of a loss of your own."""
        if not isinstance(x, Value):
            x = constant(self.prepare(x), "x")
        out = x
        for layer in self.layers:
            out = layer(out)
        if out is not x:
            out.name = "ŷ"
        return out

    def prepare(self, x: Any, name: str = "x") -> np.ndarray:
        if not self.layers:
            raise ValueError("the model has no layers yet: model.add(Dense(1))")
        first = self.layers[0]
        rows = data.features(x, name, self.dtype, first.input_width, first.name)
        if not self.built:
            self._build(rows.shape[-1])
        return rows

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        width = input_shape[-1]
        for layer in self.layers:
            width = layer.output_width(width)
        return (*input_shape[:-1], width)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all parameters as arrays, layer by layer; empty until the model is built."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Give all parameters these numbers, in the order of :meth:`get_weights`."""
        rest = list(weights)
        counts = [len(layer.weights) for layer in self.layers]
        if not self.built:
            raise ValueError(
                f"model {self.name!r} has no weights yet: give its first layer input_shape=[n], or"
                " call it on data first"
            )
        if len(rest) != sum(counts):
            raise ValueError(
                f"the model has {sum(counts)} weight arrays, and was given {len(rest)}"
            )
        for layer, count in zip(self.layers, counts, strict=True):
            layer.set_weights(rest[:count])
            rest = rest[count:]

    def count_params(self) -> int:
        """How many numbers the parameters of all layers hold."""
        return sum(layer.count_params() for layer in self.layers)

    def neurons(self) -> MLP:
        """The same model on scalars: every weight, product and sum is a Value of its own."""
        return MLP.of([layer.neurons() for layer in self.layers])

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Print the layers with their output shapes and numbers of parameters."""
        print_fn(summary_text(self.name, self.layers))
