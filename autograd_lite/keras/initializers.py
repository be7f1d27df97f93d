"""Initializers, under Keras's names."""

from autograd_lite.nn.initializers import (
    Constant,
    GlorotUniform,
    Initializer,
    Ones,
    RandomUniform,
    Zeros,
    get,
)
from autograd_lite.nn.lookup import missing

__all__ = ["Constant", "GlorotUniform", "Initializer", "Ones", "RandomUniform", "Zeros", "get"]

__getattr__ = missing("keras.initializers", __all__)
