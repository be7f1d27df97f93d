"""Diagrams: what can be drawn, how they are saved, what notebooks show, what goes wrong."""

from __future__ import annotations

import base64
import html
import re
import struct

import numpy as np
import pytest
from viz_cases import SINGLE, Drawing, fan_out, leaf, passed, scalar_neuron

import viz
from autograd_lite import Value, record
from autograd_lite.nn import MLP, Recorder
from viz import layout
from viz.diagram import draw, frames
from viz.graphics import drawing as drawing_module
from viz.scenes import stage as stage_module

MISSING = "There is no Graphviz to draw with"


@pytest.fixture
def nowhere(monkeypatch):
    """A machine without any Graphviz."""
    monkeypatch.delenv("AUTOGRAD_LITE_DOT", raising=False)
    worker = layout._Worker()
    monkeypatch.setattr(layout, "_worker", worker)
    monkeypatch.setattr(layout, "_site", lambda: None)
    monkeypatch.setattr(layout, "_last_resort", lambda: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(layout, "_advances", {})
    yield
    worker.stop()


@pytest.fixture
def pass_():
    return passed(fan_out())


# ── files ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph"),
        pytest.param("pdf", b"%PDF", marks=pytest.mark.bundled),
        ("html", b"<!DOCTYPE html>"), ("SVG", b"<?xml"),
    ],
)  # fmt: skip
def test_save(pass_, tmp_path, ending, start):
    path = tmp_path / f"pass.{ending}"
    assert draw(pass_).save(path) == path
    assert path.read_bytes()[: len(start)].lower() == start.lower()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_is_not_there_is_named(pass_, tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        draw(pass_).save(tmp_path / "no" / "a.svg")
    assert (
        str(error.value)
        == f"there is no folder {tmp_path / 'no'} to write a.svg into; make it first"
    )


def test_a_theme_that_there_is_not(pass_):
    with pytest.raises(ValueError, match="theme 'blue' is not one of 'light', 'dark', 'print'"):
        draw(pass_, theme="blue")


def test_save_takes_a_text_as_path(pass_, tmp_path):
    path = draw(pass_).save(str(tmp_path / "pass.svg"))
    assert path.read_text(encoding="utf-8") == draw(pass_).svg


@pytest.mark.parametrize("name", ["pass.gif", "pass", "pass.svg.bak"])
def test_another_ending_is_refused(pass_, tmp_path, name):
    ending = "" if "." not in name else name[name.rindex(".") :]
    with pytest.raises(ValueError) as error:
        draw(pass_).save(tmp_path / name)
    assert str(error.value) == (
        f"{name!r} ends in {ending!r}; a diagram is saved as .svg, .png, .pdf, .dot, .tex, .tikz or .html"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(pass_, tmp_path, monkeypatch):
    path = tmp_path / "pass.svg"
    path.write_text("before")

    def broken(*_, **__):
        raise layout.GraphvizError("no")

    monkeypatch.setattr(layout, "render", broken)
    with pytest.raises(layout.GraphvizError):
        draw(pass_).save(path)
    assert path.read_text(encoding="utf-8") == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["pass.svg"]


def test_a_file_that_another_program_holds_open(pass_, tmp_path, monkeypatch):
    """Windows refuses to replace it."""
    path = tmp_path / "pass.svg"
    path.write_text("before")

    def held(*_):
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("os.replace", held)
    with pytest.raises(
        PermissionError, match=r"pass\.svg cannot be replaced: it is open in another"
    ):
        draw(pass_).save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["pass.svg"]


def test_a_missing_folder(pass_, tmp_path):
    with pytest.raises(FileNotFoundError):
        draw(pass_).save(tmp_path / "nowhere" / "pass.dot")


def test_the_size_of_a_png_is_bounded(monkeypatch):
    monkeypatch.setattr(drawing_module, "_LARGEST_PNG", 500)
    diagram = draw(passed(scalar_neuron()))
    width, height = struct.unpack(">II", diagram.png[16:24])
    assert diagram.scene.width > 1000
    assert 450 <= max(width, height) * 72 / 96 <= 510
    assert "dpi" not in diagram.dot


def test_a_png_has_96_dots_per_inch(pass_):
    diagram = draw(pass_)
    width, _ = struct.unpack(">II", diagram.png[16:24])
    assert width == pytest.approx(diagram.scene.width * 96 / 72, abs=2)


# ── what can be drawn ─────────────────────────────────────────────────────────────────────────
def test_without_backward_only_the_forward_pass_is_drawn():
    diagram = draw(fan_out())
    assert diagram.passes == "forward"
    assert diagram.alt == "Forward pass of a·b + a: a = 3, b = 2; a·b = 6, a·b + a = 9."
    assert not any(name.startswith("b") for name in Drawing(diagram.svg).groups)


def test_after_backward_both_are_drawn():
    y = fan_out()
    y.backward()
    assert draw(y).passes == "both"
    assert draw(y, passes="forward").alt == draw(fan_out()).alt


def test_draw_touches_no_gradient():
    a = leaf("a", 3.0)
    y = a * a
    y.backward()
    draw(y).svg
    assert (a.grad, y.grad) == (6.0, 1.0)


def test_a_step_of_a_recording(celsius):
    third = draw(celsius, step=3)
    assert third.texts.step.number == 3
    assert draw(celsius).texts.step.number == 5
    with pytest.raises(ValueError) as error:
        draw(celsius, step=17)
    assert str(error.value) == "step 17 was not recorded; recorded are 1, 2, 3, 4, 5"


def test_many_steps_are_not_all_named():
    a, recorder = leaf("a", 1.0), Recorder(every=1)
    for _ in range(10):
        a.grad = None
        y = a * a
        y.backward()
        with recorder.step(y, [a]):
            a.data -= 0.1 * a.grad
    with pytest.raises(
        ValueError, match="^step 0 was not recorded; recorded are 1, 2, 3, 4, 5, 6, 7, 8, …$"
    ):
        draw(recorder, step=0)
    assert draw(recorder).texts.step.number == 10


@pytest.mark.parametrize("what", [3.0, "y", None, np.ones(2)])
def test_something_else_is_refused(what):
    with pytest.raises(TypeError) as error:
        draw(what)
    assert str(error.value) == (
        f"a Value or a recording can be drawn, not {type(what).__name__}; give the result of a"
        " computation with Values, or viz.Recorder() after fit"
    )


def test_an_empty_recorder():
    with pytest.raises(RuntimeError, match="^nothing is recorded yet: give the recorder to fit"):
        draw(viz.Recorder())


def test_parameters_get_their_border():
    w, x = leaf("w", 2.0), leaf("x", 3.0)
    assert draw(w * x, parameters=[w]).dot.count("peripheries=2") == 1
    assert draw(w * x).dot.count("peripheries=2") == 0


@pytest.mark.parametrize("name", SINGLE)
def test_every_kind_of_graph_is_drawn(name):
    assert Drawing(draw(passed(SINGLE[name]())).svg).groups


def test_odd_values():
    """Empty arrays, no name, NaN, a constant alone."""
    for root in (
        Value(np.zeros((0, 3))).sum(), Value([1.0, float("nan")]), Value(float("inf")) * 2.0,
        Value(np.ones((2, 2, 2))) * 2.0, Value(True * 1.0),
    ):  # fmt: skip
        assert Drawing(draw(root).svg).groups
        assert draw(root).alt.startswith("Forward pass of ")


# ── large ─────────────────────────────────────────────────────────────────────────────────────
def large() -> Value:
    y = MLP(4, [8, 6, 1], seed=1)([1.0, 2.0, 3.0, 4.0])
    y.name = "L"
    return y


def test_a_large_graph_is_drawn_coarser_and_says_so():
    diagram = draw(passed(large()))
    assert diagram.level == "layers"
    assert diagram.notice == "291 nodes: drawn by layer; level='scalars' shows all"
    assert Drawing(diagram.svg).texts("notice_words") == [diagram.notice]
    assert diagram.alt.endswith(f" {diagram.notice}.")


def test_every_node_of_a_large_graph_can_be_asked_for():
    diagram = draw(passed(large()), level="scalars")
    assert len(diagram.scene.cards) > 240
    assert diagram.notice == ""
    assert "notice_words" not in Drawing(diagram.svg).groups


def test_what_takes_too_long_is_drawn_coarser(monkeypatch):
    """Only the model is quick enough."""
    recording = passed(large())
    quick = stage_module.lay_out

    def slow(recording, *arguments, **options):
        if len(recording.graphs[0].nodes) > 3:
            raise layout.GraphvizTimeout("stopped", "")
        return quick(recording, *arguments, **options)

    monkeypatch.setattr(stage_module, "lay_out", slow)
    diagram = draw(recording, level="scalars")
    assert [c.node.name for c in diagram.scene.cards] == ["x", "L"]
    assert (diagram.level, diagram.notice) == (
        "model",
        "291 nodes: drawn as one model; level='scalars' takes longer than 10 s to lay out",
    )
    assert Drawing(diagram.svg).texts("notice_words") == [diagram.notice]


def test_a_model_that_takes_too_long_says_so(pass_, monkeypatch):
    def slow(*_, **__):
        raise layout.GraphvizTimeout("stopped", "")

    diagram = draw(pass_)
    layout.text_width("0", 15)
    monkeypatch.setattr(layout, "render", slow)
    monkeypatch.setattr(layout, "text_widths", lambda strings, *_, **__: [9.0] * len(list(strings)))
    with pytest.raises(
        layout.GraphvizTimeout, match="Draw a coarser level, such as level='layers'"
    ):
        diagram.scene


# ── in words ──────────────────────────────────────────────────────────────────────────────────
def test_alt_text(celsius, pass_):
    assert draw(pass_).alt == (
        "Forward and backward pass of a·b + a: a = 3, b = 2; a·b = 6, a·b + a = 9."
        " Gradients: a 3, b 3."
    )
    words = draw(celsius).alt
    assert words.startswith("Forward and backward pass of L: kernel of shape (1, 1), ")
    assert "; h of shape (7, 1), ŷ of shape (7, 1), " in words
    assert repr(draw(pass_)) == f"<Diagram: {draw(pass_).alt}>"


def test_the_svg_carries_its_alt_text(pass_):
    diagram = draw(pass_)
    root = Drawing(diagram.svg).root
    assert (root.get("role"), root.get("aria-label")) == ("img", diagram.alt)
    assert root[0].tag.endswith("desc")
    assert root[0].text == diagram.alt


# ── notebooks ─────────────────────────────────────────────────────────────────────────────────
def test_mimebundle(pass_):
    diagram = draw(pass_)
    bundle = diagram._repr_mimebundle_(include=None, exclude=None)
    assert list(bundle) == ["image/svg+xml", "image/png", "text/plain"]
    assert bundle["text/plain"] == diagram.alt


def test_a_page_in_a_notebook(pass_):
    page = viz.stepper(pass_, title='"quoted" <b>')
    shown = page._repr_html_()
    before, _, frame = shown.partition("<iframe ")
    head, _, rest = frame.partition(" srcdoc=")
    assert head == (
        'title="&quot;quoted&quot; &lt;b&gt;: step through the training" sandbox="allow-scripts"'
    )
    document = rest[1 : rest.index('"', 1)]
    assert "<" not in document
    assert document.startswith("&lt;!DOCTYPE html&gt;")
    # Below it lies what a viewer shows that takes frames out.
    assert "&quot;quoted&quot; &lt;b&gt;: a picture of the first step." in before
    ((alt, data),) = re.findall(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]*)"', before)
    assert html.unescape(alt) == draw(pass_).alt
    assert base64.b64decode(data) == page._repr_png_() == draw(pass_).png


def test_a_page_opens_in_a_theme(pass_):
    page = viz.stepper(pass_, theme="dark")
    assert page.html.count('data-opens="dark"') == 1
    assert page._repr_png_() == draw(pass_, theme="dark").png
    assert 'data-opens="' not in viz.stepper(pass_).html
    with pytest.raises(
        ValueError, match="theme 'drak' is not 'light' or 'dark'.* Did you mean 'dark'"
    ):
        viz.stepper(pass_, theme="drak")


# ── without Graphviz ──────────────────────────────────────────────────────────────────────────
def test_missing_graphviz(nowhere, pass_, tmp_path):
    diagram = draw(pass_)
    with pytest.raises(layout.GraphvizMissing) as error:
        diagram.save(tmp_path / "pass.svg")
    assert str(error.value).startswith(MISSING)
    assert 'pip install "pygraphviz>=2.0.4"' in str(error.value)
    assert error.value.dot.startswith("digraph")
    assert list(tmp_path.iterdir()) == []


def test_missing_graphviz_in_a_notebook(nowhere, pass_):
    bundle = draw(pass_)._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    words, hint, text = bundle["text/plain"].split("\n\n", 2)
    assert words == draw(pass_).alt
    assert hint.startswith(MISSING)
    assert text.startswith("digraph")


# ── frames ────────────────────────────────────────────────────────────────────────────────────
def test_frames(celsius, tmp_path):
    written = frames(celsius, tmp_path / "a" / "frames")
    assert [p.name for p in written] == [
        f"step-{step:04d}-{passes}.svg"
        for step in range(1, 6)
        for passes in ("forward", "backward")
    ]
    boxes = {Drawing(p.read_text(encoding="utf-8")).root.get("viewBox") for p in written}
    assert len(boxes) == 1


def test_frames_of_one_pass_in_another_format(tmp_path):
    written = frames(record(fan_out()), tmp_path, "dot")
    assert [p.name for p in written] == ["step-0001-forward.dot"]
    with pytest.raises(
        ValueError, match="^format 'gif' is not one of svg, png, pdf, dot, tex, tikz$"
    ):
        frames(record(fan_out()), tmp_path, "gif")


# ── the front door ────────────────────────────────────────────────────────────────────────────
def test_names_of_the_package():
    assert dir(viz) == sorted(viz.__all__)
    assert viz.draw is draw
    with pytest.raises(AttributeError, match=r"^viz has no 'drow'\. Did you mean 'draw'"):
        viz.drow
