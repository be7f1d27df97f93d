"""Loading: models made again from what was saved."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from autograd_lite.nn.archive import Archive
from autograd_lite.nn.layers import Input, Layer
from autograd_lite.nn.saving import arrays_for, check_version, put_weights
from autograd_lite.nn.sequential import Sequential

__all__ = ["clone_model", "load_model", "model_from_json", "save_model"]


def save_model(model: Sequential, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model into a file; see :meth:`Sequential.save`."""
    model.save(filepath, overwrite=overwrite)


def clone_model(
    model: Sequential,
    input_tensors: None = None,
    clone_function: Callable[[Layer], Layer] | None = None,
) -> Sequential:
    """A model with the same layers and new weights, not compiled.

    Parameters
    ----------
    model : Sequential
    input_tensors : None
        An argument of Keras; models here take arrays.
    clone_function : callable, optional
        Gives the layer that stands in the place of a layer of ``model``.

    >>> from autograd_lite import keras
    >>> model = keras.Sequential([keras.layers.Dense(3, input_shape=[2])])
    >>> clone_model(model).count_params()
    9
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"clone_model takes a Sequential, not {model!r}")
    if input_tensors is not None:
        raise ValueError("input_tensors is not here: a model takes arrays when it is called")
    if clone_function is None:
        return Sequential.from_config(model.get_config())
    clone = Sequential(name=model.name)
    if model.layers and model.layers[0].build_shape:
        clone.add(Input(model.input_shape[1:], dtype=model.dtype))
    for layer in model.layers:
        clone.add(clone_function(layer))
    return clone


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Sequential:
    """The model that ``model.save(filepath)`` wrote.

    Nothing in the file is run, so that a stranger's file can do no harm beyond being wrong.

    Parameters
    ----------
    filepath : str or path
    custom_objects : dict, optional
        Your own layers, losses, metrics, optimizers, schedules and functions by their names.
    compile : bool
        Whether to compile the model as it was; the optimizer then goes on where it stopped.
    safe_mode : bool
        Accepted as Keras has it; loading is always safe.

    Raises
    ------
    ValueError
        It is not a saved model, it is damaged, a later version wrote it, or it needs
        ``custom_objects``; the message says which.
    OSError
        The file cannot be read.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from autograd_lite import keras
    >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "line.keras"
    >>> model.save(file)
    >>> bool(load_model(file).predict([3.0]) == model.predict([3.0]))
    True
    """
    archive, custom = Archive(filepath), custom_objects or {}
    check_version(archive)
    config = archive.data("config.json")
    try:
        model = _made(config, custom)
        put_weights(model, archive, arrays_for(archive))
        if compile and config["compile"] is not None:
            model.compile(**_revived(config["compile"], custom))
            _restore_optimizer(model, archive, config["optimizer_state"])
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError, MemoryError) as error:
        raise archive.damaged("config.json", f"it does not describe a model ({error})") from error
    return model


def model_from_json(
    json_string: str, custom_objects: Mapping[str, Any] | None = None
) -> Sequential:
    """A model with the layers that ``model.to_json()`` wrote down, and new weights.

    Raises
    ------
    ValueError
        The text is not such a description.
    """
    try:
        return _made(json.loads(json_string), custom_objects or {})
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"the JSON does not describe a model ({error})") from error


def _made(config: Any, custom: Mapping[str, Any]) -> Sequential:
    classes = {"Sequential": Sequential, **custom}
    name = config["class_name"]
    if name not in classes:
        raise ValueError(_unknown("model", name))
    return classes[name].from_config(config["config"], custom)


def _restore_optimizer(model: Sequential, archive: Archive, state: Any) -> None:
    weights = model.weights
    variables = [weights[entry["weight"]] for entry in state["slots"]]
    slots = [
        {slot: archive.array(member) for slot, member in entry["members"].items()}
        for entry in state["slots"]
    ]
    model.optimizer.set_state({**state, "slots": slots}, variables)


def _revived(data: Any, custom: Mapping[str, Any]) -> Any:
    """Plain data with objects and functions of one's own in their places."""
    if isinstance(data, list):
        return [_revived(item, custom) for item in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == {"function"}:
        if data["function"] not in custom:
            raise ValueError(_unknown("function", data["function"]))
        return custom[data["function"]]
    made = {key: _revived(item, custom) for key, item in data.items()}
    if "class_name" in data and data["class_name"] in custom:
        return custom[data["class_name"]].from_config(made.get("config", {}))
    return made


def _unknown(kind: str, name: str) -> str:
    return (
        f"the saved model uses a {kind} {name!r} of its author's own: give it as"
        f" load_model(path, custom_objects={{{name!r}: {name}}})"
    )
