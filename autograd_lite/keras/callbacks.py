"""Callbacks, under Keras's names."""

from autograd_lite.nn.callbacks import Callback, History
from autograd_lite.nn.lookup import missing

__all__ = ["Callback", "History"]

__getattr__ = missing("keras.callbacks", __all__)
