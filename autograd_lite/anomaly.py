"""Where the first NaN or infinity was made: an error in place of numbers that go on spreading."""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite.backward import backward_steps
from autograd_lite.context import Origin, switched, thread, unwatched, with_line
from autograd_lite.errors import AnomalyError
from autograd_lite.numeric import short_text
from autograd_lite.sweep import sweep

__all__ = ["detect_anomaly"]


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside, the first operation that makes a NaN or an infinity raises an error.

    The error names the operation, its inputs with their numbers, and the line of your own code. It
    looks at the forward pass and the backward pass of this thread. An infinity that was put in on
    purpose may be passed on; a NaN may not.

    Raises
    ------
    AnomalyError
        From inside the context, at the operation or at ``backward()``.

    Examples
    --------
    >>> from autograd_lite import AnomalyError, Value, detect_anomaly
    >>> x = Value(-1.0, name="x")
    >>> try:
    ...     with detect_anomaly():
    ...         y = x.log()
    ... except AnomalyError as error:
    ...     print(str(error).splitlines()[0])
    log made a NaN of 'x' = -1.0; log needs x > 0
    """
    with switched(watch=_Watch(), lines=True, quiet=True), np.errstate(all="ignore"):
        yield


class _Watch:
    """Looks at every result and every gradient, and raises at the first that is not finite."""

    def __call__(self, op: Any, inputs: tuple[Any, ...], out: Any) -> None:
        """A node is made: was its number made bad here, or given so?"""
        if np.isfinite(out).all() or not _is_new(out, [x._data for x in inputs]):
            return
        place = _place(out)
        numbers = _numbers(op, inputs, [x._data for x in inputs], np.shape(out), place)
        raise AnomalyError(
            f"{op.name} made {_kind(out)}{_at(place)} of {numbers}{_needs(op)}"
            f"{_blame(inputs)}{_line(with_line(thread.origin))}"
        )

    def sweep(self, root: Any, seed: Any, since: int) -> Any:
        """The plain sweep; only where something in it is bad, the same again step by step."""
        with unwatched():
            grads = sweep(root, seed, since)
        if all(np.isfinite(g).all() for g in grads.values()):
            return grads
        for _ in backward_steps(root, seed, write=False):
            pass  # each step comes to `step` below, which raises at the first bad one
        if np.isfinite(seed).all():
            x = next(x for x, g in grads.items() if not np.isfinite(g).all())
            raise AnomalyError(
                f"the gradients that arrive at {x.describe()} are finite, and their sum is not"
                f"{_line(x.origin)}"
            )
        return grads

    def step(self, node: Any, index: int, upstream: Any, contribution: Any) -> None:
        """A gradient moves to an input: was it made bad on the way, or sent so?"""
        if np.isfinite(contribution).all() or not _is_new(contribution, [upstream]):
            return
        op, x, place = node.op, node.inputs[index], _place(contribution)
        numbers = _numbers(
            op, node.inputs, [a._data for a in node.inputs], np.shape(contribution), place
        )
        remedy = ""
        if np.isnan(contribution).any() and not np.all(upstream):
            remedy = (
                "\n  Zero times an infinity is NaN: if a where() did not choose this branch, use the"
                " double where, where(ok, f(where(ok, x, 1)), other)"
            )
        raise AnomalyError(
            f"backward through {op.name} made {_kind(contribution)}{_at(place)} in the gradient of"
            f" {x.describe()}: the upstream gradient was {short_text(upstream)}, the inputs"
            f" {numbers}{_needs(op)}{remedy}{_line(node.origin)}"
        )


def _is_new(result: Any, sources: list[Any]) -> bool:
    """Whether a bad number is told here: any NaN; an infinity only where none came in."""
    if np.isnan(result).any():
        return True
    return not any(np.isinf(x).any() for x in sources)


def _kind(x: Any) -> str:
    return "a NaN" if np.isnan(x).any() else "an infinity"


def _place(x: Any) -> tuple[int, ...]:
    """The first bad element: a NaN, or else an infinity."""
    bad = np.isnan(x) if np.isnan(x).any() else np.isinf(x)
    return tuple(map(int, np.argwhere(bad)[0])) if np.ndim(x) else ()


def _at(place: tuple[int, ...]) -> str:
    return f" at {list(place)}" if place else ""


def _numbers(
    op: Any, inputs: tuple[Any, ...], args: Any, shape: tuple[int, ...], place: tuple[int, ...]
) -> str:
    """The inputs with their numbers; of large arrays the element that met the bad place."""
    told = []
    for x, data in zip(inputs, args, strict=True):
        if not (x.name or x.op or x.tracked or np.ndim(data)):
            told.append(short_text(data))
            continue
        name = x.describe()
        if np.size(data) <= 6 or not op.elementwise or np.ndim(data) != len(shape):
            told.append(f"{name} = {short_text(data)}")
            continue
        own = tuple(i if n > 1 else 0 for i, n in zip(place, data.shape, strict=True))
        told.append(f"{name}{list(own)} = {short_text(data[own])}")
    return " and ".join(told)


def _needs(op: Any) -> str:
    return f"; {op.name} needs {op.domain}" if op.domain else ""


def _blame(inputs: tuple[Any, ...]) -> str:
    """Which leaf was bad before anything was computed."""
    for x in inputs:
        if np.isnan(x._data).any():
            return f"\n  {x.describe()} held a NaN already when it came in"
    return ""


def _line(origin: Origin | None) -> str:
    """Where the learner wrote the operation."""
    if origin is None or not origin.line:
        return (
            "\n  The line is not known: the node was made outside of detect_anomaly(); compute it"
            " inside as well"
        )
    code = linecache.getline(origin.file, origin.line).strip()
    inside = f" (in {'/'.join(origin.module)})" if origin.module else ""
    return f"\n  {os.path.basename(origin.file)}, line {origin.line}{inside}: {code}".rstrip(": ")
