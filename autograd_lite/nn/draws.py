"""Arrays that a layer draws anew at every step, such as the holes of Dropout.

On the graph they are drawn where they are needed. A program of the step is given them instead: it
is written with stand-ins, and draws in the same order before it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.value import Value, constant, leaf

__all__ = ["Draw", "drawn", "given_again", "stand_ins"]


class Draw(NamedTuple):
    """A leaf of a graph in an array's place, and what draws the array."""

    leaf: Value
    draw: Callable[[], np.ndarray]


_stand_ins: ContextVar[list[Draw] | None] = ContextVar("stand_ins", default=None)
_given: ContextVar[Iterator[np.ndarray]] = ContextVar("given", default=iter(()))  # noqa: B039


def drawn(draw: Callable[[], np.ndarray], shape: tuple[int, ...], dtype: Any, name: str) -> Value:
    """A leaf that holds what ``draw`` gives, an array of this shape and float type."""
    collected = _stand_ins.get()
    if collected is None:
        array = next(_given.get(), None)
        return constant(draw() if array is None else array, name)
    collected.append(Draw(leaf(np.ones(shape, dtype), name), draw))
    return collected[-1].leaf


@contextmanager
def stand_ins() -> Iterator[list[Draw]]:
    """Within, nothing is drawn: the list given gets the stand-ins in their order."""
    token = _stand_ins.set([])
    try:
        found = _stand_ins.get()
        assert found is not None
        yield found
    finally:
        _stand_ins.reset(token)


@contextmanager
def given_again(arrays: Sequence[np.ndarray]) -> Iterator[None]:
    """Within, these come first, in place of new ones: for a step that is made once more."""
    token = _given.set(iter(arrays))
    try:
        yield
    finally:
        _given.reset(token)
