"""Formulas as text, ``tanh(w*x + b)``: read by a grammar of their own, never run as Python."""

from __future__ import annotations

import hashlib
import linecache
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograd_lite import Value, ops, record
from autograd_lite.context import Origin, coming_from
from autograd_lite.errors import did_you_mean
from autograd_lite.op import Op
from autograd_lite.recording import Recording
from autograd_lite.value import constant
from viz.grammar import FormulaError, Move, Reader, Statement, functions, listed

__all__ = [
    "Formula",
    "FormulaError",
    "MissingNumbers",
    "assignments",
    "formula",
    "parsed",
    "record_formula",
]

_LARGEST = 1000
"""Numbers in one array: what a picture can show, and what no formula turns into a flood."""


class MissingNumbers(FormulaError):
    """Names of a formula that were given no number: ``names``."""

    def __init__(self, names: tuple[str, ...], text: str, place: int) -> None:
        self.names = names
        super().__init__(f"no number was given for {listed(names)}", text, place)


def formula(text: str, /, **at: Any) -> Value:
    """The result of a formula, ready for ``backward()`` and :func:`viz.draw`.

    Parameters
    ----------
    text : str
        Numbers, names, ``+ - * / ** @``, parentheses, vectors ``[1, 2]``, and the functions of
        :mod:`autograd_lite.ops`: ``tanh``, ``exp``, ``relu``, ``sum`` … (``^``, ``×``, ``·`` and
        ``x²`` are read too.) Statements between semicolons name what they compute:
        ``z = w*x + b; tanh(z)``. It is data: nothing in it is run as Python.
    **at : float, array_like or Value
        A number for each name, unless the text gives it, as in ``w = 0.5; w**2``.

    Returns
    -------
    Value
        Each name is a leaf of its graph.

    Raises
    ------
    FormulaError
        The text is no formula, a name has no number, or shapes do not fit; a caret shows the place.

    Examples
    --------
    >>> import viz
    >>> y = viz.formula("z = w*x + b; tanh(z)", w=0.5, x=2, b=-1)
    >>> y.backward()
    >>> y.data, y.inputs[0].name
    (0.0, 'z')
    >>> viz.formula("tnah(x)", x=1)
    Traceback (most recent call last):
    viz.grammar.FormulaError: 'tnah' is not a function that formulas know. Did you mean 'tanh'?
      tnah(x)
      ^
    """
    return parsed(text).value(at)


def parsed(text: str) -> Formula:
    """A formula that was read, and not yet computed.

    >>> parsed("tanh(w*x + b)").names
    ('w', 'x', 'b')
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, such as 'tanh(w*x)', not {type(text).__name__}")
    reader = Reader(text)
    return Formula(reader.text, *reader.statements())


def assignments(text: str) -> dict[str, Any]:
    """Numbers by name, from ``w=0.5 x=[1, 2] b=-1/3``; commas and semicolons may stand between.

    >>> assignments("w=0.5, v=[1, 2] b=-2**2")
    {'w': 0.5, 'v': array([1., 2.]), 'b': -4.0}
    """
    reader = Reader(text)
    return {
        name: _computed(reader.text, moves, {}).data for name, moves in reader.assignments().items()
    }


def record_formula(
    form: Formula, at: Mapping[str, Any], passes: str | None = None, parameters: Sequence[str] = ()
) -> tuple[Recording, str]:
    """The record of a formula's passes, and which passes there are to draw.

    Parameters
    ----------
    form : Formula
    at : mapping of str to float or array_like
    passes : {"forward", "backward", "both"}, optional
        By default both, and of an array only the forward pass.
    parameters : sequence of str
        Names to be drawn as parameters.

    Raises
    ------
    FormulaError
        As :func:`formula`.
    ValueError
        A backward pass of an array was asked for, or there is no such parameter.

    Examples
    --------
    >>> recording, passes = record_formula(parsed("w * x"), {"w": 2, "x": 3}, parameters=["w"])
    >>> [node.role for node in recording.graphs[0].nodes], passes
    (['parameter', 'input', 'value'], 'both')
    """
    leaves = {name: Value(x, name) for name, x in at.items()}
    root = form.value(leaves)
    unknown = next((name for name in parameters if name not in leaves), None)
    if unknown is not None:
        raise ValueError(f"there is no {unknown!r} to draw as a parameter; {_those(leaves)}")
    if root.ndim and passes in ("backward", "both"):
        raise ValueError(
            f"the result has shape {root.shape}, and a backward pass starts from one number; write"
            " sum(…) or mean(…) around it, or draw the forward pass only"
        )
    passes = passes or ("forward" if root.ndim else "both")
    title = " ".join(form.text.split())
    chosen = [leaves[name] for name in parameters]
    return record(root, passes != "forward", title=title, parameters=chosen), passes


def _those(names: Iterable[str]) -> str:
    there = tuple(names)
    return f"there is {listed(there)}" if there else "no name was given a number"


# ── what was read ─────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Formula:
    """A formula that was read.

    Attributes
    ----------
    text : str
    names : tuple of str
        The names that want a number, in the order of their first use.
    statements : tuple
        What is to be computed, one move after the other: nothing recurses.
    """

    text: str
    names: tuple[str, ...]
    statements: tuple[Statement, ...]

    def value(self, at: Mapping[str, Any]) -> Value:
        """Compute it; see :func:`formula`."""
        given = {unicodedata.normalize("NFC", name): x for name, x in at.items()}
        self._check(given)
        known: dict[str, Value] = {
            name: given[name] if isinstance(given[name], Value) else Value(given[name], name)
            for name in self.names
        }
        file = _filed(self.text)
        result = constant(0.0)
        for statement in self.statements:
            # The statement is the learner's own line: the page shows it beside what it computes.
            origin = Origin((), file, statement.line)
            with coming_from(origin):
                result = _computed(self.text, statement.moves, known)
                if statement.name is not None:
                    result = _named(result, statement.name.text)
                    known[statement.name.text] = result
        if not result.tracked:
            last = self.statements[-1]
            self._fail("there is no name in this, and so no gradient; write x for a number that may"
                       " change", last.moves[0].place)  # fmt: skip
        return result

    def _check(self, given: Mapping[str, Any]) -> None:
        missing = tuple(name for name in self.names if name not in given)
        if missing:
            place = self._place(missing[0])
            if missing[0] in functions():
                self._fail(f"{missing[0]!r} is a function; write {missing[0]}(…)", place)
            raise MissingNumbers(missing, self.text, place)
        for statement in self.statements:
            if statement.name is not None and statement.name.text in given:
                self._fail(f"{statement.name.text!r} gets its number here, and is given one besides;"
                           " leave one of the two out", statement.name.place)  # fmt: skip
        extra = next((name for name in given if name not in self.names), None)
        if extra is not None:
            has = (
                f"it has {listed(self.names)}" if self.names else "it has none that wants a number"
            )
            near = did_you_mean(extra, self.names)
            self._fail(f"there is no {extra!r} in the formula; {has}.{near}", 0)

    def _place(self, name: str) -> int:
        moves = (m for s in self.statements for m in s.moves)
        return next(m.place for m in moves if m.kind == "name" and m.what == name)

    def _fail(self, reason: str, place: int) -> NoReturn:
        raise FormulaError(reason, self.text, place)


# ── computing ─────────────────────────────────────────────────────────────────────────────────
def _computed(text: str, moves: Sequence[Move], known: Mapping[str, Value]) -> Value:
    stack: list[Value] = []
    for move in moves:
        if move.kind == "number":
            stack.append(constant(move.what))
        elif move.kind == "name":
            stack.append(known[move.what])
        else:
            args = tuple(stack[len(stack) - move.takes :])
            del stack[len(stack) - move.takes :]
            stack.append(_applied(text, move, args))
    return stack.pop()


def _applied(text: str, move: Move, args: tuple[Value, ...]) -> Value:
    op: Op = move.what
    _check_size(text, move, _size(op, args))
    try:
        if op is ops.stack and not any(x.tracked for x in args):
            result = constant(np.stack([np.asarray(x.data, np.float64) for x in args]))
        else:
            result = op(*args, axis=0) if op is ops.stack else op(*args)
    except (ValueError, TypeError) as error:
        raise FormulaError(str(error), text, move.place) from None
    _check_size(text, move, result.size)
    return result


def _size(op: Op, args: tuple[Value, ...]) -> int:
    """How many numbers there will be, as far as that can be told beforehand."""
    if not op.elementwise:
        return sum(x.size for x in args) if op is ops.stack else 0
    try:
        return math.prod(np.broadcast_shapes(*(x.shape for x in args)))
    except ValueError:
        return 0  # they do not fit, and the operation itself says it better


def _check_size(text: str, move: Move, size: int) -> None:
    if size > _LARGEST:
        raise FormulaError(
            f"this makes an array of {size} numbers; a formula draws up to {_LARGEST}",
            text, move.place,
        )  # fmt: skip


def _named(result: Value, name: str) -> Value:
    """The result under its name; what has another name already keeps it, beside the new one."""
    if not result.tracked:
        return Value(result.data, name)
    if result.name is not None or result.op is None:
        result = ops.alias(result)
    result.name = name
    return result


def _filed(text: str) -> str:
    """A name for the text under which tools find its lines, as IPython does with its cells."""
    file = f"<formula {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}>"
    parts = [part.strip() + "\n" for part in re.split(r"[;\n]", text)]
    linecache.cache[file] = (len(text), None, parts, file)
    return file
