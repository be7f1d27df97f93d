"""What all drawings share: SVG, PNG, PDF, TikZ and DOT of one picture, in notebooks and as files."""

from __future__ import annotations

import html
import os
import zlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from autograd_lite.files import write_whole
from viz import layout
from viz.graphics import dot, tikz
from viz.graphics.display import mime_bundle

__all__ = ["FORMATS", "Drawing"]

FORMATS = ("svg", "png", "pdf", "dot", "tex", "tikz")
_LARGEST_PNG = 8000  # points: a wider picture is scaled down to it, before memory runs out


class Drawing(ABC):
    """A picture in every format, made from one DOT text that gives all places.

    In a notebook it shows itself. ``.svg`` is the SVG text, ``.png`` and ``.pdf`` are bytes,
    :meth:`save` writes a file.
    """

    prefix = ""
    """What its ids begin with; where it is empty, with letters that come from the content."""

    @property
    @abstractmethod
    def dot(self) -> str:
        """The DOT text, with every position given; draw it with ``dot -Knop2``."""

    @property
    @abstractmethod
    def alt(self) -> str:
        """What the picture shows, in words."""

    @property
    @abstractmethod
    def size(self) -> tuple[float, float]:
        """Width and height in points, 72 to the inch."""

    @property
    def svg(self) -> str:
        """The picture as SVG text, with a text alternative inside."""
        drawn = self._hover(layout.render(self.dot, "svg", engine="nop2").decode())
        # Two figures on one page share no id: each has a beginning that comes from its content.
        if not self.prefix:
            own = f"d{zlib.crc32(self.dot.encode('utf-8', 'replace')):08x}_"
            drawn = drawn.replace(' id="', f' id="{own}')
        head, tag, body = drawn.partition("<svg")
        opening, _, rest = body.partition(">")
        words = html.escape(dot.printable(self.alt))
        # Letters keep their places at any size; hinted to whole pixels, they would run together.
        own = f'role="img" aria-label="{words}" text-rendering="geometricPrecision"'
        return f"{head}{tag} {own}{opening}>\n<desc>{words}</desc>{rest}"

    def _hover(self, svg: str) -> str:
        """The SVG text with what is told when the pointer rests on a part."""
        return svg

    @property
    def png(self) -> bytes:
        """The picture as PNG, at 96 dots per inch."""
        return layout.render(self._bounded(), "png", engine="nop2")

    @property
    def pdf(self) -> bytes:
        """The picture as PDF, its fonts inside."""
        return layout.render(self.dot, "pdf", engine="nop2")

    @property
    def tex(self) -> str:
        """The picture as a LaTeX document of its own."""
        return tikz.standalone(self.dot)

    @property
    def tikz(self) -> str:
        """The picture as a ``tikzpicture`` that a LaTeX document can ``\\input``."""
        return tikz.picture(self.dot)

    def _bounded(self) -> str:
        longest = max(self.size)
        if longest <= _LARGEST_PNG:
            return self.dot
        head, brace, rest = self.dot.partition("{")
        return f'{head}{brace}\n\tgraph [dpi="{96 * _LARGEST_PNG / longest:.1f}"]{rest}'

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the ending decides.

        ``.svg``, ``.png``, ``.pdf``, ``.dot``; ``.tex`` is a LaTeX document of its own, ``.tikz``
        the part of it that another document can ``\\input``.

        Returns
        -------
        Path
            Where it was written: whole, or not at all.

        Raises
        ------
        ValueError
            Another ending.
        viz.layout.GraphvizError
            There is no Graphviz.
        """
        path = Path(path)
        ending = path.suffix.lower().lstrip(".")
        content = self._page() if ending == "html" else None
        if content is None:
            if ending not in FORMATS:
                raise ValueError(
                    f"{path.name!r} ends in {path.suffix!r}; a {self._kind} is saved as"
                    f" {', '.join('.' + f for f in self._formats[:-1])} or .{self._formats[-1]}"
                )
            content = getattr(self, ending)
        return write_whole(path, content)

    _kind = "drawing"
    _formats: tuple[str, ...] = FORMATS

    def _page(self) -> str | None:
        """The picture as a web page, where it has one."""
        return None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What notebooks show; the DOT text where there is no Graphviz."""
        return mime_bundle(self, include, exclude)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.alt}>"
