"""A training step told move by move: each operation, each application of the chain rule, each update.

What holds for every step of a graph is a :class:`Move`; its numbers in one step are a
:class:`Telling`. Mathematics inside a sentence is a dict ``{"math": "w"}``, with the node's id under
``grad`` where it names a gradient, so that a reader may choose the notation; the rest is plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Application, Graph, Node, StepRecord, Update
from viz.records.parts import Part
from viz.records.updates import DESCENT, MOMENTS, OTHER, descent_rate
from viz.words.questions import (
    Ask,
    Cell,
    ask_result,
    ask_seed,
    ask_sent,
    ask_update,
    cell_made,
    cell_sent,
    shared_out,
)
from viz.words.reasons import because, sum_note
from viz.words.spans import Span, gradients_marked, plain_text
from viz.words.spans import math_span as _math
from viz.words.spans import slope_span as _slope
from viz.words.texts import Cells, GraphTexts, StepTexts, cells, signed, tight

__all__ = [
    "PHASES", "Ask", "Cell", "Move", "Span", "Telling", "computed", "moved_name", "moves", "plain_text",
    "step_before", "tellings",
]  # fmt: skip

PHASES = ("forward", "loss", "zero", "backward", "update")

_INFIX = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "matmul": "@"}
_MOST_ZEROED = 3


@dataclass(frozen=True)
class Move:
    """One micro-step, without numbers."""

    phase: str
    title: list[Span]
    equation: list[dict[str, Any]]
    captions: list[Any]
    target: int | None = None
    op: int | None = None
    edges: tuple[str, ...] = ()
    sources: tuple[tuple[int, str], ...] = ()
    label: tuple[Span, ...] = ()
    ask: Ask | None = None


@dataclass(frozen=True)
class Telling:
    """The numbers and sentences of one micro-step.

    ``label`` is what the numbers add to the words at the edge, and its second line; ``sums`` is the
    gradient after every message so far; ``cell`` is what can be asked of a tensor.
    """

    numbers: list[str]
    say: list[list[Span]]
    note: list[list[Span]]
    gradient: Cells | None = None
    label: tuple[str, str] | None = None
    sums: tuple[str, ...] = ()
    cell: Cell | None = None


def phase_of(node: Node) -> str:
    """Whether an operation belongs to the model or to the loss."""
    return "loss" if node.module[:1] == ("loss",) or node.role == "loss" else "forward"


def computed(graph: Graph) -> list[Node]:
    """The results of a graph in the order in which they are told: the model's, then the loss's."""
    return sorted((n for n in graph.nodes if n.op), key=lambda n: phase_of(n) == "loss")


# ── what holds for every step ─────────────────────────────────────────────────────────────────
def moves(graph: Graph, updates: Sequence[int], form: str = OTHER) -> list[Move]:
    """The moves of a graph in the order of their phases.

    Parameters
    ----------
    graph : Graph
    updates : sequence of int
        The ids of the parameters that are updated.
    form : str
        How they are updated, from :func:`viz.records.updates.update_form`.
    """
    texts = GraphTexts(graph)
    told = [_computing(texts, n) for n in computed(graph)]
    if graph.messages:
        if updates:
            told.append(_zeroing(texts, updates))
        told.append(_seeding(texts))
        told += [_pulling(texts, place) for place in range(len(graph.messages))]
    return told + [_updating(texts, node, form) for node in updates]


def _computing(texts: GraphTexts, node: Node) -> Move:
    drawn = [(i, x) for i, x in enumerate(node.inputs) if x not in texts.folded]
    sign = texts.sign(node)
    equation: list[dict[str, Any]] = [{"text": texts.name(node.id)}, {"text": "="}]
    if node.op in _INFIX:
        left, right = (texts.name(x) for x in node.inputs)
        equation += [{"text": left}, {"text": _INFIX[node.op]}, {"text": right}]
    else:
        equation.append({"text": texts.formula(node).removeprefix(f"{texts.name(node.id)} = ")})
    return Move(
        phase=phase_of(node),
        title=[f"{sign} makes ", _math(texts.name(node.id))],
        equation=equation,
        captions=[""] * len(equation),
        target=node.id,
        op=node.id,
        edges=(*(f"i{node.id}_{i}" for i, _ in drawn), *_own_road(node)),
        sources=tuple((x, "value") for _, x in drawn),
        ask=ask_result(texts, node),
    )


def _own_road(node: Node) -> tuple[str, ...]:
    """The road from an operation to its result; a part of a coarser drawing is both in one."""
    return () if isinstance(node, Part) else (f"o{node.id}",)


def _fraction(above: str, below: str) -> dict[str, Any]:
    return {"over": f"∂{tight(above)}", "under": f"∂{tight(below)}"}


def _gradient(texts: GraphTexts, node: int) -> dict[str, Any]:
    return {**_fraction(texts.root, texts.name(node)), "grad": node}


def _zeroing(texts: GraphTexts, updates: Sequence[int]) -> Move:
    """The gradients of the last step are taken away, all at once."""
    equation: list[dict[str, Any]] = []
    for node in updates[:_MOST_ZEROED]:
        equation += [_gradient(texts, node), {"text": ","}]
    if len(updates) > _MOST_ZEROED:
        equation += [{"text": "…"}, {"text": ","}]
    equation[-1] = {"text": "→"}
    return Move(
        phase="zero",
        title=["The gradients of the last step are cleared"],
        equation=[*equation, {"text": "blank"}],
        captions=["left over", *[""] * len(equation)],
    )


def _seeding(texts: GraphTexts) -> Move:
    root = texts.graph.root
    return Move(
        phase="backward",
        title=["The backward pass starts at ", _math(texts.name(root.id))],
        equation=[_gradient(texts, root.id), {"text": "="}, {"text": "1"}],
        captions=["", "", ""],
        target=root.id,
        ask=ask_seed(texts),
    )


def _pulling(texts: GraphTexts, place: int) -> Move:
    message = texts.graph.messages[place]
    node, target = texts.graph.nodes[message.node], texts.graph.nodes[message.input]
    result = _gradient(texts, target.id)
    if sum(m.input == target.id for m in texts.graph.messages) > 1:
        # One of several messages is no gradient yet; their sum is.
        result = {"text": f"to {texts.name(target.id)}"}
    upstream = _gradient(texts, node.id)
    equation: list[dict[str, Any]]
    if message.local is not None:
        local = _fraction(texts.name(node.id), texts.name(target.id))
        equation = [result, {"text": "="}, upstream, {"text": "×"}, local]
        captions = ["message", "", "upstream", "", _local_caption(texts, place)]
        if message.summed:
            equation[1] = {"text": "= Σ"}
    elif node.op == "matmul":
        other = texts.name(node.inputs[1 - message.index])
        turned = {"text": f"{other}ᵀ"}
        pair = [turned, upstream] if message.index else [upstream, turned]
        equation = [result, {"text": "="}, pair[0], {"text": "@"}, pair[1]]
        names = ["", "upstream"] if message.index else ["upstream", ""]
        captions = ["message", "", names[0], "", names[1]]
    else:
        rule = texts.rule(message)
        spans = gradients_marked(texts, rule, (node.id,))
        equation = [result, {"text": "="}, {"text": rule, "spans": spans}]
        captions = ["message", "", message.words if message.words != rule else ""]
    named = f"{texts.local_name(message)} = {texts.rule(message)}"
    return Move(
        phase="backward",
        title=[f"{texts.sign(node)} passes the gradient back to ", _math(texts.name(target.id))],
        equation=equation,
        captions=captions,
        target=target.id,
        op=node.id,
        edges=(*_own_road(node), f"i{node.id}_{message.index}"),
        sources=((node.id, "grad"), *_named_in(texts, place)),
        label=tuple(
            gradients_marked(texts, named, (node.id, target.id))
            if message.local is None
            else [_math(named)]
        ),
        ask=ask_sent(texts, message),
    )


def _named_in(texts: GraphTexts, place: int) -> Iterator[tuple[int, str]]:
    """The nodes whose values stand in the local derivative."""
    message = texts.graph.messages[place]
    node = texts.graph.nodes[message.node]
    tree = repr(message.local if message.local is not None else message.pull)
    slots = {str(i): x for i, x in enumerate(node.inputs) if x not in texts.folded}
    slots["out"] = node.id
    return ((x, "value") for slot, x in slots.items() if f"'{slot}'" in tree)


def _local_caption(texts: GraphTexts, place: int) -> list[Span]:
    rule = texts.rule(texts.graph.messages[place])
    is_number = rule.lstrip("−").replace(".", "").isdigit()
    return ["local"] if is_number or len(rule) > 16 else ["local, which is ", _math(rule)]


def _updating(texts: GraphTexts, node: int, form: str) -> Move:
    name = moved_name(texts, texts.graph.nodes[node])
    old, slope = {"text": name}, _gradient(texts, node)
    equation: list[dict[str, Any]] = [{"text": name}, {"text": "←"}, old]
    captions = ["new", "", "old"]
    if form == DESCENT:
        equation += [{"text": "−"}, {"text": "lr"}, {"text": "×"}, slope]
        captions += ["", "learning rate", "", "gradient"]
        formula = f"{name} − lr · gradient"
    elif form == MOMENTS:
        equation += [{"text": "−"}, {"text": "lrₜ"}, {"text": "×"}, {"text": "m"}, {"text": "÷"},
                     {"text": "√v"}]  # fmt: skip
        captions += ["", "rate", "", "mean gradient", "", "its usual size"]
        formula = f"{name} − lrₜ · m / √v"
    else:
        equation += [{"text": "+"}, {"text": "change"}]
        captions += ["", ""]
        formula = f"{name} + change"
    return Move(
        phase="update",
        title=["The optimizer moves ", _math(name)],
        equation=equation,
        captions=captions,
        target=node,
        sources=((node, "grad"),),
        ask=ask_update(texts, node, formula),
    )


# ── the numbers of one step ───────────────────────────────────────────────────────────────────
def tellings(texts: StepTexts, form: str = OTHER) -> list[Telling]:
    """The numbers and sentences of a step, one for each of :func:`moves` with the same ``form``."""
    graph = texts.graph.graph
    told = [_computed(texts, node) for node in computed(graph)]
    if texts.applications:
        if texts.step.updates:
            told.append(_zeroed(texts))
        told.append(_seeded(texts))
        sums: dict[int, list[str]] = {}
        for application in texts.applications:
            target = graph.nodes[application.message.input]
            sums.setdefault(target.id, []).append(_brief(application.after, target))
            told.append(_pulled(texts, application, tuple(sums[target.id])))
    rate = descent_rate(texts.step.updates) if form == DESCENT else None
    return told + [_updated(texts, update, form, rate) for update in texts.step.updates]


def step_before(texts: StepTexts) -> StepRecord | None:
    """The training step just before, if it was recorded and had the same graph."""
    number_before = texts.step.number - 1
    steps = texts.recording.steps
    found = next((s for s in steps if s.number == number_before), None)
    return found if found and found.graph == texts.step.graph and found.updates else None


def _zeroed(texts: StepTexts) -> Telling:
    before, step, graph = step_before(texts), texts.step, texts.graph
    held = {u.node: u.gradient for u in before.updates} if before else {}
    numbers: list[str] = []
    for update in step.updates[:_MOST_ZEROED]:
        node = graph.graph.nodes[update.node]
        left = _brief(held[update.node], node) if update.node in held else ""
        numbers += [left or ("blank" if step.number == 1 else "…"), ","]
    if len(step.updates) > _MOST_ZEROED:
        numbers += ["…", ","]
    numbers[-1] = "→"
    first = step.updates[0]
    name = _slope(graph, first.node)
    if step.number == 1:
        say: list[Span] = [
            "Nothing has been added up yet, so there is nothing to clear. From the next step on it"
            " matters, because backward() adds to what a gradient holds."
        ]  # fmt: skip
        return Telling([*numbers, "blank"], [say], [])
    say = [
        "backward() adds to what a gradient holds, +=. What step "
        f"{step.number - 1} left there would come on top of this step's."
    ]  # fmt: skip
    note: list[list[Span]] = []
    if before is None:
        note.append([f"Step {step.number - 1} was not recorded, so its gradients are not shown."])
    elif np.size(first.gradient) == 1 and first.node in held:
        old, new = (float(np.asarray(g).item()) for g in (held[first.node], first.gradient))
        with np.errstate(all="ignore"):
            both = number(np.float64(old) + new)
        note.append(["Without it ", name, f" would become {number(old)} + {signed(number(new))} ="
                     f" {both}, where {number(new)} is right."])  # fmt: skip
    return Telling([*numbers, "blank"], [say], note)


def _brief(data: Any, node: Node) -> str:
    """A scalar as its number, a tensor as its shape; one with a single element as that number."""
    return number(float(np.asarray(data).item())) if np.size(data) == 1 else str(np.shape(data))


def _computed(texts: StepTexts, node: Node) -> Telling:
    nodes, values = texts.graph.graph.nodes, texts.step.values
    result = _brief(values[node.id], node)
    parts = [_brief(values[x], nodes[x]) for x in node.inputs]
    if node.op in _INFIX:
        numbers = [result, "=", parts[0], _INFIX[node.op], signed(parts[1])]
    else:
        arithmetic = texts.forward_label(node)[1].removesuffix(" =").removesuffix(" →")
        numbers = [result, "=", arithmetic or result]
    say: list[Span] = [_math(texts.name(node.id)), " is now known"]
    if node.shape:
        say += [f": {_count(node)}, computed at once."]
    else:
        say += [f": {result}."]
    uses = sum(user.inputs.count(node.id) for user in nodes)
    note: list[list[Span]] = []
    if uses > 1:
        again = f" is used {uses} times, so {uses} gradients come back."
        note.append([_math(texts.name(node.id)), again])
    return Telling(numbers, [say], note, cell=cell_made(texts, node))


def _count(node: Node) -> str:
    size = int(np.prod(node.shape))
    return "1 number" if size == 1 else f"{size} numbers"


def _seeded(texts: StepTexts) -> Telling:
    root = texts.graph.root
    say: list[Span] = [
        "The question is how ", _math(root), " changes with each number. By itself it changes 1 to 1.",
    ]  # fmt: skip
    seed = texts.seed()
    one = seed[0][0] if len(seed) == 1 else "ones"
    return Telling([one, "=", one], [say], [], gradient=seed)


def _pulled(texts: StepTexts, application: Application, sums: tuple[str, ...]) -> Telling:
    message, nodes = application.message, texts.graph.graph.nodes
    node, target = nodes[message.node], nodes[message.input]
    contribution = _brief(application.contribution, target)
    upstream = _brief(application.upstream, node)
    if message.local is not None:
        local = _brief(application.local, node)
        numbers = [contribution, "=", upstream, "×", signed(local)]
    elif node.op == "matmul":
        other = nodes[node.inputs[1 - message.index]]
        turned = str(other.shape[::-1])
        pair = [turned, str(node.shape)] if message.index else [str(node.shape), turned]
        numbers = [contribution, "=", pair[0], "@", pair[1]]
    elif share := shared_out(application, texts):
        each = number(float(np.asarray(application.contribution).flat[0]))
        numbers = [f"{each} each" if target.shape else each, "=", share]
    else:
        numbers = [contribution, "=", contribution]
    first, arithmetic, result = texts.backward_label(application)
    words = f"{texts.graph.local_name(message)} = {texts.graph.rule(message)}"
    return Telling(
        numbers,
        [because(texts, application)],
        sum_note(texts, application, sums),
        gradient=cells(application.after, target.shape),
        label=(first.removeprefix(words), f"{arithmetic} {result}".strip()),
        sums=sums if _messages_to(texts, target.id) > 1 else (),
        cell=cell_sent(texts, application),
    )


def _messages_to(texts: StepTexts, node: int) -> int:
    return sum(m.input == node for m in texts.graph.graph.messages)


def moved_name(texts: GraphTexts, node: Node) -> str:
    """What an update changes: a parameter, or all parameters inside a part of a coarser drawing."""
    if not isinstance(node, Part):
        return texts.name(node.id)
    return f"weights of {node.title if node.kind != 'neuron' and node.title else node.name}"


def _updated(texts: StepTexts, update: Update, form: str, rate: float | None) -> Telling:
    node = texts.graph.graph.nodes[update.node]
    with np.errstate(all="ignore"):
        change = np.asarray(update.after, float) - np.asarray(update.before, float)
    new, old = _brief(update.after, node), _brief(update.before, node)
    numbers = [new, "←", old, *_arithmetic(update, node, form, rate, change)]
    if np.size(change) == 1:
        slope = float(np.asarray(update.gradient).item())
        if not np.isfinite(slope):
            say = [f"The gradient is {number(slope)}: it does not tell where to move ",
                   _math(texts.name(node.id)), "."]  # fmt: skip
        elif slope == 0:
            say = [
                "The gradient is 0: the loss does not ask ",
                _math(texts.name(node.id)),
                " to move.",
            ]
        else:
            way, other = ("falls", "positive") if slope > 0 else ("rises", "negative")
            say = [
                f"The gradient is {other}, so the loss falls when ",
                _math(texts.name(node.id)),
                f" {way}.",
            ]
    else:
        say = [f"Each of the {np.size(change)} numbers of ",
               _math(moved_name(texts.graph, node)), " moves against its own gradient."]  # fmt: skip
    return Telling(numbers, [say], _slots(update))


def _arithmetic(
    update: Update, node: Node, form: str, rate: float | None, change: np.ndarray
) -> list[str]:
    """The right side of an update, after the old value."""
    if form == DESCENT and rate is not None:
        return ["−", number(rate), "×", signed(_brief(update.gradient, node))]
    if form == MOMENTS:
        with np.errstate(all="ignore"):
            usual = np.sqrt(np.asarray(update.slots["v"], float)).tolist()
        mean = signed(_brief(update.slots["m"], node))
        used = number(float(update.slots["corrected_rate"]))
        return ["−", used, "×", mean, "÷", _brief(usual, node)]
    return ["+", signed(_brief(change.tolist(), node))]


def _slots(update: Update) -> list[list[Span]]:
    """The numbers that the optimizer used for a parameter of one element."""
    named = [
        f"{name.replace('_', ' ')} {number(float(np.asarray(x).item()))}"
        for name, x in update.slots.items()
        if np.size(x) == 1
    ]
    return [[", ".join(named)]] if named else []
