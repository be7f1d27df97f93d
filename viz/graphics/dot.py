"""DOT texts: the only file that quotes. User text passes :func:`escaped` or it is not written."""

from __future__ import annotations

import functools
import html
import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import graphviz

from viz.graphics import style
from viz.graphics.geometry import Box, Curve

if TYPE_CHECKING:
    from viz.graphics.sizes import Block, Home

__all__ = ["Picture", "Skeleton", "escaped", "printable"]

_POINTS = 72.0


@functools.lru_cache(4096)
def escaped(text: str) -> str:
    """Text for a Graphviz label: markup and Graphviz's own backslash escapes are disarmed."""
    return html.escape(printable(text)).replace("\\", "\\\\")


def printable(text: str) -> str:
    """Text with a mark in the place of control characters and other things that no font draws."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def _inches(points: float) -> str:
    return f"{points / _POINTS:.4f}"


class Skeleton:
    """A graph of blank shapes for Graphviz to place; ids are ours, so nothing needs quoting.

    With ``hurried`` Graphviz draws straight lines and does not look for the very best places.
    """

    def __init__(self, hurried: bool = False, road: float = style.ROAD + 4,
                 apart: float = style.GAP, newrank: bool = False) -> None:  # fmt: skip
        self.graph = graphviz.Digraph("skeleton")
        self.graph.attr(
            "graph", rankdir="LR", ranksep=_inches(road), nodesep=_inches(apart),
            splines="line" if hurried else "true",
        )  # fmt: skip
        if newrank:  # the old way to rank clusters can lay a chain of them one upon the other
            self.graph.attr("graph", newrank="true")
        if hurried:
            self.graph.attr("graph", nslimit="1", nslimit1="1", mclimit="0.3")
        self.graph.attr("node", shape="box", fixedsize="true", label="", margin="0")
        self.graph.attr("edge", arrowhead="none", headclip="true", tailclip="true")
        self._first: list[str] = []
        self._columns: list[tuple[list[str], Home]] = []
        self._modules: dict[Home, list[tuple[str, dict[str, str]]]] = {(): []}

    def card(self, name: str, w: float, h: float, home: Home = (), below: float = 0) -> None:
        """A card at the port ``p``, with room below it for a label if need be."""
        if below:
            rows = _blank(w, h, port="p") + _blank(w, below)
            self._add(home, name, shape="plain", fixedsize="false", label=_table(rows))
        else:
            self._add(home, name, width=_inches(w), height=_inches(h))

    def slot(self, name: str, w: float, road: float, below: float, home: Home) -> None:
        """Room on a road: as wide as the label, which hangs below."""
        rows = _blank(w, road, port="p") + _blank(w, below + 8)
        self._add(home, name, shape="plain", fixedsize="false", label=_table(rows))

    def block(self, name: str, room: Block, home: Home) -> None:
        """An operation and its result, with room above and below for what stands with them."""
        widths = (room.left, room.op_w, room.road, room.card_w, room.right)
        ports = ("", "in", "", "out", "")
        middle = "".join(_cell(w, room.op_h, p) for w, p in zip(widths, ports, strict=True))
        rows = (
            _blank(sum(widths), room.up, span=5),
            f"<TR>{middle}</TR>",
            _blank(sum(widths), room.down, span=5),
        )
        self._add(home, name, shape="plain", fixedsize="false", label=_table("".join(rows)))

    def road(self, tail: str, head: str, key: str, weight: int, ranks: int = 1) -> None:
        self.graph.edge(tail, head, id=key, weight=str(weight), minlen=str(ranks))

    def first(self, name: str) -> None:
        """A card that stands at the left end."""
        self._first.append(name)

    def column(self, names: list[str], home: Home = ()) -> None:
        """Cards that stand upon each other, in this order."""
        self._columns.append((names, home))

    def _add(self, home: Home, name: str, **attributes: str) -> None:
        for depth in range(len(home) + 1):
            self._modules.setdefault(home[:depth], [])
        self._modules[home].append((name, attributes))

    def source(self) -> str:
        """The DOT text."""
        self._fill(self.graph, ())
        if self._first:
            with self.graph.subgraph() as left:
                left.attr(rank="source")
                for name in self._first:
                    left.node(name)
        return self.graph.source

    def _fill(self, graph: graphviz.Digraph, path: Home) -> None:
        for name, attributes in self._modules[path]:
            graph.node(name, **attributes)
        for names, home in self._columns:
            if home == path:
                with graph.subgraph() as column:
                    column.attr(rank="same")
                    # From left to right, dot lays flat edges from the bottom to the top.
                    for lower, upper in itertools.pairwise(reversed(names)):
                        column.edge(lower, upper, style="invis")
        inner = [p for p in self._modules if len(p) == len(path) + 1 and p[: len(path)] == path]
        for place, child in enumerate(inner):
            label = "_".join(["cluster", *graph.name.split("_")[1:], str(place)])
            with graph.subgraph(name=label) as cluster:
                cluster.attr(margin="28")
                self._fill(cluster, child)


def _cell(w: float, h: float, port: str = "", span: int = 1) -> str:
    mark = f' PORT="{port}"' if port else ""
    wide = f' COLSPAN="{span}"' if span > 1 else ""
    return f'<TD{mark}{wide} FIXEDSIZE="TRUE" WIDTH="{max(round(w), 1)}" HEIGHT="{max(round(h), 1)}"></TD>'


def _blank(w: float, h: float, port: str = "", span: int = 1) -> str:
    return f"<TR>{_cell(w, h, port, span)}</TR>"


def _table(rows: str) -> str:
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'


class Picture:
    """A drawing with every place given, for the engine ``nop2``, which moves nothing."""

    def __init__(self, width: float, height: float, background: str, prefix: str = "",
                 order: str = "nodesfirst") -> None:  # fmt: skip
        self.height = height
        self.prefix = prefix
        self.graph = graphviz.Digraph("picture")
        self.graph.attr(
            "graph", bb=f"0,0,{width:.1f},{height:.1f}", bgcolor=background or "transparent",
            outputorder=order, pad="0", splines="true", id=f"{prefix}graph",
        )  # fmt: skip
        self.graph.attr("node", fontname=style.FONT, label="", margin="0", fixedsize="true")
        self.graph.attr("edge", fontname=style.FONT, arrowsize="0.65")
        for corner, (x, y) in enumerate(((0.0, 0.0), (width, height))):
            self.graph.node(
                f"corner{corner}", pos=f"{x:.2f},{y:.2f}!", shape="point", style="invis",
                width="0.01", height="0.01",
            )  # fmt: skip

    def _place(self, box: Box) -> dict[str, str]:
        x, y = box.centre
        return {
            "pos": f"{x:.2f},{self.height - y:.2f}!",
            "width": _inches(box.w),
            "height": _inches(box.h),
        }

    def _write(self, what: str, attributes: dict[str, str]) -> None:
        """A statement, as graphviz writes it, its quoting done once for values that come again."""
        inner = " ".join(f"{k}={_quoted(v)}" for k, v in sorted(attributes.items()))
        self.graph.body.append(f"\t{what} [{inner}]\n")

    def shape(self, key: str, box: Box, label: str = "", **attributes: str) -> None:
        """A shape at a place; ``label`` is markup of :class:`Markup` functions, or empty."""
        more = {"label": f"<{label}>"} if label else {}
        name = self.prefix + key
        self._write(name, {"id": name, **self._place(box), **more, **attributes})

    def words(self, key: str, box: Box, label: str) -> None:
        """Text at a place, without a shape."""
        self.shape(key, box, label, shape="plain", fixedsize="false")

    def road(self, key: str, tail: str, head: str, curve: Curve, **attributes: str) -> None:
        """A curve with an arrow at its end."""
        *way, tip = curve
        stop = _before(way[-1], tip, 7.0)
        points = " ".join(f"{x:.2f},{self.height - y:.2f}" for x, y in (*way, stop))
        name = self.prefix + key
        place = f"e,{tip[0]:.2f},{self.height - tip[1]:.2f} {points}"
        ends = f"{self.prefix}{tail} -> {self.prefix}{head}"
        self._write(ends, {"id": name, "pos": place, **attributes})

    def source(self) -> str:
        """The DOT text."""
        return self.graph.source


_quoted = functools.lru_cache(4096)(graphviz.quoting.quote)


def _before(way: tuple[float, float], tip: tuple[float, float], by: float) -> tuple[float, float]:
    """The place ``by`` points before the tip, where the line ends and its arrowhead begins."""
    dx, dy = tip[0] - way[0], tip[1] - way[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    by = min(by, length)
    return tip[0] - dx / length * by, tip[1] - dy / length * by


def font(text: str, color: str, size: int, bold: bool = False, italic: bool = False) -> str:
    """Escaped text in a colour and size, as Graphviz markup."""
    inner = escaped(text) or " "
    if bold:
        inner = f"<B>{inner}</B>"
    if italic:
        inner = f"<I>{inner}</I>"
    return f'<FONT COLOR="{color}" POINT-SIZE="{size}">{inner}</FONT>'


def table(rows: Iterable[str], w: float, h: float, ground: str = "") -> str:
    """Rows of :func:`row` as a table of a fixed size, on a ground of a colour if need be."""
    colour = f' BGCOLOR="{ground}"' if ground else ""
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" FIXEDSIZE="TRUE"{colour}'
        f' WIDTH="{round(w)}" HEIGHT="{round(h)}">{"".join(rows)}</TABLE>'
    )


def row(*cells: tuple[str, float, str], height: float) -> str:
    """A row of cells: markup, width, alignment. Several cells make a table of their own, so that
    the columns of one row don't pull at those of another."""
    if len(cells) == 1:
        return f"<TR>{_cells(cells, height)}</TR>"
    return grid([cells], height)


def grid(rows: Sequence[Sequence[tuple[str, float, str]]], height: float) -> str:
    """Rows with the same columns, as one table in a row."""
    wide = sum(max(round(w), 1) for _, w, _ in rows[0])
    tall = round(height) * len(rows)
    inner = table([f"<TR>{_cells(cells, height)}</TR>" for cells in rows], wide, tall)
    return f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="{tall}">{inner}</TD></TR>'


def _cells(cells: Sequence[tuple[str, float, str]], height: float) -> str:
    return "".join(
        f'<TD FIXEDSIZE="TRUE" WIDTH="{max(round(w), 1)}" HEIGHT="{round(height)}" ALIGN="{align}">'
        f"{text}</TD>"
        for text, w, align in cells
    )


def rule(color: str, w: float) -> str:
    """A hairline across a card, as a row."""
    return f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{round(w)}" HEIGHT="1" BGCOLOR="{color}"></TD></TR>'
