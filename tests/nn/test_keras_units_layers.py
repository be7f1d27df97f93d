"""Activations, initializers, regularizers and layers against numbers that Keras gave."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import Value, keras
from autograd_lite.nn import activations, initializers
from autograd_lite.value import constant

DATA = Path(__file__).parents[1] / "data"
UNITS = json.loads((DATA / "keras_units.json").read_text("utf-8"))
GOLDEN = json.loads((DATA / "keras_golden_all.json").read_text("utf-8"))
RTOL = {"float32": 2e-5, "float64": 1e-9}
LOOSE = {"gelu", "leaky_relu"}  # Keras computes these with constants of float32
NAMES = [name for name in UNITS["float64"]["activations"] if name != "z"]


def array(numbers, dtype):
    return np.array(numbers, dtype)  # "inf" and "nan" are read as such


def close(got, expected, rtol, atol=1e-12):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), rtol, atol)


# ── activations ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_activation(name, dtype):
    units = UNITS[dtype]["activations"]
    rtol = 1e-6 if dtype == "float64" and name in LOOSE else RTOL[dtype]
    # What Keras rounds to 0 in the saturated tail is kept exact here, and is below this size.
    atol = 1e-6 if dtype == "float32" else 1e-11
    z = Value(array(units["z"], dtype))
    with np.errstate(over="ignore"):
        a = activations.get(name)(z)
        a.sum().backward()
    assert a.dtype == z.grad.dtype == dtype
    close(a.data, array(units[name]["value"], dtype), rtol, atol)
    close(z.grad, array(units[name]["grad"], dtype), rtol, atol)
    plain = np.array(units["z"], dtype)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(activations.get(name)(plain), a.data)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax(dtype):
    unit = UNITS[dtype]["softmax"]
    z = Value(array(unit["z"], dtype))
    a = keras.activations.softmax(z)
    a.backward(np.broadcast_to(array(unit["vjp_of"], dtype), a.shape))
    close(a.data, unit["value"], RTOL[dtype])
    close(z.grad, unit["vjp"], RTOL[dtype], 1e-6 if dtype == "float32" else 1e-12)


X = np.array([-7.0, -3.0, -1.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5, 6.0, 8.0])


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("celu", lambda x: np.where(x > 0, x, np.expm1(x))),
        ("exponential", np.exp),
        ("hard_silu", lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
        ("hard_tanh", lambda x: np.clip(x, -1, 1)),
        ("log_softmax", lambda x: x - np.log(np.exp(x).sum())),
        ("soft_shrink", lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0)),
        ("sparse_plus", lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))),
        ("sparse_sigmoid", lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) / 2, 1))),
        ("squareplus", lambda x: (x + np.sqrt(x**2 + 4)) / 2),
        ("tanh_shrink", lambda x: x - np.tanh(x)),
    ],
)
def test_formula(name, formula):
    np.testing.assert_allclose(activations.get(name)(X), formula(X), rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(activations.get(name)(Value(X)).data, activations.get(name)(X))


def reference_relu(x, slope, top, threshold):
    """The definition in the words of Keras."""
    kept = np.where(x > threshold, x, 0.0) if threshold else np.maximum(x, 0)
    kept = kept if top is None else np.clip(kept, 0, top)
    return kept - slope * np.maximum(threshold - x, 0)


@pytest.mark.parametrize("slope", [0.0, 0.25])
@pytest.mark.parametrize("top", [None, 2.0])
@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0])
def test_relu_with_all_its_arguments(slope, top, threshold):
    expected = reference_relu(X, slope, top, threshold)
    np.testing.assert_allclose(keras.activations.relu(X, slope, top, threshold), expected)
    layer = keras.layers.ReLU(max_value=top, negative_slope=slope, threshold=threshold)
    np.testing.assert_allclose(layer(Value(X)).data, expected)


def test_spellings_of_an_activation():
    assert activations.get("LeakyReLU") is activations.get("leaky_relu")
    assert activations.get("swish") is activations.get("silu")
    assert activations.get(None) is activations.linear
    assert activations.get(np.tanh) is np.tanh
    layer = activations.get({"class_name": "LeakyReLU", "config": {"negative_slope": 0.5}})
    assert layer(Value([-2.0])).data.tolist() == [-1.0]
    assert keras.activations.gelu(1.0, approximate=True) == pytest.approx(0.841191990608)


# ── initializers ──────────────────────────────────────────────────────────────────────────────
RANDOM = [n for n, unit in UNITS["initializers"].items() if isinstance(unit, dict)]


@pytest.mark.parametrize("name", RANDOM)
def test_initializer(name):
    unit = UNITS["initializers"][name]
    keras.utils.set_random_seed(0)
    drawn = initializers.get(name)(tuple(unit["shape"]))
    assert drawn.dtype == np.float32
    count = drawn.size
    spread = unit["std"]
    assert drawn.mean() == pytest.approx(
        0.0 if spread else unit["mean"], abs=6 * spread / count**0.5
    )
    assert drawn.std() == pytest.approx(spread, rel=0.015)
    if name in ("random_normal", "orthogonal"):  # not bounded: tails differ from draw to draw
        assert np.abs(drawn).max() == pytest.approx(unit["max"], rel=0.25)
    else:
        assert drawn.min() == pytest.approx(unit["min"], rel=2e-3)
        assert drawn.max() == pytest.approx(unit["max"], rel=2e-3)


def test_variance_scaling():
    keras.utils.set_random_seed(1)
    made = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")
    drawn = made((50, 400))
    assert drawn.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert np.abs(drawn).max() > 3 * drawn.std()
    kernel = keras.initializers.HeUniform()((3, 3, 10, 20))  # of a convolution: 90 inputs
    assert np.abs(kernel).max() == pytest.approx(np.sqrt(6 / 90), rel=1e-2)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (2, 3, 4)])
def test_orthogonal(shape):
    q = keras.initializers.Orthogonal(gain=2.0, seed=0)(shape, dtype="float64")
    flat = q.reshape(-1, shape[-1])
    gram = flat.T @ flat if flat.shape[0] >= flat.shape[1] else flat @ flat.T
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_fixed_initializers():
    assert keras.initializers.Constant(3.0)((2,)).tolist() == [3.0, 3.0]
    assert keras.initializers.Constant(np.array([1.0, 2.0]))((2, 2)).tolist() == [[1, 2], [1, 2]]
    assert keras.initializers.Identity(2.0)((2, 3)).tolist() == [[2, 0, 0], [0, 2, 0]]


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "orthogonal", "truncated_normal"])
def test_seeds(name):
    kind = type(initializers.get(name))
    seeded = kind(seed=3)
    np.testing.assert_array_equal(seeded((3, 2)), seeded((3, 2)))
    np.testing.assert_array_equal(seeded((3, 2)), kind.from_config(seeded.get_config())((3, 2)))
    free = kind()
    assert not np.array_equal(free((3, 2)), free((3, 2)))


# ── training runs that depend on layers ───────────────────────────────────────────────────────
def regularizer(config):
    return keras.regularizers.L1L2(**config) if isinstance(config, dict) else config


def prepared(case):
    config = case["config"]
    data = GOLDEN["data"][config["data"]]
    x, y = np.array(data["x"]), np.array(data["y"])
    made = [
        keras.layers.Dense(
            **{k: regularizer(v) if "regularizer" in k else v for k, v in one.items()}
        )
        for one in config["layers"]
    ]
    model = keras.Sequential([keras.Input(shape=x.shape[1:]), *made])
    model.set_weights([np.array(w) for w in case["init"]])
    return model, x, y.reshape(-1, 1)


LAYERS = ["f_nobias", "f_l2", *(name for name in GOLDEN["cases"] if name.startswith("d_mse_"))]


def test_how_many():
    assert len(LAYERS) == 12


@pytest.mark.parametrize("name", LAYERS)
def test_a_loop_of_ones_own_follows_keras(name, float64):
    case = GOLDEN["cases"][name]
    config = case["config"]
    model, x, y = prepared(case)
    loose = any(one in name for one in LOOSE)
    rtol, atol = (1e-6, 1e-8) if loose else (1e-9, 1e-12)
    close(model.predict(x), case["predict0"], rtol, atol)
    size = config["fit"].get("batch_size", 32)
    options = {k: v for k, v in config["optimizer"].items() if k != "class"}
    optimizer = getattr(keras.optimizers, config["optimizer"]["class"])(**options)
    mse = keras.losses.MeanSquaredError()
    first = True
    for epoch in range(1, config["fit"]["epochs"] + 1):
        means = 0.0
        for start in range(0, len(x), size):
            rows = slice(start, start + size)
            loss = sum(model.losses, mse(constant(y[rows]), model(x[rows], training=True)))
            for weight in model.trainable_weights:
                weight.grad = None
            loss.backward()
            gradients = [weight.grad for weight in model.trainable_weights]
            if first:
                close(loss.data, case["first_batch_loss"], rtol, atol)
                for got, expected in zip(gradients, case["first_batch_grad"], strict=True):
                    close(got, expected, rtol, atol)
                first = False
            means += loss.data * len(x[rows])
            optimizer.apply(gradients, model.trainable_weights)
        close(means / len(x), case["history"]["loss"][epoch - 1], rtol, atol)
    close(model.predict(x), case["predict"], rtol, atol)
    for got, expected in zip(model.get_weights(), case["final"], strict=True):
        close(got, expected, rtol, atol)
