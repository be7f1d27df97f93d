"""Source lines beside the graph: shown only where they are true, never read from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograd_lite.recording import Node
from viz.page.source import made_by, part_of_line, source_lines_of

PROGRAM = """\
import numpy

w = 0.5


def forward(x):
    return w * x + b


for step in range(3):
    y = forward(8)
    L = (y - 46.4) ** 2
    w.grad = None
    L.backward()  # not .step()
    w.data -= 0.1 * w.grad
print("done")
"""


def node(file: Path | str, line: int, code: str, op: str = "mul") -> Node:
    return Node(line, f"n{line}", "value", op=op, file=str(file), line=line, code=code)


@pytest.fixture
def nodes(tmp_path):
    path = tmp_path / "lesson.py"
    path.write_text(PROGRAM, encoding="utf-8")
    known = PROGRAM.splitlines()
    return [node(path, n, known[n - 1]) for n in (7, 12)]


def test_the_lines_around_and_what_runs(nodes):
    shown = source_lines_of(nodes)
    assert [s.number for s in shown] == list(range(6, 16))
    assert [s.phase for s in shown] == [""] * 7 + ["zero", "backward", "update"]
    assert [made_by(n, shown) for n in nodes] == [1, 6]
    assert made_by(replace(nodes[0], line=0), shown) is None


def test_lines_far_apart_leave_a_gap(tmp_path):
    path = tmp_path / "far.py"
    path.write_text("a = b * c\n" + "pass\n" * 30 + "d = a * 2\n", encoding="utf-8")
    shown = source_lines_of([node(path, 1, "a = b * c"), node(path, 32, "d = a * 2")])
    assert [s.number for s in shown] == [1, 2, 3, 4, 0, 31, 32]
    assert shown[4].text == "⋯"


def test_a_file_that_has_changed_tells_only_what_was_recorded(nodes):
    Path(nodes[0].file).write_text(PROGRAM.replace("w * x", "w @ x"), encoding="utf-8")
    shown = source_lines_of(nodes)
    assert [(s.number, s.text) for s in shown if s.number] == [(n.line, n.code) for n in nodes]


def test_no_other_file_is_read(tmp_path):
    """A record from elsewhere may name any file; what stands in it is never shown."""
    secret = tmp_path / "secret.txt"
    secret.write_text("one\ntwo\nthree\n", encoding="utf-8")
    program = tmp_path / "secret.py"
    program.write_text("key = 1\nother = 2\n", encoding="utf-8")
    for path, line, code in (
        (secret, 2, "two"), (program, 1, "guess"), (program, 99, "x = 1"), (tmp_path, 1, "x = 1"),
        ("/nowhere/at/all.py", 1, "x = 1"), ("<string>", 1, "x = 1"), ("a\0b.py", 1, "x = 1"),
    ):  # fmt: skip
        shown = source_lines_of([node(path, line, code)])
        assert [(s.number, s.text) for s in shown] == [(line, code)]


def test_a_cell_of_a_notebook(monkeypatch):
    import linecache

    name = "<ipython-input-1>"
    lines = ["y = w * x\n", "L = y ** 2\n", "L.backward()\n"]
    monkeypatch.setitem(linecache.cache, name, (len("".join(lines)), None, lines, name))
    shown = source_lines_of([node(name, 1, "y = w * x")])
    assert [s.text for s in shown] == ["y = w * x", "L = y ** 2", "L.backward()"]


def test_very_long_lines_are_cut():
    shown = source_lines_of([node("<x>", 1, "y = " + "1 + " * 500 + "1")])
    assert len(shown[0].text) == 300


@pytest.mark.parametrize(
    ("op", "code", "part"),
    [
        ("mul", "    return self.w * x + self.b", "self.w * x"),
        ("add", "    return self.w * x + self.b", "self.w * x + self.b"),
        ("power", "L = error ** 2", "error ** 2"),
        ("matmul", "ŷ = x @ W", "x @ W"),
        ("mul", "a * b + c * d", None),
        ("mul", "for x in a * b:", "a * b"),
        ("mul", "y = (a *", None),
        ("tanh", "y = a.tanh()", None),
        ("add", "", None),
        ("add", "x\0y", None),
    ],
)
def test_the_part_of_a_line(op, code, part):
    found = part_of_line(node("f.py", 1, code, op))
    assert (found and code[slice(*found)]) == part
