"""An expression printed as Python source: the fourth reading of a rule, with code names."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.errors import ProgramError
from autograd_lite.expression import Expr, repeated
from autograd_lite.op import Op

__all__ = ["Names", "Source"]

LARGEST_CONSTANT = 10_000
"""How many elements an array may have that is written out as a constant of the source."""

_ATOM, _POWER, _SIGN, _PRODUCT, _SUM, _COMPARE = 6, 5, 4, 3, 2, 1
_INFIX = {
    "add": (" + ", _SUM), "sub": (" - ", _SUM), "mul": (" * ", _PRODUCT), "div": (" / ", _PRODUCT),
    "matmul": (" @ ", _PRODUCT), "less": (" < ", _COMPARE), "less_equal": (" <= ", _COMPARE),
    "greater": (" > ", _COMPARE), "greater_equal": (" >= ", _COMPARE), "equal": (" == ", _COMPARE),
    "not_equal": (" != ", _COMPARE),
}  # fmt: skip
_DEFAULTS = (("axis", None), ("keepdims", False))
"""Arguments of NumPy's functions that go without saying."""


class Names:
    """Identifiers: a learner's name cleaned, and no two alike."""

    def __init__(self) -> None:
        self._taken = {*keyword.kwlist, "np", "float", "program"}
        self._counts: dict[str, int] = {}

    def new(self, wish: str) -> str:
        """The wished name as an identifier, with a number behind it where it is taken.

        >>> names = Names()
        >>> names.new("ŷ"), names.new("w·x"), names.new("w·x"), names.new("lambda")
        ('ŷ', 'w_x', 'w_x_2', 'lambda_2')
        """
        name = wish if wish.isascii() and wish.isidentifier() else _cleaned(wish)
        return self._numbered(f"{name}_", 2) if name in self._taken else self._take(name)

    def numbered(self, stem: str) -> str:
        """The next of a row of names without a meaning: ``v1``, ``v2``, …"""
        return self._numbered(stem, 1)

    def _numbered(self, stem: str, first: int) -> str:
        count = self._counts.get(stem, first)
        while f"{stem}{count}" in self._taken:
            count += 1
        self._counts[stem] = count + 1
        return self._take(f"{stem}{count}")

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name


def _cleaned(wish: str) -> str:
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", wish))
    return name if name.isidentifier() else f"_{name}"


class Source:
    """The lines of a function under construction, and what has to stand above it.

    Attributes
    ----------
    lines : list of str
        The body of the function.
    steps : list of tuple
        The same as name, expression and the number it is to be like.
    constants : list of str
        Assignments at the head of the module: arrays that are no arguments, and index arrays.
    numbers : dict of str to float
        The named numbers among them.
    imports : dict of Op to str
        Operations called by name, because their forward rule is no expression.
    mixed : bool
        Whether dtypes meet, so that Python's and NumPy's scalars have to be told apart.
    fractional : bool
        Whether a number is raised to a power that is not known to be whole: of a negative float
        Python would make a complex number.
    """

    def __init__(self, names: Names, mixed: bool) -> None:
        self.names, self.mixed = names, mixed
        self.lines: list[str] = []
        self.steps: list[tuple[str, Expr, Any]] = []
        self.constants: list[str] = []
        self.numbers: dict[str, Any] = {}
        self.imports: dict[Op, str] = {}
        self.fractional = False
        self._parts: dict[int, str] = {}
        self._arrays: dict[int, tuple[np.ndarray, str]] = {}

    def assign(self, target: str, expr: Expr, like: Any, note: str = "") -> None:
        """Write ``target = expr``, in the dtype of ``like``; a part used twice gets its own line."""
        self.steps.append((target, expr, like))
        self._name_parts(expr)
        text, level = self._write(expr)
        if type(like) is float:
            if expr.head != "name" and (self.mixed or isinstance(expr.data, np.ndarray)):
                text = f"float({text})"
        elif expr.dtype != (dtype := np.result_type(like)):
            inner = text if level == _ATOM else f"({text})"
            text = f"{inner}.astype(np.{dtype})" if np.ndim(like) else f"np.{dtype}({text})"
        self.lines.append(f"{target} = {text}" + (f"  # {note}" if note else ""))
        self._parts.clear()

    def text(self, expr: Any) -> str:
        """An expression, a number, a shape or a key, on one line."""
        return self._write(expr)[0]

    def function(self, x: Expr) -> str:
        """The name by which the function of an expression is called."""
        return self._imported(x.function) if isinstance(x.function, Op) else f"np.{_numpy_name(x)}"

    def constant(self, data: Any, name: str) -> str:
        """Write a number or an array at the head of the module; its name.

        Raises
        ------
        ProgramError
            The array is too large to be written out.
        """
        if not np.ndim(data):
            self.constants.append(f"{name} = {self.text(data)}")
            self.numbers[name] = data
            return name
        if data.size > LARGEST_CONSTANT:
            raise ProgramError(
                f"the function uses an array of shape {data.shape} that is not one of its arguments;"
                f" {data.size} numbers are too many to be written into a source (the limit is"
                f" {LARGEST_CONSTANT}). Make it an argument of the function"
            )
        kind = "" if data.dtype in (np.float64, np.int64, np.bool_) else f", dtype=np.{data.dtype}"
        numbers = f"np.array({self._nested(data.tolist())}{kind})"
        if not data.size:
            numbers = f"np.zeros({data.shape}, dtype=np.{data.dtype})"
        self.constants.append(f"{name} = {numbers}")
        self._arrays[id(data)] = data, name
        return name

    # ── expressions ───────────────────────────────────────────────────────────────────────────
    def _name_parts(self, root: Expr) -> None:
        """Give each part that stands in an expression more than once a line and a name."""
        if not root.keywords and all(map(_is_plain, root.args)):
            return
        if not any(map(_holds_parts, (*root.args, *root.keywords.values()))):
            return
        for part in repeated(root):
            text = self.text(part)
            self._parts[id(part)] = name = self.names.numbered("t")
            self.lines.append(f"{name} = {text}")

    def _write(self, x: Any) -> tuple[str, int]:
        """The text, and how tightly it holds together."""
        if type(x) is not Expr:
            return self._literal(x)
        if x.head == "name":
            return x.args[0], _ATOM
        if id(x) in self._parts:
            return self._parts[id(x)], _ATOM
        if isinstance(x.function, Op):
            return self._call(self.function(x), x.args, x.keywords), _ATOM
        if x.head in _INFIX:
            sign, level = _INFIX[x.head]
            # Parentheses wherever the order of computation is not left to right: a sum in another
            # order is another number.
            left = self._inside(x.args[0], level + (level == _COMPARE))
            return left + sign + self._inside(x.args[1], level + 1), level
        if x.head == "power":
            self._note_power(x)
            return f"{self._inside(x.args[0], _ATOM)}**{self._inside(x.args[1], _SIGN)}", _POWER
        if x.head == "neg":
            return "-" + self._inside(x.args[0], _SIGN), _SIGN
        if x.head == "getitem":
            return f"{self._inside(x.args[0], _ATOM)}[{self._key(x.args[1])}]", _ATOM
        if x.head == "transpose" and x.ndim and all(a is None for a in x.args[1:]):
            return self._inside(x.args[0], _ATOM) + ".T", _ATOM
        stated = {k: v for k, v in x.keywords.items() if (k, v) not in _DEFAULTS}
        return self._call(self.function(x), x.args, stated), _ATOM

    def _inside(self, x: Any, level: int) -> str:
        if type(x) is Expr and x.head == "name":
            return x.args[0]
        text, own = self._write(x)
        return text if own >= level else f"({text})"

    def _call(self, function: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> str:
        stated = [*map(self.text, args), *(f"{k}={self.text(v)}" for k, v in keywords.items())]
        return f"{function}({', '.join(stated)})"

    def _imported(self, op: Op) -> str:
        if getattr(ops, op.name, None) is not op:
            raise ProgramError(
                f"the operation {op.name!r} cannot be written as an expression, and a program can"
                " call by name only what autograd_lite.ops declares"
            )
        if op not in self.imports:
            self.imports[op] = self.names.new(op.name)
        return self.imports[op]

    def _note_power(self, x: Expr) -> None:
        exponent = x.args[1]
        whole = not isinstance(exponent, Expr) and float(exponent).is_integer()
        self.fractional |= not x.ndim and not whole

    # ── numbers, shapes and keys ──────────────────────────────────────────────────────────────
    def _literal(self, x: Any) -> tuple[str, int]:
        if isinstance(x, np.ndarray) and x.ndim:
            if id(x) not in self._arrays:
                self.constant(x, self.names.numbered("c"))
            return self._arrays[id(x)][1], _ATOM
        if isinstance(x, (tuple, list)):
            inner = ", ".join(map(self.text, x))
            return f"({inner}{',' if len(x) == 1 else ''})", _ATOM
        if isinstance(x, slice):
            return f"slice({x.start}, {x.stop}, {x.step})", _ATOM
        if x is Ellipsis:
            return "...", _ATOM
        if x is None or isinstance(x, (str, bool, np.bool_)):
            return repr(bool(x) if isinstance(x, np.bool_) else x), _ATOM
        if isinstance(x, (type, np.dtype)):
            return f"np.{np.dtype(x)}", _ATOM
        return self._number(x)

    def _number(self, x: Any) -> tuple[str, int]:
        """A number that reads back as the same bits."""
        if isinstance(x, (int, np.integer)):
            text = str(int(x))
        else:
            value = float(x)
            text = "np.nan" if math.isnan(value) else repr(value).replace("inf", "np.inf")
            if text.endswith(".0") and text != "-0.0" and abs(value) < 1e6:
                text = text[:-2]  # a learner who wrote 2 * x reads 2 * x
        dtype = np.result_type(x)
        if isinstance(x, (np.floating, np.ndarray)) and (self.mixed or dtype != np.float64):
            return f"np.{dtype}({text})", _ATOM
        return text, _SIGN if text.startswith("-") else _ATOM

    def _nested(self, numbers: Any) -> str:
        if isinstance(numbers, list):
            return f"[{', '.join(map(self._nested, numbers))}]"
        return repr(numbers).replace("nan", "np.nan").replace("inf", "np.inf")

    def _key(self, key: Any) -> str:
        if not isinstance(key, tuple):
            return self._index(key)
        return ", ".join(map(self._index, key)) + ("," if len(key) == 1 else "") or "()"

    def _index(self, key: Any) -> str:
        if not isinstance(key, slice):
            return self.text(key)
        ends = ["" if end is None else self.text(end) for end in (key.start, key.stop)]
        return ":".join([*ends, self.text(key.step)] if key.step is not None else ends)


def _holds_parts(x: Any) -> bool:
    """Whether an argument is made of more than names and numbers."""
    if type(x) is Expr:
        return x.head != "name" and not all(map(_is_plain, x.args))
    return isinstance(x, (tuple, list))


def _is_plain(x: Any) -> bool:
    return type(x) is float or (type(x) is Expr and x.head == "name")


def _numpy_name(x: Expr) -> str:
    """What stands behind ``np.``: ``sum``, or ``linalg.inv``."""
    if (getattr(x.function, "__module__", None) or "").startswith("numpy.linalg"):
        return f"linalg.{x.function.__name__}"
    return x.head if hasattr(np, x.head) else x.function.__name__
