"""TikZ: the same places as in the other formats, texts as LaTeX sets them."""

from __future__ import annotations

import re

import pytest
from viz_cases import SINGLE, Drawing, fan_out, passed, scalar_neuron

import viz
from autograd_lite import Value
from viz.graphics import latex, tikz


def braces(text: str) -> int:
    """The depth of braces at the end of LaTeX text; fails where it falls below 0."""
    depth = 0
    for token in re.findall(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0, text
    return depth


def test_every_edge_is_at_the_place_of_the_svg():
    diagram = viz.draw(passed(scalar_neuron()))
    height = float(Drawing(diagram.svg).root.get("viewBox").split()[3])
    made = diagram.tikz
    road = r"\\path\[draw=figure\d+, line width=1.7bp[^\]]*\] \(([\d.]+),([\d.]+)\) \.\."
    curves = re.findall(road, made)
    starts = {(round(float(x)), round(float(y))) for x, y in curves}
    drawn = set()
    for name, group in Drawing(diagram.svg).groups.items():
        path = group.find("{http://www.w3.org/2000/svg}path")
        if name[0] in "fb" and path is not None:
            x, y = map(float, re.match(r"M([\d.-]+),([\d.-]+)", path.get("d")).groups())
            drawn.add((round(x), round(-y)))
    assert len(drawn) == len(curves) and height > 0
    assert {x for x, _ in starts} == {x for x, _ in drawn}


def test_one_bounding_box_for_all_pictures_of_a_recording(celsius, tmp_path):
    written = viz.frames(celsius, tmp_path, "tikz")
    boxes = {
        re.search(r"use as bounding box\].*;", p.read_text(encoding="utf-8"))[0] for p in written
    }
    assert len(written) == 10 and len(boxes) == 1


@pytest.mark.bundled
def test_pdf_frames_have_one_page_size(celsius, tmp_path):
    written = viz.frames(celsius, tmp_path, "pdf")
    boxes = {re.search(rb"/MediaBox\s*\[[^\]]*\]", p.read_bytes())[0] for p in written}
    assert len(written) == 10 and len(boxes) == 1


def test_document_and_fragment(tmp_path):
    diagram = viz.draw(passed(fan_out()))
    document, part = (diagram.save(tmp_path / f"d.{e}").read_text("utf-8") for e in ("tex", "tikz"))
    assert part in document and document.startswith(r"\documentclass[border=4pt]{standalone}")
    assert part.count(r"\begin{tikzpicture}") == part.count(r"\end{tikzpicture}") == 1
    assert braces(document) == 0


@pytest.mark.parametrize("name", SINGLE)
def test_every_kind_of_graph(name):
    made = viz.draw(passed(SINGLE[name]())).tikz
    assert braces(made) == 0
    names = set(re.findall(r"\\definecolor\{(\w+)\}", made))
    assert set(re.findall(r"(?:draw|fill)=(\w+)", made)) <= names
    assert set(re.findall(r"\\color\{(\w+)\}", made)) <= names


def test_colours_dashes_and_bold():
    made = viz.draw(passed(fan_out())).tikz
    assert r"{HTML}{A34700}" in made and "dash pattern=on 5bp off 3bp" in made
    assert r"\bfseries\boldmath $a$" in made
    clear = viz.draw(passed(fan_out()), transparent=True).tikz
    assert made.count("fill=") > clear.count("fill=")


def test_a_name_is_text():
    a = Value(3.0, name=r"\input{/etc/passwd}%$")
    made = viz.draw(passed(a * 2.0)).tex
    assert r"\input" not in made
    assert braces(made) == 0
    for name, said in (
        ("\\\\∂", r"$\backslash \backslash \partial$"),
        ("\\u∂", r"$\backslash u\partial$"),
    ):
        assert said in viz.draw(passed(Value(3.0, name=name) * 2.0)).tikz


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("∂L/∂w = −84.8", r"$\partial L/\partial w = -84.8$"),
        ("1.5e−7", r"$1.5{\cdot}10^{-7}$"),
        ("w₁₁⁽²⁾", r"$w_{11}^{(2)}$"),
        ("v₁²", "$v_{1}^{2}$"),
        ("x²₁²", "$x^{2}_{1}{}^{2}$"),
        ("ŷ", r"$\hat{y}$"),
        ("x̄", r"$\bar{x}$"), ("loss̄", r"$\mathrm{los}\bar{s}$"), ("β̂₁", r"$\hat{\beta }_{1}$"),
        ("kernel₁", r"$\mathrm{kernel}_{1}$"),
        ("b −0.196", r"$b\ {-}0.196$"),
        ("bias", "bias"),
        ("α·β + Σ γ", r"$\alpha \cdot \beta + \Sigma\ \gamma$"),
        ("an equal share to each", "an equal share to each"),
        ("is a sum", "is a sum"),
        ("mäßig gut", "mäßig gut"),
        ("f′(x)", r"$f^{\prime}(x)$"), ("x²′", r"$x^{2}{}^{\prime}$"),
        ("Ж", r"$\mbox{\figureglyph{Ж}{0416}}$"),
        ("50 % & #1_x^2~{}$\\", r"$50\ \%\ \&\ \#1\_x\mbox{\textasciicircum}2\sim \{\}\$\backslash$"),
        ("\ud800\x00", "$\\mbox{\\figureglyph{�}{FFFD}}\\mbox{\\figureglyph{�}{FFFD}}$"),
        ("", ""),
    ],
)  # fmt: skip
def test_lines_of_words_and_formulas(given, made):
    assert latex.mixed(given) == made


def test_a_picture_of_edges_below_nodes_keeps_that_order(network):
    made = viz.network(network).tikz
    assert made.index("draw=figure") < made.index(r"\node[")
    assert tikz.standalone(viz.network(network).dot).count(made) == 1
