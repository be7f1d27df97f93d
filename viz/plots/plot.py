"""A figure with a text alternative that is saved the same to the byte and touches no global state."""

from __future__ import annotations

import functools
import html
import io
import os
import re
import zlib
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from autograd_lite.files import write_whole
from viz.graphics import dot, style
from viz.graphics.style import Theme

__all__ = ["Plot", "panel", "plain"]

_FORMATS = ("svg", "png", "pdf")
_DPI = 160


class Plot(Figure):
    """A matplotlib figure in one of the themes.

    It is an ordinary :class:`matplotlib.figure.Figure`, not known to ``pyplot``. :meth:`save` writes
    it; notebooks show it.

    Attributes
    ----------
    alt : str
        What the figure shows, in words.
    """

    def __init__(self, width: float, height: float, look: Theme) -> None:
        super().__init__(
            figsize=(width, height), dpi=_DPI, facecolor=look.background, edgecolor="none",
            layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08),
        )  # fmt: skip
        FigureCanvasAgg(self)
        self.alt = ""

    def draw(self, renderer: Any) -> None:
        """Draw it, every name as it is: no sign in it is markup, none lacks a shape."""
        legends = (text for axes in self.axes if (box := axes.get_legend()) for text in box.texts)
        own = [self._suptitle] if self._suptitle else []  # type: ignore[attr-defined]
        axes: Any
        for axes in self.axes:
            own += [axes.title, axes._left_title, axes._right_title, *axes.texts]
            own += [axes.xaxis.label, axes.yaxis.label]
        for text in (*own, *legends):
            text.set_parse_math(False)
            text.set_text(plain(text.get_text()))
        super().draw(renderer)

    def rendered(self, format: str) -> bytes:
        """The figure as ``svg``, ``png`` or ``pdf``; the same figure gives the same bytes."""
        facts: dict[str, dict[str, Any]] = {
            "svg": {"Date": None, "Creator": None},
            "png": {"Software": None, "Description": self.alt.encode("latin-1", "replace").decode("latin-1")},
            "pdf": {"CreationDate": None, "Subject": self.alt},
        }  # fmt: skip
        file = io.BytesIO()
        self.savefig(file, format=format, metadata=facts[format])
        drawn = file.getvalue()
        return _settled(drawn.decode(), self.alt).encode() if format == "svg" else drawn

    @property
    def svg(self) -> str:
        """The figure as SVG text, with its text alternative inside."""
        return self.rendered("svg").decode()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the figure, whole or not at all; the ending decides: ``.svg``, ``.png``, ``.pdf``.

        Raises
        ------
        ValueError
            Another ending.
        """
        path = Path(path)
        ending = path.suffix.lower().lstrip(".")
        if ending not in _FORMATS:
            raise ValueError(
                f"{path.name!r} ends in {path.suffix!r}; a figure is saved as .svg, .png or .pdf"
            )
        return write_whole(path, self.rendered(ending))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What notebooks show."""
        from viz.graphics.display import fitted

        return {"image/svg+xml": fitted(self.svg, 4 / 3), "text/plain": self.alt}

    def __repr__(self) -> str:
        return f"<Plot: {self.alt}>"


def plain(text: str) -> str:
    """Text of which every character has a shape; line breaks stay."""
    known = _shapes()
    lines = (dot.printable(line) for line in text.split("\n"))
    return "\n".join("".join(c if ord(c) in known else "�" for c in line) for line in lines)


@functools.cache
def _shapes() -> frozenset[int]:
    """The characters of the font that matplotlib brings."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(style.FONT)).get_charmap())


def panel(figure: Plot, look: Theme, place: Any = 111) -> Any:
    """Axes in the colours of a theme, with two spines; what a style sheet would change is set."""
    axes = figure.add_subplot(
        *place if isinstance(place, tuple) else (place,), facecolor=look.background
    )
    axes.grid(False)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", colors=look.ink, length=3, width=0.8, labelsize=10,
                     direction="out", top=False, right=False, labelfontfamily=style.FONT)  # fmt: skip
    axes.tick_params(which="minor", length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(look.muted)
        spine.set_linewidth(0.8)
    return axes


def _settled(svg: str, alt: str) -> str:
    """SVG with ids of its own, in the order in which they appear: matplotlib draws them by lot.

    Their beginning depends on the picture, so that two pictures on one page don't share an id.
    """
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    order = {name: str(i) for i, name in enumerate(found)}
    mark = re.compile(r'(\bid="|"#|url\(#)([^")]+)(["\)])')
    plain = mark.sub(lambda m: f"{m[1]}{order.get(m[2], m[2])}{m[3]}", svg)
    prefix = f"p{zlib.crc32(plain.encode()):08x}_"
    named = mark.sub(lambda m: f"{m[1]}{prefix}{order[m[2]]}{m[3]}" if m[2] in order else m[0], svg)
    words = html.escape(dot.printable(alt))
    head, tag, body = named.partition("<svg")
    opening, _, rest = body.partition(">")
    return f'{head}{tag} role="img" aria-label="{words}"{opening}>\n<desc>{words}</desc>{rest}'
