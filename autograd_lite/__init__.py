"""Automatic differentiation that a learner can see through, on NumPy."""

from autograd_lite.recorder import record
from autograd_lite.value import Value

__all__ = ["Value", "record"]
