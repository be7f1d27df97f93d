"""How drawings look: colours, type sizes, distances. Lengths are points, 72 to the inch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DARK", "FIGURE", "LIGHT", "PAGE", "PRINT", "THEMES", "Metrics", "Theme", "theme_named"]

FONT = "DejaVu Sans"

# Type sizes at which Graphviz rounds the width of no letter: multiples of 3.
NAME, NUMBER, CELL, LABEL = 15, 15, 12, 12

CELL_GAP = 16
CARD_MARGIN = 12
BORDER = 8  # room that a second border of a parameter takes, all around
LABEL_ROW = 17
ROAD = 20  # the shortest road between two neighbours
GAP = 22  # between things that are stacked


@dataclass(frozen=True)
class Metrics:
    """The sizes of one medium: a printed figure is denser than the page that one clicks through.

    ``lane`` is the distance of the forward lane above the middle of a road, and of the backward
    lane below it. ``halves`` gives values and gradients of a tensor the same width. ``untracked``
    is the room for the words "not tracked" in a card without a gradient, ``forward_labels`` says
    whether the arithmetic of the forward pass stands at the roads too, ``text_scale`` how wide the
    medium's own font is beside Graphviz's, ``neuron`` the smallest circle of a neuron, or 0 where
    neurons are cards too. ``fan`` says whether a card lists the messages that add up in it.
    """

    name_row: int
    value_row: int
    gradient_row: int
    head_row: int
    heading_row: int
    cell_row: int
    pad: int
    narrowest: int
    op: int
    lane: float
    halves: bool
    untracked: int
    forward_labels: bool
    text_scale: float
    neuron: int
    fan: bool


FIGURE = Metrics(24, 22, 24, 26, 18, 19, 8, 74, 32, 7.0, False, 0, True, 1.0, 62, True)
PAGE = Metrics(26, 27, 25, 27, 0, 18, 6, 112, 34, 7.5, True, 22, False, 0.87, 0, False)


@dataclass(frozen=True)
class Theme:
    """The colours of a drawing.

    ``forward``, ``backward`` and ``loss`` also differ by line, arrow and border, so a grey print and
    colour blindness lose nothing.
    """

    name: str
    background: str
    card: str
    ink: str
    muted: str
    hair: str
    faint: str
    forward: str
    backward: str
    loss: str


LIGHT = Theme(
    "light", "#FFFFFF", "#FFFFFF", "#1A1A1A", "#6B7280", "#D1D5DB", "#B6BCC6", "#0072B2", "#A34700",
    "#00785A",
)  # fmt: skip
DARK = Theme(
    "dark", "#111827", "#1B2433", "#F3F4F6", "#A3ACBA", "#3B4657", "#566173", "#56B4E9", "#E69F00",
    "#3CC79B",
)  # fmt: skip
PRINT = Theme(
    "print", "#FFFFFF", "#FFFFFF", "#000000", "#4D4D4D", "#BFBFBF", "#B0B0B0", "#000000", "#000000",
    "#000000",
)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}


def theme_named(name: str | Theme) -> Theme:
    """A theme by its name.

    Raises
    ------
    ValueError
        There is no such theme.
    """
    if isinstance(name, Theme):
        return name
    if name not in THEMES:
        raise ValueError(f"theme {name!r} is not one of {', '.join(map(repr, THEMES))}")
    return THEMES[name]
