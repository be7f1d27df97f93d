"""What the callbacks of Keras do: when they stop, save, write and change the learning rate."""

import csv

import numpy as np
import pytest

from autograd_lite import NumericWarning, keras

callbacks = keras.callbacks


class Scripted(callbacks.Callback):
    """Puts numbers into the logs, epoch by epoch, before the callbacks after it read them."""

    may_stop = False

    def __init__(self, **numbers):
        self.numbers = numbers

    def on_epoch_end(self, epoch, logs=None):
        for name, sequence in self.numbers.items():
            if epoch < len(sequence):
                logs[name] = sequence[epoch]


def model(rate=0.1, **more):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[1], dtype="float64")])
    made.set_weights([[[0.0]], [0.0]])
    made.compile(keras.optimizers.SGD(rate), "mse", **more)
    return made


def run(script, *given, epochs=12, **more):
    made = model(**more)
    return made, made.fit(
        [1.0], [1.0], epochs=epochs, verbose=0, callbacks=[Scripted(**script), *given]
    )


# ── EarlyStopping ─────────────────────────────────────────────────────────────────────────────
FALLS = [5.0, 4.0, 3.0, 3.5, 2.95, 3.2, 3.1, 3.3, 1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("options", "epochs", "best"),
    [
        ({}, 4, 2),
        ({"patience": 2}, 7, 4),
        ({"patience": 2, "min_delta": 0.1}, 5, 2),
        ({"patience": 4}, 12, 8),
        ({"mode": "max"}, 2, 0),
        ({"patience": 3, "mode": "max"}, 4, 0),
        ({"patience": 3, "baseline": 2.0}, 4, 2),
        ({"patience": 2, "start_from_epoch": 5}, 11, 8),
        ({"patience": 1, "start_from_epoch": 5}, 8, 6),
    ],
)
def test_early_stopping(options, epochs, best):
    stop = callbacks.EarlyStopping("number", **{"mode": "min", **options})
    made, history = run({"number": FALLS}, stop)
    assert (len(history.epoch), stop.best_epoch) == (epochs, best)
    assert stop.stopped_epoch == (0 if epochs == 12 else epochs - 1)


def test_the_best_weights_come_back(capsys):
    weights = []
    keep = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(made.get_weights())
    )
    stop = callbacks.EarlyStopping("number", mode="min", patience=2, restore_best_weights=True,
                                   verbose=1)  # fmt: skip
    made = model()
    made.fit([1.0], [1.0], epochs=12, verbose=0, callbacks=[Scripted(number=FALLS), keep, stop])
    for got, kept in zip(made.get_weights(), weights[4], strict=True):
        np.testing.assert_array_equal(got, kept)
    assert capsys.readouterr().out == (
        "Epoch 7: early stopping\nRestoring model weights from the end of the best epoch: 5.\n"
    )


def test_the_direction_comes_from_the_metric():
    for metric, history in (("accuracy", [0.5, 0.6, 0.6]), ("mae", [0.5, 0.4, 0.4])):
        stop = callbacks.EarlyStopping(metric)
        run({metric: history}, stop, metrics=[metric], epochs=3)
        assert stop.stopped_epoch == 2


def test_a_callback_serves_several_trainings():
    stop, made = callbacks.EarlyStopping("loss", patience=1), model(rate=0.0)
    for _ in range(2):
        assert len(made.fit([1.0], [1.0], epochs=9, verbose=0, callbacks=stop).epoch) == 2


# ── the learning rate ─────────────────────────────────────────────────────────────────────────
def test_scheduler(capsys):
    by_both = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate, 1)
    by_epoch = callbacks.LearningRateScheduler(lambda epoch: 0.5 / (epoch + 1))
    _, history = run({}, by_both, epochs=3)
    assert history.history["learning_rate"] == [0.1, 0.05, 0.025]
    assert capsys.readouterr().out.startswith(
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.1.\n"
    )
    _, history = run({}, by_epoch, epochs=2)
    assert history.history["learning_rate"] == [0.5, 0.25]


def test_scheduled_rates_are_the_rates_of_the_steps():
    made = model()
    made.fit([1.0], [1.0], verbose=0,
             callbacks=callbacks.LearningRateScheduler(lambda epoch: 0.25))  # fmt: skip
    assert made.get_weights()[0].item() == 0.5  # −rate · 2 · (0 − 1)


@pytest.mark.parametrize(
    ("options", "rates"),
    [
        ({"patience": 1}, [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.125]),
        ({"patience": 2}, [1, 1, 1, 1, 1, 1, 1, 0.5]),
        ({"patience": 1, "min_lr": 0.4}, [1, 1, 1, 1, 0.5, 0.5, 0.4, 0.4]),
        ({"patience": 1, "cooldown": 2}, [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]),
    ],
)
def test_reduce_on_plateau(options, rates):
    plateau = callbacks.ReduceLROnPlateau("number", factor=0.5, mode="min", **options)
    _, history = run({"number": [5, 4, 3, 3, 2, 2, 2, 2]}, plateau, epochs=8, rate=1.0)
    assert history.history["learning_rate"] == rates


# ── leaving the numbers ───────────────────────────────────────────────────────────────────────
def test_terminate_on_nan(capsys):
    made = model(rate=1e200)
    with pytest.warns(NumericWarning, match=r"in epoch \d \(step \d\); .* is the first"):
        history = made.fit([1.0, 2.0], [1.0, 3.0], 1, epochs=9, verbose=0, shuffle=False,
                           callbacks=[callbacks.TerminateOnNaN()])  # fmt: skip
    assert len(history.epoch) < 3
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"
    made = model(rate=1e200)
    with (
        pytest.warns(NumericWarning),
        pytest.raises(RuntimeError, match="the loss is .* at batch 1: try a smaller learning rate"),
    ):
        made.fit([1.0, 2.0], [1.0, 3.0], 1, verbose=0, shuffle=False,
                 callbacks=[callbacks.TerminateOnNaN(raise_error=True)])  # fmt: skip


# ── files ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def saved(monkeypatch):
    """The names that the model was asked to save under."""
    names = []
    for way in ("save", "save_weights"):
        monkeypatch.setattr(
            keras.Sequential, way,
            lambda self, path, overwrite, way=way: names.append((way, path)), raising=False,
        )  # fmt: skip
    return names


@pytest.mark.parametrize(
    ("options", "epochs"),
    [({}, [1, 2, 3, 4]), ({"save_best_only": True}, [1, 2, 4]),
     ({"save_best_only": True, "initial_value_threshold": 3.5}, [4]),
     ({"save_best_only": True, "mode": "max"}, [1, 3])],
)  # fmt: skip
def test_checkpoint(options, epochs, saved, tmp_path):
    keep = callbacks.ModelCheckpoint(
        tmp_path / "new" / "{epoch:02d}-{number:.1f}.keras", "number", **{"mode": "min", **options}
    )
    numbers = [5.0, 4.0, 6.0, 3.0]
    run({"number": numbers}, keep, epochs=4)
    names = [str(tmp_path / "new" / f"{e:02d}-{numbers[e - 1]:.1f}.keras") for e in epochs]
    assert saved == [("save", name) for name in names]
    assert (tmp_path / "new").is_dir()


def test_checkpoint_of_weights_by_batches(saved, tmp_path):
    path = tmp_path / "w{epoch}-{batch}.weights.h5"
    keep = callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=2)
    model().fit([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1, epochs=2, verbose=0, callbacks=keep)
    ends = [(way, name[len(str(tmp_path)) + 1 :]) for way, name in saved]
    assert ends == [("save_weights", f"w{n}.weights.h5") for n in ("1-2", "2-1", "2-3")]


def test_checkpoint_tells(saved, tmp_path, capsys):
    path = tmp_path / "best.keras"
    keep = callbacks.ModelCheckpoint(path, "number", 1, save_best_only=True, mode="min")
    run({"number": [5.0, 6.0, 4.0]}, keep, epochs=3)
    assert capsys.readouterr().out == (
        f"\nEpoch 1: number improved from None to 5.00000, saving model to {path}\n"
        f"\nEpoch 1: finished saving model to {path}\n"
        "\nEpoch 2: number did not improve from 5.00000\n"
        f"\nEpoch 3: number improved from 5.00000 to 4.00000, saving model to {path}\n"
        f"\nEpoch 3: finished saving model to {path}\n"
    )


def test_csv(tmp_path):
    path = tmp_path / "log.csv"
    made = model(metrics=["mae"])

    def train(append, epochs, first=0):
        made.fit([1.0, 2.0], [1.0, 2.0], verbose=0, epochs=epochs, initial_epoch=first,
                 validation_split=0.5, callbacks=callbacks.CSVLogger(path, append=append))  # fmt: skip
        return list(csv.reader(path.read_text("utf-8").splitlines()))

    rows = train(False, 2)
    assert rows[0] == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert [row[0] for row in rows[1:]] == ["0", "1"]
    assert float(rows[2][1]) < float(rows[1][1])
    assert [row[0] for row in train(True, 4, 2)] == ["epoch", "0", "1", "2", "3"]
    assert [row[0] for row in train(False, 1)] == ["epoch", "0"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["log.csv"]


def test_csv_has_a_place_for_a_validation_that_comes_later(tmp_path):
    path = tmp_path / "log.tsv"
    model().fit([1.0], [1.0], epochs=2, verbose=0, validation_data=([1.0], [1.0]),
                validation_freq=2, callbacks=callbacks.CSVLogger(path, "\t"))  # fmt: skip
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    assert rows[0] == ["epoch", "loss", "val_loss"]
    assert rows[1][2] == "NA" and float(rows[2][2]) >= 0


# ── what all have in common ───────────────────────────────────────────────────────────────────
def test_older_names_of_the_batches():
    calls = []

    class Old(callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            calls.append(("end", batch, *logs))

    model().fit([1.0], [1.0], verbose=0, callbacks=Old())
    assert calls == [("begin", 0), ("end", 0, "loss")]


def test_every_event_has_logs_and_functions_can_take_each():
    seen = {}
    names = [name for name in dir(callbacks.Callback) if name.startswith("on_")]
    events = [n for n in names if n not in ("on_backward_end", "on_update_end")]

    def note(name):
        return lambda *args: seen.setdefault(name, args[-1])

    everything = callbacks.LambdaCallback(**{name: note(name) for name in events})
    made = model()
    made.fit([1.0], [1.0], verbose=0, validation_data=([1.0], [1.0]), callbacks=everything)
    made.predict([1.0], callbacks=everything)
    assert {n for n in events if not n.startswith("on_batch")} <= seen.keys()
    assert all(isinstance(logs, dict) for logs in seen.values())


@pytest.mark.parametrize(
    "made",
    [callbacks.EarlyStopping("loss", patience=3), callbacks.ReduceLROnPlateau(factor=0.5),
     callbacks.ModelCheckpoint("a.keras"), callbacks.CSVLogger("a.csv"),
     callbacks.TerminateOnNaN(), callbacks.History()],
    ids=repr,
)  # fmt: skip
def test_config_and_back(made):
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()
