"""A live graph computed again with one node moved: numeric derivatives of the root by every node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite.checker.derivative import Line, climb, first_rung
from autograd_lite.checker.seeds import Seeds
from autograd_lite.checker.verdict import Finding, Tolerance, glance, judge
from autograd_lite.context import unwatched
from autograd_lite.recording import Check

__all__ = ["numeric_checks"]

_DIRECTIONS, _EACH = 3, 8
_INTERIOR = 500
"""In larger graphs only leaves are checked, or it would take minutes."""


def numeric_checks(
    live: Sequence[Any], gradients: Mapping[Any, Any], seed: Any = 1.0
) -> tuple[Check, ...]:
    """Compare gradients of the last node with numeric ones.

    A scalar is moved by itself, as are the elements of a small array, and a larger one along random
    directions of ±1. Everything is computed anew in float64, by the policy of the gradient checker.

    Parameters
    ----------
    live : sequence of Value
        A graph, inputs before what uses them, as of ``all_nodes``.
    gradients : mapping of Value to array_like
    seed : array_like
        The gradient that the sweep started from.

    Returns
    -------
    tuple of Check
        One for every node with a gradient, in the order of ``live``.
    """
    ids = {node: place for place, node in enumerate(live)}
    data = [np.asarray(node._data, np.float64) for node in live]
    weights = np.asarray(seed, np.float64)
    largest = max((_size(g) for g in gradients.values()), default=0.0)
    users = _users(live, ids)
    checks = []
    with np.errstate(all="ignore"), unwatched():
        for place, node in enumerate(live):
            if node not in gradients or (node.op is not None and len(live) > _INTERIOR):
                continue
            rest = _behind(place, users)

            def moved(value: Any, place: int = place, rest: list[int] = rest) -> float:
                return float(np.sum(_run(live, ids, data, place, value, rest) * weights))

            float32 = any(str(live[i].dtype) == "float32" for i in (place, *rest))
            tolerance = Tolerance(
                1e-3 if float32 else 1e-5, largest, 8 * 2.0**-23 * largest if float32 else 0.0
            )
            checks.append(_check(place, data[place], gradients[node], moved, tolerance))
    return tuple(checks)


def _users(live: Sequence[Any], ids: Mapping[Any, int]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in live]
    for place, node in enumerate(live):
        for x in node.inputs:
            users[ids[x]].append(place)
    return users


def _behind(place: int, users: Sequence[Sequence[int]]) -> list[int]:
    """Everything that depends on a node, in the order of computation."""
    found: set[int] = set()
    stack = [place]
    while stack:
        for user in users[stack.pop()]:
            if user not in found:
                found.add(user)
                stack.append(user)
    return sorted(found)


def _run(live: Sequence[Any], ids: Mapping[Any, int], data: Sequence[np.ndarray], place: int,
         value: Any, rest: Sequence[int]) -> np.ndarray:  # fmt: skip
    """The last node's data, with another value in one place."""
    changed: dict[int, Any] = {place: value}
    for i in rest:
        node = live[i]
        args = [changed.get(j, data[j]) for j in (ids[x] for x in node.inputs)]
        changed[i] = np.asarray(node.op.forward(*args, **node.params), np.float64)
    return np.asarray(changed.get(len(live) - 1, data[-1]))


def _check(place: int, x: np.ndarray, gradient: Any, moved: Callable[[Any], float],
           tolerance: Tolerance) -> Check:  # fmt: skip
    """The worst of the directions in which one node was moved."""
    analytic = np.asarray(gradient, np.float64)
    if not x.ndim:
        found = _judged(x, np.ones(()), float(analytic), moved, tolerance)
        return Check(place, found.numeric, found.verdict in ("pass", "kink"))
    agrees = True
    for way in _ways(x, place):
        parts = analytic * way
        length = float(np.linalg.norm(parts.ravel()))
        found = _judged(x, way, float(parts.sum()), moved, tolerance, length)
        agrees = agrees and found.verdict in ("pass", "kink")
    return Check(place, None, agrees)


def _ways(x: np.ndarray, seed: int) -> list[np.ndarray]:
    """The directions in which an array is moved: each element, or of many random signs."""
    if x.size <= _EACH:
        return list(np.eye(x.size).reshape(x.size, *x.shape))
    rng = np.random.default_rng(seed)
    return [rng.choice([-1.0, 1.0], x.shape) for _ in range(_DIRECTIONS)]


def _judged(x: np.ndarray, way: np.ndarray, claim: float, moved: Callable[[Any], float],
            tolerance: Tolerance, scale: float = 0.0) -> Finding:  # fmt: skip
    """One direction, by the policy of the gradient checker: a glance, then a close look."""
    size = float(np.abs(x * way).max(initial=0.0))
    single = np.count_nonzero(way) == 1
    line = Line(
        lambda t: np.array([moved(x + t * way)]),
        (lambda t: float((((x + t) - x) * way).sum())) if single else lambda t: t,
        size,
        max(1.0, size),
    )
    base, seeds = line.at(0.0), Seeds((1,), "each", np.empty((0, 1)))
    epsilon = float(np.finfo(np.float64).eps)
    claims = np.array([claim])
    rung = first_rung(line, base, seeds, epsilon)
    still = rung.still & np.array([line.at(line.unit / 8)[0] == base[0]])
    if glance(claims, rung, still, tolerance, scale).all():
        return Finding("pass", float(rung.central[0]), 0.0)
    found = judge(claim, climb(line, base, seeds, epsilon), 0, tolerance, scale)
    return found if math.isfinite(found.numeric) else found._replace(numeric=math.nan)


def _size(data: Any) -> float:
    array = np.abs(np.asarray(data, np.float64))
    return float(array.max(initial=0.0)) if np.isfinite(array).all() else 0.0
