"""The session's settings, under the names of Keras's back end."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import floatx, set_floatx

__all__ = ["floatx", "set_floatx"]

__getattr__ = missing("keras.backend", __all__)
