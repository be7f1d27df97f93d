"""What a Value offers beyond its operators: the methods of NumPy's arrays, all of them thin."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.numeric import array_text, flat, given_text, real_numbers

__all__ = ["Methods"]


class _Elsewhere:
    """A name that other libraries have taught; whoever asks for it hears what it is here."""

    def __init__(self, hint: str) -> None:
        self.hint = hint

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, owner: type) -> Any:
        raise AttributeError(f"a Value has no {self.name!r}. {self.hint}.")


class Methods:
    """Methods of an array, each an operation of the library or a plain answer."""

    __slots__ = ()

    _data: Any
    _answer: Callable[[str], Any]
    describe: Callable[[], str]

    # A __getattr__ could say such things of every unknown name. But where there is one, Python reads
    # all attributes by a longer way, and the engine does little else than that.
    assign = _Elsewhere("New numbers are set by v.data = …")
    astype = _Elsewhere("Value(v.data.astype(np.float32)) makes a new one")
    dot = _Elsewhere("Write a @ b, or np.dot(a, b)")
    gradient = _Elsewhere("The gradient is .grad")
    requires_grad = _Elsewhere("Every Value has a gradient; detach() gives one without")
    tolist = _Elsewhere("The numbers are .data, and .data.tolist() of an array")
    zero_grad = _Elsewhere("To start anew, set .grad = None")

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if hasattr(type(self), name)]

    # ── element by element ────────────────────────────────────────────────────────────────────
    def abs(self) -> Any:
        """|x|; its derivative at 0 is 0."""
        return ops.abs(self)

    def exp(self) -> Any:
        """eˣ, element by element."""
        return ops.exp(self)

    def log(self) -> Any:
        """Natural logarithm; −inf at 0 and NaN below, with a warning."""
        return ops.log(self)

    def sqrt(self) -> Any:
        """Square root; NaN below 0, with a warning."""
        return ops.sqrt(self)

    def tanh(self) -> Any:
        """Hyperbolic tangent."""
        return ops.tanh(self)

    def sigmoid(self) -> Any:
        """1 / (1 + e⁻ˣ), without overflow."""
        return ops.sigmoid(self)

    def relu(self) -> Any:
        """max(x, 0); its derivative at 0 is 0."""
        return ops.relu(self)

    def sin(self) -> Any:
        """Sine of an angle in radians."""
        return ops.sin(self)

    def cos(self) -> Any:
        """Cosine of an angle in radians."""
        return ops.cos(self)

    def clip(self, min: Any = None, max: Any = None) -> Any:
        """Nothing below ``min``, nothing above ``max``; the derivative at the bounds is 0."""
        low, high = -np.inf if min is None else min, np.inf if max is None else max
        return ops.clip(self, low, high)

    # ── along axes ────────────────────────────────────────────────────────────────────────────
    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Sum over ``axis`` (an int, a tuple, or None for all)."""
        return ops.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Mean over ``axis`` (an int, a tuple, or None for all)."""
        return ops.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The largest element; a tie shares the gradient equally."""
        return ops.max(self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The smallest element; a tie shares the gradient equally."""
        return ops.min(self, axis=axis, keepdims=keepdims)

    def prod(self, axis: Any = None, keepdims: bool = False) -> Any:
        """The product; its gradient is exact where elements are 0."""
        return ops.prod(self, axis=axis, keepdims=keepdims)

    def var(self, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
        """Mean squared distance from the mean, with n − ``ddof`` for n."""
        return ops.var(self, axis=axis, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
        """Standard deviation; of equal elements its gradient is 0."""
        return ops.std(self, axis=axis, ddof=ddof, keepdims=keepdims)

    def cumsum(self, axis: int | None = None) -> Any:
        """Running sums; of all elements in a row where ``axis`` is None."""
        return ops.cumsum(self, axis=axis)

    def argmax(self: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """The place of the largest element, a plain number."""
        return np.argmax(self._answer("argmax"), axis=axis, keepdims=keepdims)

    def argmin(self: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """The place of the smallest element, a plain number."""
        return np.argmin(self._answer("argmin"), axis=axis, keepdims=keepdims)

    # ── shapes ────────────────────────────────────────────────────────────────────────────────
    def reshape(self, *shape: Any) -> Any:
        """The same elements in another shape; one length may be −1."""
        return ops.reshape(self, shape=flat(shape))

    def transpose(self, *axes: Any) -> Any:
        """Axes reversed, or in the order given."""
        return ops.transpose(self, axes=flat(axes) or None)

    @property
    def T(self) -> Any:
        """The transposed array: axes reversed."""
        return ops.transpose(self, axes=None)

    def flatten(self) -> Any:
        """All elements in one row."""
        return ops.reshape(self, shape=(-1,))

    def ravel(self) -> Any:
        """All elements in one row."""
        return ops.reshape(self, shape=(-1,))

    def squeeze(self: Any, axis: Any = None) -> Any:
        """Without the axes of length 1."""
        return np.squeeze(self, axis)

    def swapaxes(self: Any, axis1: int, axis2: int) -> Any:
        """With two axes exchanged."""
        return np.swapaxes(self, axis1, axis2)

    # ── division with a remainder: the remainder has a gradient, the whole number is an answer ──
    def __mod__(self: Any, other: Any) -> Any:
        return ops.mod(self, _like(other, self))

    def __rmod__(self: Any, other: Any) -> Any:
        return ops.mod(_like(other, self), self)

    def __floordiv__(self: Any, other: Any) -> Any:
        return np.floor_divide(self._answer("//"), _plain(other))

    def __rfloordiv__(self: Any, other: Any) -> Any:
        return np.floor_divide(_plain(other), self._answer("//"))

    def __divmod__(self: Any, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self: Any, other: Any) -> Any:
        return other // self, other % self

    # ── comparison: plain answers, no gradient ────────────────────────────────────────────────
    __hash__ = object.__hash__  # identity decides in sets and dicts

    def __eq__(self: Any, other: object) -> Any:
        return _compared(self, "==", operator.eq, other)

    def __ne__(self: Any, other: object) -> Any:
        return _compared(self, "!=", operator.ne, other)

    def __lt__(self: Any, other: Any) -> Any:
        return _compared(self, "<", operator.lt, other)

    def __le__(self: Any, other: Any) -> Any:
        return _compared(self, "<=", operator.le, other)

    def __gt__(self: Any, other: Any) -> Any:
        return _compared(self, ">", operator.gt, other)

    def __ge__(self: Any, other: Any) -> Any:
        return _compared(self, ">=", operator.ge, other)

    # ── one number, or several ────────────────────────────────────────────────────────────────
    def __bool__(self: Any) -> bool:
        data = self._answer("bool")
        if np.size(data) != 1:
            raise ValueError(
                f"{self.describe()} is {array_text(data)} and is neither true nor false as a whole:"
                " write np.any(v.data) or np.all(v.data); np.where(v > 0, a, b) chooses element by"
                " element"
            )
        return bool(data)

    def __float__(self: Any) -> float:
        return float(_single(self, "float"))

    def __int__(self: Any) -> int:
        return int(_single(self, "int"))

    __trunc__ = __int__

    def __round__(self: Any, digits: int | None = None) -> Any:
        """A plain number, as ``int()`` gives one; ``np.round(v.data)`` rounds arrays."""
        return round(_single(self, "round"), digits)

    def __format__(self: Any, spec: str) -> str:
        if spec and self.ndim:
            raise TypeError(
                f"{self.describe()} is {array_text(self._data)}, and the format {spec!r} is for one"
                " number; np.round(v.data, 2) is short to print"
            )
        return format(self._data, spec) if spec else repr(self)

    def item(self: Any) -> float:
        """The one number of a scalar or of an array with one element."""
        data = np.asarray(self._answer("item"))
        if data.size != 1:
            raise ValueError(
                f"item() gives the one number of a Value, and {self.describe()} is"
                f" {array_text(data)}; take one element first, as v{_first(data.ndim)}, or all of"
                " them with v.data.tolist()"
            )
        return float(data.item())

    def numpy(self: Any) -> np.ndarray:
        """The numbers as an array of their own, which has no gradient: a copy of ``.data``."""
        return np.array(self._answer("numpy"))

    def __len__(self: Any) -> int:
        if not self.ndim:
            raise TypeError(
                f"{self.describe()} is a scalar and has no length; an array has one, as"
                " Value([1.0, 2.0])"
            )
        return self.shape[0]

    def __iter__(self: Any) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError(
                f"{self.describe()} is a scalar: one number, with nothing to iterate over or to"
                " unpack; an array has elements, as Value([1.0, 2.0])"
            )
        return (self[i] for i in range(len(self)))

    # ── what a node of a graph refuses ────────────────────────────────────────────────────────
    def __delitem__(self: Any, key: Any) -> None:
        raise TypeError(
            f"no element of {self.describe()} can be deleted: the graph would lose its number. Take"
            " those that stay, as v[1:] or v[mask]"
        )

    def __copy__(self) -> Any:
        raise TypeError(
            "a Value is one node of a graph and has no copy; use detach() or Value(v.data)"
        )

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def __reduce__(self) -> Any:
        raise TypeError(
            "a graph is not pickled; save the numbers, v.data, or autograd_lite.record(v)"
        )


def _like(x: Any, value: Any) -> Any:
    """A plain number in the dtype of the Value that it meets, so that float32 stays."""
    return value.dtype.type(x) if isinstance(x, (int, float)) else x


def _plain(x: Any) -> Any:
    return x._answer("//") if isinstance(x, Methods) else real_numbers(x, copy=False)


def _compared(value: Any, sign: str, compare: Callable[[Any, Any], Any], other: Any) -> Any:
    """An answer as of NumPy's arrays; where there is none, what was to be compared with what."""
    data, plain = value._answer(sign), other._data if isinstance(other, Methods) else other
    try:
        return compare(data, plain)
    except (TypeError, ValueError) as error:
        kind: type[Exception] = ValueError if isinstance(error, ValueError) else TypeError
    remedy = "compare it with numbers"
    if kind is ValueError:
        remedy = "counted from the last axis, two lengths have to be equal, or one of them 1"
    name = given_text(other)
    if isinstance(other, Methods):
        name = f"{other.describe()}, {array_text(plain)}"
    raise kind(
        f"{value.describe()}, {array_text(data)}, cannot be compared ({sign}) with {name}: {remedy}"
    )


def _single(value: Any, who: str) -> Any:
    """The number of a scalar, for one of Python's functions."""
    data = value._answer(who)
    if np.ndim(data):
        remedy = f"take one element, as v{_first(data.ndim)}, or reduce it with .sum() or .mean()"
        if data.size == 1:
            remedy = "its one element is v.item()"
        elif who == "round":
            remedy = "np.round(v.data) rounds every element"
        elif who == "float":
            remedy += "; in place of math.sin(v) and the like write np.sin(v)"
        raise TypeError(
            f"{who}() takes one number, and {value.describe()} is {array_text(data)}; {remedy}"
        )
    return data


def _first(ndim: int) -> str:
    return f"[{', '.join('0' * ndim)}]"
