"""Optimizers, under Keras's names."""

from autograd_lite.keras.optimizers import legacy, schedules
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
    get,
)

__all__ = [
    "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam", "Optimizer",
    "RMSprop", "get", "legacy", "schedules",
]  # fmt: skip

__getattr__ = missing("keras.optimizers", __all__)
