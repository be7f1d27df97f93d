"""The command line: every command, its help, its exit codes, and how it behaves in a pipe."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd_lite import __version__
from viz import layout
from viz.cli import main
from viz.system import shipped

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("demo", "draw", "tutorials")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def run(capsys):
    """Runs a command line; its code, what it printed, what it complained of."""

    def call(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return call


def command(*arguments: str, **options):
    """The command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "viz", *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


# ── draw ──────────────────────────────────────────────────────────────────────────────────────
NEURON = ("draw", "tanh(w*x + b)", "--at", "w=0.5", "--at", "x=2", "--at", "b=1")


def test_a_neuron(run, tmp_path):
    assert run(*NEURON, "-o", "neuron.svg") == (0, "neuron.svg\n", "")
    root = ElementTree.parse(tmp_path / "neuron.svg").getroot()
    assert "Gradients: w 0.1413, x 0.03533, b 0.07065." in root.get("aria-label")
    assert [p.name for p in tmp_path.iterdir()] == ["neuron.svg"]


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        pytest.param("pdf", b"%PDF", marks=pytest.mark.bundled),
        ("dot", b"digraph"),
        ("tex", b"\\documentclass"),
        ("tikz", b"% \\usepackage{tikz}"),
        ("html", b"<!DOCTYPE html>"),
    ],
)
def test_formats(run, tmp_path, ending, start):
    code, out, err = run(*NEURON, "-o", f"a.{ending.upper()}")
    assert (code, err) == (0, "")
    by_ending = (tmp_path / f"a.{ending.upper()}").read_bytes()
    assert by_ending.startswith(start)
    assert run(*NEURON, "-o", "plain", "--format", ending)[0] == 0
    assert (tmp_path / "plain").read_bytes() == by_ending


def test_in_words(run):
    code, out, err = run(*NEURON)
    assert (code, err) == (0, "")
    assert out == (
        "Forward and backward pass of v₁: w = 0.5, x = 2, b = 1; w·x = 1, w·x + b = 2, v₁ = 0.964."
        " Gradients: w 0.1413, x 0.03533, b 0.07065.\n"
    )


def test_passes_and_looks(run, tmp_path):
    for name in ("forward", "backward", "both"):
        assert run(*NEURON, f"--{name}", "-o", f"{name}.dot")[0] == 0
    forward, backward, both = (
        (tmp_path / f"{n}.dot").read_text(encoding="utf-8") for n in ("forward", "backward", "both")
    )
    assert "0.1413" not in forward
    assert "0.1413" in backward
    assert len({forward, backward, both}) == 3
    assert run(*NEURON, "-o", "default.dot")[0] == 0
    assert (tmp_path / "default.dot").read_text(encoding="utf-8") == both
    assert run(*NEURON, "--theme", "dark", "-o", "dark.dot")[0] == 0
    assert "#111827" in (tmp_path / "dark.dot").read_text(encoding="utf-8")
    assert run(*NEURON, "--theme", "dark", "--transparent", "-o", "clear.dot")[0] == 0
    assert 'bgcolor="#111827"' not in (tmp_path / "clear.dot").read_text(encoding="utf-8")
    assert run(*NEURON, "--parameters", "w,b", "-o", "parameters.dot")[0] == 0
    doubled = (tmp_path / "parameters.dot").read_text(encoding="utf-8").count("peripheries=2")
    assert doubled == 2 + both.count("peripheries=2")


def test_a_formula_that_looks_like_an_option(run):
    assert run("draw", "-x**2", "--at", "x=3")[1].startswith(
        "Forward and backward pass of −x²: x = 3"
    )
    assert run("draw", "--at", "x=3", "-(x)")[1].startswith(
        "Forward and backward pass of −x: x = 3"
    )


def test_a_formula_from_a_pipe(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("w = 2\nz = w*x\nz**2\n"))
    assert "z = 6, z² = 36. Gradients: x 24, w 36." in run("draw", "-", "--at", "x=3")[1]


def test_random_numbers_by_seed(run):
    told = [run("draw", "a*b + a", "--seed", seed)[1] for seed in ("1", "1", "2")]
    assert told[0] == told[1] != told[2]
    assert "a = 5," in run("draw", "a*b + a", "--seed", "1", "--at", "a=5")[1]


def test_vectors(run):
    code, out, err = run("draw", "w*x", "--at", "w=2 x=[1, 2]")
    assert code == 0
    assert out.startswith("Forward pass of w·x")
    assert err == (
        "autograd-lite: only the values are drawn, for a backward pass starts from one number; write"
        " sum(…) or mean(…) around it\n"
    )
    assert run("draw", "w*x", "--at", "w=2 x=[1, 2]", "--forward")[2] == ""
    code, out, err = run("draw", "w*x", "--at", "w=2 x=[1, 2]", "--backward")
    assert (code, out) == (2, "")
    assert "the result has shape (2,)" in err


def test_a_domain_that_is_left_is_told_and_drawn(run):
    code, out, err = run("draw", "log(x)", "--at", "x=-1")
    assert code == 0
    assert "log(x) = NaN" in out
    assert (
        err == "autograd-lite: warning: log of 'x' = -1 is NaN (invalid value): log needs x > 0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tnah(x)"], "'tnah' is not a function that formulas know. Did you mean 'tanh'?\n  tnah(x)\n  ^\n"),
        (["w*x"], "no number was given for 'w' and 'x'\n  w*x\n  ^\n"
                  "give it: --at w=1 --at x=1, or --seed 0 for random numbers\n"),
        (["x", "--at", "x"], "this is no number for a name; write it as in w=0.5\n  x\n  ^\n"),
        (["x", "--at", "x=1", "--at", "x=2"], "--at x=… is given twice\n"),
        (["x", "--at", "x=1 y=2"], "there is no 'y' in the formula; it has 'x'.\n  x\n  ^\n"),
        (["x", "--at", "x=1", "--parameters", "v"], "there is no 'v' to draw as a parameter; there is 'x'\n"),
        (["x", "--at", "x=1", "-o", "x.jpg"],
         "'x.jpg' does not end in .svg, .png, .pdf, .dot, .tex, .tikz, .html; give it such an ending, or"
         " --format svg\n"),
        (["x", "--at", "x=1", "-o", "x"],
         "'x' does not end in .svg, .png, .pdf, .dot, .tex, .tikz, .html; give it such an ending, or"
         " --format svg\n"),
        (["x", "--at", "x=1", "--format", "svg"],
         "--format svg needs a file: -o FILE, or -o - for the pipe\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_ends_with_2(run, tmp_path, arguments, says):
    assert run("draw", *arguments) == (2, "", f"autograd-lite: {says}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["draw"], "the following arguments are required: FORMULA"),
        (["draw", "x", "--forward", "--both"], "not allowed with argument"),
        (["draw", "x", "--theme", "pink"], "invalid choice: 'pink'"),
        (["draw", "x", "--seed", "x"], "'x' is not a whole number from 0"),
        (["tutorials", "--too", "x"], "unrecognized arguments: --too"),
    ],
)
def test_a_wrong_option_gets_one_line(run, arguments, says):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert says in err
    assert err.rstrip().endswith("--help")


def test_a_folder_that_is_not_there(run, tmp_path):
    message = f"autograd-lite: there is no folder {Path('no/where')} to write into\n"
    assert run(*NEURON, "-o", str(Path("no/where/x.svg"))) == (1, "", message)


def test_an_existing_file_is_kept_if_anything_fails(run, tmp_path, monkeypatch):
    (tmp_path / "x.svg").write_text("old")

    def broken(*_, **__):
        raise layout.GraphvizMissing("There is no Graphviz to draw with", "digraph {}")

    with monkeypatch.context() as patch:
        patch.setattr(layout, "render", broken)
        code, out, err = run(*NEURON, "-o", "x.svg")
    assert (code, out, err) == (1, "", "autograd-lite: There is no Graphviz to draw with\n")
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == "old"

    def stopped(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(layout, "render", stopped)
        assert run(*NEURON, "-o", "x.svg")[::2] == (
            130,
            "autograd-lite: stopped; nothing was written\n",
        )
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.svg"]


# ── pipes and terminals ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("form", ["svg", "dot", "png"])
def test_into_a_pipe(form, tmp_path):
    process = command(*NEURON, "-o", "-", "--format", form, cwd=tmp_path)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert main([*NEURON, "-o", f"same.{form}"]) == 0
    assert out == (tmp_path / f"same.{form}").read_bytes()


@pytest.mark.parametrize("arguments", [(*NEURON, "-o", "-"), NEURON, ("--help",)])
def test_a_reader_who_leaves_hears_nothing(arguments):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        process = subprocess.run(
            [sys.executable, "-m", "viz", *arguments],
            stdout=gone, stderr=subprocess.PIPE, timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert process.stderr == b""
    # From Python 3.11 on, argparse itself takes no notice of a closed pipe.
    quiet = "--help" in arguments and sys.version_info >= (3, 11)
    assert process.returncode == (0 if quiet else 1)


def test_a_full_disk_behind_the_pipe(monkeypatch, capsys):
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert main(NEURON) == 1
    assert capsys.readouterr().err == "autograd-lite: no space left on device\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Makes standard output and error a terminal; to be called inside the test, after capsys."""

    def turn_on() -> tuple[Terminal, Terminal]:
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        return out, err

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("WT_SESSION", "1")
    return turn_on


def test_a_terminal_gets_bold_words_and_a_hint(terminal):
    out, err = terminal()
    assert main(NEURON) == 0
    assert "\x1b" not in out.getvalue()
    assert err.getvalue() == (
        "\x1b[1mautograd-lite:\x1b[0m to see it, add \x1b[1m-o picture.svg\x1b[0m\n"
    )


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color(terminal, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    out, err = terminal()
    assert main(NEURON) == 0
    assert main(["draw", "tnah(x)"]) == 2
    assert "\x1b" not in out.getvalue() + err.getvalue()
    assert err.getvalue().startswith("autograd-lite: to see it, add -o picture.svg\n")


def test_no_picture_for_a_terminal(terminal):
    _, err = terminal()
    assert main([*NEURON, "-o", "-", "--format", "png"]) == 2
    assert "a png is nothing for a terminal; give a file, as -o picture.png" in err.getvalue()


def test_the_demo_shows_progress_on_a_terminal_only(terminal):
    out, err = terminal()
    assert main(["demo", "--epochs", "2"]) == 0
    assert "train" in err.getvalue()
    assert "100 %" in err.getvalue()
    assert "\x1b[1mlearned" in out.getvalue()


# ── help ──────────────────────────────────────────────────────────────────────────────────────
def examples(run) -> list[str]:
    found = []
    for arguments in ((), *((name,) for name in COMMANDS)):
        code, out, err = run(*arguments, "--help")
        assert (code, err) == (0, "")
        lines = re.findall(r"^  (autograd-lite .*)$", out, re.MULTILINE)
        assert lines, f"{arguments} has no example"
        found += [line for line in lines if line not in found]
    return found


def test_every_example_of_the_help_works(run, tmp_path, monkeypatch):
    """As it stands there, but for fewer epochs; each in the folder that the one before has left."""
    monkeypatch.setattr(shipped, "tutorials", lambda: sample_tutorials(tmp_path / "source"))
    lines = examples(run)
    assert len(lines) >= 8
    for line in lines:
        program, name, *rest = shlex.split(line)
        few = ["--epochs", "2"] if name == "demo" else []
        if name == "tutorials" and (tmp_path / "lessons").exists():
            continue
        code, _, err = run(name, *rest, *few)
        assert (code, err) == (0, ""), line
    assert {"neuron.svg", "loss.png", "steps.html", "lessons", "neuron"} <= {
        p.name for p in tmp_path.iterdir()
    }


def test_help_names_every_command(run):
    assert run() == run("--help")
    for name in COMMANDS:
        assert re.search(rf"^ +{name}\b", run("--help")[1], re.MULTILINE)
    assert run("--version") == (0, f"autograd-lite {__version__}\n", "")


def test_a_slip_of_the_fingers(run):
    assert run("drw", "x") == (
        2, "", "autograd-lite: there is no command 'drw'; there are demo, draw, tutorials."
        " Did you mean 'draw'?\n",
    )  # fmt: skip
    assert run("draw", "w*x", "--at", "w=1", "x=2", "b=[1,2]") == (
        2, "", "autograd-lite: unrecognized arguments: x=2 b=[1,2]; write --at in front of each:"
        " --at x=2 --at b=[1,2]; see autograd-lite --help\n",
    )  # fmt: skip
    assert run("draw", "x", "more")[2].startswith(
        "autograd-lite: unrecognized arguments: more; see"
    )
    assert "Did you mean 'tanh'?" in run("draw", "tahn(x)", "--at", "x=1")[2]


# ── tutorials ─────────────────────────────────────────────────────────────────────────────────
def sample_tutorials(folder: Path) -> Path:
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "01-slopes.ipynb").write_text("{}")
    (folder / "glossary.md").write_text("# Glossary")
    (folder / "index.md").write_text("```{toctree}\n```")
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site" / "conf.py").write_text("")
    (folder / "pictures" / "slope.png").write_bytes(b"\x89PNG")
    (folder / ".hidden").write_text("")
    (folder / "__pycache__").mkdir(exist_ok=True)
    return folder


@pytest.fixture
def source(tmp_path_factory, monkeypatch):
    folder = sample_tutorials(tmp_path_factory.mktemp("installed"))
    monkeypatch.setattr(shipped, "tutorials", lambda: folder)


@pytest.mark.usefixtures("source")
def test_tutorials_are_copied(run, tmp_path):
    expected = "".join(
        f"{Path('my/lessons') / name}\n" for name in ("01-slopes.ipynb", "glossary.md")
    )
    assert run("tutorials", "--to", str(Path("my/lessons"))) == (0, expected, "")
    copied = {
        p.relative_to(tmp_path / "my/lessons").as_posix()
        for p in tmp_path.rglob("*")
        if p.is_file()
    }
    assert copied == {"01-slopes.ipynb", "glossary.md", "pictures/slope.png"}
    assert [p.name for p in (tmp_path / "my").iterdir()] == ["lessons"]


@pytest.mark.usefixtures("source")
def test_a_learners_work_is_never_replaced(run, tmp_path):
    assert run("tutorials", "--to", "lessons")[0] == 0
    (tmp_path / "lessons" / "01-slopes.ipynb").write_text("mine")
    code, out, err = run("tutorials", "--to", "lessons")
    assert (code, out) == (1, "")
    assert err == (
        "autograd-lite: lessons holds files already, which are not replaced; name another with --to\n"
    )
    assert (tmp_path / "lessons" / "01-slopes.ipynb").read_text(encoding="utf-8") == "mine"
    (tmp_path / "file").write_text("mine")
    assert run("tutorials", "--to", "file")[0::2] == (
        1, "autograd-lite: file is no folder; name another with --to\n",
    )  # fmt: skip


@pytest.mark.usefixtures("source")
def test_tutorials_into_an_empty_folder_and_where_one_is(run, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run("tutorials", "--to", "empty")[0] == 0
    assert (tmp_path / "empty" / "glossary.md").exists()
    inside = tmp_path / "inside"
    inside.mkdir()
    os.chdir(inside)
    assert run("tutorials", "--to", ".")[0::2] == (
        1, "autograd-lite: . is where you are; name a folder inside of it with --to\n",
    )  # fmt: skip


@pytest.mark.usefixtures("source")
def test_tutorials_whole_or_not_at_all(run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shipped, "_copy", full)
    assert run("tutorials")[0::2] == (1, "autograd-lite: no space left on device\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("source")
def test_a_folder_that_cannot_be_written_is_named(run, monkeypatch):
    """And not the temporary one inside of it."""

    def refusing(make):
        def made(*others, **given):
            if Path(given.get("dir") or "/").resolve() != Path.cwd():  # a place of Graphviz
                return make(*others, **given)
            raise PermissionError(13, "Permission denied", f"{given['dir']}/{given['prefix']}")

        return made

    for name in ("mkdtemp", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refusing(getattr(tempfile, name)))
    assert run("tutorials", "--to", "lessons") == (
        1, "", f"autograd-lite: lessons cannot be made in the folder {Path.cwd()}: no permission;"
        " name another\n",
    )  # fmt: skip
    assert run("draw", "x", "--at", "x=1", "-o", "a.svg") == (
        1, "", f"autograd-lite: a.svg cannot be written into the folder {Path.cwd()}: no permission;"
        " name another\n",
    )  # fmt: skip


def test_a_file_in_the_place_of_a_folder_is_named(run, tmp_path):
    (tmp_path / "taken").touch()
    for arguments in (("tutorials", "--to"), ("demo", "--epochs", "1", "--out")):
        code, out, err = run(*arguments, "taken/deeper")
        assert (code, out) == (1, "")
        assert err == (
            f"autograd-lite: deeper cannot be made in {tmp_path / 'taken'}, which is no folder;"
            " name another\n"
        )


def test_a_name_that_is_too_long(run):
    code, out, err = run("draw", "x", "--at", "x=1", "-o", f"{'a' * 300}.svg")
    assert (code, out) == (1, "")
    assert err.startswith("autograd-lite: aaa") and err.endswith("; name another\n")
    assert "Errno" not in err and "a.svg." not in err


def test_the_engine_is_a_command_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "autograd_lite", "--version"], cwd=tmp_path,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, f"autograd-lite {__version__}\n", "")


def test_the_checkouts_own_tutorials():
    assert (shipped.tutorials() / "pictures").is_dir()


def test_an_installation_without_tutorials(run, monkeypatch):
    monkeypatch.setattr(
        shipped, "__file__", str(Path("/nowhere/site-packages/viz/system/shipped.py"))
    )
    code, _, err = run("tutorials")
    assert code == 1
    assert err.startswith("autograd-lite: this installation lacks the tutorials; install it again")
