"""The README says what is true: its Python runs, its numbers come out, its commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Every Python block, in order, in one interpreter and an empty folder: its output and names."""
    folder = tmp_path_factory.mktemp("readme")
    lines = ["import matplotlib", "matplotlib.use('Agg')"]
    for place, block in enumerate(blocks("python")):
        lines += [f"print('── block {place}')", block]
    lines += [
        "import pathlib",
        "numbers = dict(grad=w.grad, prediction=model.predict([100.0]).item(),",
        "    weights=[float(a.item()) for a in l0.get_weights()], losses=len(history.history['loss']))",
        "pathlib.Path('numbers.txt').write_text(repr(numbers))",
    ]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(lines)],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    numbers = eval((folder / "numbers.txt").read_text(encoding="utf-8"), {"nan": float("nan")})
    outputs = re.split(r"── block \d+\n", done.stdout)[1:]
    return folder, outputs, numbers


def test_the_blocks_run_and_write_what_they_say(ran):
    folder, outputs, _ = ran
    assert len(outputs) == len(blocks("python")) >= 3
    saved = {
        name
        for block in blocks("python")
        for name in re.findall(r'\.save(?:fig)?\("([^"]+)"\)', block)
    }
    assert {"loss.svg", "steps.html", "loss.png", "record.json"} <= saved
    for name in saved:
        assert (folder / name).stat().st_size > 500, name
    assert (folder / "frames" / "step-0001-forward.svg").exists()
    assert (folder / "frames" / "step-0001-backward.svg").exists()


def test_the_gradient_of_the_first_block(ran):
    _, outputs, numbers = ran
    stated = re.search(r"how the loss changes when w does: (-?[\d.]+)", blocks("python")[0])[1]
    assert outputs[0].strip() == stated
    assert float(stated) == pytest.approx(2 * (0.5 * 8 - 46.4) * 8)
    step = 1e-6
    slope = ((0.5 + step) * 8 - 46.4) ** 2 - ((0.5 - step) * 8 - 46.4) ** 2
    assert float(stated) == pytest.approx(slope / (2 * step), rel=1e-6)


def test_the_numbers_of_the_course(ran):
    """About 211.3, and about 1.82 and 29, after 500 epochs; the first weight is drawn anew each time.

    From −√3 and √3, the ends of what it is drawn from, training arrives at 211.27 and 211.34 °F,
    at 1.8301 and 28.26, and at 1.8201 and 29.33.
    """
    _, outputs, numbers = ran
    assert "about 211.3; the formula says 212" in README
    assert "about 1.82 and 29; the formula says 1.8 and 32" in README
    prediction = float(re.search(r"[\d.]+", outputs[1])[0])
    assert 211.2 < prediction < 211.4
    weight, bias = map(float, re.findall(r"array\(\[+([\d.]+)", outputs[1]))
    assert 1.82 < weight < 1.8302
    assert 28.2 < bias < 29.4
    assert numbers["losses"] == 500
    assert np.isfinite([numbers["prediction"], *numbers["weights"]]).all()


def test_the_two_commands():
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 3 and commands.pop().startswith(".venv/bin/autograd-lite draw ")
    assert [c.endswith("autograd-lite demo") for c in commands] == [True, False]
    assert [c.endswith("-m pytest") for c in commands] == [False, True]
    windows = blocks("bat")[0].splitlines()
    assert windows[-1].endswith("python -m pytest")
    assert windows[-2].endswith("autograd-lite demo")


def test_the_command_line_is_installed():
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert setup["options.entry_points"]["console_scripts"].split() == [
        "autograd-lite",
        "=",
        "viz.cli:main",
    ]
    assert "test" in setup["options.extras_require"]
    assert setup["options"]["python_requires"] == ">=3.10"
    assert "Python 3.10 or later" in README


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
