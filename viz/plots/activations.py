"""Activation functions and their derivatives, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.notation import number, unicode
from autograd_lite.recording import Recording
from viz.graphics import style
from viz.graphics.style import Theme

if TYPE_CHECKING:
    from viz.plots.plot import Plot

__all__ = ["plot_activations"]

_POINTS = 401
_LONGEST = 40


def plot_activations(*functions: str | Callable[[Any], Any], theme: str | Theme = "light",
                     span: tuple[float, float] = (-4.0, 4.0),
                     names: tuple[str, str] = ("z", "a")) -> Plot:  # fmt: skip
    """Functions of one number as solid lines, their derivatives as dashed ones.

    The derivative is the engine's own: what the backward pass multiplies by.

    Parameters
    ----------
    *functions : str or callable
        Names (``"relu"``, ``"tanh"``, …) or functions of a Value; by default linear, relu, sigmoid
        and tanh.
    theme : {"light", "dark", "print"}
    span : (float, float)
        From where to where.
    names : (str, str)
        What the argument and the result are called.

    Returns
    -------
    Plot
        A matplotlib figure with ``.alt`` and ``.save``.

    Raises
    ------
    ValueError
        No activation has such a name, or the span is empty.

    Examples
    --------
    >>> print(plot_activations("tanh").alt)
    tanh: a from −0.9993 to 0.9993 over z from −4 to 4; its derivative is 1 − a², at 0 it is 1.
    """
    from viz.plots.plot import Plot, panel

    low, high = map(float, span)
    if not low < high or not math.isfinite(high - low):
        raise ValueError(f"span is (from, to) with from < to, not {span!r}")
    look = style.theme_named(theme)
    drawn = [
        _Curve(f, low, high, names) for f in functions or ("linear", "relu", "sigmoid", "tanh")
    ]
    columns = len(drawn) if len(drawn) < 4 else 2 if len(drawn) == 4 else 3
    rows = -(-len(drawn) // columns)
    figure = Plot(1.2 + 3.4 * columns, 0.5 + 3.0 * rows, look)
    for place, curve in enumerate(drawn):
        axes = panel(figure, look, (rows, columns, place + 1))
        _paint(axes, curve, look, names)
    figure.alt = " ".join(curve.told(names) for curve in drawn)
    return figure


class _Curve:
    """A function over a span, with the derivative that the engine finds."""

    def __init__(
        self, function: str | Callable[[Any], Any], low: float, high: float, names: tuple[str, str]
    ) -> None:
        from autograd_lite import Value, record
        from autograd_lite.nn import activations

        called = activations.get(function)
        self.name = (
            function if isinstance(function, str) else getattr(called, "__name__", "function")
        )
        if self.name == "<lambda>":
            self.name = "function"
        self.z = np.linspace(low, high, _POINTS)
        z = Value(self.z, name=names[0])
        with np.errstate(all="ignore"):
            out = called(z)
        if not isinstance(out, Value) or out.shape != z.shape:
            what = f"shape {out.shape}" if isinstance(out, Value) else type(out).__name__
            raise ValueError(
                f"{self.name} is drawn over {_POINTS} numbers at once, and gave {what}; it should"
                " take a Value and give one of the same shape"
            )
        self.a = np.asarray(out.data, float)
        self.rule, self.formula = "", f"{names[1]} = {self.name}({names[0]})"
        if out is z:
            self.formula, self.slope, self.rule = f"{names[1]} = {names[0]}", np.ones(_POINTS), "1"
            return
        with np.errstate(all="ignore"):
            out.backward(np.ones(out.shape))
            self._read(record(out, backward=True), names)

    def _read(self, recording: Recording, names: tuple[str, str]) -> None:
        graph = recording.graphs[0]
        self.slope = np.asarray(
            recording.gradients(recording.steps[0]).get(graph.nodes[0].id, np.zeros(_POINTS)), float
        )
        slots = {"0": names[0], "out": names[1]}
        if len(graph.messages) == 1 and graph.messages[0].local is not None:
            rule = unicode(graph.messages[0].local, slots)
            self.rule = rule if len(rule) <= _LONGEST else ""

    def told(self, names: tuple[str, str]) -> str:
        z, a = names
        ends = f"{a} from {number(self.a.min())} to {number(self.a.max())}"
        over = f"{z} from {number(self.z[0])} to {number(self.z[-1])}"
        rule = f"its derivative is {self.rule}" if self.rule else "its derivative beside it"
        at = ""
        if self.z[0] <= 0 <= self.z[-1]:
            at = f", at 0 it is {number(float(np.interp(0.0, self.z, self.slope)))}"
        return f"{self.name}: {ends} over {over}; {rule}{at}."


def _paint(axes: Any, curve: _Curve, look: Theme, names: tuple[str, str]) -> None:
    z, a = names
    for zero in (axes.axhline, axes.axvline):
        zero(0, color=look.hair, linewidth=1.0, zorder=1)
    slope = np.where(np.isfinite(curve.slope), curve.slope, np.nan)
    # A jump is a gap, not a slope of its own.
    jump = np.abs(np.diff(slope, prepend=slope[0])) > 0.25 * (
        np.nanmax(slope) - np.nanmin(slope) or 1
    )
    axes.plot(curve.z, curve.a, color=look.forward, linewidth=2.4, zorder=3)
    axes.plot(curve.z, np.where(jump, np.nan, slope), color=look.backward, linewidth=2.0,
              linestyle=(0, (4, 2)), zorder=4)  # fmt: skip
    axes.set_title(curve.name, loc="left", color=look.ink, fontsize=12, fontweight="bold", pad=38)
    lines: list[tuple[str, str, Any, float]] = [
        (curve.formula, look.forward, "-", 25.0),
        (f"∂{a}/∂{z}" + (f" = {curve.rule}" if curve.rule else ""), look.backward, (0, (3, 1.6)), 10.0),
    ]  # fmt: skip
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    for text, colour, dash, up in lines:
        moved = axes.transAxes + ScaledTranslation(0, up / 72, axes.figure.dpi_scale_trans)
        key = Line2D([0, 0.085], [1, 1], color=colour, linewidth=2, linestyle=dash,
                     transform=moved, clip_on=False)  # fmt: skip
        key.set_in_layout(False)
        axes.add_artist(key)
        axes.annotate(text, (0.105, 1), (0, up), xycoords="axes fraction",
                      textcoords="offset points", va="center", fontsize=10, color=colour)  # fmt: skip
    axes.set_xlim(curve.z[0], curve.z[-1])
    axes.margins(y=0.08)
    axes.set_xlabel(z, color=look.ink, fontsize=10.5)
