"""A drawing as TikZ: the same places as in the other formats, the texts set by LaTeX itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from viz import layout
from viz.graphics import latex

__all__ = ["picture", "standalone"]

_WIDTH = re.compile(r"setlinewidth\(([\d.]+)\)")
_CLEAR = "#fffffe00"
_HEAD = r"""\documentclass[border=4pt]{standalone}
\usepackage{iftex}
\iftutex\usepackage{fontspec}\else\usepackage[T1]{fontenc}\usepackage{lmodern}\fi
\usepackage{tikz}
\begin{document}
"""
_STAND_IN = "∖"
_ADJACENT = 12.0
"""Spans of one line that are no further apart belong together, in points."""


def standalone(dot: str) -> str:
    """A drawing as a LaTeX document of its own: compile it, or ``\\input`` it with `standalone`."""
    return f"{_HEAD}{picture(dot)}\\end{{document}}\n"


def picture(dot: str) -> str:
    """A drawing with every place given, as a ``tikzpicture`` to be ``\\input``: needs ``tikz``.

    Lengths are big points, 72 to the inch; all pictures of one recording have one bounding box.

    Raises
    ------
    viz.layout.GraphvizError
        There is no Graphviz.
    """
    # Graphviz's JSON spoils letters behind a backslash, so another sign stands in for it.
    plan = json.loads(layout.render(dot.replace("\\\\", _STAND_IN), "json", engine="nop2"))
    edges, nodes = plan.get("edges", []), plan.get("objects", [])
    first, second = (edges, nodes) if plan.get("outputorder") == "edgesfirst" else (nodes, edges)
    pen = _Pen()
    x0, y0, x1, y1 = map(float, plan["bb"].split(","))
    pen.out.append(rf"\path[use as bounding box] ({x0:g},{y0:g}) rectangle ({x1:g},{y1:g});")
    ground = () if plan.get("bgcolor", "transparent") == "transparent" else (plan,)
    for part in (*ground, *first, *second):
        pen.draw(part)
    return "".join((
        "% \\usepackage{tikz} belongs into the preamble.\n", latex.GLYPHS, "\n",
        "\\begin{tikzpicture}[x=1bp,y=1bp,line cap=butt,line join=round]\n",
        *pen.colours(), *(f"{line}\n" for line in pen.out), "\\end{tikzpicture}\n",
    ))  # fmt: skip


@dataclass(frozen=True)
class _Words:
    """A text as Graphviz placed it, on its baseline."""

    x: float
    y: float
    width: float
    size: float
    colour: str
    bold: bool
    italic: bool
    text: str

    def latex(self) -> str:
        made = latex.mixed(self.text.replace(_STAND_IN, "\\"))
        made = rf"\bfseries\boldmath {made}" if self.bold else made
        made = rf"\itshape {made}" if self.italic else made
        return rf"{{\color{{{self.colour}}}{made}}}"


class _Pen:
    """Follows Graphviz's drawing instructions and writes each as TikZ."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.named: dict[str, str] = {}

    def colours(self) -> Iterable[str]:
        """The colours, defined in the order in which they appear; local to the picture."""
        for code, name in self.named.items():
            yield rf"\definecolor{{{name}}}{{HTML}}{{{code[1:7].upper()}}}" + "\n"

    def _colour(self, code: str) -> str:
        return self.named.setdefault(code, f"figure{len(self.named)}")

    def draw(self, part: dict[str, Any]) -> None:
        for layer in ("_draw_", "_tdraw_", "_hdraw_"):
            self._shapes(part.get(layer, ()))
        self._labels(part.get("_ldraw_", ()))

    def _shapes(self, instructions: Iterable[dict[str, Any]]) -> None:
        colour = fill = "#000000"
        width, dash = 1.0, ""
        for do in instructions:
            op = do["op"]
            if op == "c":
                colour = do["color"]
            elif op == "C":
                fill = do["color"]
            elif op == "S":
                found = _WIDTH.match(do["style"])
                if found:
                    width = float(found[1])
                else:
                    dash = {"dashed": "dash pattern=on 5bp off 3bp", "dotted": "dotted"}.get(
                        do["style"], ""
                    )
            elif op in "PpBbLEe":
                self._outline(op, do, colour, fill if op in "PBE" else "", width, dash)

    def _outline(self, op: str, do: dict[str, Any], colour: str, fill: str, width: float,
                 dash: str) -> None:  # fmt: skip
        options = (
            [] if colour == _CLEAR else [f"draw={self._colour(colour)}", f"line width={width:g}bp"]
        )
        if fill and len(fill) == 7:
            options.append(f"fill={self._colour(fill)}")
        if dash:
            options.append(dash)
        if op in "Ee":
            x, y, w, h = do["rect"]
            shape = f"({x:g},{y:g}) ellipse [x radius={w:g}bp, y radius={h:g}bp]"
        elif op in "Bb":
            shape = _bezier(do["points"]) + (" -- cycle" if op == "B" or fill else "")
        else:
            ends = "" if op == "L" else " -- cycle"
            shape = " -- ".join(f"({x:g},{y:g})" for x, y in do["points"]) + ends
        if options:
            self.out.append(rf"\path[{', '.join(options)}] {shape};")

    def _labels(self, instructions: Iterable[dict[str, Any]]) -> None:
        words: list[_Words] = []
        others: list[dict[str, Any]] = []
        colour, size, face = "#000000", 12.0, 0
        for do in instructions:
            op = do["op"]
            if op == "c":
                colour = do["color"]
            elif op == "F":
                size = do["size"]
            elif op == "t":
                face = do["fontchar"]
            if op == "T":
                x, y = do["pt"]
                left = x - {"l": 0.0, "c": 0.5, "r": 1.0}[do["align"]] * do["width"]
                if do["text"].strip():
                    words.append(_Words(left, y, do["width"], size, self._colour(colour),
                                        bool(face & 1), bool(face & 2), do["text"]))  # fmt: skip
            else:
                others.append(do)
        self._shapes(others)
        lines = _lines(words)
        for line in lines:
            self.out.append(_set(line, lines))


def _bezier(points: Sequence[Sequence[float]]) -> str:
    (x, y), *rest = points
    made = f"({x:g},{y:g})"
    for (ax, ay), (bx, by), (cx, cy) in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        made += f" .. controls ({ax:g},{ay:g}) and ({bx:g},{by:g}) .. ({cx:g},{cy:g})"
    return made


def _lines(words: Sequence[_Words]) -> list[list[_Words]]:
    """Spans that follow one another on one line, together."""
    lines: list[list[_Words]] = []
    for word in words:
        last = lines[-1][-1] if lines else None
        if last and last.y == word.y and 0 <= word.x - last.x - last.width <= _ADJACENT:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _set(line: Sequence[_Words], lines: Sequence[Sequence[_Words]]) -> str:
    """A line of text: LaTeX's letters are narrower, so it keeps the side that it shares with others,
    or its middle."""
    first, last = line[0], line[-1]
    left, right = first.x, last.x + last.width
    others = [(o[0].x, o[-1].x + o[-1].width) for o in lines if o is not line]
    if any(abs(a - left) < 0.5 and abs(b - right) > 2 for a, b in others):
        anchor, x = "base west", left
    elif any(abs(b - right) < 0.5 and abs(a - left) > 2 for a, b in others):
        anchor, x = "base east", right
    else:
        anchor, x = "base", (left + right) / 2
    inner = r"\ ".join(word.latex() for word in line)
    return (
        rf"\node[anchor={anchor}, inner sep=0pt] at ({x:g},{first.y:g})"
        rf" {{\fontsize{{{first.size:g}}}{{{first.size:g}}}\selectfont {inner}}};"
    )
