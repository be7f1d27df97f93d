"""What a gradient check found, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.notation import number
from viz.graphics import style
from viz.graphics.style import Theme

if TYPE_CHECKING:
    from viz.plots.plot import Plot

__all__ = ["plot_gradcheck"]

_DECADES = 2.5
"""Derivatives further apart than so many powers of ten are drawn on a logarithmic axis."""


def plot_gradcheck(report: Any, *, theme: str | Theme = "light", limit: int = 8) -> Plot:
    """What a gradient check found: analytic beside numeric, and the error against the step size.

    On the left stand the worst derivatives, the worst on top. On the right the distance of the
    difference quotient from the analytic gradient, over steps from narrow to wide: where the gradient
    is right it falls until the rounding noise stops it; where it is wrong it stays. At a kink a bar
    reaches from the slope on the left to the slope on the right.

    Parameters
    ----------
    report : Report
        What ``gradcheck()`` returned.
    theme : {"light", "dark", "print"}
    limit : int
        How many derivatives are drawn at most.

    Returns
    -------
    Plot
        A matplotlib figure with ``.alt`` and ``.save``.

    Raises
    ------
    TypeError
        ``report`` is not a report of ``gradcheck``.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite import gradcheck
    >>> report = gradcheck(lambda x: np.sin(x), 0.5, gradient=lambda x: 2 * np.cos(x))
    >>> [axes.get_title(loc="left") for axes in plot_gradcheck(report).axes]
    ['Analytic beside numeric', 'Error against step size, x']
    """
    from viz.plots.plot import Plot, panel

    if not all(hasattr(report, part) for part in ("rows", "verdict", "checked", "rtol")):
        raise TypeError(
            f"plot_gradcheck takes what gradcheck() returned, not {type(report).__name__}; write"
            " plot_gradcheck(gradcheck(f, x))"
        )
    look = style.theme_named(theme)
    rows = list(report.rows[: max(limit, 1)])
    close = next((row for row in report.rows if _has_ladder(row)), None)
    height = 2.1 + 0.36 * max(len(rows), 5)
    figure = Plot(11.2 if close else 7.6, height, look)
    _compared(panel(figure, look, 121 if close else 111), rows, look)
    if close:
        _climbed(panel(figure, look, 122), close, report, look)
    headline = _headline(report)
    figure.suptitle(headline, x=0.012, ha="left", color=look.ink, fontsize=13)
    told = "; ".join(
        f"{_label(r)}: analytic {number(r.analytic)}, numeric {number(r.numeric)}, {_outcome(r)}"
        for r in rows
    )
    first, *more = headline.splitlines()
    figure.alt = f"{first}. {' '.join(more)} {told}.".replace(".. ", ". ").replace("  ", " ")
    return figure


def _headline(report: Any) -> str:
    wrong = sum(row.verdict == "fail" for row in report.rows)
    head = f"gradcheck: {report.verdict}"
    if wrong:
        head += f" — {wrong} of {report.checked} derivatives wrong"
    elif report.verdict == "pass":
        head += f" — {report.checked} derivative{'s agree' if report.checked != 1 else ' agrees'}"
    else:
        open_ = sum(row.verdict != "pass" for row in report.rows)
        head += f" — {open_} of {report.checked} did not simply pass"
    said = list(
        dict.fromkeys([*report.problems, *(r.diagnosis for r in report.rows if r.diagnosis)])
    )
    return f"{head}\n{_shortened(said[0], 110)}" if said else head


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _compared(axes: Any, rows: list[Any], look: Theme) -> None:
    """One line per derivative: a dot for the analytic number, a diamond and a bar for the numeric."""
    from viz.plots.plot import plain

    places = range(len(rows))
    numeric = [row.numeric if np.isfinite(row.numeric) else np.nan for row in rows]
    analytic = [row.analytic if np.isfinite(row.analytic) else np.nan for row in rows]
    errors = [row.error if np.isfinite(row.error) else 0.0 for row in rows]
    for place, row in zip(places, rows, strict=True):
        if row.slopes is not None and np.isfinite(row.slopes).all():
            axes.plot(row.slopes, [place, place], "|-", color=look.forward, linewidth=1.6,
                      markersize=9, zorder=2)  # fmt: skip
    for place, a, n in zip(places, analytic, numeric, strict=True):
        axes.plot([a, n], [place, place], color=look.faint, linewidth=1.6, zorder=2)
    axes.errorbar(
        numeric, places, xerr=errors, fmt="D", markersize=8.5, markerfacecolor=look.background,
        markeredgecolor=look.forward, markeredgewidth=1.8, ecolor=look.forward, elinewidth=1.6,
        capsize=5, zorder=3, label="numeric ± error",
    )  # fmt: skip
    axes.plot(
        analytic, places, "o", color=look.backward, markersize=4.6, zorder=4, label="analytic"
    )
    axes.set_title("Analytic beside numeric", loc="left", color=look.ink, fontsize=11, pad=26)
    axes.set_yticks(
        places, [plain(_shortened(_label(row), 26)).replace("$", r"\$") for row in rows]
    )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("derivative", color=look.ink)
    axes.grid(axis="x", color=look.hair, linewidth=0.8)
    axes.margins(x=0.12)
    _stretch(axes, [abs(x) for x in (*analytic, *numeric) if np.isfinite(x) and x])
    for place, row in zip(places, rows, strict=True):
        axes.annotate(
            _outcome(row), (1.0, place), (6, 0), xycoords=axes.get_yaxis_transform(),
            textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
            color=look.ink if row.verdict == "fail" else look.muted,
            fontweight="bold" if row.verdict == "fail" else "normal",
        )  # fmt: skip
    _legend(axes, look, 2)


def _has_ladder(row: Any) -> bool:
    """Whether there is an error to draw: at the point of a kink all of them may be 0."""
    return any(np.isfinite(step.error) and step.error > 0 for step in row.ladder)


def _label(row: Any) -> str:
    return row.where() + (f" → {row.output}" if row.output else "")


def _outcome(row: Any) -> str:
    """The verdict, and how far off a wrong number is."""
    if row.verdict != "fail" or not np.isfinite(row.relative):
        return row.verdict
    percent = 100 * row.relative
    return f"fail, off by {number(percent, 2)} %"


def _stretch(axes: Any, sizes: list[float]) -> None:
    """A logarithmic axis, to both sides of 0, where small derivatives would hide beside large."""
    if sizes and max(sizes) > 10**_DECADES * min(sizes):
        axes.set_xscale("symlog", linthresh=min(sizes))
        axes.margins(x=0.08)


def _climbed(axes: Any, row: Any, report: Any, look: Theme) -> None:
    """The ladder of one derivative: its error over the step, and the noise below it."""
    steps = [step.step for step in row.ladder]
    axes.set_xscale("log", base=10)
    axes.set_yscale("log", base=10)
    noise = [_positive(step.noise) for step in row.ladder]
    errors = [_positive(step.error) for step in row.ladder]
    axes.plot(steps, noise, color=look.muted, linewidth=1.5, linestyle=(0, (4, 2.5)), zorder=2,
              label="rounding noise")  # fmt: skip
    axes.plot(steps, errors, "o-", color=look.loss, linewidth=2.0, markersize=5, zorder=3,
              markeredgecolor=look.background, markeredgewidth=0.8,
              label="|slope − analytic|")  # fmt: skip
    limit = report.rtol * max(abs(row.analytic), abs(row.numeric))
    if np.isfinite(limit) and limit > 0:
        axes.axhline(limit, color=look.backward, linewidth=1.2, linestyle=(0, (1, 2)), zorder=1,
                     label="tolerance")  # fmt: skip
    gap = abs(row.analytic - row.numeric)
    if row.verdict == "fail" and np.isfinite(gap) and gap > 0:
        axes.annotate(
            f"stays at {number(gap, 3)}, at every step: wrong", (steps[-1], gap),
            (2, -9), textcoords="offset points", ha="right", va="top", color=look.ink, fontsize=9,
            in_layout=False,
        )  # fmt: skip
    axes.set_title(f"Error against step size, {_shortened(_label(row), 30)}", loc="left",
                   color=look.ink, fontsize=11, pad=26)  # fmt: skip
    axes.set_xlabel("step h", color=look.ink)
    axes.grid(color=look.hair, linewidth=0.8)
    _legend(axes, look, 3)


def _positive(x: float) -> float:
    """A number that a logarithmic axis can show; what is 0 leaves a gap."""
    return x if np.isfinite(x) and x > 0 else np.nan


def _legend(axes: Any, look: Theme, columns: int) -> None:
    """Above the plot, where no curve can be behind it."""
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=columns, frameon=False, fontsize=8.5,
        labelcolor=look.ink, handlelength=1.5, columnspacing=1.0, borderpad=0.2, borderaxespad=0.2,
        markerscale=0.75,
    )  # fmt: skip
    legend.set_in_layout(False)  # it may be wider than its axes, and must not narrow them
