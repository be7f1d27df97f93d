"""Activation functions, for arrays and Values alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd_lite import ops
from autograd_lite.nn.lookup import find

__all__ = ["get", "linear", "relu", "sigmoid", "tanh"]


def linear(x: Any) -> Any:
    """``x`` itself."""
    return x


def relu(x: Any) -> Any:
    """max(x, 0); its derivative at 0 is 0."""
    return ops.relu(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), without overflow."""
    return ops.sigmoid(x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return ops.tanh(x)


_TABLE: dict[str, Callable[[Any], Any]] = {
    "linear": linear, "relu": relu, "sigmoid": sigmoid, "tanh": tanh,
}  # fmt: skip


def get(identifier: Any) -> Callable[[Any], Any]:
    """The activation that a name, a function or None (linear) stands for.

    Raises
    ------
    ValueError
        No activation has that name.
    TypeError
        ``identifier`` is neither text nor a function.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return find("activation", identifier, _TABLE)
    if callable(identifier):
        return identifier
    raise TypeError(f"an activation is a name or a function, not {identifier!r}")
