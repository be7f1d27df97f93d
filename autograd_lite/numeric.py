"""How numbers are kept: scalars as plain floats, gradients in the shape of what they belong to."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.errors import NumericWarning

__all__ = ["fit", "guarded", "plain", "settle", "shape_text", "summed_axes", "tell", "unbroadcast"]


def settle(data: Any) -> Any:
    """A result as the engine keeps it: a Python float (NumPy's where it is float32) or an ndarray.

    Raises
    ------
    TypeError
        The result is complex, text or an object.
    """
    if type(data) is float:
        return data
    kind = data.dtype.kind if isinstance(data, (np.ndarray, np.generic)) else None
    if kind is None:
        data = np.asarray(data)
        kind = data.dtype.kind
    if kind in "biu":
        data = data.astype(np.float64)
    elif kind != "f":
        raise TypeError(f"a result of dtype {data.dtype} has no gradient here; real numbers only")
    if data.ndim:
        return data
    return float(data) if data.dtype == np.float64 else data[()]


def plain(op: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """The forward rule with NumPy's arithmetic: 1/0 is inf and (−8)**(1/3) is NaN, as in arrays."""
    try:
        out = op.forward(*args, **params)
    except (ZeroDivisionError, OverflowError):
        out = None
    if out is None or type(out) is complex:
        out = op.forward(*[np.float64(x) if type(x) is float else x for x in args], **params)
    return settle(out)


def guarded(compute: Callable[[], Any]) -> tuple[Any, list[str]]:
    """A result, and what NumPy noticed on the way: "divide by zero", "invalid value", "overflow"."""
    noticed: list[str] = []
    with np.errstate(
        divide="call", invalid="call", over="call", call=lambda kind, flag: noticed.append(kind)
    ):
        return compute(), noticed


def tell(message: str) -> None:
    """Warn at the line of the caller's own code, the first outside this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("autograd_lite"):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, NumericWarning, stacklevel=level)


def fit(gradient: Any, like: Any) -> Any:
    """A contribution in the shape and dtype of the data it belongs to."""
    if type(like) is float:
        if type(gradient) is float:
            return gradient
        return float(gradient) if np.ndim(gradient) == 0 else float(np.sum(gradient))
    shape, dtype = like.shape, like.dtype
    if type(gradient) is not np.ndarray or gradient.shape != shape:
        gradient = unbroadcast(gradient, shape)
    if not shape:
        return dtype.type(gradient)
    return gradient if gradient.dtype == dtype else gradient.astype(dtype)


def unbroadcast(gradient: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the axes along which an input was repeated; spread what is too small.

    Works on arrays and on whatever stands in for them, for it is written in NumPy's functions.
    """
    have = np.shape(gradient)
    if have == shape:
        return gradient
    lead = len(have) - len(shape)
    if lead < 0:
        return np.broadcast_to(gradient, shape)
    axes = summed_axes(have, shape)
    if axes:
        gradient = np.sum(gradient, axis=axes)
        have = np.shape(gradient)
    kept = tuple(n for i, n in enumerate(shape) if n != 1 or i + lead not in axes)
    if have != kept:
        gradient = np.broadcast_to(gradient, kept)
    return gradient if kept == shape else np.reshape(gradient, shape)


def summed_axes(have: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of a gradient of shape ``have`` that an input of ``shape`` was repeated along."""
    lead = len(have) - len(shape)
    return (
        *range(max(lead, 0)),
        *(i + lead for i, n in enumerate(shape) if i + lead >= 0 and n == 1 != have[i + lead]),
    )


def shape_text(data: Any) -> str:
    """A shape in words: ``scalar`` or ``shape (2, 3)``."""
    shape = np.shape(data)
    return f"shape {shape}" if shape else "scalar"
