"""Every notebook runs from top to bottom, without a network, in well under a minute."""

from __future__ import annotations

import ast
import os
import re

import matplotlib
import notebooks
import pytest

from autograd_lite.exercises.catalogue import EXERCISES

WARNINGS = "error,ignore::DeprecationWarning:keras.src.backend.common.variables"
"""Whatever warns is a mistake; Keras gives NumPy an array in a way that NumPy 2 has left behind."""

QUICK = (1, 2, 3, 6, 11)
"""The notebooks that the fast suite runs too; each takes about a second."""

WITHOUT_PICTURES = (11, 12)
"""They show programs."""

OFFLINE = """\
import socket

_connect = socket.socket.connect


def _local(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"the notebook asked for {address}")
    return _connect(self, address)


socket.socket.connect = _local
"""

every_notebook = pytest.mark.parametrize("path", notebooks.NOTEBOOKS, ids=lambda path: path.stem)


def run(path):
    """Run the cells as a notebook would, and show what stands at the end of each."""
    names = {"__name__": f"tutorial_{notebooks.number(path)}"}
    shown = []
    for source in notebooks.code(path):
        body = ast.parse(source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), path.name, "exec"), names)
        if last is None:
            continue
        thing = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
        for form in ("_repr_mimebundle_", "_repr_html_"):
            if hasattr(thing, form):
                shown.append(getattr(thing, form)())
                break
        else:
            shown.append(repr(thing))
    return shown


def test_there_are_twelve():
    assert [notebooks.number(path) for path in notebooks.NOTEBOOKS] == list(range(1, 13))


@pytest.mark.parametrize(
    "path", [p for p in notebooks.NOTEBOOKS if notebooks.number(p) in QUICK], ids=lambda p: p.stem
)
def test_runs_in_process(path, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    shown = run(path)
    drawn = any("image/svg+xml" in x for x in shown if isinstance(x, dict))
    assert drawn or notebooks.number(path) in WITHOUT_PICTURES
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == ""


@pytest.mark.slow
@every_notebook
def test_runs_in_jupyter(path, tmp_path):
    import nbclient
    import nbformat

    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    book.cells.insert(0, nbformat.v4.new_code_cell(OFFLINE))
    client = nbclient.NotebookClient(
        book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute(
        env={**os.environ, "PYTHONPATH": str(notebooks.ROOT), "PYTHONWARNINGS": WARNINGS}
    )
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.get("name") == "stderr"]
    pictures = {"image/svg+xml", "image/png", "text/html"}
    assert notebooks.number(path) in WITHOUT_PICTURES or any(
        pictures & set(out.get("data", {})) for out in outputs
    )
    assert not [
        out["data"]["text/plain"]
        for out in outputs
        if "data" in out
        and re.match(r"<(Figure|Axes)", out["data"].get("text/plain", ""))
        and not pictures & set(out["data"])
    ], "a figure that the notebook does not show"
    assert list(tmp_path.iterdir()) == []


@every_notebook
def test_is_stored_without_outputs(path):
    book = notebooks.load(path)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    raw = path.read_text(encoding="utf-8")
    assert raw.endswith("}\n") and "/home/" not in raw and "/tmp/" not in raw


@every_notebook
def test_installs_only_where_it_is_missing(path):
    first = next(cell for cell in notebooks.cells(path) if cell.kind == "code")
    assert "remove-cell" in first.tags
    assert (
        'find_spec("autograd_lite") is None:\n    %pip install --quiet autograd-lite'
        in first.source
    )
    assert "%" not in "".join(
        line for cell in notebooks.code(path) for line in cell.splitlines() if line[:1] == "%"
    )


@every_notebook
def test_has_a_title_questions_and_a_way_on(path):
    book = notebooks.cells(path)
    text = "\n".join(cell.source for cell in book if cell.kind == "markdown")
    assert re.match(rf"# {notebooks.number(path)} · \S", book[0].source)
    assert "**Predict.**" in text
    assert "What to keep." in text or notebooks.number(path) == 12
    for target in re.findall(r"\]\(([\w-]+\.(?:ipynb|md))\)", text):
        assert (notebooks.TUTORIALS / target).exists(), target


@every_notebook
def test_an_answer_is_covered_until_it_is_asked_for(path):
    """On the site, where the outputs stand below the questions; in Jupyter nobody has run them yet."""
    marks = re.compile(r"(\*\*Predict\.\*\*)|(<details><summary>Answer</summary>\n\n)")
    open_question = ""
    for cell in notebooks.cells(path):
        if "hide-output" in cell.tags:
            open_question = ""
        if cell.kind != "markdown":
            continue
        for found in marks.finditer(cell.source):
            assert not (found[1] and open_question), f"no covered answer: {open_question}"
            open_question = cell.source[found.start() :].splitlines()[0] if found[1] else ""
        assert cell.source.count("<details>") == cell.source.count("\n\n</details>")
    assert not open_question


def test_every_exercise_is_asked_once():
    asked = [
        (number, notebooks.number(path))
        for path in notebooks.NOTEBOOKS
        for number in re.findall(r'check\("([\d.]+)"', "\n".join(notebooks.code(path)))
    ]
    assert sorted(number for number, _ in asked) == sorted(EXERCISES)
    assert all(number.split(".")[0] == str(tutorial) for number, tutorial in asked)


@every_notebook
def test_every_exercise_has_its_question(path):
    text = "\n".join(cell.source for cell in notebooks.cells(path) if cell.kind == "markdown")
    code = "\n".join(notebooks.code(path))
    assert set(re.findall(r"\*\*(\d+\.\d+)\*\*", text)) == set(
        re.findall(r'check\("([\d.]+)"', code)
    )
