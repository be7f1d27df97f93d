"""The data and the model's curve, for a model with one input feature and one output.

The curve comes from the record: the recorded operations are run again for other inputs, where they
give the recorded numbers for the recorded inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Graph, Recording, StepRecord
from viz.replay import Replay

__all__ = ["Feature", "fit_of_step", "fit_plot", "one_feature"]

_POINTS = 33
_MOST_DATA = 200


@dataclass(frozen=True)
class Feature:
    """The ids of input, prediction and target."""

    x: int
    prediction: int
    target: int


def one_feature(graph: Graph) -> Feature | None:
    """Input, prediction and target of a graph, if each is one number for each example."""
    nodes = graph.nodes
    above: list[set[int]] = []
    for node in nodes:
        above.append({node.id}.union(*(above[i] for i in node.inputs)))
    for node in nodes:
        if node.op != "sub":
            continue
        for prediction, target in (node.inputs, node.inputs[::-1]):
            p, y = nodes[prediction], nodes[target]
            leaves = [i for i in above[prediction] if nodes[i].role == "input"]
            if not p.op or y.op or y.tracked or y.role != "input" or len(leaves) != 1:
                continue
            x = nodes[leaves[0]]
            if x.id == y.id or not _column(x.shape) or not (x.shape == p.shape == y.shape):
                continue
            if any(nodes[i].role == "parameter" for i in above[prediction]):
                return Feature(x.id, prediction, target)
    return None


def _column(shape: tuple[int, ...]) -> bool:
    return len(shape) < 2 or (len(shape) == 2 and shape[1] == 1)


def fit_plot(recording: Recording) -> dict[str, Any] | None:
    """What the plot shows of every step: the data, the range of both axes, and their names."""
    features = [one_feature(graph) for graph in recording.graphs]
    start = features[recording.steps[0].graph]
    pairs: dict[tuple[float, float], None] = {}
    for step in recording.steps:
        feature = features[step.graph]
        if feature is None:
            return None
        x, y = (_flat(step.values[i]) for i in (feature.x, feature.target))
        pairs.update(dict.fromkeys(zip(x.tolist(), y.tolist(), strict=True)))
        if len(pairs) > _MOST_DATA:
            break
    points = [p for p in list(pairs)[:_MOST_DATA] if np.isfinite(p).all()]
    if not points or start is None:
        return None
    (left, right), (low, high) = (_range([p[i] for p in points]) for i in (0, 1))
    low, high = _with_start(low, high, _flat(recording.steps[0].values[start.prediction]))
    first = recording.graph_of(recording.steps[0]).nodes
    return {
        "x": first[start.x].name,
        "y": first[start.target].name,
        "prediction": first[start.prediction].name,
        "points": [[_short(a), _short(b)] for a, b in points],
        "box": [_short(v) for v in (left, right, low, high)],
        "ticks": [number(v) for v in _ends([p[0] for p in points]) + _ends([p[1] for p in points])],
    }


def fit_of_step(recording: Recording, step: StepRecord, box: list[float]) -> dict[str, Any] | None:
    """The model's curve before the update of a step, and the predictions for its own examples."""
    graph = recording.graph_of(step)
    feature = one_feature(graph)
    if feature is None:
        return None
    x, predicted = (_flat(step.values[i]) for i in (feature.x, feature.prediction))
    y = _flat(step.values[feature.target])
    here = [
        [_short(a), _short(b), _short(c)]
        for a, b, c in zip(x, predicted, y, strict=True)
        if np.isfinite((a, b, c)).all()
    ][:_MOST_DATA]
    grid = np.linspace(box[0], box[1], _POINTS)
    curve = _predicted(recording, step, feature, grid)
    if curve is None:
        order = np.argsort(x)
        curve_points = list(zip(x[order], predicted[order], strict=True))
    else:
        straight = np.interp(grid, grid[[0, -1]], curve[[0, -1]])
        level = np.abs(curve).max(initial=1e-12)
        bends = np.abs(straight - curve).max(initial=0.0) > 1e-6 * level
        keep = range(_POINTS) if bends else (0, _POINTS - 1)
        curve_points = [(grid[i], curve[i]) for i in keep]
    line = [[_short(a), _short(b)] for a, b in curve_points if np.isfinite((a, b)).all()]
    return {"line": line, "here": here}


def _predicted(
    recording: Recording, step: StepRecord, feature: Feature, grid: np.ndarray
) -> np.ndarray | None:
    """The predictions for other inputs; None where the recorded operations do not tell."""
    recorded = np.asarray(step.values[feature.x], float)
    column = grid.reshape(-1, *recorded.shape[1:]) if recorded.shape else grid
    try:
        values = Replay(recording, step).run({feature.x: column}, until=feature.prediction)
    except ValueError:  # settings that the record does not hold, or shapes fixed by the batch
        return None
    found = np.asarray(values[feature.prediction], float)
    return found.reshape(-1) if found.size == grid.size else None


def _flat(data: Any) -> np.ndarray:
    return np.asarray(data, float).reshape(-1)


def _range(values: list[float]) -> tuple[float, float]:
    """From the least to the greatest, with a margin of a tenth."""
    low, high = min(values), max(values)
    margin = 0.1 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def _with_start(low: float, high: float, predictions: np.ndarray) -> tuple[float, float]:
    """A range with the first predictions in it too, as far as the data stays readable."""
    span = 1.5 * (high - low)
    found = predictions[np.isfinite(predictions)]
    if not found.size:
        return low, high
    return max(min(low, found.min()), low - span), min(max(high, found.max()), high + span)


def _ends(values: list[float]) -> list[float]:
    return [min(values), max(values)]


def _short(value: float) -> float:
    """Enough digits to place a point."""
    return float(f"{value:.4g}")
