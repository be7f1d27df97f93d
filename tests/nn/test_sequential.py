"""Sequential: its list of layers, shapes, config and summary; and keras.utils."""

import json

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.nn import SGD

layers = keras.layers


def model():
    return keras.Sequential(
        [keras.Input(shape=(3,)), layers.Dense(4, "relu"), layers.Dense(1, name="last")]
    )


# ── the list of layers ────────────────────────────────────────────────────────────────────────
def test_input_is_no_layer_of_the_model():
    made = model()
    assert [layer.name for layer in made.layers] == ["dense", "last"]
    assert made.built
    assert (made.input_shape, made.output_shape) == ((None, 3), (None, 1))
    (given,) = made.inputs
    assert (given.shape, given.batch_shape, given.dtype) == ((3,), (None, 3), "float32")
    assert made.layers[0].kernel.shape == (3, 4)
    waiting = keras.Sequential([layers.Dense(2)])
    waiting.build((None, 5))
    assert waiting.inputs[0].shape == (5,)


def test_add_and_pop():
    made = model()
    last = made.pop()
    assert (last.name, made.output_shape, len(made.weights)) == ("last", (None, 4), 2)
    assert [w.name for w in made.weights] == ["kernel", "bias"]
    made.add(layers.Dense(7))
    assert made.output_shape == (None, 7)
    assert [layer.name for layer in made.layers] == ["dense", "dense_1"]
    assert [w.name for w in made.weights] == ["kernel₁", "bias₁", "kernel₂", "bias₂"]
    free = keras.Sequential([layers.Dense(1, input_shape=[2])])
    free.pop()
    free.add(layers.Dense(1, input_shape=[5]))
    assert free.input_shape == (None, 5)


def test_a_layer_that_does_not_fit_stays_outside():
    made = model()
    with pytest.raises(ValueError, match="cannot put examples of shape"):
        made.add(layers.Reshape((3, 3)))
    assert len(made.layers) == 2
    assert made.predict(np.ones((1, 3))).shape == (1, 1)


def test_get_layer():
    made = model()
    assert made.get_layer("last") is made.get_layer(index=1) is made.get_layer(index=-1)
    assert made.get_layer("last") is made.layers[1]


def test_names_are_keras_names():
    made = keras.Sequential([layers.LeakyReLU(), layers.ReLU(), layers.ReLU(), layers.PReLU()])
    assert [layer.name for layer in made.layers] == ["leaky_re_lu", "re_lu", "re_lu_1", "p_re_lu"]


def test_images():
    keras.utils.set_random_seed(2)
    made = keras.Sequential(
        [keras.Input(shape=(4, 4)), layers.Rescaling(1 / 255), layers.Flatten(),
         layers.Dense(8, "relu"), layers.Dense(3, "softmax")]
    )  # fmt: skip
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4))
    made.compile(SGD(0.1), "mse")
    made.fit(images, keras.utils.to_categorical([0, 1, 2, 0, 1, 2]), verbose=0)
    np.testing.assert_allclose(made.predict(images).sum(axis=1), 1.0, rtol=1e-6)


# ── as plain data ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("built", [True, False])
def test_config(built):
    made = keras.Sequential(
        [
            layers.Dense(
                4, "elu", kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), bias_constraint="non_neg",
                kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", seed=3),
            ),
            layers.Dropout(0.5, seed=1), layers.Dense(2, layers.LeakyReLU(0.1), dtype="float64"),
        ],
        name="told",
    )  # fmt: skip
    if built:
        made.build((None, 3))
    config = json.loads(json.dumps(made.get_config()))
    again = keras.Sequential.from_config(config)
    assert again.get_config() == made.get_config()
    assert (again.name, again.built) == ("told", built)
    assert (
        repr(again)
        == repr(made)
        == (
            "<Sequential 'told': Dense(4, 'elu'), Dropout(0.5, seed=1),"
            " Dense(2, LeakyReLU(negative_slope=0.1))>"
        )
    )
    assert [w.shape for w in again.weights] == [w.shape for w in made.weights]


def test_a_function_of_ones_own_has_no_config():
    made = keras.Sequential([layers.Dense(1, lambda z: z * z)])
    with pytest.raises(TypeError, match="cannot be written down as data; use a name or an object"):
        made.get_config()


# ── summary ───────────────────────────────────────────────────────────────────────────────────
def printed(made, **more):
    lines = []
    made.summary(print_fn=lambda text: lines.extend(text.split("\n")), **more)
    return lines


def test_summary_tells_what_is_trained():
    made = model()
    made.layers[0].trainable = False
    assert printed(made, line_length=60, show_trainable=True) == [
        'Model: "sequential"',
        "┏━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━┓",
        "┃ Layer (type)          ┃ Output Shape     ┃ Param # ┃ Tr… ┃",
        "┡━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━┩",
        "│ dense (Dense)         │ (None, 4)        │      16 │  N  │",
        "├───────────────────────┼──────────────────┼─────────┼─────┤",
        "│ last (Dense)          │ (None, 1)        │       5 │  Y  │",
        "└───────────────────────┴──────────────────┴─────────┴─────┘",
        " Total params: 21 (84.00 B)",
        " Trainable params: 5 (20.00 B)",
        " Non-trainable params: 16 (64.00 B)",
    ]


class Kept:
    """An optimizer that has seen a model of 21 parameters, and keeps two numbers for each."""

    def get_state(self):
        slots = [{"m": w, "v": w} for w in model().get_weights()]
        return {"iterations": 3, "numbers": {"learning_rate": 0.1}, "slots": slots}


def test_summary_of_a_trained_model():
    made = model()
    made.optimizer = Kept()
    assert printed(made)[-4:] == [
        " Total params: 65 (264.00 B)",
        " Trainable params: 21 (84.00 B)",
        " Non-trainable params: 0 (0.00 B)",
        " Optimizer params: 44 (180.00 B)",
    ]


def test_summary_of_large_and_unbuilt_models():
    large = keras.Sequential([keras.Input(shape=(1000,)), layers.Dense(700)])
    assert printed(large)[-3] == " Total params: 700,700 (2.67 MB)"
    long = keras.Sequential([layers.Dense(1, name="a_layer_with_a_very_long_name_indeed")])
    lines = printed(long)
    assert {len(line) for line in lines[1:7]} == {76}
    assert lines[4:6] == [
        "│ a_layer_with_a_very_long_name_… │ ?                      │   0 (unbuilt) │",
        "│ (Dense)                         │                        │               │",
    ]
    assert printed(keras.Sequential())[-3:] == [
        " Total params: 0 (0.00 B)", " Trainable params: 0 (0.00 B)",
        " Non-trainable params: 0 (0.00 B)",
    ]  # fmt: skip


# ── keras.utils ───────────────────────────────────────────────────────────────────────────────
def test_to_categorical():
    to_categorical = keras.utils.to_categorical
    assert to_categorical([2, 0]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert to_categorical([[1], [0]], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert to_categorical([1.0]).tolist() == [[0, 1]]
    assert to_categorical([[0, 1], [1, 0]]).shape == (2, 2, 2)
    assert to_categorical([]).shape == (0, 0)


def test_normalize():
    rows = keras.utils.normalize([[3.0, 4.0], [0.0, 0.0]])
    assert rows.tolist() == [[0.6, 0.8], [0.0, 0.0]]
    assert keras.utils.normalize([[1.0, 3.0]], order=1).tolist() == [[0.25, 0.75]]
    assert keras.utils.normalize([[3.0], [4.0]], axis=0).tolist() == [[0.6], [0.8]]


# ── mistakes ──────────────────────────────────────────────────────────────────────────────────
class Silent(layers.Layer):
    pass


class Hasty(layers.Layer):
    def __init__(self):
        self.w = self.add_weight(name="w")


class Lost(layers.Layer):
    def call(self, x):
        return x.data


class Wide(layers.Layer):
    def call(self, x):
        self.add_loss(x)
        return x


DATA = np.ones((2, 3))
MISTAKES = {
    "a later Input": (
        lambda: keras.Sequential([layers.Dense(1), keras.Input(shape=(3,))]), ValueError,
        "Input comes first and once: it says what the first layer takes",
    ),
    "an Input without shape": (
        lambda: keras.Input(), ValueError,
        "Input needs the shape of one example: keras.Input(shape=(3,))",
    ),
    "layers called on an Input": (
        lambda: layers.Dense(1)(keras.Input(shape=(3,))), TypeError,
        "layer 'dense' takes data. Layers stand one after the other in a list:"
        " keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(1)])",
    ),
    "a class for a layer": (
        lambda: keras.Sequential([layers.Flatten]), TypeError,
        "a model is made of layers, such as Dense(1), not <class"
        " 'autograd_lite.nn.layers.shaping.Flatten'>; write Flatten(…)",
    ),
    "a name that is no keyword": (
        lambda: keras.Sequential([], "mine"), TypeError,
        "a model's name is a keyword: Sequential(layers, name='mine')",
    ),
    "features": (
        lambda: model().predict([[1.0, 2.0]]), ValueError,
        "x has shape (1, 2), 2 features per example, but layer 'dense' takes 3: the shape needed is"
        " (examples, 3)",
    ),
    "one image": (
        lambda: keras.Sequential([keras.Input(shape=(2, 2)), layers.Flatten()]).predict(DATA[:, :2]),
        ValueError,
        "x has shape (2, 2), but layer 'flatten' takes examples of shape (2, 2): the shape needed is"
        " (examples, 2, 2). One example is written x[None]",
    ),
    "too many axes": (
        lambda: model().predict(DATA[None]), ValueError,
        "x has shape (1, 2, 3), but layer 'dense' takes examples of shape (3,): the shape needed is"
        " (examples, 3)",
    ),
    "built for another shape": (
        lambda: model().build((None, 5)), ValueError,
        "model 'sequential' takes batches of shape (None, 3), and cannot be built for (None, 5)",
    ),
    "build without batch": (
        lambda: keras.Sequential([layers.Dense(1)]).build((3,)), ValueError,
        "input_shape is the shape of a batch, such as (None, 3), not (3,)",
    ),
    "unknown shape": (
        lambda: keras.Sequential([layers.Dense(1)]).output_shape, ValueError,
        "model 'sequential' does not know its shapes yet: start its list of layers with"
        " keras.Input(shape=(3,)), or call it on data first",
    ),
    "unbuilt count": (
        lambda: keras.Sequential([layers.Dense(1)]).count_params(), ValueError,
        "layer 'dense' cannot count its parameters before its number of inputs is known. Give it"
        " input_shape=[n], or call the model on data first.",
    ),
    "no such layer": (
        lambda: model().get_layer("dence"), ValueError,
        "there is no layer 'dence'. Did you mean 'dense'? There are 'dense', 'last'.",
    ),
    "no such place": (
        lambda: model().get_layer(index=2), ValueError,
        "the model has 2 layers, and none at index 2",
    ),
    "get_layer of nothing": (
        lambda: model().get_layer(), ValueError,
        "get_layer takes a name or an index: get_layer('dense')",
    ),
    "pop": (
        lambda: keras.Sequential().pop(), ValueError, "the model has no layers to take out",
    ),
    "narrow summary": (
        lambda: model().summary(line_length=12), ValueError,
        "a line of 12 characters with ends [0.45, 0.8, 1.0] leaves no room for 3 columns",
    ),
    # arguments
    "dropout rate": (
        lambda: layers.Dropout(50), ValueError,
        "rate is a share from 0 to 1, such as 0.5, not 50",
    ),
    "dropout rate as text": (
        lambda: layers.Dropout("0.5"), TypeError,
        "rate is a number from 0 to 1, such as 0.5, not '0.5'",
    ),
    "dropout argument": (
        lambda: layers.Dropout(0.5, sed=3), TypeError,
        "Dropout has no argument 'sed'. Did you mean 'seed'? It takes rate, noise_shape, seed,"
        " activity_regularizer, trainable, dtype, name, input_shape.",
    ),
    "reshape": (
        lambda: layers.Reshape((2, 2))(DATA), ValueError,
        "layer 'reshape' cannot put examples of shape (3,), 3 numbers each, into shape (2, 2)",
    ),
    "batch shape": (
        lambda: layers.Dense(1, batch_input_shape=3), ValueError,
        "batch_input_shape is a shape such as (None, 3), not 3",
    ),
    "input_dim": (
        lambda: layers.Dense(1, input_dim="3"), TypeError,
        "input_dim is a whole number, not '3'",
    ),
    "activation class": (
        lambda: layers.Dense(1, layers.ReLU), TypeError,
        "an activation is a name or a function; write ReLU()",
    ),
    "activation": (
        lambda: layers.Activation(3), TypeError, "an activation is a name or a function, not 3",
    ),
    "regularizer": (
        lambda: layers.Dense(1, kernel_regularizer=0.01), TypeError,
        "a regularizer is a name, an object of keras.regularizers or a function, not 0.01",
    ),
    "regularizer typo": (
        lambda: layers.Dense(1, kernel_regularizer="l3"), ValueError,
        "there is no regularizer 'l3' here. Did you mean 'l2'? There are 'l1', 'l1_l2', 'l2',"
        " 'orthogonal_regularizer'.",
    ),
    "negative penalty": (
        lambda: keras.regularizers.L2(-1), ValueError, "l2 is 0 or more and finite, not -1",
    ),
    "constraint": (
        lambda: layers.Dense(1, kernel_constraint="maxnrom"), ValueError,
        "there is no constraint 'maxnrom' here. Did you mean 'max_norm'? There are 'max_norm',"
        " 'min_max_norm', 'non_neg', 'unit_norm'.",
    ),
    "initializer": (
        lambda: layers.Dense(1, kernel_initializer=0), TypeError,
        "an initializer is a name, an object of keras.initializers or a function, not 0",
    ),
    "variance scaling": (
        lambda: keras.initializers.VarianceScaling(mode="fan_inn"), ValueError,
        "mode is one of 'fan_in', 'fan_out', 'fan_avg', not 'fan_inn'. Did you mean 'fan_in'?",
    ),
    "identity of a vector": (
        lambda: keras.initializers.Identity()((3,)), ValueError,
        "Identity makes matrices, and was asked for shape (3,)",
    ),
    "normalization": (
        lambda: layers.Normalization(mean=1.0), ValueError,
        "mean and variance are given together, or both left to adapt(data)",
    ),
    # layers of one's own
    "no call": (
        lambda: Silent()(DATA), TypeError,
        "layer Silent says nothing of its output: write call(self, x)",
    ),
    "no super": (
        lambda: Hasty(), AttributeError,
        "layer Hasty was not set up: call super().__init__() first in its __init__",
    ),
    "plain output": (
        lambda: Lost()(DATA), TypeError,
        "layer 'lost' returned ndarray, and its gradient is lost; use operators and NumPy functions"
        " that keep Values",
    ),
    "added loss": (
        lambda: Wide()(DATA), ValueError,
        "a loss that layer 'wide' adds is a scalar, not an array of shape (2, 3); take its sum or"
        " mean",
    ),
    "config of an unknown layer": (
        lambda: keras.Sequential.from_config({"layers": [{"class_name": "Silent", "config": {}}]}),
        ValueError,
        "there is no class 'Silent' here; there are Activation, Dense, Dropout, ELU, Flatten,"
        " InputLayer, LeakyReLU, Normalization, PReLU, ReLU, Rescaling, Reshape, Softmax",
    ),
    "an attribute": (
        lambda: layers.Dense(1).kernal, AttributeError,
        "layer Dense has no attribute 'kernal'. Did you mean 'kernel'?",
    ),
    "nothing like an attribute": (
        lambda: layers.Dense(1).xyz, AttributeError, "layer Dense has no attribute 'xyz'",
    ),
    "a weight before its time": (
        lambda: layers.Dense(1).kernel, AttributeError,
        "layer Dense has no 'kernel' yet, for the shape of its input is not known: give it"
        " input_shape=[n], or call the model on data first",
    ),
    # utils
    "classes": (
        lambda: keras.utils.to_categorical(["a"]), TypeError,
        "to_categorical takes classes as whole numbers from 0, such as [0, 2, 1]",
    ),
    "too few classes": (
        lambda: keras.utils.to_categorical([0, 3], 2), ValueError,
        "classes lie between 0 and 3, but with num_classes 2 they are 0 to 1",
    ),
    "plot_model": (
        lambda: keras.utils.plot_model(model()), AttributeError,
        "keras.utils.plot_model is viz.draw here: from viz import draw; draw(model(x)) shows the"
        " graph of a prediction, and model.summary() the layers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message
