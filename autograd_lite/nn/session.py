"""What Keras keeps for a whole session: the float type of new layers and the random numbers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from autograd_lite.errors import did_you_mean

__all__ = [
    "clear_session",
    "epsilon",
    "floatx",
    "generator",
    "set_floatx",
    "set_random_seed",
    "set_seed",
]

_FLOATS = ("float32", "float64")


class _Session:
    floatx: str = "float32"
    generator: np.random.Generator = np.random.default_rng()


def floatx() -> str:
    """The float type that new layers get: ``"float32"`` until :func:`set_floatx` changes it."""
    return _Session.floatx


def epsilon() -> float:
    """The small number that losses and metrics keep logarithms and quotients finite with: 1e-7."""
    return 1e-7


def set_floatx(value: str) -> None:
    """Choose the float type of the layers made from now on.

    Raises
    ------
    ValueError
        ``value`` is neither ``"float32"`` nor ``"float64"``.
    """
    if value not in _FLOATS:
        raise ValueError(
            f"floatx is 'float32' or 'float64', not {value!r}.{did_you_mean(str(value), _FLOATS)}"
        )
    _Session.floatx = value


def generator(seed: Any = None) -> np.random.Generator:
    """The session's random numbers, or those of a seed (an int, or a Generator as it is)."""
    return _Session.generator if seed is None else np.random.default_rng(seed)


def clear_session() -> None:
    """Nothing, for nothing has to be cleared: layers and models know of each other only."""


def set_seed(seed: int) -> None:
    """Start the random numbers of initial weights and shuffling anew."""
    _Session.generator = np.random.default_rng(seed)


def set_random_seed(seed: int) -> None:
    """Start all random numbers anew: the library's, Python's and NumPy's."""
    set_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
