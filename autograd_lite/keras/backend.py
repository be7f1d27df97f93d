"""The session's settings, under the names of Keras's back end, and the arithmetic of older courses."""

from autograd_lite.keras.ops import (
    abs,
    clip,
    exp,
    log,
    max,
    maximum,
    mean,
    min,
    minimum,
    sqrt,
    square,
    sum,
)
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import clear_session, epsilon, floatx, set_floatx

__all__ = [
    "abs", "clear_session", "clip", "epsilon", "exp", "floatx", "log", "max", "maximum", "mean",
    "min", "minimum", "set_floatx", "sqrt", "square", "sum",
]  # fmt: skip

__getattr__ = missing("keras.backend", __all__)
