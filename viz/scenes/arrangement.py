"""A recorded graph laid out once, for all of its steps: node by node, or as a chart of parts."""

from __future__ import annotations

from autograd_lite.recording import Recording
from viz import layout
from viz.graphics import style
from viz.graphics.sizes import Sizes
from viz.graphics.style import Metrics
from viz.records.parts import Part
from viz.scenes.chart import lay_out_parts
from viz.scenes.graph import lay_out_nodes
from viz.scenes.scene import Scene
from viz.words.texts import NOTATIONS, GraphTexts, StepTexts

__all__ = ["lay_out", "placed"]


def lay_out(
    recording: Recording,
    graph: int = 0,
    metrics: Metrics = style.FIGURE,
    *,
    timeout: float = 20.0,
    notation: str = NOTATIONS[0],
) -> Scene:
    """Lay out one graph of a recording, with room for the texts of all its steps.

    A coarser level is laid out from a coarser recording; see :func:`viz.scenes.levels.zoomed`.

    Raises
    ------
    viz.layout.GraphvizError
        There is no Graphviz, or it took too long.
    """
    steps = [StepTexts(recording, s, notation) for s in recording.steps if s.graph == graph]
    sizes = Sizes(GraphTexts(recording.graphs[graph], notation), steps, metrics)
    return placed(sizes, timeout)


def placed(sizes: Sizes, timeout: float = 20.0) -> Scene:
    """The scene of what was measured; see :func:`lay_out`."""
    coarse = any(isinstance(node, Part) for node in sizes.nodes)
    try:
        return (lay_out_parts if coarse else lay_out_nodes)(sizes, timeout)
    except layout.GraphvizTimeout as error:
        raise layout.GraphvizTimeout(
            f"the graph has {len(sizes.nodes)} nodes, and to place them took longer than"
            f" {timeout:g} s. Draw a coarser level, such as level='layers', or a part of it: an"
            " earlier result, a smaller model, or fewer examples",
            error.dot,
        ) from None
