"""A worksheet's parts: a drawing with boxes in the place of the numbers that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograd_lite.notation import number
from autograd_lite.recording import Application, Node
from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box
from viz.graphics.sizes import Card, Sizes
from viz.scenes.passes import _Painter
from viz.words.texts import StepTexts

__all__ = ["Answer", "SheetPainter", "SheetSizes", "answers", "circled"]

BOX_W, BOX_H = 58, 21  # the least box that a hand can write into
_ROW = 25
_HEADING, _BOX_ROW = 19, 28
_TALL = 4 + style.FIGURE.name_row + style.FIGURE.value_row
_GAP = 5


@dataclass(frozen=True)
class Answer:
    """One application of the chain rule as it is asked for: the boxes of its two lines.

    ``first`` stands in the box behind ``∂z/∂w =``; ``rest`` are the texts of the second line, with
    True where a text is to be filled in.
    """

    lead: str
    first: str
    rest: tuple[tuple[str, bool], ...]

    def pieces(self) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
        """Both lines."""
        return ((self.lead, False), (self.first, True)), self.rest


def circled(count: int) -> str:
    """``①`` to ``⑳``, then ``(21)``."""
    return chr(0x245F + count) if count <= 20 else f"({count})"


def answers(texts: StepTexts) -> dict[tuple[int, int], Answer]:
    """What is asked at every edge of the backward pass, by operation and use."""
    return {
        (a.message.node, a.message.index): _answer(texts, a, place)
        for place, a in enumerate(texts.applications, 1)
    }


def _answer(texts: StepTexts, application: Application, place: int) -> Answer:
    message, nodes = application.message, texts.graph.graph.nodes
    lead = f"{circled(place)}  {texts.graph.local_name(message)} ="
    scalar = not nodes[message.node].shape and not nodes[message.input].shape
    if scalar and message.local is not None:
        local = number(application.local)
        return Answer(lead, local, (
            (number(application.upstream), True), ("×", False), (local, True), ("=", False),
            (number(application.contribution), True),
        ))  # fmt: skip
    _, arithmetic, result = texts.backward_label(application)
    words = f"{arithmetic} {result}".strip()
    return Answer(lead, texts.graph.rule(message), ((words, False),) if words else ())


class SheetSizes(Sizes):
    """The sizes of a drawing whose gradients are boxes to write into."""

    LABEL_HEIGHT = 2 * _ROW

    @cached_property
    def labels(self) -> dict[tuple[int, int], float]:
        """The width of the two lines on each road."""
        widest: dict[tuple[int, int], float] = {}
        for step in self.steps:
            for key, answer in answers(step).items():
                lines = (_line_width(line) for line in answer.pieces())
                widest[key] = max(widest.get(key, 0.0), *lines)
        return widest

    def _card(self, node: Node) -> Card:
        card = super()._card(node)
        found = [g for s in self.steps if (g := s.gradients.get(node.id))]
        if not found:
            return card
        if card.scalar:
            texts = [row[0][0] for row in found]
            wide = max(72.0, *(w + 12 for w in layout.text_widths(texts, style.NUMBER, bold=True)))
            least = max(card.box.w, wide + 2 * style.CARD_MARGIN, 92)
            height = _TALL + _HEADING + _BOX_ROW + self.metrics.pad
            return replace(card, box=Box(0, 0, 2 * round(least / 2), height), gradient_w=wide)
        if len(found[0]) != card.rows:
            return card
        wide = (
            max(
                layout.text_widths(
                    [t for g in found for row in g for t in row], style.CELL, bold=True
                )
            )
            + 8
        )
        wide = max(wide, 36.0)
        more = 2 * round(card.cols * (wide - card.gradient_w) / 2) + 8
        return replace(card, box=replace(card.box, w=card.box.w + max(more, 0)), gradient_w=wide)


def _line_width(line: Sequence[tuple[str, bool]]) -> float:
    if not line:
        return 0.0
    return sum(_piece_width(*piece) for piece in line) + _GAP * (len(line) - 1)


def _piece_width(text: str, asked: bool) -> float:
    wide = layout.text_width(text, style.LABEL, bold=asked)
    return max(wide + 10, BOX_W) if asked else wide


class SheetPainter(_Painter):
    """Paints a step with boxes for its gradients: empty, or with the answers in them."""

    filled = False
    forward = False

    def _value_colour(self) -> str:
        return self.theme.ink

    @cached_property
    def _answers(self) -> dict[str, Answer]:
        return {f"i{op}_{use}": a for (op, use), a in answers(self.texts).items()}

    def _card(self, card: Card) -> None:
        super()._card(card)
        _, cells = self._gradient(card)
        if cells is None:
            return
        key = f"n{card.node.id}"
        given = card.node.id == self.texts.graph.graph.root.id
        if card.scalar:
            x, _ = card.box.centre
            y = card.box.y + _TALL + _HEADING + _BOX_ROW / 2
            box = Box(x - card.gradient_w / 2, y - BOX_H / 2 - 1, card.gradient_w, BOX_H + 2)
            self._fill(f"{key}_grad", box, cells[0][0], style.NUMBER, given)
            return
        if len(cells) != card.rows or (cells[0][0].startswith("‖") or cells[0][0] == "empty"):
            return
        for i, row in enumerate(cells):
            for j, text in enumerate(row):
                self._fill(
                    f"{key}_grad{i}_{j}", self._cell_box(card, i, j), text, style.CELL, given
                )

    def _cell_box(self, card: Card, i: int, j: int) -> Box:
        """The box of one element of a gradient, where :meth:`_tensor` leaves its cell blank."""
        m, w = style.FIGURE, card.box.w - 6
        inner = w - 2 * style.CARD_MARGIN + 6
        values = card.cols * (card.value_w + style.CELL_GAP) - style.CELL_GAP
        wide = (inner - values) / card.cols
        right = card.box.x + 3 + (w - inner) / 2 + values + (j + 1) * wide
        y = card.box.y + 4 + m.head_row + m.heading_row + i * m.cell_row
        return Box(right - card.gradient_w, y + 1, card.gradient_w, m.cell_row - 3)

    def _fill(self, key: str, box: Box, text: str, size: int, given: bool = False) -> None:
        """A box, empty or with its answer; what is given stands without a box."""
        shown = dot.font(text, self.theme.backward, size, bold=not given)
        if given:
            self.out.words(key, box, shown)
            return
        self.out.shape(key, box, shown if self.filled else "", shape="box", style="filled",
                       fillcolor=self.theme.card, color=self.theme.muted, penwidth="0.9")  # fmt: skip

    def _scalar(self, card: Card) -> str:
        theme, w = self.theme, card.box.w - 6
        heading, cells = self._gradient(card)
        name, value = self.texts.graph.name(card.node.id), self.texts.values[card.node.id][0][0]
        m = style.FIGURE
        rows = [
            dot.row((dot.font(name, theme.ink, style.NAME, bold=True), w, "CENTER"), height=m.name_row),
            dot.row((dot.font(value, theme.ink, style.NUMBER), w, "CENTER"), height=m.value_row),
        ]  # fmt: skip
        if cells is not None:
            rows.append(dot.rule(theme.hair, w))
            rows.append(
                dot.row((dot.font(heading, theme.muted, style.LABEL), w, "CENTER"), height=_HEADING)
            )
            rows.append(dot.row(("", w, "CENTER"), height=_BOX_ROW))
        return dot.table(rows, w, card.box.h - 6)

    def _tensor(self, card: Card) -> str:
        """As ever, with blank cells where the boxes come."""
        _, cells = self._gradient(card)
        if cells is None or cells[0][0].startswith("‖") or cells[0][0] == "empty":
            return super()._tensor(card)
        blank = tuple(("",) * len(row) for row in cells)
        keep = self.texts.gradients[card.node.id]
        self.texts.gradients[card.node.id] = blank
        try:
            return super()._tensor(card)
        finally:
            self.texts.gradients[card.node.id] = keep

    def _label(
        self, key: str, box: Box, lines: tuple[str, str, str], colour: str, left: bool
    ) -> None:
        for turn, line in enumerate(self._answers[key].pieces()):
            wide = _line_width(line)
            x = box.x if left else box.centre[0] - wide / 2
            y = box.y + turn * _ROW + _ROW / 2
            for place, (text, asked) in enumerate(line):
                w = _piece_width(text, asked)
                name = f"l{key}_{turn}_{place}"
                if asked:
                    self._fill(name, Box(x, y - BOX_H / 2, w, BOX_H), text, style.LABEL)
                else:
                    self.out.words(name, Box(x, y - 9, w, 18), dot.font(text, colour, style.LABEL))
                x += w + _GAP

    def note(self, lines: Sequence[str], top: float) -> None:
        """Words below the drawing."""
        for place, line in enumerate(lines):
            wide = layout.text_width(line, style.LABEL)
            box = Box(style.CARD_MARGIN, top + 18 * place, wide, 18)
            self.out.words(f"note{place}", box, dot.font(line, self.theme.ink, style.LABEL))
