"""Names beside what they name: texts that keep clear of one another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from viz.graphics import style
from viz.graphics.style import Theme

__all__ = ["beside", "halo", "title"]

_LINE = 84  # letters in a line under a title
_STEP = 0.058
"""How far apart two texts at the right edge stand at least, as a part of the height."""


def title(axes: Any, text: str, look: Theme, under: str = "") -> None:
    """A title at the left, with quieter words under it."""
    # A number and its percent sign stay together.
    lines = [x.replace("\xa0", " ") for x in textwrap.wrap(under.replace(" %", "\xa0%"), _LINE)]
    axes.set_title(text, loc="left", color=look.ink, fontsize=13, pad=12 + 14 * len(lines),
                   fontfamily=style.FONT)  # fmt: skip
    if lines:
        note = axes.annotate(
            "\n".join(lines), (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points",
            color=look.muted, fontsize=9.5, fontfamily=style.FONT, va="bottom", linespacing=1.3,
        )  # fmt: skip
        note.set_in_layout(False)  # it may be wider than its axes, and must not narrow them


def halo(look: Theme, width: float = 3.0) -> list[Any]:
    """A rim in the colour of the background, for a text on top of lines."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=look.background)]


def beside(axes: Any, entries: Sequence[tuple[float, str, bool]], look: Theme, colour: str) -> None:
    """Texts at the right edge, each at the height of its line, moved apart where they would touch.

    ``entries`` are heights in data coordinates, texts, and whether the text stands out.
    """
    low, high = axes.get_ylim()
    wanted = sorted(((y - low) / (high - low), text, bold) for y, text, bold in entries)
    places = [min(max(at, 0.0), 1.0) for at, _, _ in wanted]
    for _ in range(40):  # neighbours that are too close push each other away, a little at a time
        for i in range(len(places) - 1):
            overlap = _STEP - (places[i + 1] - places[i])
            if overlap > 1e-6:
                places[i] -= overlap / 2
                places[i + 1] += overlap / 2
    for at, (_, text, bold) in zip(places, wanted, strict=True):
        axes.annotate(
            text, (1.0, at), (8, 0), xycoords="axes fraction", textcoords="offset points",
            va="center", fontsize=10, fontweight="bold" if bold else "normal",
            color=colour if bold else look.ink, fontfamily=style.FONT, annotation_clip=False,
        )  # fmt: skip
