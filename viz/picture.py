"""A step drawn on its scene: forward, backward, or both, in any theme, as DOT for ``nop2``."""

from __future__ import annotations

from viz import dot, layout, style
from viz.geometry import Box
from viz.scene import Card, Scene
from viz.style import Theme
from viz.texts import Cells, StepTexts

__all__ = ["PASSES", "picture"]

PASSES = ("forward", "backward", "both")


def picture(
    scene: Scene, texts: StepTexts, passes: str = "both", theme: str | Theme = "light", *,
    transparent: bool = False, prefix: str = "",
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
    return _Painter(scene, texts, passes, style.theme_named(theme), transparent, prefix).source()


class _Painter:
    def __init__(self, scene: Scene, texts: StepTexts, passes: str, theme: Theme, transparent: bool,
                 prefix: str) -> None:  # fmt: skip
        self.scene, self.texts, self.passes, self.theme = scene, texts, passes, theme
        self.back = passes != "forward" and bool(texts.applications)
        self.out = dot.Picture(
            scene.width, scene.height, "" if transparent else theme.background, prefix
        )

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

    def _card(self, card: Card) -> None:
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
            dot.row((dot.font(value, self._value_colour(), style.NUMBER), w, "CENTER"),
                    height=style.FIGURE.value_row),
        ]  # fmt: skip
        if card.heading_w:
            slope = cells[0][0] if cells else ""
            inner = w - 2 * style.CARD_MARGIN + 10
            left = card.heading_w + 4
            rows.append(dot.rule(theme.hair, w))
            rows.append(
                dot.row(
                    ("", (w - inner) / 2, "LEFT"),
                    (dot.font(heading, theme.muted, style.LABEL), left, "LEFT"),
                    (dot.font(slope, theme.backward, style.NUMBER), inner - left, "RIGHT"),
                    ("", (w - inner) / 2, "LEFT"),
                    height=style.FIGURE.gradient_row - 1,
                )
            )
        return dot.table(rows, w, card.box.h - 6)

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
        for i in range(card.rows):
            line = [("", *edge)]
            for text in values[i]:
                wide = value_w / card.cols
                align = "RIGHT" if card.heading_w else "CENTER"
                line.append((dot.font(text, self._value_colour(), style.CELL), wide, align))
            if card.heading_w:
                for text in cells[i] if cells else ("",) * card.cols:
                    wide = (inner - value_w) / card.cols
                    line.append((dot.font(text, theme.backward, style.CELL), wide, "RIGHT"))
            rows.append(dot.row(*line, ("", *edge), height=style.FIGURE.cell_row))
        return dot.table(rows, w, card.box.h - 6)

    # ── roads ─────────────────────────────────────────────────────────────────────────────────
    def _roads(self) -> None:
        labels = {(a.message.node, a.message.index): self.texts.backward_label(a)
                  for a in self.texts.applications}  # fmt: skip
        theme = self.theme
        for road in self.scene.roads:
            faint = self.passes == "backward"
            tail, head = (f"o{road.op}", f"n{road.op}") if road.use is None else (
                f"n{road.node}", f"o{road.op}")  # fmt: skip
            self.out.road(
                f"f{road.key}", tail, head, road.forward, arrowhead="normal",
                color=theme.faint if faint else theme.forward, penwidth="1.7",
            )  # fmt: skip
            if road.backward and self.back:
                self.out.road(
                    f"b{road.key}", head, tail, road.backward, arrowhead="onormal",
                    style="dashed", color=theme.backward, penwidth="1.7",
                )  # fmt: skip
            if road.label is None or road.use is None:
                continue
            if self.back and (road.op, road.use) in labels:
                self._label(
                    road.key, road.label, labels[road.op, road.use], theme.backward, road.beside
                )
            elif not self.back and not road.beside:
                node = self.texts.graph.graph.nodes[road.op]
                self._label(
                    road.key, road.label, self.texts.forward_label(node), theme.forward, False
                )

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
