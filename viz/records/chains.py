"""The chain rule through a piece of a recorded graph: its formula, and its number in a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.recording import Graph, Message, StepRecord

__all__ = ["Chain", "Inside", "chain", "swept"]

_LONGEST = 2
"""Products of more factors are not written out."""


Inside = Sequence[tuple[int, Message]]
"""The messages that a piece of a graph sends, each with its place, in the order of the sweep."""


@dataclass(frozen=True)
class Chain:
    """A local derivative through several operations.

    ``known`` tells whether every operation on the way has a local derivative, ``tree`` is their
    product as a formula: 1.0 for nothing, None where it is too long. Slots are ``p`` and an id.
    """

    known: bool
    tree: Any = None


def chain(graph: Graph, inside: Inside, outputs: Sequence[int], x: int) -> Chain:
    """The derivative of the one output by ``x`` through the operations of some messages."""
    if len(outputs) != 1:
        return Chain(False)
    factors: dict[int, list[Any] | None] = {outputs[0]: []}
    ops = {message.node for _, message in inside}
    for _, message in inside:
        if message.node not in factors:
            continue
        if message.local is None and message.input in (x, *ops):
            return Chain(False)
        before = factors[message.node]
        more = _factor(graph, message)
        joined = None if before is None else [*before, *more]
        # Reached on two ways: a sum of products, which is not written out.
        factors[message.input] = None if message.input in factors else joined
    found = factors.get(x)
    if found is None or len(found) > _LONGEST:
        return Chain(x in factors)
    tree: Any = 1.0
    for factor in reversed(found):
        tree = factor if tree == 1.0 else ["mul", tree, factor]
    return Chain(True, tree)


def _factor(graph: Graph, message: Message) -> list[Any]:
    if message.local == 1.0:
        return []
    inputs = graph.nodes[message.node].inputs
    slots = {str(i): f"p{x}" for i, x in enumerate(inputs)} | {"out": f"p{message.node}"}
    return [_renamed(message.local, slots)]


def _renamed(tree: Any, slots: dict[str, str]) -> Any:
    if isinstance(tree, str):
        return slots.get(tree, tree)
    if isinstance(tree, list):
        return [tree[0], *(_renamed(part, slots) for part in tree[1:])]
    return tree


def swept(graph: Graph, step: StepRecord, inside: Inside, output: int, x: int) -> np.ndarray:
    """∂output/∂x, element by element, from the recorded local derivatives."""
    slopes = {output: np.ones(graph.nodes[output].shape)}
    with np.errstate(all="ignore"):
        for place, message in inside:
            local = step.locals[place]
            if message.node in slopes and local is not None:
                if graph.nodes[message.input].shape != graph.nodes[message.node].shape:
                    continue  # a bias: nothing that leads further back
                passed = slopes[message.node] * np.asarray(local, float)
                slopes[message.input] = slopes.get(message.input, 0.0) + passed
    return np.asarray(slopes.get(x, np.zeros(graph.nodes[x].shape)))
