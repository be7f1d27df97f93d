"""Utilities, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import set_random_seed

__all__ = ["set_random_seed"]

__getattr__ = missing("keras.utils", __all__)
