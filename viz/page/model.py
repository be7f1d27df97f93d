"""What the page shows, as plain data: places from the layout, every text already written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Node, Recording, StepRecord, Update
from viz.page.fit import fit_of_step, fit_plot
from viz.page.heat import heat_of, heat_side, received
from viz.page.network import network_view, waiting
from viz.page.scenes import graph_data, static_moves
from viz.records.lenses import LENSES, Lens, outcome
from viz.records.parts import Part
from viz.words import narration
from viz.words.narration import Move, Telling
from viz.words.texts import GraphTexts, StepTexts, cell_grid, cells, norm

__all__ = ["UNTITLED", "View", "page_model"]

UNTITLED = "Backpropagation, step by step"

_LONGEST_CURVE = 600
_FINER = "A mistake is told node by node: choose the finest level of the zoom."


@dataclass(frozen=True)
class View:
    """A recording at one level of the zoom; all views of a page have the same training steps.

    ``level`` is ``scalars``, ``neurons``, ``layers`` or ``model``; ``notice`` says what the drawing
    leaves out.
    """

    level: str
    recording: Recording
    notice: str = ""


def page_model(recording: Recording, title: str = "", views: Sequence[View] = ()) -> dict[str, Any]:
    """The data of the page, fit for JSON: texts, and numbers for places only.

    Parameters
    ----------
    recording : Recording
        With one step at least.
    title : str
        The heading; by default the recording's own.
    views : sequence of View, optional
        The levels between which the page switches; it opens the first. By default the recording
        itself, node by node. The finest level holds ``recording`` itself, not a copy.

    Returns
    -------
    dict
        What ``render({model, el})`` of the page's script takes.

    Raises
    ------
    viz.layout.GraphvizError
        There is no Graphviz to place the drawing.
    """
    shown = views or (View("scalars", recording),)
    side = heat_side(v.recording for v in shown)
    plot = fit_plot(recording)
    fits = [plot and fit_of_step(recording, step, plot["box"]) for step in recording.steps]
    net = network_view(recording)
    return {
        "version": 3,
        "title": title or recording.title or UNTITLED,
        "subtitle": recording.subtitle,
        "phases": list(narration.PHASES),
        "loss_name": recording.graphs[-1].root.name,
        "unit": recording.unit,
        "loss_curve": _curve(recording),
        "fit": plot,
        "lenses": [
            {"key": x.key, "title": x.title, "wrong": x.wrong, "right": x.right, "effect": x.effect}
            for x in LENSES
        ],
        "network": net,
        "views": [_view(view, recording, fits, side, net) for view in shown],
    }


def _view(
    view: View, original: Recording, fits: Sequence[Any], side: int, net: dict[str, Any] | None
) -> dict[str, Any]:
    recording = view.recording
    known = [static_moves(recording, place) for place in range(len(recording.graphs))]
    graphs = []
    for place, (moves, _) in enumerate(known):
        data = graph_data(recording, place, moves, side)
        if net:
            pair = original.graphs[place], recording.graphs[place]
            data["neurons"] = waiting(*pair, moves, net)
        graphs.append(data)
    return {
        "level": view.level,
        "notice": view.notice,
        "graphs": graphs,
        "steps": _steps(recording, known, recording is original, fits, side),
    }


# ── the steps ─────────────────────────────────────────────────────────────────────────────────
def _steps(
    recording: Recording,
    known: Sequence[tuple[list[Move], str]],
    finest: bool,
    fits: Sequence[Any],
    side: int,
) -> list[dict[str, Any]]:
    """Every recorded step; what they have in common is found once."""
    largest = max(
        (_size(v) for s in recording.steps for v in (*s.values, *s.contributions)), default=1.0
    )
    pairs = _pairs(recording)
    told = not any(isinstance(n, Part) for g in recording.graphs for n in g.nodes)
    count = len(recording.losses) or recording.steps[-1].number
    steps = []
    for step, fit in zip(recording.steps, fits, strict=True):
        data: dict[str, Any] = {"of": count, "curve_index": _nearest(pairs, step)}
        data |= _step(recording, step, *known[step.graph], largest, side)
        if fit:
            data["fit"] = fit
        for lens in LENSES:
            data["lenses"][lens.key] = (
                _lens(recording, step, lens) if told and finest else {"reason": _FINER}
            )
        steps.append(data)
    return steps


def _step(
    recording: Recording, step: StepRecord, static: list[Move], form: str, largest: float, side: int
) -> dict[str, Any]:
    texts = StepTexts(recording, step)
    told = narration.tellings(texts, form)
    drawn = [n for n in texts.graph.graph.nodes if n.id not in texts.graph.folded]
    widths = _widths(texts, largest)
    moves = [_telling(t, m, w) for t, m, w in zip(told, static, widths, strict=True)]
    large = {n.id for n in drawn if side and cell_grid(n.shape) is None}
    for move, data, after in zip(static, moves, received(texts, len(static)), strict=True):
        if after is not None and move.target in large:
            data["heat"] = heat_of(after, side)
    return {
        "graph": step.graph,
        "step": step.number,
        "epoch": step.epoch,
        "loss": number(step.loss),
        "values": {str(n.id): [list(r) for r in texts.values[n.id]] for n in drawn},
        **(
            {"heat": {str(i): heat_of(step.values[i], side) for i in sorted(large)}}
            if large
            else {}
        ),
        "moves": moves,
        "params": [_parameter(u, texts.graph, form, t) for u, t in _updates(step, static, told)],
        "left_over": _left_over(texts),
        "checks": {
            str(c.node): ["agrees" if c.agrees else "differs", _numeric(c.numeric)]
            for c in step.checks
        },
        "lenses": {},
    }


def _numeric(value: Any) -> str:
    return "" if value is None else number(float(value))


def _updates(step: StepRecord, static: list[Move], told: list[Telling]) -> list[Any]:
    tellings = [t for m, t in zip(static, told, strict=True) if m.phase == "update"]
    return list(zip(step.updates, tellings, strict=True))


def _telling(telling: Telling, move: Move, width: float) -> dict[str, Any]:
    """Only what there is: most micro-steps have no sum and no element to ask for."""
    data: dict[str, Any] = {"numbers": telling.numbers, "say": telling.say}
    if telling.note:
        data["note"] = telling.note
    if telling.gradient:
        data["grad"] = [list(r) for r in telling.gradient]
    if telling.label and move.phase == "backward":
        data["label"] = list(telling.label)
    if telling.sums:
        data["sums"] = list(telling.sums)
    if telling.cell:
        cell = telling.cell
        data["cell"] = {
            "row": cell.row,
            "col": cell.column,
            "where": cell.where,
            "numbers": cell.numbers,
        }
    data["width"] = width
    return data


def _brief(data: Any) -> str:
    """A number, or the norm of several."""
    if np.size(data) == 1:
        return number(float(np.asarray(data).item()))
    return number(norm(data))


def _parameter(update: Update, texts: GraphTexts, form: str, telling: Telling) -> dict[str, Any]:
    node = texts.graph.nodes[update.node]
    shape = texts.shape(node) if not isinstance(node, Part) else str(np.shape(update.before))
    # The arithmetic stands under the table; for many numbers, or a rule of one's own, the formula.
    new, arrow, *right = telling.numbers
    worked = form != "other" and np.size(update.before) == 1
    rule = f"{texts.name(node.id)} {arrow} {' '.join(right)} = {new}" if worked else update.rule
    return {
        "name": _row_name(texts, node),
        "shape": f"{shape}, norm" if np.size(update.before) > 1 else shape,
        "node": node.id,
        "old": _brief(update.before),
        "grad": _brief(update.gradient),
        "new": _brief(update.after),
        "rule": rule,
    }


def _row_name(texts: GraphTexts, node: Node) -> str:
    """A layer is named alone in the table of parameters; a neuron's name is that of its value."""
    if isinstance(node, Part) and node.kind != "neuron" and node.title:
        return node.title
    return narration.moved_name(texts, node)


def _left_over(texts: StepTexts) -> dict[str, Any] | None:
    """The gradients that the step before left, until they are cleared."""
    before = narration.step_before(texts)
    if before is None:
        return None
    return {
        "step": before.number,
        "grads": {
            str(u.node): [list(r) for r in cells(u.gradient, np.shape(u.gradient))]
            for u in before.updates
            # What a part's parameters are left with is not the gradient of its value.
            if not isinstance(texts.graph.graph.nodes[u.node], Part)
        },
        "params": {str(u.node): _brief(u.gradient) for u in before.updates},
    }


def _widths(texts: StepTexts, largest: float) -> list[float]:
    """The stroke width of each move's edge, 0.8 to 4 by the root of its size, on one scale."""
    step = texts.step
    sizes = [_size(step.values[n.id]) for n in narration.computed(texts.graph.graph)]
    if texts.applications:
        sizes += [0.0] * bool(step.updates)
        sizes += [1.0, *(_size(a.contribution) for a in texts.applications)]
    sizes += [0.0] * len(step.updates)
    return [
        round(0.8 + 3.2 * (min(size / largest, 1.0) ** 0.5 if largest else 0.0), 2)
        for size in sizes
    ]


def _size(data: Any) -> float:
    array = np.abs(np.asarray(data, float))
    finite = array[np.isfinite(array)]
    return float(finite.max()) if finite.size else 0.0


def _lens(recording: Recording, step: StepRecord, lens: Lens) -> dict[str, Any]:
    """What a mistake would do to this step: only what differs."""
    found = outcome(recording, step, lens)
    if found.reason:
        return {"reason": found.reason}
    nodes = recording.graph_of(step).nodes
    return {
        "grads": {
            str(i): [list(r) for r in cells(g, nodes[i].shape)] for i, g in found.gradients.items()
        },
        "moved": [
            {
                "name": nodes[m.update.node].name,
                "node": m.update.node,
                "grad": _brief(m.gradient),
                "new": "" if m.after is None else _brief(m.after),
                "verdict": m.verdict,
                "differs": m.differs,
            }
            for m in found.moved
        ],
    }


# ── the loss curve ────────────────────────────────────────────────────────────────────────────
def _kept(count: int) -> list[int]:
    """Which epochs the curve shows: all, or an even choice with both ends."""
    if count <= _LONGEST_CURVE:
        return list(range(count))
    return sorted({round(i * (count - 1) / (_LONGEST_CURVE - 1)) for i in range(_LONGEST_CURVE)})


def _pairs(recording: Recording) -> list[tuple[int, float]]:
    pairs = recording.losses or tuple((s.epoch, s.loss) for s in recording.steps)
    return [pairs[i] for i in _kept(len(pairs))]


def _curve(recording: Recording) -> dict[str, Any]:
    pairs = _pairs(recording)
    losses = [v if np.isfinite(v) else None for _, v in pairs]
    top = max((v for v in losses if v is not None), default=0.0)
    ticks = ["0", number(top)] if top > 0 else ["0"]
    return {
        "epochs": [e for e, _ in pairs],
        "losses": losses,
        "ticks": [t.replace("−", "-") for t in ticks],
    }


def _nearest(pairs: Sequence[tuple[int, float]], step: StepRecord) -> int:
    """The point of the curve that is nearest to a step's epoch."""
    return min(range(len(pairs)), key=lambda i: abs(pairs[i][0] - step.epoch))
