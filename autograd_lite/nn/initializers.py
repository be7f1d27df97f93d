"""How the parameters of a layer start: an initializer is called with a shape and a dtype."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.nn.lookup import find
from autograd_lite.nn.session import floatx, generator

__all__ = ["Constant", "GlorotUniform", "Initializer", "Ones", "RandomUniform", "Zeros", "get"]


class Initializer(ABC):
    """Base class: ``initializer(shape, dtype=None)`` gives an array."""

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        """An array of ``shape``, in the session's float type unless another is given."""
        return np.array(self.draw(tuple(shape)), dtype=dtype or floatx())

    @abstractmethod
    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        """The numbers, in any float type."""


class Constant(Initializer):
    """``value`` everywhere."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, self.value)


class Zeros(Constant):
    """0 everywhere."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """1 everywhere."""

    def __init__(self) -> None:
        super().__init__(1.0)


class RandomUniform(Initializer):
    """Uniform between ``minval`` and ``maxval``; a seed gives the same numbers at every call."""

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return generator(self.seed).uniform(self.minval, self.maxval, shape)


class GlorotUniform(Initializer):
    """Uniform within ±√(6 / (inputs + outputs)); Glorot and Bengio, 2010, equation 16."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        inputs, outputs = (shape[-2], shape[-1]) if len(shape) > 1 else (shape[-1], shape[-1])
        limit = math.sqrt(6 / (inputs + outputs))
        return generator(self.seed).uniform(-limit, limit, shape)


_TABLE: dict[str, type[Initializer]] = {
    "constant": Constant, "glorot_uniform": GlorotUniform, "ones": Ones,
    "random_uniform": RandomUniform, "zeros": Zeros,
}  # fmt: skip


def get(identifier: Any) -> Callable[..., Any]:
    """The initializer that a name, a class, an object or a function of (shape, dtype) stands for.

    Raises
    ------
    ValueError
        No initializer has that name.
    TypeError
        ``identifier`` is none of these.
    """
    if isinstance(identifier, str):
        return find("initializer", identifier, _TABLE)()
    if isinstance(identifier, type) and issubclass(identifier, Initializer):
        return identifier()
    if callable(identifier):
        return identifier
    raise TypeError(f"an initializer is a name, an Initializer or a function, not {identifier!r}")
