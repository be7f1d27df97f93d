"""One call, then look at it or save it: a value or a recording as a picture."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd_lite.files import write_whole
from autograd_lite.recording import Recording
from viz import dot, layout
from viz.alt import alt_text
from viz.picture import picture
from viz.scene import Scene, lay_out
from viz.style import Theme
from viz.subject import as_recording, chosen_step
from viz.texts import StepTexts

__all__ = ["Diagram", "draw", "frames"]

_FORMATS = ("svg", "png", "pdf", "dot")
_LARGEST_PNG = 8000  # points: a wider picture is scaled down to it, before memory runs out


class Diagram:
    """A picture of one recorded step.

    In a notebook it shows itself. ``.svg`` is the SVG text, ``.dot`` the DOT text, :meth:`save`
    writes a file.
    """

    def __init__(self, recording: Recording, step: int, passes: str, theme: str | Theme,
                 transparent: bool, scene: Scene | None = None) -> None:  # fmt: skip
        self.texts = StepTexts(recording, recording.steps[step])
        self.passes, self.theme, self.transparent = passes, theme, transparent
        self._scene = scene

    @cached_property
    def scene(self) -> Scene:
        """Where everything stands."""
        return self._scene or lay_out(self.texts.recording, self.texts.step.graph)

    @cached_property
    def dot(self) -> str:
        """The DOT text, with every position given; draw it with ``dot -Knop2``."""
        return picture(
            self.scene, self.texts, self.passes, self.theme, transparent=self.transparent
        )

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text, with a text alternative inside."""
        drawn = layout.render(self.dot, "svg", engine="nop2").decode()
        head, tag, body = drawn.partition("<svg")
        opening, _, rest = body.partition(">")
        words = html.escape(dot.printable(self.alt))
        return f'{head}{tag} role="img" aria-label="{words}"{opening}>\n<desc>{words}</desc>{rest}'

    @property
    def png(self) -> bytes:
        """The picture as PNG, at 96 dots per inch."""
        return layout.render(self._bounded(), "png", engine="nop2")

    def _bounded(self) -> str:
        longest = max(self.scene.width, self.scene.height)
        if longest <= _LARGEST_PNG:
            return self.dot
        head, brace, rest = self.dot.partition("{")
        return f'{head}{brace}\n\tgraph [dpi="{96 * _LARGEST_PNG / longest:.1f}"]{rest}'

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return alt_text(self.texts, self.passes)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the ending decides: ``.svg``, ``.png``, ``.pdf``, ``.dot`` or ``.html``.

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
        if ending == "html":
            from viz.page import stepper

            return stepper(self.texts.recording).save(path)
        if ending not in _FORMATS:
            raise ValueError(
                f"{path.name!r} ends in {path.suffix!r}; a diagram is saved as"
                f" {', '.join('.' + f for f in _FORMATS)} or .html"
            )
        content: str | bytes
        if ending == "pdf":
            content = layout.render(self.dot, "pdf", engine="nop2")
        else:
            content = getattr(self, ending)
        return write_whole(path, content)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What notebooks show; the DOT text where there is no Graphviz."""
        try:
            return {"image/svg+xml": self.svg, "text/plain": self.alt}
        except layout.GraphvizMissing as error:
            return {"text/plain": f"{error}\n\n{error.dot}"}

    def __repr__(self) -> str:
        return f"<Diagram: {self.alt}>"


def draw(what: Any, *, passes: str | None = None, theme: str | Theme = "light", step: int | None = None,
         transparent: bool = False, parameters: Sequence[Any] = ()) -> Diagram:  # fmt: skip
    """Draw a computation: its values and, after ``backward()``, its gradients.

    Parameters
    ----------
    what : Value or Recording
        The end of a computation, or a recording of a training.
    passes : {"forward", "backward", "both"}, optional
        By default both where there was a backward pass, else forward.
    theme : {"light", "dark", "print"}
    step : int, optional
        The number of a recorded training step; the last one by default.
    transparent : bool
        Leave the background out.
    parameters : sequence of Value
        Leaves to be drawn with the double border of parameters.

    Raises
    ------
    TypeError
        ``what`` is neither.
    ValueError
        No such pass, theme or step.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite import Value
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> y = (w * x).tanh()
    >>> y.backward()
    >>> print(viz.draw(y).alt)  # doctest: +NORMALIZE_WHITESPACE
    Forward and backward pass of tanh(w·x): w = 0.5, x = 8; w·x = 4, tanh(w·x) = 0.9993.
    Gradients: w 0.01073, x 6.705e−4.
    """
    recording = as_recording(what, parameters)
    place = chosen_step(recording, step)
    swept = bool(recording.steps[place].contributions)
    return Diagram(recording, place, passes or ("both" if swept else "forward"), theme, transparent)


def frames(what: Any, folder: str | os.PathLike[str], format: str = "svg", *,
           theme: str | Theme = "light") -> list[Path]:  # fmt: skip
    """A forward and a backward picture of every recorded step, all with one bounding box.

    Parameters
    ----------
    what : Recording or Recorder
    folder : path
        Made if need be. The files are ``step-0001-forward.svg``, ``step-0001-backward.svg``, …
    format : {"svg", "png", "pdf", "dot"}

    Returns
    -------
    list of Path
    """
    if format not in _FORMATS:
        raise ValueError(f"format {format!r} is not one of {', '.join(_FORMATS)}")
    recording = as_recording(what)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    scenes: dict[int, Scene] = {}
    written = []
    for place, step in enumerate(recording.steps):
        if step.graph not in scenes:
            scenes[step.graph] = lay_out(recording, step.graph)
        for passes in ("forward", "backward") if step.contributions else ("forward",):
            diagram = Diagram(recording, place, passes, theme, False, scenes[step.graph])
            written.append(diagram.save(folder / f"step-{step.number:04d}-{passes}.{format}"))
    return written
