"""The Sphinx directive: a small book in reStructuredText and MyST, built for several readers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

CONF = """
project = "book"
extensions = ["myst_parser", "viz.sphinx_ext"]
numfig = True
html_theme = "alabaster"
"""

INDEX = """
A small book
============

.. toctree::

   deep/neuron

.. autograd:: tanh(w*x + b)
   :at: w=0.5 x=2 b=1
   :parameters: w b
   :caption: One *neuron*, forward and backward.
   :name: one-neuron
   :width: 90%

.. autograd::
   :at: x=[1, 2, 3]
   :backward:
   :theme: print
   :align: center
   :class: printed

   w = 0.5
   z = w*x
   mean(z**2)

.. autograd:: (a*b + a)**2
   :at: a=1 b=2
   :stepper:
"""

NEURON = """
# In MyST

```{autograd} relu(w*x) + exp(x)
:at: w=0.5 x=2
:caption: From **MyST**, see {ref}`one-neuron`.
:alt: A picture of "a & b" <b>
```
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    write(folder, INDEX)
    return folder


def write(folder: Path, index: str, conf: str = CONF, neuron: str = NEURON) -> None:
    (folder / "deep").mkdir()
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    (folder / "index.rst").write_text(index, encoding="utf-8")
    (folder / "deep" / "neuron.md").write_text(neuron, encoding="utf-8")


def build(folder: Path, builder: str, to: str = "", *options: str) -> tuple[Path, str]:
    """Build the book; where it is, and every warning."""
    out = folder / (to or f"_{builder}")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", builder, "-d", f"{out}-doctrees", *options,
         str(folder), str(out)],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, done.stderr


def pictures(page: str) -> list[dict[str, str]]:
    """The attributes of every image of the directive on a page."""
    found = re.findall(r"<img [^>]*autograd-[^>]*>", page)
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in found]


def test_html(book):
    out, warnings = build(book, "html")
    assert warnings == ""
    page = (out / "index.html").read_text(encoding="utf-8")
    neuron, printed = pictures(page)
    assert neuron["alt"] == (
        "Forward and backward pass of v₁: w = 0.5, x = 2, b = 1; w·x = 1, w·x + b = 2, v₁ = 0.964."
        " Gradients: w 0.1413, x 0.03533, b 0.07065."
    )
    assert neuron["style"] == "width: 90%;"
    assert 'id="one-neuron"' in page
    assert "One <em>neuron</em>, forward and backward." in page
    assert printed["class"] == "align-center"
    assert 'class="autograd-picture printed' in page
    natural = ElementTree.parse(out / printed["src"]).getroot().get("width").removesuffix("pt")
    width = re.fullmatch(r"width: (\d+)pt;", printed["style"])[1]
    assert float(width) == pytest.approx(float(natural), abs=9)  # the SVG has a margin of 4 pt
    assert f'href="{printed["src"]}"' in page  # the picture alone, in its own size
    assert (out / "_static" / "autograd.css").is_file()
    for picture in (neuron, printed):
        root = ElementTree.parse(out / picture["src"]).getroot()
        assert root.tag.endswith("svg")
    assert "#0072B2" not in (out / printed["src"]).read_text(encoding="utf-8")

    (deep,) = pictures((out / "deep" / "neuron.html").read_text(encoding="utf-8"))
    assert deep["alt"] == "A picture of &quot;a &amp; b&quot; &lt;b&gt;"
    assert (out / "deep" / deep["src"]).is_file()


def test_a_stepper_in_html(book):
    out, _ = build(book, "html")
    frame = re.search(r"<iframe [^>]*>", (out / "index.html").read_text(encoding="utf-8"))[0]
    assert 'title="(a*b + a)**2: step through it"' in frame
    assert 'sandbox="allow-scripts"' in frame
    source = re.search(r'src="([^"]+)"', frame)[1]
    assert (out / source).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_latex(book):
    out, warnings = build(book, "latex")
    assert warnings == ""
    tex = (out / "book.tex").read_text(encoding="utf-8")
    files = re.findall(r"\\sphinxincludegraphics(?:\[[^\]]*\])?\{\{([^}]+)\}\.(\w+)\}", tex)
    assert len(files) == 4  # the stepper is a picture here
    for name, ending in files:
        content = (out / f"{name}.{ending}").read_bytes()
        assert content.startswith({"pdf": b"%PDF", "png": b"\x89PNG"}[ending])
    assert "width=0.900\\linewidth" in tex


@pytest.mark.bundled
def test_latex_gets_pdf(book):
    out, _ = build(book, "latex")
    assert len(list(out.glob("autograd-*.pdf"))) == 4


def test_text(book):
    out, warnings = build(book, "text")
    words = " ".join((out / "index.txt").read_text(encoding="utf-8").split())
    assert warnings == ""
    assert "Forward and backward pass of v₁: w = 0.5, x = 2, b = 1;" in words
    assert "Gradients: a 18, b 6." in words
    assert "[image" not in words


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "man", "texinfo", "epub", "xml"])
def test_other_builders(book, builder):
    settings = ("-D", "epub_copyright=x", "-D", "version=1")
    _, warnings = build(book, builder, "", *(settings if builder == "epub" else ()))
    assert warnings == ""


def test_the_same_book_twice_gives_the_same_files(book):
    one, _ = build(book, "html", "_one", "-j", "2")
    two, _ = build(book, "html", "_two")
    names = [sorted(p.name for p in out.rglob("autograd-*")) for out in (one, two)]
    assert names[0] == names[1]
    assert len(names[0]) == 4
    for first in one.rglob("autograd-*"):
        assert first.read_bytes() == (two / first.relative_to(one)).read_bytes()


def test_a_theme_with_two_faces_gets_two_pictures(tmp_path):
    """The classes are those of Furo and the PyData theme; a theme of that name stands in for them."""
    theme = tmp_path / "furo"
    theme.mkdir()
    (theme / "theme.conf").write_text("[theme]\ninherit = basic\n")
    write(tmp_path, INDEX, CONF.replace('"alabaster"', '"furo"') + 'html_theme_path = ["."]\n')
    out, warnings = build(tmp_path, "html")
    assert warnings == ""
    light, dark, printed = pictures((out / "index.html").read_text(encoding="utf-8"))
    assert light["class"].split() == ["only-light"]
    assert dark["class"].split() == ["only-dark"]
    assert "#111827" in (out / dark["src"]).read_text(encoding="utf-8")


def test_a_wrong_formula_is_told_with_its_place_and_the_book_goes_on(tmp_path):
    index = """
Wrong
=====

.. toctree::

   deep/neuron

.. autograd:: tnah(x)
   :at: x=1

.. autograd:: w*x
   :at: x=1

.. autograd:: x**2
   :at: x=1
   :forward:
   :backward:

.. autograd:: __import__('os').system('touch ran')
"""
    write(tmp_path, index)
    out, warnings = build(tmp_path, "html")
    for line, words in (
        (9, "autograd: 'tnah' is not a function that formulas know. Did you mean 'tanh'?"),
        (12, "autograd: no number was given for 'w'"),
        (15, "autograd: :forward: and :backward: exclude each other"),
        (20, 'autograd: "\'" has no place in a formula'),
    ):
        assert re.search(rf"index\.rst:{line}: ERROR: {re.escape(words)}", warnings), warnings
    assert (out / "index.html").is_file()
    assert not (tmp_path / "ran").exists()


def test_without_graphviz_the_words_stand_there(tmp_path):
    write(tmp_path, INDEX)
    os.environ["AUTOGRAD_LITE_DOT"] = "/no/such/dot"
    try:
        out, warnings = build(tmp_path, "html")
    finally:
        del os.environ["AUTOGRAD_LITE_DOT"]
    assert "WARNING: autograd: '/no/such/dot'" in warnings
    assert "Forward and backward pass of v₁" in (out / "index.html").read_text(encoding="utf-8")
