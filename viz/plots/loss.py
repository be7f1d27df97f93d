"""The loss of every epoch, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.notation import number
from viz.graphics import style
from viz.graphics.style import Theme

if TYPE_CHECKING:
    from viz.plots.plot import Plot

__all__ = ["milestones", "plot_loss"]


def plot_loss(what: Any, *, theme: str | Theme = "light", marks: Sequence[int] | None = None,
              label: str = "", unit: str = "") -> Plot:  # fmt: skip
    """The loss of every epoch, with a few of its values written at the curve.

    Parameters
    ----------
    what : History, Recording, Recorder or sequence of float
        Where the losses are.
    theme : {"light", "dark", "print"}
    marks : sequence of int, optional
        Epochs, from 1, whose loss is written out; by default the first, the last and three between.
    label : str
        What the loss is called, on the y axis.
    unit : str
        What each loss belongs to, such as ``"step"``; by default what the recording says, else an
        epoch.

    Returns
    -------
    Plot
        A matplotlib figure; ``.save(path)`` writes it, ``.alt`` tells it, notebooks show it.

    Raises
    ------
    ValueError
        There are no losses.

    Examples
    --------
    >>> figure = plot_loss([4.0, 2.0, 1.0])
    >>> figure.axes[0].get_xlabel()
    'epoch'
    >>> plot_loss([4.0, 2.0, 1.0], unit="step").alt
    'The loss over 3 steps: 4 at step 1, 1 at step 3.'
    """
    from viz.plots.plot import Plot, panel

    epochs, losses, name = _losses(what)
    if not losses:
        raise ValueError("there are no losses to plot; train first, and give what fit() returned")
    unit = unit or getattr(getattr(what, "recording", what), "unit", "epoch")
    look = style.theme_named(theme)
    figure = Plot(7.6, 4.0, look)
    axes = panel(figure, look)
    axes.plot(epochs, losses, color=look.loss, linewidth=2.2, solid_capstyle="round", zorder=3)
    axes.set_title(f"Loss in each {unit}", loc="left", color=look.ink, fontsize=13)
    axes.set_xlabel(unit, color=look.ink)
    axes.set_ylabel(label or f"loss{f' ({name})' if name else ''}", color=look.ink)
    axes.grid(axis="y", color=look.hair, linewidth=0.8)
    finite = [v for v in losses if np.isfinite(v)]
    if finite and min(finite) >= 0:
        axes.set_ylim(0, 1.08 * max(finite) or 1.0)
    axes.set_xlim(epochs[0] - 0.01 * len(epochs), epochs[-1] + 0.02 * len(epochs))
    told = milestones(epochs) if marks is None else list(marks)
    known = dict(zip(epochs, losses, strict=True))
    for epoch in told:
        _mark(axes, epoch, known, epochs, look, unit)
    figure.alt = (
        f"The loss over {len(epochs)} {unit}{'s' if len(epochs) > 1 else ''}: "
        + ", ".join(f"{number(known[e])} at {unit} {e}" for e in told) + "."
    )  # fmt: skip
    return figure


def _mark(
    axes: Any, epoch: int, losses: dict[int, float], epochs: Sequence[int], look: Theme, unit: str
) -> None:
    """A dot on the curve and its number, to the right of it, or above it near the end."""
    loss = losses.get(epoch)
    if loss is None:
        raise ValueError(
            f"{unit} {epoch} has no loss; there are {unit}s {epochs[0]} to {epochs[-1]}"
        )
    if not np.isfinite(loss):
        return
    axes.plot([epoch], [loss], "o", color=look.loss, markersize=7, zorder=4,
              markeredgecolor=look.background, markeredgewidth=1.5)  # fmt: skip
    late = epoch > epochs[0] + 0.75 * (epochs[-1] - epochs[0])
    axes.annotate(
        f"{unit} {epoch}:  {number(loss)}", (epoch, loss), (-6, 12) if late else (10, 6),
        textcoords="offset points", ha="right" if late else "left", color=look.ink, zorder=5,
    )  # fmt: skip


def milestones(epochs: Sequence[int]) -> list[int]:
    """The first and the last, and three between that are ever further apart."""
    last = epochs[-1]
    wanted = [epochs[0], *(round(last * part) for part in (0.02, 0.1, 0.3)), last]
    return sorted({e for e in wanted if e in set(epochs)})


def _losses(what: Any) -> tuple[list[int], list[float], str]:
    """Epochs from 1, their losses, and the name of the loss, wherever they stand."""
    what = getattr(what, "recording", what)
    pairs = getattr(what, "losses", None)
    if pairs is not None:
        return [e for e, _ in pairs], [float(v) for _, v in pairs], what.loss_name.replace("_", " ")
    history = getattr(what, "history", None)
    if isinstance(history, dict):
        if "loss" not in history:
            raise ValueError(f"the history has no 'loss', only {', '.join(map(repr, history))}")
        return [e + 1 for e in what.epoch], [float(v) for v in history["loss"]], ""
    try:
        losses = [float(v) for v in what]
    except TypeError:
        raise TypeError(
            f"plot_loss takes what fit() returned, a recording or a list of losses, not {type(what).__name__}"
        ) from None
    return list(range(1, len(losses) + 1)), losses, ""
