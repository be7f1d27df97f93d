"""Models, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.sequential import Sequential

__all__ = ["Sequential"]

__getattr__ = missing("keras.models", __all__)
