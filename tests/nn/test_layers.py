"""Layers: shapes, weights, training or not, what they add to the loss, layers of one's own."""

import json

import numpy as np
import pytest

from autograd_lite import Value, keras, record
from autograd_lite.nn import SGD

layers, regularizers = keras.layers, keras.regularizers
rng = np.random.default_rng(4)


def ones(*shape):
    return np.ones(shape)


# ── shapes ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(4), (2, 3)), (layers.Dense(4), (2, 5, 3)), (layers.Dense(2, "softmax"), (2, 3)),
        (layers.Flatten(), (2, 3, 4)), (layers.Flatten(), (2, 3)), (layers.Flatten(), (2,)),
        (layers.Reshape((2, 6)), (3, 12)), (layers.Reshape((-1, 2)), (3, 4, 3)),
        (layers.Activation("tanh"), (2, 3)), (layers.ReLU(), (2, 3, 1)), (layers.LeakyReLU(), (2, 3)),
        (layers.ELU(), (2, 3)), (layers.PReLU(), (2, 3)), (layers.PReLU(shared_axes=1), (2, 3, 4)),
        (layers.Softmax(), (2, 3)), (layers.Softmax(axis=(1, 2)), (2, 3, 4)),
        (layers.Dropout(0.5), (2, 3)), (layers.Rescaling(0.5, 1.0), (2, 3)),
        (layers.Rescaling([1.0, 2.0, 3.0]), (2, 1)),
        (layers.Normalization(), (2, 3)), (layers.Normalization(axis=None), (2, 3)),
    ],
)  # fmt: skip
def test_output_shape(layer, shape):
    out = layer(ones(*shape))
    assert out.dtype == layer.dtype == "float32"
    assert layer.compute_output_shape(shape) == out.shape
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *out.shape[1:])
    assert layer.built
    layer(ones(*shape))
    config = json.loads(json.dumps(layers.serialize(layer)))
    again = layers.deserialize(config)
    assert layers.serialize(again) == config
    assert again.name == layer.name
    assert again(ones(*shape)).shape == out.shape


def test_numbers():
    x = rng.normal(size=(2, 3, 2))
    np.testing.assert_array_equal(layers.Flatten(dtype="float64")(x).data, x.reshape(2, 6))
    shaped = layers.Reshape((3, -1), dtype="float64")(x.reshape(2, 6))
    np.testing.assert_array_equal(shaped.data, x)
    scaled = layers.Rescaling(1 / 255, offset=-1, dtype="float64")([[0.0, 255.0]])
    np.testing.assert_allclose(scaled.data, [[-1.0, 0.0]])
    total = layers.Softmax(axis=(1, 2), dtype="float64")(x).data.sum(axis=(1, 2))
    np.testing.assert_allclose(total, [1.0, 1.0])
    slopes = layers.PReLU(keras.initializers.Constant(0.5))
    assert slopes(np.array([[-2.0, 4.0]])).data.tolist() == [[-1.0, 4.0]]
    assert layers.LeakyReLU()(np.array([[-10.0]])).data.item() == pytest.approx(-3.0)


def test_normalization():
    data = rng.normal(3.0, 2.0, size=(50, 2))
    layer = layers.Normalization(dtype="float64")
    layer.adapt(data)
    np.testing.assert_allclose(layer(data).data, (data - data.mean(0)) / data.std(0))
    back = layers.Normalization(
        mean=data.mean(0), variance=data.var(0), invert=True, dtype="float64"
    )
    np.testing.assert_allclose(back(layer(data)).data, data)
    assert layer.trainable_weights == []
    assert [w.name for w in layer.non_trainable_weights] == ["mean", "variance", "count"]
    alike = layers.Normalization(axis=None)
    alike.adapt([1.0, 2.0, 3.0])
    assert alike(np.array([[2.0]])).data.tolist() == [[0.0]]
    constant = layers.Normalization()
    constant.adapt([5.0, 5.0])
    assert np.isfinite(constant(np.array([[6.0]])).data).all()


# ── weights ───────────────────────────────────────────────────────────────────────────────────
def test_freezing(float64):
    model = keras.Sequential([keras.Input(shape=(2,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    model.layers[0].trainable = False
    assert [w.name for w in model.trainable_weights] == ["kernel₂", "bias₂"]
    assert [w.name for w in model.non_trainable_weights] == ["kernel₁", "bias₁"]
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.fit(ones(4, 2), ones(4), epochs=3, verbose=0)
    after = model.get_weights()
    assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert model.layers[0].kernel.grad is None
    model.trainable = True
    assert len(model.trainable_weights) == 4
    model.trainable = False
    assert (model.trainable_variables, len(model.non_trainable_variables)) == ([], 4)
    assert not model.layers[1].trainable
    assert (
        keras.Sequential([layers.Dense(1, input_shape=[1])], trainable=False).weights[0].tracked
        is False
    )


def test_a_layer_may_be_built_by_hand():
    layer = layers.Dense(2, trainable=False)
    layer.build((None, 3))
    assert layer.built
    assert [w.shape for w in layer.get_weights()] == [(3, 2), (2,)]
    assert layer.trainable_weights == []
    kernel = layer.get_weights()[0]
    layer(ones(1, 3))
    np.testing.assert_array_equal(layer.get_weights()[0], kernel)


@pytest.mark.parametrize(
    ("shape", "example"),
    [({"input_shape": (28, 28)}, (28, 28)), ({"batch_input_shape": (None, 4)}, (4,)),
     ({"input_dim": 3}, (3,)), ({"input_shape": [1]}, (1,)), ({"input_shape": 5}, (5,))],
)  # fmt: skip
def test_ways_to_tell_the_shape(shape, example):
    model = keras.Sequential([layers.Flatten(**shape), layers.Dense(1)])
    assert model.input_shape == (None, *example)
    assert model.built


# ── training or not ───────────────────────────────────────────────────────────────────────────
def test_dropout():
    keras.utils.set_random_seed(5)
    layer, x = layers.Dropout(0.25), Value(ones(200, 50))
    assert layer(x) is x
    assert layer(x, training=False) is x
    dropped = layer(x, training=True)
    assert set(np.unique(dropped.data)) == {0.0, 1 / 0.75}
    assert (dropped.data == 0).mean() == pytest.approx(0.25, abs=0.02)
    dropped.sum().backward()
    np.testing.assert_array_equal(x.grad, dropped.data)
    assert not np.array_equal(layer(x, training=True).data, dropped.data)
    keras.utils.set_random_seed(5)
    np.testing.assert_array_equal(layer(x, training=True).data, dropped.data)
    assert layers.Dropout(1.0)(x, training=True).data.sum() == 0
    whole = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(x, training=True).data
    assert (whole == whole[:, :1]).all()


def test_seeded_dropout_has_masks_of_its_own():
    x, draws = ones(1, 40), []
    for _ in range(2):
        layer = layers.Dropout(0.5, seed=3)
        draws.append([layer(x, training=True).data for _ in range(2)])
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0][0], draws[0][1])


def test_models_train_with_dropout_and_predict_without():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(shape=(4,)), layers.Dropout(0.5), layers.Dense(1)])
    x = ones(8, 4)
    assert not np.array_equal(model(x, training=True).data, model(x).data)
    np.testing.assert_array_equal(model(x).data, model.predict(x))
    model.set_weights([ones(4, 1), [0.0]])
    model.compile(SGD(0.0), "mse")
    y = np.full(8, 4.0)
    history = model.fit(x, y, epochs=2, verbose=0, validation_data=(x, y)).history
    assert min(history["loss"]) > 0
    assert history["val_loss"] == [0.0, 0.0]


# ── what is added to the loss ─────────────────────────────────────────────────────────────────
def test_penalties():
    w = np.array([1.0, -2.0])
    assert regularizers.L1(0.1)(w).data == pytest.approx(0.3)
    assert regularizers.L2(0.1)(w).data == pytest.approx(0.5)
    assert regularizers.L1L2(0.1, 0.1)(w).data == pytest.approx(0.8)
    assert regularizers.get("l2").l2 == regularizers.get("l1").l1 == 0.01
    assert regularizers.get("l1_l2")(w).data == 0.0
    square = np.array([[1.0, 1.0], [1.0, -1.0]])
    assert regularizers.OrthogonalRegularizer()(square).data == pytest.approx(0.0, abs=1e-15)
    alike = np.array([[3.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    assert regularizers.OrthogonalRegularizer(0.3)(alike).data == pytest.approx(0.1)
    assert regularizers.OrthogonalRegularizer(0.3, "columns")(alike).data == pytest.approx(0.0)


def test_losses_of_layers(float64):
    model = keras.Sequential(
        [
            keras.Input(shape=(2,)),
            layers.Dense(2, kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.5)),
            layers.Dense(1, activity_regularizer=regularizers.L2(0.1)),
        ]
    )
    model.set_weights([ones(2, 2), [1.0, -3.0], ones(2, 1), [0.0]])
    assert [loss.data for loss in model.losses] == pytest.approx([0.04, 2.0])
    model(ones(3, 2))  # gives 2 three times
    assert [loss.data for loss in model.layers[1].losses] == pytest.approx([0.4])
    assert [loss.name for loss in model.losses] == ["kernel penalty₁", "bias penalty₁", "activity₂"]
    assert {loss.origin.module for loss in model.losses} == {("dense",), ("dense_1",)}
    model.layers[0].kernel.data = 2 * ones(2, 2)
    assert model.losses[0].data == pytest.approx(0.16)
    model.losses[0].backward()
    np.testing.assert_allclose(model.layers[0].kernel.grad, 0.04 * ones(2, 2))
    model.layers[0].trainable = False
    assert len(model.losses) == 1
    model(ones(1, 2))
    assert len(model.losses) == 1


def test_fit_adds_the_penalties(float64):
    model = keras.Sequential([layers.Dense(1, kernel_regularizer="l2", input_shape=[1])])
    model.set_weights([[[2.0]], [0.0]])
    model.compile(SGD(0.1), "mse")
    history = model.fit([1.0], [2.0], verbose=0, validation_data=([1.0], [2.0])).history
    assert history["loss"] == pytest.approx([0.04])
    assert model.get_weights()[0].item() == pytest.approx(2 - 0.1 * 0.04)


# ── constraints ───────────────────────────────────────────────────────────────────────────────
def test_constraints():
    w = np.array([[3.0, 0.3], [4.0, -0.4]])

    def lengths(w):
        return np.linalg.norm(w, axis=0)

    np.testing.assert_allclose(lengths(keras.constraints.MaxNorm(2)(w)), [2.0, 0.5], rtol=1e-6)
    np.testing.assert_allclose(lengths(keras.constraints.UnitNorm()(w)), [1.0, 1.0], rtol=1e-6)
    between = keras.constraints.MinMaxNorm(1.0, 2.0, rate=0.5)
    np.testing.assert_allclose(lengths(between(w)), [3.5, 0.75], rtol=1e-6)
    assert keras.constraints.NonNeg()(w).tolist() == [[3.0, 0.3], [4.0, 0.0]]
    along = keras.constraints.UnitNorm(axis=[0, 1])(w)
    assert np.linalg.norm(along) == pytest.approx(1.0)


def test_training_keeps_constraints():
    model = keras.Sequential(
        [layers.Dense(3, kernel_constraint="unit_norm", bias_constraint="non_neg", input_shape=[2])]
    )
    model.compile(SGD(0.5), "mse")
    model.fit(rng.normal(size=(9, 2)), rng.normal(size=(9, 3)), batch_size=3, epochs=2, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1.0, rtol=1e-5)
    assert (bias >= 0).all()
    assert kernel.dtype == bias.dtype == "float32"


# ── layers of one's own ───────────────────────────────────────────────────────────────────────
class Gate(layers.Layer):
    """Two Dense layers, a weight of its own, and a loss."""

    def __init__(self, units, **more):
        super().__init__(**more)
        self.units = units
        self.inner = [layers.Dense(units), layers.Dense(units, "sigmoid")]
        self.dropout = layers.Dropout(0.5)

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(self.units,), initializer="ones", name="gain")
        self.count = self.add_weight(name="count", initializer="zeros", trainable=False)

    def call(self, x):
        plain, gate = (layer(self.dropout(x)) for layer in self.inner)
        self.add_loss(0.1 * np.sum(gate**2))
        return self.gain * plain * gate


def test_a_composed_layer(float64):
    model = keras.Sequential([keras.Input(shape=(3,)), Gate(2), layers.Dense(1)])
    gate = model.layers[0]
    assert model.output_shape == (None, 1)
    assert [w.name for w in gate.weights] == [
        "gain₁", "count₁", "kernel₁", "bias₁", "kernel₁", "bias₁",
    ]  # fmt: skip
    assert {w.origin.module for w in gate.weights} == {
        ("gate",), ("gate", "dense"), ("gate", "dense_1"),
    }  # fmt: skip
    assert len(gate.trainable_weights) == 5
    assert gate.weights[1].data == 0.0
    x = rng.normal(size=(4, 3))
    out = model(x)
    assert [loss.name for loss in model.losses] == ["added₁"]
    made = [node.module for node in record(out.sum()).graphs[0].nodes if node.op == "matmul"]
    assert made == [("gate", "dense"), ("gate", "dense_1"), ("dense",)]
    np.testing.assert_array_equal(model(x).data, out.data)
    assert not np.array_equal(model(x, training=True).data, out.data)  # told to the inner dropout
    before = model.get_weights()
    model.compile("adam", "mse")
    model.fit(x, ones(4), epochs=2, verbose=0)
    assert sum(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)) == 1
    config = json.loads(json.dumps(model.get_config()))
    again = keras.Sequential.from_config(config, custom_objects={"Gate": Gate})
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_a_layer_without_weights_needs_call_only():
    class Halved(layers.Layer):
        def call(self, x):
            return x / 2

    model = keras.Sequential([Halved(), layers.Dense(1)])
    model.build((None, 4))
    assert model.layers[0].name == "halved"
    assert model.layers[0].compute_output_shape((None, 4)) == (None, 4)


# ── drawings ──────────────────────────────────────────────────────────────────────────────────
def test_names_in_a_record():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input(shape=(2, 2)), layers.Flatten(), layers.Dense(3), layers.Activation("relu"),
         layers.Dropout(0.5), layers.Dense(1, "sigmoid")]
    )  # fmt: skip
    nodes = record(model(ones(2, 2, 2), training=True).sum()).graphs[0].nodes
    assert [(n.name, n.module) for n in nodes if n.module] == [
        ("kernel₂", ("dense",)), ("bias₂", ("dense",)), ("kernel₅", ("dense_1",)),
        ("bias₅", ("dense_1",)), ("flat₁", ("flatten",)), ("h₂", ("dense",)), ("z₂", ("dense",)),
        ("a₃", ("activation",)), ("dropped₄", ("dropout",)), ("h₅", ("dense_1",)),
        ("z₅", ("dense_1",)), ("ŷ", ("dense_1",)),
    ]  # fmt: skip
