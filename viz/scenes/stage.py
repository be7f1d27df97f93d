"""A recording on its way to a drawing: its level, and its places, made once for all pictures."""

from __future__ import annotations

from functools import cached_property

from autograd_lite.recording import Recording
from viz import layout
from viz.graphics import style
from viz.graphics.style import Metrics
from viz.scenes.arrangement import lay_out
from viz.scenes.levels import Zoomed, coarser, zoomed
from viz.scenes.scene import Scene
from viz.words.texts import NOTATIONS, notation_named

__all__ = ["PATIENCE", "Stage"]

PATIENCE = 10.0
"""Seconds that one level may take to be placed, before a coarser one is drawn."""


class Stage:
    """What all drawings of a recording have in common.

    A layout that takes too long is stopped, and the recording drawn at the level above; the notice
    says so.

    Attributes
    ----------
    drawn : Zoomed
        The recording as it is drawn.
    notation : str
    """

    def __init__(self, recording: Recording, level: str | None = None,
                 notation: str = NOTATIONS[0], metrics: Metrics = style.FIGURE,
                 patience: float = PATIENCE) -> None:  # fmt: skip
        self.recording, self.metrics, self.patience = recording, metrics, patience
        self.notation = notation_named(notation)
        self._asked, self._zoomed = level, zoomed(recording, level) if level else None
        self._scenes: dict[int, Scene] = {}
        self._slow = ""

    @property
    def drawn(self) -> Zoomed:
        if self._zoomed is None:
            self._zoomed = self._chosen
        return self._zoomed

    @cached_property
    def _chosen(self) -> Zoomed:
        return zoomed(self.recording, self._asked)

    def scene(self, graph: int) -> Scene:
        """The places of one graph, in which all of its steps are drawn.

        Raises
        ------
        viz.layout.GraphvizError
            There is no Graphviz, or even the coarsest level took too long.
        """
        while graph not in self._scenes:
            try:
                self._scenes[graph] = lay_out(
                    self.drawn.recording, graph, self.metrics, timeout=self.patience,
                    notation=self.notation,
                )  # fmt: skip
            except layout.GraphvizTimeout:
                if self.drawn.level == "model":
                    raise
                self._coarsen()
        return self._scenes[graph]

    def _coarsen(self) -> None:
        above = coarser(self.drawn.level)
        self._slow = self._slow or self.drawn.level
        reason = f"level={self._slow!r} takes longer than {self.patience:g} s to lay out"
        self._zoomed = zoomed(self.recording, above, reason)
        self._scenes.clear()
