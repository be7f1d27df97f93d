"""The demo command, from the command line to its files, and every way in which it may fail."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import viz.demo
from autograd_lite import __version__
from autograd_lite.recording import Recording
from viz import layout
from viz.cli import main

ROOT = Path(__file__).resolve().parents[1]
FILES = ["frames", "index.html", "loss.png", "record.json"]


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No network, an empty working folder, and nothing outside of it that could be deleted."""

    def refused(*_, **__):
        raise AssertionError("the demo asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.chdir(tmp_path)
    rmtree = shutil.rmtree

    def only_here(path, *args, **options):
        assert tmp_path in Path(path).resolve().parents, f"the demo would have deleted {path}"
        rmtree(path, *args, **options)

    monkeypatch.setattr(shutil, "rmtree", only_here)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def earlier(folder):
    """What an earlier, interrupted demo might have left."""
    folder.mkdir()
    (folder / "record.json").write_text("old")


def refused(capsys, *arguments) -> str:
    """The one line that a wrong option gets; code 2."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


# ── it works ──────────────────────────────────────────────────────────────────────────────────
def test_demo(capsys, tmp_path):
    assert main(["demo", "--epochs", "6"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    folder = tmp_path / "autograd-lite-demo"
    assert names(tmp_path) == ["autograd-lite-demo"]
    assert names(folder) == FILES
    recording = Recording.load(folder / "record.json")
    assert [s.number for s in recording.steps] == [1, 2, 3, 4, 5, 6]
    assert names(folder / "frames") == sorted(
        f"step-{step:04d}-{passes}.svg"
        for step in range(1, 7)
        for passes in ("forward", "backward")
    )
    for frame in (folder / "frames").iterdir():
        assert ElementTree.parse(frame).getroot().tag.endswith("svg")
    assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "https://" not in page.replace("https://www.w3.org", "")

    graph, last = recording.graphs[-1], recording.steps[-1]
    after = {graph.nodes[u.node].name: u.after for u in last.updates}
    weight, bias = after["kernel"][0][0], after["bias"][0]
    learned, prediction, *rest = out.splitlines()
    assert learned == (
        f"learned     weight {weight:.4g}, bias {bias:.4g} (the true ones are 1.8 and 32)"
    )
    assert prediction == f"100 °C is   {100 * weight + bias:.5g} °F (by the formula, 212)"
    assert rest == [
        f"step by it  {Path('autograd-lite-demo/index.html')}  (6 recorded steps; open it in a browser)",
        f"pictures    {Path('autograd-lite-demo/frames')}{os.sep}, {Path('autograd-lite-demo/loss.png')}",
        f"the record  {Path('autograd-lite-demo/record.json')}",
    ]


def test_the_same_seed_gives_the_same_files(tmp_path):
    for folder in ("one", "two", "three"):
        seed = "1" if folder == "three" else "0"
        assert main(["demo", "--epochs", "2", "--out", folder, "--seed", seed]) == 0
    one, two, three = ((tmp_path / f / "record.json").read_bytes() for f in ("one", "two", "three"))
    assert one == two
    assert one != three
    for name in ("index.html", "loss.png", "frames/step-0002-backward.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("model", "steps", "said"),
    [
        ("celsius", 2, "learned     weight "),
        ("dense-4-4-1", 2, "learned     33 weights and biases\n"),
        ("neuron", 14, "learned     weight "),
    ],
)
def test_models(capsys, tmp_path, model, steps, said):
    assert main(["demo", "--model", model, "--epochs", "2", "--out", model]) == 0
    assert said in capsys.readouterr().out
    recording = Recording.load(tmp_path / model / "record.json")
    assert len(recording.steps) == steps
    assert len(names(tmp_path / model / "frames")) == 2 * steps


def test_every(tmp_path):
    assert main(["demo", "--epochs", "7", "--every", "3", "--out", "deep/er/demo"]) == 0
    record = json.loads((tmp_path / "deep/er/demo/record.json").read_text(encoding="utf-8"))
    assert [s["number"] for s in record["steps"]] == [1, 4, 7]
    assert len(record["losses"]) == 7


def test_as_a_command_of_its_own(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(
        [sys.executable, "-m", "viz", "demo", "--epochs", "2", "--out", "demo"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "100 ?C is" in done.stdout  # a pipe that knows no degrees
    assert names(tmp_path / "demo") == FILES


def test_the_course_is_learned(capsys):
    """500 epochs, as in the course: about 211.3 °F."""
    trained = viz.demo.MODELS["celsius"](500, 500, 0)
    assert trained.prediction == pytest.approx(211.3, abs=0.3)
    assert "(the true ones are 1.8 and 32)" in trained.learned


# ── folders ───────────────────────────────────────────────────────────────────────────────────
def test_an_existing_folder_is_kept(capsys, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "autograd-lite: demo exists already; name another with --out, or replace it with --force\n"
    )
    assert names(tmp_path / "demo") == ["mine.txt"]


def test_an_existing_file_is_kept(capsys, tmp_path):
    (tmp_path / "demo").write_text("mine")
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "demo").read_text(encoding="utf-8") == "mine"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "demo").mkdir()
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 0
    assert names(tmp_path / "demo") == FILES


def test_force_replaces_an_earlier_demo(tmp_path):
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 0
    assert main(["demo", "--epochs", "2", "--out", "demo", "--force"]) == 0
    assert names(tmp_path / "demo") == FILES
    assert len(Recording.load(tmp_path / "demo" / "record.json").steps) == 2
    assert names(tmp_path) == ["demo"]


@pytest.mark.parametrize("mine", ["mine.txt", "frames/mine.svg"])
def test_force_deletes_only_what_the_demo_wrote(capsys, tmp_path, mine):
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 0
    (tmp_path / "demo" / mine).write_text("mine")
    before = (tmp_path / "demo" / "record.json").read_bytes()
    capsys.readouterr()
    assert main(["demo", "--epochs", "2", "--out", "demo", "--force"]) == 1
    assert capsys.readouterr().err == (
        f"autograd-lite: demo holds more than a demo, such as {Path(mine).name}, and is not replaced;"
        " name another with --out\n"
    )
    assert (tmp_path / "demo" / mine).read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "demo" / "record.json").read_bytes() == before


def test_a_folder_that_another_program_holds_open(capsys, tmp_path, monkeypatch):
    """Windows refuses to move it."""
    assert main(["demo", "--epochs", "1", "--out", "demo"]) == 0
    before = (tmp_path / "demo" / "record.json").read_bytes()
    capsys.readouterr()

    def held(*_):
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(Path, "rename", held)
    assert main(["demo", "--epochs", "2", "--out", "demo", "--force"]) == 1
    assert capsys.readouterr().err.endswith(
        "demo cannot be replaced: a file in it is open in another program; close it there, or name"
        " another folder\n"
    )
    assert (tmp_path / "demo" / "record.json").read_bytes() == before
    assert names(tmp_path) == ["demo"]


def test_force_spares_a_file_and_a_link(capsys, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    for name in ("file", "link"):
        assert main(["demo", "--epochs", "1", "--out", name, "--force"]) == 1
        assert capsys.readouterr().err == (
            f"autograd-lite: {name} is no folder and is not replaced; name another with --out\n"
        )
    assert names(tmp_path) == ["file", "link", "there"]


@pytest.mark.parametrize("out", [".", ".."])
def test_force_spares_the_folder_that_one_stands_in(capsys, tmp_path, monkeypatch, out):
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert main(["demo", "--epochs", "1", "--out", out, "--force"]) == 1
    assert capsys.readouterr().err == (
        f"autograd-lite: {out} is where you are and is not replaced; name another with --out\n"
    )
    assert inner.exists()


# ── failures leave nothing behind ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("there", [False, True])
def test_a_failure_changes_nothing(capsys, tmp_path, monkeypatch, there):
    if there:
        earlier(tmp_path / "demo")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(viz.demo, "plot_loss", full)
    assert main(["demo", "--epochs", "1", "--out", "demo", "--force"]) == 1
    assert capsys.readouterr().err == "autograd-lite: no space left on device\n"
    assert names(tmp_path) == (["demo"] if there else [])
    if there:
        assert (tmp_path / "demo" / "record.json").read_text(encoding="utf-8") == "old"


def test_the_old_folder_comes_back_if_the_new_one_cannot_be_moved(capsys, tmp_path, monkeypatch):
    earlier(tmp_path / "demo")
    rename = Path.rename

    def stuck(self, target):
        if (self / "index.html").exists():
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stuck)
    assert main(["demo", "--epochs", "1", "--out", "demo", "--force"]) == 1
    assert names(tmp_path) == ["demo"]
    assert (tmp_path / "demo" / "record.json").read_text(encoding="utf-8") == "old"


def test_without_graphviz(capsys, tmp_path, monkeypatch):
    def missing(*_, **__):
        raise layout.GraphvizMissing("There is no Graphviz to draw with", "digraph {}")

    monkeypatch.setattr(layout, "render", missing)
    assert main(["demo", "--epochs", "1"]) == 1
    assert capsys.readouterr().err == "autograd-lite: There is no Graphviz to draw with\n"
    assert names(tmp_path) == []


def test_ctrl_c(capsys, tmp_path, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(viz.demo, "frames", stopped)
    assert main(["demo", "--epochs", "1"]) == 130
    assert capsys.readouterr().err == "autograd-lite: stopped; nothing was written\n"
    assert names(tmp_path) == []


# ── options ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--epochs", "0"], "argument --epochs: '0' is not a whole number above 0"),
        (["--epochs", "ten"], "argument --epochs: 'ten' is not a whole number above 0"),
        (["--every", "-1"], "argument --every: '-1' is not a whole number above 0"),
        (["--seed", "-1"], "argument --seed: '-1' is not a whole number from 0 to 2³² − 1"),
        (["--seed", "4294967296"], "argument --seed: '4294967296' is not a whole number from 0 to 2³² − 1"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)  # fmt: skip
def test_a_wrong_option_gets_one_line(capsys, tmp_path, arguments, said):
    line = refused(capsys, "demo", *arguments)
    assert said in line
    assert line.startswith("autograd-lite")
    assert line.rstrip().endswith("--help")
    assert names(tmp_path) == []


def test_an_unknown_model_and_an_unknown_command(capsys):
    line = refused(capsys, "demo", "--model", "xor")
    assert "xor" in line
    for model in viz.demo.MODELS:
        assert model in line
    assert "drow" in refused(capsys, "drow")


def test_help_and_version(capsys):
    assert main([]) == 0
    assert "demo" in capsys.readouterr().out
    for arguments in (["--help"], ["demo", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0
    out = capsys.readouterr().out
    assert "--epochs" in out
    assert f"autograd-lite {__version__}" in out
