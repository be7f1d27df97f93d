"""Operations that move elements and leave their values alone."""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.points import grid, sample

reshape = structural(
    "reshape", "reshape",
    lambda x, *, shape: np.reshape(x, shape),
    lambda g, out, x, *, shape: np.reshape(g, np.shape(x)),
    words=("put back into the shape of the input",),
    samples=(
        sample(grid(2, 3), shape=(3, 2)),
        sample(grid(4), shape=(2, -1)),
        sample(1.5, shape=(1, 1)),
        sample(grid(1), shape=()),
    ),
    bad=(Bad((grid(2, 3),), ValueError, "(2, 3)", {"shape": (4, 2)}),),
)


def _inverse(axes):
    return None if axes is None else tuple(np.argsort([a % len(axes) for a in axes]).tolist())


transpose = structural(
    "transpose", "ᵀ",
    lambda x, *, axes=None: np.transpose(x, axes),
    lambda g, out, x, *, axes=None: np.transpose(g, _inverse(axes)),
    words=("axes put back in their order",),
    samples=(
        sample(grid(2, 3)),
        sample(grid(2, 3, 4), axes=(2, 0, 1)),
        sample(grid(2, 3, 4), axes=(-1, 0, 1)),
        sample(grid(3, 3, 3), axes=(0, -1, 1)),
        sample(grid(3)),
    ),
    bad=(Bad((grid(2, 3),), ValueError, "repeated axis", {"axes": (0, 0)}),),
)
broadcast_to = structural(
    "broadcast_to", "broadcast",
    lambda x, *, shape: np.broadcast_to(x, shape),
    lambda g, out, x, *, shape: g,
    words=("summed over the copies",),
    samples=(
        sample(1.5, shape=(2, 3)),
        sample(grid(3), shape=(2, 3)),
        sample(grid(2, 1), shape=(4, 2, 3)),
    ),
    bad=(Bad((grid(3),), ValueError, "(3,)", {"shape": (2, 4)}),),
)
astype = structural(
    "astype", "as",
    lambda x, *, dtype: np.asarray(x).astype(dtype),
    lambda g, out, x, *, dtype: g,
    words=("passed on",),
    samples=(sample(grid(3), dtype="float64"), sample(1.5, dtype="float64")),
    bad=(Bad((grid(3),), TypeError, "quantum", {"dtype": "quantum"}),),
)


def _part(index):
    """Input ``index`` of a concatenation gets the slice of the gradient that it contributed."""

    def vjp(g, out, *xs, axis=0):
        start = sum(x.shape[axis] for x in xs[:index])
        key = [slice(None)] * out.ndim
        key[axis] = slice(start, start + xs[index].shape[axis])
        return g[tuple(key)]

    return vjp


concatenate = structural(
    "concatenate", "concat",
    lambda *xs, axis=0: np.concatenate(xs, axis),
    each=_part,
    words=("the slice that this input contributed",),
    samples=(
        sample(grid(2), grid(3, shift=0.5)),
        sample(grid(2, 3), grid(2, 1), grid(2, 2), axis=1),
        sample(grid(2, 3), grid(1, 3), axis=-2),
    ),
    bad=(Bad((grid(2, 3), grid(2, 2)), ValueError, "(2, 3)"),),
)
