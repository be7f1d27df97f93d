"""The training loop: batches, validation, callbacks, history, and what is printed."""

import io
import os
import tracemalloc

import numpy as np
import pytest

from autograd_lite import NumericWarning, keras
from autograd_lite.graph import all_nodes
from autograd_lite.nn import epochs, progress
from autograd_lite.nn.data import Examples


def model(n_inputs=1, optimizer="sgd", **more):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[n_inputs])])
    made.compile(optimizer, "mse", **more)
    return made


class Diary(keras.callbacks.Callback):
    """Writes down every call."""

    def __init__(self):
        self.calls = []

    def __getattribute__(self, name):
        if name.startswith("on_") and name not in ("on_backward_end", "on_update_end"):
            return lambda *args: self.calls.append(name.removeprefix("on_"))
        return super().__getattribute__(name)


def test_callbacks_are_called_in_keras_order():
    diary = Diary()
    model().fit(
        [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], batch_size=2, epochs=1, verbose=0,
        callbacks=diary, validation_data=([1.0], [1.0]),
    )  # fmt: skip
    assert diary.calls == [
        "train_begin", "epoch_begin",
        "train_batch_begin", "train_batch_end", "train_batch_begin", "train_batch_end",
        "test_begin", "test_batch_begin", "test_batch_end", "test_end",
        "epoch_end", "train_end",
    ]  # fmt: skip


class Inside(keras.callbacks.Callback):
    """Compares parameters at the two looks into a step."""

    def __init__(self):
        self.seen = []

    def wants_step(self, number, epoch, epochs):
        return number == 3

    def on_backward_end(self, step):
        self.before = [w.data.copy() for w in step.parameters]

    def on_update_end(self, step):
        moved = [
            np.allclose(w.data, b - 0.01 * w.grad)
            for w, b in zip(step.parameters, self.before, strict=True)
        ]
        self.seen.append((step.number, step.epoch, step.examples, step.batch_size, moved))


def test_a_callback_sees_inside_the_steps_that_it_wants():
    inside = Inside()
    model().fit([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 2, 3, 0, [inside])
    assert inside.seen == [(3, 2, 3, 2, [True, True])]


def test_a_callback_ends_the_training_and_adds_to_the_history():
    class Enough(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["rate"] = 0.5
            self.model.stop_training = epoch == 1

    history = model().fit([1.0], [1.0], epochs=9, verbose=0, callbacks=[Enough()])
    assert history.epoch == [0, 1]
    assert history.history["rate"] == [0.5, 0.5]


def test_history():
    x, y = np.arange(10.0), np.arange(10.0)
    made = model(metrics=["mse", "mae"])
    history = made.fit(x, y, epochs=2, batch_size=4, verbose=0, validation_split=0.3)
    assert list(history.history) == ["loss", "mae", "mse", "val_loss", "val_mae", "val_mse"]
    assert history.params == {"verbose": 0, "epochs": 2, "steps": 2}
    assert history.history["loss"] == pytest.approx(history.history["mse"])
    assert history.model is made
    assert made.history is history


def test_a_second_fit_keeps_the_optimizers_state_and_compiling_anew_drops_it(single, celsius):
    single.fit(*celsius, epochs=2, verbose=0)
    single.fit(*celsius, epochs=3, verbose=0)
    in_two = single.get_weights()
    assert single.optimizer.iterations == 5
    single.compile(keras.optimizers.Adam(0.1), "mse")
    single.set_weights([[[0.5]], [0.0]])
    single.fit(*celsius, epochs=5, verbose=0)
    np.testing.assert_array_equal(single.get_weights()[0], in_two[0])


def test_shuffling_changes_the_order_of_batches_only():
    x = np.arange(8.0)
    runs = []
    for shuffle in (False, True, True):
        keras.utils.set_random_seed(3)
        made = model(optimizer=keras.optimizers.SGD(0.001))
        runs.append(made.fit(x, 2 * x, batch_size=2, epochs=3, shuffle=shuffle, verbose=0))
    plain, first, second = (run.history["loss"] for run in runs)
    assert first == second
    assert first != plain
    made.set_weights([[[1.0]], [0.0]])
    whole = made.fit(x, 2 * x, shuffle=True, verbose=0).history["loss"]
    assert whole == [np.mean(x**2)]


def test_data_may_be_lists_numbers_and_ranges():
    made = model()
    made.fit(range(3), [0, 2, 4], verbose=0)
    made.fit([[1], [2]], (1, 2), verbose=0)
    made.fit(3, 5, verbose=0)
    assert made.predict(100.0).shape == made.predict([100.0]).shape == (1, 1)
    assert made.predict(np.arange(70.0)).shape == (70, 1)
    assert type(made.evaluate([1.0, 2.0], [1.0, 2.0])) is float
    assert made.evaluate([1.0], [1.0], return_dict=True).keys() == {"loss"}


def test_data_is_not_changed():
    x, y = np.arange(4.0), np.arange(4.0)
    model().fit(x, y, epochs=2, verbose=0)
    assert x.tolist() == y.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_large_data_is_not_copied():
    x, y = np.ones((40_000, 64), "float32"), np.ones((40_000, 1), "float32")
    made = model(64)
    for shuffle in (False, True):
        made.fit(x, y, batch_size=1000, epochs=2, shuffle=shuffle, verbose=0)
        tracemalloc.start()
        made.fit(x, y, batch_size=1000, epochs=2, shuffle=shuffle, verbose=0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < x.nbytes * (0.4 if shuffle else 0.1)


def test_data_may_stand_in_a_file(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(12.0, dtype="float32").reshape(6, 2))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    made = model(2)
    made.fit(x, x[:, :1], batch_size=2, epochs=2, verbose=0)
    np.testing.assert_array_equal(made.predict(x), made.predict(np.array(x)))


def test_a_new_order_is_made_stretch_by_stretch(monkeypatch):
    x = np.arange(10.0)
    data = Examples(x, 2 * x, 2 * x, 3 * x)
    orders = []
    for stretch in (1, 2 * x.nbytes, 1 << 20):
        monkeypatch.setattr(epochs, "STRETCH", stretch)
        keras.utils.set_random_seed(3)
        found = list(epochs.Epochs(data, 2, shuffle=True).batches())
        assert [len(batch) for batch in found] == [2] * 5
        for batch in found:
            assert (batch.target == 2 * batch.x).all()
            assert (batch.weight == 3 * batch.x).all()
        orders.append(np.concatenate([batch.x for batch in found]).tolist())
    assert orders[0] == orders[1] == orders[2] != x.tolist()
    assert sorted(orders[0]) == x.tolist()


def test_who_keeps_a_graph_keeps_its_data():
    x = np.array([[1.0], [2.0]], "float32")
    made, other = model(), model()
    out = other(x)
    same = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    passed, graphs = same.predict_on_batch(x), []

    class Keeper(keras.callbacks.Callback):
        def wants_step(self, number, epoch, epochs):
            return True

        def on_backward_end(self, step):
            graphs.append(step.loss)

    made.fit(x, x, verbose=0, callbacks=[Keeper()])
    before = [leaf.data.tolist() for leaf in all_nodes(graphs[0]) if leaf.op is None]
    x[:] = 9
    assert [leaf.data.tolist() for leaf in all_nodes(graphs[0]) if leaf.op is None] == before
    assert passed.tolist() == [[1.0], [2.0]]
    out.backward(np.ones((2, 1)))
    assert other.layers[0].kernel.grad.tolist() == [[3.0]]


def test_a_model_waits_for_its_data():
    made = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    made.compile("adam", "mse")
    assert (made.built, made.get_weights()) == (False, [])
    made.fit(np.ones((5, 3)), np.ones(5), verbose=0)
    assert [w.shape for w in made.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]
    assert [w.name for w in made.weights] == ["kernel₁", "bias₁", "kernel₂", "bias₂"]
    assert [layer.name for layer in made.layers] == ["dense", "dense_1"]
    assert made.count_params() == 21


@pytest.mark.parametrize("shape", [{"input_shape": [3]}, {"input_shape": (3,)}, {"input_shape": 3},
                                   {"input_dim": 3}])  # fmt: skip
def test_ways_to_tell_the_number_of_inputs(shape):
    layer = keras.layers.Dense(2, **shape)
    assert layer.get_weights() == []
    keras.Sequential([layer])
    kernel, bias = layer.get_weights()
    assert np.abs(kernel).max() <= np.sqrt(6 / 5)
    assert bias.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "loss",
    ["mse", "MSE", "mean_squared_error", "MeanSquaredError", keras.losses.MeanSquaredError(),
     keras.losses.MeanSquaredError, keras.losses.mean_squared_error,
     lambda y_true, y_pred: (y_pred - y_true) ** 2],
)  # fmt: skip
def test_spellings_of_a_loss(loss, float64):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    made.set_weights([[[2.0]], [1.0]])
    made.compile(keras.optimizers.SGD(0.1), loss)
    assert made.fit([1.0, 2.0], [1.0, 1.0], verbose=0).history == {"loss": [10.0]}
    np.testing.assert_allclose(made.get_weights()[0], [[2 - 0.1 * 10]])


def test_losses_as_functions_give_one_number_for_every_example():
    truth, guess = [[0.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [3.0, 1.0]]
    np.testing.assert_array_equal(keras.losses.mean_squared_error(truth, guess), [0.5, 2.0])
    np.testing.assert_array_equal(keras.losses.mean_absolute_error(truth, guess), [0.5, 1.0])
    assert keras.losses.MeanSquaredError()(truth, guess).data == 1.25


# ── what is printed ───────────────────────────────────────────────────────────────────────────
def without_times(text):
    words = text.split(" ")
    return " ".join("<time>" if word.endswith(("s", "s/step")) and word[0].isdigit() else word
                    for word in words)  # fmt: skip


@pytest.mark.parametrize(
    ("verbose", "line"),
    [
        ("auto", "1/1 ━━━━━━━━━━━━━━━━━━━━ <time> <time> - loss: 4.0000"),
        (1, "1/1 ━━━━━━━━━━━━━━━━━━━━ <time> <time> - loss: 4.0000"),
        (True, "1/1 ━━━━━━━━━━━━━━━━━━━━ <time> <time> - loss: 4.0000"),
        (2, "1/1 - <time> - <time> - loss: 4.0000"),
    ],
)
def test_lines_of_an_epoch(verbose, line, capsys):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    made.set_weights([[[0.0]], [0.0]])
    made.compile(keras.optimizers.SGD(0.0), "mse")
    made.fit([1.0], [2.0], epochs=2, verbose=verbose)
    printed = capsys.readouterr().out.splitlines()
    assert [without_times(text) for text in printed] == ["Epoch 1/2", line, "Epoch 2/2", line]


@pytest.mark.parametrize("verbose", [0, False])
def test_silence(verbose, capsys):
    made = model()
    made.fit([1.0], [2.0], verbose=verbose)
    made.evaluate([1.0], [2.0])
    made.predict([1.0])
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(progress.time, "perf_counter", lambda: self.now)


@pytest.mark.parametrize(
    ("stream", "written"),
    [
        (Terminal(),
         "\r1/2 ━━━━━━━━━━           2s 2s/step - loss: 1.0000"
         "\r2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 300ms/step - loss: 0.5000"
         "\r2/2 ━━━━━━━━━━━━━━━━━━━━ 2s 300ms/step - loss: 5.0000e-04\n"),
        (io.StringIO(), "2/2 ━━━━━━━━━━━━━━━━━━━━ 2s 300ms/step - loss: 5.0000e-04\n"),
    ],
)  # fmt: skip
def test_a_bar_grows_in_a_terminal_only(stream, written, monkeypatch):
    clock = Clock(monkeypatch)
    bar = progress.ProgbarLogger(stream)
    bar.set_params({"verbose": 1, "steps": 2, "epochs": 1})
    bar.on_epoch_begin(0)
    clock.now += 1.8
    bar.on_train_batch_end(0, {"loss": 1.0})
    clock.now += 0.3
    bar.on_train_batch_end(1, {"loss": 0.5})
    bar.on_epoch_end(0, {"loss": 0.0005})
    written = written.replace("2s 2s/step", "1s 2s/step")
    assert stream.getvalue() == written.replace("300ms/step - loss: 1", "2s/step - loss: 1")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s/step"), (4e-7, "0us/step"), (3.2e-4, "320us/step"), (0.0012, "1ms/step"),
     (0.1624, "162ms/step"), (1, "1s/step"), (61.4, "61s/step")],
)  # fmt: skip
def test_pace(seconds, text):
    assert progress._pace(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0s"), (59.9, "59s"), (61, "1:01"), (3700, "1:01:40")]
)
def test_remaining_time(seconds, text):
    assert progress._remaining(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.58534, "0.5853"), (1e-3, "1.0000e-03"), (-2.5, "-2.5000"), (float("nan"), "nan"),
     ("fast", "fast")],
)  # fmt: skip
def test_numbers(number, text):
    got = progress._number(number)
    assert got == text or (text == "nan" and got.startswith("nan"))


def test_a_single_epoch_is_not_numbered_and_its_line_ends_with_the_validation(capsys):
    made = model(optimizer=keras.optimizers.SGD(0.0))
    made.set_weights([[[0.0]], [0.0]])
    made.fit([1.0], [2.0], validation_data=([1.0], [3.0]))
    assert [without_times(line) for line in capsys.readouterr().out.splitlines()] == [
        "1/1 ━━━━━━━━━━━━━━━━━━━━ <time> <time> - loss: 4.0000 - val_loss: 9.0000"
    ]


@pytest.mark.parametrize(
    ("verbose", "start"), [(1, "12/12 ━━━━━━━━━━━━━━━━━━━━ <time> <time>"), (2, "12/12 - <time> - <time>")]
)  # fmt: skip
def test_lines_of_evaluate_and_predict(verbose, start, capsys):
    made, x = model(optimizer=keras.optimizers.SGD(0.0)), np.zeros(12)
    made.set_weights([[[0.0]], [0.0]])
    made.evaluate(x, x + 2, batch_size=1, verbose=verbose)
    made.predict(x, batch_size=1, verbose=verbose)
    lines = [without_times(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [f"{start} - loss: 4.0000", start]


def test_a_stream_of_few_letters_gets_another_bar(monkeypatch):
    Clock(monkeypatch)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    bar = progress.Progress(3, 1, stream)
    bar.finish({"größe": 2.0})
    assert raw.getvalue() == b"3/3 ==================== 0s 0s/step - gr??e: 2.0000" + (
        stream.newlines or os.linesep
    ).encode("ascii")


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
def test_a_console_of_few_letters_is_told_everything(encoding, monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    monkeypatch.setattr("sys.stdout", stream)
    made = keras.Sequential([keras.layers.Dense(1, name="größe_∂")], name="длина")
    made.compile("sgd", "mse")
    stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=1e9, verbose=1)
    rate = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=1e9, verbose=1)
    made.fit([[1.0]], [[2.0]], epochs=3, verbose=0, callbacks=[rate, stop])
    made.summary()
    told = raw.getvalue().decode(encoding)
    assert "early stopping" in told and '"?????"' in told
    assert "Trainable params: 2" in told
    assert len({len(line) for line in told.splitlines() if line.startswith(("|", "│"))}) == 1


def test_a_notebook_redraws_its_line():
    kernel = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    for stream, live in ((kernel(), True), (io.StringIO(), False), (Terminal(), True)):
        assert progress._redraws(stream) is live


def test_summary(capsys):
    made = keras.Sequential([keras.layers.Dense(4, input_shape=[1]), keras.layers.Dense(1)])
    made.summary()
    assert (
        capsys.readouterr().out
        == """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                   │ (None, 4)              │             8 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 1)              │             5 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 13 (52.00 B)
 Trainable params: 13 (52.00 B)
 Non-trainable params: 0 (0.00 B)
"""
    )


def test_summary_of_an_unbuilt_model():
    lines = []
    keras.Sequential([keras.layers.Dense(4)], name="later").summary(print_fn=lines.append)
    assert "│ ?                      │   0 (unbuilt) │" in lines[0]


# ── leaving the numbers ───────────────────────────────────────────────────────────────────────
def test_divergence_is_told_once_at_the_learners_line(celsius):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[1], dtype="float64")])
    made.set_weights([[[0.5]], [0.0]])
    made.compile(keras.optimizers.SGD(0.1), "mse")
    with pytest.warns(NumericWarning) as caught:
        history = made.fit(*celsius, epochs=400, verbose=0)
    assert [str(warning.message) for warning in caught] == [
        "training: the loss is infinite in epoch 76 (step 76); 'squared' is the first that is"
        " not finite: it holds infinity, made by power of 'error' and 2. The learning rate is 0.1:"
        " try a smaller one, or scale the data."
    ]
    assert caught[0].filename == __file__
    assert len(history.history["loss"]) == 400


def test_nan_in_the_data_is_told_at_the_first_epoch():
    made = model()
    made.set_weights([[[0.5]], [0.0]])
    with pytest.warns(NumericWarning) as caught:
        made.fit([1.0, float("nan")], [1.0, 2.0], epochs=3, verbose=0)
    assert [str(warning.message) for warning in caught] == [
        "training: the loss is NaN in epoch 1 (step 1); 'x' is the first that is not finite: it"
        " holds NaN in the data given. The learning rate is 0.01: try a smaller one, or scale the"
        " data."
    ]
