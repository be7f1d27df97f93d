"""Weights, metrics, penalties, single batches, and what compile and fit accept."""

import numpy as np
import pytest

from autograd_lite import NumericWarning, keras
from autograd_lite.nn import Recorder

X, Y = [[1.0], [2.0], [3.0], [4.0]], [1.0, 3.0, 2.0, 5.0]


def linear(loss="mse", rate=0.01, **more):
    made = keras.Sequential([keras.layers.Dense(1, input_shape=[1], dtype="float64")])
    made.set_weights([[[0.5]], [0.25]])
    made.compile(keras.optimizers.SGD(rate), loss, **more)
    return made


def classifier(units=3, loss="sparse_categorical_crossentropy", **more):
    made = keras.Sequential(
        [keras.layers.Dense(units, "softmax", input_shape=[2], dtype="float64")]
    )
    made.compile(keras.optimizers.SGD(0.1), loss, **more)
    return made


def errors(model):
    return model.predict(X)[:, 0] - np.array(Y)


# ── weights of the examples ───────────────────────────────────────────────────────────────────
def test_a_weight_of_2_is_twice_the_example():
    weighted, doubled = linear(keras.losses.MeanSquaredError("sum")), linear(
        keras.losses.MeanSquaredError("sum")
    )  # fmt: skip
    weighted.fit(X, Y, verbose=0, sample_weight=[1, 2, 1, 0])
    doubled.fit([[1.0], [2.0], [2.0], [3.0]], [1.0, 3.0, 3.0, 2.0], verbose=0)
    for a, b in zip(weighted.get_weights(), doubled.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, 1e-12)


def test_weights_stay_with_their_examples_when_shuffled_and_split():
    keras.utils.set_random_seed(1)
    made, weight = linear(rate=0.0, weighted_metrics=["mae"]), np.array([1.0, 2.0, 3.0, 4.0])
    history = made.fit(
        X, Y, batch_size=1, epochs=3, verbose=0, validation_split=0.5, sample_weight=weight
    )
    e = errors(made)
    mean = (weight[:2] * e[:2] ** 2).mean()
    assert history.history["loss"] == pytest.approx([mean] * 3)
    assert history.history["val_loss"][0] == pytest.approx((weight[2:] * e[2:] ** 2).mean())
    by_weight = np.average(abs(e), weights=np.where(np.arange(4) < 2, weight, 0))
    assert history.history["mae"][0] == pytest.approx(by_weight)


def test_classes_weigh_what_they_are_told():
    weights = {0: 0.5, 2: 3.0}
    x, y = np.eye(3)[:, :2], np.array([0, 1, 2])
    one, other = classifier(), classifier()
    other.set_weights(one.get_weights())
    one.fit(x, y, verbose=0, class_weight=weights)
    other.fit(x, y, verbose=0, sample_weight=[0.5, 1.0, 3.0])
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])
    rows = classifier(loss="categorical_crossentropy")
    rows.set_weights(other.get_weights())
    second = other.fit(x, y, verbose=0, class_weight=weights).history["loss"]
    assert rows.fit(x, np.eye(3), verbose=0, class_weight=weights).history["loss"] == second


def test_validation_data_may_have_weights():
    made = linear(rate=0.0)
    history = made.fit(X, Y, verbose=0, validation_data=(X, Y, [1, 0, 0, 0]))
    assert history.history["val_loss"][0] == pytest.approx(errors(made)[0] ** 2 / 4)
    assert made.evaluate(X, Y, sample_weight=[0, 0, 0, 2]) == pytest.approx(
        errors(made)[3] ** 2 / 2
    )


def test_validation_data_leaves_all_examples_to_the_training():
    made = linear(rate=0.0)
    history = made.fit(X, Y, verbose=0, validation_split=0.5, validation_data=(X[:1], Y[:1]))
    assert history.history["loss"][0] == pytest.approx((errors(made) ** 2).mean())


@pytest.mark.parametrize(("frequency", "epochs"), [(2, 2), ([1, 4, 5], 3), (1, 5), (9, 0)])
def test_validation_frequency(frequency, epochs):
    history = linear().fit(
        X, Y, epochs=5, verbose=0, validation_split=0.25, validation_freq=frequency
    )
    assert len(history.history.get("val_loss", [])) == epochs


# ── metrics ───────────────────────────────────────────────────────────────────────────────────
def spread(y_true, y_pred):
    return abs(y_pred - y_true) * 2


def test_metrics_in_every_form():
    made = linear(
        rate=0.0,
        metrics=["mae", keras.metrics.MeanSquaredError(name="square"), spread,
                 keras.losses.MeanAbsoluteError(), keras.metrics.RootMeanSquaredError],
        weighted_metrics=["mae"],
    )  # fmt: skip
    assert made.metrics_names == [
        "loss", "mae", "square", "spread", "mean_absolute_error", "root_mean_squared_error",
        "weighted_mae",
    ]  # fmt: skip
    e, weight = errors(made), np.array([1.0, 0.0, 0.0, 3.0])
    numbers = made.evaluate(X, Y, batch_size=3, sample_weight=weight)
    absolute, square = abs(e).mean(), (e**2).mean()
    np.testing.assert_allclose(numbers, [
        (weight * e**2).mean(), absolute, square, 2 * absolute, absolute, square**0.5,
        np.average(abs(e), weights=weight),
    ])  # fmt: skip
    named = made.evaluate(X, Y, sample_weight=weight, return_dict=True)
    assert list(named) == sorted(made.metrics_names)
    assert all(type(number) is float for number in [*numbers, *named.values()])


def test_one_metric_needs_no_list_and_a_name_twice_gets_a_number():
    assert linear(metrics="mae").metrics_names == ["loss", "mae"]
    assert linear(metrics=["mae", ["mse", "mae"]]).metrics_names == ["loss", "mae", "mse", "mae_1"]


@pytest.mark.parametrize(
    ("model", "y", "share"),
    [
        (lambda: classifier(metrics=["accuracy"]), [0, 1, 0], None),
        (lambda: classifier(loss="categorical_crossentropy", metrics=["acc"]),
         np.eye(3)[[0, 1, 0]], None),
    ],
)  # fmt: skip
def test_accuracy_chooses_by_the_shapes(model, y, share):
    made, x = model(), np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]])
    _, accuracy = made.evaluate(x, y)
    labels = np.asarray(y) if np.ndim(y) == 1 else np.argmax(y, axis=1)
    assert accuracy == pytest.approx((made.predict(x).argmax(axis=1) == labels).mean())


def test_the_logits_are_found_by_loss_and_metric_in_evaluate_too():
    made = keras.Sequential([keras.layers.Dense(1, "sigmoid", input_shape=[1], dtype="float64")])
    made.set_weights([[[-100.0]], [0.0]])
    made.compile("sgd", "bce", metrics=["bce"])
    assert made.evaluate([2.0], [1.0]) == [200.0, 200.0]
    assert made.test_on_batch([2.0], [1.0]) == [200.0, 200.0]


# ── losses ────────────────────────────────────────────────────────────────────────────────────
def test_a_loss_of_ones_own():
    class Cubed(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)

    def cubed(y_true, y_pred):
        return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)

    weight = np.array([1.0, 2.0, 3.0, 4.0])
    for loss in (Cubed(name="cubed"), Cubed, cubed):
        made = linear(loss, rate=0.0)
        expected = np.abs(errors(made)) ** 3
        assert made.evaluate(X, Y) == pytest.approx(expected.mean())
        assert made.evaluate(X, Y, sample_weight=weight) == pytest.approx(
            (weight * expected).mean()
        )


def test_penalties_are_part_of_loss_and_val_loss():
    penalty = keras.regularizers.L2(0.1)
    made = keras.Sequential(
        [keras.layers.Dense(1, kernel_regularizer=penalty, input_shape=[1], dtype="float64")]
    )
    made.set_weights([[[2.0]], [0.0]])
    made.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mse"])
    recorder = Recorder()
    history = made.fit(
        X, Y, verbose=0, validation_data=(X[:1], Y[:1]), callbacks=[recorder]
    ).history
    assert history["loss"][0] == pytest.approx(history["mse"][0] + 0.4)
    assert history["val_loss"][0] == pytest.approx(history["val_mse"][0] + 0.4)
    names = [node.name for node in recorder.recording.graphs[0].nodes]
    assert {"data loss", "L"} <= set(names)
    assert recorder.recording.steps[0].loss == pytest.approx(history["loss"][0])


def test_a_frozen_model_says_so_and_changes_nothing():
    made = linear()
    made.layers[0].trainable = False
    with pytest.warns(UserWarning, match="no trainable weights: nothing is changed"):
        made.fit(X, Y, verbose=0)
    assert made.get_weights()[0].item() == 0.5


# ── single batches ────────────────────────────────────────────────────────────────────────────
def test_single_batches_do_what_fit_does():
    one, other = linear(metrics=["mae"]), linear(metrics=["mae"])
    for _ in range(3):
        told = one.train_on_batch(X, Y, sample_weight=[1, 2, 3, 4])
    history = other.fit(X, Y, epochs=3, verbose=0, sample_weight=[1, 2, 3, 4]).history
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])
    assert told == [history["loss"][-1], history["mae"][-1]]
    assert one.test_on_batch(X, Y) == one.evaluate(X, Y)
    assert one.test_on_batch(X, Y, return_dict=True) == one.evaluate(X, Y, return_dict=True)
    np.testing.assert_array_equal(one.predict_on_batch(X), one.predict(X))
    assert type(linear().train_on_batch(X, Y)) is float


# ── what is accepted ──────────────────────────────────────────────────────────────────────────
def test_settings_of_keras_that_change_no_number():
    plain, set_up = linear(), linear(
        loss_weights=1, run_eagerly=True, jit_compile=False, steps_per_execution=4,
        auto_scale_loss=False,
    )  # fmt: skip
    a = plain.fit(X, Y, epochs=3, verbose=0).history
    assert set_up.fit(X, Y, epochs=3, verbose=0).history == a


def test_callbacks_may_come_as_a_list_of_their_own():
    made, history = linear(), keras.callbacks.History()
    told = keras.callbacks.CallbackList([history], add_history=True, model=made)
    assert told.callbacks == [history]
    assert made.fit(X, Y, epochs=2, verbose=0, callbacks=told) is history
    assert history.epoch == [0, 1]


def test_a_callback_list_drives_a_loop_of_ones_own(capsys):
    told = keras.callbacks.CallbackList(
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)),
        model=linear(), verbose=0, epochs=1, steps=1,
    )  # fmt: skip
    told.on_train_begin()
    told.on_epoch_end(0, {"loss": 1.0})
    assert capsys.readouterr().out == "0 {'loss': 1.0}\n"


def test_evaluate_and_predict_tell_their_callbacks():
    calls = []

    class Diary(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            calls.append("test")

        def on_test_batch_end(self, batch, logs=None):
            calls.append(round(logs["loss"], 4))

        def on_predict_batch_end(self, batch, logs=None):
            calls.append(logs["outputs"].shape)

    made = linear(rate=0.0)
    made.evaluate(X, Y, batch_size=3, callbacks=[Diary()])
    made.predict(X, batch_size=3, callbacks=[Diary()])
    e = errors(made)
    assert calls == ["test", round((e[:3] ** 2).mean(), 4), round((e**2).mean(), 4), (3, 1), (1, 1)]


# ── the record of a training that was ended early ─────────────────────────────────────────────
@pytest.mark.parametrize("batch_size", [4, 3])
def test_the_record_keeps_the_step_after_which_the_training_was_ended(batch_size):
    made, recorder = linear(metrics=["mae"]), Recorder(every=50)
    stop = keras.callbacks.EarlyStopping("loss", min_delta=10, patience=16)
    history = made.fit(
        X, Y, batch_size, epochs=400, verbose=0, callbacks=[recorder, stop], sample_weight=[1] * 4
    )
    steps = made.optimizer.iterations
    numbers = [step.number for step in recorder.recording.steps]
    assert len(history.epoch) == 17 and steps == 17 * -(-4 // batch_size)
    assert numbers == [1, steps]
    used = {step.graph for step in recorder.recording.steps}
    assert used == set(range(len(recorder.recording.graphs)))
    last = recorder.recording.steps[-1].updates[0]
    assert last.after[0][0] == made.get_weights()[0].item()


def test_a_training_that_no_callback_can_end_is_read_where_it_was_chosen(monkeypatch):
    looked = []
    for way in ("on_backward_end", "take_told"):
        original = getattr(Recorder, way)
        monkeypatch.setattr(
            Recorder, way, lambda self, step, original=original: (looked.append(step.number),
                                                                  original(self, step)),
        )  # fmt: skip
    quiet = keras.callbacks.ReduceLROnPlateau("loss")
    linear().fit(X, Y, epochs=100, verbose=0, callbacks=[Recorder(every=40), quiet])
    assert looked == [1, 41, 81, 100]


def test_divergence_is_told_with_weights_and_metrics_too():
    made = linear(rate=1e200, metrics=["mae"])
    with pytest.warns(NumericWarning, match="training: the loss is .* in epoch 2") as caught:
        made.fit(X, Y, epochs=4, verbose=0, sample_weight=[1] * 4)
    assert len(caught) == 1
    assert caught[0].filename == __file__
