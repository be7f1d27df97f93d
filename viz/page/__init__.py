"""The stepper page: a recording as one HTML file that a learner steps through, without a network."""

from __future__ import annotations

import html
import json
import os
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from autograd_lite.files import write_whole
from autograd_lite.recording import Recording
from viz.page.model import page_model
from viz.subject import as_recording

__all__ = ["Page", "stepper"]


class Page:
    """The page of one recording. In a notebook it shows itself; :meth:`save` writes a file."""

    def __init__(self, recording: Recording, title: str) -> None:
        self.recording, self.title = recording, title

    @cached_property
    def html(self) -> str:
        """The whole page as text."""
        data = json.dumps(
            page_model(self.recording, self.title), ensure_ascii=False, separators=(",", ":"),
            allow_nan=False,
        )  # fmt: skip
        return _assembled(data.encode("utf-8", "replace").decode())  # half a character is no UTF-8

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, whole or not at all; open it in any browser, from disk."""
        return write_whole(path, self.html)

    def _repr_html_(self) -> str:
        """What notebooks show: the page in a frame that can reach nothing else."""
        return (
            f'<iframe title="{html.escape(self.title)}: step through the training" sandbox="allow-scripts"'
            f' srcdoc="{html.escape(self.html)}" style="width:100%;height:820px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Page: {self.title}, {len(self.recording.steps)} steps>"


def stepper(what: Any, *, title: str = "") -> Page:
    """A page on which a learner steps through the recorded passes.

    Parameters
    ----------
    what : Value, Recording or Recorder
    title : str
        The heading; by default the recording's own.

    Returns
    -------
    Page
        ``.save("index.html")`` writes it; notebooks show it.

    Raises
    ------
    viz.layout.GraphvizError
        There is no Graphviz to place the drawing.
    """
    recording = as_recording(what)
    return Page(recording, title or recording.title or "Backpropagation, step by step")


def _assembled(data: str) -> str:
    """The template with style, script and data at their marks; the data cannot end its element."""
    folder = resources.files(__name__)

    def part(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    head, style_mark, rest = part("page.html").partition("<!--STYLE-->")
    middle, data_mark, rest = rest.partition("<!--DATA-->")
    before, script_mark, tail = rest.partition("<!--SCRIPT-->")
    if not (style_mark and data_mark and script_mark):
        raise RuntimeError("the page's template lacks a mark; the installation is damaged")
    return "".join((
        head, part("page.css"), middle, data.replace("<", "\\u003c"), before, part("drawing.js"),
        part("page.js"), tail,
    ))  # fmt: skip
