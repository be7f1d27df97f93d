"""Products of arrays: inner, outer, tensor products and Einstein's sums."""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.indexing import scatter
from autograd_lite.ops.points import grid, sample

outer = structural(
    "outer", "⊗",
    lambda x, y: np.outer(x, y),
    lambda g, out, x, y: np.reshape(g @ np.ravel(y), np.shape(x)),
    lambda g, out, x, y: np.reshape(np.ravel(x) @ g, np.shape(y)),
    numpy=(np.outer,),
    samples=(
        sample(grid(3), grid(2, shift=0.4)),
        sample(1.5, grid(2)),
        sample(grid(2, 2), grid(3, shift=0.4)),
    ),
    bad=(Bad(("seven", 7.0), TypeError, "numbers"),),
)
vdot = structural(
    "vdot", "·",
    lambda x, y: np.vdot(x, y),
    lambda g, out, x, y: g * np.reshape(y, np.shape(x)),
    lambda g, out, x, y: g * np.reshape(x, np.shape(y)),
    numpy=(np.vdot,),
    samples=(
        sample(grid(3), grid(3, shift=0.4)),
        sample(grid(2, 3), grid(6, shift=0.4)),
        sample(1.5, 2.5),
    ),
    bad=(Bad((grid(2), grid(3)), ValueError, "(2,)"),),
)
convolve = structural(
    "convolve", "∗",
    lambda x, y: np.convolve(x, y),
    lambda g, out, x, y: np.correlate(g, y, "valid"),
    lambda g, out, x, y: np.correlate(g, x, "valid"),
    words=("slid back over the other sequence",) * 2,
    samples=(
        sample(grid(5), grid(3, shift=0.4)),
        sample(grid(2), grid(4, shift=0.4)),
        sample(grid(1), grid(3, shift=0.4)),
    ),
    bad=(Bad((grid(2, 3), grid(3)), ValueError, "too deep"),),
)


# ── tensor products ───────────────────────────────────────────────────────────────────────────
def _free(x, used):
    return tuple(i for i in range(np.ndim(x)) if i not in used)


def _positive(x, axes):
    return tuple(a % np.ndim(x) for a in axes)


def _tensor_left(g, out, x, y, *, axes):
    """The gradient meets y on y's free axes; what comes out is put into the order of x's axes."""
    ax, ay = _positive(x, axes[0]), _positive(y, axes[1])
    free = _free(x, ax)
    met = np.tensordot(g, y, (tuple(range(len(free), np.ndim(g))), _free(y, ay)))
    order = (*free, *(ax[ay.index(a)] for a in sorted(ay)))
    return np.transpose(met, tuple(np.argsort(order).tolist()))


def _tensor_right(g, out, x, y, *, axes):
    ax, ay = _positive(x, axes[0]), _positive(y, axes[1])
    free = _free(x, ax)
    met = np.tensordot(x, g, (free, tuple(range(len(free)))))
    order = (*(ay[ax.index(a)] for a in sorted(ax)), *_free(y, ay))
    return np.transpose(met, tuple(np.argsort(order).tolist()))


tensordot = structural(
    "tensordot", "⋅",
    lambda x, y, *, axes: np.tensordot(x, y, axes),
    _tensor_left,
    _tensor_right,
    words=("summed with the other factor over its free axes",) * 2,
    samples=(
        sample(grid(2, 3), grid(3, 2, shift=0.4), axes=((1,), (0,))),
        sample(grid(2, 3, 4), grid(4, 5, 2, shift=0.4), axes=((2, 0), (0, -1))),
        sample(grid(3), grid(3, shift=0.4), axes=((0,), (0,))),
        sample(grid(2), grid(3), axes=((), ())),
    ),
    bad=(Bad((grid(2, 3), grid(2, 3)), ValueError, "shape-mismatch", {"axes": ((1,), (0,))}),),
)
inner = structural(
    "inner", "⟨·,·⟩",
    lambda x, y: np.inner(x, y),
    lambda g, out, x, y: _tensor_left(g, out, x, y, axes=((-1,), (-1,))),
    lambda g, out, x, y: _tensor_right(g, out, x, y, axes=((-1,), (-1,))),
    words=("summed with the other factor over its free axes",) * 2,
    numpy=(np.inner,),
    samples=(
        sample(grid(3), grid(3, shift=0.4)),
        sample(grid(2, 3), grid(4, 3, shift=0.4)),
        sample(grid(2, 3), grid(3, shift=0.4)),
    ),
    bad=(Bad((grid(2), grid(3)), ValueError, "(2,)"),),
)


# ── Einstein's sums ───────────────────────────────────────────────────────────────────────────
def _einsum_of(index):
    """The same sum with the gradient in the place of input ``index``.

    A letter that no other operand holds was summed alone: each of its elements gets the same. A
    letter that stands twice in one operand chose a diagonal: the gradient goes on that diagonal.
    """

    def vjp(g, out, *xs, subscripts):
        terms, result = subscripts.split("->")
        each = terms.split(",")
        own, shape = each[index], np.shape(xs[index])
        others = [(t, x) for i, (t, x) in enumerate(zip(each, xs, strict=True)) if i != index]
        there = set(result).union(*(t for t, _ in others))
        letters = list(dict.fromkeys(own))
        met = "".join(letter for letter in letters if letter in there)
        inputs = ",".join([result, *(t for t, _ in others)])
        pulled = np.einsum(f"{inputs}->{met}", g, *(x for _, x in others))
        alone = tuple(i for i, letter in enumerate(letters) if letter not in there)
        if alone:
            pulled = np.expand_dims(pulled, alone)
        if len(letters) == len(own):
            # An axis of length 1 stays longer here, where the others stretched it: the engine sums.
            lengths = np.broadcast_shapes(np.shape(pulled), shape)
            return np.broadcast_to(pulled, lengths)
        lengths = tuple(shape[own.index(letter)] for letter in letters)
        steps = dict(zip(letters, np.ix_(*map(np.arange, lengths)), strict=True))
        key = tuple(steps[letter] for letter in own)
        return scatter(np.broadcast_to(pulled, lengths), key=key, shape=shape)

    return vjp


einsum = structural(
    "einsum", "einsum",
    lambda *xs, subscripts: np.einsum(subscripts, *xs),
    each=_einsum_of,
    words=("the same sum with the gradient in its place",),
    samples=(
        sample(grid(2, 3), grid(3, 4, shift=0.4), subscripts="ij,jk->ik"),
        sample(grid(3), subscripts="i->"),
        sample(grid(2, 3), subscripts="ij->ji"),
        sample(grid(2, 3), grid(3, shift=0.4), subscripts="ij,k->i"),
        sample(grid(3, 3), subscripts="ii->"),
        sample(grid(3, 3), grid(3, shift=0.4), subscripts="ii,i->i"),
        sample(grid(2, 3), grid(2, 3, 2, shift=0.4), grid(2), subscripts="ij,ijk,k->kj"),
        sample(grid(1, 3), grid(2, 3, shift=0.4), subscripts="ij,ij->j"),
        sample(1.5, grid(3), subscripts=",i->i"),
    ),
    bad=(Bad((grid(2, 3), grid(2, 3)), ValueError, "(2, 3)", {"subscripts": "ij,jk->ik"}),),
)
