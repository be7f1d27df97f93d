"""The mistakes that learners make, and what they are told, word for word."""

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.keras.layers import Dense

Sequential, optimizers = keras.Sequential, keras.optimizers


def model(n_inputs=1, **more):
    made = Sequential([Dense(1, input_shape=[n_inputs])])
    made.compile("sgd", **{"loss": "mse", **more})
    return made


def fit(x, y, **more):
    return model().fit(x, y, **{"verbose": 0, **more})


def twice(layer):
    return Sequential([layer, layer])


LOSSES = (
    "There are 'binary_crossentropy', 'binary_focal_crossentropy', 'categorical_crossentropy',"
    " 'categorical_focal_crossentropy', 'categorical_hinge', 'cosine_similarity', 'hinge', 'huber',"
    " 'kl_divergence', 'log_cosh', 'mean_absolute_error', 'mean_absolute_percentage_error',"
    " 'mean_squared_error', 'mean_squared_logarithmic_error', 'poisson',"
    " 'sparse_categorical_crossentropy', 'squared_hinge'."
)
METRICS = (
    "There are 'accuracy', 'auc', 'binary_accuracy', 'binary_crossentropy', 'categorical_accuracy',"
    " 'categorical_crossentropy', 'categorical_hinge', 'cosine_similarity', 'f1_score',"
    " 'false_negatives', 'false_positives', 'fbeta_score', 'hinge', 'huber', 'kl_divergence',"
    " 'logcosh', 'mean_absolute_error', 'mean_absolute_percentage_error', 'mean_squared_error',"
    " 'mean_squared_logarithmic_error', 'poisson', 'precision', 'r2_score', 'recall',"
    " 'root_mean_squared_error', 'sparse_categorical_accuracy', 'sparse_categorical_crossentropy',"
    " 'sparse_top_k_categorical_accuracy', 'squared_hinge', 'top_k_categorical_accuracy',"
    " 'true_negatives', 'true_positives'."
)
COMPILE = (
    "It takes optimizer, loss, loss_weights, metrics, weighted_metrics, run_eagerly,"
    " steps_per_execution, jit_compile, auto_scale_loss."
)
DENSE = (
    "It takes units, activation, use_bias, kernel_initializer, bias_initializer,"
    " kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,"
    " bias_constraint, trainable, dtype, name, input_shape."
)

MISTAKES = {
    # data
    "None": (
        lambda: fit(None, [1.0]), TypeError,
        "x is missing (None): give an array or a list, one entry per example",
    ),
    "no y": (
        lambda: fit([1.0], None), TypeError,
        "y is missing (None): give an array or a list, one entry per example",
    ),
    "text": (
        lambda: fit(["a", "b"], [1.0, 2.0]), TypeError,
        "x must hold real numbers, and holds text (dtype <U1); convert it first, as in"
        " np.array(x, dtype=float)",
    ),
    "None inside": (
        lambda: fit([1.0, 2.0], [1.0, None]), TypeError,
        "y must hold real numbers, and holds None (dtype object); convert it first, as in"
        " np.array(y, dtype=float)",
    ),
    "ragged": (
        lambda: fit([[1.0], [1.0, 2.0]], [1.0, 2.0]), ValueError,
        "the rows of x differ in length; give every row the same",
    ),
    "empty": (
        lambda: fit([], []), ValueError,
        "x is empty (shape (0,)); at least one example is needed",
    ),
    "features": (
        lambda: fit([[1.0, 2.0]], [1.0]), ValueError,
        "x has shape (1, 2), 2 features per example, but layer 'dense' takes 1: the shape needed"
        " is (examples, 1)",
    ),
    "one example without its brackets": (
        lambda: model(3).predict([1.0, 2.0, 3.0]), ValueError,
        "x has shape (3,), 1 feature per example, but layer 'dense' takes 3: the shape needed is"
        " (examples, 3). One example of 3 features is written [[…]]",
    ),
    "lengths": (
        lambda: fit([1.0, 2.0, 3.0], [1.0, 2.0]), ValueError,
        "x has 3 examples (shape (3, 1)) and y has 2 (shape (2,)); every example needs one target",
    ),
    "two targets for one output": (
        lambda: fit([1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]]), ValueError,
        "y has shape (2, 2), but the model's predictions have shape (2, 1): mean_squared_error"
        " needs one target for every prediction. Change y, or the units of the last layer.",
    ),
    "validation lengths": (
        lambda: fit([1.0], [1.0], validation_data=([1.0, 2.0], [1.0])), ValueError,
        "validation_x has 2 examples (shape (2, 1)) and validation_y has 1 (shape (1,)); every"
        " example needs one target",
    ),
    "validation is no pair": (
        lambda: fit([1.0], [1.0], validation_data=3), ValueError,
        "validation_data is a pair (x, y) of arrays, or (x, y, sample_weight)",
    ),
    "nothing left to train on": (
        lambda: fit([1.0], [1.0], validation_split=0.5), ValueError,
        "validation_split=0.5 of 1 examples leaves 0 to train on and 1 to validate; both need at"
        " least one",
    ),
    # compile
    "fit before compile": (
        lambda: Sequential([Dense(1)]).fit([1.0], [1.0]), ValueError,
        "fit() needs an optimizer and a loss: call model.compile(optimizer='adam',"
        " loss='mean_squared_error') first",
    ),
    "loss typo": (
        lambda: model(loss="mean_square_error"), ValueError,
        f"there is no loss 'mean_square_error' here. Did you mean 'mean_squared_error'? {LOSSES}",
    ),
    "metric": (
        lambda: model(metrics=["acuracy"]), ValueError,
        f"there is no metric 'acuracy' here. Did you mean 'accuracy'? {METRICS}",
    ),
    "compile": (
        lambda: model(los="mse"), TypeError,
        f"compile has no argument 'los'. Did you mean 'loss'? {COMPILE}",
    ),
    # layers
    "activation argument": (
        lambda: Dense(3, activaton="relu"), TypeError,
        f"Dense has no argument 'activaton'. Did you mean 'activation'? {DENSE}",
    ),
    "units": (lambda: Dense("4"), TypeError, "units is a whole number, not '4'"),
    "no units": (lambda: Dense(0), ValueError, "units is a whole number of at least 1, not 0"),
    "input shape": (
        lambda: Dense(1, input_shape=()), ValueError,
        "input_shape is the shape of one example, [n] for n features, not ()",
    ),
    "layer on other data": (
        lambda: model(2).layers[0](np.ones((3, 1))), ValueError,
        "layer 'dense' takes 2 features, and was given 1",
    ),
    "activation that loses the graph": (
        lambda: Sequential([Dense(1, lambda z: z.data)]).predict([1.0]), TypeError,
        "the activation of layer 'dense' returned ndarray, and its gradient is lost; use operators"
        " and NumPy functions that keep Values",
    ),
    "no list": (
        lambda: Sequential(Dense(1)), TypeError,
        "Sequential takes a list of layers: Sequential([layer])",
    ),
    "no layer": (
        lambda: Sequential([3]), TypeError, "a model is made of layers, such as Dense(1), not 3",
    ),
    "twice": (
        lambda: twice(Dense(1)), ValueError,
        "layer 'dense' is in the model already; make a new layer",
    ),
    "one name for two": (
        lambda: Sequential([Dense(1, name="a"), Dense(1, name="a")]), ValueError,
        "two layers are named 'a'; give one another name",
    ),
    "empty model": (
        lambda: Sequential().predict([1.0]), ValueError,
        "the model has no layers yet: model.add(Dense(1))",
    ),
    # weights
    "weights of an unbuilt model": (
        lambda: Sequential([Dense(1)]).set_weights([1]), ValueError,
        "model 'sequential' has no weights yet: give its first layer input_shape=[n], or call it"
        " on data first",
    ),
    "number of weights": (
        lambda: model().set_weights([[[1.0]]]), ValueError,
        "the model has 2 weight arrays, and was given 1",
    ),
    "shapes of weights": (
        lambda: model().set_weights([[1.0], [0.0]]), ValueError,
        "layer 'dense' has weights of shapes (1, 1), (1,), and was given (1,), (1,)",
    ),
    # fit
    "verbose": (
        lambda: fit([1.0], [1.0], verbose=3), ValueError,
        "verbose is 0 (silent), 1 (a bar for every epoch), 2 (a line) or 'auto', not 3",
    ),
    "epochs": (
        lambda: fit([1.0], [1.0], epochs="5"), TypeError, "epochs is a whole number, not '5'",
    ),
    "batch size": (
        lambda: fit([1.0], [1.0], batch_size=0), ValueError,
        "batch_size is a whole number of at least 1, not 0",
    ),
    "callback": (
        lambda: fit([1.0], [1.0], callbacks=[3]), TypeError,
        "a callback is an object such as Recorder(), not 3",
    ),
    "floatx": (
        lambda: keras.config.set_floatx("flot64"), ValueError,
        "floatx is 'float32' or 'float64', not 'flot64'. Did you mean 'float64'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_a_mistake_leaves_the_model_usable():
    made = model()
    before = made.get_weights()
    with pytest.raises(ValueError, match="every example needs one target"):
        made.fit([1.0, 2.0], [1.0], verbose=0)
    np.testing.assert_array_equal(made.get_weights()[0], before[0])
    assert made.optimizer.iterations == 0
    made.fit([1.0], [1.0], verbose=0)
