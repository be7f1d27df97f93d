"""``viz.explain``: a step told move by move, every application of the chain rule in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd_lite.recording import Update
from viz.graphics import dot, latex
from viz.graphics.written import Written, check_format, markdown_text
from viz.records.subject import as_recording, chosen_step, unit_of
from viz.words.narration import PHASES, Move, Span, Telling, moves, plain_text, tellings
from viz.words.texts import StepTexts

__all__ = ["explain"]

_FORMATS = ("text", "markdown", "latex")
_HEADINGS = {
    "forward": "Forward pass", "loss": "Loss", "backward": "Backward pass: the chain rule",
    "zero": "Clearing the gradients", "update": "Update",
}  # fmt: skip


def explain(what: Any, *, step: int | None = None, format: str = "text",
            phases: Sequence[str] = PHASES, parameters: Sequence[Any] = ()) -> Written:  # fmt: skip
    """A computation in words and formulas: with names, with numbers, and why.

    Parameters
    ----------
    what : Value, Recording or Recorder
    step : int, optional
        The number of a recorded training step; the last one by default.
    format : {"text", "markdown", "latex"}
        Markdown has its formulas in ``$…$``; LaTeX needs the package ``amsmath``.
    phases : sequence of {"forward", "loss", "backward", "update"}
        What to tell.
    parameters : sequence of Value
        Leaves to be told as parameters.

    Returns
    -------
    str
        With a method ``.save(path)``; a notebook shows Markdown and LaTeX as what they are.

    Raises
    ------
    ValueError
        No such format, phase or step.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite import Value
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> y = w * x
    >>> y.backward()
    >>> print(viz.explain(y, phases=["backward"]))
    Backward pass: the chain rule
    <BLANKLINE>
      1. The backward pass starts at w·x
           ∂(w·x)/∂(w·x)  =  1
                       1  =  1
         The question is how w·x changes with each number. By itself it changes 1 to 1.
    <BLANKLINE>
      2. × passes the gradient back to w
           ∂(w·x)/∂w  =  ∂(w·x)/∂(w·x)  ×  ∂(w·x)/∂w
                   8  =              1  ×          8
             message          upstream     local, which is x
         When w rises a little, w·x rises 8 times as much, because x = 8.
         ∂(w·x)/∂w: blank → 8. w is used once, so nothing is added.
    <BLANKLINE>
      3. × passes the gradient back to x
           ∂(w·x)/∂x  =  ∂(w·x)/∂(w·x)  ×  ∂(w·x)/∂x
                 0.5  =              1  ×        0.5
             message          upstream     local, which is w
         When x rises a little, w·x rises 0.5 times as much, because w = 0.5.
         ∂(w·x)/∂x: blank → 0.5. x is used once, so nothing is added.
    """
    check_format(format, _FORMATS)
    unknown = next((p for p in phases if p not in PHASES), None)
    if unknown is not None:
        raise ValueError(f"phase {unknown!r} is not one of {', '.join(map(repr, PHASES))}")
    recording = as_recording(what, parameters)
    record = recording.steps[chosen_step(recording, step)]
    texts = StepTexts(recording, record)
    told = list(
        zip(
            moves(texts.graph.graph, [u.node for u in record.updates]), tellings(texts), strict=True
        )
    )
    writer = {"text": _Text, "markdown": _Markdown, "latex": _Latex}[format]()
    title = recording.title
    if len(recording.steps) > 1:
        title = f"{title}{', ' if title else ''}{unit_of(recording)} {record.number}"
    rules = {u.node: u for u in record.updates}
    return Written(writer.document(title, told, [p for p in PHASES if p in phases], rules), format)


class _Writer:
    """Puts moves one below the other; each format has its own signs."""

    def document(self, title: str, told: Sequence[tuple[Move, Telling]], phases: Sequence[str],
                 rules: dict[int, Update]) -> str:  # fmt: skip
        parts = [self.title(title)] if title else []
        for phase in phases:
            here = [(m, t) for m, t in told if m.phase == phase]
            if here:
                parts.append(self.heading(_HEADINGS[phase]))
                parts.append(self.listed([self.entry(m, t, rules) for m, t in here]))
        return "\n\n".join(parts) + ("\n" if type(self) is not _Text else "")

    def entry(self, move: Move, telling: Telling, rules: dict[int, Update]) -> list[str]:
        """The lines of one move."""
        lines = [self.spans(move.title), *self.equation(move, telling)]
        if move.phase == "update" and move.target in rules and rules[move.target].rule:
            lines.append(self.spans(["The rule is ", {"math": rules[move.target].rule}, "."]))
        return lines + [self.spans(s) for s in (*telling.say, *telling.note)]

    def title(self, text: str) -> str:
        raise AssertionError("each writer has its own")

    heading = title

    def listed(self, entries: Sequence[Sequence[str]]) -> str:
        raise AssertionError("each writer has its own")

    def spans(self, spans: Sequence[Span]) -> str:
        raise AssertionError("each writer has its own")

    def equation(self, move: Move, telling: Telling) -> list[str]:
        raise AssertionError("each writer has its own")


def _part(part: dict[str, str]) -> str:
    return f"{part['over']}/{part['under']}" if "over" in part else part["text"]


class _Text(_Writer):
    def title(self, text: str) -> str:
        return dot.printable(text)

    heading = title

    def listed(self, entries: Sequence[Sequence[str]]) -> str:
        return "\n\n".join(
            "\n".join([f"{n:3d}. {head}", *(f"     {line}" for line in rest)])
            for n, (head, *rest) in enumerate(entries, 1)
        )

    def spans(self, spans: Sequence[Span]) -> str:
        return dot.printable(plain_text(spans))

    def equation(self, move: Move, telling: Telling) -> list[str]:
        """Names, numbers and what each is called, in columns."""
        captions = [plain_text(c) for c in move.captions]
        names = [dot.printable(_part(p)) for p in move.equation]
        numbers = [dot.printable(t) for t in telling.numbers]
        if len(numbers) != len(names):
            return [f"  {' '.join(names)}", f"  {' '.join(numbers)}"]
        rows = [names, numbers]
        if any(captions):
            rows.append([dot.printable(c) for c in captions])
        last = len(names) - 1
        widths = [max(len(names[i]), len(numbers[i])) for i in range(len(names))]
        for i, caption in enumerate(captions[:last]):
            widths[i] = max(widths[i], len(caption))
        return [
            "  " + "  ".join(
                cell.rjust(widths[i]) if i < last or row is not rows[-1] or len(rows) < 3 else cell
                for i, cell in enumerate(row)
            ).rstrip()
            for row in rows
        ]  # fmt: skip


class _Markdown(_Writer):
    def title(self, text: str) -> str:
        return f"## {markdown_text(text)}"

    def heading(self, text: str) -> str:
        return f"### {markdown_text(text)}"

    def listed(self, entries: Sequence[Sequence[str]]) -> str:
        made = []
        for n, (head, *rest) in enumerate(entries, 1):
            paragraphs = [f"{n}. **{head}**", *(f"   {line}" for line in rest)]
            made.append("\n\n".join(paragraphs))
        return "\n\n".join(made)

    def spans(self, spans: Sequence[Span]) -> str:
        return "".join(
            markdown_text(s) if isinstance(s, str) else f"${_cell(s['math'])}$" for s in spans
        )

    def equation(self, move: Move, telling: Telling) -> list[str]:
        names, numbers = _formulas(move, telling)
        return [f"$${_web(names)}$$", f"$${_web(numbers)}$$"]


class _Latex(_Writer):
    def title(self, text: str) -> str:
        return rf"\section*{{{latex.text(text)}}}"

    def heading(self, text: str) -> str:
        return rf"\subsection*{{{latex.text(text)}}}"

    def listed(self, entries: Sequence[Sequence[str]]) -> str:
        made = [
            "\\item \\textbf{\\boldmath " + head + "}\n" + "\n".join(rest)
            for head, *rest in entries
        ]
        return "\n".join((latex.GLYPHS, r"\begin{enumerate}", *made, r"\end{enumerate}"))

    def spans(self, spans: Sequence[Span]) -> str:
        return "".join(
            latex.text(s) if isinstance(s, str) else f"${latex.math(s['math'])}$" for s in spans
        )

    def equation(self, move: Move, telling: Telling) -> list[str]:
        names, numbers = _formulas(move, telling, "&")
        return [rf"\begin{{align*}} {names} \\ {numbers} \end{{align*}}"]


def _cell(text: str) -> str:
    """A name inside ``$…$`` of Markdown."""
    return _web(latex.math(text))


def _web(formula: str) -> str:
    """A formula of Markdown: no sign in it is a tag, and boxes of text are KaTeX's and MathJax's."""
    for sign, command in (("<", r"\lt "), (">", r"\gt "), ("|", r"\vert "), (r"\mbox{", r"\text{")):
        formula = formula.replace(sign, command)
    return formula


def _formulas(move: Move, telling: Telling, mark: str = "") -> tuple[str, str]:
    """The equation in names and in numbers, each with a mark before its first sign."""

    def fraction(part: dict[str, str]) -> str:
        if "over" in part:
            return rf"\frac{{{latex.math(part['over'])}}}{{{latex.math(part['under'])}}}"
        if part["text"].startswith("to "):  # a message on its way is named by where it goes
            return rf"\mathrm{{to}}\ {latex.math(part['text'][3:])}"
        return latex.math(part["text"]).replace("@", r"\,")

    names = [fraction(p) for p in move.equation]
    numbers = [latex.math(t).replace("@", r"\;") for t in telling.numbers]
    if mark:
        names[1], numbers[1] = f"{mark} {names[1]}", f"{mark} {numbers[1]}"
    return " ".join(names), " ".join(numbers)
