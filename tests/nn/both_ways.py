"""One training made twice, as programs and step by step, and all that it leaves behind."""

import copy

import numpy as np
import pytest

from autograd_lite import keras

single_and_double = pytest.mark.parametrize("floats", ["float32", "float64"], indirect=True)


def frozen(thing):
    """Numbers with their float type, shape and every bit; containers of them; other things."""
    if isinstance(thing, dict):
        return {key: frozen(part) for key, part in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [frozen(part) for part in thing]
    if isinstance(thing, (float, np.ndarray, np.generic)):
        array = np.asarray(thing)
        return type(thing).__name__, array.dtype.str, array.shape, array.tobytes()
    return thing


def left(model, x=None):
    """What a training leaves in a model."""
    optimizer = model.optimizer
    return frozen(
        {
            "weights": model.get_weights(),
            "data": [weight.data for weight in model.weights],
            "gradients": [weight.grad for weight in model.weights],
            "optimizer": optimizer.get_state(),
            "slots": [optimizer.slots(weight) for weight in model.trainable_weights],
            "predictions": None if x is None else model.predict(x),
        }
    )


def train(make, x, y, eagerly, seed=0, times=1, callbacks=(), **fit):
    """What a training leaves, and the model; ``callbacks`` are copied, or made by a function."""
    keras.utils.set_random_seed(seed)
    model = make()
    model.run_eagerly = eagerly
    told = []
    for _ in range(times):
        given = callbacks(told) if callable(callbacks) else copy.deepcopy(list(callbacks))
        history = model.fit(x, y, **{"verbose": 0, "callbacks": given, **fit})
        told += [frozen(history.history), list(history.epoch)]
    return {"told": told, **left(model, x)}, model


def programs(model):
    """How many programs were written of a model's steps."""
    return 0 if model.written is None else sum(map(bool, model.written.programs.values()))


def both(make, x, y, compiled=True, **more):
    """Train both ways, and see that nothing differs; the model that was trained by programs."""
    fast, model = train(make, x, y, False, **more)
    slow, other = train(make, x, y, True, **more)
    for name in slow:
        assert fast[name] == slow[name], name
    assert not programs(other)
    assert bool(programs(model)) == compiled
    return model
