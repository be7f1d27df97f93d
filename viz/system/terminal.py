"""What a terminal gets and a pipe does not: bold words; and text where a stream knows less of it."""

from __future__ import annotations

import os
import sys
from typing import TextIO

__all__ = ["speak_unicode", "strong"]


def strong(text: str, stream: TextIO) -> str:
    """Bold on a terminal; plain in a pipe, and where ``NO_COLOR`` is set (https://no-color.org).

    >>> import io
    >>> strong("w", io.StringIO())
    'w'
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return text
    if sys.platform == "win32" and "WT_SESSION" not in os.environ:
        return text  # the old console shows the codes themselves
    return f"\x1b[1m{text}\x1b[0m"


def speak_unicode() -> None:
    """Arrows and degrees on a terminal or in a pipe that was set up for less."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")
