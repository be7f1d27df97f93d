"""The pages beside the notebooks: their Python runs, their links lead somewhere, nothing is left out."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from types import ModuleType

import notebooks
import pytest

import autograd_lite
import viz
from autograd_lite import keras

TERMS = (
    "Feature", "Label", "Example", "Layer", "Model", "Dense", "Weights and biases", "Loss", "MSE",
    "Gradient descent", "Optimizer", "Learning rate", "Batch", "Epoch", "Forward pass",
    "Backpropagation", "Gradient",
)  # fmt: skip
WITH_CODE = [p for p in notebooks.PAGES if notebooks.blocks(p.read_text(encoding="utf-8"))]
every_page = pytest.mark.parametrize("path", notebooks.PAGES, ids=lambda path: path.stem)


@pytest.mark.parametrize("path", WITH_CODE, ids=lambda path: path.stem)
def test_the_python_of_a_page_runs(path, tmp_path):
    lines = ["import matplotlib", "matplotlib.use('Agg')"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c",
         "\n".join([*lines, *notebooks.blocks(path.read_text(encoding="utf-8"))])],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=120,
        env={**os.environ, "PYTHONPATH": str(notebooks.ROOT), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = re.findall(r'(?:\.save|\.savefig)\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    for name in names:
        assert (tmp_path / name).stat().st_size > 500, name


def test_there_are_pages_with_code():
    assert {"gallery", "slides", "latex", "notebooks", "web-pages", "pytest", "architecture"} <= {
        path.stem for path in WITH_CODE
    }


@every_page
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        if not target.startswith(("http", "autograd_lite")):
            assert (path.parent / target).exists(), target


@every_page
def test_every_page_is_in_the_contents(path):
    contents = (notebooks.TUTORIALS / "index.md").read_text(encoding="utf-8")
    name = path.relative_to(notebooks.TUTORIALS).with_suffix("").as_posix()
    assert name == "index" or f"\n{name}\n" in contents


def test_every_notebook_is_in_the_contents():
    contents = (notebooks.TUTORIALS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d\d-[\w-]+)$", contents, re.M)
    assert listed == [path.stem for path in notebooks.NOTEBOOKS]


# ── glossary ──────────────────────────────────────────────────────────────────────────────────
GLOSSARY = (notebooks.TUTORIALS / "glossary.md").read_text(encoding="utf-8")


def entries():
    parts = re.split(r"^## (.+)$", GLOSSARY, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_its_place_in_the_code(term):
    text = entries()[term]
    assert "*In the code:*" in text
    for file in re.findall(r"`((?:autograd_lite|viz)/[\w/.]+)`", text):
        assert (notebooks.ROOT / file).exists(), file


def test_names_of_the_glossary_exist():
    for names, file in re.findall(r"((?:`\w+`(?:, | and )?)+) in `([\w/.]+\.py)`", GLOSSARY):
        source = (notebooks.ROOT / file).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b(class|def) {name}\b", source), (name, file)


def test_the_pictures_of_the_glossary_are_drawn_by_their_script(tmp_path, monkeypatch):
    place = notebooks.TUTORIALS / "site" / "pictures.py"
    spec = importlib.util.spec_from_file_location("glossary_pictures", place)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    linked = set(re.findall(r"\]\(pictures/([\w.-]+)\)", GLOSSARY))
    assert linked == set(script.PICTURES)
    script.main(tmp_path)
    for name in linked:
        drawn, stored = tmp_path / name, notebooks.TUTORIALS / "pictures" / name
        assert stored.stat().st_size > 1000
        if drawn.suffix == ".svg":
            words = re.compile(r"<desc>(.*?)</desc>", re.S)
            assert (
                words.search(drawn.read_text("utf-8"))[1]
                == words.search(stored.read_text("utf-8"))[1]
            ), f"{name} is old: python tutorials/site/pictures.py"


# ── reference ─────────────────────────────────────────────────────────────────────────────────
def test_every_public_name_is_in_the_reference():
    pages = notebooks.TUTORIALS / "reference"
    engine = (pages / "engine.md").read_text(encoding="utf-8")
    for name in set(autograd_lite.__all__) - {"keras", "nn", "ops", "tf"}:
        assert re.search(rf"auto\w+:: {name}$", engine, re.M), name
    networks = (pages / "networks.md").read_text(encoding="utf-8")
    for name in ("Neuron", "Layer", "MLP", "Recorder", "TrainingStep"):
        assert re.search(rf"autoclass:: {name}$", networks, re.M), name
    names = (pages / "keras.md").read_text(encoding="utf-8")
    again = {"backend", "models"}  # the same things under a second name
    modules = {n for n, thing in vars(keras).items() if isinstance(thing, ModuleType)} - again
    assert {name for name in modules if f"autograd_lite.keras.{name}" not in names} == set()
    assert "autoclass:: autograd_lite.keras.Sequential" in names
    assert ".. automodule:: viz" in (pages / "pictures.md").read_text("utf-8")
    optional = set() if importlib.util.find_spec("anywidget") else {"widget"}
    for name in set(viz.__all__) - optional:
        assert getattr(viz, name).__doc__, name
