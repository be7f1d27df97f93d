"""Saved models: a training goes on with the same bits; broken files, word for word."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saving_cases import X, bits, members, network, saved, train

from autograd_lite import keras
from autograd_lite.keras.layers import Dense
from autograd_lite.nn import archive as archives
from autograd_lite.nn.optimizers import TABLE

optimizers = keras.optimizers


# ── round trips ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", TABLE)
def test_a_training_goes_on_with_the_same_bits(name, dtype, tmp_path):
    model = network(TABLE[name](), dtype)
    train(model)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert bits(again) == bits(model)
    assert train(again) == train(model)
    assert bits(again) == bits(model)
    assert again.optimizer.iterations == 18
    assert again.optimizer.get_config() == model.optimizer.get_config()


COMMON = {
    "decay": {"weight_decay": 0.1}, "clip": {"global_clipnorm": 0.5},
    "average": {"use_ema": True, "ema_overwrite_frequency": 4},
    "schedule": {"learning_rate": optimizers.schedules.CosineDecay(0.1, 10)},
}  # fmt: skip


@pytest.mark.parametrize("common", COMMON)
def test_all_of_the_optimizer_comes_back(common, tmp_path):
    model = network(optimizers.Adam(**COMMON[common]))
    train(model)
    model.save(tmp_path / "model")
    again = keras.saving.load_model(tmp_path / "model")
    assert train(again) == train(model)
    assert bits(again) == bits(model)


def test_a_learning_rate_that_a_callback_changed_comes_back(tmp_path):
    model = network(optimizers.SGD(0.5))
    model.optimizer.learning_rate = 0.125
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").optimizer.learning_rate == 0.125


layer_lists = st.lists(
    st.tuples(
        st.integers(1, 5), st.sampled_from([None, "relu", "tanh", "sigmoid"]), st.booleans()
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(layers=layer_lists, name=st.sampled_from(sorted(TABLE)), steps=st.integers(0, 3),
       width=st.integers(1, 4), dtype=st.sampled_from(["float32", "float64"]),
       compiled=st.booleans())  # fmt: skip
def test_any_model_comes_back(layers, name, steps, width, dtype, compiled, tmp_path):
    model = keras.Sequential([keras.Input(shape=(width,))], name="any")
    for units, activation, bias in layers:
        model.add(Dense(units, activation, use_bias=bias, dtype=dtype))
    x = np.linspace(-1, 1, 5 * width).reshape(5, width)
    y = np.zeros((5, layers[-1][0]))
    if compiled:
        model.compile(name, "mse", metrics=["mae"])
        model.fit(x, y, epochs=steps, verbose=0, shuffle=False)
    file = tmp_path / "model.keras"
    model.save(file)
    again = keras.models.load_model(file)
    assert again.to_json() == model.to_json()
    assert bits(again) == bits(model)
    assert [w.name for w in again.weights] == [w.name for w in model.weights]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    first = file.read_bytes()
    again.save(file)
    assert file.read_bytes() == first
    if compiled:
        more = [m.fit(x, y, epochs=2, verbose=0, shuffle=False).history for m in (model, again)]
        assert more[0] == more[1]
        assert bits(again) == bits(model)
    else:
        assert again.optimizer is None


def test_the_same_model_gives_the_same_bytes(tmp_path):
    models = [network(), network()]
    models[1].set_weights(models[0].get_weights())
    contents = set()
    for i, model in enumerate(models):
        train(model)
        model.save(tmp_path / f"{i}.keras")
        model.save_weights(tmp_path / f"{i}.weights.npz")
        contents.add(((tmp_path / f"{i}.keras").read_bytes(),
                      (tmp_path / f"{i}.weights.npz").read_bytes()))  # fmt: skip
    assert len(contents) == 1


def test_weights_alone(tmp_path):
    model, other = network(), network()
    train(model)
    for file in (tmp_path / "a.weights.npz", tmp_path / "a.weights.h5"):
        model.save_weights(file)
        other.load_weights(file)
        assert bits(other) == bits(model)
    with np.load(tmp_path / "a.weights.npz", allow_pickle=False) as arrays:
        assert list(arrays) == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
        np.testing.assert_array_equal(arrays["dense_1/bias"], model.layers[1].bias.data)
    other.set_weights([np.zeros_like(w) for w in other.get_weights()])
    model.save(tmp_path / "a.keras")
    other.load_weights(tmp_path / "a.keras")
    assert bits(other) == bits(model)


def test_not_compiled_or_not_to_be(tmp_path):
    model = network()
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras", compile=False).optimizer is None


def test_json():
    model = network(widths=(5, 2, 1))
    again = keras.models.model_from_json(model.to_json(indent=2))
    assert again.to_json() == model.to_json()
    assert [w.shape for w in again.get_weights()] == [w.shape for w in model.get_weights()]


# ── objects of one's own ──────────────────────────────────────────────────────────────────────
class Doubled(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight(shape=input_shape[-1:], initializer="ones", name="gain")

    def call(self, x):
        return self.gain * x * 2


class Halving(optimizers.schedules.LearningRateSchedule):
    def __init__(self, first):
        self.first = first

    def __call__(self, step):
        return self.first * 0.5**step


class Signed(optimizers.Optimizer):
    def starts(self):
        return {"m": 0.0}

    def change(self, gradient, state, data):
        state["m"] = m = 0.9 * state["m"] + gradient
        return -self.rate * np.sign(m)


def fourth(y_true, y_pred):
    return (y_pred - y_true) ** 4


OWN = {"Doubled": Doubled, "Halving": Halving, "Signed": Signed, "fourth": fourth}


def own():
    model = keras.Sequential([Doubled(), Dense(1)])
    model.build((None, 3))
    model.compile(Signed(Halving(0.1)), fourth, metrics=["mae", fourth])
    return model


def test_objects_of_ones_own(tmp_path):
    model = own()
    train(model)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects=OWN)
    assert type(again.layers[0]) is Doubled and type(again.optimizer) is Signed
    assert train(again) == train(model)
    assert bits(again) == bits(model)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("fourth", "the saved model uses a function 'fourth' of its author's own: give it as"
         " load_model(path, custom_objects={'fourth': fourth})"),
        ("Doubled", "there is no class 'Doubled' here; there are "),
        ("Signed", "there is no class 'Signed' here; there are Adadelta, Adagrad, Adam, AdamW,"
         " Adamax, Ftrl, Lion, Nadam, RMSprop, SGD"),
        ("Halving", "there is no class 'Halving' here; there are CosineDecay,"),
    ],
)  # fmt: skip
def test_objects_that_are_not_given(missing, message, tmp_path):
    own().save(tmp_path / "model.keras")
    given = {name: thing for name, thing in OWN.items() if name != missing}
    with pytest.raises(ValueError) as caught:
        keras.models.load_model(tmp_path / "model.keras", custom_objects=given)
    assert str(caught.value).startswith(message)


# ── what cannot be saved ──────────────────────────────────────────────────────────────────────
def test_no_weights_yet(tmp_path):
    with pytest.raises(ValueError) as caught:
        keras.Sequential([Dense(1)]).save(tmp_path / "model.keras")
    assert str(caught.value) == (
        "model 'sequential' has no weights yet: tell the shape of an example with"
        " keras.Input(shape=(3,)) at the head of its layers, or call it on data first"
    )
    assert not list(tmp_path.iterdir())


def test_a_learning_rate_that_is_a_function(tmp_path):
    with pytest.raises(TypeError, match="which cannot be written down as data; use a name or an"):
        network(optimizers.SGD(lambda: 0.1)).save(tmp_path / "model.keras")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_to_stay(tmp_path):
    model, file = network(), tmp_path / "model.keras"
    model.save(file)
    model.save(file)
    for save in (model.save, model.save_weights):
        with pytest.raises(FileExistsError) as caught:
            save(file, overwrite=False)
        assert str(caught.value) == f"{file} exists already; overwrite=True replaces it"
    with pytest.raises(OSError):
        model.save(tmp_path / "nowhere" / "model.keras")


def test_one_optimizer_for_two_models(tmp_path):
    first = network()
    train(first)
    second = network(first.optimizer)
    with pytest.raises(ValueError) as caught:
        second.save(tmp_path / "model.keras")
    assert str(caught.value) == (
        "the optimizer of model 'sequential' was used for parameters of another model; give each"
        " model its own"
    )


def test_arrays_keep_their_layout_and_byte_order(tmp_path):
    for array in (np.asfortranarray(X), X.astype(">f4"), np.array(3.0)):
        archives.write_archive(tmp_path / "a", {"a.npy": array})
        got = archives.Archive(tmp_path / "a").array("a.npy")
        np.testing.assert_array_equal(got, array)
        assert got.dtype.isnative and got.flags.f_contiguous == array.flags.f_contiguous


def test_what_stands_in_the_files(tmp_path):
    parts = members(saved(Path(tmp_path)))
    assert list(parts)[:4] == ["metadata.json", "config.json", "weights/0.npy", "weights/1.npy"]
    assert json.loads(parts["metadata.json"]) == {"format": "autograd_lite model", "version": 1}
    config = json.loads(parts["config.json"])
    assert list(config) == ["class_name", "config", "compile", "optimizer_state", "weights"]
    assert config["compile"]["loss"] == "mse"
    assert config["optimizer_state"]["slots"][3] == {
        "weight": 3, "members": {"m": "optimizer/6.npy", "v": "optimizer/7.npy"},
    }  # fmt: skip
