"""A program of plain numbers, shortened: the same arithmetic in the same order, in fewer lines.

One line per operation is for reading; a line costs a store and a load, and a NumPy function returns
a scalar that slows down whatever is computed from it. Here a result that is used once is computed
where it is used, and all numbers are Python's own. Every bit stays what it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.expression import Expr
from autograd_lite.op import Op
from autograd_lite.source import Source

__all__ = ["Shortened"]

DEEPEST = 30
"""How deep an expression may become: Python's parser and compiler are recursive."""

_CHOICE, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(7)
_INFIX = {"add": ("+", _SUM), "sub": ("-", _SUM), "mul": ("*", _PRODUCT), "div": ("/", _PRODUCT)}
_COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
    "not_equal": "!=",
}  # fmt: skip
_EXTREMES = {np.maximum: (">", "<"), np.minimum: ("<", ">")}


class _Wordless(Exception):
    """Something that is no arithmetic of plain numbers."""


class _Term:
    """A number under computation: how, of what, and how often it is read."""

    __slots__ = ("args", "depth", "kind", "level", "name", "text", "uses")

    def __init__(self, kind: str, args: tuple[Any, ...], times: int = 1) -> None:
        self.kind, self.args, self.uses = kind, args, 0
        self.name = self.text = ""
        self.level, self.depth = _ATOM, 0
        for x in args:
            if type(x) is _Term:
                x.uses += times


class Shortened:
    """A program of plain numbers, read again; copies and products with 1 vanish on the way.

    Parameters
    ----------
    given : iterable of str
        Names that have a value before the first step, which is a float.
    code : Source
        The program as it is to be read; it has been written.
    """

    def __init__(self, given: Iterable[str], code: Source) -> None:
        self.code = code
        self._terms: list[_Term] = []
        self._known: dict[str, Any] = {}
        self._seen: dict[int, Any] = {}
        for name in given:
            self._known[name] = leaf = _Term("name", ())
            leaf.name = leaf.text = name

    def lines(self, results: Iterable[str]) -> list[str] | None:
        """The lines that compute ``results``, or None where something is no plain number."""
        try:
            self._read()
        except _Wordless:
            return None
        final = {name: self._known[name] for name in results}
        kept = {id(x) for name, x in final.items() if type(x) is _Term and x.name == name}
        copies = [(name, x) for name, x in final.items() if type(x) is not _Term or x.name != name]
        for _, x in copies:
            if type(x) is _Term:
                x.uses += 1
        lines: list[str] = []
        for term in self._terms:
            own = id(term) in kept
            if not (term.uses or own):
                continue
            text = _text(term)
            if own or term.uses > 1 or term.depth >= DEEPEST:
                term.name = term.name or self.code.names.numbered("t")
                lines.append(f"{term.name} = {text}")
                term.text, term.level, term.depth = term.name, _ATOM, 0
            else:
                term.text = text
        return lines + [f"{name} = {_put(x, _CHOICE)}" for name, x in copies]

    def _read(self) -> None:
        """Take note of all steps. A name that is given twice is a sum that grows."""
        self._known.update((name, _literal(x)) for name, x in self.code.numbers.items())
        for name, expr, _ in self.code.steps:
            self._seen.clear()
            x = self._number(expr)
            if type(x) is _Term and not x.name:
                x.name = name
            self._known[name] = x

    def _new(self, kind: str, args: tuple[Any, ...], times: int = 1) -> _Term:
        term = _Term(kind, args, times)
        self._terms.append(term)
        return term

    def _number(self, x: Any) -> Any:
        """The term of an expression, or the number that it is."""
        found = self._any(x)
        if type(found) is _Term and found.kind in _COMPARISONS:
            raise _Wordless
        return found

    def _any(self, x: Any) -> Any:
        if type(x) is not Expr:
            return _literal(x)
        if x.head == "name":
            try:
                return self._known[x.args[0]]
            except KeyError:
                raise _Wordless from None
        found = self._seen.get(id(x))
        if found is None:
            self._seen[id(x)] = found = self._compute(x)
        return found

    def _compute(self, x: Expr) -> Any:
        head, args = x.head, x.args
        if isinstance(x.function, Op):
            return self._call(x)
        if head in _COMPARISONS:
            return self._new(head, tuple(map(self._number, args)))
        if x.ndim or (not isinstance(x.data, float) and x.dtype != np.float64):
            raise _Wordless  # of two comparisons Python makes a whole number, NumPy does not
        if head == "mul":
            return self._product(self._any(args[0]), self._any(args[1]))
        if head in _INFIX:
            return self._sum(head, self._any(args[0]), self._any(args[1]))
        if head == "neg":
            part = self._number(args[0])
            return self._new("neg", (part,)) if type(part) is _Term else -part
        if head == "power":
            return self._new("power", tuple(map(self._number, args)))
        if x.keywords:
            raise _Wordless
        if x.function in _EXTREMES:
            return self._new(x.function.__name__, tuple(map(self._number, args)), 3)
        if x.function is np.where and len(args) == 3:
            return self._new("choice", (self._any(args[0]), *map(self._number, args[1:])))
        if isinstance(x.function, np.ufunc):
            return self._call(x)
        raise _Wordless

    def _call(self, x: Expr) -> _Term:
        stated = [f"{k}={v!r}" for k, v in x.keywords.items() if isinstance(v, (bool, int, float))]
        if len(stated) < len(x.keywords) or x.ndim:
            raise _Wordless
        term = self._new("call", tuple(map(self._number, x.args)))
        term.text = f"{self.code.function(x)}({{}}{''.join(f', {s}' for s in stated)})"
        return term

    def _product(self, x: Any, y: Any) -> Any:
        swapped = type(y) is not _Term
        if swapped:
            x, y = y, x  # the order of two factors makes no difference to their product
        if type(x) is not _Term:
            if type(y) is not _Term:
                return x * y
            if x == 1 and y.kind not in _COMPARISONS:
                return y
        if type(y) is _Term and y.kind in _COMPARISONS:
            return self._gated(x, y)
        if type(x) is _Term and x.kind in _COMPARISONS:
            return self._gated(y, x)
        return self._new("mul", (y, x) if swapped else (x, y))

    def _gated(self, x: Any, condition: _Term) -> _Term:
        """A product with a comparison: x·1 is x, and x·0 keeps the sign of x, or its NaN."""
        if type(x) is _Term and x.kind in _COMPARISONS:
            raise _Wordless
        return self._new("choice", (condition, x, self._product(x, 0.0)))

    def _sum(self, head: str, x: Any, y: Any) -> Any:
        """A sum, difference or quotient."""
        if type(x) is _Term or type(y) is _Term:
            return x if head == "div" and type(y) is float and y == 1 else self._new(head, (x, y))
        if head == "div":
            return self._new(head, (x, y)) if y == 0 else x / y
        return x + y if head == "add" else x - y


def _literal(x: Any) -> float:
    if type(x) is float:
        return x
    if isinstance(x, np.ndarray) and not x.ndim:
        x = x[()]
    if isinstance(x, (float, np.bool_)):
        return float(x)
    if isinstance(x, (int, np.integer)) and abs(x) <= 2**53:
        return float(x)
    raise _Wordless


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def _text(term: _Term) -> str:
    """The text of a term, made of the texts of its parts; sets how tightly it holds together."""
    kind, args = term.kind, term.args
    deepest = 0
    for x in args:
        if type(x) is _Term and x.depth > deepest:
            deepest = x.depth
    term.depth = 1 + deepest
    if kind in _INFIX:
        sign, level = _INFIX[kind]
        term.level = level
        return f"{_put(args[0], level)} {sign} {_put(args[1], level + 1)}"
    if kind == "choice":
        term.level = _CHOICE
        condition, x, y = args
        return f"{_put(x, _COMPARE)} if {_put(condition, _COMPARE)} else {_put(y, _CHOICE)}"
    if kind in _COMPARISONS:
        term.level = _COMPARE
        return f"{_put(args[0], _SUM)} {_COMPARISONS[kind]} {_put(args[1], _SUM)}"
    if kind in ("maximum", "minimum"):
        term.level = _CHOICE
        first, second = _EXTREMES[getattr(np, kind)]
        x, y = _put(args[0], _SUM), _put(args[1], _SUM)
        # Of two zeros, and where there is a NaN, NumPy decides.
        return (
            f"{x} if {x} {first} {y} else {y} if {x} {second} {y} else float(np.{kind}({x}, {y}))"
        )
    if kind == "neg":
        term.level = _SIGN
        return f"-{_put(args[0], _SIGN)}"
    if kind == "power":
        if type(args[1]) is float and args[1].is_integer():
            term.level = _POWER
            return f"{_put(args[0], _ATOM)}**{_put(args[1], _SIGN)}"
        # Of a negative number Python would make a complex one.
        term.level = _ATOM
        return f"float(np.float64({_put(args[0], _CHOICE)})**{_put(args[1], _SIGN)})"
    term.level = _ATOM
    return f"float({term.text.format(', '.join(_put(x, _CHOICE) for x in args))})"


def _put(x: Any, level: int) -> str:
    """A part inside of an expression, in parentheses where it needs them."""
    if type(x) is _Term:
        return x.text if x.level >= level else f"({x.text})"
    if not math.isfinite(x):
        text = "np.nan" if math.isnan(x) else "np.inf" if x > 0 else "-np.inf"
    else:
        text = repr(x)
    return f"({text})" if text[0] == "-" and level > _SIGN else text
