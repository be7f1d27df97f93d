"""What a model says over its input, beside the data, at some steps of its training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.errors import did_you_mean
from autograd_lite.notation import number
from autograd_lite.recording import Node, Recording, StepRecord
from viz.graphics import style
from viz.graphics.style import Theme
from viz.plots.labels import beside, title
from viz.plots.loss import milestones
from viz.records.subject import as_recording, chosen_step, unit_of
from viz.replay import Replay

if TYPE_CHECKING:
    from viz.plots.plot import Plot

__all__ = ["plot_fit"]

_POINTS = 201
_DASHES: tuple[Any, ...] = ((0, (1, 1.6)), (0, (4, 2)), (0, (8, 2.5)), (0, (8, 2, 1.5, 2)))


def plot_fit(what: Any, x: Any = None, y: Any = None, *, steps: Sequence[int] | None = None,
             output: str = "", theme: str | Theme = "light", xlabel: str = "",
             ylabel: str = "") -> Plot:  # fmt: skip
    """The prediction over the input, as a line after some steps, and the examples as dots.

    Parameters
    ----------
    what : Recording, Recorder or model
        Of a recording, the model is run again with the parameters as each step left them.
    x, y : array-like of shape (n,) or (n, 1), optional
        The examples; by default those of the recording.
    steps : sequence of int, optional
        Numbers of recorded steps; by default the first, the last and three between.
    output : str
        The name of the prediction in a recording: by default ŷ, or what comes last before the loss.
    theme : {"light", "dark", "print"}
    xlabel, ylabel : str
        What stands at the axes, such as ``"x (°C)"``.

    Returns
    -------
    Plot
        A matplotlib figure with ``.alt`` and ``.save``.

    Raises
    ------
    ValueError
        The model has more than one input or output, or a step was not recorded.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite.nn import Dense, Sequential
    >>> model = Sequential([Dense(1, input_shape=[1])])
    >>> plot_fit(model, [0.0, 1.0], [1.0, 3.0]).axes[0].get_xlabel()
    'x'
    """
    from viz.plots.plot import Plot, panel

    look = style.theme_named(theme)
    if hasattr(what, "predict"):
        if x is None:
            raise ValueError("plot_fit(model, x, y) needs x: the model does not keep its data")
        xs, ys = _flat("x", x), None if y is None else _flat("y", y)
        grid = _grid(xs)
        curves = [("the model", np.asarray(what.predict(grid[:, None], verbose=0), float))]
        names = ("x", "ŷ" if ys is None else "y")
        heading = "What the model predicts"
    else:
        recording = as_recording(what)
        source = _Source(recording, output)
        given = source.examples()
        xs = given[0] if x is None else _flat("x", x)
        ys = (given[1] if x is None else None) if y is None else _flat("y", y)
        grid = _grid(xs)
        chosen = _chosen(recording, steps)
        curves = [(source.label(s), source.curve(s, grid)) for s in chosen]
        names = (source.input.name, source.target.name if source.target else source.output.name)
        said = source.formula()
        heading = (
            f"{said} after some {source.unit}s"
            if len(curves) > 1
            else f"{said} after {curves[0][0]}"
        )
    figure = Plot(7.6, 4.6, look)
    axes = panel(figure, look)
    for place, (_, curve) in enumerate(curves):
        _line(axes, grid, _single(curve), place, len(curves), look)
    axes.grid(color=look.hair, linewidth=0.8)
    axes.set_xlim(grid[0], grid[-1])
    if ys is not None:
        if ys.shape != xs.shape:
            raise ValueError(f"x and y pair up; there are {xs.size} of x and {ys.size} of y")
        axes.plot(xs, ys, "o", color=look.ink, markersize=7.5, markeredgecolor=look.background,
                  markeredgewidth=1.2, zorder=5)  # fmt: skip
        shown = [*ys[np.isfinite(ys)], *_single(curves[-1][1])]
        low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
        pad = 0.12 * (high - low or 1.0)
        axes.set_ylim(low - pad, high + pad)
    ends = [float(_single(curve)[-1]) for _, curve in curves]
    entries = [
        (end, name, i == len(curves) - 1)
        for i, (end, (name, _)) in enumerate(zip(ends, curves, strict=True))
    ]
    beside(axes, [e for e in entries if np.isfinite(e[0])], look, look.forward)
    title(axes, heading, look)
    axes.set_xlabel(xlabel or names[0], color=look.ink, fontsize=11)
    axes.set_ylabel(ylabel or names[1], color=look.ink, fontsize=11)
    told = "; ".join(
        f"{name}: from {number(float(_single(c)[0]))} at {number(grid[0])} to"
        f" {number(float(_single(c)[-1]))} at {number(grid[-1])}" for name, c in curves
    )  # fmt: skip
    dots = f" beside {xs.size} examples" if ys is not None else ""
    figure.alt = f"{heading}{dots}. {told}."
    return figure


def _line(
    axes: Any, grid: np.ndarray, curve: np.ndarray, place: int, count: int, look: Theme
) -> None:
    """Earlier lines are thinner, broken and fainter; the last one is whole."""
    if place == count - 1:
        axes.plot(grid, curve, color=look.forward, linewidth=3, zorder=4)
        return
    share = place / max(count - 1, 1)
    axes.plot(grid, curve, color=look.forward, linewidth=1.5 + 0.7 * share, alpha=0.65 + 0.25 * share,
              linestyle=_DASHES[place % len(_DASHES)], zorder=3)  # fmt: skip


def _flat(name: str, data: Any) -> np.ndarray:
    """Examples of one number each."""
    array = np.asarray(data, float)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"plot_fit draws one input and one output: {name} of shape (n,), not {np.shape(data)}"
        )
    return array


def _single(curve: np.ndarray) -> np.ndarray:
    if curve.ndim == 2 and curve.shape[1] != 1:
        raise ValueError(f"plot_fit draws one output; this model has {curve.shape[1]}")
    return np.broadcast_to(curve.reshape(-1), _POINTS) if curve.size == 1 else curve.reshape(-1)


def _grid(xs: np.ndarray) -> np.ndarray:
    finite = xs[np.isfinite(xs)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    pad = 0.03 * (high - low) or 1.0
    return np.linspace(low - pad, high + pad, _POINTS)


def _chosen(recording: Recording, steps: Sequence[int] | None) -> list[StepRecord]:
    if steps is not None:
        return [recording.steps[chosen_step(recording, n)] for n in steps]
    numbers = [s.number for s in recording.steps]
    wanted = [
        min(numbers, key=lambda n: abs(n - goal)) for goal in milestones(range(1, numbers[-1] + 1))
    ]
    return [recording.steps[numbers.index(n)] for n in dict.fromkeys(wanted)]


class _Source:
    """Input, prediction and target inside a recording."""

    def __init__(self, recording: Recording, output: str) -> None:
        self.recording = recording
        self.last = recording.steps[-1]
        graph = recording.graph_of(self.last)
        self.replays: dict[int, Replay] = {}
        behind = _ancestors(graph.nodes)
        self.output = _prediction(graph.nodes, output)
        leaves = [
            n
            for n in graph.nodes
            if n.role == "input" and not n.module and n.id in behind[self.output.id]
        ]
        if len(leaves) != 1 or (len(leaves[0].shape) == 2 and leaves[0].shape[1] != 1):
            what = ", ".join(n.name for n in leaves) or "nothing"
            raise ValueError(
                "plot_fit draws one input and one output; what this model takes is"
                f" {what}{'' if len(leaves) != 1 else f' of shape {leaves[0].shape}'}"
            )
        self.input = leaves[0]
        targets = [
            n for n in graph.nodes if n.role == "input" and n.id not in behind[self.output.id]
        ]
        self.target = targets[0] if len(targets) == 1 else None
        self.unit = unit_of(recording)

    def label(self, step: StepRecord) -> str:
        return f"{self.unit} {step.epoch if self.unit == 'epoch' else step.number}"

    def formula(self) -> str:
        return f"The prediction {self.output.name}"

    def examples(self) -> tuple[np.ndarray, np.ndarray | None]:
        """The distinct examples of all recorded steps."""
        xs, ys = [], []
        for step in self.recording.steps:
            if step.graph != self.last.graph:
                continue
            xs.append(np.asarray(step.values[self.input.id], float).reshape(-1))
            if self.target:
                ys.append(np.asarray(step.values[self.target.id], float).reshape(-1))
        x = np.concatenate(xs)
        if not ys or np.concatenate(ys).shape != x.shape:
            return np.unique(x), None
        pairs = np.unique(np.stack([x, np.concatenate(ys)], axis=1), axis=0)
        return pairs[:, 0], pairs[:, 1]

    def curve(self, step: StepRecord, grid: np.ndarray) -> np.ndarray:
        """The prediction with the parameters as a step left them."""
        if step.graph not in self.replays:
            self.replays[step.graph] = Replay(self.recording, step)
        replay = self.replays[step.graph]
        leaves: dict[int, Any] = {
            n.id: np.asarray(step.values[n.id], float) for n in replay.graph.nodes if not n.op
        }
        leaves.update({u.node: np.asarray(u.after, float) for u in step.updates})
        leaves[self.input.id] = grid[:, None] if len(self.input.shape) == 2 else grid
        return np.asarray(replay.run(leaves, self.output.id)[self.output.id])


def _ancestors(nodes: Sequence[Node]) -> list[set[int]]:
    found: list[set[int]] = []
    for node in nodes:
        found.append({node.id}.union(*(found[x] for x in node.inputs)))
    return found


def _prediction(nodes: Sequence[Node], named: str) -> Node:
    """The node of that name, or the one named ŷ; else the last one before the loss; else the end."""
    for node in nodes:
        if node.name == (named or "ŷ") and node.op:
            return node
    if named:
        hint = did_you_mean(named, [n.name for n in nodes if n.op])
        raise ValueError(f"nothing that was computed is named {named!r}.{hint}")
    before = [n for n in nodes if n.op and n.module[:1] != ("loss",) and n.role != "loss"]
    return before[-1] if before else nodes[-1]
