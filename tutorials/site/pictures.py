"""The pictures of the glossary: ``python tutorials/site/pictures.py [FOLDER]`` draws them anew."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import viz
from autograd_lite import Value
from autograd_lite.nn import Adam, Dense, Recorder, Sequential, set_random_seed

HERE = Path(__file__).resolve().parents[1] / "pictures"
CELSIUS = np.array([-40, -10, 0, 8, 15, 22, 38], dtype=float)
FAHRENHEIT = np.array([-40, 14, 32, 46, 59, 72, 100], dtype=float)


def _example() -> viz.Diagram:
    """One example on the way through one neuron, with all its gradients."""
    w, b = Value(0.5, "w"), Value(0.0, "b")
    x, y = Value(8.0, "x").detach(), Value(46.0, "y").detach()
    prediction = w * x + b
    prediction.name = "ŷ"
    error = prediction - y
    error.name = "error"
    loss = error**2
    loss.name = "L"
    loss.backward()
    return viz.draw(loss, parameters=[w, b])


def _trained(epochs: int) -> Recorder:
    set_random_seed(1)
    model = Sequential([Dense(1, input_shape=[1])])
    model.compile(loss="mean_squared_error", optimizer=Adam(0.1))
    recorder = Recorder()
    model.fit(CELSIUS, FAHRENHEIT, epochs=epochs, verbose=0, callbacks=[recorder])
    return recorder


def _dense() -> viz.Diagram:
    """A layer of two neurons behind three features, four examples at once."""
    set_random_seed(1)
    layer = Dense(2, input_shape=[3])
    model = Sequential([layer])
    layer.set_weights([[[0.5, -1.0], [1.0, 0.0], [0.0, 2.0]], [0.1, -0.2]])
    return viz.draw(model(np.array([[1.0, 2, 3], [2, 0, 1], [0, 1, 1], [3, 1, 0]])))


def _forward(path: Path) -> None:
    _example_passes("forward").save(path)


def _backward(path: Path) -> None:
    _example_passes("backward").save(path)


def _example_passes(passes: str) -> viz.Diagram:
    made = _example()
    return viz.draw(made.texts.recording, passes=passes)


PICTURES: dict[str, Callable[[Path], object]] = {
    "example-forward.svg": _forward,
    "example-backward.svg": _backward,
    "dense.svg": lambda path: _dense().save(path),
    "batch.svg": lambda path: viz.draw(_trained(1)).save(path),
    "loss.png": lambda path: viz.plot_loss(_trained(500)).savefig(path, dpi=110),
}
"""Each picture's file name, and what draws it."""


def main(folder: Path = HERE) -> None:
    """Draw all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        draw(folder / name)
        print(folder / name)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
