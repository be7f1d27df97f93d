"""Names that a learner writes: found in a table, or refused with the nearest spelling."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from autograd_lite.errors import did_you_mean

__all__ = ["NO_MODEL", "find", "missing", "refuse_unknown", "switch", "whole"]

T = TypeVar("T")

NO_MODEL = {
    "Model": "Models are keras.Sequential: layers one after the other. What branches or loops is a"
    " layer of your own, derived from keras.layers.Layer, that keeps other layers as attributes."
}
"""What to do without the functional API."""

_RENAMED = {
    "lr": "learning_rate", "nb_epoch": "epochs", "init": "kernel_initializer",
    "output_dim": "units", "W_regularizer": "kernel_regularizer",
}  # fmt: skip


def find(
    kind: str, name: str, table: Mapping[str, T], aliases: Mapping[str, str] | None = None
) -> T:
    """The entry that ``name`` spells; ``MeanSquaredError`` is ``mean_squared_error``.

    ``aliases`` are other names of entries: understood, and left out of the list in the message.

    Raises
    ------
    ValueError
        No entry has that name.
    """
    wanted, aliases = _letters(name), aliases or {}
    for known, entry in table.items():
        if _letters(known) == wanted:
            return entry
    for alias, known in aliases.items():
        if _letters(alias) == wanted:
            return table[known]
    raise ValueError(
        f"there is no {kind} {name!r} here.{did_you_mean(name, [*table, *aliases])}"
        f" There are {', '.join(map(repr, sorted(table)))}."
    )


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def refuse_unknown(owner: Any, unknown: Mapping[str, Any]) -> None:
    """Refuse keyword arguments that the constructor of ``owner`` does not have."""
    if not unknown:
        return
    name = next(iter(unknown))
    known = [
        parameter.name
        for parameter in inspect.signature(owner).parameters.values()
        if parameter.name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    renamed = _RENAMED.get(name)
    hint = f" Did you mean {renamed!r}?" if renamed in known else did_you_mean(name, known)
    raise TypeError(
        f"{owner.__name__} has no argument {name!r}.{hint} It takes {', '.join(known)}."
    )


def whole(name: str, number: Any, least: int) -> int:
    """``number`` as an int, refused where it is not whole or is below ``least``."""
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise TypeError(f"{name} is a whole number, not {number!r}")
    if number < least:
        raise ValueError(f"{name} is a whole number of at least {least}, not {number}")
    return int(number)


def switch(name: str, given: Any) -> bool:
    """True or False, refused where it is neither: the text "False" would be true."""
    if isinstance(given, (bool, np.bool_)) or (isinstance(given, int) and given in (0, 1)):
        return bool(given)
    raise TypeError(f"{name} is True or False, not {given!r}")


def missing(
    module: str, names: Iterable[str], hints: Mapping[str, str] | None = None
) -> Callable[[str], Any]:
    """A module's ``__getattr__``: says what the module holds when something else is asked for.

    ``hints`` say of some names of the original what stands in their place.
    """
    library = module.split(".")[0]
    known = sorted(names)

    def refuse(name: str) -> Any:
        hint = f" {hints[name]}" if hints and name in hints else did_you_mean(name, known)
        raise AttributeError(
            f"{module} has no {name!r}.{hint} This is autograd_lite's"
            f" {library}, which holds a part of the original; here there are {', '.join(known)}."
        )

    return refuse
