"""A training step told move by move: each operation, each application of the chain rule, each update.

What holds for every step of a graph is a :class:`Move`; its numbers in one step are a
:class:`Telling`. Mathematics inside a sentence is a dict ``{"math": "w"}``, the rest is plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Application, Graph, Node, Update
from viz.texts import Cells, GraphTexts, StepTexts, cells, signed, tight

__all__ = ["PHASES", "Move", "Span", "Telling", "computed", "moves", "plain_text", "tellings"]

PHASES = ("forward", "loss", "backward", "update")

Span = Any
"""Plain text, or ``{"math": text}``."""

_INFIX = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "matmul": "@"}
_ORDINALS = ("first", "second", "third")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class Move:
    """One micro-step, without numbers."""

    phase: str
    title: list[Span]
    equation: list[dict[str, str]]
    captions: list[str]
    target: int | None = None
    op: int | None = None
    edges: tuple[str, ...] = ()
    sources: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Telling:
    """The numbers and sentences of one micro-step."""

    numbers: list[str]
    say: list[list[Span]]
    note: list[list[Span]]
    gradient: Cells | None = None
    label: tuple[str, str] | None = None


def plain_text(spans: Sequence[Span]) -> str:
    """Spans as one text."""
    return "".join(s if isinstance(s, str) else s["math"] for s in spans)


def _math(text: str) -> Span:
    return {"math": text}


def phase_of(node: Node) -> str:
    """Whether an operation belongs to the model or to the loss."""
    return "loss" if node.module[:1] == ("loss",) or node.role == "loss" else "forward"


def computed(graph: Graph) -> list[Node]:
    """The results of a graph in the order in which they are told: the model's, then the loss's."""
    return sorted((n for n in graph.nodes if n.op), key=lambda n: phase_of(n) == "loss")


# ── what holds for every step ─────────────────────────────────────────────────────────────────
def moves(graph: Graph, updates: Sequence[int]) -> list[Move]:
    """The moves of a graph in the order of their phases; ``updates`` are the parameters' ids."""
    texts = GraphTexts(graph)
    told = [_computing(texts, n) for n in computed(graph)]
    if graph.messages:
        told.append(_seeding(texts))
        told += [_pulling(texts, place) for place in range(len(graph.messages))]
    return told + [_updating(texts, node) for node in updates]


def _computing(texts: GraphTexts, node: Node) -> Move:
    drawn = [(i, x) for i, x in enumerate(node.inputs) if x not in texts.folded]
    sign = texts.sign(node)
    equation: list[dict[str, str]] = [{"text": texts.name(node.id)}, {"text": "="}]
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
        edges=(*(f"i{node.id}_{i}" for i, _ in drawn), f"o{node.id}"),
        sources=tuple((x, "value") for _, x in drawn),
    )


def _fraction(above: str, below: str) -> dict[str, str]:
    return {"over": f"∂{tight(above)}", "under": f"∂{tight(below)}"}


def _seeding(texts: GraphTexts) -> Move:
    root = texts.graph.root
    return Move(
        phase="backward",
        title=["The backward pass starts at ", _math(texts.name(root.id))],
        equation=[
            _fraction(texts.name(root.id), texts.name(root.id)),
            {"text": "="},
            {"text": "1"},
        ],
        captions=["", "", ""],
        target=root.id,
    )


def _pulling(texts: GraphTexts, place: int) -> Move:
    message = texts.graph.messages[place]
    node, target = texts.graph.nodes[message.node], texts.graph.nodes[message.input]
    result = _fraction(texts.root, texts.name(target.id))
    upstream = _fraction(texts.root, texts.name(node.id))
    equation: list[dict[str, str]]
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
        equation = [result, {"text": "="}, {"text": texts.rule(message)}]
        captions = ["message", "", message.words]
    return Move(
        phase="backward",
        title=[f"{texts.sign(node)} passes the gradient back to ", _math(texts.name(target.id))],
        equation=equation,
        captions=captions,
        target=target.id,
        op=node.id,
        edges=(f"o{node.id}", f"i{node.id}_{message.index}"),
        sources=((node.id, "grad"), *_named_in(texts, place)),
    )


def _named_in(texts: GraphTexts, place: int) -> Iterator[tuple[int, str]]:
    """The nodes whose values stand in the local derivative."""
    message = texts.graph.messages[place]
    node = texts.graph.nodes[message.node]
    tree = str(message.local if message.local is not None else message.pull)
    slots = {str(i): x for i, x in enumerate(node.inputs) if x not in texts.folded}
    slots["out"] = node.id
    return ((x, "value") for slot, x in slots.items() if f"'{slot}'" in tree)


def _local_caption(texts: GraphTexts, place: int) -> str:
    rule = texts.rule(texts.graph.messages[place])
    is_number = rule.lstrip("−").replace(".", "").isdigit()
    return "local" if is_number or len(rule) > 16 else f"local, which is {rule}"


def _updating(texts: GraphTexts, node: int) -> Move:
    name = texts.name(node)
    return Move(
        phase="update",
        title=["The optimizer moves ", _math(name)],
        equation=[{"text": name}, {"text": "←"}, {"text": name}, {"text": "+"}, {"text": "change"}],
        captions=["new", "", "old", "", ""],
        target=node,
        sources=((node, "grad"),),
    )


# ── the numbers of one step ───────────────────────────────────────────────────────────────────
def tellings(texts: StepTexts) -> list[Telling]:
    """The numbers and sentences of a step, one for each of :func:`moves`."""
    graph = texts.graph.graph
    told = [_computed(texts, node) for node in computed(graph)]
    if texts.applications:
        told.append(_seeded(texts))
        seen: dict[int, int] = {}
        for application in texts.applications:
            target = application.message.input
            seen[target] = seen.get(target, 0) + 1
            told.append(_pulled(texts, application, seen[target]))
    return told + [_updated(texts, update) for update in texts.step.updates]


def _brief(data: Any, node: Node) -> str:
    """A scalar as its number, a tensor as its shape; one with a single element as that number."""
    return number(float(np.asarray(data).item())) if np.size(data) == 1 else str(node.shape)


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
    return Telling(numbers, [say], note, label=_lines(texts.forward_label(node)))


def _count(node: Node) -> str:
    size = int(np.prod(node.shape))
    return "1 number" if size == 1 else f"{size} numbers"


def _lines(label: tuple[str, str, str]) -> tuple[str, str]:
    return label[0], f"{label[1]} {label[2]}".strip()


def _seeded(texts: StepTexts) -> Telling:
    root = texts.graph.root
    say: list[Span] = [
        "The question is how ", _math(root), " changes with each number. By itself it changes 1 to 1.",
    ]  # fmt: skip
    seed = texts.seed()
    one = seed[0][0] if len(seed) == 1 else "ones"
    return Telling([one, "=", one], [say], [], gradient=seed)


def _pulled(texts: StepTexts, application: Application, turn: int) -> Telling:
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
    else:
        numbers = [contribution, "=", contribution]
    return Telling(
        numbers,
        [_because(texts, application)],
        _sum_note(texts, application, turn),
        gradient=cells(application.after, target.shape),
        label=_lines(texts.backward_label(application)),
    )


def _because(texts: StepTexts, application: Application) -> list[Span]:
    """Why the message is what it is, in one sentence."""
    message, nodes = application.message, texts.graph.graph.nodes
    node, target = nodes[message.node], nodes[message.input]
    rule, root = texts.graph.rule(message), texts.graph.root
    if message.local is not None and not node.shape and not target.shape:
        local, upstream = application.local, application.upstream
        whole = application.contribution
        because: list[Span] = []
        if not np.isfinite((local, upstream, whole)).all():
            return [
                "The upstream gradient is ", number(upstream), ", the local derivative ", number(local),
                f": their product is {number(whole)}, and no number can be trusted from here on.",
            ]  # fmt: skip
        if rule != number(local):
            because = [", because ", _math(rule), f" = {number(local)}"]
        moved = [
            _math(texts.name(target.id)),
            " rises a little, ",
            _math(texts.name(node.id)),
            f" {_moves(local)}",
        ]
        if local == 0 or upstream == 0:
            return ["When ", *moved, *because, ": no change of ", _math(root), " comes from here."]
        if texts.name(node.id) == root:
            return ["When ", *moved, *because, "."]
        # Which way the root goes is told of the whole chain: a fall of what falls is a rise.
        way = "rises" if (local > 0) == (upstream > 0) else "falls"
        times = "just as much" if abs(upstream) == 1 else f"{number(abs(upstream))} times that"
        return [
            "When ", *moved, *because, ", and ", _math(root),
            f" {way} {times}: {number(abs(whole))} times as much in all.",
        ]  # fmt: skip
    if message.local is not None:
        spans: list[Span] = ["Element by element, the gradient of ", _math(texts.name(node.id))]
        if rule == "1":
            spans.append(" is passed on as it is")
        elif rule == "−1":
            spans.append(" is passed on with its sign turned")
        else:
            spans += [" times ", _math(rule)]
        if message.summed:
            copies = np.prod([node.shape[a] for a in message.summed])
            spans += [
                ". ",
                _math(texts.name(target.id)),
                f" was used {copies} times, so its {copies} messages add up",
            ]
        return [*spans, "."]
    if node.op == "matmul":
        other = nodes[node.inputs[1 - message.index]]
        return [
            "Each number of ", _math(texts.name(target.id)), " met numbers of ", _math(texts.name(other.id)),
            " in the product; the same ones now weigh the gradients that come back, and the products"
            " add up.",
        ]  # fmt: skip
    return ["The gradient goes back to ", _math(texts.name(target.id)), f": {message.words}."]


def _moves(local: float) -> str:
    if local == 0:
        return "does not move"
    way = "rises" if local > 0 else "falls"
    return f"{way} just as much" if abs(local) == 1 else f"{way} {number(abs(local))} times as much"


def _sum_note(texts: StepTexts, application: Application, turn: int) -> list[list[Span]]:
    target = texts.graph.graph.nodes[application.message.input]
    name = texts.graph.gradient(target.id)
    total = sum(a.message.input == target.id for a in texts.applications)
    after = _brief(application.after, target)
    if total == 1:
        return [
            [
                _math(name),
                f": blank → {after}. ",
                _math(texts.name(target.id)),
                " is used once, so nothing is added.",
            ]
        ]
    if application.before is None:
        return [[_math(name), f": blank → {after}, the first of {total} messages."]]
    before = _brief(application.before, target)
    end = ": the sum is complete." if turn == total else "."
    added = f": {before} → {after}. The {_ordinal(turn)} of {total} messages is added, +={end}"
    return [[_math(name), added]]


def _ordinal(n: int) -> str:
    """``third``, ``4th``, ``21st``."""
    if n <= len(_ORDINALS):
        return _ORDINALS[n - 1]
    return f"{n}{'th' if 10 < n % 100 < 14 else _ENDINGS.get(n % 10, 'th')}"


def _updated(texts: StepTexts, update: Update) -> Telling:
    node = texts.graph.graph.nodes[update.node]
    with np.errstate(all="ignore"):
        change = np.asarray(update.after, float) - np.asarray(update.before, float)
    new, old = _brief(update.after, node), _brief(update.before, node)
    step = _brief(change.tolist(), node)
    numbers = [new, "←", old, "+", signed(step)]
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
        say = [f"Each of the {np.size(change)} numbers of ", _math(texts.name(node.id)),
               " moves against its own gradient."]  # fmt: skip
    return Telling(numbers, [say], _slots(update))


def _slots(update: Update) -> list[list[Span]]:
    """The numbers that the optimizer used for a parameter of one element."""
    named = [
        f"{name.replace('_', ' ')} {number(float(np.asarray(x).item()))}"
        for name, x in update.slots.items()
        if np.size(x) == 1
    ]
    return [[", ".join(named)]] if named else []
