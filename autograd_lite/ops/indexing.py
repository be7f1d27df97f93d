"""Operations that select elements, and the scatter that puts gradients back in their places."""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, Op, structural
from autograd_lite.ops.points import grid, sample


def _scatter(g, *, key, shape):
    """Zeros of ``shape`` with ``g`` added at ``key``: an element taken twice gets both."""
    whole = np.zeros(shape, np.asarray(g).dtype)
    np.add.at(whole, key, g)
    return whole


_keys = (
    (grid(5), 2),
    (grid(5), slice(1, 4)),
    (grid(3, 4), (slice(None), 1)),
    (grid(3, 4), (..., None, 2)),
    (grid(5), np.array([0, 3, 3, -1])),
    (grid(3, 4), (np.array([0, 2]), np.array([1, 1]))),
    (grid(4), np.array([True, False, True, True])),
    (grid(4), np.array([], np.intp)),
    (np.float64(1.5), (None, ...)),
    (np.float64(1.5), ()),
)

scatter = structural(
    "scatter",
    "scatter",
    _scatter,
    lambda g, out, x, *, key, shape: g[key] if np.ndim(g) else getitem(g, key=key),
    words=("what stands at the chosen places",),
    samples=tuple(sample(x[key] * 0.7, key=key, shape=x.shape) for x, key in _keys),
    bad=(Bad((1.0,), IndexError, "out of bounds", {"key": 7, "shape": (3,)}),),
)
getitem: Op = structural(
    "getitem",
    "[·]",
    lambda x, *, key: x[key] if np.ndim(x) else np.asarray(x)[key],
    lambda g, out, x, *, key: scatter(g, key=key, shape=np.shape(x)),
    words=("to the chosen elements, 0 to the rest",),
    samples=tuple(sample(x, key=key) for x, key in _keys),
    bad=(Bad((grid(3),), IndexError, "out of bounds", {"key": 7}),),
)
