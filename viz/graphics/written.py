"""A text in one of several formats that notebooks show as what it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograd_lite.files import write_whole
from viz.graphics import dot

__all__ = ["Written", "check_format", "markdown_text"]

_MIME = {"markdown": "text/markdown", "latex": "text/latex"}
_MARKUP = set("\\`*_{}[]<>()#+-.!|$~&^=\"'")


class Written(str):
    """An ordinary ``str`` that knows its markup: a notebook shows Markdown and LaTeX as such."""

    markup: str

    def __new__(cls, text: str, format: str = "text") -> Written:
        made = super().__new__(cls, text)
        made.markup = format
        return made

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the text as UTF-8, whole or not at all."""
        return write_whole(path, str(self).encode("utf-8", "replace"))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython would show a ``str`` in quotes, every line break as ``\\n``."""
        printer.text(str(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        shown = {"text/plain": str(self)}
        if self.markup in _MIME:
            shown[_MIME[self.markup]] = str(self)
        return shown


def check_format(format: str, known: tuple[str, ...]) -> None:
    """Refuse a format that there is not.

    Raises
    ------
    ValueError
    """
    if format not in known:
        raise ValueError(f"format {format!r} is not one of {', '.join(map(repr, known))}")


def markdown_text(text: str) -> str:
    """Text for Markdown on one line: no sign of it is markup.

    >>> markdown_text("a_b *c* <i>")
    'a\\\\_b \\\\*c\\\\* \\\\<i\\\\>'
    """
    return "".join(
        f"\\{c}" if c in _MARKUP and c not in "().-+=!'\"^" else c for c in dot.printable(text)
    )
