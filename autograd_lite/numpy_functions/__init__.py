"""What NumPy's functions do on Values: a file for each family of them, and the dispatch."""

from autograd_lite.numpy_functions import arrays, linalg, sequences, statistics
from autograd_lite.numpy_functions.dispatch import (
    answers,
    forget,
    function,
    has_gradient,
    supported,
    ufunc,
)

__all__ = [
    "answers", "arrays", "forget", "function", "has_gradient", "linalg", "sequences",
    "statistics", "supported", "ufunc",
]  # fmt: skip
