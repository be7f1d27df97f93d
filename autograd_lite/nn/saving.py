"""Saving: what models write to files, and weights read back from them.

A saved model is an archive of ``metadata.json``, ``config.json`` and arrays; see
:mod:`autograd_lite.nn.archive`. Saved weights are an archive of arrays alone, which ``np.load``
reads as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.nn.archive import Archive, write_archive
from autograd_lite.nn.configured import Configured, plain
from autograd_lite.nn.lookup import refuse_unknown

__all__ = ["FORMAT", "VERSION", "Saving", "arrays_for"]

FORMAT, VERSION = "autograd_lite model", 1


class Saving:
    """What a model can do with files; a base of Model."""

    _compiled_with: dict[str, Any] | None = None

    def remember_compile(self, **arguments: Any) -> None:
        """Keep what ``compile`` was given beside the optimizer, so that it can be saved."""
        self._compiled_with = arguments

    def get_compile_config(self) -> dict[str, Any] | None:
        """What ``compile`` was given as plain data; None before it was called.

        A function of one's own is written as its name.

        Raises
        ------
        TypeError
            Something, such as a learning rate that is a function, cannot be written down.
        """
        if self._compiled_with is None:
            return None
        given = {name: _written(thing, name) for name, thing in self._compiled_with.items()}
        return {"optimizer": plain(self._live.optimizer, "the optimizer"), **given}

    @property
    def _live(self) -> Any:
        """The model, with what the classes beside this one define."""
        return self

    def save(
        self, filepath: str | os.PathLike[str], overwrite: bool = True, **unknown: Any
    ) -> None:
        """Write the whole model to a file: layers, weights, and how far its training has come.

        :func:`~autograd_lite.nn.loading.load_model` reads it, and a training then goes on with the
        same numbers. The same model gives the same bytes.

        Parameters
        ----------
        filepath : str or path
            Ends in ``.keras`` by custom.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            The model has no weights yet.
        TypeError
            An argument of a layer or of ``compile`` cannot be written as data.
        FileExistsError
            The file exists and is to stay.
        """
        refuse_unknown(type(self).save, unknown)
        path, model = _free(filepath, overwrite), self._live
        config: dict[str, Any] = {
            "class_name": type(self).__name__,
            "config": model.get_config(),
            "compile": self.get_compile_config(),
            "optimizer_state": None,
        }
        arrays = _weight_arrays(model)
        config["weights"] = list(arrays)
        members = {f"weights/{i}.npy": array for i, array in enumerate(arrays.values())}
        if config["compile"] is not None:
            config["optimizer_state"], slots = _optimizer_state(model)
            members |= slots
        metadata = {"format": FORMAT, "version": VERSION}
        write_archive(path, {"metadata.json": metadata, "config.json": config, **members})

    def save_weights(
        self, filepath: str | os.PathLike[str], overwrite: bool = True, **unknown: Any
    ) -> None:
        """Write the weights alone to a file, as ``layer/weight``; ``np.load`` reads it too.

        Parameters
        ----------
        filepath : str or path
            Ends in ``.weights.npz`` by custom; other endings are taken as well.
        overwrite : bool
            Whether a file that exists is replaced.

        Raises
        ------
        ValueError
            The model has no weights yet.
        FileExistsError
            The file exists and is to stay.
        """
        refuse_unknown(type(self).save_weights, unknown)
        path = _free(filepath, overwrite)
        arrays = _weight_arrays(self._live)
        write_archive(path, {f"{name}.npy": array for name, array in arrays.items()})

    def load_weights(self, filepath: str | os.PathLike[str], **unknown: Any) -> None:
        """Give the weights the numbers of a file that :meth:`save_weights` or :meth:`save` wrote.

        Layers may have other names there; number, order and shapes of the weights have to fit.

        Raises
        ------
        ValueError
            The model has no weights yet, the weights do not fit, or the file is no saved model or
            is damaged; nothing is changed then.
        OSError
            The file cannot be read.
        """
        refuse_unknown(type(self).load_weights, unknown)
        archive = Archive(filepath)
        if "config.json" in archive:
            check_version(archive)
            names = arrays_for(archive)
        else:
            names = {n.removesuffix(".npy"): n for n in archive.names() if n.endswith(".npy")}
        put_weights(self._live, archive, names)

    def to_json(self, **options: Any) -> str:
        """The layers and their arguments as JSON, without weights; ``options`` as in json.dumps."""
        data = {"class_name": type(self).__name__, "config": self._live.get_config()}
        return json.dumps(data, **options)


def check_version(archive: Archive) -> None:
    """Refuse an archive of another kind, or of a later version.

    Raises
    ------
    ValueError
    """
    metadata = archive.data("metadata.json")
    known = isinstance(metadata, Mapping) and metadata.get("format") == FORMAT
    version = metadata.get("version") if known else None
    if not isinstance(version, int):
        raise ValueError(f"{archive.path} is not a model that autograd_lite saved")
    if version > VERSION:
        raise ValueError(
            f"{archive.path} has version {version} of the format, and this is version {VERSION}:"
            " a later autograd_lite wrote it. Update with: pip install --upgrade autograd-lite"
        )


def arrays_for(archive: Archive) -> dict[str, str]:
    """The members that hold the weights of a saved model, by the names of the weights."""
    names = archive.data("config.json")["weights"]
    return {name: f"weights/{i}.npy" for i, name in enumerate(names)}


def put_weights(model: Any, archive: Archive, members: Mapping[str, str]) -> None:
    """Give the model the weights in these members of an archive.

    Raises
    ------
    ValueError
        They do not fit; nothing is changed then.
    """
    own = _named_weights(model)
    if len(members) != len(own):
        raise ValueError(
            f"{archive.path} has {len(members)} weights ({_some(members)}), and model"
            f" {model.name!r} has {len(own)} ({_some(own)})"
        )
    arrays = [archive.array(member) for member in members.values()]
    for array, theirs, (ours, weight) in zip(arrays, members, own.items(), strict=True):
        if array.shape != weight.shape:
            raise ValueError(
                f"{ours!r} of model {model.name!r} has shape {weight.shape}, and {theirs!r} in"
                f" {archive.path} has {array.shape}"
            )
    model.set_weights(arrays)


def _named_weights(model: Any) -> dict[str, Any]:
    """The weights of a model as ``layer/weight``."""
    if not model.built:
        raise ValueError(
            f"model {model.name!r} has no weights yet: tell the shape of an example with"
            " keras.Input(shape=(3,)) at the head of its layers, or call it on data first"
        )
    named: dict[str, Any] = {}
    for layer in model.layers:
        for place, weight in enumerate(layer.weights):
            title = (weight.name or str(place)).removesuffix(layer.subscript)
            name = f"{layer.name}/{title}"
            named[name if name not in named else f"{name}_{place}"] = weight
    return named


def _weight_arrays(model: Any) -> dict[str, np.ndarray]:
    return {
        name: np.asarray(weight._data, model.dtype if not weight.ndim else None)
        for name, weight in _named_weights(model).items()
    }


def _optimizer_state(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the optimizer remembers: as data, and its arrays as members of an archive."""
    state = model.optimizer.get_state()
    place = {weight: i for i, weight in enumerate(model.weights)}
    variables = model.optimizer.variables
    if any(variable not in place for variable in variables):
        raise ValueError(
            f"the optimizer of model {model.name!r} was used for parameters of another model; give"
            " each model its own"
        )
    slots: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    for variable, entries in zip(variables, state["slots"], strict=True):
        members = {}
        for slot, array in entries.items():
            members[slot] = f"optimizer/{len(arrays)}.npy"
            arrays[members[slot]] = array
        slots.append({"weight": place[variable], "members": members})
    return {**state, "slots": slots}, arrays


def _written(thing: Any, what: str) -> Any:
    """Plain data; a function of one's own becomes its name, to be looked up when it is loaded."""
    if isinstance(thing, (list, tuple)):
        return [_written(item, what) for item in thing]
    own = callable(thing) and not isinstance(thing, (Configured, type))
    if own and not (getattr(thing, "__module__", None) or "").startswith("autograd_lite.nn."):
        return {"function": getattr(thing, "__name__", type(thing).__name__)}
    return plain(thing, what)


def _free(filepath: str | os.PathLike[str], overwrite: bool) -> Path:
    path = Path(filepath)
    if not overwrite and path.exists():
        raise FileExistsError(f"{path} exists already; overwrite=True replaces it")
    return path


def _some(names: Mapping[str, Any]) -> str:
    """The first few names."""
    listed = list(names)
    return ", ".join(listed[:6]) + (", …" if len(listed) > 6 else "") or "none"
