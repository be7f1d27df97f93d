"""What is given as x and y, made into arrays of examples, or refused with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite.nn.lookup import whole
from autograd_lite.nn.names import counted
from autograd_lite.value import Value

__all__ = ["batches", "check_lengths", "examples", "features", "settled_size", "split"]

_OTHER = {"U": "text", "S": "bytes", "c": "complex numbers", "M": "dates"}


def examples(given: Any, name: str, dtype: str) -> np.ndarray:
    """A copy of the data as an array with one row or number for every example.

    Raises
    ------
    TypeError
        It is None, or holds something else than real numbers.
    ValueError
        It is empty, or its rows differ in length.
    """
    if given is None:
        raise TypeError(f"{name} is missing (None): give an array or a list, one entry per example")
    try:
        array = np.array(given.data if isinstance(given, Value) else given)
    except ValueError:
        raise ValueError(f"the rows of {name} differ in length; give every row the same") from None
    if array.dtype.kind not in "fbiu":
        what = _OTHER.get(array.dtype.kind) or _first_stranger(array)
        raise TypeError(
            f"{name} must hold real numbers, and holds {what} (dtype {array.dtype}); convert it"
            f" first, as in np.array({name}, dtype=float)"
        )
    if not array.size:
        raise ValueError(f"{name} is empty (shape {array.shape}); at least one example is needed")
    return np.atleast_1d(array).astype(dtype)


def _first_stranger(array: np.ndarray) -> str:
    """What is no number in an array of objects."""
    for x in array.flat:
        if not isinstance(x, Real):
            return "None" if x is None else f"{type(x).__name__} objects"
    return "objects"


def features(given: Any, name: str, dtype: str, width: int | None, layer: str) -> np.ndarray:
    """Data for a model's first layer: examples in rows; plain numbers are rows of one feature."""
    x = examples(given, name, dtype)
    rows = x[:, None] if x.ndim == 1 else x
    if width is not None and rows.shape[-1] != width:
        one = f". One example of {width} features is written [[…]]" if x.ndim == 1 else ""
        raise ValueError(
            f"{name} has shape {x.shape}, {counted(rows.shape[-1], 'feature')} per example, but"
            f" layer {layer!r} takes {width}: the shape needed is (examples, {width}){one}"
        )
    return rows


def check_lengths(x: np.ndarray, y: np.ndarray, prefix: str = "") -> None:
    """Refuse x and y with different numbers of examples."""
    if len(x) != len(y):
        raise ValueError(
            f"{prefix}x has {len(x)} examples (shape {x.shape}) and {prefix}y has {len(y)} (shape"
            f" {y.shape}); every example needs one target"
        )


def split(x: np.ndarray, y: np.ndarray, share: float) -> tuple[Any, Any]:
    """The first rows for training and the last ``share`` of them for validation, as two pairs."""
    if not 0 <= share < 1:
        raise ValueError(f"validation_split is a share from 0 up to, not including, 1; not {share}")
    if not share:
        return (x, y), None
    kept = int(len(x) * (1 - share))
    if not 0 < kept < len(x):
        raise ValueError(
            f"validation_split={share} of {len(x)} examples leaves {kept} to train on and"
            f" {len(x) - kept} to validate; both need at least one"
        )
    return (x[:kept], y[:kept]), (x[kept:], y[kept:])


def settled_size(batch_size: Any) -> int:
    """How many examples a batch has; None is 32."""
    return 32 if batch_size is None else whole("batch_size", batch_size, 1)


def batches(total: int, size: int) -> Iterator[slice]:
    """Where one batch after the other stands; the last may be smaller."""
    for start in range(0, total, size):
        yield slice(start, start + size)
