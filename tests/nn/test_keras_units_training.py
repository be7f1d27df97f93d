"""Losses and their gradients at edge points, against numbers that Keras gave."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import Value, keras, ops

UNITS = json.loads((Path(__file__).parents[1] / "data" / "keras_units.json").read_text("utf-8"))
POINTS = [(dtype, name) for dtype in ("float64", "float32") for name in UNITS[dtype]["losses"]]
FUNCTIONS = [name for name in keras.losses.__all__ if name.islower() and name != "get"]


def numbers(given, dtype):
    """An array of what JSON holds, where "nan" and "inf" are text."""
    return np.array(given, dtype=object).astype(dtype)


def called(name, truth, guess):
    """The loss that the name of a case describes."""
    if "_class_" in name:
        if name.startswith("huber"):
            return keras.losses.Huber(delta=0.5)(truth, guess)
        reduction = name.split("reduction_")[1]
        reduction = None if reduction == "None" else reduction
        return keras.losses.MeanSquaredError(reduction=reduction)(truth, guess)
    if "of_sigmoid" in name:
        guess = ops.sigmoid(guess)
    elif "of_softmax" in name:
        guess = ops.softmax(guess)
    options = {"from_logits": True} if name.endswith("_logits") and "_of_" not in name else {}
    if "smoothing" in name:
        options["label_smoothing"] = float(name.split("smoothing")[1])
    function = max((f for f in FUNCTIONS if name.startswith(f)), key=len)
    return getattr(keras.losses, function)(truth, guess, **options)


@pytest.mark.parametrize(("dtype", "name"), POINTS)
@pytest.mark.filterwarnings("ignore:log of")  # a Poisson loss of a prediction below 0
def test_value_and_gradient(dtype, name):
    case = UNITS[dtype]["losses"][name]
    truth = np.array(case["y_true"], "int64" if name.startswith("sparse") else dtype)
    guess = Value(np.array(case["y_pred"], dtype))
    out = called(name, truth, guess)
    (out.sum() if out.ndim else out).backward()
    assert out.dtype == guess.grad.dtype == np.dtype(dtype)
    rough = dtype == "float32" or name == "log_cosh"  # whose log 2 is a float32 in Keras
    rtol, atol = (2e-5 if dtype == "float32" else 1e-5, 2e-7) if rough else (1e-9, 1e-12)
    expected = numbers(case["value"], dtype)
    np.testing.assert_allclose(out.data, expected, rtol, atol)
    finite = np.isfinite(expected)
    slopes = numbers(case["grad_of_sum"], dtype)
    if out.ndim:  # where the value is NaN, so is the gradient here
        np.testing.assert_allclose(guess.grad[finite], slopes[finite], rtol, atol)
    else:
        np.testing.assert_allclose(guess.grad, slopes, rtol, atol)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sample_weight(dtype):
    case = UNITS[dtype]["sample_weight"]
    truth, guess, weight = (
        np.array(case[key], dtype) for key in ("y_true", "y_pred", "sample_weight")
    )
    for reduction, key in (
        ("sum_over_batch_size", "mse"),
        ("mean_with_sample_weight", "mse_reduction_mean_with_sample_weight"),
    ):
        loss = keras.losses.MeanSquaredError(reduction=reduction)
        expected = pytest.approx(case[key], rel=2e-5 if dtype == "float32" else 1e-12)
        assert loss(truth, guess, sample_weight=weight).data == expected
        assert loss(truth, guess, sample_weight=weight[:, None]).data == expected


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_softmax(dtype):
    case = UNITS[dtype]["softmax"]
    z = Value(np.array(case["z"], dtype))
    out = keras.activations.softmax(z)
    out.backward(np.broadcast_to(np.array(case["vjp_of"], dtype), out.shape))
    rtol, atol = (2e-5, 1e-7) if dtype == "float32" else (1e-9, 1e-15)
    np.testing.assert_allclose(out.data, case["value"], rtol, atol)
    np.testing.assert_allclose(z.grad, case["vjp"], rtol, atol)


@pytest.mark.parametrize("z", [-800.0, -40.0, 40.0, 800.0])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_a_saturated_sigmoid_still_learns(z, label):
    logit = Value(np.array([[z]]))
    loss = keras.losses.BinaryCrossentropy()([[label]], ops.sigmoid(logit))
    loss.backward()
    wrong = (z > 0) != bool(label)
    assert loss.data == pytest.approx(abs(z) if wrong else np.exp(-abs(z)), rel=1e-12)
    assert abs(logit.grad.item()) == pytest.approx(1.0 if wrong else np.exp(-abs(z)), rel=1e-12)


SPELLINGS = {
    "mse": "MeanSquaredError", "MSE": "MeanSquaredError", "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError", "MSLE": "MeanSquaredLogarithmicError",
    "bce": "BinaryCrossentropy", "kld": "KLDivergence", "huber": "Huber", "logcosh": "LogCosh",
    "log_cosh": "LogCosh", "BinaryCrossentropy": "BinaryCrossentropy", "hinge": "Hinge",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence", "cosine_similarity": "CosineSimilarity",
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings(name):
    assert type(keras.losses.get(name)).__name__ == SPELLINGS[name]


def test_every_function_finds_its_class():
    for name in FUNCTIONS:
        if name == "deserialize":
            continue
        found = keras.losses.get(getattr(keras.losses, name))
        assert type(found) is type(keras.losses.get(name))
        assert type(found) is type(keras.losses.get(type(found)))


def test_metrics_bear_the_name_they_were_asked_for_by():
    for name in ("mse", "MAE", "rmse", "acc", "accuracy", "AUC", "precision", "bce"):
        assert keras.metrics.get(name).name == name
    assert keras.metrics.get(keras.metrics.Recall).name == "recall"
    assert keras.metrics.get(keras.losses.mean_squared_error).name == "mean_squared_error"


@pytest.mark.parametrize(
    ("function", "options"),
    [("huber", {"delta": 0.3}), ("binary_focal_crossentropy", {"gamma": 1.0}),
     ("categorical_focal_crossentropy", {"alpha": 1.0, "gamma": 0.0}),
     ("sparse_categorical_crossentropy", {"ignore_class": 2})],
)  # fmt: skip
def test_functions_and_classes_agree(function, options):
    sparse = function.startswith("sparse")
    truth = [0, 2] if sparse else [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    guess = [[0.5, 0.2, 0.3], [0.1, 0.3, 0.6]]
    kind = type(keras.losses.get(function))
    np.testing.assert_allclose(
        getattr(keras.losses, function)(truth, guess, **options).data,
        kind(reduction="none", **options)(truth, guess).data,
    )
