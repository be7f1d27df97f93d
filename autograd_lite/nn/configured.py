"""Objects written down as plain data: the class, and the arguments it was made with."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

__all__ = ["Configured", "plain", "revived"]

T = TypeVar("T", bound="Configured")


class Configured:
    """Base of what can be saved: every argument of the constructor is an attribute of its name."""

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor as plain data, as JSON holds it.

        Raises
        ------
        TypeError
            An argument, such as a function of one's own, cannot be written down.
        """
        names = [
            p.name
            for p in inspect.signature(type(self)).parameters.values()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        return {name: plain(getattr(self, name), f"{name} of {self!r}") for name in names}

    @classmethod
    def from_config(cls: type[T], config: Mapping[str, Any]) -> T:
        """An object with these arguments; what :meth:`get_config` gave."""
        return cls(**config)


def plain(thing: Any, what: str = "an argument") -> Any:
    """Plain data for numbers, text, lists, dicts, Configured objects and named functions.

    Objects become ``{"class_name": …, "config": …}``, functions of this library their names.

    Raises
    ------
    TypeError
        ``thing`` is none of these; ``what`` says in the message which argument it is.
    """
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    if isinstance(thing, np.generic):
        return thing.item()
    if isinstance(thing, Configured):
        return {"class_name": type(thing).__name__, "config": thing.get_config()}
    if isinstance(thing, Mapping):
        return {str(key): plain(item, what) for key, item in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [plain(item, what) for item in thing]
    if callable(thing) and getattr(thing, "__module__", "").startswith("autograd_lite.nn."):
        return thing.__name__
    raise TypeError(
        f"{what} is {thing!r}, which cannot be written down as data; use a name or an object of"
        " the library"
    )


def revived(given: Any, table: Mapping[str, type[T]]) -> Any:
    """What :func:`plain` wrote as ``{"class_name": …, "config": …}`` made an object again.

    Anything else is given back as it is. ``table`` maps names of classes to classes.

    Raises
    ------
    ValueError
        The class is not in the table.
    """
    if not (isinstance(given, Mapping) and "class_name" in given):
        return given
    name = given["class_name"]
    if name not in table:
        raise ValueError(f"there is no class {name!r} here; there are {', '.join(sorted(table))}")
    return table[name].from_config(given.get("config", {}))
