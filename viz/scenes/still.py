"""One recorded step as a picture: its places, its words and its DOT text."""

from __future__ import annotations

from functools import cached_property

from autograd_lite.recording import Recording
from viz.graphics.drawing import Drawing
from viz.graphics.hover import titled
from viz.graphics.style import Theme
from viz.scenes.passes import picture
from viz.scenes.scene import Scene
from viz.scenes.stage import Stage
from viz.words.alt import alt_text
from viz.words.texts import StepTexts

__all__ = ["Still"]


class Still(Drawing):
    """What the door ``viz.draw`` gives, and what is left of a page where no script runs."""

    def __init__(self, recording: Recording, step: int, passes: str, theme: str | Theme,
                 transparent: bool, stage: Stage | None = None, *, legend: bool = False,
                 prefix: str = "") -> None:  # fmt: skip
        self.recording, self.place = recording, step
        self.passes, self.theme, self.transparent = passes, theme, transparent
        self.legend, self.prefix = legend, prefix
        self.stage = stage or Stage(recording)

    @property
    def texts(self) -> StepTexts:
        """The words and numbers of the step, at the level that is drawn."""
        drawn = self.stage.drawn
        return self._texts_of(drawn.recording)

    def _texts_of(self, recording: Recording) -> StepTexts:
        return StepTexts(recording, recording.steps[self.place], self.stage.notation)

    @property
    def level(self) -> str:
        """The zoom level that is drawn: scalars, neurons, layers or model."""
        return self.stage.drawn.level

    @property
    def notice(self) -> str:
        """What the picture says about its level, where that was not asked for."""
        return self.stage.drawn.notice

    @cached_property
    def scene(self) -> Scene:
        """Where everything stands."""
        return self.stage.scene(self.recording.steps[self.place].graph)

    @cached_property
    def dot(self) -> str:
        """The DOT text, with every position given; draw it with ``dot -Knop2``."""
        scene = self.scene  # it may have become a coarser one
        return picture(
            scene, self.texts, self.passes, self.theme, transparent=self.transparent,
            prefix=self.prefix, notice=self.notice, legend=self.legend,
        )  # fmt: skip

    def _hover(self, svg: str) -> str:
        return titled(svg, self.texts, self.prefix)

    @property
    def size(self) -> tuple[float, float]:
        return self.scene.width, self.scene.height

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        words = alt_text(self.texts, self.passes)
        return f"{words} {self.notice}." if self.notice else words
