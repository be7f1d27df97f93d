"""Layers whose steps as programs need more than the graph: constraints and random holes."""

import numpy as np
import pytest
from both_ways import both, single_and_double, train

from autograd_lite import NumericWarning, keras
from autograd_lite.nn.session import generator

Dense, Dropout = keras.layers.Dense, keras.layers.Dropout
RNG = np.random.default_rng(11)
X = RNG.normal(size=(11, 3))
Y = RNG.normal(size=(11, 2))


def network(optimizer="adam", metrics=None, **first):
    """A function that makes a small network."""

    def make():
        model = keras.Sequential([Dense(5, "tanh", input_shape=[3], **first), Dense(2)])
        model.compile(optimizer() if callable(optimizer) else optimizer, "mse", metrics=metrics)
        return model

    return make


def with_holes(*holes, optimizer="adam", metrics=None):
    """A function that makes a network with these Dropout layers between the others."""

    def make():
        model = keras.Sequential([keras.Input((3,))])
        for given in holes:
            model.add(Dense(4, "relu"))
            model.add(Dropout(*given))
        model.add(Dense(2))
        model.compile(optimizer() if callable(optimizer) else optimizer, "mse", metrics=metrics)
        return model

    return make


# ── constraints ───────────────────────────────────────────────────────────────────────────────
@single_and_double
@pytest.mark.parametrize(
    "constraints",
    [
        {"kernel_constraint": "non_neg", "bias_constraint": "max_norm"},
        {"kernel_constraint": keras.constraints.UnitNorm(axis=1), "bias_constraint": "non_neg"},
        {"kernel_constraint": keras.constraints.MinMaxNorm(0.2, 0.3, rate=0.5)},
    ],
)
def test_constraints(constraints, floats):
    both(network(**constraints), X, Y, epochs=3, batch_size=4, times=2)


def test_constraints_hold_for_what_is_trained():
    def make():
        model = network(kernel_constraint="unit_norm")()
        model.layers[0].trainable = False
        return model

    model = both(make, X, Y, epochs=3)
    lengths = [np.linalg.norm(layer.get_weights()[0], axis=0) for layer in model.layers]
    assert abs(lengths[0] - 1).max() > 0.01


# ── random holes ──────────────────────────────────────────────────────────────────────────────
@single_and_double
@pytest.mark.parametrize(
    "holes",
    [
        [(0.5,)],
        [(0.2,), (0.7,)],
        [(0.5, None, 3)],
        [(0.3, (None, 1)), (0.5, None, 8)],
        [(1.0,)],
        [(0.0,)],
    ],
    ids=["one", "two", "seeded", "shared and seeded", "all", "none"],
)
def test_holes(holes, floats):
    both(with_holes(*holes, metrics=["mae"]), X, Y, epochs=3, batch_size=4, times=2)


def test_holes_with_weights_and_validation():
    weights = np.linspace(0, 2, 11)
    make = with_holes((0.4,), optimizer=lambda: keras.optimizers.SGD(0.1, clipnorm=0.5))
    both(make, X, Y, epochs=3, batch_size=3, validation_split=0.3, sample_weight=weights)


def test_holes_are_others_at_every_step():
    model = keras.Sequential([keras.Input((50,)), Dropout(0.5), Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    kernel = model.layers[1].kernel
    changed = []

    def note(batch, logs):
        changed.append(kernel.data != before[-1])
        before.append(kernel.data.copy())

    before = [kernel.data.copy()]
    told = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    model.fit(np.ones((4, 50)), [5.0] * 4, batch_size=1, epochs=2, verbose=0, callbacks=[told])
    seen = {tuple(each[:, 0]) for each in changed}
    assert len(seen) == 8
    assert 0.3 < np.mean(changed) < 0.7


def test_a_step_that_goes_wrong_is_made_again_with_the_same_holes():
    def left(eagerly):
        make = with_holes((0.5,), (0.5,), optimizer=lambda: keras.optimizers.SGD(3.0))
        with pytest.warns(NumericWarning):
            made, model = train(make, X, Y, eagerly, epochs=12, batch_size=4)
        return made, model.history.history["loss"], generator().random()

    (fast, losses, following), (slow, _, following_slow) = left(False), left(True)
    assert fast == slow
    assert following == following_slow
    assert np.isfinite(losses).tolist().index(False) > 1  # the program made the steps before
