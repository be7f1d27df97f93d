"""Steps run as programs: every number that they leave is that of the step-by-step path, bit for bit."""

import threading

import numpy as np
import pytest
from both_ways import both, left, programs, single_and_double, train
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_keras_golden import CASES, prepared

from autograd_lite import (
    AnomalyError,
    StaleDataError,
    detect_anomaly,
    keras,
    no_grad,
)  # fmt: skip
from autograd_lite.nn import activations, compiled, losses

Dense = keras.layers.Dense
RNG = np.random.default_rng(7)
X = RNG.normal(size=(11, 3))
Y = RNG.normal(size=(11, 2))
CLASSES = RNG.integers(0, 3, 11)


def network(optimizer="adam", loss="mse", activation="tanh", units=2, metrics=None, **first):
    """A function that makes a small network."""

    def make():
        model = keras.Sequential(
            [Dense(5, activation, input_shape=[3], **first), Dense(4), Dense(units)]
        )
        made = optimizer() if callable(optimizer) else optimizer
        model.compile(made, loss() if callable(loss) else loss, metrics=metrics)
        return model

    return make


# ── what Keras recorded ───────────────────────────────────────────────────────────────────────
@single_and_double
@pytest.mark.parametrize("name", CASES)
def test_golden_cases(name, floats):
    *_, fit = prepared(CASES[name])
    fit["epochs"] = min(fit["epochs"], fit.get("initial_epoch", 0) + 4)
    _, x, y, _ = prepared(CASES[name])
    both(lambda: prepared(CASES[name])[0], x, y, **fit)


# ── optimizers ────────────────────────────────────────────────────────────────────────────────
def schedule(name, *args):
    return getattr(keras.optimizers.schedules, name)(*args)


OPTIMIZERS = {
    name: (getattr(keras.optimizers, name), {})
    for name in keras.optimizers.__all__
    if name[0].isupper() and name != "Optimizer"
}
OPTIMIZERS |= {
    f"{name} {more}": (getattr(keras.optimizers, name), more)
    for name, more in [
        ("SGD", {"momentum": 0.9}),
        ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("RMSprop", {"momentum": 0.5, "centered": True}),
        ("Adam", {"amsgrad": True}),
        ("Adam", {"clipnorm": 0.01}),
        ("Adam", {"clipvalue": 0.01}),
        ("Adam", {"global_clipnorm": 0.01}),
        ("Adam", {"weight_decay": 0.1, "use_ema": True, "ema_momentum": 0.5}),
        ("SGD", {"use_ema": True, "ema_overwrite_frequency": 3, "clipnorm": 0.1}),
        ("AdamW", {"weight_decay": 0.3}),
        ("Ftrl", {"l1_regularization_strength": 0.01, "beta": 0.1}),
        ("Ftrl", {"learning_rate_power": -0.3, "l2_shrinkage_regularization_strength": 0.1}),
    ]
}
SCHEDULES = [
    ("ExponentialDecay", 0.1, 3, 0.5), ("PiecewiseConstantDecay", [2, 5], [0.1, 0.05, 0.01]),
    ("CosineDecay", 0.1, 10), ("InverseTimeDecay", 0.1, 2, 0.5), ("PolynomialDecay", 0.1, 6),
    ("CosineDecayRestarts", 0.1, 4),
]  # fmt: skip


@single_and_double
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("piece", [1 << 17, 7])
def test_optimizers(name, piece, floats, monkeypatch):
    monkeypatch.setattr(compiled, "PIECE", piece)
    kind, more = OPTIMIZERS[name]
    both(network(lambda: kind(**more)), X, Y, epochs=3, batch_size=4, times=2)


@pytest.mark.parametrize("arguments", SCHEDULES, ids=lambda given: given[0])
def test_schedules(arguments):
    both(network(lambda: keras.optimizers.SGD(schedule(*arguments))), X, Y, epochs=5, batch_size=4)


def test_the_last_change_is_kept_of_large_models_too(monkeypatch):
    monkeypatch.setattr(compiled, "PIECE", 10)
    model = both(network(), X, Y, epochs=4)
    slots = model.optimizer.slots(model.weights[0])
    np.testing.assert_array_equal(slots["change"].shape, model.weights[0].shape)


# ── losses, activations, penalties, weights of examples ───────────────────────────────────────
@single_and_double
@pytest.mark.parametrize(
    "loss", [n for n in keras.losses.__all__ if n[0].isupper() and n != "Loss"]
)
def test_losses(loss, floats):
    sparse = loss.startswith("Sparse")
    y = CLASSES if sparse else (Y[:, :1] > 0).astype(float) if "Binary" in loss else np.abs(Y)
    units = 3 if sparse else 1 if "Binary" in loss else 2
    if loss.startswith("Categorical"):
        y, units = keras.utils.to_categorical(CLASSES, 3), 3
    last = "softmax" if units == 3 else "sigmoid"

    def make():
        model = keras.Sequential([Dense(4, "tanh", input_shape=[3]), Dense(units, last)])
        model.compile("adam", getattr(losses, loss)(), metrics=None if sparse else ["mae"])
        return model

    both(make, X, y, epochs=3, batch_size=4)


@single_and_double
@pytest.mark.parametrize("name", [n for n in activations.__all__ if n not in ("ROWWISE", "get")])
def test_activations(name, floats):
    both(network(activation=name), X, Y, epochs=3, batch_size=4)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.ReLU(6.0, 0.1), keras.layers.LeakyReLU(0.2), keras.layers.PReLU(),
        keras.layers.ELU(0.5), keras.layers.Softmax(), keras.layers.Activation("gelu"),
        keras.layers.Flatten(), keras.layers.Reshape((4, 1)), keras.layers.Rescaling(0.5, 1.0),
        keras.layers.Dropout(0.0),
    ],
    ids=repr,
)  # fmt: skip
def test_layers(layer):
    def make():
        fresh = type(layer).from_config(layer.get_config())
        parts = [Dense(4, input_shape=[3]), fresh, keras.layers.Flatten(), Dense(2)]
        model = keras.Sequential(parts)
        model.compile("adam", "mse")
        return model

    both(make, X, Y, epochs=3, batch_size=4)


@pytest.mark.parametrize(
    "penalties",
    [
        {"kernel_regularizer": "l1"}, {"kernel_regularizer": keras.regularizers.L1L2(0.1, 0.2)},
        {"bias_regularizer": "l2", "activity_regularizer": keras.regularizers.L2(0.01)},
    ],
)  # fmt: skip
def test_penalties(penalties):
    both(network(**penalties), X, Y, epochs=3, batch_size=4)


@single_and_double
@pytest.mark.parametrize("size", [1, 2, 5, 11, 64])
def test_batches_weights_and_metrics(size, floats):
    make = network(
        loss=lambda: losses.SparseCategoricalCrossentropy(from_logits=True),
        units=3, metrics=["accuracy", "sparse_categorical_crossentropy"],
    )  # fmt: skip
    weights = np.linspace(0, 2, 11)
    both(make, X, CLASSES, epochs=3, batch_size=size, sample_weight=weights)
    both(make, X, CLASSES, epochs=3, batch_size=size, class_weight={0: 3.0, 2: 0.5})
    both(make, X, CLASSES, epochs=3, batch_size=size, validation_split=0.3, shuffle=False)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_architecture(data):
    draw = data.draw
    units = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    names = st.sampled_from(["linear", "relu", "tanh", "sigmoid", "softplus", "elu"])
    chosen = [draw(names) for _ in units]
    biased = [draw(st.booleans()) for _ in units]
    kind, more = OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))]
    dtype = draw(st.sampled_from(["float32", "float64"]))
    loss = draw(st.sampled_from(["mse", "mae", "huber", "log_cosh"]))
    count, size = draw(st.integers(1, 9)), draw(st.integers(1, 10))
    numbers = np.random.default_rng(draw(st.integers(0, 99)))
    x, y = numbers.normal(size=(count, 2)), numbers.normal(size=(count, units[-1]))

    def make():
        layers = [
            Dense(n, name, use_bias=bias, dtype=dtype)
            for n, name, bias in zip(units, chosen, biased, strict=True)
        ]
        model = keras.Sequential([keras.Input((2,)), *layers])
        model.compile(kind(**more), loss)
        return model

    both(make, x, y, epochs=3, batch_size=size)


# ── what cannot be written once and for all ───────────────────────────────────────────────────
class Branching(keras.layers.Layer):
    """Takes another way at every third call."""

    def build(self, input_shape):
        self.gain, self.calls = self.add_weight(shape=(), initializer="ones", name="gain"), 0

    def call(self, x):
        self.calls += 1
        return np.tanh(x) * self.gain if self.calls % 3 else x + self.gain


class Twice(keras.layers.Layer):
    """One layer, used two times."""

    def __init__(self):
        super().__init__()
        self.inner = Dense(4, "tanh")

    def call(self, x):
        return self.inner(self.inner(x)) + x


class Halves(keras.Sequential):
    """A model whose predictions are made in a way of its own."""

    seen = 0

    def __call__(self, x, training=None):
        self.seen += 1
        return super().__call__(x, training) * (0.5 if self.seen % 2 else 1.0)


class Normed(keras.optimizers.SGD):
    """Steps of one length for each parameter: no rule for element by element."""

    def change(self, gradient, state, data):
        return -self.rate * gradient / np.sqrt(np.sum(np.square(gradient)) + 1e-6)


def custom_loss(y, prediction):
    return np.mean((y - prediction) ** 4, axis=-1)


def of_two(*layers, optimizer="adam", loss="mse", kind=keras.Sequential):
    def make():
        model = kind([Dense(4, input_shape=[3]), *[layer() for layer in layers], Dense(2)])
        model.compile(optimizer() if callable(optimizer) else optimizer, loss)
        return model

    return make


@pytest.mark.parametrize(
    "make",
    [
        of_two(Branching), of_two(Twice), of_two(kind=Halves), of_two(optimizer=lambda: Normed(0.1)),
        of_two(loss=custom_loss),
        of_two(lambda: Dense(3, lambda x: x * np.tanh(x))),
        of_two(lambda: Dense(3, kernel_regularizer=lambda w: 0.1 * np.sum(np.abs(w)))),
        of_two(lambda: Dense(3, kernel_constraint=lambda w: np.clip(w, -1, 1))),
        of_two(lambda: Dense(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.1))),
        of_two(optimizer=lambda: keras.optimizers.SGD(lambda: 0.01)),
        of_two(lambda: Dense(3, dtype="float64")),
    ],
    ids=[
        "layer", "shared weights", "model", "optimizer", "loss", "activation",
        "regularizer", "own constraint", "array in the graph", "rate", "two float types",
    ],
)  # fmt: skip
def test_made_step_by_step(make):
    both(make, X, Y, compiled=False, epochs=3, batch_size=4, times=2)


def test_normalization():
    def make():
        normal = keras.layers.Normalization(input_shape=[3])
        normal.adapt(X * 3 + 1)
        model = keras.Sequential([normal, Dense(2)])
        model.compile("adam", "mse")
        return model

    both(make, X * 3 + 1, Y, epochs=3)


def test_a_metric_may_look_at_the_weights():
    seen = []

    def make():
        def size(y, prediction):
            seen[-1].append(model.get_weights()[0].sum())
            return np.abs(y - prediction.data)

        seen.append([])
        model = network(metrics=[size])()
        return model

    both(make, X, Y, epochs=3, batch_size=4)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 9


def test_a_parameter_without_part_in_the_loss_is_told_of():
    def told(eagerly):
        model = keras.Sequential([Dense(3, input_shape=[3]), Dense(3)])
        model.layers[1].kernel = model.layers[0].kernel  # its own stays among the weights
        model.compile("adam", "mse", run_eagerly=eagerly)
        with pytest.raises(ValueError, match="gradient") as error:
            model.fit(X, X, epochs=3, batch_size=4, verbose=0)
        return str(error.value)

    assert told(False) == told(True)


# ── layers that are not trained ───────────────────────────────────────────────────────────────
def test_layers_frozen_and_freed_between_trainings():
    def make():
        model = network()()
        model.layers[0].trainable = False
        model.compile("adam", "mse")
        return model

    model = both(make, X, Y, epochs=3)
    before = model.get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    for now, then in zip(model.get_weights()[:2], before[:2], strict=True):
        np.testing.assert_array_equal(now, then)

    def changed(eagerly):
        keras.utils.set_random_seed(0)
        model = network()()
        model.run_eagerly = eagerly
        seen = []
        for layer, trainable in [(0, True), (1, False), (0, False), (1, True)]:
            model.layers[layer].trainable = trainable
            model.compile("adam", "mse", run_eagerly=eagerly)
            model.fit(X, Y, epochs=3, batch_size=4, verbose=0)
            seen.append(left(model, X))
        return seen

    assert changed(False) == changed(True)


def test_a_freed_layer_needs_the_optimizer_made_anew():
    def told(eagerly):
        model = network()()
        model.layers[0].trainable = False
        model.compile("adam", "mse", run_eagerly=eagerly)
        model.fit(X, Y, epochs=3, verbose=0)
        model.layers[0].trainable = True
        with pytest.raises(ValueError, match="none of the parameters") as error:
            model.fit(X, Y, epochs=3, verbose=0)
        return str(error.value)

    assert told(False) == told(True)


# ── graphs of the learner's own ───────────────────────────────────────────────────────────────
def test_a_graph_made_before_a_training():
    model = network()()
    model.fit(X, Y, epochs=2, verbose=0)
    kernel = model.weights[0]
    loss = np.sum(kernel * kernel)
    held = np.array(kernel.data)
    model.fit(X, Y, epochs=3, verbose=0)
    kernel.grad = None
    try:
        loss.backward()
    except StaleDataError:
        pass
    else:
        np.testing.assert_array_equal(kernel.grad, 2 * held)


def test_an_array_taken_before_a_training_stays_as_it_was():
    model = network()()
    model.fit(X, Y, epochs=3, verbose=0)
    taken, held = [w.data for w in model.weights], model.get_weights()
    gradients = [w.grad for w in model.weights]
    copies = [np.array(g) for g in gradients]
    model.fit(X, Y, epochs=3, verbose=0)
    for got, expected in zip([*taken, *gradients], [*held, *copies], strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_layer_in_two_models():
    shared = Dense(4, "tanh", input_shape=[3])
    models = [keras.Sequential([shared, Dense(2)]) for _ in range(2)]
    for model in models:
        model.compile("sgd", "mse")
    for _ in range(2):
        for model in models:
            model.fit(X, Y, epochs=3, verbose=0)
            np.testing.assert_array_equal(model.get_weights()[0], shared.kernel.data)


# ── programs kept ─────────────────────────────────────────────────────────────────────────────
def test_programs_are_written_for_the_second_batch_of_a_shape_and_kept(monkeypatch):
    model = network()()
    model.fit(X, Y, verbose=0)
    assert programs(model) == 0
    model.fit(X, Y, verbose=0)
    assert programs(model) == 1
    kept = model.written
    monkeypatch.setattr(compiled.Compiled, "_write", None)
    model.fit(X, Y, epochs=3, verbose=0)
    assert model.written is kept


@pytest.mark.parametrize(
    "change",
    [
        lambda model: setattr(model.layers[0], "activation", activations.relu),
        lambda model: setattr(model.layers[0].kernel_regularizer, "l2", 0.5),
        lambda model: setattr(model, "loss", losses.MeanAbsoluteError()),
        lambda model: setattr(model.loss, "reduction", "sum"),
        lambda model: setattr(model.weights[0], "data", np.ones((3, 5), "float32")),
        lambda model: model.compile("sgd", "mae", metrics=["mse"], run_eagerly=model.run_eagerly),
    ],
)
def test_what_is_changed_between_trainings_or_in_one_holds_from_then_on(change):
    def make():
        return network(kernel_regularizer=keras.regularizers.L2(0.01))()

    def between(eagerly):
        model = train(make, X, Y, eagerly, epochs=3)[1]
        change(model)
        history = model.fit(X, Y, epochs=3, verbose=0)
        return left(model, X), history.history

    assert between(False) == between(True)

    class Changes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                change(self.model)

    both(make, X, Y, epochs=6, callbacks=[Changes()])


def test_a_weight_that_is_given_another_float_type():
    class Changes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                self.model.weights[0].data = np.ones((3, 5))

    both(network(), X, Y, compiled=False, epochs=6, callbacks=[Changes()])


# ── threads, switches ─────────────────────────────────────────────────────────────────────────
def test_two_models_in_two_threads():
    alone = [train(network(), X, Y, False, epochs=30, batch_size=11, seed=s)[0] for s in (1, 2)]
    models = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        models.append(network()())
    histories = [None, None]

    def work(i):
        histories[i] = models[i].fit(X, Y, epochs=30, batch_size=11, verbose=0)

    workers = [threading.Thread(target=work, args=[i]) for i in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for model, expected in zip(models, alone, strict=True):
        assert left(model, X)["weights"] == expected["weights"]
        assert programs(model) == 1


def test_inside_no_grad_a_training_refuses_as_ever():
    model = train(network(), X, Y, False, epochs=3)[1]
    with no_grad(), pytest.raises(ValueError, match="does not depend on the weights"):
        model.fit(X, Y, epochs=3, verbose=0)


def test_anomalies_are_searched_for_in_every_step():
    model = keras.Sequential([Dense(1, input_shape=[1])])
    model.compile(keras.optimizers.SGD(1e30), "mse")
    with detect_anomaly(), pytest.raises(AnomalyError):
        model.fit([1.0, 2.0], [1.0, 3.0], epochs=20, verbose=0)
