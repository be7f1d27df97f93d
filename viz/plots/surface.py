"""The loss over two parameters, and the path that the training took on it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.notation import number
from viz.graphics import style
from viz.graphics.style import Theme
from viz.plots.labels import halo, title
from viz.plots.landscape import Landscape
from viz.plots.loss import milestones
from viz.records.subject import as_recording

if TYPE_CHECKING:
    from viz.plots.plot import Plot

__all__ = ["plot_loss_surface"]

_GRID = 101
_MARGIN = 0.3
_TONES = 14
_TINY = 0.004
"""A contour around a smaller part of the picture than this is left out."""


def plot_loss_surface(what: Any, parameters: Sequence[str] | None = None, *,
                      theme: str | Theme = "light", grid: int = _GRID) -> Plot:  # fmt: skip
    """Contours of the loss over two parameters, with the optimizer's path.

    The loss is computed again from the record: over all examples that the recorded steps hold. Of a
    model with more than two parameters, either two are chosen by name and the others stay as the
    training left them, or the picture shows the plane in which the path moved most: its first two
    principal directions, through the end of the path (Li et al., "Visualizing the Loss Landscape of
    Neural Nets", 2018, section 7). The figure says which.

    Parameters
    ----------
    what : Recording or Recorder
        A recorded training.
    parameters : sequence of two str, optional
        Names, with an index where the parameter is an array: ``("kernel₁[0, 2]", "bias₁[2]")``.
    theme : {"light", "dark", "print"}
    grid : int
        How many points on each side the loss is computed at.

    Returns
    -------
    Plot
        A matplotlib figure with ``.alt`` and ``.save``.

    Raises
    ------
    ValueError
        There are no two parameters, no such names, or no path.
    viz.replay.ReplayError
        The loss cannot be computed again from the record.
    """
    from viz.plots.plot import Plot, panel

    look = style.theme_named(theme)
    land = Landscape(as_recording(what), parameters)
    path = land.path
    box = _box(path)
    lowest = land.minimum(box)
    if lowest is not None:
        box = _box(np.vstack([path, lowest]))
    us, vs = (np.linspace(*side, max(grid, 9)) for side in box)
    heights = land.heights(us, vs)
    figure = Plot(7.6, 5.2, look)
    axes = panel(figure, look)
    written = _contours(axes, us, vs, heights, look)
    axes.set_xlim(*box[0])
    axes.set_ylim(*box[1])
    title(axes, f"The loss {land.loss_name} and the path of the training", look, land.statement)
    axes.set_xlabel(land.names[0], color=look.ink, fontsize=11)
    axes.set_ylabel(land.names[1], color=look.ink, fontsize=11)
    _route(axes, land, lowest, written, look)
    start, end = path[0], path[-1]
    figure.alt = (
        f"Contours of the loss over {land.names[0]} and {land.names[1]}, and the path of the"
        f" training from ({number(start[0])}, {number(start[1])}), loss {number(land.at(start))}, to"
        f" ({number(end[0])}, {number(end[1])}), loss {number(land.at(end))}."
    )
    if lowest is not None:
        figure.alt += f" The lowest point is ({number(lowest[0])}, {number(lowest[1])})."
    figure.alt += f" {land.statement[0].upper()}{land.statement[1:]}."
    return figure


def _box(path: np.ndarray) -> list[tuple[float, float]]:
    """The sides of the picture: around the path, with room."""
    sides = []
    for column in path.T:
        low, high = float(column.min()), float(column.max())
        room = _MARGIN * (high - low) or max(0.5 * abs(low), 0.5)
        sides.append((low - room, high + room))
    return sides


def _levels(heights: np.ndarray) -> list[float]:
    """Round numbers over the range of the loss, closer together near its bottom."""
    finite = heights[np.isfinite(heights)]
    low, high = float(np.quantile(finite, _TINY)), float(finite.max())
    if low > 0 and high > 4 * low:
        powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        marks = [m * 10.0**p for p in powers for m in (1, 2, 4, 7)]
        marks = [m for m in marks if low < m < high]
        while len(marks) > 12:
            marks = marks[len(marks) % 2 :: 2] if len(marks) > 24 else marks[-12:]
        if len(marks) >= 4:
            return marks
    from matplotlib.ticker import MaxNLocator

    ticks = [float(t) for t in MaxNLocator(9).tick_values(low, high) if low < t < high]
    return ticks or [low + (high - low) / 2]


def _contours(
    axes: Any, us: np.ndarray, vs: np.ndarray, heights: np.ndarray, look: Theme
) -> list[Any]:
    """Lines of equal loss on quiet tones; the texts of their numbers."""
    from matplotlib.colors import ListedColormap, to_rgb

    shown = np.ma.masked_invalid(heights)
    if shown.count() == 0 or float(shown.max()) == float(shown.min()):
        return []
    ground, tone = np.array(to_rgb(look.background)), np.array(to_rgb(look.forward))
    if look.name == "print":
        tone = np.array(to_rgb(look.muted))
    shades = [
        ground + (tone - ground) * (0.17 * (1 - i / (_TONES - 1)) ** 1.5 + 0.02)
        for i in range(_TONES)
    ]
    ranks = np.quantile(shown.compressed(), np.linspace(0, 1, _TONES + 1))
    steps = np.unique(ranks)
    if len(steps) > 2:
        axes.contourf(us, vs, shown, levels=steps, cmap=ListedColormap(shades), zorder=0)
    lines = axes.contour(us, vs, shown, levels=_levels(heights), colors=look.muted, linewidths=0.9,
                         linestyles="solid", zorder=1)  # fmt: skip
    texts = axes.clabel(lines, fmt=lambda x: number(x, 3), fontsize=8.5, colors=look.muted,
                        inline_spacing=6)  # fmt: skip
    return list(texts)


def _route(axes: Any, land: Landscape, lowest: np.ndarray | None, written: list[Any],
           look: Theme) -> None:  # fmt: skip
    """The path with its steps, the marks along it, and the lowest point."""
    path = land.path
    axes.plot(*path.T, color=look.backward, linewidth=2.2, zorder=4, solid_joinstyle="round")
    axes.plot(*path[1:-1].T, "o", color=look.backward, markersize=2.6, zorder=4)
    rim = {"markeredgecolor": look.backward, "markeredgewidth": 1.8}
    axes.plot(*path[:1].T, "o", markersize=8, markerfacecolor=look.background, zorder=6, **rim)
    notes = [(path[0], f"start  {_pair(path[0])}", look.backward)]
    numbers = land.numbers
    for goal in milestones(range(1, numbers[-1] + 1))[1:]:
        place = int(np.argmin([abs(n - goal) for n in numbers])) + 1
        if place < len(path) and all(np.any(path[place] != at) for at, _, _ in notes):
            axes.plot(*path[place : place + 1].T, "o", color=look.backward, markersize=7, zorder=6,
                      markeredgecolor=look.background, markeredgewidth=1.2)  # fmt: skip
            notes.append((path[place], f"{land.unit} {numbers[place - 1]}", look.backward))
    if lowest is not None:
        axes.plot(*lowest[:, None], "*", color=look.loss, markersize=15, zorder=7,
                  markeredgecolor=look.background, markeredgewidth=1.0)  # fmt: skip
        notes.append((lowest, f"minimum  {_pair(lowest)}", look.loss))
    _annotate(axes, notes, path, written, look)


def _pair(at: np.ndarray) -> str:
    return f"({number(at[0])}, {number(at[1])})"


def _annotate(axes: Any, notes: Sequence[tuple[np.ndarray, str, str]], path: np.ndarray,
              written: list[Any], look: Theme) -> None:  # fmt: skip
    """Each note at that side of its point where it covers least of the path and of other texts."""
    axes.figure.draw_without_rendering()
    pixels = axes.figure.dpi / 72
    place = axes.transData.transform
    frame = axes.get_window_extent()
    numbers = [text.get_position() for text in written]
    dots = [place(p) for p in path]
    dots += [a + (b - a) * t for a, b in itertools.pairwise(dots) for t in (0.25, 0.5, 0.75)]
    dots += [place(at) for at in (*numbers, *(at for at, _, _ in notes)) for _ in range(4)]
    taken: list[tuple[float, float, float, float]] = []
    sides = [(12, 5, "left"), (12, -14, "left"), (-12, 5, "right"), (-12, -14, "right"),
             (0, 13, "center"), (0, -22, "center"), (18, -4, "left"), (-18, -4, "right")]  # fmt: skip
    for at, text, colour in notes:
        x, y = place(at)
        wide, high = 6.6 * len(text) * pixels, 12 * pixels

        def box(side: tuple[int, int, str], x: float = x, y: float = y, wide: float = wide,
                high: float = high) -> tuple[float, float, float, float]:  # fmt: skip
            left = x + side[0] * pixels - {"left": 0.0, "center": 0.5, "right": 1.0}[side[2]] * wide
            return left, y + side[1] * pixels, left + wide, y + side[1] * pixels + high

        def cost(side: tuple[int, int, str]) -> float:
            a, b, c, d = box(side)
            covered = sum(a - 4 < p[0] < c + 4 and b - 4 < p[1] < d + 4 for p in dots)
            touched = sum(a < r and c > p and b < s and d > q for p, q, r, s in taken)
            outside = a < frame.x0 or c > frame.x1 or b < frame.y0 or d > frame.y1
            return covered + 100 * touched + 1000 * outside

        best = min(sides, key=cost)
        taken.append(box(best))
        axes.annotate(text, at, best[:2], textcoords="offset points", ha=best[2], color=colour,
                      fontsize=10, zorder=8, path_effects=halo(look))  # fmt: skip
    for text, at in zip(written, numbers, strict=True):  # half a number is worse than none
        x, y = place(at)
        near = 4 * pixels
        if any(a - near < x < c + near and b - near < y < d + near for a, b, c, d in taken):
            text.set_visible(False)
