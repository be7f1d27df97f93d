"""Layers, under Keras's names."""

from autograd_lite.nn.layers import Dense, Layer
from autograd_lite.nn.lookup import missing

__all__ = ["Dense", "Layer"]

__getattr__ = missing("keras.layers", __all__)
