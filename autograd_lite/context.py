"""The thread's own switches: is the graph recorded, inside which module, with source lines?"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from types import FrameType
from typing import Any, NamedTuple, Protocol

__all__ = [
    "UNUSUAL", "Origin", "Watcher", "caller", "coming_from", "no_grad", "scope", "source_lines", "switched",
    "thread", "unwatched", "with_line",
]  # fmt: skip


class Origin(NamedTuple):
    """Where a node of the graph was made: the modules around it and the learner's own line."""

    module: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


class Watcher(Protocol):
    """What looks at every result and every gradient while an anomaly is searched for."""

    def __call__(self, op: Any, inputs: tuple[Any, ...], out: Any) -> None:
        """A node of the graph was made."""

    def sweep(self, root: Any, seed: Any, since: int) -> Any:
        """A backward pass is to be made; its gradients."""

    def step(self, node: Any, index: int, upstream: Any, contribution: Any) -> None:
        """The chain rule was applied once."""


UNUSUAL: Any = object()


class _Thread(threading.local):
    here: Any = None
    """The origin where nothing else below is switched, and UNUSUAL otherwise: one look, and the
    common case is known and served."""
    origin: Origin | None = None
    recording: bool = True
    lines: bool = False
    watch: Watcher | None = None
    quiet: bool = False
    """Whether warnings about numbers are left to somebody who says it better."""
    depth: int = 0
    listener: Callable[[Any], None] | None = None
    """What is told of every result whose backward pass was just made."""
    questions: list[str] | None = None
    """While a program is traced: what Values were asked whose answer Python may branch on."""


thread = _Thread()


@contextmanager
def switched(**switches: Any) -> Iterator[None]:
    """Set switches of this thread for a while; unless told, the case is not the usual one then."""
    before = {name: getattr(thread, name) for name in ("here", *switches)}
    vars(thread).update({"here": UNUSUAL, **switches})
    try:
        yield
    finally:
        vars(thread).update(before)


def no_grad() -> AbstractContextManager[None]:
    """Inside, results are plain: no graph is recorded in this thread.

    >>> from autograd_lite import Value
    >>> w = Value(2.0, name="w")
    >>> with no_grad():
    ...     y = w * 3
    >>> y.tracked
    False
    """
    return switched(recording=False)


class _Inside(AbstractContextManager[None]):
    """Nodes made inside have this origin. A model enters one for every neuron, so it is lean."""

    __slots__ = ("before", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin

    def __enter__(self) -> None:
        self.before = thread.origin, thread.here
        thread.origin = self.origin
        if thread.here is not UNUSUAL:
            thread.here = self.origin

    def __exit__(self, *raised: object) -> None:
        thread.origin, thread.here = self.before


def scope(name: str) -> AbstractContextManager[None]:
    """Nodes made inside belong to the module ``name``, within the modules around it."""
    return _Inside(_within(thread.origin.module if thread.origin else (), name))


@lru_cache(maxsize=4096)
def _within(around: tuple[str, ...], name: str) -> Origin:
    """The origin of a module inside others, once: its nodes are made in every step anew."""
    return Origin((*around, name))


def coming_from(origin: Origin) -> AbstractContextManager[None]:
    """Nodes made inside have this origin."""
    return _Inside(origin)


def source_lines() -> AbstractContextManager[None]:
    """Nodes made inside remember the line of the learner's code that made them."""
    return switched(lines=True)


def unwatched() -> AbstractContextManager[None]:
    """Inside, nobody looks for anomalies: for code that leaves a domain on purpose."""
    return switched(watch=None)


def caller() -> FrameType:
    """The frame of the learner's own code: the first one outside of this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] == "autograd_lite":
        frame = frame.f_back
    return frame


def with_line(origin: Origin | None) -> Origin:
    """The origin with the learner's line."""
    frame = caller()
    return Origin(origin.module if origin else (), frame.f_code.co_filename, frame.f_lineno)
