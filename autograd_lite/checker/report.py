"""The report of a gradient check: plain data, and a table of the worst derivatives."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from autograd_lite.checker.verdict import VERDICTS

__all__ = ["LadderStep", "Report", "Row"]


class LadderStep(NamedTuple):
    """One step of a ladder: its width, the slope, the distance to the claim, the rounding noise."""

    step: float
    slope: float
    error: float
    noise: float


@dataclass(frozen=True)
class Row:
    """One derivative that was checked.

    Attributes
    ----------
    input : str
        The input's name; an element of a container as ``params['w']``.
    index : tuple of int or None
        The element; None for a random direction through a whole large array.
    x : float
        The number there; NaN for a direction.
    output : str
        Which output, as ``[0, 2]``; ``±1`` for the first random combination, ``sum`` for their sum,
        empty where the output is one number.
    analytic, numeric, error : float
        The claim, the estimate and the bound of the estimate's error.
    relative : float
        |analytic − numeric| / max(|analytic|, |numeric|).
    verdict : str
        ``pass``, ``kink``, ``inconclusive`` or ``fail``.
    note, diagnosis : str
        Why, where there is something to say; the known mistake whose pattern this is.
    slopes : tuple of float or None
        At a kink, the slopes from the left and from the right.
    order : int
        2 where the gradient's gradient is checked.
    ladder : tuple of LadderStep
        Error against step size, where the row was looked at closely.
    """

    input: str
    index: tuple[int, ...] | None
    x: float
    output: str
    analytic: float
    numeric: float
    error: float
    relative: float
    verdict: str
    note: str = ""
    diagnosis: str = ""
    slopes: tuple[float, float] | None = None
    order: int = 1
    ladder: tuple[LadderStep, ...] = ()

    def badness(self) -> tuple[int, float]:
        """What the rows are sorted by: the verdict, then the relative error."""
        off = math.inf if math.isnan(self.relative) else self.relative
        return VERDICTS.index(self.verdict), off

    def where(self) -> str:
        """The element in words: ``w[0, 2]``, ``w (a random direction)``."""
        if self.index is None:
            return f"{self.input} (a random direction)"
        return f"{self.input}{list(self.index) if self.index else ''}"


@dataclass(frozen=True, repr=False)
class Report:
    """What a gradient check found; true where nothing is wrong.

    Attributes
    ----------
    verdict : str
        The worst of all: ``pass``, ``kink``, ``inconclusive`` or ``fail``.
    ok : bool
        Whether the gradient may be used: all passed, or lie between the slopes of a kink where that
        is accepted. What stays inconclusive is not ok.
    rows : tuple of Row
        The worst derivatives, the worst first.
    problems : tuple of str
        What is wrong with the gradient as a whole: it changed when asked for again, and the like.
    checked : int
        How many derivatives were compared.
    rtol : float
    order, seed : int
    kinks : str
    """

    verdict: str
    ok: bool
    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    checked: int
    rtol: float
    order: int
    seed: int
    kinks: str

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.table()

    __repr__ = __str__  # the last line of a notebook's cell shows the table too

    def table(self, limit: int = 10) -> str:
        """The worst ``limit`` rows as text, with the notes and diagnoses below."""
        bad = sum(row.verdict != "pass" for row in self.rows)
        found = f"{bad} of {self.checked} derivatives did not simply pass" if bad else (
            f"{self.checked} derivatives agree"
        )  # fmt: skip
        head = f"gradcheck: {self.verdict} — {found} (rtol {self.rtol:g}, seed {self.seed})"
        shown = self.rows[: max(limit, 1)]
        lines = [head, *(f"! {problem}" for problem in self.problems), *_columns(shown)]
        if len(self.rows) > len(shown):
            lines.append(f"… and {len(self.rows) - len(shown)} more rows in .rows")
        said = [f"{row.where()}: {row.note}" for row in shown if row.note and row.verdict != "pass"]
        said += [f"{row.input}: {row.diagnosis}" for row in shown if row.diagnosis]
        return "\n".join([*lines, *dict.fromkeys(said)])

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data: numbers, text, lists and dicts."""
        data = asdict(replace(self, rows=(), problems=()))
        data["problems"] = list(self.problems)
        data["rows"] = [
            {
                **asdict(row),
                "index": None if row.index is None else list(row.index),
                "slopes": None if row.slopes is None else list(row.slopes),
                "ladder": [step._asdict() for step in row.ladder],
            }
            for row in self.rows
        ]
        return data

    def to_json(self) -> str:
        """The report as JSON; infinities and NaN are the words ``inf``, ``-inf``, ``nan``."""
        return json.dumps(_spelled(self.to_dict()), ensure_ascii=False, allow_nan=False)


def _columns(rows: tuple[Row, ...]) -> list[str]:
    head: tuple[str, ...] = (
        "where", "output", "x", "analytic", "numeric ± error", "rel. error", "verdict",
    )  # fmt: skip
    if any(row.order == 2 for row in rows):
        head = (*head, "order")
    cells: list[tuple[str, ...]] = [head, *(_cells(row)[: len(head)] for row in rows)]
    keep = [i for i in range(len(head)) if i != 1 or any(row.output for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    return ["  ".join(line[i].ljust(widths[i]) for i in keep).rstrip() for line in cells]


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.where(),
        row.output,
        "" if math.isnan(row.x) else f"{row.x:.6g}",
        f"{row.analytic:.8g}",
        f"{row.numeric:.8g} ± {row.error:.1e}",
        f"{row.relative:.1e}",
        row.verdict,
        str(row.order),
    )


def _spelled(x: Any) -> Any:
    if isinstance(x, dict):
        return {k: _spelled(v) for k, v in x.items()}
    if isinstance(x, list):
        return [_spelled(v) for v in x]
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x
