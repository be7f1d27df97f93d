"""``viz.network``: the picture of a network at one step of its training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Recording
from viz import layout
from viz.graphics import dot, style
from viz.graphics.drawing import Drawing
from viz.graphics.geometry import Box
from viz.graphics.style import Theme
from viz.networks import places
from viz.networks.model import Arrays, arrays, number_at, read_network
from viz.networks.parts import Place, Unit
from viz.networks.source import network_recording
from viz.networks.strokes import stroke
from viz.records.subject import chosen_step

__all__ = ["NetworkDrawing", "network"]

_DIGITS = 3
_THIN, _THICK = 0.8, 4.0


class NetworkDrawing(Drawing):
    """Neurons as circles in columns; a drawing like every other, with ``.svg`` and ``.save``."""

    _kind = "network"

    def __init__(self, recording: Recording, step: int, *, theme: str | Theme, transparent: bool,
                 gradients: bool, values: bool, labels: bool | None, example: int,
                 limit: int) -> None:  # fmt: skip
        self.recording, self.step = recording, recording.steps[step]
        self.theme, self.transparent = style.theme_named(theme), transparent
        self.values = values
        self.network = read_network(recording.graph_of(self.step), example)
        self.now = arrays(self.step.values, self.network)
        self.slopes = arrays(recording.gradients(self.step), self.network) if gradients else {}
        if gradients and not self.slopes:
            raise ValueError(
                "gradients=True, but this step has no backward pass; call backward() on the result"
                " before it is drawn"
            )
        self.example, self.limit, self.labels = example, limit, labels

    # ── texts and sizes: those of every step, so that all steps share one plan ────────────────
    @cached_property
    def _steps(self) -> list[tuple[Arrays, Arrays]]:
        """Values and gradients of every recorded step of this graph."""
        return [
            (
                arrays(s.values, self.network),
                arrays(self.recording.gradients(s), self.network) if self.slopes else {},
            )
            for s in self.recording.steps
            if s.graph == self.step.graph
        ]

    def _texts(self, spots: Sequence[Place | None]) -> list[str]:
        found = []
        for values, slopes in self._steps:
            for data in (values, slopes):
                made = (number_at(p, data) for p in spots)
                found += [number(x, _DIGITS) for x in made if x is not None]
        return found

    @cached_property
    def heaviest(self) -> float:
        """The largest weight of all steps: one scale of widths for all of them."""
        kernels = {k.weight[0] for gap in self.network.gaps for k in gap}
        found = [np.abs(values[i]) for values, _ in self._steps for i in kernels]
        return max((float(w.max(initial=0.0, where=np.isfinite(w))) for w in found), default=0.0)

    @cached_property
    def plan(self) -> places.Plan:
        """Where everything stands."""
        columns, gaps = self.network.columns, self.network.gaps
        spots = [u.value for c in columns for u in c.units] if self.values else []
        written = layout.text_widths(self._texts(spots), style.LABEL)
        offsets = [u.bias for c in columns for u in c.units] if not self.slopes else []
        under = layout.text_widths([f"b {t}" for t in self._texts(offsets)], style.LABEL)
        inside = max(max(written, default=0.0) / 2 + 7, max(under, default=0.0) / 2 + 9)
        radius = min(max(28.0, inside), 46.0)
        labels: list[float | None] = []
        for gap in gaps:
            if places.labelled(gap, self.labels):
                texts = self._texts([k.weight for k in gap])
                labels.append(max(layout.text_widths(texts, style.LABEL, bold=True)) + 8)
            else:
                labels.append(None)
        names = [
            max(layout.text_widths([u.name for u in c.units], style.NAME, bold=True), default=0.0)
            + 16
            for c in (columns[0], columns[-1])
        ]
        heads = [
            max(layout.text_width(title, style.NAME, bold=True), layout.text_width(under, style.LABEL))
            for title, under in map(self.head, range(len(columns)))
        ]  # fmt: skip
        biases = bool(self.slopes) and any(u.bias for c in columns for u in c.units)
        return places.plan(
            self.network, radius, labels, self.limit, (names[0], names[1]), heads, biases,
            bool(self.slopes), 26.0, layout.text_width(self._legend(), style.LABEL) + 4 * style.BORDER,
        )  # fmt: skip

    @property
    def size(self) -> tuple[float, float]:
        return self.plan.width, self.plan.height

    def head(self, column: int) -> tuple[str, str]:
        """The title of a column and the words under it."""
        part = self.network.columns[column]
        count = len(part.units)
        if not column:
            return part.title, "1 value" if count == 1 else f"{count} values"
        return part.title, f"{count} neuron{'s' if count > 1 else ''}, {part.activation}"

    # ── painting ──────────────────────────────────────────────────────────────────────────────
    @cached_property
    def dot(self) -> str:
        plan = self.plan
        self._out = dot.Picture(
            plan.width, plan.height, "" if self.transparent else self.theme.background
        )
        self._out.graph.attr("graph", outputorder="edgesfirst")
        for column, box in enumerate(plan.heads):
            title, under = self.head(column)
            self._line(f"head{column}", box.centre[0], box.y + 10, title, self.theme.ink,
                       style.NAME, bold=True)  # fmt: skip
            self._line(f"kind{column}", box.centre[0], box.y + 30, under, self.theme.muted,
                       style.LABEL)  # fmt: skip
        for way in plan.ways:
            self._way(way)
        for circle in plan.circles:
            self._neuron(circle)
        for place, dots in enumerate(plan.dots):
            x, y = dots.centre
            self._line(f"dots{place}", x, y - 9, "⋮", self.theme.ink, style.NAME, bold=True)
            self._line(f"more{place}", x, y + 12, f"{dots.left_out} more", self.theme.muted,
                       style.LABEL)  # fmt: skip
        self._line("foot", plan.width / 2, plan.height - 13, self._legend(), self.theme.muted,
                   style.LABEL)  # fmt: skip
        return self._out.source()

    def _legend(self) -> str:
        words = f"line width: |weight|, at most {number(self.heaviest, _DIGITS)}"
        words += "; grey with −: negative"
        if self.slopes:
            words += f"; below each number: the gradient of {self._root} by it"
        return words

    @property
    def _root(self) -> str:
        return self.recording.graph_of(self.step).root.name

    def _line(self, key: str, x: float, y: float, text: str, colour: str, size: int,
              bold: bool = False, left: bool | None = None) -> None:  # fmt: skip
        """One line of text with its middle at a height, centred on x or to one side of it."""
        w = layout.text_width(text, size, bold=bold)
        start = x - w / 2 if left is None else (x if left else x - w)
        self._out.words(key, Box(start, y - 10, w, 20), dot.font(text, colour, size, bold=bold))

    def _neuron(self, circle: places.Circle) -> None:
        theme, column, unit = self.theme, circle.column, circle.unit
        part = self.network.columns[column].units[unit]
        last = column == len(self.network.columns) - 1
        (x, y), r = circle.centre, self.plan.radius
        key = f"c{column}_{unit}"
        self._out.shape(
            key, Box(x - r, y - r, 2 * r, 2 * r), shape="circle", style="filled",
            fillcolor=theme.card, color=theme.ink if column else theme.muted,
            penwidth="2.2" if last else "1.1" if column else "1",
        )  # fmt: skip
        self._numbers(key, circle)
        if column == 0:
            self._line(f"{key}_name", x - r - 8, y, part.name, theme.ink, style.NAME, bold=True,
                       left=False)  # fmt: skip
        elif last:
            self._line(f"{key}_name", x + r + 8, y, part.name, theme.ink, style.NAME, bold=True,
                       left=True)  # fmt: skip

    @cached_property
    def _type(self) -> list[int]:
        """The type size of the values in every column."""
        room = 2 * self.plan.radius - 12
        sizes = []
        for column in self.network.columns:
            texts = self._texts([u.value for u in column.units]) if self.values else []
            widest = max(layout.text_widths(texts, style.NUMBER), default=0.0)
            sizes.append(style.NUMBER if widest <= room else style.LABEL)
        return sizes

    def _numbers(self, key: str, circle: places.Circle) -> None:
        """Inside a neuron: its value; below it its bias, or its gradient and the bias outside."""
        theme, (x, y), r = self.theme, circle.centre, self.plan.radius
        part = self.network.columns[circle.column].units[circle.unit]
        value = number_at(part.value, self.now) if self.values else None
        bias = number_at(part.bias, self.now)
        below = number_at(part.value, self.slopes)
        second = "" if below is None else number(below, _DIGITS)
        colour = theme.backward
        if not self.slopes and bias is not None:
            second, colour = f"b {number(bias, _DIGITS)}", theme.muted
        lift = (7 if not self.slopes else 9) if second and value is not None else 0
        if value is not None:
            self._line(f"{key}_value", x, y - lift, number(value, _DIGITS), theme.forward,
                       self._type[circle.column])  # fmt: skip
        if second:
            self._line(f"{key}_second", x, y + 1.4 * lift, second, colour, style.LABEL)
        if below is not None:
            self._out.shape(f"{key}_rule", Box(x - r + 8, y + 1, 2 * r - 16, 1), shape="box",
                            style="filled", fillcolor=theme.hair, color=theme.hair,
                            penwidth="0")  # fmt: skip
            self._bias(key, part, x - 0.5 * r, y + r + 11)

    def _bias(self, key: str, part: Unit, x: float, y: float) -> None:
        """The bias below its neuron, right of where roads come in, and its gradient."""
        bias = number_at(part.bias, self.now)
        if bias is None:
            return
        slope = number_at(part.bias, self.slopes)
        lines = [(f"b {number(bias, _DIGITS)}", self.theme.muted)]
        if slope is not None:
            lines.append((f"∂ {number(slope, _DIGITS)}", self.theme.backward))
        wide = max(layout.text_widths([text for text, _ in lines], style.LABEL)) + 4
        # Roads to other neurons may pass here: the words keep their ground.
        ground = "" if self.transparent else f' BGCOLOR="{self.theme.background}"'
        rows = [
            dot.row((dot.font(text, colour, style.LABEL), wide, "LEFT"), height=15).replace(
                "<TD", f"<TD{ground}", 1
            )
            for text, colour in lines
        ]
        high = 15 * len(rows)
        self._out.words(f"{key}_bias", Box(x, y - 8, wide, high), dot.table(rows, wide, high))

    def _way(self, way: places.Way) -> None:
        theme = self.theme
        weight = number_at(way.link.weight, self.now)
        key = f"w{way.gap}_{way.link.source}_{way.link.target}"
        sound = weight is not None and np.isfinite(weight)
        share = abs(weight or 0.0) / self.heaviest if sound and self.heaviest else 0.0
        width = _THIN + (_THICK - _THIN) * share**0.5
        negative = weight is not None and weight < 0
        colour = theme.muted if negative else theme.forward
        arrow = way.label is not None
        stroke(self._out, key, way.curve, colour, width, arrow=arrow)
        if way.label is None:
            if negative and share > 0.02:
                self._bead(key, way.bead)
            return
        text = number(weight if weight is not None else float("nan"), _DIGITS)
        x = way.label.centre[0]
        self._line(f"{key}_label", x, way.bead[1] - width / 2 - 8, text,
                   theme.ink if negative else theme.forward, style.LABEL, bold=negative)  # fmt: skip
        slope = number_at(way.link.weight, self.slopes)
        if slope is not None:
            self._line(f"{key}_slope", x, way.bead[1] + width / 2 + 8, number(slope, _DIGITS),
                       theme.backward, style.LABEL)  # fmt: skip

    def _bead(self, key: str, at: tuple[float, float]) -> None:
        """A minus on the road of a negative weight that has no number."""
        x, y = at
        ground = self.theme.background
        self._out.shape(f"{key}_bead", Box(x - 5, y - 5, 10, 10), shape="circle", style="filled",
                        fillcolor=ground, color=ground, penwidth="0")  # fmt: skip
        self._out.shape(f"{key}_minus", Box(x - 3.5, y - 1, 7, 2), shape="box", style="filled",
                        fillcolor=self.theme.ink, color=self.theme.ink, penwidth="0")  # fmt: skip

    # ── words ─────────────────────────────────────────────────────────────────────────────────
    @property
    def alt(self) -> str:
        columns = self.network.columns
        sizes = ", then ".join(
            f"{c.title} of {len(c.units)} neuron{'s' if len(c.units) > 1 else ''} ({c.activation})"
            for c in columns[1:]
        )
        count = len(columns[0].units)
        words = f"A network of {count} input{'s' if count > 1 else ''}, then {sizes}."
        if len(self.recording.steps) > 1:
            words += f" Step {self.step.number}, epoch {self.step.epoch}."
        if self.values:
            ends = []
            for c in (columns[0], columns[-1]):
                told = [
                    f"{u.name} = {number(number_at(u.value, self.now) or 0.0, _DIGITS)}"
                    for u in c.units[:4]
                ]
                ends.append(", ".join(told) + (", …" if len(c.units) > 4 else ""))
            words += f" {ends[0]} gives {ends[1]}."
        weights = [number_at(k.weight, self.now) or 0.0 for gap in self.network.gaps for k in gap]
        span = f"from {number(min(weights), _DIGITS)} to {number(max(weights), _DIGITS)}"
        if len(weights) == 1:
            span = number(weights[0], _DIGITS)
        return f"{words} {len(weights)} weight{'s' if len(weights) > 1 else ''}, {span}."


def network(what: Any, x: Any = None, *, step: int | None = None, theme: str | Theme = "light",
            gradients: bool = False, labels: bool | None = None, example: int = 0,
            limit: int = 16, transparent: bool = False) -> NetworkDrawing:  # fmt: skip
    """Draw a model as its neurons: circles in columns, weights by width and sign.

    A positive weight is a blue line, a negative one grey with a bold minus; the width grows with the
    root of the magnitude, on one scale for all recorded steps.

    Parameters
    ----------
    what : Sequential, MLP, Layer, Neuron, Value, Recording or Recorder
        A model, the result of a computation, or a recorded training.
    x : array-like, optional
        Inputs that a model is run on; without them the neurons of a model stay blank.
    step : int, optional
        The number of a recorded training step; the last one by default.
    theme : {"light", "dark", "print"}
    gradients : bool
        Write the gradient of every neuron, weight and bias beside its number.
    labels : bool, optional
        Whether the weights have their numbers; by default where there is room.
    example : int
        Which example of a batch the neurons show, from 0.
    limit : int
        Layers with more neurons are drawn with an ellipsis.
    transparent : bool
        Leave the background out.

    Raises
    ------
    TypeError, ValueError
        There is no network in it, no such step or example.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite.nn import MLP
    >>> print(viz.network(MLP(2, [3, 1], seed=0), [1.0, 2.0]).alt)
    A network of 2 inputs, then layer 1 of 3 neurons (tanh), then layer 2 of 1 neuron (linear).
    x₁ = 1, x₂ = 2 gives z⁽²⁾ = −0.492. 9 weights, from −0.967 to 0.826.
    """
    recording, ran = network_recording(what, x, gradients)
    return NetworkDrawing(
        recording, chosen_step(recording, step), theme=theme, transparent=transparent,
        gradients=gradients, values=ran, labels=labels, example=example, limit=max(limit, 9),
    )  # fmt: skip
