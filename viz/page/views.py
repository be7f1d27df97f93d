"""The levels of the zoom between which a page switches."""

from __future__ import annotations

from collections.abc import Sequence

from autograd_lite.recording import Recording
from viz import layout
from viz.graphics import style
from viz.page.model import View
from viz.scenes.arrangement import lay_out
from viz.scenes.levels import LEVELS, zoomed

__all__ = ["page_views"]

_MOST = 200
"""Up to so many nodes a page also shows every one of them, if the level was not asked for."""

_QUICK = 60
"""So few nodes are placed in a tenth of a second."""

PATIENCE = 10.0
"""Seconds that a level may take to be placed, before the page does without it."""


def page_views(recording: Recording, levels: Sequence[str] | None = None) -> list[View]:
    """The recording at several levels, the one that the page opens with first.

    Parameters
    ----------
    recording : Recording
    levels : sequence of {"scalars", "neurons", "layers", "model"}, optional
        By default the level that can be read best, and those that add something to it. One that
        takes too long to be placed is left out.

    Raises
    ------
    ValueError
        There is no such level.
    viz.layout.GraphvizError
        There is no Graphviz, or every level takes too long.
    """
    if levels is not None:
        asked = [zoomed(recording, level) for level in dict.fromkeys(levels)]
        return [View(z.level, z.recording, z.notice) for z in asked] or page_views(recording)
    first = zoomed(recording)
    nodes = max(len(graph.nodes) for graph in recording.graphs)
    modular = any(n.module and n.module[0] != "loss" for g in recording.graphs for n in g.nodes)
    others = [level for level in LEVELS if level != first.level and level != "model" and modular]
    if nodes > _MOST and "scalars" in others:
        others.remove("scalars")
    views = [first, *(zoomed(recording, level) for level in others)]
    kept = [View(z.level, z.recording, z.notice) for z in views if _placed(z.recording)]
    if not kept:
        last = zoomed(recording, "model", "all other levels take too long to lay out")
        kept = [View(last.level, last.recording, last.notice)]
    return kept


def _placed(recording: Recording) -> bool:
    """Whether a level can be laid out in time; of a small one that goes without a trial."""
    if max(len(graph.nodes) for graph in recording.graphs) <= _QUICK:
        return True
    try:
        for place in range(len(recording.graphs)):
            lay_out(recording, place, style.PAGE, timeout=PATIENCE)
    except layout.GraphvizTimeout:
        return False
    return True
