"""Operations that turn, repeat, frame and line up arrays."""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.indexing import scatter
from autograd_lite.ops.points import grid, sample

# ── turning ───────────────────────────────────────────────────────────────────────────────────
flip = structural(
    "flip", "flip",
    lambda x, *, axis=None: np.flip(x, axis=axis),
    lambda g, out, x, *, axis=None: np.flip(g, axis=axis),
    words=("turned back",),
    numpy=(np.flip,),
    samples=(sample(grid(4)), sample(grid(2, 3)), sample(grid(2, 3, 2), axis=(0, -1))),
    bad=(Bad((grid(2, 3),), ValueError, "axis 5", {"axis": 5}),),
)


def _back(shift):
    return tuple(-s for s in shift) if isinstance(shift, tuple) else -shift


roll = structural(
    "roll", "roll",
    lambda x, *, shift, axis=None: np.roll(x, shift, axis=axis),
    lambda g, out, x, *, shift, axis=None: np.roll(g, _back(shift), axis=axis),
    words=("rolled back",),
    numpy=(np.roll,),
    samples=(
        sample(grid(5), shift=2),
        sample(grid(2, 3), shift=-4),
        sample(grid(2, 3), shift=(1, 2), axis=(0, 1)),
    ),
    bad=(Bad((grid(2, 3),), ValueError, "axis 5", {"shift": 1, "axis": 5}),),
)


# ── repeating ─────────────────────────────────────────────────────────────────────────────────
def _tile(g, out, x, *, reps):
    """Every copy laid on the input: axes of copies beside axes of elements, the former summed."""
    reps = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    ndim = max(len(reps), np.ndim(x))
    copies = (1,) * (ndim - len(reps)) + reps
    lengths = (1,) * (ndim - np.ndim(x)) + np.shape(x)
    beside = tuple(n for pair in zip(copies, lengths, strict=True) for n in pair)
    summed = np.sum(np.reshape(g, beside), axis=tuple(range(0, 2 * ndim, 2)))
    return np.reshape(summed, np.shape(x))


tile = structural(
    "tile", "tile",
    lambda x, *, reps: np.tile(x, reps),
    _tile,
    words=("summed over the copies",),
    samples=(
        sample(grid(3), reps=2),
        sample(grid(2, 3), reps=(2, 1, 2)),
        sample(grid(2, 1, 3), reps=(3,)),
        sample(1.5, reps=(2, 2)),
    ),
    bad=(Bad((grid(3),), ValueError, "negative", {"reps": -2}),),
)


def _repeat(g, out, x, *, repeats, axis=None):
    shape = np.shape(x)
    if axis is None or not shape:
        flat = math.prod(shape)
        places = np.repeat(np.arange(flat), repeats)
        return np.reshape(scatter(g, key=places, shape=(flat,)), shape)
    places = np.repeat(np.arange(shape[axis]), repeats)
    key = (slice(None),) * (axis % len(shape)) + (places,)
    return scatter(g, key=key, shape=shape)


repeat = structural(
    "repeat", "repeat",
    lambda x, *, repeats, axis=None: np.repeat(x, repeats, axis=axis),
    _repeat,
    words=("summed over its copies",),
    samples=(
        sample(grid(3), repeats=2),
        sample(grid(2, 3), repeats=2, axis=-1),
        sample(grid(2, 3), repeats=(2, 0, 3), axis=1),
        sample(grid(2, 3), repeats=2),
        sample(1.5, repeats=3),
        sample(1.5, repeats=3, axis=0),
    ),
    bad=(Bad((grid(3),), ValueError, "broadcast", {"repeats": (1, 2)}),),
)

# ── framing ───────────────────────────────────────────────────────────────────────────────────
pad = structural(
    "pad", "pad",
    lambda x, *, width, constant=0: np.pad(x, width, constant_values=constant),
    lambda g, out, x, *, width, constant=0: g[
        tuple(slice(before, before + n) for (before, _), n in zip(width, np.shape(x), strict=True))
    ],
    words=("the part inside the frame",),
    samples=(
        sample(grid(3), width=((1, 2),)),
        sample(grid(2, 3), width=((0, 1), (2, 0)), constant=0.5),
    ),
    bad=(Bad((grid(3),), ValueError, "negative", {"width": ((-1, 0),)}),),
)


def _rows(x):
    if np.ndim(x) == 0:
        raise ValueError("a triangle is cut from an array, and this is a single number")
    return x


tril = structural(
    "tril", "tril",
    lambda x, *, k=0: np.tril(_rows(x), k=k),
    lambda g, out, x, *, k=0: np.tril(g, k=k),
    words=("the lower triangle",),
    numpy=(np.tril,),
    samples=(sample(grid(3, 3)), sample(grid(2, 3, 4), k=-1), sample(grid(3), k=1)),
    bad=(Bad((1.5,), ValueError, "single number"),),
)
triu = structural(
    "triu", "triu",
    lambda x, *, k=0: np.triu(_rows(x), k=k),
    lambda g, out, x, *, k=0: np.triu(g, k=k),
    words=("the upper triangle",),
    numpy=(np.triu,),
    samples=(sample(grid(3, 3)), sample(grid(2, 3, 4), k=-1), sample(grid(3), k=1)),
    bad=(Bad((1.5,), ValueError, "single number"),),
)


# ── diagonals ─────────────────────────────────────────────────────────────────────────────────
def _on_diagonal(g, shape, offset, axis1, axis2):
    """Zeros of ``shape`` with the last axis of g along a diagonal."""
    ndim = len(shape)
    axis1, axis2 = axis1 % ndim, axis2 % ndim
    order = (*(i for i in range(ndim) if i not in (axis1, axis2)), axis1, axis2)
    steps = np.arange(np.shape(g)[-1])
    key = (..., steps + max(-offset, 0), steps + max(offset, 0))
    placed = scatter(g, key=key, shape=tuple(shape[i] for i in order))
    return np.transpose(placed, tuple(np.argsort(order).tolist()))


def _trace(g, out, x, *, offset=0, axis1=0, axis2=1):
    length = np.diagonal(np.empty(np.shape(x)), offset, axis1, axis2).shape[-1]
    each = np.broadcast_to(np.expand_dims(g, -1), (*np.shape(g), length))
    return _on_diagonal(each, np.shape(x), offset, axis1, axis2)


_diagonals = (
    sample(grid(3, 3)),
    sample(grid(2, 4), offset=1),
    sample(grid(3, 2), offset=-1),
    sample(grid(2, 3, 2), axis1=-1, axis2=0),
)
_flat = (Bad((grid(3),), ValueError, "two"),)

diagonal = structural(
    "diagonal", "diagonal",
    lambda x, *, offset=0, axis1=0, axis2=1: np.diagonal(
        x, offset=offset, axis1=axis1, axis2=axis2
    ),
    lambda g, out, x, *, offset=0, axis1=0, axis2=1: _on_diagonal(
        g, np.shape(x), offset, axis1, axis2
    ),
    words=("on the diagonal",),
    numpy=(np.diagonal,), samples=_diagonals, bad=_flat,
)
trace = structural(
    "trace", "tr",
    lambda x, *, offset=0, axis1=0, axis2=1: np.trace(x, offset=offset, axis1=axis1, axis2=axis2),
    _trace,
    words=("the same to each on the diagonal",),
    numpy=(np.trace,), samples=_diagonals, bad=_flat,
)
diag = structural(
    "diag", "diag",
    lambda x, *, k=0: np.diag(x, k=k),
    lambda g, out, x, *, k=0: np.diagonal(g, offset=k),
    words=("the diagonal",),
    samples=(sample(grid(3)), sample(grid(3), k=-1), sample(grid(2), k=2)),
    bad=(Bad((1.5,), ValueError, "1- or 2-d"),),
)


# ── lining up ─────────────────────────────────────────────────────────────────────────────────
def _layer(index):
    """Input ``index`` of a stack gets its own layer of the gradient."""

    def vjp(g, out, *xs, axis=0):
        return g[(slice(None),) * (axis % np.ndim(out)) + (index,)]

    return vjp


stack = structural(
    "stack", "stack",
    lambda *xs, axis=0: np.stack(xs, axis=axis),
    each=_layer,
    words=("the layer that is this input",),
    samples=(
        sample(1.5, 2.5, axis=0),
        sample(grid(3), grid(3, shift=0.5), axis=-1),
        sample(grid(2, 3), grid(2, 3, shift=0.5), grid(2, 3, shift=1.0), axis=1),
    ),
    bad=(Bad((grid(2, 3), grid(2, 2)), ValueError, "same shape"),),
)
