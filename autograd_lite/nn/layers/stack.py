"""Stack: layers one after the other as one layer, which is what a model becomes inside another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.names import lowered
from autograd_lite.value import Value

__all__ = ["Stack", "unstacked"]


class Stack(Layer):
    """Each layer takes the output of the one before.

    A ``Sequential`` that is added to another becomes one: its layers, and their weights, belong to
    both models.

    Parameters
    ----------
    layers : list of Layer
    """

    kind = "Sequential"

    def __init__(self, layers: Iterable[Layer], **more: Any) -> None:
        super().__init__(**more)
        self.layers = list(layers)

    def build(self, input_shape: Shape) -> None:
        for layer in self.layers:
            layer.connect(input_shape)
            input_shape = layer.compute_output_shape(input_shape)
        self.built = True

    def check(self, shape: Shape) -> None:
        self.build(shape)

    def label(self, name: str, subscript: str, within: tuple[str, ...] = ()) -> None:
        """Set the names that drawings show: the second layer of the first is ``₁.₂``."""
        super().label(name, subscript, within)
        for place, layer in enumerate(self.layers, 1):
            inner = lowered(place)
            layer.label(layer.name, f"{subscript}.{inner}" if subscript else inner, (*within, name))

    def call(self, x: Value) -> Value:
        for layer in self.layers:
            x = layer(x)
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape


def unstacked(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The layers, and those inside a stack in its place."""
    for layer in layers:
        if isinstance(layer, Stack):
            yield from unstacked(layer.layers)
        else:
            yield layer
