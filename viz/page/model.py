"""What the page shows, as plain data: places from the layout, every text already written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Node, Recording, StepRecord, Update
from viz import narration, style
from viz.alt import alt_text
from viz.geometry import Curve
from viz.narration import Move, Telling
from viz.scene import Card, Road, lay_out
from viz.texts import GraphTexts, StepTexts, norm

__all__ = ["page_model"]

_LONGEST_CURVE = 600


def page_model(recording: Recording, title: str) -> dict[str, Any]:
    """The data of the page, fit for JSON: strings, and numbers for places only."""
    return {
        "version": 1,
        "title": title,
        "subtitle": recording.subtitle,
        "phases": list(narration.PHASES),
        "loss_name": recording.graphs[-1].root.name,
        "loss_curve": _curve(recording),
        "graphs": [_graph(recording, place) for place in range(len(recording.graphs))],
        "steps": _steps(recording),
    }


# ── what stays ────────────────────────────────────────────────────────────────────────────────
def _graph(recording: Recording, place: int) -> dict[str, Any]:
    graph = recording.graphs[place]
    first = next(s for s in recording.steps if s.graph == place)
    texts = StepTexts(recording, first)
    scene = lay_out(recording, place, style.PAGE)
    code = _code(graph.nodes)
    lines = {(n.file, n.line): i for i, n in enumerate(_lines(graph.nodes))}
    moves = _static(recording, place)
    return {
        "width": round(scene.width, 1),
        "height": round(scene.height, 1),
        "notice": "",
        "alt": alt_text(texts, "both"),
        "clusters": [{"title": c.title, **_box(c.box)} for c in scene.clusters],
        "nodes": [_node(c, texts, lines) for c in sorted(scene.cards, key=lambda c: c.node.id)],
        "ops": [
            {"id": o.node.id, "symbol": o.sign, "name": o.node.op, **_centre(o.box)}
            for o in scene.ops
        ],
        "edges": [_edge(r) for r in scene.roads],
        "code": code,
        "moves": [_move(m, graph.nodes, lines) for m in moves],
    }


def _box(box: Any) -> dict[str, float]:
    return {k: round(v, 1) for k, v in zip("xywh", (box.x, box.y, box.w, box.h), strict=True)}


def _centre(box: Any) -> dict[str, float]:
    x, y = box.centre
    return {k: round(v, 1) for k, v in zip("xywh", (x, y, box.w, box.h), strict=True)}


def _node(card: Card, texts: StepTexts, lines: dict[tuple[str, int], int]) -> dict[str, Any]:
    node = card.node
    return {
        "id": node.id,
        "kind": node.role,
        **_box(card.box),
        "name": node.name,
        "shape": texts.graph.shape(node),
        "rows": card.rows,
        "cols": card.cols,
        "grad": texts.graph.gradient(node.id) if card.heading_w else None,
        "module": " › ".join(node.module),
        "code": lines.get((node.file, node.line)),
    }


def _edge(road: Road) -> dict[str, Any]:
    label = None
    if road.label:
        x = road.label.x if road.beside else road.label.x + road.label.w / 2
        anchor = "start" if road.beside else "middle"
        label = {"x": round(x, 1), "y": round(road.label.y + 13, 1), "anchor": anchor}
    return {
        "id": road.key,
        "node": road.node,
        "op": road.op,
        "use": road.use,
        "forward": _path(road.forward),
        "backward": _path(road.backward) if road.backward else None,
        "label": label,
    }


def _path(curve: Curve) -> str:
    points = [f"{x:.1f} {y:.1f}" for x, y in curve]
    return f"M{points[0]}C{' '.join(points[1:])}"


def _move(move: Move, nodes: Sequence[Node], lines: dict[tuple[str, int], int]) -> dict[str, Any]:
    made_by = nodes[move.op] if move.op is not None else None
    return {
        "phase": move.phase,
        "title": move.title,
        "target": move.target,
        "op": move.op,
        "edges": list(move.edges),
        "sources": [{"node": node, "part": part} for node, part in move.sources],
        "code": lines.get((made_by.file, made_by.line)) if made_by else None,
        "running": None,
        "equation": move.equation,
        "captions": move.captions,
        "label": None,
    }


def _lines(nodes: Sequence[Node]) -> list[Node]:
    """One node for each known source line, in the order of the lines."""
    known = {(n.file, n.line): n for n in nodes if n.code}
    return [known[key] for key in sorted(known)]


def _code(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    return [{"line": n.line, "text": n.code, "phase": ""} for n in _lines(nodes)]


# ── what changes ──────────────────────────────────────────────────────────────────────────────
def _steps(recording: Recording) -> list[dict[str, Any]]:
    """Every recorded step; what they have in common is found once."""
    largest = max(
        (_size(v) for s in recording.steps for v in (*s.values, *s.contributions)), default=1.0
    )
    static = [_static(recording, place) for place in range(len(recording.graphs))]
    pairs = _pairs(recording)
    count = len(recording.losses) or recording.steps[-1].number
    return [
        {
            "of": count,
            "curve_index": _nearest(pairs, s),
            **_step(recording, s, static[s.graph], largest),
        }
        for s in recording.steps
    ]


def _static(recording: Recording, place: int) -> list[Move]:
    """The moves of a graph, which all of its steps make."""
    first = next(s for s in recording.steps if s.graph == place)
    return narration.moves(recording.graphs[place], [u.node for u in first.updates])


def _step(
    recording: Recording, step: StepRecord, static: list[Move], largest: float
) -> dict[str, Any]:
    texts = StepTexts(recording, step)
    told = narration.tellings(texts)
    graph = texts.graph.graph
    widths = _widths(texts, largest)
    drawn = [n for n in graph.nodes if n.id not in texts.graph.folded]
    return {
        "graph": step.graph,
        "step": step.number,
        "epoch": step.epoch,
        "loss": number(step.loss),
        "values": {str(n.id): [list(r) for r in texts.values[n.id]] for n in drawn},
        "moves": [_telling(t, m, w) for t, m, w in zip(told, static, widths, strict=True)],
        "params": [_parameter(u, texts.graph) for u in step.updates],
    }


def _telling(telling: Telling, move: Move, width: float) -> dict[str, Any]:
    said = [narration.plain_text(line) for line in (move.title, *telling.say)]
    return {
        "numbers": telling.numbers,
        "say": telling.say,
        "note": telling.note,
        "grad": [list(r) for r in telling.gradient] if telling.gradient else None,
        "label": list(telling.label) if telling.label and move.phase == "backward" else None,
        "width": width,
        "speak": f"{said[0]}: {' '.join(telling.numbers)}. {' '.join(said[1:])}",
    }


def _parameter(update: Update, texts: GraphTexts) -> dict[str, Any]:
    node = texts.graph.nodes[update.node]

    def brief(data: Any) -> str:
        if np.size(data) == 1:
            return number(float(np.asarray(data).item()))
        return number(norm(data))

    shape = texts.shape(node)
    return {
        "name": node.name,
        "shape": f"{shape}, norm" if np.size(update.before) > 1 else shape,
        "node": node.id,
        "old": brief(update.before),
        "grad": brief(update.gradient),
        "new": brief(update.after),
        "rule": update.rule,
    }


def _widths(texts: StepTexts, largest: float) -> list[float]:
    """The stroke width of each move's edge, 0.8 to 4 by the root of its size, on one scale."""
    step = texts.step
    sizes = [_size(step.values[n.id]) for n in narration.computed(texts.graph.graph)]
    if texts.applications:
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
