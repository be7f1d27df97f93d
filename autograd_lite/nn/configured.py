"""Objects written down as plain data: the class, and the arguments it was made with."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from autograd_lite.nn.lookup import find

__all__ = ["Configured", "chosen", "known", "plain", "revived"]

T = TypeVar("T", bound="Configured")


class _Signature:
    """The arguments of a class as help() shows them.

    A class that takes ``**more`` hands it to its base, whose keyword-only arguments are its too.
    """

    def __get__(self, instance: object | None, owner: type) -> inspect.Signature:
        if instance is not None:  # which may be called itself, with other arguments
            raise AttributeError("__signature__")
        found: dict[str, inspect.Parameter] = {}
        makers = [vars(kind)["__init__"] for kind in owner.__mro__ if "__init__" in vars(kind)]
        for maker in makers:
            own = list(inspect.signature(maker).parameters.values())[1:]
            taken = [p for p in own if p.kind is p.KEYWORD_ONLY or maker is makers[0]]
            found |= {p.name: p for p in taken if p.name not in found}
            if all(p.kind is not p.VAR_KEYWORD for p in own):
                break
        listed = [p for p in found.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return inspect.Signature(sorted(listed, key=lambda p: p.kind))


class Configured:
    """Base of what can be saved: every argument of the constructor is an attribute of its name."""

    __signature__ = _Signature()

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor as plain data, as JSON holds it.

        Raises
        ------
        TypeError
            An argument, such as a function of one's own, cannot be written down.
        """
        return {name: plain(getattr(self, name), f"{name} of {self!r}") for name in self._names()}

    def _names(self) -> list[str]:
        return list(inspect.signature(type(self)).parameters)

    @classmethod
    def from_config(cls: type[T], config: Mapping[str, Any]) -> T:
        """An object with these arguments; what :meth:`get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        """The class and what differs from its defaults: ``ReLU(max_value=6.0)``."""
        given = []
        for p in inspect.signature(type(self)).parameters.values():
            if p.kind is p.KEYWORD_ONLY:
                continue
            text = repr(getattr(self, p.name))
            if p.default is p.empty:
                given.append(text)
            elif text != repr(p.default):
                given.append(f"{p.name}={text}")
        return f"{type(self).__name__}({', '.join(given)})"


def known(thing: Any) -> bool:
    """Whether a function or an object is the library's own, and so is all that it calls."""
    home = thing if hasattr(thing, "__qualname__") else type(thing)
    if not (getattr(home, "__module__", None) or "").startswith("autograd_lite."):
        return False
    parts = vars(thing).values() if isinstance(thing, Configured) else ()
    return all(known(part) for part in parts if callable(part))


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
    kind = table.get(name) or {known.lower(): table[known] for known in table}.get(
        str(name).lower()
    )
    if kind is None:
        raise ValueError(f"there is no class {name!r} here; there are {', '.join(sorted(table))}")
    return kind.from_config(given.get("config", {}))


def chosen(kind: str, identifier: Any, table: Mapping[str, type[T]], base: type) -> Any:
    """What a name, a class, an object, a config or a function of one's own stands for.

    Raises
    ------
    ValueError
        No entry of ``table`` has that name.
    TypeError
        ``identifier`` is none of these.
    """
    identifier = revived(identifier, {known.__name__: known for known in table.values()})
    if isinstance(identifier, str):
        return find(kind, identifier, table)()
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if callable(identifier):
        return identifier
    article = "an" if kind[0] in "aeiou" else "a"
    raise TypeError(
        f"{article} {kind} is a name, an object of keras.{kind}s or a function, not {identifier!r}"
    )
