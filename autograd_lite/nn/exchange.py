"""Exchange with Keras 3: a model becomes a real Keras model, and a Keras model one of this library.

Layers, weights, loss, metrics, and the optimizer with all it remembers go along, so that a training
goes on there as it would have gone on here. Keras (``pip install "autograd-lite[keras]"``, and one
of its backends) is loaded when a function is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.nn.configured import plain
from autograd_lite.nn.layers import Input, Layer, Stack, deserialize
from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.nn.sequential import Sequential

__all__ = ["from_keras", "to_keras"]

_BLOCKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "SGD": (("v",),),
    "RMSprop": (("v",), ("moved",), ("mean",)),
    "Adagrad": (("sum",),),
    "Adadelta": (("v", "s"),),
    "Adam": (("m", "v"), ("v_max",)),
    "AdamW": (("m", "v"), ("v_max",)),
    "Adamax": (("m", "u"),),
    "Nadam": (("m", "v"),),
    "Lion": (("m",),),
    "Ftrl": (("n", "z"),),
}
"""The order in which Keras's optimizers list their variables: blocks over all parameters, in which
each parameter has the slots of the block side by side."""

_NEGATIVE = {("RMSprop", "moved")}
"""What Keras takes off a parameter where it is added here."""

_WHOLE = ("ema_overwrite_frequency",)


def to_keras(model: Sequential) -> Any:
    """A ``keras.Sequential`` with the same layers, weights and training.

    Parameters
    ----------
    model : Sequential
        Built; compiled or not.

    Returns
    -------
    keras.Sequential

    Raises
    ------
    ModuleNotFoundError
        Keras is not installed.
    TypeError, ValueError
        The model is not built, or has layers or functions of one's own.

    Examples
    --------
    ::

        keras_model = to_keras(model)
        keras_model.fit(x, y, epochs=10)      # goes on where model.fit stopped
        keras_model.save("model.keras")       # a file of Keras's own
    """
    keras = _keras()
    if not model.built:
        raise ValueError(f"model {model.name!r} has no weights yet: call it on data first")
    theirs = keras.Sequential(name=model.name)
    theirs.add(keras.Input(shape=model.input_shape[1:], dtype=model.dtype))
    for layer in model.layers:
        theirs.add(_layer_for_keras(keras, layer))
    for ours, other in zip(model.layers, theirs.layers, strict=True):
        other.set_weights(ours.get_weights())
        _settle(other)
    given = model.get_compile_config()
    if given is not None:
        optimizer = _optimizer_for_keras(keras, model.optimizer)
        pairs = zip(model.weights, theirs.weights, strict=True)
        if spared := [other for ours, other in pairs if model.optimizer.spares(ours)]:
            optimizer.exclude_from_weight_decay(var_list=spared)
        theirs.compile(
            optimizer=optimizer,
            loss=_for_keras(keras.losses, given["loss"]),
            metrics=_for_keras(keras.metrics, given["metrics"]),
            weighted_metrics=_for_keras(keras.metrics, given["weighted_metrics"]),
        )
        if model.optimizer.variables:
            _give_state(model, theirs)
    return theirs


def from_keras(keras_model: Any) -> Sequential:
    """A model of this library with the layers, weights and training of a ``keras.Sequential``.

    Parameters
    ----------
    keras_model : keras.Sequential
        Built; compiled or not.

    Raises
    ------
    ModuleNotFoundError
        Keras is not installed.
    TypeError
        It is no ``keras.Sequential``.
    ValueError
        It is not built, or has a layer, loss, metric or optimizer that is not here.
    """
    keras = _keras()
    if not isinstance(keras_model, keras.Sequential):
        raise TypeError(f"from_keras() takes a keras.Sequential, not {type(keras_model).__name__}")
    if not keras_model.built:
        raise ValueError(f"Keras model {keras_model.name!r} has no weights yet: call it on data")
    model = Sequential([Input(shape=keras_model.input_shape[1:])], name=keras_model.name)
    for layer in keras_model.layers:
        if isinstance(layer, keras.Sequential):
            model.add(from_keras(layer))
            continue
        config = {"class_name": type(layer).__name__, "config": layer.get_config()}
        model.add(deserialize(_from_keras(config)))
    for ours, theirs in zip(model.layers, keras_model.layers, strict=True):
        ours.set_weights(theirs.get_weights())
        ours.trainable = theirs.trainable
    if getattr(keras_model, "compiled", False):
        given = _from_keras(keras_model.get_compile_config())
        model.compile(
            optimizer=given["optimizer"],
            loss=given["loss"],
            metrics=given["metrics"],
            weighted_metrics=given["weighted_metrics"],
        )
        if keras_model.optimizer.built:
            _take_state(model, keras_model)
    return model


def _keras() -> Any:
    try:
        import keras
    except ModuleNotFoundError as error:
        if error.name != "keras":
            raise ModuleNotFoundError(
                f"Keras is installed, but it needs {error.name}, which is not: install that, or name"
                " another of its backends, such as jax, in the environment variable KERAS_BACKEND",
                name=error.name,
            ) from error
        raise ModuleNotFoundError(
            'Keras is not installed: pip install "autograd-lite[keras]", and one of its backends,'
            " such as jax; the environment variable KERAS_BACKEND names it",
            name="keras",
        ) from None
    return keras


# ── to Keras ──────────────────────────────────────────────────────────────────────────────────
def _layer_for_keras(keras: Any, layer: Layer) -> Any:
    if isinstance(layer, Stack):
        inside = [_layer_for_keras(keras, each) for each in layer.layers]
        return keras.Sequential(inside, name=layer.name)
    kind = getattr(keras.layers, type(layer).__name__, None)
    if kind is None or not type(layer).__module__.startswith("autograd_lite."):
        raise ValueError(
            f"layer {layer.name!r} is a {type(layer).__name__}, which Keras does not have"
        )
    config = {k: v for k, v in layer.get_config().items() if k != "input_shape"}
    return kind(**{**config, "name": layer.name})


def _settle(layer: Any) -> None:
    """Let Keras's Normalization use the mean and variance that it was given."""
    for inside in getattr(layer, "layers", ()):
        _settle(inside)
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()


def _optimizer_for_keras(keras: Any, optimizer: Optimizer) -> Any:
    name = type(optimizer).__name__
    if name not in _BLOCKS or not type(optimizer).__module__.startswith("autograd_lite."):
        raise ValueError(f"the optimizer is a {name}, which Keras does not have")
    config = {
        k: float(v) if type(v) is int and k not in _WHOLE else v
        for k, v in optimizer.get_config().items()
    }
    if isinstance(rate := config["learning_rate"], Mapping):
        config["learning_rate"] = getattr(keras.optimizers.schedules, rate["class_name"])(
            **rate["config"]
        )
    return getattr(keras.optimizers, name)(**config)


def _for_keras(module: Any, given: Any) -> Any:
    """Losses and metrics: names stay names, data becomes objects of Keras."""
    if isinstance(given, list):
        return [_for_keras(module, each) for each in given]
    if not isinstance(given, Mapping):
        return given
    if "function" in given:
        raise ValueError(
            f"{given['function']!r} is a function of your own, on Values: Keras cannot call it"
        )
    return getattr(module, given["class_name"])(**given["config"])


def _give_state(model: Sequential, theirs: Any) -> None:
    """Write what our optimizer remembers into the variables of Keras's."""
    state, variables = model.optimizer.get_state(), theirs.trainable_variables
    theirs.optimizer.build(variables)
    places = {id(weight): i for i, weight in enumerate(model.optimizer.variables)}
    order = [places[id(weight)] for weight in model.trainable_weights]
    found = _keras_slots(theirs.optimizer, type(model.optimizer).__name__, state, len(order))
    for variable, slot, place in found:
        array = state["slots"][order[place]][slot]
        variable.assign(-array if (type(model.optimizer).__name__, slot) in _NEGATIVE else array)
    theirs.optimizer.variables[0].assign(state["iterations"])
    if "product" in state["numbers"]:
        theirs.optimizer.variables[-1].assign(state["numbers"]["product"])


# ── from Keras ────────────────────────────────────────────────────────────────────────────────
def _take_state(model: Sequential, theirs: Any) -> None:
    """Read what Keras's optimizer remembers into ours."""
    optimizer, name = model.optimizer, type(model.optimizer).__name__
    optimizer.build(model.trainable_weights)
    state = optimizer.get_state()
    count = len(model.trainable_weights)
    for variable, slot, place in _keras_slots(theirs.optimizer, name, state, count):
        array = np.array(variable)
        state["slots"][place][slot] = -array if (name, slot) in _NEGATIVE else array
    state["iterations"] = int(np.array(theirs.optimizer.variables[0]))
    if "product" in state["numbers"]:
        state["numbers"]["product"] = float(np.array(theirs.optimizer.variables[-1]))
    optimizer.set_state(state)


def _from_keras(data: Any) -> Any:
    """Keras's plain data as ours: without the modules, types as their names, absent arguments."""
    if isinstance(data, (list, tuple)):
        return [_from_keras(item) for item in data]
    if not isinstance(data, Mapping):
        return plain(data)
    if "class_name" not in data:
        return {name: _from_keras(item) for name, item in data.items()}
    if data["class_name"] == "DTypePolicy":
        return data["config"]["name"]
    if data["class_name"] == "function":
        return data["config"]
    config = {n: _from_keras(item) for n, item in (data.get("config") or {}).items()}
    config = {n: item for n, item in config.items() if item is not None and n != "registered_name"}
    return {"class_name": data["class_name"], "config": config}


def _keras_slots(
    optimizer: Any, name: str, state: Mapping[str, Any], count: int
) -> list[tuple[Any, str, int]]:
    """Every slot variable of a Keras optimizer, with the slot and the parameter that it is of."""
    present = list(state["slots"][0]) if state["slots"] else []
    blocks = [block for block in (("average",), *_BLOCKS[name]) if block[0] in present]
    labels = [(slot, place) for block in blocks for place in range(count) for slot in block]
    first = 2 if "learning_rate" in state["numbers"] else 1
    last = 1 if "product" in state["numbers"] else 0
    variables = optimizer.variables[first : len(optimizer.variables) - last]
    if len(variables) != len(labels):
        raise ValueError(
            f"Keras's {name} has {len(variables)} variables for {count} parameters, and"
            f" {len(labels)} were expected; this version of Keras keeps them in another way"
        )
    return [(v, slot, place) for v, (slot, place) in zip(variables, labels, strict=True)]
