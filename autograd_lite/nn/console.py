"""Lines for a terminal: where its encoding lacks a letter, another one stands in for it."""

from __future__ import annotations

import sys
from typing import TextIO

__all__ = ["put", "say"]

_STAND_IN = str.maketrans(
    dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+") | dict.fromkeys("┃│", "|") | dict.fromkeys("─−", "-")
    | {"━": "=", "…": "..."}
)  # fmt: skip


def say(text: str) -> None:
    """Print a line. An old console or a pipe on Windows never stops a training by its few letters."""
    if sys.stdout is not None:
        put(sys.stdout, f"{text}\n")


def put(stream: TextIO, text: str) -> None:
    """Write at once; what the stream's encoding cannot say gets ASCII in its place."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        letters = stream.encoding or "ascii"
        stream.write(text.translate(_STAND_IN).encode(letters, "replace").decode(letters))
    stream.flush()
