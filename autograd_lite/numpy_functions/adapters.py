"""Functions with NumPy's own signatures, written with the library's operations: their register."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.op import Op

__all__ = ["adapters", "adapts", "from_declaration", "frozen", "named", "piece", "qualified"]

Adapter = Callable[..., Any]

adapters: dict[Any, Adapter] = {}
"""Functions of NumPy's own signatures, written with the library's operations."""


def adapts(*names: str) -> Callable[[Adapter], Adapter]:
    """Register an adapter for NumPy functions by name; one that this NumPy lacks is passed over."""

    def register(adapter: Adapter) -> Adapter:
        for name in names:
            function = named(name)
            if function is not None:
                adapters[function] = adapter
        return adapter

    return register


def named(name: str) -> Any:
    """The NumPy function of that name below ``np.``; None where this NumPy lacks it."""
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def qualified(function: Any) -> str:
    """A NumPy function's name below ``np.``, as in ``linalg.inv``."""
    room = (getattr(function, "__module__", None) or "numpy").partition(".")[2]
    if room.startswith("_"):  # where NumPy keeps what it shows as its own
        room = ""
    room = {"lib.scimath": "emath"}.get(room, room)
    return f"{room}.{function.__name__}" if room else function.__name__


def from_declaration(op: Op, function: Any) -> Adapter:
    """An adapter made of a declaration: NumPy's parameters as far as the operation has them.

    What follows a parameter that is left out can be given by name only.
    """
    own = inspect.signature(op.forward).parameters.values()
    inputs = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in own)
    kept = {p.name for p in own if p.kind is p.KEYWORD_ONLY}
    try:
        theirs = list(inspect.signature(function).parameters.values())
    except ValueError:  # written in C, without a signature: then its parameters are the operation's
        theirs = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in own]
    shared: list[inspect.Parameter] = []
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    for place, parameter in enumerate(theirs):
        if place >= inputs and parameter.name not in kept:
            kind = inspect.Parameter.KEYWORD_ONLY
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            shared.append(parameter.replace(kind=kind))
        else:
            shared.append(parameter)
    signature = inspect.Signature(sorted(shared, key=lambda p: p.kind))

    def adapter(*args: Any, **kwargs: Any) -> Any:
        given = list(signature.bind(*args, **kwargs).arguments.items())
        params = {k: frozen(v) for k, v in given[inputs:] if v is not np._NoValue}
        return op(*(x for _, x in given[:inputs]), **params)

    adapter.__signature__ = signature  # type: ignore[attr-defined]
    return adapter


def frozen(x: Any) -> Any:
    """A parameter that nobody else can write into later."""
    if isinstance(x, np.ndarray):
        return x.copy() if x.ndim else x.item()
    return tuple(map(frozen, x)) if isinstance(x, list) else x


def piece(a: Any, axis: int, part: Any) -> Any:
    """A slice, or one layer, along an axis."""
    return a[(slice(None),) * (axis % np.ndim(a)) + (part,)]
