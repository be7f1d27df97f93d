"""Training runs against numbers that Keras gave for the same weights and data, in float64."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.value import constant

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "keras_golden.json").read_text("utf-8"))
CASES = GOLDEN["cases"]


def close(got, expected, rtol=1e-9):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), rtol, 1e-12)


def optimizer(config):
    if isinstance(config, str):
        return config
    return getattr(keras.optimizers, config["class"])(
        **{name: value for name, value in config.items() if name != "class"}
    )


def prepared(case):
    """The model of a case with its first weights, and its data."""
    config = case["config"]
    data = GOLDEN["data"][config["data"]]
    x, y = np.array(data["x"]), np.array(data["y"])
    if config["fit"].get("y_column"):
        y = y.reshape(-1, 1)
    first, *rest = config["layers"]
    width = x.shape[1] if x.ndim > 1 else 1
    model = keras.Sequential(
        [keras.layers.Dense(**first, input_shape=[width])]
        + [keras.layers.Dense(**layer) for layer in rest]
    )
    model.set_weights([np.array(w) for w in case["init"]])
    model.compile(
        optimizer=optimizer(config["optimizer"]), loss=config["loss"], metrics=config["metrics"]
    )
    return model, x, y


class Checkpoints(keras.callbacks.Callback):
    """Keeps the weights of the epochs asked for."""

    def __init__(self, epochs):
        self.wanted, self.weights = set(epochs), {}

    def on_epoch_end(self, epoch, logs=None):
        if str(epoch + 1) in self.wanted:
            self.weights[str(epoch + 1)] = self.model.get_weights()


def test_how_many():
    assert len(CASES) == 30  # every recorded run whose loss, optimizer and layers exist here


@pytest.mark.parametrize("name", CASES)
def test_training(name, float64):
    case = CASES[name]
    model, x, y = prepared(case)
    close(model.predict(x), case["predict0"])

    first = slice(0, case["config"]["fit"].get("batch_size", 32))
    if "validation_split" not in case["config"]["fit"]:
        rows, targets = model.prepare(x)[first], y[first]
        loss = model.loss(constant(targets), model(rows))
        close(loss.data, case["first_batch_loss"])
        loss.backward()
        for weight, gradient in zip(model.weights, case["first_batch_grad"], strict=True):
            close(weight.grad, gradient)

    kept = Checkpoints(case["weights"])
    fit = {k: v for k, v in case["config"]["fit"].items() if k != "y_column"}
    history = model.fit(x, y, verbose=0, callbacks=[kept], **fit)
    assert list(history.history) == case["history_keys"]
    assert history.epoch == case["history_epoch"]
    assert history.params == case["history_params"]
    for key, numbers in case["history"].items():
        close(history.history[key], numbers)
        assert all(type(number) is float for number in history.history[key])
    assert kept.weights.keys() == case["weights"].keys()
    for epoch, weights in case["weights"].items():
        for got, expected in zip(kept.weights[epoch], weights, strict=True):
            close(got, expected)
    close(model.predict(x), case["predict"])
    close(model.evaluate(x, y), case["evaluate"])
    assert model.optimizer.iterations == case["optimizer_iterations"]
    if "predict_100" in case:
        close(model.predict([100.0]), case["predict_100"])
