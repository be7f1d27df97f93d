"""What is wrong with an optimizer's arguments, gradients or state, word for word."""

import math

import numpy as np
import pytest

from autograd_lite import Value, keras

optimizers = keras.optimizers
SGD, Adam = optimizers.SGD, optimizers.Adam
COMMON = (
    "weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,"
    " ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name."
)


def w(shape=(2,)):
    return Value(np.zeros(shape), name="w")


def built():
    optimizer = Adam(0.1)
    optimizer.apply([np.ones(2)], [w()])
    return optimizer


def state(**changes):
    return {**built().get_state(), **changes}


def assigned(optimizer, name, value):
    setattr(optimizer, name, value)


MISTAKES = {
    # names
    "unknown": (
        lambda: optimizers.get("amda"), ValueError,
        "there is no optimizer 'amda' here. Did you mean 'adam'? There are 'adadelta', 'adagrad',"
        " 'adam', 'adamax', 'adamw', 'ftrl', 'lion', 'nadam', 'rmsprop', 'sgd'.",
    ),
    "compile": (
        lambda: keras.Sequential([keras.layers.Dense(1)]).compile("sdg", "mse"), ValueError,
        "there is no optimizer 'sdg' here. Did you mean 'sgd'? There are 'adadelta', 'adagrad',"
        " 'adam', 'adamax', 'adamw', 'ftrl', 'lion', 'nadam', 'rmsprop', 'sgd'.",
    ),
    "no optimizer": (
        lambda: optimizers.get(3), TypeError,
        "an optimizer is a name or an Optimizer, such as 'adam', not 3",
    ),
    "unknown class": (
        lambda: optimizers.get({"class_name": "Muon", "config": {}}), ValueError,
        "there is no class 'Muon' here; there are Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl,"
        " Lion, Nadam, RMSprop, SGD",
    ),
    # arguments
    "lr": (
        lambda: Adam(lr=0.1), TypeError,
        "Adam has no argument 'lr'. Did you mean 'learning_rate'? It takes learning_rate, beta_1,"
        f" beta_2, epsilon, amsgrad, {COMMON}",
    ),
    "typo": (
        lambda: SGD(clip_norm=0.1), TypeError,
        "SGD has no argument 'clip_norm'. Did you mean 'clipnorm'? It takes learning_rate,"
        f" momentum, nesterov, {COMMON}",
    ),
    "decay": (
        lambda: SGD(0.1, decay=0.01), TypeError,
        "SGD has no argument 'decay'. A learning rate that falls is a schedule:"
        " learning_rate=InverseTimeDecay(0.1, 1, 0.01), from keras.optimizers.schedules",
    ),
    "reading lr": (lambda: Adam().lr, AttributeError, "Adam has no 'lr'; it is called learning_rate"),
    "setting lr": (
        lambda: assigned(Adam(), "lr", 0.1), AttributeError,
        "Adam has no 'lr'; write learning_rate = 0.1 instead",
    ),
    "learning rate as text": (
        lambda: SGD("0.1"), TypeError, "learning_rate is a number, such as 0.01, not '0.1'",
    ),
    "negative learning rate": (
        lambda: SGD(-1), ValueError, "learning_rate is 0 or more and finite, not -1",
    ),
    "learning rate NaN": (
        lambda: SGD(math.nan), ValueError, "learning_rate is 0 or more and finite, not nan",
    ),
    "setting a learning rate": (
        lambda: assigned(SGD(), "learning_rate", -0.1), ValueError,
        "learning_rate is 0 or more and finite, not -0.1",
    ),
    "setting over a schedule": (
        lambda: assigned(SGD(optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)),
                         "learning_rate", 0.1), TypeError,
        "the learning rate of sgd follows ExponentialDecay(initial_learning_rate=0.1,"
        " decay_steps=10, decay_rate=0.5, staircase=False), and is not set to a number; give"
        " another schedule, or make the optimizer with a number",
    ),
    "callable": (
        lambda: SGD(lambda: "fast").apply([1.0], [Value(1.0)]), TypeError,
        "learning_rate is a number, such as 0.01, not 'fast'",
    ),
    "momentum": (
        lambda: SGD(0.1, momentum=2), ValueError,
        "momentum lies between 0 and 1, and was given as 2",
    ),
    "beta": (
        lambda: Adam(beta_1=1.0), ValueError,
        "beta_1 lies between 0 and 1, below 1, and was given as 1.0",
    ),
    "beta as text": (
        lambda: Adam(beta_1="big"), TypeError, "beta_1 is a number, such as 0.01, not 'big'",
    ),
    "epsilon": (lambda: Adam(epsilon=-1), ValueError, "epsilon is 0 or more and finite, not -1"),
    "lion without a mean": (
        lambda: optimizers.Lion(beta_1=0), ValueError,
        "beta_1 is above 0: with 0 the running mean is without effect, and every step follows the"
        " sign of the last gradient alone",
    ),
    "adamw without decay": (
        lambda: optimizers.AdamW(weight_decay=None), TypeError,
        "weight_decay is a number, such as 0.01, not None",
    ),
    "ftrl power": (
        lambda: optimizers.Ftrl(learning_rate_power=0.5), ValueError,
        "learning_rate_power is 0 or less, not 0.5",
    ),
    "ftrl without a rate": (
        lambda: optimizers.Ftrl(0.0).apply([1.0], [Value(1.0)]), ValueError,
        "Ftrl divides by the learning rate, and that of step 1 is 0; give one above 0",
    ),
    "clipnorm": (lambda: SGD(clipnorm=0), ValueError, "clipnorm is above 0 and finite, not 0"),
    "clipped twice": (
        lambda: SGD(clipnorm=1.0, clipvalue=0.5), ValueError,
        "gradients are clipped in one way, not by clipnorm and by clipvalue",
    ),
    "average": (
        lambda: SGD(use_ema=True, ema_momentum=-0.1), ValueError,
        "ema_momentum lies between 0 and 1, and was given as -0.1",
    ),
    "averages": (
        lambda: SGD(use_ema=True, ema_overwrite_frequency=0), ValueError,
        "ema_overwrite_frequency is a whole number of at least 1, not 0",
    ),
    "loss scale": (
        lambda: SGD(loss_scale_factor=8.0), ValueError,
        "loss_scale_factor is not here: it serves training in float16, and float32 and float64"
        " need none",
    ),
    "accumulation": (
        lambda: SGD(gradient_accumulation_steps=4), ValueError,
        "gradient_accumulation_steps is not here: a batch_size that many times as large gives the"
        " same mean gradient",
    ),
    # steps
    "no gradient": (
        lambda: SGD().apply([None], [w()]), ValueError,
        "'w' has no gradient: call backward() on a loss that depends on it before the"
        " optimizer's step",
    ),
    "gradients": (
        lambda: SGD().apply([1.0, 2.0], [w()]), ValueError,
        "there are 2 gradients for 1 variable; every variable needs one",
    ),
    "shape": (
        lambda: SGD().apply([np.ones(3)], [w()]), ValueError,
        "the gradient of 'w' has shape (3,), and the parameter has (2,)",
    ),
    "text": (
        lambda: SGD().apply(["up"], [w(())]), TypeError,
        "a Value holds real numbers, not the text 'up'; make numbers of it first, as float('2.5')"
        " does",
    ),
    "another model": (
        lambda: built().apply([np.ones(2)], [w()]), ValueError,
        "'w' is none of the parameters that adam was built for: give apply() all parameters at"
        " once, and make a new optimizer for another model",
    ),
    # state
    "number of parameters": (
        lambda: Adam().set_state(state(), [w(), w()]), ValueError,
        "the state of adam is for 1 parameter, and there are 2; build(variables) comes first",
    ),
    "not built": (
        lambda: Adam().set_state(state()), ValueError,
        "the state of adam is for 1 parameter, and there are 0; build(variables) comes first",
    ),
    "state of another": (
        lambda: SGD(momentum=0.9).set_state(state(), [w()]), ValueError,
        "sgd keeps v of every parameter, and the state given has m, v",
    ),
    "state of a shape": (
        lambda: Adam().set_state(state(), [w((2, 1))]), ValueError,
        "m of 'w' has shape (2,) in the state given, and the parameter has (2, 1)",
    ),
    "state without a number": (
        lambda: optimizers.Nadam().set_state(state(), [w()]), ValueError,
        "the state given lacks product of nadam",
    ),
    "iterations": (
        lambda: Adam().set_state(state(iterations=-1), [w()]), ValueError,
        "iterations is a whole number of at least 0, not -1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_a_wrong_gradient_changes_nothing():
    v, u, optimizer = w(), w(), Adam()
    with pytest.raises(ValueError, match="has no gradient"):
        optimizer.apply([np.ones(2), None], [v, u])
    assert optimizer.iterations == 0 and (v.data == 0).all()
    optimizer.apply([np.ones(2), np.ones(2)], [v, u])
