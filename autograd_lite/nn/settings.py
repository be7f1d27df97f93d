"""What the graph of a batch is made by, beside the numbers: written down, to see whether it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd_lite.nn.configured import Configured
from autograd_lite.value import Value

__all__ = ["same", "settings"]

_PASSING = frozenset({"_told"})
"""Attributes of a layer that every call sets anew."""
_PLAIN = frozenset({bool, int, float, str, tuple})


def settings(*things: Any) -> list[Any]:
    """All that objects are made of, in one list: their classes, attributes, and what stands there.

    Of parameters it is the Value, its shape and its float type; the numbers may change. Lists and
    dicts are looked through, for they can be written into.
    """
    found: list[Any] = []
    for thing in things:
        _gather(thing, found)
    return found


def same(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists of settings hold the same objects, and equal numbers and texts."""
    if len(one) != len(other):
        return False
    for x, y in zip(one, other, strict=True):
        if x is not y and not (type(x) in _PLAIN and type(x) is type(y) and x == y):
            return False
    return True


def _gather(thing: Any, found: list[Any]) -> None:
    kind = type(thing)
    if thing is None or (kind in _PLAIN and kind is not tuple):
        found.append(thing)
    elif kind is Value:
        found += (thing, thing.tracked, thing.shape, thing.dtype)
    elif isinstance(thing, Configured):
        found.append(kind)
        for name, part in vars(thing).items():
            if name not in _PASSING:
                found.append(name)
                _gather(part, found)
    elif isinstance(thing, (list, tuple)):
        found.append(len(thing))
        for part in thing:
            _gather(part, found)
    elif isinstance(thing, Mapping):
        found.append(len(thing))
        for key, part in thing.items():
            found.append(key)
            _gather(part, found)
    else:
        found.append(thing)
