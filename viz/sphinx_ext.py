"""Sphinx and MyST: the directive ``autograd``, which draws a formula while a book is built.

In ``conf.py``: ``extensions = ["viz.sphinx_ext"]``. Then, in reStructuredText or MyST::

    .. autograd:: tanh(w*x + b)
       :at: w=0.5 x=2 b=1
       :caption: One neuron, forward and backward.

HTML gets SVG (and a dark one where the theme switches), LaTeX gets PDF, every other builder the form
it likes best, and builders of text the picture in words. The formula is data: it is read by
:mod:`viz.formulas` and never run. The same text gives the same files, named after their content.
"""

from __future__ import annotations

import hashlib
import html
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from autograd_lite import __version__
from autograd_lite.errors import NumericWarning
from autograd_lite.files import write_whole
from autograd_lite.recording import Recording
from viz.diagram import Diagram, draw
from viz.formulas import assignments, parsed, record_formula
from viz.graphics.formats import as_bytes
from viz.layout import GraphvizError
from viz.page import stepper

__all__ = ["AutogradDirective", "setup"]

_log = logging.getLogger(__name__)
_FORMS = {"image/svg+xml": "svg", "application/pdf": "pdf", "image/png": "png"}
_TWO_FACED = ("furo", "pydata_sphinx_theme", "sphinx_book_theme")
"""Themes with a switch from light to dark, which hide ``only-light`` or ``only-dark`` with it."""


class _Picture(nodes.General, nodes.Inline, nodes.Element):
    """A place for a drawing, until it is known which builder will fill it."""


def _choice(*known: str) -> Callable[[str], str]:
    return lambda text: directives.choice(text, known)


def _words(text: str) -> str:
    return " ".join((text or "").split())


class AutogradDirective(SphinxDirective):
    """``.. autograd:: FORMULA``; a formula of several statements may stand in the body too."""

    required_arguments = 0
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "at": _words,
        "parameters": _words,
        "theme": _choice("auto", "light", "dark", "print"),
        "forward": directives.flag,
        "backward": directives.flag,
        "both": directives.flag,
        "level": directives.unchanged,
        "notation": directives.unchanged,
        "legend": directives.flag,
        "stepper": directives.flag,
        "alt": _words,
        "caption": directives.unchanged,
        "width": directives.length_or_percentage_or_unitless,
        "align": _choice("left", "center", "right"),
        "name": directives.unchanged,
        "class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        passes = [name for name in ("forward", "backward", "both") if name in self.options]
        if len(passes) > 1:
            raise self.error(f"autograd: :{passes[0]}: and :{passes[1]}: exclude each other")
        switches = {n: self.options[n] for n in ("level", "notation") if n in self.options}
        if "legend" in self.options:
            switches["legend"] = True
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NumericWarning)  # a NaN is drawn, and says itself
                recording, shown = record_formula(
                    parsed("\n".join([*self.arguments, *self.content])),
                    assignments(self.options.get("at", "")),
                    passes[0] if passes else None,
                    self.options.get("parameters", "").replace(",", " ").split(),
                )
            words = self.options.get("alt") or draw(recording, passes=shown, **switches).alt
        except (ValueError, TypeError) as error:
            raise self.error(f"autograd: {error}") from None
        picture = _Picture(
            "", record=recording.to_json(), passes=shown, switches=switches, alt=words,
            theme=self.options.get("theme", "auto"), stepper="stepper" in self.options,
        )  # fmt: skip
        if "width" in self.options:
            picture["width"] = self.options["width"]
        return [self._figure(picture)]

    def _figure(self, picture: nodes.Element) -> nodes.Node:
        """The picture, in a figure where there is a caption: then it has a number, too."""
        outer = picture
        if self.options.get("caption"):
            inline, messages = self.state.inline_text(self.options["caption"], self.lineno)
            outer = nodes.figure("", picture, nodes.caption("", "", *inline, *messages))
        if "align" in self.options:
            outer["align"] = self.options["align"]
        outer["classes"] += self.options.get("class", [])
        self.set_source_info(outer)
        self.set_source_info(picture)
        self.add_name(outer)
        return outer


class _Fill(SphinxPostTransform):
    """Puts the drawing that the builder likes best in its place, before images are collected."""

    default_priority = 50

    def run(self, **kwargs: Any) -> None:
        for place in list(self.document.findall(_Picture)):
            recording = Recording.from_json(place["record"])
            web = self.app.builder.format == "html" and self.app.builder.name != "epub"
            try:
                if web and place["stepper"]:
                    place.replace_self(self._frame(place, recording))
                elif not self.app.builder.supported_image_types:
                    place.replace_self(nodes.paragraph("", place["alt"]))
                else:
                    place.replace_self(self._images(place, recording, web))
            except GraphvizError as error:
                _log.warning("autograd: %s", error, location=place)
                place.replace_self(nodes.literal_block(place["alt"], place["alt"]))

    def _images(self, place: nodes.Element, recording: Recording, web: bool) -> nodes.Node:
        themes = [place["theme"] if place["theme"] != "auto" else "light"]
        if web and place["theme"] == "auto" and self.config.html_theme in _TWO_FACED:
            themes.append("dark")
        images = [self._image(place, recording, theme, web) for theme in themes]
        if len(images) > 1:
            for theme, image in zip(themes, images, strict=True):
                image["classes"].append(f"only-{theme}")
        outer = nodes.container("", *images, classes=["autograd-picture"]) if web else images[0]
        outer["ids"], outer["names"] = list(place["ids"]), list(place["names"])
        outer["classes"] += place["classes"]
        return outer

    def _image(
        self, place: nodes.Element, recording: Recording, theme: str, web: bool
    ) -> nodes.Element:
        diagram = draw(recording, passes=place["passes"], theme=theme, **place["switches"])
        image = nodes.image("", alt=place["alt"], candidates={}, uri="")
        kind, path = self._drawn(diagram)
        image["uri"] = image["candidates"][kind] = str(path)
        self.env.images.add_file(self.env.docname, str(path))
        if "width" in place:
            image["width"] = place["width"]
        elif web:  # around what has a width, Sphinx puts a link to the picture alone
            image["width"] = f"{diagram.size[0]:.0f}pt"
        if "align" in place:
            image["align"] = place["align"]
        return image

    def _drawn(self, diagram: Diagram) -> tuple[str, Path]:
        """The first form that the builder takes and Graphviz makes, in a file named by its content."""
        taken = [k for k in self.app.builder.supported_image_types if k in _FORMS]
        for kind in taken:
            try:
                content = as_bytes(diagram, _FORMS[kind])
            except GraphvizError:
                if kind == taken[-1]:
                    raise
                continue  # a Graphviz that knows no PDF
            folder = Path(self.app.doctreedir) / "autograd"
            folder.mkdir(parents=True, exist_ok=True)
            return kind, write_whole(folder / f"{_named(content)}.{_FORMS[kind]}", content)
        raise AssertionError("there is always a form")

    def _frame(self, place: nodes.Element, recording: Recording) -> nodes.Node:
        """The stepper page in a file of its own, shown in a frame that can reach nothing else."""
        page = stepper(recording)
        name = f"_autograd/{_named(page.html.encode())}.html"
        path = Path(self.app.outdir) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        page.save(path)
        here = self.app.builder.get_target_uri(self.env.docname).partition("#")[0]
        title = html.escape(f"{page.title}: step through it")
        width = place.get("width", "100%")
        return nodes.raw(
            "",
            f'<iframe class="autograd-stepper" title="{title}" src="{relative_uri(here, name)}"'
            f' sandbox="allow-scripts" loading="lazy" style="width:{width};height:820px;border:0">'
            f"</iframe>",
            format="html",
        )


def _named(content: bytes) -> str:
    return f"autograd-{hashlib.sha256(content).hexdigest()[:16]}"


def _add_style(app: Sphinx) -> None:
    app.config.html_static_path.append(str(Path(__file__).with_name("sphinx_static")))


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it loads the extension."""
    app.add_node(_Picture)
    app.add_directive("autograd", AutogradDirective)
    app.add_post_transform(_Fill)
    app.connect("builder-inited", _add_style)
    app.add_css_file("autograd.css")
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
