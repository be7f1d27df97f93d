"""Optimizers: how the parameters change once their gradients are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd_lite.nn.configured import revived
from autograd_lite.nn.lookup import find
from autograd_lite.nn.optimizers.adagrad import Adadelta, Adagrad
from autograd_lite.nn.optimizers.adam import Adam, Adamax, AdamW, Nadam
from autograd_lite.nn.optimizers.base import Optimizer
from autograd_lite.nn.optimizers.ftrl import Ftrl
from autograd_lite.nn.optimizers.lion import Lion
from autograd_lite.nn.optimizers.rmsprop import RMSprop
from autograd_lite.nn.optimizers.sgd import SGD

__all__ = [
    "SGD", "TABLE", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam",
    "Optimizer", "RMSprop", "get",
]  # fmt: skip

TABLE: dict[str, type[Optimizer]] = {
    optimizer.__name__: optimizer
    for optimizer in (Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop, SGD)
}
"""The optimizers of the library by the names of their classes."""

_NAMES = {name.lower(): optimizer for name, optimizer in TABLE.items()}


def get(identifier: Any) -> Optimizer:
    """The optimizer that a name, a class, an object or saved data stands for.

    Saved data is ``{"class_name": …, "config": …}``.

    Raises
    ------
    ValueError
        No optimizer has that name.
    TypeError
        ``identifier`` is none of these.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return find("optimizer", identifier, _NAMES)()  # type: ignore[call-arg]
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()  # type: ignore[call-arg]
    if isinstance(identifier, Mapping) and "class_name" in identifier:
        return revived(identifier, TABLE)
    raise TypeError(f"an optimizer is a name or an Optimizer, such as 'adam', not {identifier!r}")
