"""Callbacks of a training that runs as programs see, change and leave what they would step by step."""

import warnings

import numpy as np
import pytest
from both_ways import both, frozen, left, programs, train

from autograd_lite import NumericWarning, keras
from autograd_lite.nn import Recorder, compiled

Dense, Callback = keras.layers.Dense, keras.callbacks.Callback
RNG = np.random.default_rng(11)
X, Y = RNG.normal(size=(9, 2)), RNG.normal(size=(9, 1))
RUN = {"epochs": 4, "batch_size": 4, "validation_split": 0.2}
EVENTS = [
    "train_begin", "epoch_begin", "train_batch_begin", "train_batch_end", "test_begin",
    "test_batch_begin", "test_batch_end", "test_end", "epoch_end", "train_end",
]  # fmt: skip


def network(optimizer=lambda: keras.optimizers.Adam(0.1), metrics=("mae",), **first):
    def make():
        model = keras.Sequential([Dense(3, "tanh", input_shape=[2], **first), Dense(1)])
        model.compile(optimizer(), "mse", metrics=list(metrics))
        return model

    return make


class At(Callback):
    """Calls a function of the model and the number of the call at one event."""

    def __init__(self, event, act):
        self.count = 0
        setattr(self, f"on_{event}", lambda *args, **named: self.happens(act))

    def happens(self, act):
        self.count += 1
        act(self.model, self.count)


def at(event, act):
    """Callbacks for ``both`` that keep what ``act`` returns."""
    return lambda told: [At(event, lambda model, n: told.append(frozen(act(model, n))))]


def reads(model, n):
    return [n, *model.get_weights(), model.optimizer.learning_rate, model.optimizer.get_state()]


def reads_gradients(model, n):
    return [w.grad for w in model.weights] if n > 1 else None


def predicts(model, n):
    return model.predict(X), model.evaluate(X, Y)


def sets_weights(model, n):
    if n % 2:
        model.set_weights([np.full_like(w, 0.1 * n) for w in model.get_weights()])


def sets_one_weight(model, n):
    model.layers[1].kernel.data = np.ones((3, 1), "float32") / n


def sets_rate(model, n):
    model.optimizer.learning_rate = 0.1 / n


def sets_moments(model, n):
    if model.optimizer.variables:
        state = model.optimizer.get_state()
        for slots in state["slots"]:
            slots["m"] = slots["m"] * 0.5
        model.optimizer.set_state(state)


def sets_rule(model, n):
    model.optimizer.beta_1, model.optimizer.clipnorm = 0.8, 0.05


def clears_gradients(model, n):
    for w in model.weights:
        w.grad = None


def trains_a_batch(model, n):
    return model.train_on_batch(X[:2], Y[:2])


def freezes(model, n):
    model.layers[0].trainable = n < 2


def compiles(model, n):
    if n == 2:
        model.compile("sgd", "mae", run_eagerly=model.run_eagerly)


def stops(model, n):
    if n == 3:
        model.stop_training = True


ACTS = [
    reads, reads_gradients, predicts, sets_weights, sets_one_weight, sets_rate, sets_moments,
    sets_rule, clears_gradients, trains_a_batch, freezes, compiles, stops,
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_at_every_event(event, act):
    quick = train(network(), X, Y, False, callbacks=at(event, act), **RUN)
    slow = train(network(), X, Y, True, callbacks=at(event, act), **RUN)
    for name in slow[0]:
        assert quick[0][name] == slow[0][name], name
    # Programs ran, but where what they hold for changed at every other turn.
    assert programs(quick[1]) or act in (freezes, compiles, stops)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_exception_leaves_the_numbers_so_far(event, error):
    def outcome(eagerly):
        keras.utils.set_random_seed(0)
        model = network()()
        model.run_eagerly = eagerly

        def act(model, n):
            if n == min(3, 1 if event in ("train_begin", "train_end") else 3):
                raise error("enough")

        with pytest.raises(error):
            model.fit(X, Y, verbose=0, callbacks=[At(event, act)], **RUN)
        before = left(model, X)
        model.fit(X, Y, verbose=0, **RUN)
        return before, left(model, X)

    assert outcome(False) == outcome(True)


def test_an_interrupt_while_the_numbers_are_given_back(monkeypatch):
    """Ctrl-C may come at any moment; none of the weights stays behind."""
    model = train(network(), X, Y, False, epochs=3, batch_size=9)[1]
    expected = train(network(), X, Y, False, epochs=5, batch_size=9)[0]
    model = train(network(), X, Y, False, epochs=3, batch_size=9)[1]
    give = type(model.optimizer).take_flat_state
    calls = []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt
        give(*args)

    monkeypatch.setattr(type(model.optimizer), "take_flat_state", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=2, batch_size=9, verbose=0)
    assert len(calls) == 2
    assert left(model)["weights"] == expected["weights"]
    assert left(model)["optimizer"] == expected["optimizer"]


def test_an_interrupt_in_the_first_step_leaves_no_gradients_from_nowhere(monkeypatch):
    model = train(network(), X, Y, False, epochs=3, batch_size=9)[1]
    before = left(model, X)
    for key, program in model.written.programs.items():

        def interrupted(*args):
            raise KeyboardInterrupt

        model.written.programs[key] = program._replace(run=interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=2, batch_size=9, verbose=0)
    after = left(model, X)
    assert {**after, "gradients": 0} == {**before, "gradients": 0}
    assert all(np.isfinite(w.grad).all() for w in model.weights)


# ── the library's own callbacks ───────────────────────────────────────────────────────────────
CALLBACKS = {
    "early stopping": lambda: keras.callbacks.EarlyStopping(
        "val_loss", patience=1, restore_best_weights=True
    ),
    "nan": keras.callbacks.TerminateOnNaN,
    "scheduler": lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.7),
    "plateau": lambda: keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=0.5),
    "lambda": lambda: keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
    "recorder": Recorder,
    "recorder of some": lambda: Recorder(every=3),
}


@pytest.mark.parametrize("names", [[n] for n in CALLBACKS] + [list(CALLBACKS)], ids=" ".join)
@pytest.mark.parametrize("optimizer", ["adam", "diverging"])
def test_callbacks(names, optimizer):
    rate = 1e12 if optimizer == "diverging" else 0.1

    def make():
        return network(lambda: keras.optimizers.SGD(rate))()

    def outcome(eagerly):
        callbacks = [CALLBACKS[name]() for name in names]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found, model = train(
                make, X, Y, eagerly, callbacks=lambda told: callbacks, **{**RUN, "epochs": 8}
            )
        records = [c.recording.to_json() for c in callbacks if isinstance(c, Recorder)]
        return found, records, [str(w.message) for w in caught]

    fast, slow = outcome(False), outcome(True)
    assert fast[0] == slow[0]
    assert fast[2] == slow[2]
    assert fast[1] == slow[1]


def test_a_schedule_that_looks_at_the_weights():
    def callbacks(told):
        models = []

        class First(Callback):
            def on_train_begin(self, logs=None):
                models.append(self.model)

        def rate(epoch, rate):
            return 0.1 / (1 + float(np.abs(models[0].get_weights()[0]).sum()))

        return [First(), keras.callbacks.LearningRateScheduler(rate)]

    both(network(), X, Y, callbacks=callbacks, **RUN)


def test_checkpoints(tmp_path):
    def files(eagerly):
        home = tmp_path / str(eagerly)
        home.mkdir()
        keras.utils.set_random_seed(0)
        model = network()()
        model.run_eagerly = eagerly
        keep = keras.callbacks.ModelCheckpoint(
            str(home / "w{epoch}.weights.h5"), save_weights_only=True
        )
        log = keras.callbacks.CSVLogger(str(home / "log.csv"))
        model.fit(X, Y, verbose=0, callbacks=[keep, log], **RUN)
        found = {}
        for file in sorted(home.glob("w*")):
            model.load_weights(str(file))
            found[file.name] = frozen(model.get_weights())
        return found, (home / "log.csv").read_text("utf-8")

    assert files(False) == files(True)


def test_the_bar_tells_the_same(capsys):
    lines = []
    for eagerly in (False, True):
        train(network(), X, Y, eagerly, **{**RUN, "verbose": 1})
        text = capsys.readouterr().out
        lines.append([line.split(" - ")[1:] for line in text.splitlines() if " - " in line])
    assert lines[0] == lines[1]
    assert len(lines[0]) == 4


# ── numbers that are left ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("where", ["rate", "data", "weights"])
def test_divergence_is_told_alike(where):
    def told(eagerly):
        keras.utils.set_random_seed(0)
        model = network(lambda: keras.optimizers.SGD(1e25 if where == "rate" else 0.1))()
        model.run_eagerly = eagerly
        x = X.copy()
        if where != "rate":
            model.fit(X, Y, verbose=0, epochs=3, batch_size=4)
        if where == "data":
            x[7, 1] = np.nan
        if where == "weights":
            model.set_weights([np.full_like(w, np.inf) for w in model.get_weights()])
        with pytest.warns(NumericWarning) as caught:
            model.fit(x, Y, verbose=0, epochs=5, batch_size=4, shuffle=False)
        return [str(w.message) for w in caught], left(model, X)["weights"]

    fast, slow = told(False), told(True)
    assert fast == slow
    assert len(fast[0]) == 1


def test_steps_in_between_are_seen_by_pieces(monkeypatch):
    monkeypatch.setattr(compiled, "PIECE", 4)
    both(network(), X, Y, callbacks=at("train_batch_end", reads), **RUN)


def test_gradients_of_a_training_are_values_own():
    model = train(network(), X, Y, False, epochs=3)[1]
    assert all(w.grad.base is None for w in model.weights)
