"""What stays the same over the steps of a graph: places, names, moves and source lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd_lite.recording import Node, Recording
from viz.graphics import style
from viz.graphics.geometry import Curve
from viz.page.heat import left_out
from viz.page.source import SourceLine, made_by, part_of_line, source_lines_of
from viz.records.updates import update_form
from viz.scenes.arrangement import lay_out
from viz.scenes.scene import Card, Road, Scene
from viz.words import narration
from viz.words.narration import Move
from viz.words.spans import Span
from viz.words.texts import GraphTexts, StepTexts, tight

__all__ = ["graph_data", "static_moves"]


def static_moves(recording: Recording, place: int) -> tuple[list[Move], str]:
    """The moves of a graph, which all of its steps make, and the form of their updates."""
    steps = [s for s in recording.steps if s.graph == place]
    form = update_form(steps)
    return narration.moves(recording.graphs[place], [u.node for u in steps[0].updates], form), form


def graph_data(
    recording: Recording, place: int, moves: Sequence[Move], side: int
) -> dict[str, Any]:
    """A graph of the record: where everything stands, and what is told of it."""
    graph = recording.graphs[place]
    first = next(s for s in recording.steps if s.graph == place)
    texts = StepTexts(recording, first)
    lines = source_lines_of(graph.nodes)
    received: dict[int, int] = {}
    for message in graph.messages:
        received[message.input] = received.get(message.input, 0) + 1
    return {
        "alt": _alt(texts.graph),
        **_scene(lay_out(recording, place, style.PAGE), texts.graph, received, lines, side),
        "grads": {
            str(n.id): [texts.graph.name(n.id), f"∂{tight(texts.graph.root)}",
                        f"∂{tight(texts.graph.name(n.id))}"]
            for n in graph.nodes
            if n.id in received or (received and n.id == graph.root.id)
        },
        "code": [{"line": s.number, "text": s.text, "phase": s.phase} for s in lines],
        "moves": [_move(m, graph.nodes, lines) for m in moves],
    }  # fmt: skip


def _alt(texts: GraphTexts) -> str:
    """The drawing in words, without numbers: those are told step by step, or asked for."""
    drawn = [n for n in texts.graph.nodes if n.id not in texts.folded]
    given = ", ".join(n.name for n in drawn if not n.op)
    made = ", ".join(n.name for n in drawn if n.op)
    parts = [f"from {given}"] * bool(given) + [f"over {made}"] * bool(made)
    return f"Computation of {texts.graph.root.name} {' '.join(parts)}"


def _scene(
    scene: Scene,
    texts: GraphTexts,
    received: dict[int, int],
    lines: Sequence[SourceLine],
    side: int,
) -> dict[str, Any]:
    return {
        "width": round(scene.width, 1),
        "height": round(scene.height, 1),
        "clusters": [{"title": c.title, **_box(c.box)} for c in scene.clusters],
        "nodes": [
            _node(c, texts, received, lines, side)
            for c in sorted(scene.cards, key=lambda c: c.node.id)
        ],
        "ops": [
            {"id": o.node.id, "symbol": o.sign, "name": o.node.op, **_centre(o.box)}
            for o in scene.ops
        ],
        "edges": [_edge(r) for r in scene.roads],
    }


def _box(box: Any) -> dict[str, float]:
    return {k: round(v, 1) for k, v in zip("xywh", (box.x, box.y, box.w, box.h), strict=True)}


def _centre(box: Any) -> dict[str, float]:
    x, y = box.centre
    return {k: round(v, 1) for k, v in zip("xywh", (x, y, box.w, box.h), strict=True)}


def _node(
    card: Card, texts: GraphTexts, received: dict[int, int], lines: Sequence[SourceLine], side: int
) -> dict[str, Any]:
    node = card.node
    return {
        "id": node.id,
        "kind": node.role,
        **_box(card.box),
        "name": node.name,
        "shape": texts.shape(node),
        "rows": card.rows,
        "cols": card.cols,
        "grad": texts.gradient(node.id) if card.heading_w else None,
        "left_out": left_out(node.shape, side),
        "messages": received.get(node.id, 0),
        "module": " › ".join(node.module),
        "code": made_by(node, lines),
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


def _move(move: Move, nodes: Sequence[Node], lines: Sequence[SourceLine]) -> dict[str, Any]:
    made = nodes[move.op] if move.op is not None else None
    running = next((i for i, s in enumerate(lines) if s.phase == move.phase), None)
    told: dict[str, Any] = {
        "phase": move.phase,
        "title": move.title,
        "target": move.target,
        "op": move.op,
        "edges": list(move.edges),
        "sources": [{"node": node, "part": part} for node, part in move.sources],
        "code": made_by(made, lines) if made else None,
        "part": list(part_of_line(made) or ()) if made else [],
        "running": running,
        "equation": move.equation,
        "captions": move.captions,
        "label": list(move.label),
    }
    if move.ask:
        told["ask"] = _asked(move.ask)
    return told


def _asked(ask: Any) -> dict[str, list[Span]]:
    return {"question": ask.question, "reason": ask.reason, "signs": list(ask.signs or ())}
