"""The wheel: what is in it, and that it works from outside of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd_lite", "viz")
SOURCES = (*PACKAGES, "tutorials", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
WORK = ("__pycache__", ".ipynb_checkpoints")


def setup() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def files(folder: str) -> set[str]:
    found = (p for p in (ROOT / folder).rglob("*") if p.is_file() and not set(p.parts) & set(WORK))
    return {p.relative_to(ROOT).as_posix() for p in found if not p.name.startswith(".")}


def lessons() -> set[str]:
    """What of the tutorials is for learners; the rest is the documentation's."""
    return {
        name for name in files("tutorials")
        if name.endswith((".ipynb", "/glossary.md")) or name.startswith("tutorials/pictures/")
    }  # fmt: skip


def test_every_package_is_listed():
    """They are listed by hand, since the tutorials are shipped inside of viz."""
    there = {
        p.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for name in PACKAGES
        for p in (ROOT / name).rglob("__init__.py")
    }
    listed = setup()["options"]["packages"].split()
    assert listed == sorted({*there, "viz.tutorials"})


def test_the_developers_extra_holds_every_other():
    extras = setup()["options.extras_require"]
    for name in ("browser", "notebook", "widget", "sphinx"):
        assert f"%({name})s" in extras.get("dev", raw=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, so that nothing is left in the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source, copy = ROOT / name, folder / "source" / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*WORK))
        else:
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(source, copy)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
         "-w", str(folder), str(folder / "source")],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh virtual environment with the wheel, and this one's libraries behind it."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    behind = [p for p in sys.path if p.endswith("site-packages")]
    Path(site.stdout.strip(), "behind.pth").write_text("\n".join(behind))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index",
         "--force-reinstall", "--quiet", str(wheel)],
        check=True, timeout=300,
    )  # fmt: skip
    return scripts


@pytest.mark.slow
def test_what_is_in_the_wheel(wheel):
    inside = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    shipped = {n for folder in PACKAGES for n in files(folder)}
    assert inside == shipped | {f"viz/{n}" for n in lessons()}


@pytest.mark.slow
def test_the_commands_from_elsewhere(installed, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    program = installed / ("autograd-lite.exe" if os.name == "nt" else "autograd-lite")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments], cwd=tmp_path, env=environment, capture_output=True, timeout=120,
            encoding="utf-8",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert run("--version").startswith("autograd-lite ")
    assert run("draw", "w*x", "--at", "w=2 x=3", "-o", "product.svg") == "product.svg\n"
    run("demo", "--epochs", "2")
    run("tutorials", "--to", "lessons")
    copied = {p.relative_to(tmp_path / "lessons").as_posix()
              for p in (tmp_path / "lessons").rglob("*") if p.is_file()}  # fmt: skip
    assert copied == {n.partition("/")[2] for n in lessons()}


@pytest.mark.slow
def test_it_is_the_wheel_that_runs(installed, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    python = installed / ("python.exe" if os.name == "nt" else "python")
    ask = (
        "import json, autograd_lite, viz; print(json.dumps([autograd_lite.__file__, viz.__file__]))"
    )
    done = subprocess.run(
        [python, "-c", ask],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in json.loads(done.stdout):
        assert installed.parent in Path(path).parents
