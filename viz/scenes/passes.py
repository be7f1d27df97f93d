"""A step drawn on its scene: forward, backward, or both, in any theme, as DOT for ``nop2``."""

from __future__ import annotations

from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box, points
from viz.graphics.style import Theme
from viz.scenes.legend import Footer
from viz.scenes.scene import Card, Road, Scene
from viz.words.texts import Cells, StepTexts

__all__ = ["PASSES", "picture"]

PASSES = ("forward", "backward", "both")


def picture(
    scene: Scene, texts: StepTexts, passes: str = "both", theme: str | Theme = "light", *,
    transparent: bool = False, prefix: str = "", notice: str = "", legend: bool = False,
) -> str:  # fmt: skip
    """The DOT text of one step.

    Parameters
    ----------
    scene : Scene
    texts : StepTexts
    passes : {"forward", "backward", "both"}
        ``forward`` leaves gradients blank; ``backward`` draws the forward roads faintly.
    theme : {"light", "dark", "print"} or Theme
    transparent : bool
        Leave the background out.
    prefix : str
        Put before every id, so that two figures on one page don't collide.
    notice : str
        A line below the drawing.
    legend : bool
        Tell below the drawing what its lines and borders mean.

    Raises
    ------
    ValueError
        An unknown pass or theme, or a pass that was not recorded.
    """
    if passes not in PASSES:
        raise ValueError(f"passes={passes!r} is not one of {', '.join(map(repr, PASSES))}")
    if passes == "backward" and not texts.applications:
        raise ValueError(
            "this record has no backward pass; call backward() on the result before drawing it"
        )
    back = passes != "forward" and bool(texts.applications)
    foot = Footer(scene, back, notice, legend)
    return _Painter(
        scene, texts, passes, style.theme_named(theme), transparent, prefix, foot
    ).source()


class _Painter:
    def __init__(self, scene: Scene, texts: StepTexts, passes: str, theme: Theme, transparent: bool,
                 prefix: str, foot: Footer | None = None) -> None:  # fmt: skip
        self.scene, self.texts, self.passes, self.theme = scene, texts, passes, theme
        self.back = passes != "forward" and bool(texts.applications)
        self.transparent, self.foot = transparent, foot or Footer(scene, self.back, "", False)
        self.out = dot.Picture(
            self.foot.width, scene.height + self.foot.height, "" if transparent else theme.background, prefix,
            # Beads and numbers lie on the roads of neurons; else arrows touch the borders of cards.
            order="nodesfirst" if scene.ops else "edgesfirst",
        )  # fmt: skip

    def source(self) -> str:
        for place, cluster in enumerate(self.scene.clusters):
            self._cluster(f"cluster{place}", cluster.title, cluster.box)
        for card in self.scene.cards:
            self._card(card)
        for mark in self.scene.ops:
            sign = dot.font(mark.sign, self.theme.ink, style.NUMBER)
            self.out.shape(
                f"o{mark.node.id}", mark.box, sign, shape="box", style="rounded,filled",
                fillcolor=self.theme.card, color=self.theme.ink, penwidth="1",
            ) if mark.box.w > mark.box.h else self.out.shape(
                f"o{mark.node.id}", mark.box, sign, shape="circle", style="filled",
                fillcolor=self.theme.card, color=self.theme.ink, penwidth="1",
            )  # fmt: skip
        self._roads()
        self.foot.draw(self.out, self.theme)
        return self.out.source()

    # ── frames and cards ──────────────────────────────────────────────────────────────────────
    def _cluster(self, key: str, title: str, box: Box) -> None:
        self.out.shape(
            key, box, shape="box", style="rounded,dashed", color=self.theme.muted, penwidth="1"
        )
        head = Box(box.x + 14, box.y + 5, layout.text_width(title, style.LABEL, bold=True), 18)
        self.out.words(
            f"{key}_title", head, dot.font(title, self.theme.muted, style.LABEL, bold=True)
        )

    def _neuron(self, card: Card) -> None:
        """A circle with name and value, its gradient below."""
        theme, node, w = self.theme, card.node, card.box.w - 8
        rows = [
            dot.row((dot.font(self.texts.graph.name(node.id), theme.ink, style.CELL, bold=True), w,
                     "CENTER"), height=17),
            dot.row((dot.font(self.texts.brief(node.id), self._value_colour(), style.CELL), w,
                     "CENTER"), height=17),
        ]  # fmt: skip
        loss = node.role == "loss"
        self.out.shape(
            f"n{node.id}", card.box, dot.table(rows, w, 34), shape="circle", style="filled",
            fillcolor=theme.card, color=theme.loss if loss else theme.ink,
            penwidth="2.4" if loss else "1", **self._tooltip(card),
        )  # fmt: skip
        slope = self.texts.brief_gradient(node.id) if self.back else ""
        if slope:
            wide = layout.text_width(slope, style.LABEL) + 4
            self._below(card, f"g{node.id}", dot.font(slope, theme.backward, style.LABEL), wide)
        self._check(card)

    def _foot(self, card: Card) -> None:
        """Below a module's card: the norms of its parameters and of their gradients."""
        theme = self.theme
        word, value, slope = self.texts.parameters(card.node.id)
        colours = (theme.muted, self._value_colour(), theme.backward)
        parts = [(word, colours[0]), (value, colours[1]), (slope if self.back else "", colours[2])]
        words = "&#160;&#160;".join(dot.font(t, c, style.LABEL) for t, c in parts if t)
        self._below(card, f"g{card.node.id}", words, card.foot)

    def _below(self, card: Card, key: str, words: str, wide: float) -> None:
        x, y = card.box.centre[0] - wide / 2, card.box.y + card.box.h + 2
        ground = self.theme.background if not self.transparent else ""
        rows = [dot.row((words, wide, "CENTER"), height=style.LABEL_ROW)]
        box = Box(x, y, wide, style.LABEL_ROW)
        self.out.words(key, box, dot.table(rows, wide, style.LABEL_ROW, ground))

    def _card(self, card: Card) -> None:
        if card.round:
            self._neuron(card)
            return
        theme, node = self.theme, card.node
        border = {"color": theme.ink, "penwidth": "1", "peripheries": "1"}
        if node.role == "loss":
            border.update(color=theme.loss, penwidth="2.4")
        elif node.role == "parameter":
            border.update(penwidth="0.9", peripheries="2")
        elif not node.op:
            border.update(color=theme.muted, penwidth="0.9")
        label = self._scalar(card) if card.scalar else self._tensor(card)
        self.out.shape(
            f"n{node.id}", card.box, label, shape="box", style="rounded,filled",
            fillcolor=theme.card, **border, **self._tooltip(card),
        )  # fmt: skip
        if not card.scalar and card.heading_w and self.back:
            self._divide(card)
        if card.foot:
            self._foot(card)
        self._check(card)

    def _divide(self, card: Card) -> None:
        """A hairline between the values of an array and its gradients: colour alone is not enough."""
        values = card.cols * (card.value_w + style.CELL_GAP) - style.CELL_GAP
        x = card.box.x + style.CARD_MARGIN + values + style.CELL_GAP / 2
        tall = card.rows * style.FIGURE.cell_row
        box = Box(x - 0.5, card.box.y + card.box.h - tall - 5, 1, tall)
        self.out.shape(
            f"d{card.node.id}", box, shape="box", style="filled", fillcolor=self.theme.hair,
            color=self.theme.hair, penwidth="0",
        )  # fmt: skip

    def _check(self, card: Card) -> None:
        """A tick where the gradient agrees with a numeric one, a cross where it does not."""
        agrees = self.texts.checks.get(card.node.id)
        if agrees is None or not self.back:
            return
        colour = self.theme.muted if agrees else self.theme.backward
        sign = dot.font("✓" if agrees else "✗", colour, style.LABEL, bold=True)
        right, top = card.box.x + card.box.w, card.box.y
        x, y = (right - 10, top - 6) if card.round else (right - 20, top + 3)
        box = Box(x, y, 16, style.LABEL_ROW)
        row = dot.row((sign, 16, "CENTER"), height=style.LABEL_ROW)
        self.out.words(f"t{card.node.id}", box, dot.table([row], 16, style.LABEL_ROW))

    def _tooltip(self, card: Card) -> dict[str, str]:
        """The whole name, where the card shows only its ends."""
        name = card.node.name
        return {} if name == self.texts.graph.name(card.node.id) else {"tooltip": dot.escaped(name)}

    def _gradient(self, card: Card) -> tuple[str, Cells | None]:
        """The heading and the cells of a card's gradient, blank until the sweep has been there."""
        cells = self.texts.gradients.get(card.node.id)
        if cells is None or not self.back:
            return "", None
        return self.texts.graph.gradient(card.node.id), cells

    def _scalar(self, card: Card) -> str:
        theme, w = self.theme, card.box.w - 6
        heading, cells = self._gradient(card)
        name, value = self.texts.graph.name(card.node.id), self.texts.values[card.node.id][0][0]
        rows = [
            dot.row((dot.font(name, theme.ink, style.NAME, bold=True), w, "CENTER"),
                    height=style.FIGURE.name_row),
            dot.row((self._number(value, self._value_colour(), style.NUMBER), w, "CENTER"),
                    height=style.FIGURE.value_row),
        ]  # fmt: skip
        if card.fan:
            rows += self._messages(card, heading)
        elif card.heading_w:
            slope = cells[0][0] if cells else ""
            inner = w - 2 * style.CARD_MARGIN + 10
            left = card.heading_w + 4
            rows.append(dot.rule(theme.hair, w))
            rows.append(
                dot.row(
                    ("", (w - inner) / 2, "LEFT"),
                    (dot.font(heading, theme.muted, style.LABEL), left, "LEFT"),
                    (self._number(slope, theme.backward, style.NUMBER), inner - left, "RIGHT"),
                    ("", (w - inner) / 2, "LEFT"),
                    height=style.FIGURE.gradient_row - 1,
                )
            )
        return dot.table(rows, w, card.box.h - 6)

    def _messages(self, card: Card, heading: str) -> list[str]:
        """The messages that add up in a scalar, one below the other, with the sum so far."""
        theme, w = self.theme, card.box.w - 6
        assert card.fan is not None
        rows = self.texts.added_up(card.node.id) if self.back else []
        rows = [*rows, *[("", "", "")] * (card.messages - len(rows))]
        words = f"{heading} adds up" if heading else ""
        turn, part, total = card.fan
        edge = (w - turn - part - total - 24) / 2
        lines = [
            [
                ("", edge, "LEFT"),
                (dot.font(number, theme.backward, style.CELL), turn, "LEFT"),
                (dot.font(addend, theme.backward, style.CELL), part + 12, "RIGHT"),
                (dot.font(after, theme.backward, style.CELL, bold=place == card.messages - 1),
                 total + 12, "RIGHT"),
                ("", edge, "LEFT"),
            ]
            for place, (number, addend, after) in enumerate(rows)
        ]  # fmt: skip
        return [
            dot.rule(theme.hair, w),
            dot.row((dot.font(words, theme.muted, style.LABEL), w, "CENTER"),
                    height=style.FIGURE.heading_row),
            dot.grid(lines, style.FIGURE.cell_row),
        ]  # fmt: skip

    @staticmethod
    def _number(text: str, colour: str, size: int) -> str:
        """A number; what is none, or has no end, is bold, so that the eye finds where it began."""
        return dot.font(text, colour, size, bold=text in ("NaN", "∞", "−∞"))

    def _value_colour(self) -> str:
        return self.theme.muted if self.passes == "backward" else self.theme.forward

    def _tensor(self, card: Card) -> str:
        theme, w = self.theme, card.box.w - 6
        heading, cells = self._gradient(card)
        values = self.texts.values[card.node.id]
        name = dot.font(self.texts.graph.name(card.node.id), theme.ink, style.NAME, bold=True)
        shape = dot.font("  " + self.texts.graph.shape(card.node), theme.muted, style.LABEL)
        rows = [
            dot.row((name + shape, w, "CENTER"), height=style.FIGURE.head_row),
            dot.rule(theme.hair, w),
        ]
        inner = w - 2 * style.CARD_MARGIN + 6
        edge = ((w - inner) / 2, "LEFT")
        value_w = (
            card.cols * (card.value_w + style.CELL_GAP) - style.CELL_GAP
            if card.heading_w
            else inner
        )
        if card.heading_w:
            rows.append(
                dot.row(
                    ("", w - edge[0] - card.heading_w - 6, "LEFT"),
                    (dot.font(heading, theme.muted, style.LABEL), card.heading_w + 6, "RIGHT"),
                    ("", *edge),
                    height=style.FIGURE.heading_row - 1,
                )
            )
        else:
            rows.append(dot.row(("", w, "LEFT"), height=5))
        lines = []
        align = "RIGHT" if card.heading_w else "CENTER"
        slopes = cells if cells else (("",) * card.cols,) * card.rows
        for i in range(card.rows):
            wide = value_w / card.cols
            line = [("", *edge)]
            line += [
                (self._number(text, self._value_colour(), style.CELL), wide, align)
                for text in values[i]
            ]
            if card.heading_w:
                wide = (inner - value_w) / card.cols
                line += [
                    (self._number(text, theme.backward, style.CELL), wide, "RIGHT")
                    for text in slopes[i]
                ]
            lines.append([*line, ("", *edge)])
        rows.append(dot.grid(lines, style.FIGURE.cell_row))
        return dot.table(rows, w, card.box.h - 6)

    # ── roads ─────────────────────────────────────────────────────────────────────────────────
    def _roads(self) -> None:
        sent = {(a.message.node, a.message.index): a for a in self.texts.applications}
        labels = {key: self.texts.message_lines(a) for key, a in sent.items()
                  if any(self.scene.ops)}  # fmt: skip
        theme = self.theme
        labelled: set[int] = set()
        for road in self.scene.roads:
            faint = self.passes == "backward"
            tail, head = (f"o{road.op}", f"n{road.op}") if road.use is None else (
                f"n{road.node}", f"o{road.op}")  # fmt: skip
            if not self.scene.ops:
                head = f"n{road.op}"
            weight = None if road.use is None else self.texts.weight(road.op, road.use)
            self.out.road(
                f"f{road.key}", tail, head, road.forward, arrowhead="normal",
                color=theme.faint if faint else theme.forward,
                penwidth=_width(weight, self.scene.scale[0]),
            )  # fmt: skip
            if weight is not None and weight < 0:
                self._bead(road, faint)
            if road.backward and self.back:
                message = None
                if weight is not None and road.use is not None and (road.op, road.use) in sent:
                    message = self.texts.strength(sent[road.op, road.use])
                self.out.road(
                    f"b{road.key}", head, tail, road.backward, arrowhead="onormal",
                    style="dashed", color=theme.backward,
                    penwidth=_width(message, self.scene.scale[1]),
                )  # fmt: skip
            if road.label is None or road.use is None:
                continue
            if self.back and (road.op, road.use) in labels:
                self._label(
                    road.key, road.label, labels[road.op, road.use], theme.backward, road.beside
                )
            elif not self.back and not road.beside and road.op not in labelled:
                labelled.add(road.op)
                node = self.texts.graph.graph.nodes[road.op]
                self._label(
                    road.key, road.label, self.texts.forward_label(node), theme.forward, False
                )

    def _bead(self, road: Road, faint: bool) -> None:
        """The minus of a negative weight, near the source."""
        there = points(road.forward)
        x, y = there[min(4, len(there) - 1)]
        colour = self.theme.faint if faint else self.theme.forward
        sign = dot.font("−", self.theme.muted if faint else colour, 9, bold=True)
        self.out.shape(
            f"m{road.key}", Box(x - 5.5, y - 5.5, 11, 11), sign, shape="circle", style="filled",
            fillcolor=self.theme.card, color=colour, penwidth="1",
        )  # fmt: skip

    def _label(
        self, key: str, box: Box, lines: tuple[str, str, str], colour: str, left: bool
    ) -> None:
        first, arithmetic, result = lines
        second = dot.font(arithmetic, colour, style.LABEL) + "&#160;" if arithmetic else ""
        second += dot.font(result, colour, style.LABEL, bold=True)
        align = "LEFT" if left else "CENTER"
        rows = [
            dot.row((dot.font(first, colour, style.LABEL), box.w, align), height=style.LABEL_ROW),
            dot.row((second, box.w, align), height=style.LABEL_ROW),
        ]
        self.out.words(f"l{key}", box, dot.table(rows, box.w, box.h))


def _width(size: float | None, largest: float) -> str:
    """A line's width, 0.8 to 4 by the root of its size; 1.7 where it has none."""
    if size is None or not largest:
        return "1.7"
    return f"{0.8 + 3.2 * min(abs(size) / largest, 1.0) ** 0.5:.2f}"
