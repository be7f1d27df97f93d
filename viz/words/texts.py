"""What a drawing says: the words and numbers of a recorded step, made once for all drawings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd_lite.notation import number, unicode
from autograd_lite.recording import Application, Graph, Message, Node, Recording, StepRecord

__all__ = [
    "NOTATIONS",
    "GraphTexts",
    "StepTexts",
    "cell_grid",
    "cells",
    "norm",
    "notation_named",
    "partial",
    "shortened",
    "signed",
    "tight",
]

_TALLEST, _WIDEST = 8, 3
_LONGEST_NAME = 24

Cells = tuple[tuple[str, ...], ...]

NOTATIONS = ("∂L/∂x", "x̄", "x.grad")
"""How a gradient may be written."""

_ALIASES = {"partial": NOTATIONS[0], "bar": NOTATIONS[1], "grad": NOTATIONS[2]}
_MACRON, _OVERLINE = "\u0304", "\u0305"


def notation_named(name: str) -> str:
    """A notation by its own look, or as ``partial``, ``bar`` or ``grad``.

    Raises
    ------
    ValueError
        There is no such notation.
    """
    found = _ALIASES.get(name, unicodedata.normalize("NFC", str(name)))
    if found not in NOTATIONS:
        known = ", ".join(map(repr, (*NOTATIONS, *_ALIASES)))
        raise ValueError(f"notation {name!r} is not one of {known}")
    return found


def cell_grid(shape: Sequence[int]) -> tuple[int, int] | None:
    """Rows and columns of cells in which data of a shape is written out; None if it is too large."""
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1 and 0 < shape[0] <= _TALLEST:
        return shape[0], 1
    if len(shape) == 2 and shape[1] == 1 and 0 < shape[0] <= _TALLEST:
        return shape[0], 1
    if len(shape) == 2 and 0 < shape[0] <= _WIDEST and 0 < shape[1] <= _WIDEST:
        return shape[0], shape[1]
    return None


def cells(data: Any, shape: Sequence[int]) -> Cells:
    """Data as written in a card: every number, or norm and range where there are too many.

    >>> cells([[1.0], [-0.5]], (2, 1))
    (('1',), ('−0.5',))
    """
    grid = cell_grid(shape)
    array = np.asarray(data, dtype=float)
    if grid:
        return tuple(tuple(map(number, row)) for row in array.reshape(grid).tolist())
    if not array.size:
        return (("empty",), ("",))
    low, high = float(array.min()), float(array.max())
    return (
        (f"‖·‖ = {number(norm(array))}",),
        (f"{number(low)} … {number(high)}",),
    )


def norm(data: Any) -> float:
    """The root of the sum of squares, where the squares alone would overflow too."""
    array = np.abs(np.asarray(data, dtype=float))
    largest = float(array.max(initial=0.0))
    if not 0 < largest < np.inf:
        return largest
    with np.errstate(over="ignore", under="ignore"):
        return largest * float(np.linalg.norm(array / largest))


def partial(above: str, below: str) -> str:
    """∂above/∂below in one line.

    >>> partial("L", "w·x")
    '∂L/∂(w·x)'
    """
    return f"∂{tight(above)}/∂{tight(below)}"


def tight(name: str) -> str:
    """A name as ∂ takes it: one with signs in it stands in parentheses.

    >>> tight("w"), tight("(a + b)·c")
    ('w', '((a + b)·c)')
    """
    return f"({name})" if any(c in name for c in "·+−/@ ") else name


def barred(name: str) -> str:
    """A name with a bar above it, as the gradient of the root is written in the literature.

    Where a mark is above it already, as in ŷ, fonts would draw one upon the other.

    >>> barred("w"), barred("w₁") == "w̄₁"
    ('w̄', True)
    """
    if any(map(unicodedata.combining, unicodedata.normalize("NFD", name))):
        return f"bar({name})"
    stem = name.rstrip("₀₁₂₃₄₅₆₇₈₉,⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹")
    if len(stem) == 1:
        return f"{stem}{_MACRON}{name[1:]}"
    return "".join(c + _OVERLINE for c in name)


def shortened(name: str) -> str:
    """A long name without its middle: its end may be what tells it from another.

    >>> shortened("the_weight_of_the_first_neuron")
    'the_weight_of_…st_neuron'
    """
    if len(name) <= _LONGEST_NAME:
        return name
    tail = (_LONGEST_NAME - 1) * 2 // 5
    return f"{name[: _LONGEST_NAME - 1 - tail]}…{name[-tail:]}"


def signed(text: str) -> str:
    """A number as it stands behind an operator: a negative one in parentheses."""
    return f"({text})" if text.startswith("−") else text


@dataclass(frozen=True)
class GraphTexts:
    """The words that hold for every step of one graph: names, formulas, signs."""

    graph: Graph
    notation: str = NOTATIONS[0]

    def name(self, node: int) -> str:
        """What a node is called in a drawing; a plain number, which may stand often, by itself."""
        return self._numbers.get(node) or shortened(self.graph.nodes[node].name)

    @property
    def root(self) -> str:
        return self.name(self.graph.root.id)

    def gradient(self, node: int) -> str:
        """The heading of a node's gradient: ``∂L/∂w``, ``w̄`` or ``w.grad``."""
        if self.notation == NOTATIONS[1]:
            return barred(self.name(node))
        if self.notation == NOTATIONS[2]:
            return f"{tight(self.name(node))}.grad"
        return partial(self.root, self.name(node))

    def shape(self, node: Node) -> str:
        return str(node.shape) if node.shape else ""

    def names(self, node: Node) -> dict[str, str]:
        """What stands in the slots of the formulas that belong to a node."""
        slots = {str(i): self.name(x) for i, x in enumerate(node.inputs)}
        slots.update(getattr(node, "slots", ()))
        return {**slots, "out": self.name(node.id), "g": self.gradient(node.id)}

    @cached_property
    def folded(self) -> frozenset[int]:
        """Plain numbers that are written into the sign of their operation, not drawn as nodes."""
        return frozenset(self._numbers)

    @cached_property
    def _numbers(self) -> dict[int, str]:
        """Those plain numbers as text, from the formulas that they stand in."""
        return {
            x: number(tree)
            for node in self.graph.nodes
            for x, tree in zip(node.inputs, (node.formula or ())[1:], strict=False)
            if self.graph.nodes[x].role == "constant" and isinstance(tree, float)
        }

    def sign(self, node: Node) -> str:
        """The sign in an operation's circle, with the plain numbers folded in: ``(·)²``, ``× 2``."""
        numbers = [self._numbers.get(x) for x in node.inputs]
        if all(n is None for n in numbers) or len(numbers) != 2:
            return node.symbol
        left, right = numbers
        if node.op == "power" and right is not None:
            return unicode(["power", "0", node.formula[2]], {"0": "(·)"})
        if right is not None and left is None:
            return f"{node.symbol} {signed(right)}"
        if left is not None and right is None:
            commutes = node.op in ("add", "mul", "maximum")
            return f"{node.symbol} {signed(left)}" if commutes else f"{left} {node.symbol}"
        return f"{left} {node.symbol} {right}"

    def formula(self, node: Node) -> str:
        """What a node is, in names: ``ŷ = w·x + b``; only the right side where that is its name."""
        body = unicode(node.formula, self.names(node))
        name = self.name(node.id)
        return body if body == name else f"{name} = {body}"

    def rule(self, message: Message) -> str:
        """The local derivative in names, or the pulled-back gradient of a structural operation.

        A formula that no slide could hold gives way to the words of its operation.
        """
        node = self.graph.nodes[message.node]
        tree = message.local if message.local is not None else _unbalanced(message.pull)
        text = unicode(tree, self.names(node)) if tree is not None else ""
        if len(text) <= _LONGEST_RULE or message.local is not None:
            return text
        return message.words or f"by the rule of {self.sign(node)}"

    def local_name(self, message: Message) -> str:
        """What :meth:`rule` is the formula of: ``∂z/∂w``, or ``∂L/∂w`` for structural operations."""
        if message.local is None:
            return self.gradient(message.input)
        return partial(self.name(message.node), self.name(message.input))


@dataclass(frozen=True)
class StepTexts:
    """The words and numbers of one recorded step."""

    recording: Recording
    step: StepRecord
    notation: str = NOTATIONS[0]

    @cached_property
    def graph(self) -> GraphTexts:
        return GraphTexts(self.recording.graph_of(self.step), self.notation)

    def name(self, node: int) -> str:
        return self.graph.name(node)

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        if not self.step.contributions:
            return ()
        with np.errstate(all="ignore"):  # infinities of both signs may meet in a sum
            return tuple(self.recording.applications(self.step))

    @cached_property
    def values(self) -> tuple[Cells, ...]:
        """The cells of every node's value."""
        nodes = self.graph.graph.nodes
        return tuple(cells(v, n.shape) for v, n in zip(self.step.values, nodes, strict=True))

    @cached_property
    def gradients(self) -> dict[int, Cells]:
        """The cells of every gradient that the sweep reached."""
        graph = self.graph.graph
        return {i: cells(g, graph.nodes[i].shape) for i, g in self.slopes.items()}

    @cached_property
    def slopes(self) -> dict[int, Any]:
        """Every gradient that the sweep reached."""
        found = {self.graph.graph.root.id: self.step.seed} if self.applications else {}
        found.update((a.message.input, a.after) for a in self.applications)
        return found

    def brief(self, node: int) -> str:
        """A node's value in one word: its number, or the norm of many."""
        return _brief(self.step.values[node])

    def brief_gradient(self, node: int) -> str:
        """A node's gradient in one word; empty where the sweep did not come."""
        return self._brief_gradients.get(node, "")

    @cached_property
    def _brief_gradients(self) -> dict[int, str]:
        return {i: _brief(g) for i, g in self.slopes.items()}

    def parameters(self, node: int) -> tuple[str, str, str]:
        """The parameters of a module: the word, the norm of their values, that of their gradients."""
        values, gradients = getattr(self.step, "inside", {}).get(node, ([], None))
        slope = (
            "" if gradients is None or not self.applications else f"∂ ‖{number(norm(gradients))}‖"
        )
        return "parameters", f"‖{number(norm(values))}‖", slope

    def strength(self, application: Application) -> float:
        """How large a message is."""
        return norm(application.contribution)

    def weight(self, node: int, use: int) -> float | None:
        """The number that a neuron multiplies an input by, in a coarse recording."""
        return getattr(self.step, "weights", {}).get((node, use))

    @cached_property
    def checks(self) -> dict[int, bool]:
        """Whether each gradient that was checked agrees with a numeric one."""
        return {c.node: c.agrees for c in self.step.checks}

    def seed(self) -> Cells:
        return cells(self.step.seed, self.graph.graph.root.shape)

    def value(self, node: int) -> str:
        """A scalar's number in one word."""
        return number(self.step.values[node])

    def forward_label(self, node: Node) -> tuple[str, str, str]:
        """At an operation, going forward: the formula, the arithmetic, its result (to be bold)."""
        texts = self.graph
        formula = texts.formula(node)
        if node.shape or any(texts.graph.nodes[i].shape for i in node.inputs):
            return formula, *self._shapes(node)
        numbers = {str(i): self.value(x) for i, x in enumerate(node.inputs)}
        return formula, unicode(node.formula, numbers, numeric=True) + " =", self.value(node.id)

    def _shapes(self, node: Node) -> tuple[str, str]:
        """The shapes of a tensor operation, in place of its arithmetic."""
        texts = self.graph
        inputs = [texts.graph.nodes[i] for i in node.inputs]
        shapes = [texts.shape(x) for x in inputs if x.shape]
        if node.op == "matmul":
            return f"{' @ '.join(shapes)} →", texts.shape(node) or "scalar"
        if not node.shape:
            return f"{shapes[0]} →", self.value(node.id)
        return "", texts.shape(node)

    def backward_label(self, application: Application) -> tuple[str, str, str]:
        """At an edge, going back: the local derivative, the arithmetic, its result (to be bold)."""
        message, texts = application.message, self.graph
        node, target = texts.graph.nodes[message.node], texts.graph.nodes[message.input]
        first = f"{texts.local_name(message)} = {texts.rule(message)}"
        if not node.shape and not target.shape and message.local is not None:
            local = number(application.local)
            if not first.endswith(f"= {local}"):
                first += f" = {local}"
            upstream = number(application.upstream)
            return first, f"{upstream} × {signed(local)} =", number(application.contribution)
        result = texts.shape(target) or number(application.contribution)
        if message.summed:
            return first, f"Σ over {_rows(node.shape, message.summed)} →", result
        if message.pull is not None and node.op == "matmul":
            return first, f"{self._factors(message)} →", result
        if message.pull is not None and not node.shape:
            told = message.words and message.words != texts.rule(message)
            return first, f"{message.words} →" if told else "", result
        return first, "", result

    @cached_property
    def turns(self) -> dict[tuple[int, int], str]:
        """Which of several messages to a node each one is, as ①, by the operation and its input."""
        return {
            (a.message.node, a.message.index): chr(ord("①") + turn)
            for messages in self._to.values()
            if 1 < len(messages) <= 20
            for turn, a in enumerate(messages)
        }

    def added_up(self, node: int) -> list[tuple[str, str, str]]:
        """The messages to a scalar: which one, what it adds, the sum so far."""
        rows = []
        for a in self._to.get(node, ()):
            turn = self.turns.get((a.message.node, a.message.index), "")
            plus = "" if a.before is None else "+ "
            part = signed(number(a.contribution)) if plus else number(a.contribution)
            rows.append((turn, plus + part, number(a.after)))
        return rows

    @cached_property
    def _to(self) -> dict[int, list[Application]]:
        """The messages to each node, in the order of the sweep."""
        found: dict[int, list[Application]] = {}
        for a in self.applications:
            found.setdefault(a.message.input, []).append(a)
        return found

    def message_lines(self, application: Application) -> tuple[str, str, str]:
        """:meth:`backward_label` with the number of the message, where a node gets several."""
        first, arithmetic, result = self.backward_label(application)
        turn = self.turns.get((application.message.node, application.message.index))
        return (
            (first, f"{turn} {arithmetic}".strip(), result) if turn else (first, arithmetic, result)
        )

    def _factors(self, message: Message) -> str:
        node = self.graph.graph.nodes[message.node]
        other = self.graph.graph.nodes[node.inputs[1 - message.index]]
        turned = str(other.shape[::-1])
        left, right = (turned, node.shape) if message.index else (node.shape, turned)
        return f"{left} @ {right}"


def _unbalanced(tree: Any) -> Any:
    """The textbook's formula of a gradient whose rows add up to 0.

    Softmax has the largest element balance the others, ``where(c, a·c, −Σ a·c)``, which loses no
    digits; on paper that is ``a``.
    """
    if not (isinstance(tree, list) and tree[0] == "where" and len(tree) == 4):
        return tree
    _, others, rest, balance = tree
    if balance == ["neg", ["sum", rest]] and rest[0] == "mul" and rest[2] == others:
        return rest[1]
    return tree


_LONGEST_RULE = 60


def _brief(data: Any) -> str:
    return number(data) if np.ndim(data) == 0 else f"‖{number(norm(data))}‖"


def _rows(shape: Sequence[int], axes: Sequence[int]) -> str:
    """The repeated axes in words: ``the 7 rows``."""
    counts = " × ".join(str(shape[a]) for a in axes)
    return f"the {counts} rows" if tuple(axes) == (0,) else f"{counts} copies"
