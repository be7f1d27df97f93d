"""Below a drawing: a line about how it was made, and what its lines and borders mean."""

from __future__ import annotations

from dataclasses import dataclass

from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box, line
from viz.graphics.style import Theme
from viz.scenes.scene import Scene

__all__ = ["Footer"]

_ROW = 24
_SAMPLE = 34
_GAP = 26


@dataclass(frozen=True)
class _Entry:
    """A sample and its words; ``kind`` is a kind of line, or a border."""

    kind: str
    words: str

    @property
    def width(self) -> float:
        return _SAMPLE + 8 + layout.text_width(self.words, style.LABEL)


class Footer:
    """The rows below a scene, which may have to be wider than it."""

    def __init__(self, scene: Scene, back: bool, notice: str, legend: bool) -> None:
        self.notice, self.top = notice, scene.height
        entries = _entries(scene, back) if legend else []
        widest = max((e.width for e in entries), default=0.0)
        if notice:
            widest = max(widest, layout.text_width(notice, style.LABEL))
        self.width = max(scene.width, widest + 2 * _margin())
        self.rows = _rows(entries, self.width - 2 * _margin())
        count = len(self.rows) + bool(notice)
        self.height = count * _ROW + (8 if count else 0)

    def draw(self, out: dot.Picture, theme: Theme) -> None:
        """Write the rows into a picture."""
        y = self.top + 4
        for number, row in enumerate(self.rows):
            x = _margin()
            for place, entry in enumerate(row):
                key = f"k{number}_{place}"
                _sample(out, theme, entry.kind, key, Box(x, y, _SAMPLE, _ROW))
                _words(out, key, entry.words, x + _SAMPLE + 8, y, theme.ink)
                x += entry.width + _GAP
            y += _ROW
        if self.notice:
            _words(out, "notice", self.notice, _margin(), y, theme.muted)


def _margin() -> float:
    return style.BORDER + 4


def _entries(scene: Scene, back: bool) -> list[_Entry]:
    neurons = any(card.round for card in scene.cards)
    roles = {card.node.role for card in scene.cards}
    shown = [
        (True, "forward", "value, forward"),
        (back, "backward", "gradient, backward"),
        (neurons, "wide", "width: size of the weight"),
        (neurons, "bead", "negative weight"),
        ("parameter" in roles, "parameter", "parameter"),
        ("loss" in roles, "loss", "loss"),
        (bool(scene.clusters), "module", "module"),
    ]
    return [_Entry(kind, words) for there, kind, words in shown if there]


def _rows(entries: list[_Entry], room: float) -> list[list[_Entry]]:
    rows: list[list[_Entry]] = []
    used = room
    for entry in entries:
        if used + _GAP + entry.width > room:
            rows.append([])
            used = -_GAP
        rows[-1].append(entry)
        used += _GAP + entry.width
    return rows


def _words(out: dot.Picture, key: str, words: str, x: float, y: float, colour: str) -> None:
    wide = layout.text_width(words, style.LABEL)
    row = dot.row((dot.font(words, colour, style.LABEL), wide, "LEFT"), height=style.LABEL_ROW)
    box = Box(x, y + (_ROW - style.LABEL_ROW) / 2, wide, style.LABEL_ROW)
    out.words(f"{key}_words", box, dot.table([row], wide, style.LABEL_ROW))


def _sample(out: dot.Picture, theme: Theme, kind: str, key: str, box: Box) -> None:
    x, y = box.x, box.centre[1]
    ends = [Box(x, y, 0.72, 0.72), Box(x + box.w, y, 0.72, 0.72)]
    if kind in ("forward", "backward", "wide", "bead"):
        for name, end in zip("ab", ends, strict=True):
            out.shape(key + name, end, shape="point", style="invis")
        there = line((x, y), (x + box.w, y))
        if kind == "backward":
            out.road(
                key, key + "b", key + "a", tuple(reversed(there)), arrowhead="onormal",
                style="dashed", color=theme.backward, penwidth="1.7",
            )  # fmt: skip
            return
        out.road(
            key, key + "a", key + "b", there, arrowhead="normal", color=theme.forward,
            penwidth="4" if kind == "wide" else "1.7",
        )  # fmt: skip
        if kind == "bead":
            sign = dot.font("−", theme.forward, 9, bold=True)
            out.shape(
                key + "m", Box(x + 6, y - 5.5, 11, 11), sign, shape="circle", style="filled",
                fillcolor=theme.card, color=theme.forward, penwidth="1",
            )  # fmt: skip
        return
    border = {
        "parameter": {"color": theme.ink, "penwidth": "0.9", "peripheries": "2"},
        "loss": {"color": theme.loss, "penwidth": "2.4"},
        "module": {"color": theme.muted, "penwidth": "1"},
    }[kind]
    frame = "rounded,dashed" if kind == "module" else "rounded"
    inset = 4 if kind == "parameter" else 0
    room = Box(x + 4 + inset, y - 7 + inset, box.w - 8 - 2 * inset, 14 - 2 * inset)
    out.shape(key, room, shape="box", style=frame, **border)
