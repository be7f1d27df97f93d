"""Operations along axes: spread, products, extremes, running sums and products, and the softmax
family. What NumPy reduces, they reduce, with axis and keepdims.
"""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Bad, structural
from autograd_lite.ops.points import grid, sample
from autograd_lite.ops.reductions import FOLDS, count, folded, spread

_no_axis = Bad((grid(2, 3),), ValueError, "axis 5", {"axis": 5})
_along = (
    sample(grid(4), axis=0),
    sample(grid(2, 3), axis=0),
    sample(grid(2, 3), axis=-1),
    sample(grid(2, 3, 2), axis=1),
)


def _slices(x, axis, *parts):
    """Pieces of x along one axis."""
    lead = (slice(None),) * (axis % np.ndim(x))
    keys = [(*lead, part) for part in parts]
    return [x[key] for key in keys]


# ── mean square and deviation ─────────────────────────────────────────────────────────────────
def _deviations(x, axis):
    """x minus its mean, and exactly 0 where all x are equal, though their mean may be rounded."""
    varies = np.max(x, axis=axis, keepdims=True) != np.min(x, axis=axis, keepdims=True)
    return (x - np.mean(x, axis=axis, keepdims=True)) * varies


def _var(g, out, x, *, axis=None, ddof=0, keepdims=False):
    return spread(g * 2 / (count(x, axis) - ddof), x, axis) * _deviations(x, axis)


def _std(g, out, x, *, axis=None, ddof=0, keepdims=False):
    # Where out is 0 so are the deviations, and 0 is the smallest subgradient.
    share = g / ((out + (out == 0)) * (count(x, axis) - ddof))
    return spread(share, x, axis) * _deviations(x, axis)


_free = (*FOLDS, sample(grid(2, 3), axis=1, ddof=1))
var = structural(
    "var", "var",
    lambda x, *, axis=None, ddof=0, keepdims=False: np.var(
        x, axis=axis, ddof=ddof, keepdims=keepdims
    ),
    _var,
    words=("in proportion to its distance from the mean",),
    domain="more elements than ddof",
    numpy=(np.var,), samples=_free, bad=(_no_axis,),
)
std = structural(
    "std", "std",
    lambda x, *, axis=None, ddof=0, keepdims=False: np.std(
        x, axis=axis, ddof=ddof, keepdims=keepdims
    ),
    _std,
    words=("in proportion to its distance from the mean, in units of the deviation",),
    domain="more elements than ddof",
    numpy=(np.std,), samples=_free, bad=(_no_axis,),
)


# ── extremes ──────────────────────────────────────────────────────────────────────────────────
def _extreme(g, out, x, *, axis=None, keepdims=False):
    chosen = x == spread(out, x, axis)
    return spread(g, x, axis) * chosen / np.sum(chosen, axis=axis, keepdims=True)


max_ = structural(
    "max", "max",
    lambda x, *, axis=None, keepdims=False: np.max(x, axis=axis, keepdims=keepdims),
    _extreme,
    words=("to the largest; a tie is split equally",),
    domain="numbers, without a NaN among them",
    numpy=(np.max, np.amax), samples=FOLDS, bad=(_no_axis,),
)
min_ = structural(
    "min", "min",
    lambda x, *, axis=None, keepdims=False: np.min(x, axis=axis, keepdims=keepdims),
    _extreme,
    words=("to the smallest; a tie is split equally",),
    domain="numbers, without a NaN among them",
    numpy=(np.min, np.amin), samples=FOLDS, bad=(_no_axis,),
)


# ── running sums and products ─────────────────────────────────────────────────────────────────
def _recurrence(a, b, *, axis):
    """r₀ = b₀ and rᵢ = bᵢ + aᵢ·rᵢ₋₁ along an axis."""
    out = np.array(np.broadcast_to(b, np.broadcast_shapes(np.shape(a), np.shape(b))))
    rows, factors = np.moveaxis(out, axis, 0), np.moveaxis(np.broadcast_to(a, out.shape), axis, 0)
    for i in range(1, len(rows)):
        rows[i] += factors[i] * rows[i - 1]
    return out


def _later(x, axis):
    """Each element in the place after its own; 0 in the first place."""
    first, rest = _slices(x, axis, slice(0, 1), slice(0, -1))
    return np.concatenate((np.zeros_like(first), rest), axis=axis)


def _earlier(x, axis):
    """Each element in the place before its own; 0 in the last place."""
    rest, last = _slices(x, axis, slice(1, None), slice(-1, None))
    return np.concatenate((rest, np.zeros_like(last)), axis=axis)


def _carried(g, a, axis):
    """The same recurrence from the end to the start: what each bᵢ gets."""
    back = recurrence(
        np.flip(_earlier(a, axis), axis=axis), np.flip(g, axis=axis), axis=axis
    )
    return np.flip(back, axis=axis)


recurrence = structural(
    "recurrence", "recurrence",
    _recurrence,
    lambda g, out, a, b, *, axis: _carried(g, a, axis) * _later(out, axis),
    lambda g, out, a, b, *, axis: _carried(g, a, axis),
    words=("what is carried on, times the number before", "what is carried on to the end"),
    samples=(
        sample(grid(4), grid(4, shift=0.4), axis=0),
        sample(grid(2, 3), grid(2, 3, shift=0.4), axis=1),
        sample(grid(3, 2), grid(3, 2, shift=0.4), axis=-2),
    ),
    bad=(Bad((grid(2, 3), grid(2, 3)), ValueError, "axis 5", {"axis": 5}),),
)


def _cumprod(g, out, x, *, axis=None):
    """∂/∂xᵢ of Σₖ gₖ·Πⱼ≤ₖ xⱼ without a division, so that zeros are as good as other numbers."""
    if axis is None:
        return np.reshape(_cumprod(g, out, np.ravel(x), axis=0), np.shape(x))
    before = _later(out, axis)
    first, rest = _slices(before, axis, slice(0, 1), slice(1, None))
    before = np.concatenate((np.ones_like(first), rest), axis=axis)
    return _carried(g, x, axis) * before


def _cumsum(g, out, x, *, axis=None):
    back = 0 if axis is None else axis
    return np.reshape(np.flip(np.cumsum(np.flip(g, axis=back), axis=back), axis=back), np.shape(x))


cumsum = structural(
    "cumsum", "cumsum",
    lambda x, *, axis=None: np.cumsum(x, axis=axis),
    _cumsum,
    words=("the sum from its own place to the end",),
    numpy=(np.cumsum,), bad=(_no_axis,),
    samples=(*_along, sample(grid(2, 3)), sample(1.5)),
)
cumprod = structural(
    "cumprod", "cumprod",
    lambda x, *, axis=None: np.cumprod(x, axis=axis),
    _cumprod,
    words=("the sum, from its own place on, of the products of the others",),
    numpy=(np.cumprod,), bad=(_no_axis,),
    samples=(*_along, sample(grid(2, 3)), sample(1.5), sample(np.array([1.2, 0.0, 0.7, 0.0, 2.0]))),
)


# ── products ──────────────────────────────────────────────────────────────────────────────────
def _others(x):
    """The product of all other elements along the last axis, as products from both ends."""
    ones = np.ones((*np.shape(x)[:-1], 1))
    left = np.cumprod(np.concatenate((ones, x), axis=-1), axis=-1)
    right = np.cumprod(np.concatenate((ones, np.flip(x, axis=-1)), axis=-1), axis=-1)
    return left[..., :-1] * np.flip(right[..., :-1], axis=-1)


def _turned(x, order):
    return x if order == tuple(range(len(order))) else np.transpose(x, order)


def _prod(g, out, x, *, axis=None, keepdims=False):
    shape, axes = np.shape(x), folded(x, axis)
    if not axes:
        return g
    order = (*(i for i in range(len(shape)) if i not in axes), *axes)
    turned = tuple(shape[i] for i in order)
    kept = turned[: len(shape) - len(axes)]
    rows = np.reshape(_turned(x, order), (*kept, math.prod(turned[len(kept) :])))
    others = _turned(np.reshape(_others(rows), turned), tuple(np.argsort(order).tolist()))
    return spread(g, x, axis) * others


prod = structural(
    "prod", "Π",
    lambda x, *, axis=None, keepdims=False: np.prod(x, axis=axis, keepdims=keepdims),
    _prod,
    words=("the product of the others",),
    numpy=(np.prod,), bad=(_no_axis,),
    samples=(
        *FOLDS,
        sample(np.array([1.2, 0.0, 0.7])),
        sample(np.array([[1.2, 0.0, 0.7], [0.0, 2.0, 0.0]]), axis=1),
    ),
)


# ── softmax ───────────────────────────────────────────────────────────────────────────────────
def _highest(x, axis):
    """The largest element as an array that broadcasts; −∞ where there is no element at all."""
    if np.size(x):
        return np.max(x, axis=axis, keepdims=True)
    return np.max(x, axis=axis, keepdims=True, initial=-np.inf)


def _top(x, axis):
    """The largest element as an array that broadcasts; 0 instead of an infinite one."""
    top = _highest(x, axis)
    return np.where(np.isfinite(top), top, np.zeros_like(top))


def _logsumexp(x, *, axis=None, keepdims=False):
    top = _top(x, axis)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=folded(x, axis))


def _not_largest(x, axis):
    """1 everywhere but at the (first) largest element of each row, or of each block of many axes."""
    if not np.size(x):
        return np.zeros(np.shape(x), bool)
    axes = folded(x, axis)
    lengths = [n if i in axes else 1 for i, n in enumerate(np.shape(x))]
    places = np.arange(math.prod(lengths)).reshape(lengths)
    if len(axes) == 1:
        return places != np.argmax(x, axis=axes[0], keepdims=True)
    largest = np.equal(x, np.max(x, axis=axes, keepdims=True))
    return places != np.min(np.where(largest, places, places.size), axis=axes, keepdims=True)


def _log_softmax(x, *, axis=-1):
    shifted = x - _highest(x, axis)
    rest = np.exp(shifted) * _not_largest(x, axis)
    return shifted - np.log1p(np.sum(rest, axis=axis, keepdims=True))


def _balanced(pulled, out, axis):
    """A row of the gradient sums to 0, since a shift of all x changes nothing. At the largest
    element, where it would be the difference of two nearly equal numbers, it is what balances
    the others.
    """
    others = _not_largest(out, axis)
    rest = pulled * others
    return np.where(others, rest, -np.sum(rest, axis=axis, keepdims=True))


def _softmax(x, *, axis=-1):
    raised = np.exp(x - _highest(x, axis))
    return raised / np.sum(raised, axis=axis, keepdims=True)


_rows = (
    *_along,
    sample(grid(2, 3)),
    sample(40 * grid(2, 3), axis=0),
    sample(grid(2, 3, 2), axis=(0, 2)),
    sample(grid(2, 3), axis=None),
    sample(1.5),
)

logsumexp = structural(
    "logsumexp", "log-sum-exp",
    _logsumexp,
    lambda g, out, x, *, axis=None, keepdims=False: (
        spread(g, x, axis) * np.exp(x - spread(out, x, axis))
    ),
    words=("to each its share of the sum, its softmax",),
    domain="an x above −∞",
    samples=FOLDS, bad=(_no_axis,),
)
softmax = structural(
    "softmax", "softmax",
    _softmax,
    lambda g, out, x, *, axis=-1: _balanced(
        out * (g - np.sum(g * out, axis=axis, keepdims=True)), out, axis
    ),
    words=("its share, times how far its gradient stands out from the mean",),
    samples=_rows, bad=(_no_axis,),
)
log_softmax = structural(
    "log_softmax", "log-softmax",
    _log_softmax,
    lambda g, out, x, *, axis=-1: _balanced(
        g - np.exp(out) * np.sum(g, axis=axis, keepdims=True), out, axis
    ),
    words=("its gradient, less its share of the whole",),
    samples=_rows, bad=(_no_axis,),
)
