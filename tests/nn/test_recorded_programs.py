"""Recorded steps that a program tells: bit for bit those that are read from the live graph."""

import numpy as np
import pytest

from autograd_lite import Value, keras
from autograd_lite.errors import ProgramError
from autograd_lite.nn import Recorder, compiled, optimizers, steps, telling
from autograd_lite.recording import Recording

layers = keras.layers
X = np.random.default_rng(5).normal(size=(7, 3))
Y = X @ [[0.5], [-1.0], [2.0]] + 0.3
CLASSES = np.array([0, 2, 1, 1, 0, 2, 1])


class Live(Recorder):
    """A recorder that is shown every step on its graph, as every other callback is."""


@pytest.fixture
def graphs(monkeypatch):
    """The numbers of the steps that are made on the graph."""
    made, original = [], steps.step_by_step

    def counted(model, batch, about, *rest):
        made.append(about[0])
        return original(model, batch, about, *rest)

    monkeypatch.setattr(steps, "step_by_step", counted)
    return made


def trained(make, x, y, recorder, callbacks=(), **more):
    """What a training leaves behind: the record, the weights, the history, the optimizer's memory."""
    keras.utils.set_random_seed(11)
    model = make()
    given = {"epochs": 4, "verbose": 0, **more}
    history = model.fit(x, y, callbacks=[recorder, *callbacks], **given)
    optimizer = model.optimizer
    slots = [{k: np.array(v) for k, v in optimizer.slots(w).items()} for w in model.weights]
    left = repr([*model.get_weights(), history.history, slots, [w.grad for w in model.weights]])
    return recorder.recording, left


def alike(make, graphs, x=X, y=Y, callbacks=lambda: (), live=1, **more):
    """Train twice, told and live; ``live`` steps of the first training are made on the graph."""
    recording, left = trained(make, x, y, Recorder(every=1), callbacks(), **more)
    assert len(graphs) == live
    graphs.clear()
    expected, left_live = trained(make, x, y, Live(every=1), callbacks(), **more)
    assert len(graphs) == len(expected.steps) == len(recording.steps) > live
    assert recording == expected
    assert recording.to_json() == expected.to_json()
    assert left == left_live
    graphs.clear()
    return recording


def network(*widths, activation=None, loss="mse", optimizer=None, last=None, **compiling):
    def make():
        made = keras.Sequential([keras.Input((3,))])
        for width in widths[:-1]:
            made.add(layers.Dense(width, activation=activation))
        made.add(layers.Dense(widths[-1], activation=last))
        made.compile(optimizer() if optimizer else keras.optimizers.Adam(0.05), loss, **compiling)
        return made

    return make


# ── models ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("widths", [(1,), (4, 4, 1)])
@pytest.mark.parametrize("activation", [None, "relu", "tanh", "gelu", "softplus", "leaky_relu"])
def test_networks(widths, activation, dtype, graphs):
    recording = alike(network(*widths, activation=activation), graphs)
    assert len(recording.graphs) == 1
    assert Recording.from_json(recording.to_json()) == recording


def test_the_course_from_its_first_step_to_its_last(dtype, celsius, graphs):
    def make():
        made = keras.Sequential([layers.Dense(1, input_shape=[1])])
        made.compile(keras.optimizers.Adam(0.1), "mean_squared_error")
        return made

    alike(make, graphs, *celsius, epochs=60)


LOSSES = [
    "mean_absolute_error", "mean_squared_logarithmic_error", "huber", "log_cosh", "hinge",
    "squared_hinge", "cosine_similarity", "mean_absolute_percentage_error",
]  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss, dtype, graphs):
    alike(network(4, 2, activation="tanh", loss=loss), graphs, y=np.abs(np.hstack([Y, -Y])))


@pytest.mark.parametrize("weighted", [False, True])
def test_probabilities_of_two_classes(weighted, dtype, graphs):
    weights = {"sample_weight": np.arange(7) / 3} if weighted else {}
    make = network(4, 1, activation="relu", last="sigmoid", loss="binary_crossentropy",
                   metrics=["accuracy", "binary_crossentropy"])  # fmt: skip
    alike(make, graphs, y=CLASSES > 0, **weights)


@pytest.mark.parametrize("last", ["softmax", None])
def test_probabilities_of_many_classes(last, dtype, graphs):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=last is None)
    make = network(4, 3, activation="tanh", last=last, loss=loss, metrics=["accuracy"])
    alike(make, graphs, y=CLASSES, class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def test_penalties(dtype, graphs):
    def make():
        made = keras.Sequential([
            keras.Input((3,)),
            layers.Dense(4, kernel_regularizer="l1_l2", bias_regularizer="l2"),
            layers.Dense(2, "tanh", activity_regularizer="l2"),
            layers.Dense(1, kernel_regularizer=keras.regularizers.L1(0.1)),
        ])  # fmt: skip
        made.compile("adam", "mse", metrics=["mae"])
        return made

    alike(make, graphs)


def test_random_holes_and_constraints(dtype, graphs):
    def make():
        made = keras.Sequential([
            keras.Input((3,)), layers.Dense(4, "tanh", kernel_constraint="max_norm"),
            layers.Dropout(0.5), layers.Dense(3), layers.Dropout(0.25, seed=2), layers.Dense(1),
        ])  # fmt: skip
        made.compile("adam", "mse", metrics=["mae"])
        return made

    recording = alike(make, graphs, batch_size=7)
    place = [node.name for node in recording.graphs[0].nodes].index("mask₂")
    masks = {str(step.values[place]) for step in recording.steps}
    assert len(masks) == len(recording.steps)


def test_layers_that_only_pass_on_or_scale(dtype, graphs):
    def make():
        made = keras.Sequential([
            keras.Input((3,)), layers.Rescaling(0.5), layers.Reshape((3, 1)), layers.Flatten(),
            layers.Dense(2), layers.LeakyReLU(), layers.Dense(1),
        ])  # fmt: skip
        made.compile("sgd", "mse")
        return made

    alike(make, graphs)


def test_a_layer_that_is_not_trained(dtype, graphs):
    def make():
        made = network(4, 2, 1, activation="tanh")()
        made.layers[1].trainable = False
        return made

    recording = alike(make, graphs)
    assert len(recording.steps[-1].updates) == 4


# ── optimizers ────────────────────────────────────────────────────────────────────────────────
OPTIMIZERS = {
    **{name: lambda kind=kind: kind() for name, kind in optimizers.TABLE.items()},
    "momentum": lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True, clipnorm=0.1),
    "centered": lambda: optimizers.RMSprop(0.01, momentum=0.5, centered=True, clipvalue=0.05),
    "decay": lambda: optimizers.SGD(0.01, weight_decay=0.1, global_clipnorm=0.2),
    "average": lambda: optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "schedule": lambda: optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name, dtype, graphs):
    recording = alike(network(3, 1, activation="tanh", optimizer=OPTIMIZERS[name]), graphs)
    first, last = recording.steps[0].updates[0], recording.steps[-1].updates[0]
    assert last.slots.keys() == first.slots.keys() >= {"learning_rate", "step", "change"}
    assert list(last.slots) == list(first.slots)
    assert last.rule == first.rule != ""


def test_parameters_too_large_for_one_piece(monkeypatch, graphs):
    monkeypatch.setattr(compiled, "PIECE", 5)
    make = network(4, 1, activation="tanh")
    alike(make, graphs)
    found = []
    for recorder in (Recorder(every=3), Live(every=3)):  # told steps among those that nobody sees
        found.append(trained(make, X, Y, recorder, epochs=11))
    assert found[0] == found[1]


# ── batches, and who else watches ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("weights", [{}, {"sample_weight": np.arange(7.0)}])
def test_batches_of_two_sizes(weights, dtype, graphs):
    recording = alike(network(2, 1), graphs, live=2, batch_size=3, **weights)
    assert [step.graph for step in recording.steps] == [0, 0, 1] * 4


def test_the_default_choice_of_steps(dtype, graphs):
    made = []
    for kind in (Recorder, Live):
        made.append(trained(network(2, 1), X, Y, kind(), epochs=200))
        # Live: the 60 recorded ones, and the first of the others, which shows what is to be written.
        assert len(graphs) == (1 if kind is Recorder else 61)
        graphs.clear()
    assert made[0] == made[1]


def test_recorders_that_want_different_steps(graphs):
    make, found = network(2, 1), []
    for kind in (Recorder, Live):
        first, second = kind(every=2), kind(every=3)
        trained(make, X, Y, first, [second], batch_size=3, epochs=9)
        found.append((first.recording, second.recording))
    assert found[0] == found[1]


class Inside(keras.callbacks.Callback):
    """Sees inside some steps, and moves the weights after an epoch."""

    def wants_step(self, number, epoch, epochs):
        return number in (3, 4)

    def on_backward_end(self, step):
        assert step.loss.op is not None
        assert step.shapes == ((7, 3), (7, 1))

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            self.model.set_weights([w + 1 for w in self.model.get_weights()])
            self.model.optimizer.learning_rate = 0.5


def test_a_callback_that_sees_inside_and_changes_the_model(dtype, graphs):
    alike(network(2, 1), graphs, callbacks=lambda: [Inside()], live=3, epochs=6)


def test_a_training_that_is_ended_early(graphs):
    found = []
    for kind in (Recorder, Live):
        stop = keras.callbacks.EarlyStopping("loss", min_delta=100, patience=8)
        found.append(trained(network(2, 1), X, Y, kind(every=50), [stop], epochs=90))
    assert found[0] == found[1]
    assert [step.number for step in found[0][0].steps] == [1, 9]
    assert len(graphs) == 1 + 9


def test_a_record_that_is_read_while_it_grows():
    read = []

    class Reader(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            read.append(recorder.recording)

    recorder = Recorder(every=1)
    recording, _ = trained(network(3, 1), X, Y, recorder, [Reader()])
    assert [len(r.steps) for r in read] == [1, 2, 3, 4]
    for early in read:
        assert early.steps == recording.steps[: len(early.steps)]


def test_the_data_may_change_once_the_training_is_over():
    x, found = X.copy(), []
    for late in (False, True):
        recorder = Recorder(every=1)
        keras.utils.set_random_seed(3)
        made = network(2, 1)()
        made.fit(x, Y, epochs=3, verbose=0, callbacks=[recorder])
        if late:
            x[...] = 0
            made.set_weights([w * 0 for w in made.get_weights()])
        found.append(recorder.recording)
    assert found[0] == found[1]


def test_a_second_training_with_the_same_recorder(graphs):
    recorder, made = Recorder(every=1), network(2, 1)()
    for x in (X, X[:4]):
        made.fit(x, Y[: len(x)], epochs=3, verbose=0, callbacks=[recorder])
        recording = recorder.recording
        assert [step.number for step in recording.steps] == [1, 2, 3]
        (given,) = [node.id for node in recording.graphs[0].nodes if node.name == "x"]
        assert {len(step.values[given]) for step in recording.steps} == {len(x)}
    assert graphs == [1, 1]


# ── what stays on the graph ───────────────────────────────────────────────────────────────────
def test_checked_records_are_made_on_the_graph(graphs):
    recorder = Recorder(every=1, check=True)
    recording, _ = trained(network(1), X, Y, recorder)
    assert len(graphs) == 4
    assert all(check.agrees for step in recording.steps for check in step.checks)


def test_a_loss_of_ones_own_stays_on_the_graph(graphs):
    make = network(1, loss=lambda y, p: ((y - p) ** 4).mean())
    recording, left = trained(make, X, Y, Recorder(every=1))
    assert len(graphs) == 4
    expected, left_live = trained(make, X, Y, Live(every=1))
    assert (recording, left) == (expected, left_live)


def test_holes_at_random_stay_the_same_with_and_without_a_record(graphs):
    def make():
        made = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5), layers.Dense(1)])
        made.compile("adam", "mse")
        return made

    found = []
    for callbacks in ([], [Recorder(every=1)]):
        keras.utils.set_random_seed(11)
        made = make()
        made.fit(X, Y, epochs=5, verbose=0, callbacks=callbacks)
        found.append(repr(made.get_weights()))
    assert found[0] == found[1]
    assert len(graphs) == 2  # the first step of each


def test_infinities_are_met_on_the_graph(graphs):
    make = network(1, optimizer=lambda: keras.optimizers.SGD(1e10))
    found = []
    for kind in (Recorder, Live):
        with pytest.warns(match=r"training: the loss is .* in epoch \d"):
            found.append(trained(make, X, Y, kind(every=1), epochs=40)[0].to_json())
    assert found[0] == found[1]
    assert '"inf"' in found[0]


def test_a_graph_of_another_form_is_refused():
    x = Value(2.0, name="x")
    with pytest.raises(ProgramError, match="is not made as"):
        telling.Telling(x * 3.0, x + 3.0, {"weights": [x]}, "weights", [])
    with pytest.raises(ProgramError, match="no gradient is asked for"):
        y = Value(3.0, name="y")
        telling.Telling(x * y, x * y, {"weights": [x], "y": y}, "weights", [])
