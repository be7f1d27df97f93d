"""The optimizers once more, where TensorFlow 2.11 to 2.15 kept those of before."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    Ftrl,
    Nadam,
    Optimizer,
    RMSprop,
)

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop"]

__getattr__ = missing("keras.optimizers.legacy", __all__)
