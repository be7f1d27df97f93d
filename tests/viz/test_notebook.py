"""Notebooks: what a drawing shows in each, and the cell magic, in a real kernel."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import viz
from autograd_lite import Value, record
from viz import layout
from viz.formulas import formula
from viz.graphics.display import fitted, mime_bundle

ROOT = Path(__file__).resolve().parents[2]

RUN = """
import json, os, sys
import nbformat
from nbclient import NotebookClient
cells = [nbformat.v4.new_code_cell(cell) for cell in json.loads(sys.stdin.read())]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, kernel_name="here", timeout=120, allow_errors=True).execute()
sys.stdout.reconfigure(encoding="utf-8")
print(json.dumps([cell.outputs for cell in notebook.cells]))
"""


def executed(tmp_path: Path, cells: list[str]) -> list[list[dict[str, Any]]]:
    """The outputs of every cell, as a kernel of this very Python sends them."""
    kernel = tmp_path / "jupyter" / "kernels" / "here"
    kernel.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "here",
        "language": "python",
    }
    (kernel / "kernel.json").write_text(json.dumps(spec))
    folders = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(cells), cwd=tmp_path, capture_output=True,
        encoding="utf-8", timeout=240,
        env={**os.environ, **folders, "JUPYTER_PATH": str(tmp_path / "jupyter"),
             "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return outputs


# ── what a drawing shows ──────────────────────────────────────────────────────────────────────
@pytest.fixture
def neuron():
    y = formula("tanh(w*x + b)", w=0.5, x=2, b=1)
    y.backward()
    return viz.draw(y)


def test_every_form(neuron):
    bundle = neuron._repr_mimebundle_()
    assert bundle["image/svg+xml"] == for_screen(neuron.svg)
    assert base64.b64decode(bundle["image/png"]) == neuron.png
    assert bundle["text/plain"] == neuron.alt
    json.dumps(bundle)


def for_screen(svg: str) -> str:
    """A point becomes a pixel, and a wide picture shrinks with its cell."""
    width, height = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()
    w, h = float(width), float(height)
    share = min(1, max(960 / w, 0.7))
    style = f'style="max-width:max(100%, {w * 0.7:.0f}px);height:auto" '
    pixels = svg.replace(
        f'width="{width}pt" height="{height}pt"',
        f'width="{w * share:.1f}px" height="{h * share:.1f}px"',
    )
    return pixels.replace("<svg ", f"<svg {style}", 1)


@pytest.mark.parametrize(
    ("width", "shown"), [(500, 500), (960, 960), (1100, 960), (1300, 960), (2000, 1400)]
)
def test_a_wide_picture_fits_a_cell_as_far_as_it_can_be_read(width, shown):
    """Where Jupyter shows an image, its own size counts."""
    drawn = fitted(f'<svg width="{width}pt" height="100pt" viewBox="0 0 1 1"/>')
    assert f' width="{shown:.1f}px" height="{100 * shown / width:.1f}px" ' in drawn
    assert f"max-width:max(100%, {0.7 * width:.0f}px);height:auto" in drawn
    assert ' width="400.0px" ' in fitted('<svg width="300pt" height="9pt">', 4 / 3)


def test_only_what_is_asked_for(neuron):
    assert list(mime_bundle(neuron, include={"text/plain", "text/html"})) == ["text/plain"]
    assert list(mime_bundle(neuron, exclude={"image/png"})) == ["image/svg+xml", "text/plain"]


def test_without_graphviz_the_words_and_the_text_to_draw(neuron, monkeypatch):
    source = neuron.dot

    def missing(*_, **__):
        raise layout.GraphvizMissing("There is no Graphviz to draw with", source)

    monkeypatch.setattr(layout, "render", missing)
    bundle = mime_bundle(neuron)
    assert list(bundle) == ["text/plain"]
    words, said, dot = bundle["text/plain"].split("\n\n", 2)
    assert (words, said, dot) == (neuron.alt, "There is no Graphviz to draw with", source)


def test_names_for_one_record():
    a = Value(1.0)
    y = a * 2
    nodes = record(y, names={a: "a", y: "y"}).graphs[0].nodes
    assert [n.name for n in nodes] == ["a", "2", "y"]
    assert a.name is None


# ── in a kernel ───────────────────────────────────────────────────────────────────────────────
CELLS = {
    "load": "%load_ext viz\nimport viz\nfrom autograd_lite import Value\n"
    'w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(1.0, "b")',
    "draw": 'viz.draw(viz.formula("w*x", w=1, x=2))',
    "stepper": 'viz.stepper(viz.formula("w*x", w=1, x=2), title="<b>&\\"")',
    "expression": "%%backprop\n# a comment\nz = w * x + b\ny = z.tanh()\n(y - 0.5) ** 2",
    "assigned": "%%backprop --backward --theme dark -o y.png\nz = w * x + b\ny = z.tanh()",
    "named": "%%backprop y\nz",
    "earlier": "%backprop z --forward",
    "steps": "%%backprop --stepper\nloss = (w * x - 3) ** 2",
    "data": "[w.grad, x.grad, b.grad, y.name, z.name]",
    "number": "%%backprop\n3 + 4",
    "nothing": "%%backprop\nimport math",
    "unknown": "%%backprop nope\nw * x",
    "option": "%%backprop --them dark\nw * x",
    "wrong": "%%backprop\na = w * x\na / {}['no']",
    "syntax": "%%backprop\nw * x +",
    "magic": "%%backprop\nnames = !echo shell\nw * x",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    made = dict(zip(CELLS, executed(folder, list(CELLS.values())), strict=True))
    made["folder"] = folder
    return made


def kinds(cell) -> list[tuple[str, list[str]]]:
    return [(o["output_type"], sorted(o.get("data", ()))) for o in cell]


PICTURE = ["image/png", "image/svg+xml", "text/plain"]


@pytest.mark.slow
def test_a_diagram_in_a_kernel(outputs):
    assert outputs["load"] == []
    assert kinds(outputs["draw"]) == [("execute_result", PICTURE)]
    data = outputs["draw"][0]["data"]
    assert ElementTree.fromstring("".join(data["image/svg+xml"]).encode()).tag.endswith("svg")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == "Forward pass of w·x: w = 1, x = 2; w·x = 2."


@pytest.mark.slow
def test_the_stepper_in_a_kernel(outputs):
    for cell in ("stepper", "steps"):
        assert kinds(outputs[cell])[-1][1] == ["image/png", "text/html", "text/plain"]
    shown = "".join(outputs["stepper"][0]["data"]["text/html"])
    still, frame = shown[: shown.index("<iframe")], shown[shown.index("<iframe") :]
    opening = re.match(r"<iframe [^>]*>", frame)[0]
    assert 'title="&lt;b&gt;&amp;&quot;' in opening
    assert 'sandbox="allow-scripts"' in opening
    assert opening.count("srcdoc=") == 1
    assert re.findall(r"<(\w+)", still) == ["div", "div", "p", "img", "div"]
    # These are the frame's own: all of the page is escaped.
    assert re.findall(r"<(/?\w+)", frame) == ["iframe", "/iframe", "/div", "/div"]


@pytest.mark.slow
def test_the_magic_draws_the_last_expression(outputs):
    picture, lines = outputs["expression"]
    assert kinds([picture, lines]) == [
        ("display_data", PICTURE), ("display_data", ["text/html", "text/plain"]),
    ]  # fmt: skip
    assert picture["data"]["text/plain"].startswith(
        "Forward and backward pass of v₁: w = 0.5, x = 2"
    )
    assert picture["data"]["text/plain"].endswith("Gradients: w 0.1311, x 0.03278, b 0.06557.")
    assert lines["data"]["text/plain"].splitlines() == [
        "   3  z = w * x + b   → w·x, z",
        "   4  y = z.tanh()    → y",
        "   5  (y - 0.5) ** 2  → y − 0.5, v₁",
    ]
    assert "<code>z = w * x + b</code>" in lines["data"]["text/html"]
    # No name and no .grad was written.
    assert outputs["data"][0]["data"]["text/plain"] == "[None, None, None, None, None]"


@pytest.mark.slow
def test_the_magic_saves_and_takes_options(outputs):
    picture, _, printed = outputs["assigned"]
    assert printed["text"] == "y.png\n"
    saved = (outputs["folder"] / "y.png").read_bytes()
    assert base64.b64decode(picture["data"]["image/png"]) == saved
    assert "#111827" in picture["data"]["image/svg+xml"]


@pytest.mark.slow
def test_the_magic_draws_a_named_value(outputs):
    assert "of y:" in outputs["named"][0]["data"]["text/plain"]
    assert kinds(outputs["earlier"]) == [("display_data", PICTURE)]
    assert outputs["earlier"][0]["data"]["text/plain"].startswith("Forward pass")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("number", "UsageError: %%backprop: 3 + 4 gives int, which is no Value; end the cell with a Value,"
                   " or name one: %%backprop loss"),
        ("nothing", "UsageError: %%backprop: the last line gives no value; end the cell with a Value, or name"
                    " one: %%backprop loss"),
        ("unknown", "UsageError: %%backprop: there is no variable 'nope'"),
        ("option", "UsageError: %%backprop: unrecognized arguments: --them; %%backprop? tells the options"),
    ],
)  # fmt: skip
def test_the_magic_refuses_in_one_line(outputs, cell, says):
    (said,) = outputs[cell]
    assert said["output_type"] == "stream"
    assert said["text"].strip() == says


@pytest.mark.slow
def test_errors_of_the_cell_are_its_own(outputs):
    (error,) = outputs["wrong"]
    assert error["ename"] == "KeyError"
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))
    assert "----> 3 a / {}['no']" in shown or re.search(r"-> 3\s+a / {}\['no'\]", shown)
    assert outputs["syntax"][0]["ename"] == "SyntaxError"
    assert kinds(outputs["magic"])[0] == ("display_data", PICTURE)
