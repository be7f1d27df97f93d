"""The demo: train a model of the course and write every recorded pass as pictures and a page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograd_lite.notation import number
from autograd_lite.recording import Recording
from viz.diagram import frames
from viz.page import stepper
from viz.plots import plot_loss
from viz.system.folders import whole_folder
from viz.system.progress import Progress

__all__ = ["CELSIUS", "FAHRENHEIT", "MODELS", "DemoError", "Trained", "run"]

_FILES = ("index.html", "loss.png", "record.json")
_FRAME = re.compile(r"step-\d+-(forward|backward)\.svg")

CELSIUS = np.array([-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0])
FAHRENHEIT = np.array([-40.0, 14.0, 32.0, 46.0, 59.0, 72.0, 100.0])


class DemoError(Exception):
    """The folder cannot be written as asked; nothing was changed."""


@dataclass(frozen=True)
class Trained:
    """What came out of a training."""

    recording: Recording
    learned: str
    prediction: float


def _dense(sizes: tuple[int, ...], epochs: int, every: int | None, seed: int) -> Trained:
    """The course's model: Dense layers, Adam(0.1), mean squared error, all pairs in one batch."""
    from autograd_lite import keras
    from autograd_lite.nn import Recorder

    keras.utils.set_random_seed(seed)
    first, *rest = sizes
    model = keras.Sequential(
        [
            keras.layers.Dense(first, input_shape=[1]),
            *(keras.layers.Dense(units) for units in rest),
        ]
    )
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
    recorder = Recorder(every=every, title="Celsius → Fahrenheit")
    with Progress("train", epochs) as bar:

        class Ticks(keras.callbacks.Callback):
            """One tick of the bar for each epoch."""

            def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
                bar.step()

        model.fit(CELSIUS, FAHRENHEIT, epochs=epochs, verbose=0, callbacks=[recorder, Ticks()])
    if len(sizes) == 1:
        kernel, bias = model.get_weights()
        learned = (
            f"weight {number(kernel[0, 0])}, bias {number(bias[0])} (the true ones are 1.8 and 32)"
        )
    else:
        learned = f"{model.count_params()} weights and biases"
    return Trained(recorder.recording, learned, float(model.predict([100.0], verbose=0)[0, 0]))


def _neuron(epochs: int, every: int | None, seed: int) -> Trained:
    """One neuron of scalar Values, one example a step, in a loop of its own."""
    from autograd_lite import nn

    neuron = nn.Neuron(1, seed=seed)
    parameters = neuron.parameters()
    parameters[0].name, parameters[1].name = "w", "b"
    optimizer = nn.optimizers.Adam(0.1)
    total = epochs * len(CELSIUS)
    recorder = nn.Recorder(every=every, steps=total, title="One neuron, one example at a time")
    with Progress("train", total) as bar:
        for _ in range(epochs):
            for celsius, fahrenheit in zip(CELSIUS.tolist(), FAHRENHEIT.tolist(), strict=True):
                loss = _squared_error(neuron, celsius, fahrenheit)
                neuron.zero_grad()
                loss.backward()
                with recorder.step(loss, parameters, optimizer):
                    optimizer.apply([p.grad for p in parameters], parameters)
                bar.step()
    w, b = (float(p.data) for p in parameters)
    return Trained(
        recorder.recording,
        f"weight {number(w)}, bias {number(b)} (the true ones are 1.8 and 32)",
        w * 100.0 + b,
    )


def _squared_error(neuron, celsius: float, fahrenheit: float):
    """(ŷ − y)² of one example, with the names that the drawing shows."""
    from autograd_lite import Value
    from autograd_lite.context import scope

    prediction = neuron([Value(celsius, "x").detach()])
    prediction.name = "ŷ"
    with scope("loss"):
        error = prediction - Value(fahrenheit, "y").detach()
        error.name = "error"
        loss = error**2
    loss.name = "L"
    return loss


MODELS: dict[str, Callable[[int, int | None, int], Trained]] = {
    "celsius": lambda epochs, every, seed: _dense((1,), epochs, every, seed),
    "dense-4-4-1": lambda epochs, every, seed: _dense((4, 4, 1), epochs, every, seed),
    "neuron": _neuron,
}


def run(out: Path, model: str = "celsius", epochs: int = 500, every: int | None = None,
        seed: int = 0, replace: bool = False) -> Trained:  # fmt: skip
    """Train and write ``index.html``, ``frames/``, ``loss.png`` and ``record.json`` into ``out``.

    The folder appears when it is complete; until then nothing at ``out`` changes.

    Raises
    ------
    DemoError
        ``out`` is there already and ``replace`` is not set, or it holds what no demo wrote.
    """
    _check(out, replace)  # before the training, which takes its time
    trained = MODELS[model](epochs, every, seed)
    with whole_folder(out, lambda: _check(out, replace)) as made:
        _write(trained.recording, made)
    return trained


def _check(out: Path, replace: bool) -> None:
    """Refuse a folder that is in use; only what a demo wrote is ever deleted, ``replace`` or not."""
    if not os.path.lexists(out):
        return
    if out.is_symlink() or not out.is_dir():
        raise DemoError(f"{out} is no folder and is not replaced; name another with --out")
    here = Path.cwd().resolve()
    if out.resolve() in (here, *here.parents):
        raise DemoError(f"{out} is where you are and is not replaced; name another with --out")
    if any(out.iterdir()) and not replace:
        raise DemoError(
            f"{out} exists already; name another with --out, or replace it with --force"
        )
    stranger = next(_strangers(out), None)
    if stranger is not None:
        raise DemoError(
            f"{out} holds more than a demo, such as {stranger.name}, and is not replaced; name"
            " another with --out"
        )


def _strangers(out: Path) -> Iterator[Path]:
    """What no demo has written."""
    for path in sorted(out.iterdir()):
        if path.name == "frames" and path.is_dir() and not path.is_symlink():
            yield from (p for p in sorted(path.iterdir()) if not _FRAME.fullmatch(p.name))
        elif path.name not in _FILES or path.is_symlink() or not path.is_file():
            yield path


def _write(recording: Recording, folder: Path) -> None:
    with Progress("draw", 4) as bar:
        recording.save(folder / "record.json")
        bar.step()
        stepper(recording).save(folder / "index.html")
        bar.step()
        frames(recording, folder / "frames")
        bar.step()
        plot_loss(recording).savefig(folder / "loss.png")
        bar.step()
