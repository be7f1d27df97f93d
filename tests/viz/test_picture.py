"""The pictures as DOT: golden files, hostile names, ids, and legibility without colour."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from viz_cases import Drawing, fan_out, leaf, passed, twice

from autograd_lite import Value, record
from viz import layout
from viz.diagram import Diagram, draw
from viz.graphics import dot, style
from viz.scenes.arrangement import lay_out
from viz.scenes.passes import picture
from viz.words.texts import StepTexts


def chosen() -> Value:
    """A layer on an array, without plain numbers: everything a card and a road can show."""
    w, x, b = leaf("w", [[0.5], [-2.0]]), leaf("x", [[1.0, 2.0], [0.0, -1.0]]), leaf("b", [0.25])
    return np.tanh(x @ w + b).sum()


CASES = {"fan-out": fan_out, "twice": twice, "layer": chosen}


def without_places(text: str) -> str:
    """DOT without the positions, which belong to the version of Graphviz; test_scene looks at them."""
    return re.sub(r'\b(pos|bb)="[^"]*"', r'\1="…"', text)


# ── golden ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.bundled
@pytest.mark.parametrize("passes", ["forward", "backward", "both"])
@pytest.mark.parametrize("name", CASES)
def test_golden(name, passes, golden):
    text = draw(passed(CASES[name]()), passes=passes).dot
    golden(f"{name}-{passes}.dot", without_places(text))


@pytest.mark.bundled
@pytest.mark.parametrize("theme", ["dark", "print"])
def test_golden_themes(theme, golden):
    golden(f"fan-out-{theme}.dot", without_places(draw(passed(fan_out()), theme=theme).dot))


@pytest.mark.bundled
def test_golden_transparent(golden):
    text = draw(passed(fan_out()), transparent=True).dot
    assert "bgcolor=transparent" in text
    golden("fan-out-transparent.dot", without_places(text))


@pytest.mark.parametrize("format", ["svg", "dot", "png"])
def test_the_same_bytes_twice(format):
    one, two = (getattr(draw(passed(fan_out())), format) for _ in range(2))
    assert one == two


# ── ids ───────────────────────────────────────────────────────────────────────────────────────
def ids(text: str) -> set[str]:
    return set(re.findall(r'\bid="?([^"\s\]]+)', text))


def test_two_prefixes_share_no_id():
    recording = passed(fan_out())
    scene, texts = lay_out(recording), StepTexts(recording, recording.steps[0])
    drawn = []
    for prefix in ("p1_", "p2_"):
        text = picture(scene, texts, prefix=prefix)
        drawn.append(ids(layout.render(text, "svg", engine="nop2").decode()))
        assert all(re.fullmatch(r"[A-Za-z0-9_]+", word) for word in drawn[-1])
        assert {f"{prefix}n0", f"{prefix}o2", f"{prefix}fi2_0", f"{prefix}bi2_0"} <= drawn[-1]
    assert drawn[0] & drawn[1] == set()
    assert {i.replace("p1_", "") for i in drawn[0]} == {i.replace("p2_", "") for i in drawn[1]}


# ── hostile names ─────────────────────────────────────────────────────────────────────────────
NASTY = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("<>&\"'\\\n\t\r;{}|lNGETH=-./\x00\x1b\u202e\u200dא👍é�"), max_size=30),
    st.sampled_from([
        "</script><img src=x onerror=alert(1)>", '"quoted"', "\\N", "\\G\\E\\T\\H\\L", "a\nb",
        "&lt;&#0;&amp;&nope;", "<b>", "<>", "-->", "<![CDATA[", "]]>", "\ud800", "x" * 200,
        "שָׁלוֹם", "👩‍👩‍👧", "<TABLE>", "\\", "\\\\", "%s", "{0}",
    ]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(NASTY, NASTY)
@example("</script><img src=x onerror=alert(1)>", "\\N")
@example("x" * 200, "y" * 200)
def test_hostile_names_are_only_text(first, second):
    a, b = leaf(first or "a", 2.0), leaf(second or "b", 3.0)
    recording = passed((a * b).tanh())
    graph = recording.graphs[0]
    diagram = draw(recording)
    drawing = Drawing(diagram.svg)  # well-formed XML
    allowed = {"svg", "g", "path", "polygon", "polyline", "ellipse", "text", "desc", "a"}
    assert {e.tag.rpartition("}")[2] for e in drawing.root.iter()} <= allowed
    names = diagram.texts.graph
    for node in graph.nodes[:2]:
        shown = " ".join(drawing.texts(f"n{node.id}"))
        wanted = dot.printable(names.name(node.id))
        assert wanted.split() == shown.split()[: len(wanted.split())]
        for link in drawing.groups[f"n{node.id}"].iter():
            title = link.get("{http://www.w3.org/1999/xlink}title")
            assert title in (None, dot.printable(node.name))
            assert link.get("{http://www.w3.org/1999/xlink}href") is None
    assert drawing.root.get("aria-label") == dot.printable(diagram.alt)


def test_hostile_title_of_a_module():
    from autograd_lite.context import scope

    a = leaf("a", 2.0)
    with scope("</g>\\N<b>"):
        y = a.tanh()
    assert Drawing(draw(passed(y)).svg).texts("cluster0_title") == ["</g>\\N<b>"]


def test_escaping():
    assert dot.escaped('<b> & "\\N"') == "&lt;b&gt; &amp; &quot;\\\\N&quot;"
    assert dot.printable("a\nb\x00\u202e") == "a b��"


# ── a long name ───────────────────────────────────────────────────────────────────────────────
def test_a_long_name_loses_its_middle():
    long = "the_weight_that_joins_the_third_neuron_with_the_second_input" * 3
    recording = passed(leaf(long, 2.0) * leaf("b", 3.0))
    diagram = draw(recording)
    card = next(c for c in diagram.scene.cards if c.node.name == long)
    assert card.box.w < 320
    drawing = Drawing(diagram.svg)
    assert drawing.texts("n0")[0] == "the_weight_tha…ond_input"
    titles = [e.get("{http://www.w3.org/1999/xlink}title") for e in drawing.groups["n0"].iter()]
    assert long in titles
    assert long in diagram.alt
    assert drawing.groups["n1"].find("{http://www.w3.org/2000/svg}g") is None  # needs no tooltip


# ── blank, never 0 ────────────────────────────────────────────────────────────────────────────
def test_gradients_are_blank_before_the_sweep():
    a, b = leaf("a", 3.0), leaf("b", 2.0)
    y = a * b + a
    before = Drawing(draw(y).svg)
    assert before.texts("n0") == ["a", "3"]
    y.backward()
    recording = record(y)
    forward = Drawing(draw(recording, passes="forward").svg)
    assert forward.texts("n0") == ["a", "3"]
    assert not any(name.startswith("b") for name in forward.groups)
    both = Drawing(draw(recording).svg)
    assert both.texts("n1") == ["b", "2", "∂(a·b + a)/∂b", "3"]
    sums = ["①", "1", "1", "②", "+ 2", "3"]
    assert both.texts("n0") == ["a", "3", "∂(a·b + a)/∂a adds up", *sums]


def test_a_gradient_of_zero_is_a_zero():
    a = leaf("a", -3.0)
    y = np.maximum(a, 0.0) * leaf("b", 2.0)
    drawing = Drawing(draw(passed(y)).svg)
    assert drawing.texts("n0")[-1] == "0"


# ── without colour ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("theme", ["light", "print"])
def test_backward_is_dashed_and_its_arrow_open(theme):
    drawing = Drawing(draw(passed(fan_out()), theme=theme).svg)
    roads = {name: list(g) for name, g in drawing.groups.items() if re.match(r"[fb][io]\d", name)}
    assert {name[0] for name in roads} == {"f", "b"}
    for name, parts in roads.items():
        way, arrow = parts[0], parts[-1]
        dashed = way.get("stroke-dasharray") is not None
        filled = arrow.get("fill") != "none"
        assert (dashed, filled) == ((True, False) if name[0] == "b" else (False, True)), name
        assert arrow.get("stroke-dasharray") is None
    if theme == "print":
        colours = set(re.findall(r"#[0-9a-f]{6}", draw(passed(fan_out()), theme=theme).svg))
        assert all(c[1:3] == c[3:5] == c[5:7] for c in colours)  # grey all over


def test_a_parameter_and_the_loss_differ_by_their_border(celsius):
    drawing = Drawing(draw(celsius).svg)
    nodes = {
        n.name: drawing.groups[f"n{n.id}"] for n in celsius.graphs[-1].nodes if n.role != "constant"
    }

    def borders(name):
        return [p for p in nodes[name] if p.tag.endswith("path")]

    assert len(borders("kernel")) == 2  # a double border
    assert len(borders("x")) == len(borders("L")) == 1
    assert float(borders("L")[0].get("stroke-width")) > 2


def test_contrast_of_every_theme():
    """Text keeps a contrast of 4.5 with what it stands on."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for theme in style.THEMES.values():
        for ink in (theme.ink, theme.muted, theme.forward, theme.backward, theme.loss):
            for ground in (theme.background, theme.card):
                low, high = sorted((light(ink), light(ground)))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (theme.name, ink, ground)


# ── what is refused ───────────────────────────────────────────────────────────────────────────
def test_errors():
    y = leaf("a", 3.0) * leaf("b", 2.0)
    with pytest.raises(ValueError, match="^this record has no backward pass; call backward"):
        draw(y, passes="backward").dot
    with pytest.raises(
        ValueError, match="^passes='up' is not one of 'forward', 'backward', 'both'$"
    ):
        draw(y, passes="up").dot
    with pytest.raises(ValueError, match="^theme 'pink' is not one of 'light', 'dark', 'print'$"):
        draw(y, theme="pink").dot


def test_a_theme_of_ones_own():
    theme = style.Theme("own", *["#123456"] * 9)
    assert "#123456" in Diagram(passed(fan_out()), 0, "both", theme, False).dot


@pytest.mark.filterwarnings("ignore::autograd_lite.errors.NumericWarning")
def test_what_is_no_number_is_bold():
    a, b = leaf("a", -np.inf), leaf("b", np.nan)
    dot_text = draw(passed(a * b + leaf("c", 0.0)), passes="forward").dot
    for sign in ("NaN", "−∞"):
        assert f"<B>{sign}</B>" in dot_text
    assert "<B>0</B>" not in dot_text
