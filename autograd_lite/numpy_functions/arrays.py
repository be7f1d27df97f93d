"""NumPy's functions that shape, join, cut, repeat and choose, written with operations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.numpy_functions.adapters import adapts, frozen, piece

__all__: list[str] = []  # what is here is found through the register


# ── shapes and axes ───────────────────────────────────────────────────────────────────────────
@adapts("reshape")
def _reshape(a: Any, /, shape: Any) -> Any:
    return ops.reshape(a, shape=_lengths(shape))


@adapts("ravel")
def _ravel(a: Any) -> Any:
    return ops.reshape(a, shape=(-1,))


@adapts("transpose")
def _transpose(a: Any, axes: Any = None) -> Any:
    return ops.transpose(a, axes=None if axes is None else _lengths(axes))


@adapts("swapaxes")
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(a.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return ops.transpose(a, axes=tuple(order))


@adapts("expand_dims")
def _expand_dims(a: Any, axis: Any) -> Any:
    axes = _lengths(axis)
    ndim = a.ndim + len(axes)
    new = {i % ndim for i in axes}
    lengths = iter(a.shape)
    return ops.reshape(a, shape=tuple(1 if i in new else next(lengths) for i in range(ndim)))


@adapts("squeeze")
def _squeeze(a: Any, axis: Any = None) -> Any:
    return ops.reshape(a, shape=np.squeeze(np.empty(a.shape), axis).shape)


@adapts("broadcast_to")
def _broadcast_to(array: Any, shape: Any) -> Any:
    return ops.broadcast_to(array, shape=_lengths(shape))


def _lengths(shape: Any) -> tuple[int, ...]:
    return tuple(map(int, shape)) if np.ndim(shape) else (int(shape),)


@adapts("moveaxis")
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    lengths = tuple(range(np.ndim(a)))  # axes of length 0, 1, 2 …: their numbers, carried along
    moved = np.moveaxis(np.empty(lengths), source, destination)
    return ops.transpose(a, axes=moved.shape)


@adapts("rollaxis")
def _rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    axis, start = axis % np.ndim(a), start + np.ndim(a) if start < 0 else start
    return np.moveaxis(a, axis, start - (axis < start))


@adapts("matrix_transpose", "linalg.matrix_transpose")
def _matrix_transpose(x: Any, /) -> Any:
    return np.swapaxes(x, -1, -2)


@adapts("atleast_1d")
def _atleast_1d(*arys: Any) -> Any:
    return _each(arys, lambda a: np.reshape(a, (1,)) if np.ndim(a) == 0 else a)


@adapts("atleast_2d")
def _atleast_2d(*arys: Any) -> Any:
    return _each(arys, lambda a: np.reshape(a, (1, -1)) if np.ndim(a) < 2 else a)


@adapts("atleast_3d")
def _atleast_3d(*arys: Any) -> Any:
    return _each(arys, lambda a: np.reshape(a, np.atleast_3d(np.empty(np.shape(a))).shape))


def _each(arrays: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    changed = tuple(map(change, arrays))
    return changed[0] if len(changed) == 1 else changed


@adapts("broadcast_arrays")
def _broadcast_arrays(*args: Any) -> Any:
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(ops.broadcast_to(a, shape=shape) for a in args)


@adapts("meshgrid")
def _meshgrid(*xi: Any, indexing: str = "xy") -> tuple[Any, ...]:
    sizes = [int(np.size(x)) for x in xi]
    grids = []
    for place, x in enumerate(xi):
        column = np.reshape(x, (1,) * place + (-1,) + (1,) * (len(xi) - 1 - place))
        whole = np.broadcast_to(column, sizes)
        grids.append(np.swapaxes(whole, 0, 1) if indexing == "xy" and len(xi) > 1 else whole)
    return tuple(grids)


@adapts("flipud")
def _flipud(m: Any) -> Any:
    return ops.flip(m, axis=0)


@adapts("fliplr")
def _fliplr(m: Any) -> Any:
    return ops.flip(m, axis=1)


@adapts("rot90")
def _rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    first, second = axes
    if k % 4 == 2:
        return ops.flip(m, axis=(first, second))
    if k % 4 == 1:
        return np.swapaxes(ops.flip(m, axis=second), first, second)
    return ops.flip(np.swapaxes(m, first, second), axis=second) if k % 4 else m


# ── lining up and cutting ─────────────────────────────────────────────────────────────────────
@adapts("concatenate")
def _concatenate(arrays: Any, axis: int | None = 0) -> Any:
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    return ops.concatenate(*arrays, axis=axis)


@adapts("stack")
def _stack(arrays: Any, axis: int = 0) -> Any:
    return ops.stack(*arrays, axis=axis)


@adapts("hstack")
def _hstack(tup: Any) -> Any:
    arrays = [np.atleast_1d(a) for a in tup]
    return ops.concatenate(*arrays, axis=0 if arrays[0].ndim == 1 else 1)


@adapts("vstack", "row_stack")
def _vstack(tup: Any) -> Any:
    return ops.concatenate(*(np.atleast_2d(a) for a in tup), axis=0)


@adapts("dstack")
def _dstack(tup: Any) -> Any:
    return ops.concatenate(*(np.atleast_3d(a) for a in tup), axis=2)


@adapts("column_stack")
def _column_stack(tup: Any) -> Any:
    return ops.concatenate(*(a if np.ndim(a) > 1 else np.reshape(a, (-1, 1)) for a in tup), axis=1)


@adapts("append")
def _append(arr: Any, values: Any, axis: int | None = None) -> Any:
    return np.concatenate((arr, values), axis=axis)


@adapts("insert")
def _insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    length, ndim = np.shape(arr)[axis], np.ndim(arr)
    values = np.reshape(values, (1,) * (ndim - np.ndim(values)) + np.shape(values))
    if np.ndim(obj) or isinstance(obj, slice):
        count = np.insert(np.arange(length), obj, 0).size - length
    else:  # of one place NumPy takes the first axis of the values to lie along the others
        values = np.moveaxis(values, 0, axis)
        count = np.shape(values)[axis]
    wanted = [count if i == axis % ndim else n for i, n in enumerate(np.shape(arr))]
    both = ops.concatenate(arr, np.broadcast_to(values, wanted), axis=axis)
    order = np.insert(np.arange(length), obj, np.arange(length, length + count))
    return ops.take(both, indices=order, axis=axis)


@adapts("block")
def _block(arrays: Any) -> Any:
    depth, ndim = _nesting(arrays)

    def joined(part: Any, level: int) -> Any:
        if isinstance(part, list):
            return ops.concatenate(*(joined(p, level + 1) for p in part), axis=level - depth)
        return np.reshape(part, (1,) * (max(depth, ndim) - np.ndim(part)) + np.shape(part))

    return joined(arrays, 0)


def _nesting(part: Any) -> tuple[int, int]:
    """How deep lists lie in each other, and the most axes that an array in them has."""
    if not isinstance(part, list):
        return 0, np.ndim(part)
    depths, ndims = zip(*map(_nesting, part), strict=True)
    if len(set(depths)) > 1:
        raise ValueError("the lists that np.block is given are not all equally deep")
    return depths[0] + 1, max(ndims)


@adapts("array_split")
def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    places = np.array_split(np.arange(np.shape(ary)[axis]), indices_or_sections)
    ends = np.cumsum([0, *map(len, places)])
    return [
        piece(ary, axis, slice(int(p[0]), int(p[-1]) + 1) if len(p) else slice(int(end), int(end)))
        for p, end in zip(places, ends, strict=False)
    ]


@adapts("split")
def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    length = np.shape(ary)[axis]
    if np.ndim(indices_or_sections) == 0 and length % indices_or_sections:
        raise ValueError(
            f"np.split cannot cut {length} places along axis {axis} into {indices_or_sections}"
            " equal parts; np.array_split makes unequal ones"
        )
    return _array_split(ary, indices_or_sections, axis)


@adapts("hsplit")
def _hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return _split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


@adapts("vsplit")
def _vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return _split(ary, indices_or_sections, 0)


@adapts("dsplit")
def _dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return _split(ary, indices_or_sections, 2)


@adapts("unstack")
def _unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    return tuple(piece(x, axis, i) for i in range(np.shape(x)[axis]))


# ── repeating and framing ─────────────────────────────────────────────────────────────────────
@adapts("tile")
def _tile(A: Any, reps: Any) -> Any:
    return ops.tile(A, reps=tuple(reps) if np.ndim(reps) else int(reps))


@adapts("repeat")
def _repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    return ops.repeat(a, repeats=frozen(np.asarray(repeats)), axis=axis)


@adapts("resize")
def _resize(a: Any, new_shape: Any) -> Any:
    shape, size = _lengths(new_shape), int(np.size(a))
    if not size:
        raise ValueError("np.resize repeats what it is given, and was given an empty array")
    return _rearranged(a, lambda places: np.resize(places, shape))


@adapts("lib.stride_tricks.sliding_window_view")
def _sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    view = np.lib.stride_tricks.sliding_window_view
    return _rearranged(x, lambda places: view(places, window_shape, axis))


def _rearranged(a: Any, rearrange: Callable[[Any], Any]) -> Any:
    """The elements of an array where a function of NumPy puts their numbers."""
    places = np.arange(np.size(a)).reshape(np.shape(a))
    return ops.take(np.ravel(a), indices=np.array(rearrange(places)), axis=0)


@adapts("pad")
def _pad(array: Any, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Any:
    if mode != "constant":
        raise TypeError(
            f"np.pad on Values frames with a constant, not in mode {mode!r}; np.concatenate of"
            " pieces makes any other frame"
        )
    if np.ndim(constant_values):
        raise TypeError("np.pad on Values takes one number as constant_values for all sides")
    width = np.broadcast_to(pad_width, (np.ndim(array), 2)).tolist()
    return ops.pad(array, width=tuple(map(tuple, width)), constant=constant_values)


@adapts("diag")
def _diag(v: Any, k: int = 0) -> Any:
    return ops.diag(v, k=k) if np.ndim(v) != 2 else ops.diagonal(v, offset=k)


@adapts("diagflat")
def _diagflat(v: Any, k: int = 0) -> Any:
    return ops.diag(np.ravel(v), k=k)


# ── choosing ──────────────────────────────────────────────────────────────────────────────────
@adapts("where")
def _where(condition: Any, *branches: Any) -> Any:
    if len(branches) != 2:
        raise TypeError(
            "np.where on Values takes where(condition, x, y); np.nonzero(v) finds places"
        )
    return ops.where(condition, *branches)


@adapts("clip")
def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None,
          max: Any = None) -> Any:  # fmt: skip
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    return ops.clip(a, -math.inf if low is None else low, math.inf if high is None else high)


@adapts("nan_to_num")
def _nan_to_num(x: Any, *, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    data = np.where(np.isfinite(x), 0.0, 1.0)
    if not data.any():
        return x
    limit = np.finfo(x.dtype).max
    above, below = limit if posinf is None else posinf, -limit if neginf is None else neginf
    other = np.where(np.isnan(x), nan, np.where(np.greater(x, 0), above, below))
    return ops.where(data == 0, x, other)


@adapts("take")
def _take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    return ops.take(a, indices=frozen(np.asarray(indices)), axis=axis, mode=mode)


@adapts("take_along_axis")
def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return ops.take_along_axis(arr, indices=np.array(indices), axis=axis)


@adapts("compress")
def _compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    return ops.take(a, indices=np.flatnonzero(condition), axis=axis)


@adapts("extract")
def _extract(condition: Any, arr: Any) -> Any:
    return ops.take(arr, indices=np.flatnonzero(condition))


@adapts("select")
def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    chosen = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        chosen = ops.where(condition, choice, chosen)
    return chosen


@adapts("sort")
def _sort(a: Any, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> Any:
    # Equal numbers are equal in every order: kind and stable change nothing here.
    return ops.sort(np.ravel(a), axis=0) if axis is None else ops.sort(a, axis=axis)


@adapts("partition")
def _partition(a: Any, kth: Any, axis: int | None = -1) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argpartition(a, kth, axis=axis), axis=axis)


@adapts("choose")
def _choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    places: Any = list(range(len(choices)))
    number = np.choose(a, places, mode=mode)  # type: ignore[call-overload]  # any of the modes
    shape = np.broadcast_shapes(np.shape(number), *map(np.shape, choices))
    rows = ops.stack(*(np.broadcast_to(c, shape) for c in choices), axis=0)
    return np.take_along_axis(rows, np.broadcast_to(number, shape)[None], axis=0)[0]


@adapts("apply_along_axis")
def _apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    rows = np.moveaxis(arr, axis, -1)
    outer = np.shape(rows)[:-1]
    results = [func1d(rows[place], *args, **kwargs) for place in np.ndindex(outer)]
    made = np.shape(results[0])
    together = np.reshape(np.stack(results), outer + made)
    return np.moveaxis(together, range(len(outer), len(outer) + len(made)),
                       range(axis % np.ndim(arr), axis % np.ndim(arr) + len(made)))  # fmt: skip


@adapts("delete")
def _delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    length = math.prod(np.shape(arr)) if axis is None else np.shape(arr)[axis]
    return ops.take(arr, indices=np.delete(np.arange(length), obj), axis=axis)


# ── small change ──────────────────────────────────────────────────────────────────────────────
@adapts("copy")
def _copy(a: Any) -> Any:
    return ops.alias(a)


@adapts("real", "real_if_close")
def _real(val: Any) -> Any:
    return val


@adapts("astype")
def _astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    return ops.astype(x, dtype=np.dtype(dtype).name)
