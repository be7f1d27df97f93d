"""The symbol that stands in for a number: a rule called with it builds an expression tree.

An :class:`Expr` carries the number it stands for, so rules that look at shapes can be read too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.op import Op, by_numpy

__all__ = ["Expr", "operands", "repeated", "symbol"]


_NO_KEYWORDS: dict[str, Any] = {}


class Expr:
    """A node of an expression: a head, its arguments, and the number that comes out.

    Attributes
    ----------
    head : str
        ``"name"`` for a symbol, else the name of an operation, a NumPy function or a comparison.
    args : tuple
        Expressions, numbers, shapes, keys.
    keywords : dict
    data : float or ndarray
        The number it stands for.
    function : Op, callable or None
        What was called: an operation, a NumPy function, or None for Python's own operators.
    """

    __slots__ = ("args", "data", "function", "head", "keywords")

    def __init__(
        self,
        head: str,
        args: tuple[Any, ...],
        data: Any,
        keywords: dict[str, Any] | None = None,
        function: Any = None,
    ) -> None:
        self.head, self.args, self.data, self.function = head, args, data, function
        self.keywords = keywords or _NO_KEYWORDS

    # ── it looks like an array ────────────────────────────────────────────────────────────────
    @property
    def shape(self) -> tuple[int, ...]:
        return () if isinstance(self.data, float) else np.shape(self.data)

    @property
    def ndim(self) -> int:
        return 0 if isinstance(self.data, float) else np.ndim(self.data)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.result_type(self.data)

    @property
    def T(self) -> Expr:
        return Expr("transpose", (self,), np.transpose(self.data), function=np.transpose)

    def __getitem__(self, key: Any) -> Expr:
        return Expr("getitem", (self, key), self.data[key])

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule may not branch on numbers, for then its formula would not hold for others; use"
            " np.where, or branch on shapes"
        )

    # ── it computes like an array ─────────────────────────────────────────────────────────────
    def __apply_op__(self, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Expr:
        return Expr(op.name, inputs, op.forward(*map(_data, inputs), **params), params, op)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            raise TypeError(f"a formula has no words for np.{ufunc.__name__}.{method}")
        op = by_numpy.get(ufunc)
        head = op.name if op else ufunc.__name__
        return Expr(head, inputs, ufunc(*map(_data, inputs), **kwargs), kwargs, ufunc)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        data = func(*map(_data, args), **{k: _data(v) for k, v in kwargs.items()})
        if func in (np.shape, np.ndim, np.size, np.result_type):
            return data
        op = by_numpy.get(func)
        return Expr(op.name if op else func.__name__, tuple(args), data, dict(kwargs), func)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("a symbol is not an array: a rule that makes one has no formula")

    def __add__(self, other: Any) -> Expr:
        return _infix("add", self, other)

    def __neg__(self) -> Expr:
        return Expr("neg", (self,), -self.data)

    def __pow__(self, other: Any) -> Expr:
        if not isinstance(other, Expr) and np.ndim(other) == 0 and other == 1:
            return self
        return _infix("power", self, other)

    __hash__ = object.__hash__


def _data(x: Any) -> Any:
    if isinstance(x, Expr):
        return x.data
    return type(x)(map(_data, x)) if isinstance(x, (tuple, list)) else x


def _infix(head: str, x: Any, y: Any) -> Expr:
    left, right = _data(x), _data(y)
    if isinstance(left, (float, int)) and isinstance(right, (float, int)):
        # NumPy's arithmetic: a formula's number may be 1/0, which Python alone would refuse.
        left, right = np.float64(left), np.float64(right)
    return Expr(head, (x, y), _COMPUTE[head](left, right))


_COMPUTE: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


def _method(head: str, reflected: bool = False) -> Callable[[Any, Any], Expr]:
    if reflected:
        return lambda self, other: _infix(head, other, self)
    return lambda self, other: _infix(head, self, other)


for _dunder, _head in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "power", "matmul": "matmul",
}.items():  # fmt: skip
    if _dunder not in ("add", "pow"):
        setattr(Expr, f"__{_dunder}__", _method(_head))
    setattr(Expr, f"__r{_dunder}__", _method(_head, reflected=True))
for _dunder, _head in {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal",
}.items():  # fmt: skip
    setattr(Expr, f"__{_dunder}__", _method(_head))


def symbol(name: str, data: Any) -> Expr:
    """A named symbol that stands for ``data``."""
    return Expr("name", (name,), data)


def operands(tree: Any) -> set[str]:
    """The names that an expression holds.

    >>> sorted(operands(symbol("w", 2.0) * symbol("x", 3.0)))
    ['w', 'x']
    """
    names: set[str] = set()
    stack = [tree]
    while stack:
        x = stack.pop()
        if isinstance(x, Expr):
            if x.head == "name":
                names.add(x.args[0])
            else:
                stack += [*x.args, *x.keywords.values()]
        elif isinstance(x, (tuple, list)):
            stack += x
    return names


def repeated(root: Any) -> list[Expr]:
    """The computations that stand in an expression more than once, inner ones first."""
    uses: dict[int, int] = {}
    inside_out: list[Expr] = []
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        x, entered = stack.pop()
        if entered:
            inside_out.append(x)
        elif isinstance(x, (tuple, list)):
            stack += [(part, False) for part in x]
        elif isinstance(x, Expr) and x.head != "name":
            uses[id(x)] = uses.get(id(x), 0) + 1
            if uses[id(x)] == 1:
                stack.append((x, True))
                stack += [(part, False) for part in (*x.args, *x.keywords.values())]
    return [x for x in inside_out if uses[id(x)] > 1]
