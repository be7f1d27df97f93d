"""Metrics over two batches and losses with weights, against numbers that Keras gave."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import keras

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "keras_metrics.json").read_text("utf-8"))
WEIGHT = [np.array(w) for w in GOLDEN["weight"]]


def label(case):
    arguments = ", ".join(f"{k}={v}" for k, v in case["arguments"].items())
    return f"{case.get('metric') or case['loss']}({arguments})"


def batches(case):
    data = GOLDEN["data"][case["data"]]
    return zip(map(np.array, data["y_true"]), map(np.array, data["y_pred"]), WEIGHT, strict=True)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=label)
def test_metric(case):
    for weighted in (False, True):
        metric = getattr(keras.metrics, case["metric"])(**case["arguments"])
        assert metric.name == case["name"]
        for _ in range(2):  # after a reset everything comes out the same
            metric.reset_state()
            for truth, guess, weight in batches(case):
                metric.update_state(truth, guess, weight if weighted else None)
            expected = case["weighted" if weighted else "plain"]
            # Keras sums AUC and F scores in float32, and log 2 is a float32 there.
            np.testing.assert_allclose(metric.result(), expected, 1e-6, 1e-9)


@pytest.mark.parametrize("case", GOLDEN["losses"], ids=label)
def test_loss_with_weights(case):
    loss = getattr(keras.losses, case["loss"])(**case["arguments"])
    truth, guess, weight = next(batches(case))
    # The reference sums differences of logarithms in float32.
    np.testing.assert_allclose(loss(truth, guess).data, case["plain"], 1e-6, 2e-7)
    np.testing.assert_allclose(loss(truth, guess, weight).data, case["weighted"], 1e-6, 2e-7)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=label)
def test_config_and_back(case):
    metric = getattr(keras.metrics, case["metric"])(**case["arguments"])
    config = json.loads(json.dumps(metric.get_config()))
    again = type(metric).from_config(config)
    assert again.get_config() == config
    assert type(keras.metrics.get({"class_name": case["metric"], "config": config})) is type(metric)


@pytest.mark.parametrize("case", GOLDEN["losses"], ids=label)
def test_losses_config_and_back(case):
    loss = getattr(keras.losses, case["loss"])(**case["arguments"])
    config = json.loads(json.dumps(loss.get_config()))
    again = keras.losses.get({"class_name": case["loss"], "config": config})
    assert again.get_config() == config
    truth, guess, weight = next(batches(case))
    np.testing.assert_array_equal(again(truth, guess, weight).data, loss(truth, guess, weight).data)


def test_a_class_that_is_not_there_is_never_right():
    guess = [[0.2, 0.8], [0.6, 0.4]]
    for function in ("sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"):
        right = getattr(keras.metrics, function)([-1, 0], guess)
        np.testing.assert_array_equal(right, [0.0, 1.0])
