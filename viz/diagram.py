"""One call, then look at it or save it: a value or a recording as a picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from viz.graphics.drawing import FORMATS
from viz.graphics.style import Theme, theme_named
from viz.records.subject import as_recording, chosen_step
from viz.scenes.stage import Stage
from viz.scenes.still import Still
from viz.words.texts import NOTATIONS

__all__ = ["Diagram", "draw", "frames"]


class Diagram(Still):
    """A picture of one recorded step.

    In a notebook it shows itself. ``.svg`` is the SVG text, ``.dot`` the DOT text, :meth:`save`
    writes a file.
    """

    _kind = "diagram"
    _formats = (*FORMATS, "html")

    def _page(self) -> str:
        from viz.page import stepper

        return stepper(self.recording).html


def draw(what: Any, *, passes: str | None = None, theme: str | Theme = "light", step: int | None = None,
         transparent: bool = False, parameters: Sequence[Any] = (), level: str | None = None,
         notation: str = NOTATIONS[0], legend: bool = False, check: bool = False,
         prefix: str = "") -> Diagram:  # fmt: skip
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
    level : {"scalars", "neurons", "layers", "model"}, optional
        By default every node is drawn up to 60 of them, neurons up to 200, else layers; the picture
        says so.
    notation : {"∂L/∂x", "x̄", "x.grad"}
        How gradients are written; also ``"partial"``, ``"bar"``, ``"grad"``.
    legend : bool
        Tell below the drawing what its lines and borders mean.
    check : bool
        Compare the gradients of a live Value with numeric ones, and mark those that agree.
    prefix : str
        Letters, digits and underscores put before every id, for two figures on one page.

    Raises
    ------
    TypeError
        ``what`` is neither.
    ValueError
        No such pass, theme, step, level or notation.

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
    if prefix and not (prefix.isascii() and prefix.isidentifier()):
        raise ValueError(f"prefix {prefix!r} is not made of letters, digits and underscores")
    theme_named(theme)
    recording = as_recording(what, parameters, check)
    place = chosen_step(recording, step)
    swept = bool(recording.steps[place].contributions)
    return Diagram(
        recording, place, passes or ("both" if swept else "forward"), theme, transparent,
        Stage(recording, level, notation), legend=legend, prefix=prefix,
    )  # fmt: skip


def frames(what: Any, folder: str | os.PathLike[str], format: str = "svg", *,
           theme: str | Theme = "light", level: str | None = None, notation: str = NOTATIONS[0],
           legend: bool = False) -> list[Path]:  # fmt: skip
    """A forward and a backward picture of every recorded step, all with one bounding box.

    Parameters
    ----------
    what : Recording or Recorder
    folder : path
        Made if need be. The files are ``step-0001-forward.svg``, ``step-0001-backward.svg``, …
    format : {"svg", "png", "pdf", "dot", "tex", "tikz"}
    theme, level, notation, legend
        As for :func:`draw`.

    Returns
    -------
    list of Path
    """
    if format not in FORMATS:
        raise ValueError(f"format {format!r} is not one of {', '.join(FORMATS)}")
    recording = as_recording(what)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(recording, level, notation)
    for graph in {s.graph for s in recording.steps}:
        stage.scene(graph)  # all graphs at one level, before the first is drawn
    written = []
    for place, step in enumerate(recording.steps):
        for passes in ("forward", "backward") if step.contributions else ("forward",):
            diagram = Diagram(recording, place, passes, theme, False, stage, legend=legend)
            written.append(diagram.save(folder / f"step-{step.number:04d}-{passes}.{format}"))
    return written
