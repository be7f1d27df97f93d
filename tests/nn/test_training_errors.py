"""The mistakes that learners make with losses, labels, weights and callbacks, word for word."""

import numpy as np
import pytest

from autograd_lite import keras
from autograd_lite.keras.layers import Dense

callbacks = keras.callbacks


def model(units=1, activation=None, loss="mse", **more):
    made = keras.Sequential([Dense(units, activation, input_shape=[1])])
    made.compile("sgd", loss, **more)
    return made


def fit(y, units=1, activation=None, loss="mse", metrics=None, **more):
    x = np.arange(float(len(y)))
    return model(units, activation, loss, metrics=metrics).fit(x, y, verbose=0, **more)


MISTAKES = {
    # labels
    "labels −1 and 1": (
        lambda: fit([-1, 1], 1, "sigmoid", "binary_crossentropy"),
        "y holds -1, and binary_crossentropy takes labels 0 and 1 (or probabilities between them):"
        " write y = (y + 1) / 2, or take the loss 'hinge', which is made for −1 and 1",
    ),
    "labels beyond 1": (
        lambda: fit([0, 1, 2], 1, "sigmoid", "bce"),
        "y holds 2, and binary_crossentropy takes labels 0 and 1 (or probabilities between them):"
        " classes beyond 0 and 1 are for sparse_categorical_crossentropy, other numbers for"
        " mean_squared_error",
    ),
    "labels of the validation": (
        lambda: fit([0, 1], 1, "sigmoid", "bce", validation_data=([1.0], [2.0])),
        "validation_y holds 2, and binary_crossentropy takes labels 0 and 1 (or probabilities"
        " between them): classes beyond 0 and 1 are for sparse_categorical_crossentropy, other"
        " numbers for mean_squared_error",
    ),
    "labels of a metric": (
        lambda: fit([-1, 1], 1, "tanh", "hinge", metrics=["bce"]),
        "y holds -1, and binary_crossentropy takes labels 0 and 1 (or probabilities between them):"
        " write y = (y + 1) / 2, or take the loss 'hinge', which is made for −1 and 1",
    ),
    "numbers of classes for rows": (
        lambda: fit([0, 1, 2], 3, "softmax", "categorical_crossentropy"),
        "y has shape (3,), one number for every example, but the model's predictions have shape"
        " (3, 3): categorical_crossentropy takes rows of zeros and a one. For numbers of classes"
        " the loss is 'sparse_categorical_crossentropy'.",
    ),
    "numbers of classes in a column": (
        lambda: fit([[0], [1], [2]], 3, "softmax", "categorical_crossentropy"),
        "y has shape (3, 1), one number for every example, but the model's predictions have shape"
        " (3, 3): categorical_crossentropy takes rows of zeros and a one. For numbers of classes"
        " the loss is 'sparse_categorical_crossentropy'.",
    ),
    "rows for numbers of classes": (
        lambda: fit(np.eye(3), 3, "softmax", "sparse_categorical_crossentropy"),
        "y has shape (3, 3), but the model's predictions have shape (3, 3):"
        " sparse_categorical_crossentropy takes one number of a class for every example, shape"
        " (3,). For rows of zeros and a one the loss is 'categorical_crossentropy'.",
    ),
    "a class too many": (
        lambda: fit([0, 1, 3], 3, "softmax", "sparse_categorical_crossentropy"),
        "y holds 3, and the model's predictions have 3 classes, 0 to 2: give the last layer 4 units"
        " or more, or number the classes from 0",
    ),
    "a class below 0": (
        lambda: fit([-1, 0, 1], 3, "softmax", "sparse_categorical_crossentropy"),
        "y holds -1, and the model's predictions have 3 classes, 0 to 2: number the classes from 0",
    ),
    "half a class": (
        lambda: fit([0.5, 0, 1], 3, "softmax", "sparse_categorical_crossentropy"),
        "y holds 0.5, and the model's predictions have 3 classes, 0 to 2: number the classes from 0",
    ),
    "one unit for classes": (
        lambda: fit([0, 1, 1], 1, "sigmoid", "sparse_categorical_crossentropy"),
        "sparse_categorical_crossentropy compares classes, and the model's predictions have shape"
        " (3, 1), one number for every example: give the last layer a unit for every class, or take"
        " 'binary_crossentropy'",
    ),
    "two targets for one output": (
        lambda: fit([[1.0, 2.0], [3.0, 4.0]]),
        "y has shape (2, 2), but the model's predictions have shape (2, 1): mean_squared_error"
        " needs one target for every prediction. Change y, or the units of the last layer.",
    ),
    # weights
    "weights of another length": (
        lambda: fit([1, 2, 3], sample_weight=[1, 2]),
        "sample_weight has shape (2,), and there are 3 examples: give one weight for every example,"
        " shape (3,)",
    ),
    "two kinds of weights": (
        lambda: fit([0, 1], sample_weight=[1, 2], class_weight={0: 1}),
        "give sample_weight or class_weight, not both: multiply them yourself",
    ),
    "weights of classes in a list": (
        lambda: fit([0, 1], class_weight=[1.0, 2.0]),
        "class_weight maps numbers of classes to weights, as {0: 1.0, 1: 5.0}, not [1.0, 2.0]",
    ),
    # compile
    "loss typo": (
        lambda: model(loss="binary_crosentropy"),
        "there is no loss 'binary_crosentropy' here. Did you mean 'binary_crossentropy'? There are",
    ),
    "short loss typo": (
        lambda: model(loss="mes"), "there is no loss 'mes' here. Did you mean 'mse'? There are",
    ),
    "no loss": (
        lambda: model(loss=3), "a loss is a name, a Loss or a function of (y_true, y_pred), not 3",
    ),
    "reduction": (
        lambda: keras.losses.Huber(reduction="summ"),
        "reduction is one of 'sum_over_batch_size', 'mean', 'mean_with_sample_weight', 'sum',"
        " 'none' or None, not 'summ'. Did you mean 'sum'?",
    ),
    "no reduction": (
        lambda: model(loss=keras.losses.MeanSquaredError(reduction=None)),
        "a training needs one number, and mean_squared_error with reduction=None"
        " gives one for every example: take reduction='sum_over_batch_size' or 'sum'",
    ),
    "metric": (
        lambda: model(metrics=[3]),
        "a metric is a name, a Metric or a function of (y_true, y_pred), not 3",
    ),
    "loss weights": (
        lambda: model(loss_weights=[0.3, 0.7]),
        "loss_weights weighs the losses of several outputs, and there is one: leave it out, or"
        " scale the learning rate, rather than give [0.3, 0.7]",
    ),
    "a loss that loses the graph": (
        lambda: fit([1.0], loss=lambda y_true, y_pred: float(((y_pred - y_true) ** 2).item())),
        "the loss does not depend on the weights: a loss of your own has to compute with y_pred by"
        " operators and NumPy functions, and return the result itself",
    ),
    # fit
    "fit typo": (
        lambda: fit([1.0], epoch=3),
        "fit has no argument 'epoch'. Did you mean 'epochs'? It takes x, y, batch_size, epochs,",
    ),
    "share": (
        lambda: fit([1.0, 2.0], validation_split=1.5),
        "validation_split is a share from 0 up to, not including, 1; not 1.5",
    ),
    "frequency": (
        lambda: fit([1.0], validation_freq=0),
        "validation_freq is a whole number of at least 1, not 0",
    ),
    "evaluate before compile": (
        lambda: keras.Sequential([Dense(1)]).evaluate([1.0], [1.0]),
        "evaluate() needs an optimizer and a loss: call model.compile(optimizer='adam',"
        " loss='mean_squared_error') first",
    ),
    # callbacks
    "a class for an object": (
        lambda: fit([1.0], callbacks=[callbacks.TerminateOnNaN]),
        "a callback is an object, not a class: write TerminateOnNaN(), with brackets",
    ),
    "mode": (
        lambda: callbacks.EarlyStopping(mode="maxi"),
        "mode is 'auto', 'min' or 'max', not 'maxi'. Did you mean 'max'?",
    ),
    "patience": (
        lambda: callbacks.EarlyStopping(patience=-1),
        "patience is a whole number of at least 0, not -1",
    ),
    "unknown direction": (
        lambda: fit([1.0], metrics=[lambda y, p: p - y],
                    callbacks=[callbacks.EarlyStopping("<lambda>")], epochs=3),
        "EarlyStopping cannot tell whether more or less of '<lambda>' is better: write mode='max'"
        " or mode='min'",
    ),
    "factor": (
        lambda: callbacks.ReduceLROnPlateau(factor=1.5),
        "factor lies between 0 and 1, and is 1.5",
    ),
    "ending": (
        lambda: callbacks.ModelCheckpoint("best.txt"),
        "filepath ends in '.keras' to save the whole model, and is 'best.txt'",
    ),
    "ending of weights": (
        lambda: callbacks.ModelCheckpoint("best.keras", save_weights_only=True),
        "filepath ends in '.weights.h5' to save weights only, and is 'best.keras'",
    ),
    "a number that is not there": (
        lambda: fit([1.0], callbacks=[callbacks.ModelCheckpoint("{val_loss}.keras")]),
        "filepath '{val_loss}.keras' asks for 'val_loss', and there are 'epoch', 'loss'",
    ),
    "schedule": (
        lambda: callbacks.LearningRateScheduler(0.1),
        "schedule is a function of the epoch and the learning rate, not 0.1",
    ),
    "what a schedule gives": (
        lambda: fit([1.0], callbacks=[callbacks.LearningRateScheduler(lambda epoch: None)]),
        "schedule gives the learning rate as a number, and gave None",
    ),
    "method": (
        lambda: callbacks.LambdaCallback(on_epoch_ends=print),
        "a callback has no method 'on_epoch_ends'. Did you mean 'on_epoch_end'? There are",
    ),
    "separator": (
        lambda: callbacks.CSVLogger("log.csv", separator="::"),
        "separator is one character, not '::'",
    ),
    "threshold": (
        lambda: keras.metrics.Precision(thresholds=2),
        "thresholds lie between 0 and 1, and are 2",
    ),
    "AUC of logits": (
        lambda: keras.metrics.AUC()([0, 1], [-2.0, 3.0]),
        "auc takes predictions between 0 and 1; end the model in a sigmoid, or write"
        " AUC(from_logits=True)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, message = MISTAKES[mistake]
    with pytest.raises((TypeError, ValueError, KeyError)) as caught:
        make()
    text = caught.value.args[0]
    assert text == message or (
        message.endswith(("There are", "epochs,")) and text.startswith(message)
    )


@pytest.mark.parametrize(
    ("monitor", "message"),
    [
        ("val_loss", "EarlyStopping watches 'val_loss', which this epoch does not have; it has"
         " 'loss', 'mae'. There is no validation: give fit(validation_split=…) or"
         " validation_data."),
        ("mea", "EarlyStopping watches 'mea', which this epoch does not have; it has 'loss', 'mae'."
         " Did you mean 'mae'?"),
    ],
)  # fmt: skip
def test_a_number_to_watch_that_is_not_there(monitor, message):
    with pytest.warns(UserWarning, match="EarlyStopping watches") as caught:
        fit([1.0, 2.0], metrics=["mae"], callbacks=[callbacks.EarlyStopping(monitor)])
    assert [str(warning.message) for warning in caught] == [message]


def test_logits_twice_are_told():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    with pytest.warns(UserWarning, match="has from_logits=True, and the model ends in sigmoid"):
        fit([0, 1], 1, "sigmoid", loss)


def test_what_keras_refuses_works_here():
    made = model()
    made.fit([1, 2, 3], [2, 4, 6], verbose=0)
    made.fit(3, 6, verbose=0)
    assert made.predict([100.0]).shape == made.predict(100).shape == (1, 1)
    assert made.predict(range(3)).shape == (3, 1)
