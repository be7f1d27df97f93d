"""NumPy's statistics, written with operations: averages, quantiles, and sums that skip NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.numpy_functions.adapters import adapts
from autograd_lite.ops.reductions import folded

__all__: list[str] = []  # what is here is found through the register


# ── sums and averages ─────────────────────────────────────────────────────────────────────────
@adapts("sum")
def _sum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return ops.sum(a, axis=axis, keepdims=keepdims)


@adapts("mean")
def _mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return ops.mean(a, axis=axis, keepdims=keepdims)


@adapts("ptp")
def _ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return ops.max(a, axis=axis, keepdims=keepdims) - ops.min(a, axis=axis, keepdims=keepdims)


@adapts("average")
def _average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    if weights is None:
        return ops.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):
        if axis is None or np.ndim(axis) or np.ndim(weights) != 1:
            raise TypeError(
                f"np.average on Values takes weights of the shape of the data, {np.shape(a)}, or"
                f" one weight for each place along an axis; these have shape {np.shape(weights)}"
            )
        weights = np.reshape(weights, (-1,) + (1,) * (np.ndim(a) - 1 - axis % np.ndim(a)))
    weights = np.broadcast_to(weights, np.shape(a))
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / total


# ── the middle, and other places of the sorted data ───────────────────────────────────────────
@adapts("median")
def _median(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.quantile(a, 0.5, axis=axis, keepdims=keepdims)


@adapts("nanmedian")
def _nanmedian(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.nanquantile(a, 0.5, axis=axis, keepdims=keepdims)


@adapts("percentile")
def _percentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear",
                keepdims: bool = False) -> Any:  # fmt: skip
    return np.quantile(a, np.true_divide(q, 100), axis=axis, method=method, keepdims=keepdims)


@adapts("nanpercentile")
def _nanpercentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear",
                   keepdims: bool = False) -> Any:  # fmt: skip
    return np.nanquantile(a, np.true_divide(q, 100), axis=axis, method=method, keepdims=keepdims)


@adapts("quantile")
def _quantile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear",
              keepdims: bool = False) -> Any:  # fmt: skip
    found = _places(a, q, axis, method, keepdims, np.full_like(a, False, dtype=bool))
    unknown = np.any(np.isnan(a), axis=folded(a, axis), keepdims=keepdims)
    return ops.where(unknown, np.nan, found) if np.any(unknown) else found


@adapts("nanquantile")
def _nanquantile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear",
                 keepdims: bool = False) -> Any:  # fmt: skip
    return _places(a, q, axis, method, keepdims, np.isnan(a))


_BETWEEN: dict[str, Callable[[Any], Any]] = {
    "linear": lambda t: t,
    "lower": lambda t: 0.0 * t,
    "higher": np.ceil,
    "midpoint": lambda t: 0.5 * (t > 0),
}
"""How far from the lower neighbour to the higher one a quantile lies, of the fraction between."""


def _places(a: Any, q: Any, axis: Any, method: str, keepdims: bool, missing: np.ndarray) -> Any:
    """The numbers at the share ``q`` of the way through each row's sorted data; NaN come last."""
    if method not in _BETWEEN:
        raise TypeError(
            f"quantiles of Values have the methods {', '.join(map(repr, _BETWEEN))}, not {method!r}"
        )
    q = np.asarray(q, dtype=np.float64)
    if not np.all((q >= 0) & (q <= 1)):
        raise ValueError("quantiles lie between 0 and 1, percentiles between 0 and 100")
    shape, axes = np.shape(a), folded(a, axis)
    kept = [i for i in range(len(shape)) if i not in axes]
    lengths = (*(shape[i] for i in kept), math.prod(shape[i] for i in axes))
    rows = ops.transpose(a, axes=(*kept, *axes)) if len(shape) > 1 else a
    rows = ops.sort(ops.reshape(rows, shape=lengths), axis=-1)
    missing = np.reshape(np.transpose(missing, (*kept, *axes)), lengths)
    last = np.maximum(lengths[-1] - 1 - np.sum(missing, axis=-1, keepdims=True), 0)
    place = np.ravel(q) * last
    low = np.floor(place).astype(np.intp)
    share = _BETWEEN[method](place - low)
    lower = ops.take_along_axis(rows, indices=low, axis=-1)
    higher = ops.take_along_axis(rows, indices=np.minimum(low + 1, last), axis=-1)
    found = np.moveaxis(lower + share * (higher - lower), -1, 0)
    ones = tuple(1 if i in axes else n for i, n in enumerate(shape))
    return ops.reshape(found, shape=(*q.shape, *(ones if keepdims else lengths[:-1])))


# ── as if NaN were not there ──────────────────────────────────────────────────────────────────
@adapts("nansum")
def _nansum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return ops.sum(ops.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


@adapts("nanmean")
def _nanmean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    there = np.logical_not(np.isnan(a))
    total = ops.sum(ops.where(there, a, 0.0), axis=axis, keepdims=keepdims)
    return total / np.sum(there, axis=axis, keepdims=keepdims)


@adapts("nanvar")
def _nanvar(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    there = np.logical_not(np.isnan(a))
    apart = ops.where(there, a, 0.0) - np.nanmean(a, axis=axis, keepdims=True)
    total = ops.sum(ops.where(there, apart * apart, 0.0), axis=axis, keepdims=keepdims)
    return total / (np.sum(there, axis=axis, keepdims=keepdims) - ddof)


@adapts("nanstd")
def _nanstd(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    return ops.sqrt(np.nanvar(a, axis=axis, ddof=ddof, keepdims=keepdims))


@adapts("nanmax")
def _nanmax(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _known(a, axis, keepdims, ops.max(_filled(a, -math.inf), axis=axis, keepdims=keepdims))


@adapts("nanmin")
def _nanmin(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _known(a, axis, keepdims, ops.min(_filled(a, math.inf), axis=axis, keepdims=keepdims))


def _filled(a: Any, number: float) -> Any:
    return ops.where(np.isnan(a), number, a)


def _known(a: Any, axis: Any, keepdims: bool, found: Any) -> Any:
    """What was found, and NaN where there was nothing but NaN."""
    nothing = np.all(np.isnan(a), axis=folded(a, axis), keepdims=keepdims)
    return ops.where(nothing, np.nan, found) if np.any(nothing) else found


@adapts("nanprod")
def _nanprod(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return ops.prod(_filled(a, 1.0), axis=axis, keepdims=keepdims)


@adapts("nancumsum")
def _nancumsum(a: Any, axis: int | None = None) -> Any:
    return ops.cumsum(_filled(a, 0.0), axis=axis)


@adapts("nancumprod")
def _nancumprod(a: Any, axis: int | None = None) -> Any:
    return ops.cumprod(_filled(a, 1.0), axis=axis)


# ── together ──────────────────────────────────────────────────────────────────────────────────
@adapts("cov")
def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
         fweights: Any = None, aweights: Any = None) -> Any:  # fmt: skip
    rows = _variables(m, rowvar)
    if y is not None:
        rows = np.concatenate((rows, _variables(y, rowvar)), axis=0)
    count = np.ones(np.shape(rows)[1]) if fweights is None else np.asarray(fweights)
    weights = count if aweights is None else count * aweights
    total = np.sum(weights)
    ddof = (0 if bias else 1) if ddof is None else ddof
    lost = ddof * np.sum(weights * (1 if aweights is None else aweights)) / total
    freedom = np.maximum(total - lost, 0.0)
    apart = rows - np.average(rows, axis=1, weights=weights)[:, None]
    return np.squeeze((apart * weights) @ apart.T / freedom)


def _variables(m: Any, rowvar: bool) -> Any:
    """One variable in each row, one observation in each column."""
    return np.atleast_2d(m) if rowvar or np.ndim(m) < 2 else np.transpose(m)


@adapts("corrcoef")
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    c = np.cov(x, y, rowvar)
    if not np.ndim(c):
        return c / c
    spread = ops.sqrt(np.diagonal(c))
    return c / spread[:, None] / spread[None, :]
