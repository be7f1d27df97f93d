"""The session's settings, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import epsilon, floatx, set_floatx

__all__ = ["epsilon", "floatx", "set_floatx"]

__getattr__ = missing("keras.config", __all__)
