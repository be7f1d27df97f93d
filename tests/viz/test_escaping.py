"""Names are data: whatever a learner calls a value, every figure is sound and says that name."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

from hypothesis import example, given, settings
from hypothesis import strategies as st

import viz
from autograd_lite import Value
from viz.graphics import dot, latex

SIGNS = "\\{}$%#_^&~<>|'`\"-,?!*[]()=+@;:/\t\n\r\x00\x1b\ud800\u202e\u0301🙂中Ж∂ŷ²₁·−"
NAMES = st.text(st.one_of(st.sampled_from(SIGNS), st.characters()), min_size=1, max_size=12)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}$]|[^\\{}$]", re.DOTALL)
COMMANDS = {
    "backslash", "mbox", "textbackslash", "textasciicircum", "textasciitilde", "textless", "textasciigrave",
    "textgreater", "textbar", "figureglyph", "mathrm", "cdot", "hat", "bar", "tilde", "dot", "ddot",
    "acute", "grave", "check", "breve", "textcircled", "scriptsize", *latex._GREEK.values(),
    *(re.sub(r"[\\ {}]", "", s) for s in latex._SIGNS.values() if s.startswith("\\")), "top", "circ", "sim",
    "prime",
}  # fmt: skip


def sound(text: str) -> None:
    """LaTeX with balanced braces and dollars, and no command that is not ours."""
    depth, dollars = 0, 0
    for token in TOKEN.findall(text):
        if token[0] == "\\" and token[1].isalpha():
            assert token[1:] in COMMANDS or token[1:].startswith("mbox"), token
        elif token[0] == "\\":
            assert token[1] in "{}$&%#_ ;,", token
        elif token in "{}":
            depth += 1 if token == "{" else -1
            assert depth >= 0
        elif token == "$":
            dollars += 1
        else:
            assert token not in "%#&~", token
    assert depth == 0 and dollars % 2 == 0


@settings(max_examples=300, deadline=None)
@given(NAMES)
@example("x²₁²")
@example("?`")
def test_latex(name):
    for made in (latex.text(name), latex.mixed(name), latex.math(name)):
        sound(made)
    assert latex.mixed(name).isprintable()


def computed(name: str):
    y = Value(2.0, name=name) * Value(3.0, name="b") + 1.0
    y.backward()
    return y


@settings(max_examples=15, deadline=None)
@given(NAMES)
@example("</script><img src=x onerror=alert(1)>")
@example("]]>&amp;<!--")
@example('"><svg onload=alert(1)>')
def test_drawings(name):
    y = computed(name)
    for drawing in (viz.draw(y), viz.worksheet(y), viz.worksheet(y).key):
        root = ElementTree.fromstring(drawing.svg.encode())
        assert root.get("aria-label") == re.sub("\r\n?|\n|\t", " ", dot.printable(drawing.alt))
        tags = {e.tag.split("}")[1] for e in root.iter()}
        assert tags <= {
            "svg",
            "g",
            "desc",
            "path",
            "polygon",
            "polyline",
            "ellipse",
            "text",
            "a",
            "title",
        }
    assert viz.draw(y).png.startswith(b"\x89PNG")
    sound_picture(viz.draw(y).tikz)


def sound_picture(made: str) -> None:
    depth = 0
    for token in TOKEN.findall(made):
        depth += {"{": 1, "}": -1}.get(token, 0)
    assert depth == 0
    assert made.count(r"\end{tikzpicture}") == 1 == made.count(r"\begin{tikzpicture}")


@settings(max_examples=10, deadline=None)
@given(NAMES, NAMES)
def test_networks(name, other):
    x = Value(1.0, name=name)
    w, b = Value(0.5, name=other), Value(0.1, name="b")
    from autograd_lite import record

    drawing = viz.network(record(w * x + b, parameters=[w, b]))
    ElementTree.fromstring(drawing.svg.encode())
    sound_picture(drawing.tikz)


@settings(max_examples=25, deadline=None)
@given(NAMES)
@example("=cmd|' /C calc'!A0")
def test_words(name):
    y = computed(name)
    rows = list(csv.reader(io.StringIO(str(viz.trace(y, format="csv")))))
    assert {len(r) for r in rows} == {10}
    for row in rows[1:]:
        assert not any(cell.lstrip().startswith(("=", "+", "@", "|", "%")) for cell in row[1:5])
    lines = str(viz.trace(y, format="markdown")).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) for line in lines} == {11}
    plain = str(viz.explain(y))
    assert all(c == "\n" or c.isprintable() for c in plain)
    markdown = str(viz.explain(y, format="markdown"))
    assert "<" not in re.sub(r"\\<", "", markdown) and "<" not in "".join(
        re.findall(r"\$[^$]*\$", markdown)
    )


@settings(max_examples=5, deadline=None)
@given(NAMES)
@example("$x$")
@example("$\\frac{")
def test_plots(name):
    figure = viz.plot_activations("tanh", names=(name, "a"))
    ElementTree.fromstring(figure.svg.encode())
