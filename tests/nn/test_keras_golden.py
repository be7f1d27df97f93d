"""Every training run that Keras recorded, made again from the same weights and data."""

import json
import operator
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import keras

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "data" / "keras_golden_all.json").read_text("utf-8")
)
CASES = GOLDEN["cases"]

# Keras computes these with constants of float32, or by an approximation of its own.
ROUGH = ("gelu", "leaky_relu", "log_cosh", "nadam")


def close(got, expected, rtol, atol=None):
    atol = rtol / 10 if rtol > 1e-9 and atol is None else atol or 1e-12
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), rtol, atol)


def tolerance(name):
    return 1e-6 if any(word in name for word in ROUGH) else 1e-9


def made(home, config):
    """An object of a module of keras: given by its name, or as its class and arguments."""
    if isinstance(config, str):
        return config
    kind, arguments = config["class"], {k: v for k, v in config.items() if k != "class"}
    return getattr(home, kind)(**arguments)


def optimizer(config):
    rate = config.get("learning_rate") if isinstance(config, dict) else None
    if isinstance(rate, dict):
        arguments = {k: v for k, v in rate.items() if k != "schedule"}
        schedule = getattr(keras.optimizers.schedules, rate["schedule"])(**arguments)
        config = {**config, "learning_rate": schedule}
    return made(keras.optimizers, config)


def dense(config, **more):
    penalty = config.get("kernel_regularizer")
    if penalty:
        config = {**config, "kernel_regularizer": keras.regularizers.L1L2(**penalty)}
    return keras.layers.Dense(**config, **more)


def prepared(case):
    """The model of a case with its first weights, its data, and the arguments of fit."""
    config = case["config"]
    data, fit = GOLDEN["data"][config["data"]], dict(config["fit"])
    x, y = np.array(data["x"]), np.array(data["y"], data["y_dtype"])
    if fit.pop("y_column", False):
        y = y.reshape(-1, 1)
    if fit.get("sample_weight") == "SW":
        fit["sample_weight"] = np.array(GOLDEN["data"]["sample_weight_lin3"]["x"])
    if "class_weight" in fit:
        fit["class_weight"] = {int(k): v for k, v in fit["class_weight"].items()}
    first, *rest = config["layers"]
    width = x.shape[1] if x.ndim > 1 else 1
    model = keras.Sequential([dense(first, input_shape=[width]), *map(dense, rest)])
    model.set_weights([np.array(w) for w in case["init"]])
    model.compile(
        optimizer=optimizer(config["optimizer"]),
        loss=made(keras.losses, config["loss"]),
        metrics=config["metrics"],
    )
    return model, x, y, fit


class FirstStep(keras.callbacks.Callback):
    """Keeps the loss and the gradients of the first batch."""

    def wants_step(self, number, epoch, epochs):
        return number == 1

    def on_backward_end(self, step):
        self.loss = float(step.loss.data)
        self.gradients = [np.array(w.grad) for w in step.parameters]


class Checkpoints(keras.callbacks.Callback):
    """Keeps the weights of the epochs asked for."""

    def __init__(self, epochs):
        self.wanted, self.weights = set(epochs), {}

    def on_epoch_end(self, epoch, logs=None):
        if str(epoch + 1) in self.wanted:
            self.weights[str(epoch + 1)] = self.model.get_weights()


def test_how_many():
    assert len(CASES) == 82


@pytest.mark.parametrize("name", CASES)
def test_training(name, float64):
    case, rtol = CASES[name], tolerance(name)
    model, x, y, fit = prepared(case)
    close(model.predict(x), case["predict0"], rtol)

    kept, first = Checkpoints(case["weights"]), FirstStep()
    history = model.fit(x, y, verbose=0, callbacks=[kept, first], **fit)
    if "first_batch_loss" in case:  # the run with weights of classes has recorded none
        close(first.loss, case["first_batch_loss"], rtol)
        for got, expected in zip(first.gradients, case["first_batch_grad"], strict=True):
            close(got, expected, rtol)
    assert list(history.history) == case["history_keys"]
    assert history.epoch == case["history_epoch"]
    assert history.params == case["history_params"]
    for key, numbers in case["history"].items():
        close(history.history[key], numbers, rtol)
        assert all(type(number) is float for number in history.history[key])
    assert kept.weights.keys() == case["weights"].keys()
    for epoch, weights in case["weights"].items():
        for got, expected in zip(kept.weights[epoch], weights, strict=True):
            close(got, expected, rtol)
    for got, expected in zip(model.get_weights(), case["final"], strict=True):
        close(got, expected, rtol)
    close(model.predict(x), case["predict"], rtol)
    close(model.evaluate(x, y), case["evaluate"], rtol)
    assert model.optimizer.iterations == case["optimizer_iterations"]
    if "predict_100" in case:
        close(model.predict([100.0]), case["predict_100"], rtol)


@pytest.mark.parametrize("name", CASES)
def test_training_in_float32(name):
    """Single precision, against the numbers of float64: the first step, and the first epochs."""
    case = CASES[name]
    model, x, y, fit = prepared(case)
    fit["epochs"] = min(fit["epochs"], fit.get("initial_epoch", 0) + 3)
    first = FirstStep()
    history = model.fit(x, y, verbose=0, callbacks=[first], **fit)
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float32")}
    assert model.predict(x).dtype == np.float32
    if "first_batch_loss" in case:
        close(first.loss, case["first_batch_loss"], 2e-5)
        for got, expected in zip(first.gradients, case["first_batch_grad"], strict=True):
            close(got, expected, 2e-5, atol=2e-5 * (np.abs(expected).max() + 1e-3))
    assert {g.dtype for g in first.gradients} == {np.dtype("float32")}
    for key, numbers in case["history"].items():
        close(history.history[key], numbers[: len(history.history[key])], 5e-5, atol=1e-7)


def test_the_cases_use_every_loss_and_optimizer_that_they_name():
    names = [case["config"]["loss"] for case in CASES.values()]
    spelled = {name if isinstance(name, str) else name["class"] for name in names}
    assert len(spelled) >= 14
    assert reduce(operator.or_, ({*case["config"]["fit"]} for case in CASES.values())) >= {
        "batch_size", "class_weight", "initial_epoch", "sample_weight", "validation_freq",
        "validation_split",
    }  # fmt: skip
