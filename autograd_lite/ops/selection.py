"""Operations that pick elements along an axis, in an order given or found."""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.indexing import scatter
from autograd_lite.ops.points import grid, sample


def _places(indices, n, mode):
    """Indices as places from 0 to n − 1, as NumPy reads them in each mode."""
    if mode == "wrap":
        return np.mod(indices, n)
    return np.clip(indices, 0, n - 1) if mode == "clip" else np.asarray(indices)


def _take(g, out, x, *, indices, axis=None, mode="raise"):
    shape = np.shape(x)
    if axis is None:
        flat = math.prod(shape)
        spots = _places(indices, flat, mode)
        return np.reshape(scatter(g, key=(spots,), shape=(flat,)), shape)
    key = (slice(None),) * (axis % len(shape)) + (_places(indices, shape[axis], mode),)
    return scatter(g, key=key, shape=shape)


take = structural(
    "take", "take",
    lambda x, *, indices, axis=None, mode="raise": np.take(x, indices, axis=axis, mode=mode),
    _take,
    words=("to the chosen elements, 0 to the rest",),
    samples=(
        sample(grid(5), indices=np.array([0, 3, 3, -1])),
        sample(grid(2, 3), indices=np.array([[4, 0], [1, 4]])),
        sample(grid(2, 3), indices=np.array([2, 0]), axis=-1),
        sample(grid(2, 3), indices=1, axis=0),
        sample(grid(2, 3), indices=np.array([-4, 7]), axis=1, mode="wrap"),
        sample(grid(2, 3), indices=np.array([-4, 7]), axis=1, mode="clip"),
    ),
    bad=(Bad((grid(3),), IndexError, "out of bounds", {"indices": 7}),),
)


def _along(indices, shape, axis):
    """A fancy index that means: in each row along ``axis``, these places."""
    ndim = len(shape)
    key = [
        np.arange(n).reshape((1,) * i + (n,) + (1,) * (ndim - 1 - i)) for i, n in enumerate(shape)
    ]
    key[axis] = indices
    return tuple(key)


take_along_axis = structural(
    "take_along_axis", "take along",
    lambda x, *, indices, axis: np.take_along_axis(x, indices, axis=axis),
    lambda g, out, x, *, indices, axis: scatter(
        g, key=_along(indices, np.shape(x), axis), shape=np.shape(x)
    ),
    words=("to the chosen elements, 0 to the rest",),
    samples=(
        sample(grid(5), indices=np.array([0, 3, 3, -1]), axis=0),
        sample(grid(2, 3), indices=np.array([[2, 0], [1, 1]]), axis=1),
        sample(grid(2, 3), indices=np.array([[1]]), axis=-1),
    ),
    bad=(Bad((grid(3),), IndexError, "out of bounds", {"indices": np.array([7]), "axis": 0}),),
)
sort = structural(
    "sort", "sort",
    lambda x, *, axis=-1: np.sort(x, axis=axis, kind="stable"),
    lambda g, out, x, *, axis=-1: np.take_along_axis(
        g, np.argsort(np.argsort(x, axis=axis, kind="stable"), axis=axis), axis=axis
    ),
    words=("each back to the element it came from",),
    samples=(sample(grid(5)), sample(grid(2, 3), axis=0), sample(grid(3, 2, 2), axis=-2)),
    bad=(Bad((grid(3),), ValueError, "axis 5", {"axis": 5}),),
)
