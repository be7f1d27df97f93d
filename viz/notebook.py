"""Notebooks: ``%%backprop``, which draws what a cell computes."""

from __future__ import annotations

import argparse
import ast
import html
import os
import shlex
from collections.abc import Mapping
from typing import Any, NoReturn

from autograd_lite import Value, record
from autograd_lite.context import source_lines
from autograd_lite.recording import Node, Recording

__all__ = ["backprop", "load"]


def load(ipython: Any) -> None:
    """Register ``%%backprop`` with an IPython shell; ``%load_ext viz`` calls this."""

    def magic(line: str, cell: str | None = None) -> None:
        backprop(ipython, line, cell)

    magic.__doc__ = backprop.__doc__
    ipython.register_magic_function(magic, "line_cell", "backprop")


def backprop(ipython: Any, line: str, cell: str | None = None) -> None:
    """Run the cell and draw the forward and the backward pass of what its last line gives.

    ``%%backprop [NAME] [options]`` on top of a cell::

        %%backprop
        z = w * x + b
        (z - 3) ** 2

    The last expression, or the last name assigned, is drawn if it is a Value; ``%%backprop loss``
    draws the variable ``loss`` instead, and ``%backprop loss`` one from an earlier cell. A Value
    without a name is shown under that of its variable. Below the picture stands which line of the
    cell made which values.

    Options
    -------
    --forward, --backward, --both   which pass (default: both)
    --stepper                       a page to step through instead of a picture
    --theme light|dark|print        colours
    --level L, --notation N, --legend   as in ``viz.draw``
    -o FILE                         save it too; .svg, .png, .pdf, .dot, .html
    """
    from IPython.display import display

    options = _options(line)
    what, title = _subject(ipython, options.name, cell)
    recording = _recorded(what, title, ipython.user_ns)
    if options.stepper:
        from viz.page import stepper

        try:
            shown: Any = stepper(recording, theme=options.theme or "")
        except ValueError as error:
            _refuse(f"%%backprop: {error}")
    else:
        from viz.diagram import draw

        given = {n: getattr(options, n) for n in ("passes", "theme", "level", "notation", "legend")}
        shown = draw(recording, **{n: x for n, x in given.items() if x is not None})
    display(shown)
    if cell is not None and not options.stepper:
        lines = _Lines(recording.graphs[-1].nodes)
        if lines.rows:
            display(lines)
    if options.out:
        print(shown.save(options.out))


class _Options(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _refuse(f"%%backprop: {message}; %%backprop? tells the options")


def _options(line: str) -> argparse.Namespace:
    options = _Options(prog="%%backprop", add_help=False, allow_abbrev=False)
    options.add_argument("name", nargs="?")
    for name in ("forward", "backward", "both"):
        options.add_argument(f"--{name}", dest="passes", action="store_const", const=name)
    options.add_argument("--stepper", action="store_true")
    options.add_argument("--theme")
    options.add_argument("--level")
    options.add_argument("--notation")
    options.add_argument("--legend", action="store_true", default=None)
    options.add_argument("-o", dest="out")
    return options.parse_args(shlex.split(line, posix=os.name != "nt"))


def _refuse(message: str) -> NoReturn:
    from IPython.core.error import UsageError

    raise UsageError(message)


def _subject(ipython: Any, name: str | None, cell: str | None) -> tuple[Any, str]:
    """What is to be drawn, and what it is called."""
    last, called = _run(ipython, cell) if cell is not None else (None, "")
    if name is not None:
        if name not in ipython.user_ns:
            _refuse(f"%%backprop: there is no variable {name!r}")
        last, called = ipython.user_ns[name], name
    elif cell is None:
        _refuse("%backprop: name a variable, as in %backprop loss")
    if not isinstance(last, Value) and not isinstance(getattr(last, "recording", last), Recording):
        given = f"{called} gives" if called else "the last line gives"
        kind = "no value" if last is None else f"{type(last).__name__}, which is no Value"
        _refuse(
            f"%%backprop: {given} {kind}; end the cell with a Value, or name one: %%backprop loss"
        )
    return last, called


def _run(ipython: Any, cell: str) -> tuple[Any, str]:
    """Run a cell with its lines remembered; the value of its last line, and its name or text."""
    # The line of the magic itself is the first one: numbers are those that the notebook shows.
    source = "\n" + ipython.transform_cell(cell)
    file = ipython.compile.cache(source, ipython.execution_count)
    tree = ast.parse(source, file)
    space = ipython.user_ns
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    with source_lines():
        exec(compile(tree, file, "exec"), space)
        if isinstance(last, ast.Expr):
            text = ast.unparse(last.value)
            return eval(compile(ast.Expression(last.value), file, "eval"), space), text
    if isinstance(last, ast.Assign) and isinstance(last.targets[-1], ast.Name):
        return space[last.targets[-1].id], last.targets[-1].id
    return None, ""


def _recorded(what: Any, title: str, space: Mapping[str, Any]) -> Recording:
    """The record, in which a Value without a name has that of the variable which holds it."""
    if not isinstance(what, Value):
        recording: Recording = getattr(what, "recording", what)
        return recording
    names = {
        x: name
        for name, x in reversed(list(space.items()))  # of two variables the first one is shown
        if isinstance(x, Value) and x.name is None and not name.startswith("_")
    }
    sweep = True if what.tracked and not what.ndim else None  # an array: if it had its own
    return record(what, sweep, title=title, names=names)


class _Lines:
    """Which line of the cell made which values."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        made: dict[tuple[str, int], list[Node]] = {}
        for node in nodes:
            if node.op and node.code:
                made.setdefault((node.file, node.line), []).append(node)
        self.rows = [
            (key[1], made[key][0].code.strip(), ", ".join(n.name for n in made[key]))
            for key in sorted(made)
        ]

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:right;opacity:.65">{line}</td>'
            f'<td style="text-align:left"><code>{html.escape(code)}</code></td>'
            f'<td style="text-align:left">{html.escape(names)}</td></tr>'
            for line, code, names in self.rows
        )
        head = "".join(
            f'<th scope="col" style="text-align:left">{word}</th>'
            for word in ("line", "code", "made")
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def __repr__(self) -> str:
        wide = max(len(code) for _, code, _ in self.rows)
        return "\n".join(f"{line:>4}  {code:<{wide}}  → {names}" for line, code, names in self.rows)
