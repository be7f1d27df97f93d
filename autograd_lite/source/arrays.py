"""A program of arrays, shortened for speed: the same arithmetic, in fewer and cheaper calls.

One line per operation is for reading. Here a result that is used once is computed where it is
used, so that NumPy computes in its memory; numbers are computed beforehand; a number repeated to
fill an array stays a number; and sums skip the wrappers around NumPy's own loops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd_lite.expression import Expr, repeated, symbol
from autograd_lite.source import Source

__all__ = ["Lean"]

DEEPEST = 20
"""How many results may be computed inside of one another, in one line."""

_ADD_REDUCE = SimpleNamespace(__name__="add.reduce", __module__="numpy")
_NUMBERS = (np.ndarray, np.generic, float, int)
_ARITHMETIC = {"add", "sub", "mul", "div"}


class _Step:
    """A line of the program: what is computed, and how often it is read."""

    __slots__ = ("depth", "expr", "like", "name", "uses")

    def __init__(self, name: str, expr: Expr, like: Any) -> None:
        self.name, self.expr, self.like = name, expr, like
        self.uses, self.depth = 0, 1

    @property
    def cast(self) -> bool:
        """Whether the number has to be brought into another dtype."""
        return type(self.like) is float or self.expr.dtype != np.result_type(self.like)


class Lean:
    """The steps of a program, written again.

    Parameters
    ----------
    code : Source
        The program as it is to be read; it has been written.
    """

    def __init__(self, code: Source) -> None:
        self.code = code
        self._known: dict[str, Any] = {}
        self._steps: list[_Step] = []
        self._taken: set[str] = set()
        self._parts: dict[int, Any] = {}
        for name, expr, like in code.steps:
            self._known[name] = self._read(name, expr, like)

    def lines(self, results: Sequence[Any], into: dict[str, str]) -> tuple[list[str], list[str]]:
        """The lines of the program.

        Parameters
        ----------
        results : sequence of Expr or number
            What is to be returned.
        into : dict of str to str
            The arrays that results are written into: the place by the name of the result.

        Returns
        -------
        tuple of list of str
            The lines, and the texts of ``results``.
        """
        final = [self._rewritten(x) for x in results]
        kept = {id(x.function) for x in final if isinstance(x, Expr) and x.head == "step"}
        places: dict[int, list[str]] = {}
        copies = []
        for name, place in into.items():
            known = self._known[name]
            if isinstance(known, Expr) and known.head == "step":
                places.setdefault(id(known.function), []).append(place)
            else:
                copies.append((place, known))
        lines: list[str] = []
        for step in self._steps:
            targets = places.get(id(step), [])
            if not (step.uses or targets or id(step) in kept):
                continue
            named = step.uses > 1 or id(step) in kept or step.cast or len(targets) > 1
            if not targets and not named and step.depth < DEEPEST:
                continue
            expr = self._resolved(step.expr)
            if targets and not named and not step.uses:
                lines.append(self._written(targets[0], expr))
                continue
            lines.append(f"{step.name} = {self._cast(expr, step)}")
            step.expr, step.depth = symbol(step.name, step.like), 0
            lines += [f"{place}[...] = {step.name}" for place in targets]
        lines += [f"{place}[...] = {self._text(known)}" for place, known in copies]
        return lines, [self._text(x) for x in final]

    # ── reading ───────────────────────────────────────────────────────────────────────────────
    def _read(self, name: str, expr: Any, like: Any) -> Any:
        """Take note of a step; what its name stands for from now on."""
        self._parts = {}
        for part in repeated(expr):
            if isinstance(part.data, _NUMBERS):
                name_of = self.code.names.numbered("t")
                self._parts[id(part)] = self._kept(name_of, part, part.data)
        return self._kept(name, expr, like)

    def _kept(self, name: str, expr: Any, like: Any) -> Any:
        expr = self._rewritten(expr)
        if not isinstance(expr, Expr) or expr.head in ("step", "name"):
            same = np.result_type(expr if not isinstance(expr, Expr) else expr.data)
            if same == np.result_type(like) and type(like) is not float:
                return expr
        if not isinstance(expr, Expr):
            return float(expr) if type(like) is float else np.result_type(like).type(expr)
        if name in self._taken:
            name = self.code.names.new(name)
        self._taken.add(name)
        step = _Step(name, expr, like)
        for part in _steps_in(expr):
            part.uses += 1
            if part.uses == 1 and not part.cast:
                step.depth = max(step.depth, part.depth + 1)
        self._steps.append(step)
        return Expr("step", (), like, function=step)

    def _rewritten(self, x: Any) -> Any:
        if isinstance(x, (tuple, list)):
            return type(x)(map(self._rewritten, x))
        if not isinstance(x, Expr):
            return x
        if x.head == "name":
            return self._known.get(x.args[0], x)
        if id(x) in self._parts:
            return self._parts[id(x)]
        args = tuple(map(self._rewritten, x.args))
        if all(_is_number(a) for a in args) and not x.ndim and not isinstance(x.function, type):
            return x.data if type(x.data) is float else np.result_type(x.data).type(x.data)
        if x.head in _ARITHMETIC:
            return self._arithmetic(x, args)
        if x.head == "power" and _is_number(args[1]) and args[1] == 2 and x.ndim:
            return Expr("square", (args[0],), x.data, function=np.square)
        if x.function is np.sum:
            keywords = dict(x.keywords)
            axis = keywords.pop("axis", None)
            return Expr("add.reduce", (args[0], axis), x.data, keywords, _ADD_REDUCE)
        if x.function is np.mean and not x.ndim:
            total = np.add.reduce(_data(x.args[0]), axis=None)
            summed = Expr("add.reduce", (args[0], None), total, function=_ADD_REDUCE)
            quotient = Expr("div", (summed, np.size(_data(x.args[0]))), x.data)
            kind = np.result_type(x.data)
            return Expr(kind.name, (quotient,), x.data, function=kind.type)
        return Expr(x.head, args, x.data, x.keywords, x.function)

    def _arithmetic(self, x: Expr, args: tuple[Any, ...]) -> Any:
        """A sum, difference, product or quotient of numbers and arrays."""
        for place, other in ((0, 1), (1, 0)):
            inner = _spread(args[place])
            if inner is not None and np.shape(_data(args[other])) == x.shape:
                args = (inner, args[1]) if place == 0 else (args[0], inner)
        left, right = args
        same = isinstance(left, Expr) and left.shape == x.shape and left.dtype == x.dtype
        if same and x.head in ("mul", "div") and _is_number(right) and right == 1:
            return left
        same = isinstance(right, Expr) and right.shape == x.shape and right.dtype == x.dtype
        if same and x.head == "mul" and _is_number(left) and left == 1:
            return right
        return Expr(x.head, args, x.data)

    # ── writing ───────────────────────────────────────────────────────────────────────────────
    def _resolved(self, x: Any) -> Any:
        """The expression with names, or whole computations, in the place of steps."""
        if isinstance(x, (tuple, list)):
            return type(x)(map(self._resolved, x))
        if not isinstance(x, Expr) or x.head == "name":
            return x
        if x.head == "step":
            return self._resolved(x.function.expr)
        return Expr(x.head, tuple(map(self._resolved, x.args)), x.data, x.keywords, x.function)

    def _text(self, x: Any) -> str:
        return self.code.text(self._resolved(x))

    def _cast(self, expr: Expr, step: _Step) -> str:
        text = self.code.text(expr)
        if type(step.like) is float:
            return f"float({text})"
        if step.cast:
            dtype = np.result_type(step.like)
            return f"({text}).astype(np.{dtype})" if np.ndim(step.like) else f"np.{dtype}({text})"
        return text

    def _written(self, place: str, expr: Expr) -> str:
        """A line that computes an expression into an array."""
        if expr.head == "matmul" and expr.ndim > 1:
            left, right = map(self.code.text, expr.args)
            return f"np.matmul({left}, {right}, out={place})"
        return f"{place}[...] = {self.code.text(expr)}"


def _steps_in(x: Any) -> list[_Step]:
    if isinstance(x, (tuple, list)):
        return [step for part in x for step in _steps_in(part)]
    if not isinstance(x, Expr):
        return []
    if x.head == "step":
        return [x.function]
    return [step for part in (*x.args, *x.keywords.values()) for step in _steps_in(part)]


def _spread(x: Any) -> Any:
    """The number that an array is filled with; None where it is no such array."""
    like = x
    if isinstance(x, Expr) and x.head == "step":
        like, x = x.data, x.function.expr
    if not (isinstance(x, Expr) and x.function in (np.broadcast_to, np.reshape)):
        return None
    number = x.args[0] if _is_number(x.args[0]) else _spread(x.args[0])
    # In the array's own dtype: NumPy 1 makes a float64 of a float32 and a Python number.
    return None if number is None else np.result_type(_data(like)).type(number)


def _data(x: Any) -> Any:
    return x.data if isinstance(x, Expr) else x


def _is_number(x: Any) -> bool:
    return isinstance(x, (bool, int, float, np.number)) and not math.isnan(x)
