"""The cost of the stepper page: seconds of CPU to make one, and milliseconds to walk through it.

    python tests/benchmarks/bench_page.py

The walk needs Playwright and Chromium; without them it is left out, and said so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from autograd_lite import keras
from autograd_lite.nn import Recorder

CELSIUS = [-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0]
FAHRENHEIT = [-40.0, 14.0, 32.0, 46.0, 59.0, 72.0, 100.0]

_IMPORT = (
    "import sys; sys.path.insert(0, {here!r}); import bench_page, viz; viz.stepper, viz.frames\n"
)
_MAKE = (
    _IMPORT
    + """
import tempfile
from pathlib import Path
recorder = bench_page.trained([1], 500, "sampled")
with tempfile.TemporaryDirectory() as folder:
    page = viz.stepper(recorder).save(Path(folder) / "index.html")
    frames = viz.frames(recorder, Path(folder) / "frames")
    print(len(recorder.recording.steps), len(frames), Path(page).stat().st_size)
"""
)


def trained(sizes: list[int], epochs: int, every: int | str) -> Recorder:
    """A recording of the course's training, of one neuron or of several layers."""
    keras.utils.set_random_seed(1)
    first = keras.layers.Dense(sizes[0], input_shape=[1])
    model = keras.Sequential([first, *(keras.layers.Dense(n) for n in sizes[1:])])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    recorder = Recorder() if every == "sampled" else Recorder(every=every)
    model.fit(CELSIUS, FAHRENHEIT, epochs=epochs, verbose=0, callbacks=[recorder])
    return recorder


def cpu(code: str) -> tuple[float, str]:
    """Seconds of CPU of a new process and of its own, such as that of Graphviz; and what it said."""
    before = os.times()
    code = code.format(here=str(Path(__file__).parent))
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    after = os.times()
    took = after.children_user - before.children_user
    return took + after.children_system - before.children_system, run.stdout


def making() -> None:
    """Train and record, make the page and a frame for every pass; without the imports."""
    cpu(_MAKE)  # a warm-up: byte code, the cache of fonts
    pairs = [(cpu(_MAKE), cpu(_IMPORT)[0]) for _ in range(5)]
    steps, frames, size = map(int, pairs[0][0][1].split())
    seconds = statistics.median(made - imported for (made, _), imported in pairs)
    print(
        f"{steps} steps of Celsius recorded, a page of {size / 1024:.0f} KiB and {frames} frames:"
        f" {seconds:.2f} s of CPU after the imports"
    )


def walking() -> None:
    """Press keys on the page of 500 recorded steps of Dense(4)-Dense(4)-Dense(1)."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None or importlib.util.find_spec("playwright") is None:
        print("the walk through a page is left out: it needs Playwright and Chromium")
        return
    from playwright.sync_api import sync_playwright

    import viz

    press = """key => { const all = []; for (let i = 0; i < 40; i += 1) {
      const start = performance.now();
      document.dispatchEvent(new KeyboardEvent("keydown", { key }));
      document.body.getBoundingClientRect();
      all.push(performance.now() - start); }
      return all.sort((a, b) => a - b)[20] }"""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "index.html"
        viz.stepper(trained([4, 4, 1], 500, 1)).save(path)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri())
        print(f"500 recorded steps of 4-4-1, a page of {path.stat().st_size / 2**20:.1f} MiB")
        for key, what in (("ArrowRight", "a small step"), ("PageDown", "a training step")):
            print(f"  {what:18} {page.evaluate(press, key):6.1f} ms")
        browser.close()


if __name__ == "__main__":
    making()
    walking()
