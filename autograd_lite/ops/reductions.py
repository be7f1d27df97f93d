"""Operations that fold axes away."""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.points import grid, sample


def folded(x, axis):
    """The reduced axes as a tuple of non-negative numbers."""
    ndim = np.ndim(x)
    axes = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return tuple(a % ndim for a in axes) if ndim else ()


def spread(g, x, axis):
    """A reduced gradient, put back over the axes that were folded."""
    if type(g) is float and type(x) is np.ndarray:
        return np.full(x.shape, g)  # as below, in a third of the time
    if np.ndim(x) == 0:
        return g
    if axis is not None and np.ndim(g) != np.ndim(x):
        axes = folded(x, axis)
        g = np.reshape(g, tuple(1 if i in axes else n for i, n in enumerate(np.shape(x))))
    elif axis is None and np.ndim(g):
        g = np.reshape(g, (1,) * np.ndim(x))
    return np.broadcast_to(g, np.shape(x))


def count(x, axis):
    """How many elements each mean is taken of."""
    shape = np.shape(x)
    return math.prod(shape[a] for a in folded(x, axis))


FOLDS = (
    sample(grid(4)),
    sample(1.5),
    sample(grid(2, 3), axis=0),
    sample(grid(2, 3), axis=-1, keepdims=True),
    sample(grid(2, 3, 2), axis=(0, 2)),
    sample(grid(2, 3), keepdims=True),
)
_no_axis = Bad((grid(2, 3),), ValueError, "axis 5", {"axis": 5})

sum_ = structural(
    "sum", "Σ",
    lambda x, *, axis=None, keepdims=False: np.sum(x, axis=axis, keepdims=keepdims),
    lambda g, out, x, *, axis=None, keepdims=False: spread(g, x, axis),
    words=("the same to each",),
    numpy=(np.sum,), samples=FOLDS, bad=(_no_axis,),
)
mean = structural(
    "mean", "mean",
    lambda x, *, axis=None, keepdims=False: np.mean(x, axis=axis, keepdims=keepdims),
    lambda g, out, x, *, axis=None, keepdims=False: spread(g / count(x, axis), x, axis),
    words=("an equal share to each",),
    numpy=(np.mean,), samples=FOLDS, bad=(_no_axis,),
)
