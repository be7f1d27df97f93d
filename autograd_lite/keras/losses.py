"""Losses, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.losses import (
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    get,
    mean_absolute_error,
    mean_squared_error,
)

__all__ = [
    "Loss", "MeanAbsoluteError", "MeanSquaredError", "get", "mean_absolute_error",
    "mean_squared_error",
]  # fmt: skip

__getattr__ = missing("keras.losses", __all__)
