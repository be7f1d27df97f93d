"""Models that go over to real Keras, or come from it, and are trained on there."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.nn.exchange import from_keras, to_keras
from autograd_lite.nn.optimizers import TABLE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

layers, schedules = keras.layers, keras.optimizers.schedules
RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 3)).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5]]) + 0.3).astype("float32")


def train(model, epochs=4):
    history = model.fit(X, Y, epochs=epochs, batch_size=8, shuffle=False, verbose=0)
    return history.history["loss"]


def close(got, expected, rtol=5e-5):
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol, 5e-6 if rtol else 0)


OPTIMIZERS = {
    **{name: {} for name in TABLE},
    "SGD with momentum": {"momentum": 0.9, "nesterov": True},
    "RMSprop centered": {"centered": True, "momentum": 0.5},
    "Adam amsgrad": {"amsgrad": True, "learning_rate": 0.05},
    "Adam clipped": {"clipnorm": 0.5, "weight_decay": 0.1},
    "Adam averaged": {"use_ema": True, "ema_overwrite_frequency": 3, "learning_rate": 0.05},
    "Adam on a schedule": {"learning_rate": schedules.CosineDecay(0.1, 20)},
    "Lion averaged": {"use_ema": True, "ema_momentum": 0.5},
}


def made(name):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input(shape=(3,)), layers.Dense(4, "tanh", kernel_regularizer="l2"),
         layers.Dense(1)]
    )  # fmt: skip
    model.compile(TABLE[name.split()[0]](**OPTIMIZERS[name]), "mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_training_goes_on_in_keras(name):
    model = made(name)
    train(model)
    theirs = to_keras(model)
    close(theirs.get_weights(), model.get_weights(), 0)
    close([theirs.predict(X, verbose=0)], [model.predict(X)])
    close([train(theirs)], [train(model)])
    close(theirs.get_weights(), model.get_weights())
    assert int(theirs.optimizer.iterations) == model.optimizer.iterations == 16


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if "averaged" not in name])
def test_a_training_comes_over_from_keras(name):
    theirs = to_keras(made(name))  # with averages, Keras on JAX cannot be trained a second time
    train(theirs)
    model = from_keras(theirs)
    close(model.get_weights(), theirs.get_weights(), 0)
    close([train(model)], [train(theirs)])
    close(model.get_weights(), theirs.get_weights())
    assert model.optimizer.iterations == 16


def test_there_and_back_again():
    for name in OPTIMIZERS:
        model = made(name)
        train(model)
        again = from_keras(to_keras(model))
        close(again.get_weights(), model.get_weights(), 0)
        ours, theirs = model.optimizer.get_state(), again.optimizer.get_state()
        assert ours["iterations"] == theirs["iterations"]
        for one, other in zip(ours["slots"], theirs["slots"], strict=True):
            assert one.keys() == other.keys()
            for slot in one:
                np.testing.assert_array_equal(one[slot], other[slot])


def test_layers_losses_and_metrics():
    model = keras.Sequential([
        keras.Input(shape=(3,)), layers.Dense(6), layers.LeakyReLU(), layers.Dropout(0.2),
        layers.Dense(4, "gelu", use_bias=False, kernel_initializer="he_normal"),
        layers.Activation("softmax"),
    ])  # fmt: skip
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    labels = np.arange(16) % 4
    again = from_keras(to_keras(model))
    close([again.predict(X)], [model.predict(X)], 1e-6)
    theirs = to_keras(model)
    close([theirs.predict(X, verbose=0)], [model.predict(X)])
    close([theirs.evaluate(X, labels, verbose=0)], [model.evaluate(X, labels)])
    close([again.evaluate(X, labels)], [model.evaluate(X, labels)])
    assert [type(layer).__name__ for layer in again.layers] == [
        type(layer).__name__ for layer in model.layers
    ]


def test_layers_that_keep_more_than_is_trained():
    normal = layers.Normalization()
    normal.adapt(3 * X + 1)
    inner = keras.Sequential([layers.Dense(4, "tanh", activity_regularizer="l2"), layers.Flatten()])
    model = keras.Sequential([normal, inner, layers.Dense(1)])
    optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")
    train(model)
    theirs = to_keras(model)
    again = from_keras(theirs)
    close([theirs.predict(X, verbose=0)], [model.predict(X)])
    close([again.predict(X)], [model.predict(X)], 1e-6)
    close([train(theirs)], [train(model)])


class Own(layers.Layer):
    def call(self, x):
        return x


def own():
    model = keras.Sequential([keras.Input(shape=(3,)), Own(name="own")])
    return to_keras(model)


def with_own_loss():
    model = made("Adam")
    model.compile("adam", lambda y, p: (y - p) ** 2)
    return to_keras(model)


def convolution():
    import keras as real

    model = real.Sequential([real.Input(shape=(8, 3)), real.layers.Conv1D(2, 3)])
    return from_keras(model)


MISTAKES = {
    "not built": (
        lambda: to_keras(keras.Sequential([layers.Dense(1)])), ValueError,
        "model 'sequential' has no weights yet: call it on data first",
    ),
    "own layer": (own, ValueError, "layer 'own' is a Own, which Keras does not have"),
    "own loss": (
        with_own_loss, ValueError,
        "'<lambda>' is a function of your own, on Values: Keras cannot call it",
    ),
    "no Keras model": (
        lambda: from_keras(made("Adam")), TypeError,
        "from_keras() takes a keras.Sequential, not Sequential",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_a_layer_that_is_not_here():
    with pytest.raises(ValueError, match="there is no class 'Conv1D' here; there are Activation,"):
        convolution()
