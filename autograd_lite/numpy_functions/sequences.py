"""NumPy's functions of sampled curves, written with operations: differences, convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.numeric import array_text
from autograd_lite.numpy_functions.adapters import adapts, piece

__all__: list[str] = []  # what is here is found through the register


# ── from sample to sample ─────────────────────────────────────────────────────────────────────
@adapts("diff")
def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if n < 0:
        raise ValueError(f"np.diff takes differences of order 0 or more, not {n}")
    if n == 0:  # as NumPy does, without the ends
        return a
    ends = [e if e is None else _edge(e, a, axis) for e in (prepend, append)]
    if any(e is not None for e in ends):
        parts = [part for part in (ends[0], a, ends[1]) if part is not None]
        a = np.concatenate(parts, axis=axis)
    for _ in range(n):
        a = piece(a, axis, slice(1, None)) - piece(a, axis, slice(None, -1))
    return a


def _edge(end: Any, a: Any, axis: int) -> Any:
    """What is set before or behind an array; a number stands for a layer of it."""
    if np.ndim(end):
        return end
    return np.broadcast_to(end, [1 if i == axis % np.ndim(a) else n for i, n in enumerate(a.shape)])


@adapts("ediff1d")
def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = (to_begin, np.diff(np.ravel(ary)), to_end)
    return np.concatenate([np.ravel(part) for part in parts if part is not None])


@adapts("trapezoid", "trapz")
def _trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    step = dx if x is None else np.diff(x, axis=axis if np.ndim(x) > 1 else -1)
    if np.ndim(step) == 1:
        step = np.reshape(step, (-1,) + (1,) * (np.ndim(y) - 1 - axis % np.ndim(y)))
    pairs = piece(y, axis, slice(1, None)) + piece(y, axis, slice(None, -1))
    return np.sum(pairs * step / 2, axis=axis)


@adapts("cumulative_sum")
def _cumulative_sum(x: Any, /, *, axis: int | None = None) -> Any:
    return ops.cumsum(x, axis=axis)


@adapts("cumulative_prod")
def _cumulative_prod(x: Any, /, *, axis: int | None = None) -> Any:
    return ops.cumprod(x, axis=axis)


@adapts("gradient")
def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes = tuple(range(np.ndim(f))) if axis is None else np.atleast_1d(axis).tolist()
    if len(varargs) not in (0, 1, len(axes)) or (
        len(varargs) == 1 < len(axes) and np.ndim(varargs[0])
    ):
        raise TypeError(
            f"np.gradient takes no spacing, one number, or one for each of the {len(axes)} axes;"
            f" {len(varargs)} were given"
        )
    steps = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    slopes = [_slope(f, a, step, edge_order) for a, step in zip(axes, steps, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(f: Any, axis: int, step: Any, edge_order: int) -> Any:
    """Differences across each place, weighted as its neighbours are far; at the edges one-sided.

    The weights are those of a parabola through three points, as in the documentation of NumPy.
    """
    f, n = np.moveaxis(f, axis, -1), np.shape(f)[axis]
    if edge_order not in (1, 2) or n < edge_order + 1:
        raise ValueError(
            f"np.gradient needs edge_order 1 or 2, and one place more than that along axis {axis};"
            f" given were edge_order={edge_order} and {n} places"
        )
    gaps = np.diff(step) if np.ndim(step) else np.full(n - 1, 1.0) * step
    d, e = gaps[:-1], gaps[1:]
    left, middle, right = f[..., :-2], f[..., 1:-1], f[..., 2:]
    inner = (d * d * right + (e * e - d * d) * middle - e * e * left) / (d * e * (d + e))
    first = (f[..., 1:2] - f[..., :1]) / gaps[:1]
    last = (f[..., -1:] - f[..., -2:-1]) / gaps[-1:]
    if edge_order == 2:  # halfway to its neighbour a parabola's slope is the mean of the two ends'
        first, last = 2 * first - inner[..., :1], 2 * last - inner[..., -1:]
    return np.moveaxis(np.concatenate((first, inner, last), axis=-1), -1, axis)


@adapts("interp")
def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    n = np.size(xp)
    low = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(n - 2, 0))
    high = np.minimum(low + 1, n - 1)
    start, end = np.take(xp, low), np.take(xp, high)
    bottom, top = np.take(fp, low), np.take(fp, high)
    width = np.where(np.equal(start, end), 1.0, end - start)
    inside = bottom + (x - start) * (top - bottom) / width
    ends = np.take(fp, 0) if left is None else left, np.take(fp, n - 1) if right is None else right
    inside = np.where(np.greater(x, np.take(xp, n - 1)), ends[1], inside)
    return np.where(np.less(x, np.take(xp, 0)), ends[0], inside)


# ── evenly spaced numbers ─────────────────────────────────────────────────────────────────────
@adapts("linspace")
def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, axis: int = 0) -> Any:
    share = np.arange(num) / max(num - 1 if endpoint else num, 1)
    depth = max(np.ndim(start), np.ndim(stop))
    share = share.reshape((-1,) + (1,) * depth)
    # From both ends, so that each is met to the bit.
    return np.moveaxis(np.where(share < 0.5, start + (stop - start) * share,
                                stop - (stop - start) * (1 - share)), 0, axis)  # fmt: skip


@adapts("logspace")
def _logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, axis: int = 0
) -> Any:
    return base ** np.linspace(start, stop, num, endpoint, axis=axis)


@adapts("geomspace")
def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, axis: int = 0) -> Any:
    ratio = np.linspace(0 * start, np.log(stop / start), num, endpoint, axis=axis)
    first = start if np.ndim(start) == 0 else np.expand_dims(start, axis)
    return first * np.exp(ratio)


# ── one sequence slid over another ────────────────────────────────────────────────────────────
@adapts("convolve")
def _convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    long, short = max(a.size, v.size), min(a.size, v.size)
    parts = {
        "full": slice(None),
        "same": slice((short - 1) // 2, (short - 1) // 2 + long),
        "valid": slice(short - 1, long),
    }
    if mode not in parts:
        raise ValueError(f"np.convolve has the modes 'full', 'same' and 'valid', not {mode!r}")
    whole = ops.convolve(a, v)
    return whole if mode == "full" else whole[parts[mode]]


@adapts("correlate")
def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    if np.size(a) < np.size(v):  # NumPy slides the shorter one, and turns the outcome round
        return np.flip(np.convolve(np.flip(a), v, mode))
    return np.convolve(a, np.flip(v), mode)


# ── polynomials ───────────────────────────────────────────────────────────────────────────────
@adapts("polyval")
def _polyval(p: Any, x: Any) -> Any:
    value: Any = 0.0
    for coefficient in p:  # Horner's rule
        value = value * x + coefficient
    return value


@adapts("polyadd")
def _polyadd(a1: Any, a2: Any) -> Any:
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    missing = np.size(a1) - np.size(a2)  # terms of the highest orders stand first
    return np.pad(a1, (max(-missing, 0), 0)) + np.pad(a2, (max(missing, 0), 0))


@adapts("polysub")
def _polysub(a1: Any, a2: Any) -> Any:
    return np.polyadd(a1, -1.0 * np.atleast_1d(a2))


@adapts("polymul")
def _polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(a1, a2)


@adapts("polyder")
def _polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(np.size(p) - 1, 0, -1)
    return p


@adapts("polyint")
def _polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    constants = np.zeros(m) if k is None else np.broadcast_to(k, m)
    for place in range(m):
        p = np.append(p / np.arange(np.size(p), 0, -1), constants[place : place + 1])
    return p


@adapts("vander")
def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    if np.ndim(x) != 1:
        raise ValueError(f"np.vander takes one sequence of numbers, not {array_text(x)}")
    powers = np.arange(np.size(x) if N is None else N)
    return np.reshape(x, (-1, 1)) ** (powers if increasing else powers[::-1])
