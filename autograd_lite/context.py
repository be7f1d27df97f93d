"""The thread's own switches: is the graph recorded, inside which module, with source lines?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

__all__ = ["Origin", "no_grad", "scope", "source_lines", "thread"]


class Origin(NamedTuple):
    """Where a node of the graph was made: the modules around it and the learner's own line."""

    module: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


class _Thread(threading.local):
    recording: bool = True
    origin: Origin | None = None
    lines: bool = False
    depth: int = 0


thread = _Thread()


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, results are plain: no graph is recorded in this thread.

    >>> from autograd_lite import Value
    >>> w = Value(2.0, name="w")
    >>> with no_grad():
    ...     y = w * 3
    >>> y.tracked
    False
    """
    before, thread.recording = thread.recording, False
    try:
        yield
    finally:
        thread.recording = before


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Nodes made inside belong to the module ``name``, within the modules around it."""
    before = thread.origin
    path = before.module if before else ()
    thread.origin = Origin((*path, name))
    try:
        yield
    finally:
        thread.origin = before


@contextmanager
def source_lines() -> Iterator[None]:
    """Nodes made inside remember the line of the learner's code that made them."""
    before, thread.lines = thread.lines, True
    try:
        yield
    finally:
        thread.lines = before
