"""How numbers are kept: scalars as plain floats, gradients in the shape of what they belong to."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.context import caller, thread
from autograd_lite.errors import NumericWarning

__all__ = [
    "array_text", "fingerprint", "fit", "flat", "given_text", "given_type", "guarded",
    "is_key_of_scalar", "plain", "plain_key",
    "real_numbers", "settle", "shape_text", "shapes_error", "short_text", "summed_axes",
    "tell", "tell_domain", "unbroadcast",
]  # fmt: skip


def settle(data: Any, args: tuple[Any, ...] = ()) -> Any:
    """A result as the engine keeps it: a Python float (NumPy's where it is float32) or an ndarray.

    NumPy 1 makes float64 of a float32 scalar and a Python number; where all ``args`` that the
    result was computed from were float32 scalars, so is the result.

    Raises
    ------
    TypeError
        The result is complex, text or an object.
    """
    if type(data) is float:
        return data
    if type(data) is np.float64 and not args:
        return float(data)
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
    if data.dtype != np.float64:
        return data[()]
    return np.float32(data) if args and all(type(x) is np.float32 for x in args) else float(data)


def plain(op: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """The forward rule with NumPy's arithmetic: 1/0 is inf and (−8)**(1/3) is NaN, as in arrays."""
    try:
        out = op.forward(*args, **params)
    except (ZeroDivisionError, OverflowError):
        out = None
    if out is None or type(out) is complex:
        out = op.forward(*[np.float64(x) if type(x) is float else x for x in args], **params)
    return settle(out, op.partials and args)


def guarded(compute: Callable[[], Any]) -> tuple[Any, list[str]]:
    """A result, and what NumPy noticed: "divide by zero", "invalid value", "overflow"."""
    noticed: list[str] = []
    with np.errstate(
        divide="call", invalid="call", over="call", call=lambda kind, flag: noticed.append(kind)
    ):
        return compute(), noticed


def tell(message: str) -> None:
    """Warn at the line of the caller's own code, the first outside this package."""
    if thread.quiet:
        return
    frame = caller()
    warnings.warn_explicit(
        message,
        NumericWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        frame.f_globals.get("__name__") or "<unknown>",  # without a module, nothing would be said
        frame.f_globals.setdefault("__warningregistry__", {}),
    )


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
    """A shape, behind "has" or "of": ``shape (2, 3)``, or ``shape (), a scalar``."""
    shape = np.shape(data)
    return f"shape {shape}" if shape else "shape (), a scalar"


def array_text(data: Any) -> str:
    """What has a shape, with its article: ``an array of shape (2, 3)`` or ``a scalar``."""
    shape = np.shape(data)
    return f"an array of shape {shape}" if shape else "a scalar"


def given_text(x: Any) -> str:
    """What somebody gave, in words: ``the text 'a'``, ``None``, ``a dict``, ``a list of text``."""
    if x is None:
        return "None"
    if isinstance(x, str):
        return f"the text {x!r}"
    if np.iscomplexobj(x):
        return "complex numbers" if np.ndim(x) else "a complex number"
    if not isinstance(x, (list, tuple, np.ndarray)):
        return given_type(x)
    try:
        array = np.asarray(x)
    except (TypeError, ValueError):
        return given_type(x)
    if array.dtype.kind == "U":
        return f"{given_type(x)} of text"
    odd = [part for part in array.flat if not isinstance(part, (int, float, np.number))]
    return f"{given_type(x)} with {given_text(odd[0])} in it" if odd else array_text(array)


def given_type(x: Any) -> str:
    """The name of its type with an article: ``a dict``, ``an int``."""
    name = type(x).__name__
    return f"{'an' if name[0] in 'aeioAEIO' else 'a'} {name}"


def short_text(data: Any) -> str:
    """The data as a repr shows it: long arrays are cut."""
    if np.ndim(data):
        return np.array2string(np.asarray(data), separator=", ", threshold=20, precision=6)
    return repr(float(data))


def real_numbers(data: Any, copy: bool = True) -> Any:
    """Numbers as the engine keeps them, or an error that says what came instead."""
    if type(data) is float:
        return data
    if isinstance(data, (list, tuple)) and any(hasattr(type(x), "__apply_op__") for x in data):
        raise TypeError(
            "a list with Values in it is no array of numbers; np.stack([a, b]) joins Values of one"
            " shape into a Value, np.concatenate puts arrays in a row"
        )
    try:
        array = np.array(data) if copy else np.asarray(data)
    except ValueError:
        raise TypeError(
            "a Value holds a number or an array of numbers, and rows of unequal length are neither;"
            " give every row the same length"
        ) from None
    if array.dtype.kind not in "fbiu":
        raise TypeError(_not_numbers(data))
    return settle(array)


def _not_numbers(data: Any) -> str:
    """What came in place of real numbers, in words, and what may be meant."""
    if data is None:
        return "a Value holds real numbers, not None; does a function end without return?"
    kind = np.asarray(data).dtype.kind
    if kind == "c":
        return "a Value holds real numbers, not complex ones; take .real, or abs()"
    remedy = "give it a number, or a list or an array of numbers"
    if kind == "U":
        remedy = "make numbers of it first, as float('2.5') does"
    return f"a Value holds real numbers, not {given_text(data)}; {remedy}"


def fingerprint(data: np.ndarray) -> int:
    """A number that tells whether an array was written into."""
    return zlib.crc32(np.ascontiguousarray(data).view(np.uint8).reshape(-1).data)


def tell_domain(op: Any, inputs: tuple[Any, ...], out: Any, noticed: str) -> None:
    """Warn that an operation left its domain: which one, of what, and where it is defined."""
    given = ", ".join(f"{x.describe()} = {x.brief()}" for x in inputs)
    result = "NaN" if np.isnan(out).any() else "infinite"
    tell(f"{op.name} of {given} is {result} ({noticed}): {op.name} needs {op.domain}")


def shapes_error(op: Any, inputs: tuple[Any, ...], error: ValueError) -> ValueError:
    """What does not fit, with the names and shapes of the operands in front."""
    given = " and ".join(f"{x.describe()} ({_shape_alone(x._data)})" for x in inputs)
    sign = f" ({op.symbol})" if op.symbol != op.name else ""
    shapes = [np.shape(x._data) for x in inputs]
    why = str(error).strip()
    if op.name == "matmul":
        scalars = "a matrix product takes arrays; to multiply by a scalar write *"
        why = (_unequal(*shapes) or why) if all(shapes) else scalars
    elif op.name == "concatenate" and not all(shapes):
        why = "a scalar has no axis to be joined along; np.stack([a, b]) makes an array of scalars"
    elif op.elementwise and "broadcast" in why:
        why = (
            "compared from the last axis, two lengths have to be equal, or one of them 1; reshape"
            " one of the two"
        )
    return ValueError(f"{op.name}{sign} cannot be applied to {given}: {why}")


def _shape_alone(data: Any) -> str:
    return shape_text(data) if np.ndim(data) else "scalar"


def _unequal(left: tuple[int, ...], right: tuple[int, ...]) -> str:
    """Which two lengths of a matrix product differ, and whether a transposed one would fit."""
    rows = right[-2] if len(right) > 1 else right[0]
    if left[-1] == rows:
        return ""
    which = "the next to last of the right" if len(right) > 1 else "the length of the right"
    text = f"the last length of the left one, {left[-1]}, has to equal {which} one, {rows}"
    fits = len(left) > 1 and left[-2] == rows, len(right) > 1 and right[-1] == left[-1]
    if any(fits):
        text += f"; {'the left' if fits[0] else 'the right'} one transposed, with .T, would fit"
    return text


def flat(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    if len(numbers) == 1 and isinstance(numbers[0], (tuple, list)):
        return tuple(numbers[0])
    return numbers


def is_key_of_scalar(key: Any) -> bool:
    """Whether an index needs no axis: new axes, an ellipsis, or one truth for the whole."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(p is None or p is ... or _is_truth(p) for p in parts)


def _is_truth(x: Any) -> bool:
    return isinstance(x, (bool, np.bool_, np.ndarray)) and np.ndim(x) == 0 and x in (True, False)


def plain_key(key: Any) -> Any:
    """An index that nobody else can write into later."""
    if isinstance(key, tuple):
        return tuple(map(plain_key, key))
    if isinstance(key, list):
        return np.array(key) if np.size(key) else np.array(key, np.intp)
    if hasattr(type(key), "__apply_op__"):
        raise TypeError(
            "a Value cannot be an index: indices are whole numbers and have no gradient; use"
            " int(v.data)"
        )
    return key.copy() if isinstance(key, np.ndarray) else key
