"""Models to be saved, and what stands in their files."""

import io
import zipfile

import numpy as np

from autograd_lite import keras
from autograd_lite.keras.layers import Dense

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 3)), RNG.normal(size=(24, 1))


def network(optimizer="adam", dtype=None, widths=(4, 1), **more):
    model = keras.Sequential(
        [Dense(width, "tanh" if i < len(widths) - 1 else None, dtype=dtype,
               **({"input_shape": [3]} if not i else {})) for i, width in enumerate(widths)]
    )  # fmt: skip
    model.compile(optimizer, "mse", **more)
    return model


def train(model, epochs=3):
    return model.fit(X, Y, epochs=epochs, batch_size=8, shuffle=False, verbose=0).history


def bits(model):
    return [w.tobytes() for w in model.get_weights()]


def saved(tmp_path):
    model = network()
    train(model)
    model.save(tmp_path / "model.keras")
    return (tmp_path / "model.keras").read_bytes()


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}
