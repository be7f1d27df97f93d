"""``viz.worksheet``: a backward pass to be done by hand, and its answer key on the same layout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd_lite.notation import unicode
from autograd_lite.recording import Node, Recording
from viz import layout
from viz.graphics import style
from viz.graphics.drawing import Drawing
from viz.graphics.style import Theme
from viz.records.subject import as_recording, chosen_step
from viz.scenes.arrangement import placed
from viz.scenes.scene import Scene
from viz.scenes.sheets import SheetPainter, SheetSizes, circled
from viz.words.alt import alt_text
from viz.words.texts import GraphTexts, StepTexts

__all__ = ["Worksheet", "worksheet"]

_LONGEST_FORMULA = 70
_LINE = 18


class Worksheet(Drawing):
    """A backward pass with boxes to fill in; ``.key`` is the same with the answers."""

    _kind = "worksheet"

    def __init__(self, recording: Recording, step: int, theme: str | Theme, filled: bool = False,
                 scene: Scene | None = None) -> None:  # fmt: skip
        self.recording, self.place = recording, step
        self.texts = StepTexts(recording, recording.steps[step])
        self.theme, self.filled = style.theme_named(theme), filled
        self._scene = scene

    @cached_property
    def scene(self) -> Scene:
        """Where everything stands, the same for the worksheet and its key."""
        if self._scene:
            return self._scene
        graph = self.recording.graphs[self.texts.step.graph]
        return placed(SheetSizes(GraphTexts(graph), [self.texts], style.FIGURE))

    @cached_property
    def key(self) -> Worksheet:
        """The answers, at the same places."""
        return Worksheet(self.recording, self.place, self.theme, True, self.scene)

    @cached_property
    def _note(self) -> list[str]:
        count = len(self.texts.applications)
        span = f", {circled(1)} to {circled(count)}" if count > 1 else ""
        words = [
            f"Fill the boxes from right to left{span}: the local derivative,"
            " then upstream × local = message."
        ]
        received = [a.message.input for a in self.texts.applications]
        if len(set(received)) < len(received):
            words.append("Where several messages arrive, they add up.")
        words.append(_whole_formula(self.texts))
        if self.filled:
            words.insert(0, "Answer key.")
        return _wrapped([w for w in words if w], self.scene.width - 2 * style.CARD_MARGIN)

    @property
    def size(self) -> tuple[float, float]:
        # The key has one word more: both keep room for it, so that both are equally large.
        lines = max(len(self._note), len(self.key._note) if not self.filled else 0)
        return self.scene.width, self.scene.height + 10 + _LINE * lines

    @cached_property
    def dot(self) -> str:
        width, height = self.size
        painter = SheetPainter(
            replace(self.scene, width=width, height=height), self.texts, "backward", self.theme, False, ""
        )  # fmt: skip
        painter.filled = self.filled
        painter.note(self._note, self.scene.height + 2)
        return painter.source()

    @property
    def alt(self) -> str:
        if self.filled:
            words = alt_text(self.texts, "backward")
            return f"Answer key. {words}"
        count = len(self.texts.applications)
        root = self.texts.graph.root
        words = alt_text(self.texts, "forward")
        asked = f"{count} application{'s' if count > 1 else ''} of the chain rule"
        return f"Worksheet: {asked}, from {root} back, to be filled in. {words}"


def worksheet(what: Any, path: str | os.PathLike[str] | None = None, *, step: int | None = None,
              theme: str | Theme = "light", parameters: Sequence[Any] = ()) -> Worksheet:  # fmt: skip
    """A backward pass to be filled in by hand.

    Parameters
    ----------
    what : Value, Recording or Recorder
        The end of a computation; its backward pass is made if need be, and touches no ``.grad``.
    path : path, optional
        Write the worksheet here, and its answers beside it: ``sheet.pdf`` and ``sheet-key.pdf``.
    step : int, optional
        The number of a recorded training step; the last one by default.
    theme : {"light", "dark", "print"}
    parameters : sequence of Value
        Leaves to be drawn with the double border of parameters.

    Returns
    -------
    Worksheet
        ``.save(path)`` writes it, ``.key.save(path)`` its answers.

    Raises
    ------
    TypeError
        ``what`` is neither.
    ValueError
        There is no such step, or no gradient flows.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite import Value
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> sheet = viz.worksheet(w * x)
    >>> print(sheet.alt)
    Worksheet: 2 applications of the chain rule, from w·x back, to be filled in.
    Forward pass of w·x: w = 0.5, x = 8; w·x = 4.
    """
    recording = _swept(what, parameters)
    place = chosen_step(recording, step)
    if not recording.steps[place].contributions:
        raise ValueError(
            "no gradient flows here, so there is nothing to fill in; a worksheet needs a computation"
            " of Values that are tracked"
        )
    sheet = Worksheet(recording, place, theme)
    if path is not None:
        path = Path(path)
        sheet.save(path)
        sheet.key.save(path.with_name(f"{path.stem}-key{path.suffix}"))
    return sheet


def _swept(what: Any, parameters: Sequence[Any]) -> Recording:
    """A recording as it is; of a live value one with its backward pass."""
    from autograd_lite import record

    recording = as_recording(what, parameters)
    live = not isinstance(getattr(what, "recording", what), Recording)
    if live and not recording.steps[0].contributions and not recording.graphs[0].root.shape:
        return record(what, backward=True, parameters=parameters)
    return recording


def _whole_formula(texts: StepTexts) -> str:
    """The root in terms of the leaves, where that is short and its parts have no shapes to tell."""
    graph = texts.graph.graph
    if len(graph.nodes) > 24 or not graph.root.op:
        return ""

    def spelled(node: Node) -> Any:
        if not node.op or node.formula is None:
            return f"n{node.id}"
        head, *rest = node.formula
        return [head, *(spelled(graph.nodes[node.inputs[int(t)]]) if isinstance(t, str) and t.isdigit()
                        else t for t in rest)]  # fmt: skip

    names = {f"n{n.id}": texts.name(n.id) for n in graph.nodes}
    body = unicode(spelled(graph.root), names)
    said = body if body == texts.graph.root else f"{texts.graph.root} = {body}"
    return said if len(said) <= _LONGEST_FORMULA else ""


def _wrapped(sentences: Sequence[str], width: float) -> list[str]:
    """Sentences in as few lines as hold them; one that is too long is broken between words."""
    lines: list[str] = []
    for sentence in sentences:
        joined = f"{lines[-1]}   {sentence}" if lines else sentence
        if lines and layout.text_width(joined, style.LABEL) <= width:
            lines[-1] = joined
            continue
        words = sentence.split(" ")
        line = words[0]
        for word in words[1:]:
            if layout.text_width(f"{line} {word}", style.LABEL) > width:
                lines.append(line)
                line = word
            else:
                line += f" {word}"
        lines.append(line)
    return lines
