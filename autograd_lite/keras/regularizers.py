"""Regularizers, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.regularizers import (
    L1,
    L1L2,
    L2,
    OrthogonalRegularizer,
    Regularizer,
    get,
    l1,
    l1_l2,
    l2,
)

orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "get", "l1", "l1_l2", "l2",
    "orthogonal_regularizer",
]  # fmt: skip

__getattr__ = missing("keras.regularizers", __all__)
