"""Constraints, under Keras's names."""

from autograd_lite.nn.constraints import (
    Constraint,
    MaxNorm,
    MinMaxNorm,
    NonNeg,
    UnitNorm,
    get,
)
from autograd_lite.nn.lookup import missing

max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

__all__ = [
    "Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "get", "max_norm", "min_max_norm",
    "non_neg", "unit_norm",
]  # fmt: skip

__getattr__ = missing("keras.constraints", __all__)
