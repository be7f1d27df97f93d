"""The network behind a recording, for the page: places of neurons and weights, numbers by step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd_lite.notation import number
from autograd_lite.recording import Graph, Node, Recording
from viz.networks import NetworkDrawing, network_data, read_network
from viz.networks.places import Plan, Way
from viz.records.parts import Part
from viz.words.narration import Move

__all__ = ["network_view", "waiting"]

_DIGITS = 3
_LIMIT = 16
_MOST = 40_000
"""So many numbers of weights over all steps at most; the page stays small."""

_NONE = "·"


def network_view(recording: Recording) -> dict[str, Any] | None:
    """Places and numbers of a network of two neurons or more; None where there is none to show.

    The values are those of the first example of a batch. Layers of more than 16 neurons are drawn
    with their first and last ones. Gradients of weights are left out where they are very many.
    """
    try:
        data = network_data(recording)
        if sum(len(c["units"]) for c in data["columns"][1:]) < 2:
            return None
        drawing = NetworkDrawing(
            recording, 0, theme="light", transparent=True, gradients=False, values=True,
            labels=None, example=0, limit=_LIMIT,
        )  # fmt: skip
    except ValueError:
        return None
    plan = drawing.plan
    count = len(plan.ways) * len(recording.steps)
    if count > _MOST:
        return None
    place = {
        (gap, *pair): i for gap, pairs in enumerate(data["links"]) for i, pair in enumerate(pairs)
    }
    return {
        "width": round(plan.width, 1),
        "height": round(plan.height - 24, 1),  # its line of words is the page's notice
        "r": round(plan.radius, 1),
        "alt": drawing.alt.partition(".")[0] + ".",
        "notice": _notice(drawing),
        "heads": [
            {"x": round(box.centre[0], 1), "y": round(box.y + 15, 1), "title": title, "under": under}
            for box, (title, under) in zip(plan.heads, map(drawing.head, range(len(plan.heads))), strict=True)
        ],
        "neurons": _neurons(drawing, plan),
        "dots": [
            {"x": round(d.centre[0], 1), "y": round(d.centre[1], 1), "more": f"{d.left_out} more"}
            for d in plan.dots
        ],
        "ways": [_way(w) for w in plan.ways],
        "links": [[w.gap, place[w.gap, w.link.source, w.link.target]] for w in plan.ways],
        "steps": [_numbers(step, plan, place, count * 2 <= _MOST) for step in data["steps"]],
    }  # fmt: skip


def waiting(
    graph: Graph, drawn: Graph, moves: Sequence[Move], view: dict[str, Any]
) -> dict[str, list[int]]:
    """After which micro-step each number of the network is known, at the level of a drawing.

    Parameters
    ----------
    graph : Graph
        As it was recorded.
    drawn : Graph
        The same at the level of the drawing.
    moves : sequence of Move
        Its micro-steps.
    view : dict
        What :func:`network_view` gave.

    Returns
    -------
    dict
        ``made``, ``reached`` and ``bias_reached`` for the values and gradients of the neurons,
        ``weight_reached`` for the gradients of the ways.
    """
    made: dict[int, int] = {}
    swept: dict[int, int] = {}
    for place, move in enumerate(moves):
        if move.op is None:
            continue
        if move.phase == "backward" and move.target is not None:
            target, op = (drawn.nodes[i] for i in (move.target, move.op))
            # A parameter that is inside of a part has its gradient when that part was swept.
            inside = [m for m in _members(op) if graph.nodes[m].role == "parameter"]
            ends = [
                m
                for m in _members(target)
                if graph.nodes[m].role != "parameter" or len(_members(target)) == 1
            ]
            swept.update(dict.fromkeys([*inside, *ends], place))
        elif move.phase in ("forward", "loss"):
            made.update(dict.fromkeys(_members(drawn.nodes[move.op]), place))
    network = read_network(graph)
    units = [network.columns[n["col"]].units[n["unit"]] for n in view["neurons"]]
    links = [network.gaps[gap][place].weight for gap, place in view["links"]]
    return {
        "made": [made.get(u.value[0], 0) for u in units],
        "reached": [swept.get(u.value[0], 0) for u in units],
        "bias_reached": [swept.get(u.bias[0], 0) if u.bias else 0 for u in units],
        "weight_reached": [swept.get(k[0], 0) for k in links],
    }


def _members(node: Node) -> tuple[int, ...]:
    return node.members if isinstance(node, Part) else (node.id,)


def _swept(step: dict[str, Any]) -> bool:
    return any(x is not None for column in step["gradients"] for x in column)


def _notice(drawing: NetworkDrawing) -> str:
    root = drawing.recording.graph_of(drawing.step)
    unit = drawing.network.columns[0].units[0]
    shape = root.nodes[unit.value[0]].shape
    words = (
        "Line width: size of the weight. Grey with a bold −: negative. In the backward phase the"
    )
    words += " orange numbers are gradients."
    if len(shape) == 2 and shape[0] > 1:
        words += f" Values of the first of {shape[0]} examples."
    return words


def _neurons(drawing: NetworkDrawing, plan: Plan) -> list[dict[str, Any]]:
    last = len(drawing.network.columns) - 1
    return [
        {
            "x": round(c.centre[0], 1),
            "y": round(c.centre[1], 1),
            "layer": "input" if not c.column else "output" if c.column == last else "middle",
            "col": c.column,
            "unit": c.unit,
            "name": drawing.network.columns[c.column].units[c.unit].name,
        }
        for c in plan.circles
    ]


def _way(way: Way) -> dict[str, Any]:
    (x, y), *rest = ((round(x, 1), round(y, 1)) for x, y in way.curve)
    found: dict[str, Any] = {
        "d": f"M{x} {y}C{' '.join(f'{x} {y}' for x, y in rest)}",
        "x": round(way.bead[0], 1),
        "y": round(way.bead[1], 1),
    }
    if way.label:
        found["x"] = round(way.label.centre[0], 1)
        found["written"] = True
    return found


def _numbers(step: dict[str, Any], plan: Plan, place: dict[Any, int], slopes: bool) -> Any:
    def of_neurons(key: str) -> str:
        return _brief(step[key][c.column][c.unit] for c in plan.circles)

    def of_ways(key: str) -> str:
        return _brief(
            step[key][w.gap][place[w.gap, w.link.source, w.link.target]] for w in plan.ways
        )

    found = {"values": of_neurons("values"), "biases": of_neurons("biases")}
    found["weights"] = of_ways("weights")
    if _swept(step):
        found["grads"] = of_neurons("gradients")
        found["bias_grads"] = of_neurons("bias_gradients")
        if slopes:
            found["weight_grads"] = of_ways("weight_gradients")
    return found


def _brief(numbers: Iterable[float | None]) -> str:
    return " ".join(_NONE if x is None else number(x, _DIGITS) for x in numbers)
