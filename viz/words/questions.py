"""A micro-step as a question: what is asked, which number answers it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number, unicode
from autograd_lite.recording import Application, Message, Node
from viz.words.spans import Span, math_span, slope_span
from viz.words.texts import GraphTexts, StepTexts, cell_grid, signed

__all__ = [
    "Ask", "Cell", "ask_result", "ask_seed", "ask_sent", "ask_update", "cell_made", "cell_sent",
    "shared_out",
]  # fmt: skip

_INFIX = {"add": "+", "sub": "−", "mul": "×", "div": "÷"}
_LONGEST_SUM = 3


@dataclass(frozen=True)
class Ask:
    """What holds for every step: the question, and the reason of its answer.

    ``{"number": 2}`` in the reason stands for the number in that place of the telling. ``signs``
    are the words for a positive and a negative answer.
    """

    question: list[Span]
    reason: list[Span]
    signs: tuple[list[Span], list[Span]] | None = None


@dataclass(frozen=True)
class Cell:
    """The element of a tensor that is asked for: where it stands, and its own arithmetic."""

    row: int
    column: int
    where: str
    numbers: list[str]


def _n(place: int) -> Span:
    return {"number": place}


# ── forward ───────────────────────────────────────────────────────────────────────────────────
def ask_result(texts: GraphTexts, node: Node) -> Ask:
    """What an operation makes."""
    name, sign = math_span(texts.name(node.id)), texts.sign(node)
    if node.op == "matmul":
        reason = ["a row of the left factor times a column of the right one, added up"]
    elif node.op in _INFIX:
        verbs = {
            "add": ["+ adds what comes in, ", _n(2), " and ", _n(4)],
            "sub": ["− takes the second input from the first, ", _n(2), " less ", _n(4)],
            "mul": ["× multiplies what comes in, ", _n(2), " and ", _n(4)],
            "div": ["÷ divides the first input, ", _n(2), ", by the second, ", _n(4)],
        }
        reason = verbs[node.op]
    else:
        reason = [f"{sign} is applied to what comes in: ", _n(2)]
    return Ask(["What is ", name, "?"], [*reason, "."])


def cell_made(texts: StepTexts, node: Node) -> Cell | None:
    """One element of a tensor that an operation makes; None where none can be told by itself."""
    step = texts.step
    result = np.asarray(step.values[node.id], float)
    place = _telling_place(result, node.shape)
    if place is None:
        return None
    answer = number(result[place])
    inputs = [np.asarray(step.values[x], float) for x in node.inputs]
    if node.op in _INFIX:
        a, b = (number(np.broadcast_to(x, result.shape)[place]) for x in inputs)
        return _cell(place, node.shape, [answer, "=", a, _INFIX[node.op], signed(b)])
    if node.op == "matmul":
        terms = _product(inputs[0], inputs[1], place)
        return _cell(place, node.shape, [answer, "=", *terms]) if terms else None
    if any(x.shape not in ((), result.shape) for x in inputs) or not node.formula:
        return None
    own = {str(i): number(np.broadcast_to(x, result.shape)[place]) for i, x in enumerate(inputs)}
    return _cell(place, node.shape, [answer, "=", unicode(node.formula, own, numeric=True)])


# ── backward ──────────────────────────────────────────────────────────────────────────────────
def ask_seed(texts: GraphTexts) -> Ask:
    root = texts.graph.root.id
    return Ask(
        ["With which gradient does the backward pass start?"],
        [slope_span(texts, root), " compares ", math_span(texts.root), " with itself: it changes 1 to 1."],
    )  # fmt: skip


def ask_sent(texts: GraphTexts, message: Message) -> Ask:
    """What an operation sends back to one of its inputs."""
    node, target = texts.graph.nodes[message.node], texts.graph.nodes[message.input]
    sign, name = texts.sign(node), math_span(texts.name(target.id))
    rule = texts.rule(message)
    signs = None
    if message.local is None:
        reason: list[Span] = (
            ["each number of ", name, " met numbers of the other factor; they now weigh what arrives"]
            if node.op == "matmul"
            else [f"the gradient goes back by the rule: {message.words}"]
        )  # fmt: skip
    else:
        if rule == "1":
            reason = [f"{sign} passes on what arrives, ", _n(2), ", as it is: its local derivative for ",
                      name, " is 1"]  # fmt: skip
        elif rule == "−1":
            reason = [f"{sign} turns the sign of what arrives, ", _n(2), ": its local derivative for ",
                      name, " is −1"]  # fmt: skip
        else:
            which = ", which is the other factor, " if node.op == "mul" else ", which is "
            reason = [f"{sign} multiplies what arrives, ", _n(2), ", by its local derivative for ", name,
                      which, math_span(rule), " = ", _n(4)]  # fmt: skip
        if message.summed:
            reason += [". ", name, " was used by several rows, so their messages add up"]
        if not target.shape and not node.shape:
            signs = tuple(
                [" It is ", word, ": raising ", name, f" {way} ", math_span(texts.root), "."]
                for word, way in (("positive", "raises"), ("negative", "lowers"))
            )
    return Ask([f"What does {sign} send back to ", name, "?"], [*reason, "."], signs)  # type: ignore[arg-type]


def cell_sent(texts: StepTexts, application: Application) -> Cell | None:
    """One element of a tensor message; None where none can be told by itself."""
    message, nodes = application.message, texts.graph.graph.nodes
    node, target = nodes[message.node], nodes[message.input]
    sent = np.asarray(application.contribution, float)
    place = _telling_place(sent, target.shape)
    if place is None:
        return None
    answer = number(sent[place])
    upstream = np.asarray(application.upstream, float)
    if message.local is not None:
        if message.summed or upstream.shape != sent.shape:
            return None
        local = np.broadcast_to(np.asarray(application.local, float), sent.shape)
        return _cell(
            place, target.shape, [answer, "=", number(upstream[place]), "×", signed(number(local[place]))]
        )  # fmt: skip
    if node.op == "matmul":
        other = np.asarray(texts.step.values[node.inputs[1 - message.index]], float)
        if other.ndim != 2 or upstream.ndim != 2:
            return None
        left, right = (other.T, upstream) if message.index else (upstream, other.T)
        terms = _product(left, right, place)
        return _cell(place, target.shape, [answer, "=", *terms]) if terms else None
    told = shared_out(application, texts)
    return _cell(place, target.shape, [answer, "=", told]) if told else None


def shared_out(application: Application, texts: StepTexts) -> str:
    """The arithmetic of a message that gives every element the same, from a scalar: ``1 / 7``."""
    sent = np.asarray(application.contribution, float)
    node = texts.graph.graph.nodes[application.message.node]
    tree = application.message.pull
    if node.shape or not sent.size or tree is None or not (sent == sent.flat[0]).all():
        return ""
    if _slots(tree) != {"g"}:
        return ""
    return unicode(tree, {"g": number(float(np.asarray(application.upstream)))}, numeric=True)


def _slots(tree: Any) -> set[str]:
    """The names that stand in a formula, besides those of its operations."""
    if isinstance(tree, str):
        return {tree}
    if isinstance(tree, (list, tuple)):
        return {slot for part in tree[1:] for slot in _slots(part)}
    return set()


# ── update ────────────────────────────────────────────────────────────────────────────────────
def ask_update(texts: GraphTexts, node: int, formula: str) -> Ask:
    """Where the optimizer moves a parameter."""
    return Ask(
        ["Where does the optimizer move ", math_span(texts.name(node)), "?"],
        ["the rule is ", math_span(formula), "."],
    )


# ── elements ──────────────────────────────────────────────────────────────────────────────────
def _telling_place(data: np.ndarray, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The first element that is not 0 of a tensor whose numbers stand in its card."""
    if data.size < 2 or not cell_grid(shape) or not np.isfinite(data).all():
        return None
    places = np.argwhere(data)
    return tuple(places[0]) if len(places) else (0,) * data.ndim


def _product(left: np.ndarray, right: np.ndarray, place: tuple[int, ...]) -> list[str]:
    """The arithmetic of one element of a product of matrices, if it is short."""
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] > _LONGEST_SUM:
        return []
    row, column = place
    pairs = [(number(a), number(b)) for a, b in zip(left[row], right[:, column], strict=True)]
    if len(pairs) == 1:
        return [pairs[0][0], "×", signed(pairs[0][1])]
    terms = [f"{signed(a) if i else a} × {signed(b)}" for i, (a, b) in enumerate(pairs)]
    return [" + ".join(terms)]


def _cell(place: tuple[int, ...], shape: tuple[int, ...], numbers: list[str]) -> Cell:
    row, column = (*place, 0)[:2] if len(place) > 1 else (place[0], 0)
    columns = shape[1] if len(shape) > 1 else 1
    where = f"row {row + 1}" + (f", column {column + 1}" if columns > 1 else "")
    return Cell(int(row), int(column), where, numbers)
