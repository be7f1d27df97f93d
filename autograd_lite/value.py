"""Value: a number or an array that remembers how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from threading import Lock
from typing import Any

import numpy as np

from autograd_lite import numpy_functions, ops
from autograd_lite.backward import Step, backward, backward_steps
from autograd_lite.context import UNUSUAL, Origin, thread, with_line
from autograd_lite.graph import changes
from autograd_lite.methods import Methods
from autograd_lite.numeric import (
    fingerprint,
    guarded,
    is_key_of_scalar,
    plain,
    plain_key,
    real_numbers,
    settle,
    shapes_error,
    short_text,
    tell_domain,
)
from autograd_lite.op import Op, by_numpy

__all__ = ["Value", "apply", "as_value", "constant", "leaf"]

_next_serial = count(1).__next__
_assigning = Lock()
_MOST_KNOWN = 256
_known: dict[float, Value] = {}
"""Plain numbers that stood in expressions of late: a loop meets the same ones again and again."""
_ndarray, _float64, _new = np.ndarray, np.dtype(np.float64), object.__new__
_NO_PARAMS: dict[str, Any] = {}


class _Details:
    """What few Values have: parameters of their operation, a reader of their array, a new number."""

    __slots__ = ("changed", "params", "shown")

    def __init__(self, params: dict[str, Any] = _NO_PARAMS) -> None:
        self.params, self.changed = params, 0
        self.shown: Any = None


def _operator(op: Op) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """The two methods behind one of Python's operators: as :func:`apply`, by shorter ways."""
    forward, anywhere = op.forward, not op.domain

    def method(left: Value, right: Any) -> Any:
        a = left._data
        if type(right) is not Value:
            lifted = _known.get(right) if type(right) is type(a) is float else None
            if lifted is None:
                lifted = _lift(right, left)
                if lifted is None:
                    return NotImplemented
            right = lifted
        b, here = right._data, thread.here
        scalars = type(a) is float is type(b)
        if not scalars and not (anywhere and left._more is None and right._more is None):
            return apply(op, (left, right))
        try:
            out = forward(a, b)
        except (ArithmeticError, ValueError):  # what went wrong is told, or mended, by the long way
            return apply(op, (left, right))
        usual = here is not UNUSUAL and (left.tracked or right.tracked)
        if usual and scalars and type(out) is float:
            return _recorded(op, left, right, out, here)
        if usual and type(out) is _ndarray and out.dtype is _float64:
            return _recorded(op, (left, right), (a, b), out, here)
        if scalars and type(out) is not float:
            return apply(op, (left, right))
        return _node(op, (left, right), (a, b), out, _NO_PARAMS)

    def reflected(right: Value, left: Any) -> Any:
        lifted = _lift(left, right)
        return NotImplemented if lifted is None else method(lifted, right)

    return method, reflected


def _function(op: Op, x: Value) -> Value:
    """The same for an operation of one input, without parameters."""
    a, here = x._data, thread.here
    if x._more is not None or op.domain or here is UNUSUAL or not x.tracked:
        return apply(op, (x,))
    try:
        out = op.forward(a)
    except (ArithmeticError, ValueError):
        return apply(op, (x,))
    if type(out) is float is type(a):
        return _recorded(op, x, None, out, here)
    if type(out) is _ndarray and out.dtype is _float64 and out.ndim:
        return _recorded(op, (x,), (a,), out, here)
    return _node(op, (x,), (a,), out, _NO_PARAMS)


class Value(Methods):
    """A number or an array in a computation graph.

    Arithmetic on Values records the graph; :meth:`backward` walks it back and leaves in
    :attr:`grad` the derivative of the result by each Value.

    Parameters
    ----------
    data : float or array_like
        Copied. Integers and booleans become float64; float32 stays float32.
    name : str, optional
        Shown in diagrams, formulas and messages.

    Attributes
    ----------
    data : float or ndarray
        A Python float for a scalar (NumPy's where it is float32), an ndarray otherwise.
    grad : float, ndarray or None
        ∂(result)/∂(this), in the shape of the data; None until a backward pass reached it.
    op : Op or None
        The operation that made it; None for a leaf.
    inputs : tuple of Value
        What the operation was applied to, one entry per use: ``a + a`` has two.
    tracked : bool
        Whether gradients flow here. Plain numbers in an expression are not tracked.

    Raises
    ------
    TypeError
        The data is text, an object or complex.

    Examples
    --------
    >>> from autograd_lite import Value
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> y = w * x + 1
    >>> y.backward()
    >>> y.data, w.grad, x.grad
    (5.0, 8.0, 0.5)
    """

    # A graph of scalars is a million small objects, which the garbage collector visits over and
    # over: one object for a node, and as few fields as will do.
    __slots__ = (
        "__weakref__", "_data", "_left", "_more", "_right", "grad", "name", "op", "origin", "serial",
        "tracked",
    )  # fmt: skip

    _data: Any
    _left: Any
    """Of a result of one or two plain floats the first input; of other results all of the inputs,
    as a tuple; None of a leaf."""
    _right: Any
    """Of two plain floats the second input; of other results the data of the inputs at the time of
    their use. Floats need no such memory, for only an assignment can change them."""
    _more: _Details | None
    grad: Any
    name: str | None
    op: Op | None
    origin: Origin | None
    serial: int
    tracked: bool

    def __init__(self, data: Any, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(
                f"a Value's name is text, not {type(name).__name__}: Value(2.0, name='x')"
            )
        if isinstance(data, Value):
            raise TypeError(
                f"Value(...) takes a number or an array, and was given {data.describe()}, which is"
                " a Value already; use it as it is, or its .data"
            )
        _leaf(self, real_numbers(data), True, name)

    # ── what it holds ─────────────────────────────────────────────────────────────────────────
    @property
    def inputs(self) -> tuple[Value, ...]:
        """What the operation was applied to, one entry per use; ``()`` of a leaf."""
        left = self._left
        if type(left) is tuple:
            return left
        if left is None:
            return ()
        return (left,) if self._right is None else (left, self._right)

    @property
    def params(self) -> dict[str, Any]:
        """What the operation was told beside its inputs, such as an axis."""
        return _NO_PARAMS if self._more is None else self._more.params

    @property
    def data(self) -> Any:
        """The number or the array. An array may be written into, until a backward pass needs it."""
        if type(self._data) is np.ndarray:
            more = self._details()
            if more.shown is None:
                # The array leaves the house: from here on somebody else could write into it. Of a
                # leaf a copy leaves, so that graphs made before keep the numbers that they used.
                if self.op is None:
                    self._data, more.shown = np.array(self._data), True
                else:
                    more.shown = fingerprint(self._data)
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if data is not self._data:
            if _known.get(self._data if type(self._data) is float else 0.0) is self:
                raise TypeError(
                    f"{self.brief()} is a plain number in an expression and stays what it is; name it"
                    " to change it: Value(2.0, name='x')"
                )
            self._data, more = real_numbers(data), self._details()
            more.shown = None
            with _assigning:
                changes.latest = more.changed = _next_serial()

    def _details(self) -> _Details:
        more = self._more
        if more is None:
            more = self._more = _Details()
        return more

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes; ``()`` for a scalar."""
        return np.shape(self._data)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return np.ndim(self._data)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.size(self._data))

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64, or what the data came in."""
        return np.result_type(self._data)

    def is_intact(self) -> bool:
        """Whether a result's array is still as its operation made it."""
        shown = None if self._more is None else self._more.shown
        return shown is None or shown is True or shown == fingerprint(self._data)

    def describe(self) -> str:
        """The name for messages: ``'w'``, or what it is where it has none."""
        if self.name:
            return repr(self.name)
        if self.op is not None:
            return f"an unnamed result of {self.op.name!r}"
        if self.tracked:
            return "an unnamed Value"
        return "a plain array" if self.ndim else "a plain number"

    def brief(self) -> str:
        """The data in a few characters, for messages."""
        if np.ndim(self._data):
            return f"array of shape {self.shape}"
        return format(float(self._data), ".6g")

    # ── the backward pass ─────────────────────────────────────────────────────────────────────
    backward = backward

    def backward_steps(self, gradient: Any = None) -> Iterator[Step]:
        """The same sweep one application of the chain rule at a time; see :class:`Step`.

        >>> from autograd_lite import Value
        >>> w, x = Value(3.0, name="w"), Value(2.0, name="x")
        >>> for step in (w * x).backward_steps():
        ...     print(step.input.name, step.upstream, "×", step.local, "=", step.contribution)
        w 1.0 × 2.0 = 2.0
        x 1.0 × 3.0 = 3.0
        """
        return backward_steps(self, gradient)

    def detach(self) -> Value:
        """The same number, outside the graph: no gradient flows through it."""
        data = self._answer("detach")
        return constant(np.array(data) if self.ndim else data, self.name)

    # ── arithmetic ────────────────────────────────────────────────────────────────────────────
    def __apply_op__(self, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Value:
        if len(inputs) == 1 and not params:
            return _function(op, self)
        return apply(op, tuple([x if type(x) is Value else as_value(x) for x in inputs]), params)

    def __neg__(self) -> Value:
        return _function(ops.neg, self)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _function(ops.abs, self)

    __add__, __radd__ = _operator(ops.add)
    __sub__, __rsub__ = _operator(ops.sub)
    __mul__, __rmul__ = _operator(ops.mul)
    __truediv__, __rtruediv__ = _operator(ops.div)
    __pow__, __rpow__ = _operator(ops.power)
    __matmul__, __rmatmul__ = _operator(ops.matmul)

    def _answer(self, question: str) -> Any:
        """The data, for an answer without gradient; a trace has to know that it was given."""
        if thread.questions is not None and self.tracked:
            thread.questions.append(f"{question} of {self.describe()}")
        return self._data

    # ── elements ──────────────────────────────────────────────────────────────────────────────
    def __getitem__(self, key: Any) -> Value:
        if not self.ndim and not is_key_of_scalar(key):
            raise TypeError(
                f"{self.describe()} is a scalar and has no elements; use it without [...]"
            )
        return apply(ops.getitem, (self,), {"key": plain_key(key)})

    def __setitem__(self, key: Any, item: Any) -> None:
        raise TypeError(
            f"{self.describe()} cannot be written into element by element: the graph would lose the"
            " old numbers. Build a new Value, with np.where(mask, new, old) or np.concatenate."
        )

    # ── meeting Python and NumPy ──────────────────────────────────────────────────────────────
    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if self.tracked:
            raise TypeError(
                f"NumPy would make a plain array of {self.describe()}, and its gradient would be"
                " lost. Use .data for the numbers, np.stack([a, b]) to join Values, or a function that"
                " autograd_lite supports."
            )
        return np.array(self._data, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        op = by_numpy.get(ufunc)
        if op is not None and method == "__call__" and not kwargs:
            if len(inputs) == 1:
                return _function(op, self)
            return self.__apply_op__(op, inputs, kwargs)
        return numpy_functions.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_functions.function(func, args, kwargs)

    def __repr__(self) -> str:
        parts = [short_text(self._data)]
        if self.name:
            parts.append(f"name={self.name!r}")
        if self.grad is not None:
            parts.append(f"grad={short_text(self.grad)}")
        if not self.tracked:
            parts.append("tracked=False")
        return f"Value({', '.join(parts)})"


def leaf(data: Any, name: str | None = None, *, tracked: bool = True) -> Value:
    """A leaf around ``data`` as it is, without a copy or a check."""
    return _leaf(Value.__new__(Value), data, tracked, name)


def constant(data: Any, name: str | None = None) -> Value:
    """A leaf that no gradient flows to; the data is not copied."""
    return _leaf(Value.__new__(Value), data, False, name)


def as_value(x: Any) -> Value:
    """``x`` itself where it is a Value, else a constant that holds it.

    Raises
    ------
    TypeError
        ``x`` is not a number or an array of numbers.
    """
    if isinstance(x, Value):
        return x
    return constant(real_numbers(x, copy=False))


def apply(op: Op, inputs: tuple[Value, ...], params: dict[str, Any] = _NO_PARAMS) -> Value:
    """Run an operation forward and record it."""
    args = tuple([x._data if x._more is None else _snapshot(x) for x in inputs])
    if op.domain:
        try:
            out, noticed = guarded(lambda: plain(op, args, params))
        except ValueError as error:
            raise shapes_error(op, inputs, error) from None
        if noticed:
            tell_domain(op, inputs, out, noticed[0])
    else:
        try:
            out = op.forward(*args, **params)
        except (ZeroDivisionError, OverflowError):
            out = plain(op, args, params)
        except ValueError as error:
            raise shapes_error(op, inputs, error) from None
    return _node(op, inputs, args, out, params)


def _node(
    op: Op, inputs: tuple[Value, ...], args: tuple[Any, ...], out: Any, params: dict[str, Any]
) -> Value:
    """A new node of the graph, with all that may have to be looked at."""
    if type(out) is not float and (
        type(out) is not _ndarray or out.dtype is not _float64 or not out.ndim
    ):
        out = settle(out, op.partials and args)
    node = _new(Value)
    node._data, node.serial = out, _next_serial()
    node._more = node.grad = node.name = None
    node.origin = here = thread.here
    recording = True
    if here is UNUSUAL:
        recording = thread.recording
        node.origin = with_line(thread.origin) if thread.lines else thread.origin
        if thread.watch is not None:
            thread.watch(op, inputs, out)
    for x in inputs:
        if x.tracked and recording:
            node.op, node.tracked = op, True
            if params:
                node._more = _Details(params)
            elif type(out) is float and len(args) < 3 and all([type(x) is float for x in args]):
                node._left, node._right = inputs if len(inputs) == 2 else (inputs[0], None)
                return node
            node._left, node._right = inputs, args
            return node
    node.op = node._left = node._right = None
    node.tracked = False
    return node


def weighted_sum(weights: Sequence[Value], inputs: Sequence[Value]) -> Value:
    """w₁·x₁ + w₂·x₂ + …, node for node as the operators make it; of floats by a shorter way."""
    here, total = thread.here, None
    for w, x in zip(weights, inputs, strict=True):
        a, b = w._data, x._data
        usual = type(a) is float is type(b) and here is not UNUSUAL and w.tracked
        product = _recorded(ops.mul, w, x, a * b, here) if usual else w * x
        if total is None:
            total = product
        elif usual and type(total._data) is float and total.tracked:
            total = _recorded(ops.add, total, product, total._data + product._data, here)
        else:
            total = total + product
    if total is None:
        raise ValueError("a weighted sum needs at least one weight and one input")
    return total


def _recorded(op: Op, left: Any, right: Any, out: Any, here: Origin | None) -> Value:
    """A new node in the usual case: tracked, without parameters, with nothing to be looked at."""
    node = _new(Value)
    node._left, node._right = left, right
    node._data, node.op, node.origin = out, op, here
    node.tracked, node.serial = True, _next_serial()
    node._more = node.grad = node.name = None
    return node


def _leaf(value: Value, data: Any, tracked: bool, name: str | None) -> Value:
    value._data, value.tracked, value.name = data, tracked, name
    value.grad = value.op = value.origin = value._left = value._right = value._more = None
    value.serial = _next_serial()
    return value


def _snapshot(x: Value) -> Any:
    """The data for the graph when the caller holds the array too: a copy tells a later change."""
    return np.array(x._data) if x._details().shown is True else x._data


def _lift(x: Any, like: Value) -> Value | None:
    """The other operand as a Value; None where Python should ask the other side."""
    if isinstance(x, Value):
        return x
    kind = type(x)
    if kind is float or kind is int or kind is bool:
        data = like._data
        if type(data) is float or data.dtype == np.float64:
            number = float(x)
            known = _known.get(number)
            if known is None:
                if len(_known) >= _MOST_KNOWN:
                    _known.clear()
                known = constant(number)
                if number:  # 0 and −0 are equal, and are not the same
                    _known[number] = known
            return known
        return constant(data.dtype.type(x))
    if hasattr(kind, "__apply_op__"):
        return None
    return constant(real_numbers(x, copy=False))
