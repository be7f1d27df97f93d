"""Optimizers, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.optimizers import SGD, Adam, Optimizer, RMSprop, get

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "get"]

__getattr__ = missing("keras.optimizers", __all__)
