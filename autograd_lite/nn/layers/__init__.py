"""Layers on arrays: whole batches at once, one node for every product and sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd_lite.nn.configured import plain, revived
from autograd_lite.nn.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from autograd_lite.nn.layers.dense import Dense
from autograd_lite.nn.layers.dropout import Dropout
from autograd_lite.nn.layers.layer import Layer
from autograd_lite.nn.layers.scaling import Normalization, Rescaling
from autograd_lite.nn.layers.shaping import Flatten, Input, InputLayer, Reshape
from autograd_lite.nn.layers.stack import Stack, unstacked

__all__ = [
    "ELU", "Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "Layer", "LeakyReLU",
    "Normalization", "PReLU", "ReLU", "Rescaling", "Reshape", "Softmax", "Stack", "deserialize", "serialize",
    "unstacked",
]  # fmt: skip

_TABLE: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Activation, Dense, Dropout, ELU, Flatten, InputLayer, LeakyReLU, Normalization, PReLU, ReLU,
        Rescaling, Reshape, Softmax,
    )
}  # fmt: skip


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer's class and arguments, without its weights, as plain data.

    >>> deserialize(serialize(Dense(3, "relu")))
    Dense(3, 'relu')
    """
    return plain(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A layer with the arguments that :func:`serialize` wrote down.

    Parameters
    ----------
    config : mapping
        ``{"class_name": …, "config": …}``.
    custom_objects : mapping of str to class, optional
        Layers of one's own by the names of their classes.
    """
    if config.get("class_name") == Stack.__name__:
        given = dict(config["config"])
        return Stack([deserialize(layer, custom_objects) for layer in given.pop("layers")], **given)
    return revived(config, {**_TABLE, **(custom_objects or {})})
