"""Worksheets: what is asked, what the key answers, and that both have one layout."""

from __future__ import annotations

import re

import pytest
from viz_cases import SINGLE, Drawing, fan_out, leaf, passed, scalar_neuron, trained

import viz
from autograd_lite import Value
from viz.graphics.style import THEMES
from viz.scenes.sheets import BOX_H, circled
from viz.worksheets import worksheet


def boxes(sheet) -> dict[str, list[str]]:
    """The boxes that are asked for, with what stands in them."""
    drawing = Drawing(sheet.svg)
    return {
        name: drawing.texts(name)
        for name, group in drawing.groups.items()
        if re.fullmatch(r"(l.*_\d+_\d+|n\d+_grad.*)", name)
        and group.find("{http://www.w3.org/2000/svg}polygon") is not None
    }


def test_the_sheet_asks_and_the_key_answers():
    sheet = worksheet(fan_out())
    asked, answered = boxes(sheet), boxes(sheet.key)
    assert asked.keys() == answered.keys()
    assert all(words == [] for words in asked.values()), "no answer on the sheet"
    by_place = {k: w[0] for k, w in answered.items()}
    # a·b + a at a = 3, b = 2: four messages, and three gradients below the root's own.
    assert sorted(v for k, v in by_place.items() if "_grad" in k) == ["1", "3", "3"]
    lines = {}
    for key, words in by_place.items():
        if "_grad" not in key:
            lines.setdefault(key.rsplit("_", 1)[0], []).append(words)
    assert sorted(map(tuple, lines.values())) == sorted([
        ("1",), ("1", "1", "1"), ("1",), ("1", "1", "1"), ("2",), ("1", "2", "2"), ("3",), ("1", "3", "3"),
    ])  # fmt: skip


def test_one_layout_for_both():
    sheet = worksheet(scalar_neuron())
    blank, key = Drawing(sheet.svg), Drawing(sheet.key.svg)
    assert sheet.size == sheet.key.size
    assert blank.root.get("viewBox") == key.root.get("viewBox")
    places, same = blank.places(), key.places()
    for name in places:
        assert [p for p in places[name] if p] == [p for p in same[name] if p], name


def test_messages_are_numbered_in_the_order_of_the_sweep():
    sheet = worksheet(passed(fan_out()))
    leads = {t for t in Drawing(sheet.svg).texts("graph") if t[:1] in "①②③④"}
    order = {a.message.input: None for a in sheet.texts.applications}
    assert len(leads) == 4 and len(order) == 3
    assert {t[0] for t in leads} == set("①②③④")
    first = sheet.texts.graph.local_name(sheet.texts.applications[0].message)
    assert f"①  {first} =" in leads
    assert (circled(1), circled(20), circled(21)) == ("①", "⑳", "(21)")


def test_the_note_names_the_rules_and_the_formula():
    words = " ".join(worksheet(fan_out())._note)
    assert words.startswith("Fill the boxes from right to left, ① to ④: the local derivative")
    assert "Where several messages arrive, they add up." in words
    assert worksheet(fan_out()).key._note[0].startswith("Answer key.")
    w, x, y = leaf("w", 2.0), leaf("x", 3.0), leaf("y", 1.0)
    loss = (w * x - y) ** 2
    loss.name = "L"
    assert "L = (w·x − y)²" in " ".join(worksheet(loss)._note)


def test_a_note_is_broken_before_the_edge():
    a = leaf("a", 2.0)
    sheet = worksheet(a * a)
    from viz import layout
    from viz.graphics import style

    assert all(w <= sheet.scene.width for w in layout.text_widths(sheet._note, style.LABEL))
    assert len(sheet._note) > 1


def test_boxes_are_large_enough_to_write_into_and_lie_apart():
    """No box of the labels touches another, and each is as high as a line of handwriting."""
    sheet = worksheet(scalar_neuron())
    corners = []
    for name, group in Drawing(sheet.svg).groups.items():
        shape = group.find("{http://www.w3.org/2000/svg}polygon")
        if shape is None or not re.fullmatch(r"l.*_\d+_\d+|n\d+_grad", name):
            continue
        points = [tuple(map(float, p.split(","))) for p in shape.get("points").split()]
        xs, ys = zip(*points, strict=True)
        assert max(ys) - min(ys) >= BOX_H - 0.1 and max(xs) - min(xs) >= 57
        corners.append((min(xs), min(ys), max(xs), max(ys)))
    assert len(corners) == 6 * 4 + 6, "six messages of four boxes, six gradients"
    for i, a in enumerate(corners):
        for b in corners[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_batch_asks_for_rules_and_every_element(celsius):
    answered = {k: w[0] for k, w in boxes(worksheet(celsius).key).items()}
    node = next(n.id for n in celsius.graphs[0].nodes if n.name == "error")
    assert sum(k.startswith(f"n{node}_grad") for k in answered) == 7
    assert "xᵀ @ ∂L/∂h" in answered.values() and "2error" in answered.values()


def test_what_is_too_large_for_boxes_is_told_by_its_norm():
    recording = trained((4, 4, 1), "float64", 1)
    assert boxes(worksheet(recording))
    assert "‖·‖" not in " ".join(" ".join(w) for w in boxes(worksheet(recording).key).values())


@pytest.mark.parametrize("name", [n for n in SINGLE if n != "only_a_leaf"])
def test_every_kind_of_graph_makes_a_sheet(name):
    sheet = worksheet(passed(SINGLE[name]()))
    assert boxes(sheet).keys() == boxes(sheet.key).keys()


@pytest.mark.parametrize("ending", ["svg", "png", "tex", "tikz", "dot"])
def test_both_are_written(tmp_path, ending):
    worksheet(fan_out(), tmp_path / f"sheet.{ending}")
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"sheet-key.{ending}", f"sheet.{ending}"]
    blank, key = (tmp_path / f"{name}.{ending}" for name in ("sheet", "sheet-key"))
    assert blank.read_bytes() != key.read_bytes()


def test_themes_words_and_no_gradient_touched():
    y = fan_out()
    for theme in THEMES:
        assert THEMES[theme].background.lower() in worksheet(y, theme=theme).svg.lower()
    assert y.grad is None
    sheet = worksheet(y)
    assert sheet.alt.startswith("Worksheet: 4 applications of the chain rule, from a·b + a back")
    assert "Gradients" not in sheet.alt and "Gradients: a 3, b 3." in sheet.key.alt
    assert viz.worksheet is worksheet


def test_nothing_to_fill_in():
    with pytest.raises(ValueError, match="no gradient flows here, so there is nothing to fill in"):
        worksheet(Value(3.0))
    with pytest.raises(TypeError, match="a Value or a recording can be drawn, not float"):
        worksheet(3.0)
    with pytest.raises(ValueError, match="a worksheet is saved as .svg"):
        worksheet(fan_out()).save("sheet.html")
