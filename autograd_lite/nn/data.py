"""What is given as x and y, made into arrays of examples, or refused with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite.nn.lookup import whole
from autograd_lite.nn.names import counted
from autograd_lite.value import Value

__all__ = [
    "Examples", "batches", "class_weights", "examples", "features", "settled_size", "weights",
]  # fmt: skip

_OTHER = {"U": "text", "S": "bytes", "c": "complex numbers", "M": "dates"}


def examples(given: Any, name: str, dtype: str) -> np.ndarray:
    """The data as an array with one row or number for every example.

    What is such an array already is not copied: it may be large, or stand in a file
    (``np.memmap``). So nobody may write into it.

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
        array = np.asarray(given.data if isinstance(given, Value) else given)
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
    return np.atleast_1d(array).astype(dtype, copy=False)


def _first_stranger(array: np.ndarray) -> str:
    """What is no number in an array of objects."""
    for x in array.flat:
        if not isinstance(x, Real):
            return "None" if x is None else f"{type(x).__name__} objects"
    return "objects"


def features(
    given: Any, name: str, dtype: str, shape: tuple[Any, ...] | None, layer: str
) -> np.ndarray:
    """Data for a model's first layer, which takes batches of ``shape`` such as ``(None, 3)``.

    Examples stand along the first axis; plain numbers are examples of one feature.
    """
    x = examples(given, name, dtype)
    rows = x[:, None] if x.ndim == 1 else x
    if shape is None or _fits(rows.shape, shape):
        return rows
    if len(shape) == rows.ndim == 2:
        width = shape[1]
        one = f". One example of {width} features is written [[…]]" if x.ndim == 1 else ""
        raise ValueError(
            f"{name} has shape {x.shape}, {counted(rows.shape[-1], 'feature')} per example, but"
            f" layer {layer!r} takes {width}: the shape needed is (examples, {width}){one}"
        )
    one = f". One example is written {name}[None]" if _fits((1, *x.shape), shape) else ""
    raise ValueError(
        f"{name} has shape {x.shape}, but layer {layer!r} takes examples of shape"
        f" {tuple(shape[1:])}: the shape needed is"
        f" (examples, {', '.join('any' if n is None else str(n) for n in shape[1:])}){one}"
    )


def _fits(have: tuple[int, ...], wanted: tuple[Any, ...]) -> bool:
    """Whether a batch has the shape wanted, where None stands for any length."""
    return len(have) == len(wanted) and all(
        want is None or length == want for length, want in zip(have, wanted, strict=True)
    )


@dataclass(frozen=True)
class Examples:
    """Some examples with all that a training needs of them: the whole data, or a batch.

    Attributes
    ----------
    x : ndarray
        Shape (n, features).
    y : ndarray
        The targets as the metrics read them.
    target : ndarray
        The targets as the loss compares them; ``y`` itself for most losses.
    weight : ndarray or None
        Shape (n,).
    """

    x: np.ndarray
    y: np.ndarray
    target: np.ndarray
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        apart = [] if self.target is self.y else [self.y]
        return sum(array.nbytes for array in (*self.arrays, *apart))

    def copy(self) -> Examples:
        """The same examples, which nobody else can write into."""
        return self[np.arange(len(self))]

    @cached_property
    def arrays(self) -> list[np.ndarray]:
        """What the loss is computed from: x, target and, if there are any, weights."""
        arrays = [self.x, self.target]
        return arrays if self.weight is None else [*arrays, self.weight]

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of :attr:`arrays`."""
        return tuple([array.shape for array in self.arrays])

    def __getitem__(self, rows: Any) -> Examples:
        y = self.y[rows]
        target = y if self.target is self.y else self.target[rows]
        weight = None if self.weight is None else self.weight[rows]
        return Examples(self.x[rows], y, target, weight)

    def split(self, share: float) -> tuple[Examples, Examples | None]:
        """The first for training, and the last ``share`` of them for validation.

        Raises
        ------
        ValueError
            The share is none, or leaves nothing on one side.
        """
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= share < 1:
            raise ValueError(
                "validation_split is a share from 0 up to, not including, 1; not"
                f" {share if isinstance(share, Real) else repr(share)}"
            )
        if not share:
            return self, None
        kept = int(len(self) * (1 - float(share)))
        if not 0 < kept < len(self):
            raise ValueError(
                f"validation_split={share} of {len(self)} examples leaves {kept} to train on and"
                f" {len(self) - kept} to validate; both need at least one"
            )
        return self[:kept], self[kept:]


def check_lengths(x: np.ndarray, y: np.ndarray, prefix: str = "") -> None:
    """Refuse x and y with different numbers of examples."""
    if len(x) != len(y):
        raise ValueError(
            f"{prefix}x has {len(x)} examples (shape {x.shape}) and {prefix}y has {len(y)} (shape"
            f" {y.shape}); every example needs one target"
        )


def weights(given: Any, name: str, dtype: str, count: int) -> np.ndarray:
    """Weights of ``count`` examples as an array of shape (count,).

    Raises
    ------
    TypeError, ValueError
        They are no numbers, or not one for every example.
    """
    array = examples(given, name, dtype)
    flat = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if flat.shape != (count,):
        raise ValueError(
            f"{name} has shape {array.shape}, and there are {count} examples: give one weight for"
            f" every example, shape ({count},)"
        )
    return flat


def class_weights(y: np.ndarray, given: Any, dtype: str) -> np.ndarray:
    """The weight of every example by its class; a class that is not named weighs 1.

    ``y`` holds numbers of classes, or rows of zeros and a one.

    Raises
    ------
    TypeError
        ``given`` does not map numbers of classes to weights.
    """
    if not isinstance(given, Mapping) or not all(
        hasattr(key, "__index__") and isinstance(weight, Real) for key, weight in given.items()
    ):
        raise TypeError(
            f"class_weight maps numbers of classes to weights, as {{0: 1.0, 1: 5.0}}, not {given!r}"
        )
    if y.ndim > 1:
        y = y.argmax(axis=-1) if y.shape[-1] != 1 else y[..., 0]
    labels = np.rint(y).astype(int)
    found = np.ones(labels.shape, dtype)
    for label, weight in given.items():
        found[labels == label] = weight
    return found


def settled_size(batch_size: Any) -> int:
    """How many examples a batch has; None is 32."""
    return 32 if batch_size is None else whole("batch_size", batch_size, 1)


def batches(total: int, size: int) -> Iterator[slice]:
    """Where one batch after the other stands; the last may be smaller."""
    for start in range(0, total, size):
        yield slice(start, start + size)
