"""Layers, under Keras's names."""

from autograd_lite.nn.layers import (
    ELU,
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Layer,
    LeakyReLU,
    Normalization,
    PReLU,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
    deserialize,
    serialize,
)
from autograd_lite.nn.lookup import missing

__all__ = [
    "ELU", "Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "Layer",
    "LeakyReLU", "Normalization", "PReLU", "ReLU", "Rescaling", "Reshape", "Softmax",
    "deserialize", "serialize",
]  # fmt: skip

__getattr__ = missing("keras.layers", __all__)
