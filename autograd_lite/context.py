"""The thread's own switches: is the graph recorded, inside which module, with source lines?"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any, NamedTuple

__all__ = ["Origin", "caller", "no_grad", "scope", "source_lines", "thread", "with_line"]


class Origin(NamedTuple):
    """Where a node of the graph was made: the modules around it and the learner's own line."""

    module: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


class _Thread(threading.local):
    usual: bool = True
    """Nothing below is switched: one look tells the common case."""
    recording: bool = True
    origin: Origin | None = None
    lines: bool = False
    depth: int = 0
    questions: list[str] | None = None
    """While a program is traced: what Values were asked whose answer Python may branch on."""


thread = _Thread()


@contextmanager
def _switched(**switches: Any) -> Iterator[None]:
    """Set switches of this thread for a while."""
    before = {name: getattr(thread, name) for name in ("usual", *switches)}
    vars(thread).update(switches, usual=False)
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
    return _switched(recording=False)


def scope(name: str) -> AbstractContextManager[None]:
    """Nodes made inside belong to the module ``name``, within the modules around it."""
    around = thread.origin.module if thread.origin else ()
    return _switched(origin=Origin((*around, name)))


def source_lines() -> AbstractContextManager[None]:
    """Nodes made inside remember the line of the learner's code that made them."""
    return _switched(lines=True)


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
