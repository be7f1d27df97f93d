"""NumPy's functions on Values: which operation stands behind each, and what has no gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.errors import did_you_mean
from autograd_lite.numpy_functions.adapters import adapters, from_declaration, qualified
from autograd_lite.op import by_numpy

__all__ = ["answers", "forget", "function", "has_gradient", "supported", "ufunc"]

answers: set[Any] = {
    np.all, np.allclose, np.any, np.argmax, np.argmin, np.argsort, np.argwhere, np.array2string,
    np.array_equal, np.array_repr, np.array_str, np.count_nonzero, np.empty_like, np.full_like,
    np.iscomplexobj, np.isclose, np.isrealobj, np.may_share_memory, np.ndim, np.nonzero,
    np.ones_like, np.result_type, np.searchsorted, np.shape, np.shares_memory, np.size,
    np.zeros_like,
    np.argpartition, np.around, np.array_equiv, np.common_type, np.diag_indices_from, np.digitize,
    np.fix, np.flatnonzero, np.histogram, np.iscomplex, np.isin, np.isneginf, np.isposinf,
    np.isreal, np.linalg.matrix_rank, np.min_scalar_type, np.nanargmax, np.nanargmin, np.round,
    np.tril_indices_from, np.triu_indices_from, np.unique,
    np.ceil, np.equal, np.floor, np.floor_divide, np.greater, np.greater_equal, np.heaviside,
    np.isfinite, np.isinf, np.isnan, np.less, np.less_equal, np.logical_and, np.logical_not,
    np.logical_or, np.logical_xor, np.not_equal, np.rint, np.signbit, np.trunc,
}  # fmt: skip
"""Functions that answer with plain numbers, shapes or text: no gradient flows through them."""

_folds = {
    (np.add, "reduce"): ops.sum, (np.multiply, "reduce"): ops.prod,
    (np.maximum, "reduce"): ops.max, (np.minimum, "reduce"): ops.min,
    (np.logaddexp, "reduce"): ops.logsumexp, (np.add, "accumulate"): ops.cumsum,
    (np.multiply, "accumulate"): ops.cumprod,
}  # fmt: skip
"""Methods of ufuncs that are operations along an axis."""


def supported() -> set[str]:
    """The names of all NumPy functions that give a gradient."""
    return {qualified(f) for f in (*by_numpy, *adapters, *_composed)}


def forget(func: Any) -> None:
    """Take a NumPy function from the operation that stands for it, which is declared anew."""
    op = by_numpy.pop(func, None)
    if op is not None:
        adapters.pop(func, None)


def has_gradient(func: Any) -> bool:
    """Whether gradients flow through a NumPy function."""
    return func in by_numpy or func in adapters or func in _composed


def ufunc(func: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What NumPy's ufuncs do on Values: record an operation, answer plainly, or refuse."""
    if any(x is not None for x in _listed(kwargs.get("out"))):
        raise TypeError(
            f"np.{func.__name__}(..., out=) would write over an array of the graph; take the result"
            " instead: y = ..."
        )
    if method != "__call__":
        return _fold(func, method, inputs, kwargs)
    if func in answers:
        return func(*_bare(inputs), **kwargs)
    op = by_numpy.get(func) or _composed.get(func)
    if op is None:
        raise _unsupported(func)
    if kwargs:
        raise TypeError(
            f"np.{func.__name__} on Values takes no {', '.join(map(repr, kwargs))}; np.where"
            " chooses elements, and Value(np.float32(...)) a dtype"
        )
    return op(*inputs)


def function(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What NumPy's other functions do on Values."""
    if func in answers:
        return func(*_bare(args), **{k: _bare(v) for k, v in kwargs.items()})
    adapter = adapters.get(func)
    if adapter is None:
        if func not in by_numpy:
            raise _unsupported(func)
        adapter = adapters[func] = from_declaration(by_numpy[func], func)
    try:
        return adapter(*args, **kwargs)
    except TypeError:
        needed = _needed(func, adapter, kwargs)
        if needed.keys() == kwargs.keys():
            _check_arguments(func, adapter, args, kwargs)
            raise
    return function(func, args, needed)


def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except ValueError:  # written in C, without a signature
        return {}


def _needed(func: Any, adapter: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments that an adapter knows, or that say something else than NumPy's default."""
    known, theirs = _parameters(adapter), _parameters(func)
    unknown = inspect.Parameter.empty if theirs else None  # of what C does not tell, None is usual

    def is_default(name: str, given: Any) -> bool:
        usual = theirs[name].default if name in theirs else unknown
        return given is usual or (isinstance(given, str) and given == usual)

    return {k: v for k, v in kwargs.items() if k in known or not is_default(k, v)}


def _check_arguments(func: Any, adapter: Any, args: Any, kwargs: Any) -> None:
    """Tell which argument of a NumPy function has no place here; only asked when a call failed."""
    try:
        inspect.signature(adapter).bind(*args, **kwargs)
    except TypeError as error:
        name = qualified(func)
        raise TypeError(f"np.{name} on Values: {error}; leave that argument out") from None


def _fold(func: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``np.add.reduce`` and its like; other methods of ufuncs are refused."""
    op = _folds.get((func, method))
    if op is None:
        raise TypeError(
            f"np.{func.__name__}.{method} has no gradient rule here; np.sum and np.mean do"
        )
    absent = (None, np._NoValue)
    given = {k: v for k, v in kwargs.items() if k == "axis" or not any(v is a for a in absent)}
    other = given.keys() - {"axis", "keepdims"}
    if other or (method == "accumulate" and "keepdims" in given):
        raise TypeError(
            f"np.{func.__name__}.{method} on Values takes an axis, and no"
            f" {', '.join(map(repr, sorted(other)))}; leave that argument out"
        )
    return op(inputs[0], **{"axis": 0, **given})


def _divmod(x: Any, y: Any) -> tuple[Any, Any]:
    return np.floor_divide(_bare(x), _bare(y)), ops.mod(x, y)


def _modf(x: Any) -> tuple[Any, Any]:
    whole = np.trunc(_bare(x))
    return ops.sub(x, whole), whole


_composed: dict[Any, Callable[..., Any]] = {
    np.divmod: _divmod, np.modf: _modf,
    np.positive: lambda x: x, np.conjugate: lambda x: x,
}  # fmt: skip
"""Ufuncs that are no single operation."""
for _name, _product in {
    "vecdot": lambda x, y: np.sum(x * y, axis=-1),
    "matvec": lambda x, y: ops.matmul(x, y[..., None])[..., 0],
    "vecmat": lambda x, y: ops.matmul(x[..., None, :], y)[..., 0, :],
}.items():
    if hasattr(np, _name):  # not in every version of NumPy
        _composed[getattr(np, _name)] = _product


def _listed(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


def _unsupported(func: Any) -> TypeError:
    name = qualified(func)
    near = did_you_mean(name, supported(), likeness=0.85)  # it is no slip of the pen
    near = near or " tutorials/numpy-coverage.md lists what is supported."
    return TypeError(
        f"np.{name} has no gradient rule here.{near} For plain numbers use .data, as in"
        f" np.{name}(v.data)."
    )


def _bare(x: Any) -> Any:
    """Values inside arguments replaced by their data."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(_bare, x))
    return x._data if hasattr(type(x), "__apply_op__") and hasattr(x, "_data") else x
