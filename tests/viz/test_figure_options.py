"""Notation, legend, ticks, numbered messages and hover texts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viz_cases import Drawing, fan_out, leaf, passed

from autograd_lite import Value, elementwise, record
from autograd_lite.op import registry
from viz.diagram import draw
from viz.words.texts import barred, notation_named


def square() -> Value:
    w = leaf("w", 3.0)
    y = w * leaf("x", 2.0)
    y.name = "L"
    return y


# ── notation ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("notation", "written"), [
    ("∂L/∂x", "∂L/∂w"), ("partial", "∂L/∂w"), ("x̄", "w̄"), ("bar", "w̄"), ("x.grad", "w.grad"),
    ("grad", "w.grad"),
])  # fmt: skip
def test_notation(notation, written):
    drawing = Drawing(draw(passed(square()), notation=notation).svg)
    assert drawing.texts("n0") == ["w", "3", written, "2"]


def test_an_unknown_notation():
    with pytest.raises(ValueError) as error:
        draw(square(), notation="dL/dx")
    assert str(error.value) == (
        "notation 'dL/dx' is not one of '∂L/∂x', 'x̄', 'x.grad', 'partial', 'bar', 'grad'"
    )


def test_bars():
    assert barred("w") == "w\u0304"
    assert barred("w₁₂⁽³⁾") == "w\u0304₁₂⁽³⁾"
    assert barred("ab") == "a\u0305b\u0305"
    assert barred("") == ""
    assert barred("ŷ") == "bar(ŷ)"
    assert notation_named("x\u0304") == "x̄"


# ── legend ────────────────────────────────────────────────────────────────────────────────────
def legend(diagram) -> list[str]:
    drawing = Drawing(diagram.svg)
    keys = sorted(key for key in drawing.groups if re.fullmatch(r"k\d+_\d+_words", key))
    return [" ".join(drawing.texts(key)) for key in keys]


def test_the_legend_tells_what_is_there(celsius):
    assert legend(draw(celsius, legend=True)) == [
        "value, forward", "gradient, backward", "parameter", "loss", "module",
    ]  # fmt: skip
    assert legend(draw(celsius, legend=True, passes="forward"))[:2] == [
        "value, forward",
        "parameter",
    ]
    assert "negative weight" in legend(draw(celsius, legend=True, level="neurons"))
    assert legend(draw(celsius)) == []


def test_the_legend_moves_nothing(celsius):
    with_, without = (Drawing(draw(celsius, legend=on).svg) for on in (True, False))
    places = with_.places()
    shapes = {k: [p for p in v if p][:1] for k, v in without.places().items()}
    assert {
        k: [p for p in v if p][:1] for k, v in places.items() if k in shapes
    }.keys() == shapes.keys()
    width, height = (float(x) for x in with_.root.get("viewBox").split()[2:])
    other = [float(x) for x in without.root.get("viewBox").split()[2:]]
    assert (width, height > other[1]) == (pytest.approx(other[0]), True)


def test_a_narrow_drawing_gets_a_legend_of_several_rows():
    diagram = draw(passed(leaf("a", 1.0) * 2.0), legend=True, level="model")
    rows = {key.split("_")[0] for key in Drawing(diagram.svg).groups if re.match(r"k\d", key)}
    assert len(rows) >= 2


# ── ticks ─────────────────────────────────────────────────────────────────────────────────────
def test_a_tick_where_the_numbers_agree():
    drawing = Drawing(draw(passed_live(square()), check=True).svg)
    assert [drawing.texts(f"t{i}") for i in range(3)] == [["✓"]] * 3
    assert "t0" not in Drawing(draw(passed(square())).svg).groups
    forward = draw(passed_live(square()), check=True, passes="forward")
    assert "t0" not in Drawing(forward.svg).groups


def passed_live(root: Value) -> Value:
    root.backward()
    return root


def test_a_cross_where_they_do_not():
    off = elementwise("off_by_half", "off", lambda x: x * 2.0, lambda out, x: 3.0)
    try:
        root = off(leaf("a", 1.0))
        root.backward()
        drawing = Drawing(draw(root, check=True).svg)
    finally:
        registry.pop("off_by_half", None)
    assert (drawing.texts("t0"), drawing.texts("t1")) == (["✗"], ["✓"])


def test_ticks_of_neurons():
    from autograd_lite.nn import MLP

    y = MLP(2, [2, 1], seed=1)([1.0, 2.0])
    y.backward()
    drawing = Drawing(draw(y, level="neurons", check=True).svg)
    assert drawing.texts("t2") == ["✓"]


# ── messages that add up ──────────────────────────────────────────────────────────────────────
def test_messages_are_numbered_in_the_order_of_the_sweep():
    recording = passed(fan_out())
    drawing = Drawing(draw(recording).svg)
    rows = drawing.texts("n0")[3:]
    assert rows == ["①", "1", "1", "②", "+ 2", "3"]
    sums = [a.after for a in recording.applications(recording.steps[0]) if a.message.input == 0]
    assert [float(rows[i]) for i in (2, 5)] == sums
    labels = [" ".join(drawing.texts(key)) for key in drawing.groups if key.startswith("li")]
    assert sum("①" in text for text in labels) == sum("②" in text for text in labels) == 1


def test_more_messages_than_fit_are_not_listed():
    a = leaf("a", 1.0)
    y = a * 1.0
    for _ in range(8):
        y = y + a
    drawing = Drawing(draw(passed(y)).svg)
    assert drawing.texts("n0")[2:] == [f"∂({y_name(y)})/∂a", "9"] or len(drawing.texts("n0")) == 4


def y_name(y: Value) -> str:
    return record(y).graphs[0].root.name


# ── hover ─────────────────────────────────────────────────────────────────────────────────────
def titles(svg: str) -> dict[str, str]:
    groups = Drawing(svg).groups
    found = {k: g.find("{http://www.w3.org/2000/svg}title") for k, g in groups.items()}
    return {k: t.text for k, t in found.items() if t is not None}


def test_an_array_shows_its_numbers_on_hover():
    a = leaf("A", np.arange(20.0).reshape(4, 5))
    found = titles(draw(passed((a * 2.0).sum())).svg)
    lines = found["n0"].split("\n")
    assert lines[0] == "A (4, 5)"
    assert lines[1] == "0  1  2  3  4"
    assert lines[5].startswith("∂")
    assert lines[6] == "2  2  2  2  2"
    assert "n3" not in found or "(" in found["n3"].split("\n")[0]


def test_of_a_large_array_the_corner_is_shown():
    found = titles(draw(leaf("A", np.zeros((20, 30))).sum()).svg)
    lines = found["n0"].split("\n")
    assert lines[1].endswith("… 22 more")
    assert lines[-1] == "… 12 more rows"


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.text(min_size=1, max_size=12))
def test_hover_texts_are_escaped(name):
    svg = draw(record(leaf(name, [1.0, 2.0]) * 2.0), legend=True, prefix="f1_").svg
    assert Drawing(svg).groups


# ── two figures on a page ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("level", ["scalars", "neurons", "layers"])
def test_prefixes_keep_figures_apart(celsius, level):
    one, two = (
        set(re.findall(r'\bid="([^"]+)"', draw(celsius, level=level, legend=True, prefix=p).svg))
        for p in ("a_", "b_")
    )
    assert one and not one & two
    assert {i.removeprefix("a_") for i in one} == {i.removeprefix("b_") for i in two}


@pytest.mark.parametrize("prefix", ["a b", '"', "1", "é", "<"])
def test_a_prefix_of_other_signs_is_refused(prefix):
    with pytest.raises(ValueError, match="is not made of letters, digits and underscores"):
        draw(square(), prefix=prefix)
