"""Optimizers against training runs that Keras recorded, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.nn.optimizers import TABLE
from autograd_lite.nn.schedules import TABLE as SCHEDULES

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "data" / "keras_golden_all.json").read_text("utf-8")
)
CASES = {name: case for name, case in GOLDEN["cases"].items() if name.startswith("e_")}


def close(got, expected, rtol=1e-9):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), rtol, 1e-12)


def made(config):
    """The optimizer of a recorded run."""
    if isinstance(config, str):
        return keras.optimizers.get(config)
    arguments = {name: value for name, value in config.items() if name != "class"}
    if isinstance(rate := arguments.get("learning_rate"), dict):
        arguments["learning_rate"] = SCHEDULES[rate.pop("schedule")](**rate)
    return TABLE[config["class"]](**arguments)


def test_how_many():
    assert len(CASES) == 33
    classes = {c["config"]["optimizer"]["class"] for c in CASES.values()
               if isinstance(c["config"]["optimizer"], dict)}  # fmt: skip
    assert classes == set(TABLE)


@pytest.mark.parametrize("name", CASES)
def test_keras(name, float64):
    case = CASES[name]
    config, data = case["config"], GOLDEN["data"][case["config"]["data"]]
    x, y = np.array(data["x"]), np.array(data["y"])
    first, *rest = config["layers"]
    model = keras.Sequential([keras.layers.Dense(**first, input_shape=[x.shape[1]])])
    for layer in rest:
        model.add(keras.layers.Dense(**layer))
    model.set_weights([np.array(w) for w in case["init"]])
    model.compile(optimizer=made(dict(config["optimizer"]) if isinstance(
        config["optimizer"], dict) else config["optimizer"]), loss="mse")  # fmt: skip
    rtol = 1e-6 if "nadam" in name else 1e-9
    epochs = 0
    losses = []
    for until, weights in sorted(((int(k), v) for k, v in case["weights"].items())):
        fit = {**config["fit"], "epochs": until - epochs}
        losses += model.fit(x, y, verbose=0, **fit).history["loss"]
        epochs = until
        for got, expected in zip(model.get_weights(), weights, strict=True):
            close(got, expected, rtol)
    close(losses, case["history"]["loss"], rtol)
    assert model.optimizer.iterations == case["optimizer_iterations"]
