"""The stepper page: a recording as one HTML file that a learner steps through, without a network."""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from autograd_lite.errors import did_you_mean
from autograd_lite.files import write_whole
from autograd_lite.recording import Recording
from viz.page.model import UNTITLED, View, page_model
from viz.page.packed import packed
from viz.page.views import page_views
from viz.records.subject import as_recording
from viz.scenes.stage import Stage
from viz.scenes.still import Still

__all__ = [
    "Page",
    "View",
    "page_html",
    "page_model",
    "page_script",
    "page_style",
    "page_views",
    "stepper",
]

_SCRIPTS = (
    "packed", "dom", "plan", "cards", "drawing", "plots", "panels", "predict", "lens", "heat",
    "network", "page",
)  # fmt: skip
"""The parts of the page's one module, in the order in which they build on each other."""

_THEMES = ("light", "dark")


class Page:
    """The page of one recording. In a notebook it shows itself; :meth:`save` writes a file."""

    def __init__(
        self, recording: Recording, title: str, levels: Sequence[str] | None = None, theme: str = ""
    ) -> None:
        if theme and theme not in _THEMES:
            known = " or ".join(map(repr, _THEMES))
            raise ValueError(
                f"theme {theme!r} is not {known}; left out, the page takes the reader's own."
                f"{did_you_mean(theme, _THEMES)}"
            )
        self.recording, self.title, self.levels, self.theme = recording, title, levels, theme

    @cached_property
    def views(self) -> list[View]:
        """The recording at every level between which the page switches, the opening one first."""
        return page_views(self.recording, self.levels)

    @cached_property
    def html(self) -> str:
        """The whole page as text."""
        return page_html(page_model(self.recording, self.title, self.views), self.theme)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, whole or not at all; open it in any browser, from disk.

        Raises
        ------
        ValueError
            An ending by which a browser would not know it.
        """
        name = Path(path).name
        if not name.lower().endswith((".html", ".htm")):
            raise ValueError(
                f"{name!r} does not end in .html; a page is saved as .html: save('steps.html')"
            )
        return write_whole(path, self.html)

    @cached_property
    def still(self) -> Still:
        """The first step as a picture, for those who cannot run the page."""
        stage = Stage(self.recording, self.levels[0] if self.levels else None)
        passes = "both" if self.recording.steps[0].contributions else "forward"
        return Still(self.recording, 0, passes, self.theme or "light", False, stage)

    def _repr_html_(self) -> str:
        """What notebooks show: the page in a frame that can reach nothing else.

        The frame lies over a picture, which is left where it is taken out or its script is refused:
        in a notebook that is not trusted, on GitHub, in nbviewer.
        """
        page = re.sub("<noscript>.*</noscript>", "", self.html, count=1)
        title, alt = html.escape(self.title), html.escape(self.still.alt)
        picture = base64.b64encode(self.still.png).decode()
        return (
            '<div style="display:grid;grid-template-columns:minmax(0,1fr)">'
            '<div style="grid-area:1/1;max-height:820px;overflow:hidden">'
            f"<p>{title}: a picture of the first step."
            " To step through it, trust the notebook or run it.</p>"
            f'<img alt="{alt}" src="data:image/png;base64,{picture}" style="max-width:100%"></div>'
            '<div style="grid-area:1/1;position:relative">'
            f'<iframe title="{title}: step through the training" sandbox="allow-scripts"'
            f' srcdoc="{html.escape(page)}" style="width:100%;height:820px;border:0"></iframe>'
            "</div></div>"
        )

    def _repr_png_(self) -> bytes:
        """What converters to LaTeX and Word show."""
        return self.still.png

    def __repr__(self) -> str:
        return f"<Page: {self.title}, {len(self.recording.steps)} steps>"


def stepper(
    what: Any, *, title: str = "", levels: Sequence[str] | None = None, theme: str = ""
) -> Page:
    """A page on which a learner steps through the recorded passes.

    Parameters
    ----------
    what : Value, Recording or Recorder
    title : str
        The heading; by default the recording's own.
    levels : sequence of {"scalars", "neurons", "layers", "model"}, optional
        The levels of the zoom between which the page switches, the opening one first; by default
        those in which the recording can be read.
    theme : {"light", "dark", ""}
        With which the page opens; empty takes the reader's own. A notebook's frame cannot know that
        of the notebook around it.

    Returns
    -------
    Page
        ``.save("index.html")`` writes it; notebooks show it.

    Raises
    ------
    viz.layout.GraphvizError
        There is no Graphviz to place the drawing.
    ValueError
        No such theme.
    """
    recording = as_recording(what)
    return Page(recording, title or recording.title or UNTITLED, levels, theme)


def page_html(model: Mapping[str, Any], theme: str = "") -> str:
    """The self-contained page of what :func:`page_model` made, as text.

    The data stands in an element of its own, in which no ``<`` can end it.
    """
    data = json.dumps(packed(model), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    data = data.encode("utf-8", "replace").decode()  # half a character is no UTF-8
    head, style_mark, rest = _file("page.html").partition("<!--STYLE-->")
    middle, data_mark, rest = rest.partition("<!--DATA-->")
    before, script_mark, tail = rest.partition("<!--SCRIPT-->")
    if not (style_mark and data_mark and script_mark):
        raise RuntimeError("the page's template lacks a mark; the installation is damaged")
    if theme:
        head = head.replace('class="agl-page"', f'class="agl-page" data-opens="{theme}"')
    return "".join((
        head, page_style(), middle, data.replace("<", "\\u003c"), before, page_script(), tail,
    ))  # fmt: skip


def page_script() -> str:
    """The ES module of page and widget: it exports ``render({model, el, place, moved})``."""
    return "\n".join(_file(f"{name}.js") for name in _SCRIPTS)


def page_style() -> str:
    """The style sheet of page and widget; its rules hold inside ``.agl`` only."""
    return "\n".join(_file(f"{name}.css") for name in ("page", "heat"))


@cache
def _file(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
