"""Programs as courses on Keras write them, with nothing changed but the import."""

import numpy as np
import pytest

from autograd_lite import keras, tf


def test_fuel_consumption(capsys):
    """Regression: features brought to a scale, early stopping, evaluate and predict."""
    from autograd_lite.keras import layers

    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(1)
    features = numbers.uniform([4, 60, 1600], [8, 230, 5100], (120, 3))
    mpg = 60 - 2 * features[:, 0] - 0.05 * features[:, 1] - 0.003 * features[:, 2]
    normalizer = layers.Normalization(axis=-1)
    normalizer.adapt(np.array(features[:100]))
    model = keras.Sequential(
        [normalizer, layers.Dense(16, activation="relu"), layers.Dense(units=1)]
    )
    model.compile(
        loss="mean_absolute_error", optimizer=tf.keras.optimizers.Adam(0.05), metrics=["mse"]
    )
    early_stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=20)
    history = model.fit(
        features[:100], mpg[:100], epochs=200, validation_split=0.2, verbose=0,
        callbacks=[early_stop],
    )  # fmt: skip
    loss, mse = model.evaluate(features[100:], mpg[100:], verbose=0)
    predictions = model.predict(features[100:]).flatten()
    assert list(history.history) == ["loss", "mse", "val_loss", "val_mse"]
    assert len(history.epoch) == len(history.history["val_loss"])
    assert loss < 2 < history.history["loss"][0]
    assert loss == pytest.approx(np.abs(predictions - mpg[100:]).mean(), rel=1e-4)
    assert mse == pytest.approx(np.square(predictions - mpg[100:]).mean(), rel=1e-4)
    assert capsys.readouterr().out == ""


def test_two_moons(capsys):
    """Two classes by one sigmoid; the lines that fit and evaluate print."""
    keras.utils.set_random_seed(2)
    angle = np.linspace(0, np.pi, 50)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    X = np.concatenate([upper, [1, 0.5] - upper])
    y = np.repeat([0, 1], 50)

    model = keras.models.Sequential()
    model.add(keras.layers.Dense(16, input_dim=2, activation="tanh"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.05
    model.fit(X, y, epochs=60, batch_size=20)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/60"
    assert lines[1].startswith("5/5 ━━━━━━━━━━━━━━━━━━━━ ")
    assert " - accuracy: 0." in lines[1]
    assert len(lines) == 120
    _, accuracy = model.evaluate(X, y)
    classes = (model.predict(X) > 0.5).astype("int32")
    assert accuracy == np.mean(classes[:, 0] == y) > 0.95


def test_digits(tmp_path, capsys):
    """Pictures: scale, flatten, drop out, softmax; summary, save and load."""
    keras.utils.set_random_seed(3)
    numbers = np.random.default_rng(3)
    shapes = numbers.integers(0, 256, (4, 6, 6))
    y_train = numbers.integers(0, 4, 200)
    x_train = np.clip(shapes[y_train] + numbers.normal(0, 40, (200, 6, 6)), 0, 255) / 255.0

    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(6, 6)),
            tf.keras.layers.Dense(32, activation=tf.nn.relu),
            tf.keras.layers.Dropout(0.2),
            tf.keras.layers.Dense(4),
        ]
    )
    model.summary()
    assert "Total params: 1,316" in capsys.readouterr().out
    logits = model(x_train[:1])
    assert tf.nn.softmax(logits).numpy().sum() == pytest.approx(1, abs=1e-6)
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert loss_fn(y_train[:1], logits.numpy()).numpy() == pytest.approx(np.log(4), abs=2)
    model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=8, verbose=2, validation_split=0.1)
    assert len(capsys.readouterr().out.splitlines()) == 16
    assert model.evaluate(x_train, y_train, verbose=0)[1] > 0.95
    probability = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
    chosen = np.argmax(probability.predict(x_train), axis=1)
    assert chosen.tolist() == np.argmax(model.predict(x_train), axis=1).tolist()
    model.save(tmp_path / "digits.keras")
    again = keras.models.load_model(tmp_path / "digits.keras")
    np.testing.assert_array_equal(again.predict(x_train), model.predict(x_train))


def test_a_loss_of_ones_own_in_every_spelling(float64):
    """Custom losses with keras.ops, the old back end, TensorFlow's names and NumPy's."""
    K = keras.backend
    spellings = [
        lambda y_true, y_pred: K.mean(K.square(y_true - y_pred), axis=-1),
        lambda y_true, y_pred: tf.reduce_mean(tf.square(tf.subtract(y_true, y_pred)), axis=-1),
        lambda y_true, y_pred: tf.math.reduce_mean((y_true - y_pred) ** 2, -1),
        lambda y_true, y_pred: keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1),
        lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2, axis=-1),
        "mse", "mean_squared_error", keras.losses.MeanSquaredError(),
        keras.losses.mean_squared_error,
    ]  # fmt: skip
    found = []
    for loss in spellings:
        layer_0 = keras.layers.Dense(units=1, input_shape=[1], kernel_initializer="ones")
        model = keras.Sequential([layer_0])
        model.compile(loss=loss, optimizer=tf.keras.optimizers.legacy.Adam(0.1))
        history = model.fit([1.0, 2.0, 3.0], [3.0, 5.0, 7.0], epochs=20, verbose=False)
        found.append([*history.history["loss"], *np.concatenate(layer_0.get_weights()[0])])
    for numbers in found[1:]:
        np.testing.assert_allclose(numbers, found[0], rtol=1e-12)
    assert K.epsilon() == keras.config.epsilon() == 1e-7


def test_everything_that_may_be_told_to_a_training(tmp_path):
    """Schedules, checkpoints, a callback that stops, weights of classes, a copy with new weights."""
    keras.utils.set_random_seed(5)
    numbers = np.random.default_rng(5)
    x = numbers.normal(size=(90, 4))
    y = keras.utils.to_categorical(np.argmax(x[:, :3], axis=1), 3)

    class StopAt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs={}):  # noqa: B006
            if logs.get("accuracy") > 0.9:
                self.model.stop_training = True

    rate = keras.optimizers.schedules.ExponentialDecay(
        initial_learning_rate=0.05, decay_steps=100, decay_rate=0.9, staircase=True
    )
    model = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            keras.layers.Dense(
                16, "relu", kernel_initializer=keras.initializers.he_normal(),
                kernel_regularizer=keras.regularizers.l2(1e-4),
                kernel_constraint=keras.constraints.max_norm(4.0),
            ),
            keras.layers.Dense(3, activation="softmax", name="out"),
        ]
    )  # fmt: skip
    model.compile(
        keras.optimizers.Adam(learning_rate=rate), "categorical_crossentropy", metrics=["accuracy"]
    )
    path = str(tmp_path / "best.weights.h5")
    best = keras.callbacks.ModelCheckpoint(
        filepath=path, monitor="loss", save_weights_only=True, save_best_only=True
    )
    history = model.fit(
        x, y, batch_size=10, epochs=80, verbose=0, steps_per_epoch=3, class_weight={0: 2.0},
        callbacks=[StopAt(), best, keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))],
    )  # fmt: skip
    assert history.params == {"verbose": 0, "epochs": 80, "steps": 3}
    assert history.history["accuracy"][-1] > 0.9
    assert len(history.epoch) < 80
    assert (tmp_path / "log.csv").read_text("utf-8").count("\n") == len(history.epoch) + 1
    other = keras.models.clone_model(model)
    other.load_weights(path)
    other.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = other.evaluate(x, y, steps=3, batch_size=30, verbose=0)
    assert accuracy > 0.8
    assert loss == pytest.approx(other.evaluate(x, y, verbose=0)[0], rel=1e-5)


# ── against numbers of Keras 3.15 (JAX) ───────────────────────────────────────────────────────
STEPS = ([2.6707935, 3.4219236, 0.2719992, 0.8321627, 0.1812382],
         [0.3586752, 0.0850220, 0.0948783, 0.1963570, 0.1684026])  # fmt: skip


def line():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    model.set_weights([[[0.5]], [0.0]])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    x = np.arange(7.0)[:, None] / 7
    return model, x, 3 * x + 1


@pytest.mark.parametrize("eagerly", [False, True])
def test_steps_per_epoch_go_on_where_the_last_epoch_ended(eagerly, float64):
    model, x, y = line()
    model.run_eagerly = eagerly
    with pytest.warns(UserWarning, match="the data ran out after 1 of 3 steps") as caught:
        history = model.fit(
            x, y, batch_size=2, epochs=5, shuffle=False, verbose=0, steps_per_epoch=3,
            validation_data=(x, y), validation_steps=2,
        )  # fmt: skip
    assert caught[0].filename == __file__
    np.testing.assert_allclose(history.history["loss"], STEPS[0], rtol=1e-6)
    np.testing.assert_allclose(history.history["val_loss"], STEPS[1], rtol=1e-6)
    assert history.params["steps"] == 3
    assert model.evaluate(x, y, batch_size=2, steps=2) == pytest.approx(STEPS[1][-1], rel=1e-6)
    assert model.predict(x, batch_size=2, steps=2).shape == (4, 1)
    with pytest.warns(UserWarning, match="Leave steps out") as caught:
        assert model.predict(x, batch_size=4, steps=3).shape == (7, 1)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("name", ["steps_per_epoch", "validation_steps"])
def test_steps_are_whole_numbers(name):
    model, x, y = line()
    with pytest.raises(ValueError, match=f"{name} is a whole number of at least 1, not 0"):
        model.fit(x, y, validation_split=0.3, verbose=0, **{name: 0})


class Terminal:
    encoding = "utf-8"

    def __init__(self):
        self.written = ""

    def isatty(self):
        return True

    def flush(self):
        pass

    def write(self, text):
        self.written += text


def test_evaluate_and_predict_show_a_bar_where_it_can_grow(monkeypatch, capsys):
    model, x, y = line()
    model.evaluate(x, y)
    model.predict(x)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    model.evaluate(x, y)
    model.predict(x)
    monkeypatch.undo()
    shown = [line.split("\r")[-1] for line in terminal.written.split("\n")[:-1]]
    assert [line[:26] for line in shown] == ["1/1 ━━━━━━━━━━━━━━━━━━━━ 0"] * 2
    assert [" - loss: 4.8010" in line for line in shown] == [True, False]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: keras.Model, "keras has no 'Model'. Models are keras.Sequential"),
        (lambda: keras.models.Model, "keras.models has no 'Model'. Models are keras.Sequential"),
        (lambda: tf.GradientTape, "tf has no 'GradientTape'. Values record by themselves"),
        (lambda: keras.ops.meen, "keras.ops has no 'meen'. Did you mean 'mean'?"),
        (lambda: keras.layers.Dence, "keras.layers has no 'Dence'. Did you mean 'Dense'?"),
        (lambda: tf.math.reduce_men, "Did you mean 'reduce_mean'?"),
        (lambda: line()[0].predict_classes, "np.argmax(model.predict(x), axis=1)"),
        (lambda: line()[0].sumary, "a Sequential has no 'sumary'. Did you mean 'summary'?"),
        (lambda: line()[0].layers[0].kernal, "'kernal'. Did you mean 'kernel'?"),
    ],
)
def test_names_that_are_not_here(ask, message):
    with pytest.raises(AttributeError) as error:
        ask()
    assert message in str(error.value)


def test_metrics_in_the_third_place_as_in_tensorflow():
    with pytest.raises(ValueError, match=r"Metrics are given by name: metrics=\['accuracy'\]"):
        line()[0].compile("adam", "mse", ["accuracy"])


def test_nn_has_what_a_training_needs():
    from autograd_lite import nn

    for name in nn.__all__:
        assert getattr(nn, name)
    for name in keras.optimizers.__all__:
        if name[0].isupper():
            assert getattr(nn, name) is getattr(keras.optimizers, name)
