"""``viz.trace``: every micro-step of a training step as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Application, Data, Node, Update
from viz.graphics import dot, latex
from viz.graphics.written import Written, check_format, markdown_text
from viz.records.subject import as_recording, chosen_step
from viz.words.narration import computed, phase_of
from viz.words.texts import StepTexts, norm

__all__ = ["COLUMNS", "trace"]

COLUMNS = (
    "#", "phase", "node", "input", "formula", "upstream", "local", "contribution", "before", "after",
)  # fmt: skip
_FORMATS = ("text", "markdown", "latex", "csv")
_WORDS = (1, 2, 3, 4)  # the columns of words; the others hold numbers
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True)
class _Row:
    """A micro-step; numbers are data, None where there is none."""

    phase: str
    node: str
    input: str
    formula: str
    upstream: Data = None
    local: Data = None
    contribution: Data = None
    before: Data = None
    after: Data = None

    @property
    def data(self) -> tuple[Data, ...]:
        return self.upstream, self.local, self.contribution, self.before, self.after


def trace(what: Any, *, step: int | None = None, format: str = "text",
          parameters: Sequence[Any] = ()) -> Written:  # fmt: skip
    """Every micro-step of a training step: what it read, what it computed, what it changed.

    A forward row holds the node's value under ``after``. A backward row is one application of the
    chain rule: ``contribution`` = ``upstream`` × ``local``, and the gradient of ``input`` before and
    after; ``before`` is blank where nothing had arrived. An update row holds the parameter before and
    after, its gradient under ``upstream`` and its change under ``contribution``.

    Parameters
    ----------
    what : Value, Recording or Recorder
    step : int, optional
        The number of a recorded training step; the last one by default.
    format : {"text", "markdown", "latex", "csv"}
        CSV has all digits, arrays as JSON, and a ``'`` before a name that a spreadsheet would compute.
        In the others arrays of more than one number are told by shape and norm.
    parameters : sequence of Value
        Leaves that are parameters.

    Returns
    -------
    str
        With a method ``.save(path)``.

    Raises
    ------
    ValueError
        No such format or step.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite import Value
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> y = w * x
    >>> y.backward()
    >>> print(viz.trace(y))
    #  phase     node  input  formula        upstream  local  contribution  before  after
    -  --------  ----  -----  -------------  --------  -----  ------------  ------  -----
    1  forward   w·x          w·x                                                       4
    2  backward  w·x   w      ∂(w·x)/∂w = x         1      8             8              8
    3  backward  w·x   x      ∂(w·x)/∂x = w         1    0.5           0.5            0.5
    """
    check_format(format, _FORMATS)
    recording = as_recording(what, parameters)
    texts = StepTexts(recording, recording.steps[chosen_step(recording, step)])
    rows = _rows(texts)
    made = {"text": _text, "markdown": _markdown, "latex": _latex, "csv": _csv}[format](rows)
    return Written(made, format)


def _rows(texts: StepTexts) -> list[_Row]:
    rows = [_computed(texts, node) for node in computed(texts.graph.graph)]
    rows += [_applied(texts, application) for application in texts.applications]
    return rows + [_updated(texts, update) for update in texts.step.updates]


def _computed(texts: StepTexts, node: Node) -> _Row:
    inputs = ", ".join(texts.name(x) for x in node.inputs if x not in texts.graph.folded)
    formula = texts.graph.formula(node)
    return _Row(phase_of(node), texts.name(node.id), "" if formula == texts.name(node.id) else inputs,
                formula, after=texts.step.values[node.id])  # fmt: skip


def _applied(texts: StepTexts, a: Application) -> _Row:
    message = a.message
    rule = texts.graph.rule(message) or message.words
    return _Row(
        "backward", texts.name(message.node), texts.name(message.input),
        f"{texts.graph.local_name(message)} = {rule}",
        a.upstream, a.local, a.contribution, a.before, a.after,
    )  # fmt: skip


def _updated(texts: StepTexts, update: Update) -> _Row:
    with np.errstate(all="ignore"):
        change = (np.asarray(update.after, float) - np.asarray(update.before, float)).tolist()
    return _Row("update", texts.name(update.node), "", update.rule, update.gradient, None, change,
                update.before, update.after)  # fmt: skip


def _brief(data: Data) -> str:
    """A number, or shape and norm of an array."""
    if data is None:
        return ""
    if np.size(data) == 1:
        return number(float(np.asarray(data, float).item()))
    return f"{np.shape(data)} ‖{number(norm(data), 3)}‖"


def _table(rows: Sequence[_Row]) -> list[list[str]]:
    return [
        [str(place), r.phase, r.node, r.input, r.formula, *map(_brief, r.data)]
        for place, r in enumerate(rows, 1)
    ]


def _text(rows: Sequence[_Row]) -> str:
    cells = [list(COLUMNS), *([dot.printable(c) for c in row] for row in _table(rows))]
    widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
    cells.insert(1, ["-" * w for w in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i in _WORDS else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _markdown(rows: Sequence[_Row]) -> str:
    rule = ["---" if i in _WORDS else "---:" for i in range(len(COLUMNS))]
    body = [[markdown_text(c) for c in row] for row in _table(rows)]
    lines = [["\\#", *COLUMNS[1:]], rule, *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + "\n"


def _latex(rows: Sequence[_Row]) -> str:
    columns = "".join("l" if i in _WORDS else "r" for i in range(len(COLUMNS)))
    lines = [latex.GLYPHS, rf"\begin{{tabular}}{{{columns}}}", r"\hline"]
    lines.append(" & ".join(latex.text(c) for c in COLUMNS) + r" \\ \hline")
    for place, phase, *rest in _table(rows):
        cells = [place, phase, *(f"${latex.math(c)}$" if c else "" for c in rest)]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join((*lines, r"\hline", r"\end{tabular}", ""))


def _csv(rows: Sequence[_Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for place, r in enumerate(rows, 1):
        words = (r.phase, r.node, r.input, r.formula)
        writer.writerow([place, *map(_harmless, words), *map(_exact, r.data)])
    return file.getvalue()


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: such a one gets an apostrophe in front."""
    plain = dot.printable(text)
    return f"'{plain}" if plain.lstrip().startswith(_TRIGGERS) else plain


def _exact(data: Data) -> str:
    """All digits, with the minus that programs read; arrays as JSON, in which NaN is a word."""
    if data is None:
        return ""
    if np.ndim(data) == 0:
        return repr(float(data))
    spelled = np.asarray(data, float)
    plain = [x if np.isfinite(x) else str(x) for x in spelled.ravel().tolist()]
    return json.dumps(np.array(plain, dtype=object).reshape(spelled.shape).tolist())
