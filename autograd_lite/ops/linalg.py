"""Linear algebra."""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.points import grid, sample


def transposed(x):
    """The transposed matrix, or a stack of them."""
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)


def _matrices(g, x, y):
    """A product's gradient and factors as matrices: a vector is a row left, a column right."""
    if x.ndim == 1:
        g = np.expand_dims(g, -1 if y.ndim == 1 else -2)
        x = x[None, :]
    if y.ndim == 1:
        g = np.expand_dims(g, -1)
        y = y[:, None]
    return g, x, y


def _left(g, out, x, y):
    if x.ndim == y.ndim == 2:
        return g @ y.T
    g, _, columns = _matrices(g, x, y)
    return g @ transposed(columns)


def _right(g, out, x, y):
    if x.ndim == y.ndim == 2:
        return x.T @ g
    column = y.ndim == 1
    g, rows, _ = _matrices(g, x, y)
    pulled = transposed(rows) @ g
    return pulled[..., 0] if column else pulled


matmul = structural(
    "matmul", "@",
    lambda x, y: np.matmul(x, y),
    _left,
    _right,
    numpy=(np.matmul,),
    samples=(
        sample(grid(2, 3), grid(3, 4)),
        sample(grid(3), grid(3, shift=0.4)),
        sample(grid(3), grid(3, 2)),
        sample(grid(2, 3), grid(3, shift=0.4)),
        sample(grid(2, 2, 3), grid(2, 3, 2)),
        sample(grid(2, 1, 2, 3), grid(3, 3, 2)),
        sample(grid(3), grid(2, 3, 2)),
        sample(grid(2, 2, 3), grid(3, shift=0.4)),
    ),
    bad=(
        Bad((grid(2, 3), grid(2, 3)), ValueError, "(2, 3)"),
        Bad((1.5, grid(2, 3)), ValueError, "scalar"),
    ),
)
