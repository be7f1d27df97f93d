"""An operation read as a formula: one tree, printed in Unicode or LaTeX, with names or numbers.

A formula tree is plain data, fit for JSON: a number, a slot as text (``"0"`` and ``"1"`` for the
inputs, ``"out"`` for the result, ``"g"`` for the upstream gradient) or a list ``[head, *arguments]``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_lite.expression import Expr, symbol
from autograd_lite.op import Op, registry

__all__ = [
    "forward_tree",
    "is_elementwise",
    "latex",
    "local_tree",
    "number",
    "pull_tree",
    "unicode",
]

Tree = Any
_ATOM, _POWER, _PRODUCT, _SUM = 4, 3, 2, 1
_INFIX = {
    "add": (" + ", _SUM), "sub": (" − ", _SUM), "mul": ("·", _PRODUCT), "div": (" / ", _PRODUCT),
    "matmul": (" @ ", _PRODUCT),
}  # fmt: skip
_COMPARE = {
    "less": "<", "less_equal": "≤", "greater": ">", "greater_equal": "≥", "equal": "=",
    "not_equal": "≠",
}  # fmt: skip
_RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_SILENT = {"broadcast_to", "reshape", "expand_dims", "astype"}


def number(x: float, digits: int = 4) -> str:
    """A number for people: four significant digits, a true minus, scientific far from one.

    >>> number(-84.8), number(1797.76), number(0.00012345), number(0.0), number(float("inf"))
    ('−84.8', '1798', '1.234e−4', '0', '∞')
    """
    return _number(float(x), digits)


@lru_cache(maxsize=4096)  # a training's page and frames show the same numbers over and over
def _number(x: float, digits: int) -> str:
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    text = f"{x:.{digits}g}"
    if not 1e-3 <= abs(float(text)) < 1e4:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}e{int(exponent)}"
    elif "e" in text:
        text = str(int(float(text)))
    return text.replace("-", "−")


def is_elementwise(op: str) -> bool:
    """Whether an operation, by its name, goes element by element."""
    known = registry.get(op)
    return bool(known and known.elementwise)


# ── reading rules ─────────────────────────────────────────────────────────────────────────────
def forward_tree(op: Op, inputs: Sequence[Any], params: Mapping[str, Any] | None = None) -> Tree:
    """What an operation computes; ``inputs`` holds a number for a constant and None for the rest."""
    tree = [op.name, *(str(i) if x is None else float(x) for i, x in enumerate(inputs))]
    return [*tree, _index(params["key"])] if op.name == "getitem" and params else tree


def local_tree(op: Op, index: int, out: Any, args: Sequence[Any], fixed: Sequence[Any],
               params: Mapping[str, Any]) -> Tree | None:  # fmt: skip
    """∂out/∂inputᵢ of an element-wise operation, read from its rule; None for structural ones.

    ``args`` are the numbers the symbols stand for; ``fixed[i]`` is a number where input i is a
    constant, to be written as such.
    """
    rule = op.textbook(index)
    if rule is None:
        return None
    return _read(lambda: rule(symbol("out", out), *_symbols(args, fixed), **params))


def pull_tree(op: Op, index: int, gradient: Any, out: Any, args: Sequence[Any],
              fixed: Sequence[Any], params: Mapping[str, Any]) -> Tree | None:  # fmt: skip
    """The upstream gradient pulled back to input i by a structural operation."""
    rule = op.pull(index)
    if rule is None or op.elementwise:
        return None
    return _read(
        lambda: rule(symbol("g", gradient), symbol("out", out), *_symbols(args, fixed), **params)
    )


def _symbols(args: Sequence[Any], fixed: Sequence[Any]) -> list[Any]:
    return [symbol(str(i), x) if fixed[i] is None else fixed[i] for i, x in enumerate(args)]


def _read(rule: Callable[[], Any]) -> Tree:
    with np.errstate(all="ignore"):
        return _plain(rule())


def _plain(x: Any) -> Tree:
    """An expression as plain data; shapes, keys and keywords of NumPy functions fall away."""
    if isinstance(x, Expr):
        if x.head == "name":
            return x.args[0]
        whole = x.head in _INFIX or x.head in _COMPARE
        if x.head == "getitem":
            key = x.args[1] if len(x.args) > 1 else x.keywords["key"]
            return [x.head, _plain(x.args[0]), "" if _only_reshapes(key) else _index(key)]
        return [x.head, *(_plain(a) for a in x.args if whole or _is_operand(a))]
    return float(x) if np.ndim(x) == 0 else ["array"]


def _index(key: Any) -> str:
    """An index as it is written, but for arrays in it.

    >>> _index((slice(None), -1)), _index(slice(1, None)), _index([2, 0])
    ('[:, -1]', '[1:]', '[…]')
    """
    parts = key if isinstance(key, tuple) else (key,)
    return f"[{', '.join(map(_index_part, parts))}]"


def _only_reshapes(key: Any) -> bool:
    """Whether an index only gives an array another shape, of which a formula does not tell."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(
        p is None or p is Ellipsis or (isinstance(p, slice) and p == slice(None)) for p in parts
    )


def _index_part(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if x is None else str(x) for x in (part.start, part.stop, part.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if part is Ellipsis:
        return "..."
    whole = isinstance(part, (int, np.integer)) and not isinstance(part, (bool, np.bool_))
    return str(part) if whole or part is None else "…"


def _is_operand(x: Any) -> bool:
    return isinstance(x, (Expr, int, float, np.generic))


# ── printing ──────────────────────────────────────────────────────────────────────────────────
def unicode(tree: Tree, names: Mapping[str, str], numeric: bool = False) -> str:
    """A formula as Unicode text.

    Parameters
    ----------
    tree : formula tree
    names : mapping of str to str
        What stands in each slot: names, or numbers already written.
    numeric : bool
        Numbers stand in the slots: products get a ``×``.

    >>> tree = ["sub", 1.0, ["power", "out", 2.0]]
    >>> unicode(tree, {"out": "o"}), unicode(tree, {"out": "−0.5"}, numeric=True)
    ('1 − o²', '1 − (−0.5)²')
    """
    return _Unicode(names, numeric).text(tree)


def latex(tree: Tree, names: Mapping[str, str], numeric: bool = False) -> str:
    """A formula as LaTeX; the names are LaTeX already.

    >>> latex(["div", 1.0, ["mul", 2.0, "out"]], {"out": "o"})
    '\\\\frac{1}{2 \\\\cdot o}'
    """
    return _Latex(names, numeric).text(tree)


class _Printer:
    """Walks a tree and puts parentheses only where they are needed."""

    def __init__(self, names: Mapping[str, str], numeric: bool) -> None:
        self.names, self.numeric = names, numeric

    def text(self, tree: Tree) -> str:
        return self.write(tree)[0]

    def inside(self, tree: Tree, level: int, first: bool = False) -> str:
        text, own = self.write(tree)
        signed = text.startswith("−") and not first
        return f"({text})" if own < level or (signed and own < _ATOM + 1) else text

    def write(self, tree: Tree) -> tuple[str, int]:
        if isinstance(tree, str):
            text = self.names.get(tree, tree)
            return text, _strength(text)
        if isinstance(tree, (int, float)):
            return number(tree), _ATOM
        head, *args = tree
        return self.call(head, args)

    def call(self, head: str, args: list[Tree]) -> tuple[str, int]:
        if head == "array":
            return "[…]", _ATOM
        if head in _SILENT:
            return self.write(args[0])
        if head in _INFIX:
            return self.infix(head, args)
        if head in _COMPARE:
            left, right = (self.inside(a, _SUM, first=True) for a in args)
            return f"[{left} {_COMPARE[head]} {right}]", _ATOM
        if head == "getitem":
            key = str(args[1]) if len(args) > 1 else "[…]"
            return (
                (self.inside(args[0], _ATOM) + self.key(key), _ATOM) if key else self.write(args[0])
            )
        if head == "neg":
            return "−" + self.inside(args[0], _PRODUCT), _PRODUCT
        if head == "abs":
            return f"|{self.text(args[0])}|", _ATOM
        inner = ", ".join(self.text(a) for a in args)
        return f"{self.function(head)}({inner})", _ATOM

    def infix(self, head: str, args: list[Tree]) -> tuple[str, int]:
        sign, level = _INFIX[head]
        left = self.inside(args[0], level, first=True)
        right = self.inside(args[1], level + (head in ("sub", "div")))
        if head == "mul":
            sign = self.times(args, right)
        return left + sign + right, level

    def times(self, args: list[Tree], right: str) -> str:
        raise AssertionError("each printer has its own")

    def key(self, text: str) -> str:
        return text

    def function(self, head: str) -> str:
        op = registry.get(head)
        return op.symbol if op and op.symbol.isalpha() else head


class _Unicode(_Printer):
    def times(self, args: list[Tree], right: str) -> str:
        if self.numeric:
            return " × "
        return "" if isinstance(args[0], (int, float)) and right[0].isalpha() else "·"

    def call(self, head: str, args: list[Tree]) -> tuple[str, int]:
        if head == "power":
            base = self.inside(args[0], _ATOM)
            exponent = self.text(args[1])
            if exponent.lstrip("−").isdigit():
                return base + exponent.translate(_RAISED), _POWER
            return f"{base}^{self.inside(args[1], _ATOM)}", _POWER
        if head in ("transpose", "swapaxes"):
            return self.inside(args[0], _ATOM) + "ᵀ", _POWER
        if head == "sqrt":
            return "√" + self.inside(args[0], _ATOM), _POWER
        if head == "sum":
            return "Σ " + self.inside(args[0], _PRODUCT), _PRODUCT
        return super().call(head, args)


class _Latex(_Printer):
    def times(self, args: list[Tree], right: str) -> str:
        return r" \times " if self.numeric else r" \cdot "

    def write(self, tree: Tree) -> tuple[str, int]:
        text, level = super().write(tree)
        return (text.replace("−", "-") if isinstance(tree, (int, float)) else text), level

    def call(self, head: str, args: list[Tree]) -> tuple[str, int]:
        if head == "div":
            return rf"\frac{{{self.text(args[0])}}}{{{self.text(args[1])}}}", _ATOM
        if head == "power":
            return f"{self.inside(args[0], _ATOM)}^{{{self.text(args[1])}}}", _POWER
        if head in ("transpose", "swapaxes"):
            return self.inside(args[0], _ATOM) + r"^{\top}", _POWER
        if head == "sqrt":
            return rf"\sqrt{{{self.text(args[0])}}}", _ATOM
        if head == "sum":
            return r"\sum " + self.inside(args[0], _PRODUCT), _PRODUCT
        if head == "matmul":
            return (
                rf"{self.inside(args[0], _PRODUCT)} \, {self.inside(args[1], _PRODUCT)}",
                _PRODUCT,
            )
        if head in _COMPARE:
            signs = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne"}
            sign = signs.get(_COMPARE[head], _COMPARE[head])
            return rf"[{self.text(args[0])} {sign} {self.text(args[1])}]", _ATOM
        text, level = super().call(head, args)
        return text.replace("−", "-"), level

    def key(self, text: str) -> str:
        return text.replace("…", r"\dots")

    def function(self, head: str) -> str:
        known = {"exp", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min"}
        if head == "sigmoid":
            return r"\sigma"
        return f"\\{head}" if head in known else rf"\operatorname{{{head.replace('_', ' ')}}}"


def _strength(text: str) -> int:
    """How tightly a name or a written number holds together."""
    if text.startswith("(") and text.endswith(")"):
        return _ATOM
    if any(sign in text for sign in (" + ", " − ")):
        return _SUM
    if any(sign in text for sign in ("·", " / ", " @ ", " × ")):
        return _PRODUCT
    return _ATOM if not text.startswith("−") else _SUM
