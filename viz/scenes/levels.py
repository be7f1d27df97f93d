"""The zoom of a drawing: every node, neurons, layers, or the model as one; chosen or asked for."""

from __future__ import annotations

from dataclasses import dataclass

from autograd_lite.errors import did_you_mean
from autograd_lite.recording import Recording
from viz.records.coarse import coarse_recording
from viz.records.grouping import LEVELS
from viz.records.parts import Part
from viz.words.texts import GraphTexts

__all__ = ["LEVELS", "Zoomed", "coarser", "zoomed"]

_MOST = {"scalars": 60, "neurons": 200}
"""Up to so many nodes a graph is drawn at a level by itself."""

_CROWDED = 90
"""A coarse drawing of more parts than this is made coarser still."""

_DRAWN = {"scalars": "node by node", "layers": "by layer", "model": "as one model"}


@dataclass(frozen=True)
class Zoomed:
    """A recording as it is drawn at a level, and what the drawing has to say about that."""

    recording: Recording
    level: str
    notice: str = ""


def zoomed(recording: Recording, level: str | None = None, reason: str = "") -> Zoomed:
    """A recording at a level; by default the finest whose drawing can be read.

    Parameters
    ----------
    recording : Recording
    level : {"scalars", "neurons", "layers", "model"}, optional
        By default scalars up to 60 nodes, neurons up to 200, else layers.
    reason : str
        Why a coarser level than the one asked for is drawn.

    Raises
    ------
    ValueError
        There is no such level.
    """
    if level is not None and level not in LEVELS:
        raise ValueError(
            f"level {level!r} is not one of {', '.join(map(repr, LEVELS))}."
            f"{did_you_mean(str(level), LEVELS)}"
        )
    count = _count(recording)
    chosen = level or next((name for name in _MOST if count <= _MOST[name]), "layers")
    made = recording if chosen == "scalars" else coarse_recording(recording, chosen)
    while level is None and chosen not in ("scalars", "model") and _count(made) > _CROWDED:
        chosen = coarser(chosen)
        made = coarse_recording(recording, chosen)
    if chosen == "scalars" or (level is not None and not reason):
        return Zoomed(made, chosen)
    shown = f"{count:,} nodes: drawn {_drawn(made, chosen)}"
    more = reason or "level='scalars' shows all"
    return Zoomed(made, chosen, f"{shown}; {more}")


def coarser(level: str) -> str:
    """The level above; the model itself is the last."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def _drawn(recording: Recording, level: str) -> str:
    kinds = {n.kind for g in recording.graphs for n in g.nodes if isinstance(n, Part)}
    if level == "neurons" and "neuron" in kinds:
        return "by neuron"
    if level == "model":
        return _DRAWN[level]
    return _DRAWN.get(level, "by module") if kinds & {"module", "neuron"} else "in pieces"


def _count(recording: Recording) -> int:
    """How many nodes the largest graph of a recording has in a drawing."""
    return max(len(g.nodes) - len(GraphTexts(g).folded) for g in recording.graphs)
