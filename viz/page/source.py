"""The learner's own source lines beside the graph: which line made a node, which one is running.

The text of a line is data. A file is read only where it is a Python file, or is known to Python as
a notebook's cell, and still says what was recorded of each of its lines.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograd_lite.recording import Node

__all__ = ["SourceLine", "made_by", "part_of_line", "source_lines_of"]

_LONGEST_GAP = 6
_BEFORE, _AFTER = 1, 12
_LONGEST_LINE = 300
_RUNNING = (
    ("zero", re.compile(r"\bzero_grads?\(|\.grad\s*=\s*(None|0)|\.grad = .*= None")),
    ("backward", re.compile(r"\.backward\(|\bgradients?\(")),
    ("update", re.compile(r"\.step\(\)|\.apply\(|\.apply_gradients\(|\.data\s*(-=|=)|\.update\(")),
)
_OPERATORS = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "matmul": ast.MatMult,
    "power": ast.Pow,
}  # fmt: skip


@dataclass(frozen=True)
class SourceLine:
    """A line as it is shown; ``number`` is 0 where lines were left out."""

    file: str
    number: int
    text: str
    phase: str = ""


def source_lines_of(nodes: Sequence[Node]) -> list[SourceLine]:
    """The recorded lines with what stands around them, file after file."""
    recorded: dict[str, dict[int, str]] = {}
    for node in nodes:
        if node.code:
            recorded.setdefault(node.file, {})[node.line] = node.code
    made = {(n.file, n.line) for n in nodes if n.op}
    shown: list[SourceLine] = []
    for file in sorted(recorded):
        depths = [_indent(code) for line, code in recorded[file].items() if (file, line) in made]
        shown += _of_file(file, recorded[file], min(depths, default=0))
    return shown


def _of_file(file: str, recorded: dict[int, str], depth: int) -> list[SourceLine]:
    text = _text(file)
    known = [line.rstrip() for line in text]
    if any(not 0 < n <= len(known) or known[n - 1] != recorded[n].rstrip() for n in recorded):
        known = []  # the file has changed since, or cannot be seen: only what was recorded is true
    first, last = min(recorded), max(recorded)
    if not known:
        wanted = sorted(recorded)
        texts = recorded
    else:
        texts = dict(enumerate(known, 1))
        wanted = sorted(
            {
                n
                for line in recorded
                for n in range(line - _BEFORE, line + _LONGEST_GAP // 2 + 1)
                if first - _BEFORE <= n <= len(known) and n > 0
            }
            | set(_tail(known, last, depth))
        )
        wanted = _without_blank_ends(wanted, texts)
    shown: list[SourceLine] = []
    before = None
    for n in wanted:
        if before is not None and n > before + 1:
            shown.append(SourceLine(file, 0, "⋯"))
        line = texts[n][:_LONGEST_LINE]
        shown.append(SourceLine(file, n, line, "" if n in recorded else _phase(line)))
        before = n
    return shown


def _tail(known: list[str], last: int, depth: int) -> list[int]:
    """The lines after the last recorded one that sweep and update, as far as they belong to it."""
    tail = []
    for n in range(last + 1, min(len(known), last + _AFTER) + 1):
        text = known[n - 1]
        if text.strip() and _indent(text) < depth:
            break
        tail.append(n)
    marked = [n for n in tail if _phase(known[n - 1])]
    return tail[: marked[-1] - last] if marked else []


def _without_blank_ends(wanted: list[int], texts: dict[int, str]) -> list[int]:
    while wanted and not texts[wanted[0]].strip():
        wanted = wanted[1:]
    while wanted and not texts[wanted[-1]].strip():
        wanted = wanted[:-1]
    return wanted


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _text(file: str) -> list[str]:
    """The lines of a file that can be shown; none where it is no Python, or is not there."""
    if file.startswith("<") or file in linecache.cache:
        return linecache.getlines(file)
    path = Path(file)
    try:
        if path.suffix != ".py" or not path.is_file():
            return []
        return path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []


def _phase(text: str) -> str:
    """Which phase a line runs, read from its words."""
    code = text.partition("#")[0]
    return next((phase for phase, words in _RUNNING if words.search(code)), "")


def made_by(node: Node, lines: Sequence[SourceLine]) -> int | None:
    """The place of the line that made a node."""
    if not node.line:
        return None
    where = (node.file, node.line)
    return next((i for i, s in enumerate(lines) if (s.file, s.number) == where), None)


def part_of_line(node: Node) -> tuple[int, int] | None:
    """From where to where the line that made a node names its operation, if that is beyond doubt.

    >>> part_of_line(Node(0, "p", "value", op="mul", code="    p = w * x + b"))
    (8, 13)
    """
    kind, code = _OPERATORS.get(node.op), node.code.strip()
    if kind is None or not 0 < len(code) <= _LONGEST_LINE:
        return None
    bare = code.rstrip(":") + ": pass" if code.endswith(":") else code
    try:
        tree = ast.parse(bare)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp) and isinstance(n.op, kind)]
    if len(found) != 1 or found[0].end_col_offset is None:
        return None
    shift = _indent(node.code)
    data = code.encode()  # the parser counts bytes
    start, end = (len(data[:n].decode()) for n in (found[0].col_offset, found[0].end_col_offset))
    return shift + start, shift + end
