"""Why a message of the backward pass is what it is, in one sentence; and how it adds up with others."""

from __future__ import annotations

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Application
from viz.words.spans import Span
from viz.words.spans import math_span as _math
from viz.words.spans import slope_span as _slope
from viz.words.texts import StepTexts

__all__ = ["because", "sum_note"]

_ORDINALS = ("first", "second", "third")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def because(texts: StepTexts, application: Application) -> list[Span]:
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


def sum_note(texts: StepTexts, application: Application, sums: tuple[str, ...]) -> list[list[Span]]:
    """How the message joins what the gradient holds."""
    target = texts.graph.graph.nodes[application.message.input]
    slope, name, turn = _slope(texts.graph, target.id), _math(texts.name(target.id)), len(sums)
    total = sum(m.input == target.id for m in texts.graph.graph.messages)
    if total == 1 and application.message.summed:  # its copies were told of: no word of "once"
        return [[slope, f": blank → {sums[0]}, all of them together."]]
    if total == 1:
        return [[slope, f": blank → {sums[0]}. ", name, " is used once, so nothing is added."]]
    if turn == 1:
        return [[slope, f": blank → {sums[0]}, the first of {total} messages."]]
    end = ": the sum is complete." if turn == total else "."
    added = f": {sums[-2]} → {sums[-1]}. The {_ordinal(turn)} of {total} messages is added, +={end}"
    return [[slope, added]]


def _ordinal(n: int) -> str:
    """``third``, ``4th``, ``21st``."""
    if n <= len(_ORDINALS):
        return _ORDINALS[n - 1]
    return f"{n}{'th' if 10 < n % 100 < 14 else _ENDINGS.get(n % 10, 'th')}"
