"""How the parameters of a layer start: an initializer is called with a shape and a dtype."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.errors import did_you_mean
from autograd_lite.nn.configured import Configured, chosen
from autograd_lite.nn.session import floatx, generator

__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Initializer",
    "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform",
    "TruncatedNormal", "VarianceScaling", "Zeros", "get",
]  # fmt: skip

_CUT = 0.87962566103423978
"""The standard deviation of a normal distribution of 1 that is cut off at ±2."""


class Initializer(Configured, ABC):
    """Base class: ``initializer(shape, dtype=None)`` gives an array.

    A seed gives the same numbers at every call; without one they come from the session's stream,
    which ``keras.utils.set_random_seed`` starts anew.
    """

    seed: int | None = None

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        """An array of ``shape``, in the session's float type unless another is given."""
        return np.array(self.draw(tuple(shape)), dtype=dtype or floatx())

    @abstractmethod
    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        """The numbers, in any float type."""


# ── fixed numbers ─────────────────────────────────────────────────────────────────────────────
class Constant(Initializer):
    """``value`` everywhere: a number, or an array that broadcasts to the shape."""

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value.tolist() if isinstance(value, np.ndarray) else value

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


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, 0 beside it."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices, and was asked for shape {shape}")
        return self.gain * np.eye(*shape)


# ── random numbers ────────────────────────────────────────────────────────────────────────────
class RandomUniform(Initializer):
    """Uniform between ``minval`` and ``maxval``."""

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return generator(self.seed).uniform(self.minval, self.maxval, shape)


class RandomNormal(Initializer):
    """Normal around ``mean``."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return generator(self.seed).normal(self.mean, self.stddev, shape)


class TruncatedNormal(RandomNormal):
    """Normal around ``mean``; what lies more than two ``stddev`` away is drawn again."""

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.mean + self.stddev * _cut_normal(shape, generator(self.seed))


class VarianceScaling(Initializer):
    """Random numbers of variance scale / n, where n is told by the shape of the weights.

    Parameters
    ----------
    scale : float
    mode : str
        What n is: "fan_in" the inputs of a unit, "fan_out" its outputs, "fan_avg" their mean.
    distribution : str
        "truncated_normal", "untruncated_normal" or "uniform".
    seed : int, optional
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        if not scale > 0:
            raise ValueError(f"scale is above 0, not {scale}")
        self.scale, self.seed = scale, seed
        self.mode = _one_of("mode", mode, _FANS)
        self.distribution = _one_of("distribution", distribution, _DISTRIBUTIONS)

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        variance = self.scale / max(1.0, _FANS[self.mode](*_fans(shape)))
        return _DISTRIBUTIONS[self.distribution](variance, shape, generator(self.seed))


def _one_of(name: str, given: Any, table: Any) -> str:
    if given not in table:
        raise ValueError(
            f"{name} is one of {', '.join(map(repr, table))}, not {given!r}."
            f"{did_you_mean(str(given), table)}"
        )
    return given


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs and outputs a unit has; axes before the last two are places of a kernel."""
    if len(shape) < 2:
        both = shape[0] if shape else 1
        return both, both
    places = math.prod(shape[:-2])
    return places * shape[-2], places * shape[-1]


def _cut_normal(shape: tuple[int, ...], numbers: np.random.Generator) -> np.ndarray:
    drawn = numbers.standard_normal(shape)
    while (beyond := np.abs(drawn) > 2).any():
        drawn = np.where(beyond, numbers.standard_normal(shape), drawn)
    return drawn


def _uniform(variance: float, shape: tuple[int, ...], numbers: np.random.Generator) -> np.ndarray:
    limit = math.sqrt(3 * variance)
    return numbers.uniform(-limit, limit, shape)


_FANS: dict[str, Callable[[int, int], float]] = {
    "fan_in": lambda inputs, outputs: inputs,
    "fan_out": lambda inputs, outputs: outputs,
    "fan_avg": lambda inputs, outputs: (inputs + outputs) / 2,
}
_DISTRIBUTIONS: dict[str, Callable[[float, tuple[int, ...], np.random.Generator], np.ndarray]] = {
    "truncated_normal": lambda variance, shape, numbers: (
        math.sqrt(variance) / _CUT * _cut_normal(shape, numbers)
    ),
    "untruncated_normal": lambda variance, shape, numbers: numbers.normal(
        0.0, math.sqrt(variance), shape
    ),
    "uniform": _uniform,
}


class GlorotUniform(VarianceScaling):
    """Uniform within ±√(6 / (inputs + outputs)); Glorot and Bengio, 2010, equation 16."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance 2 / (inputs + outputs); Glorot and Bengio, 2010."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform within ±√(6 / inputs); He et al., 2015."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal of variance 2 / inputs; He et al., 2015."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform within ±√(3 / inputs)."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal of variance 1 / inputs; Klambauer et al., 2017."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


class Orthogonal(Initializer):
    """``gain`` times a matrix with orthonormal columns, or rows where they are fewer.

    It is the Q of a random normal matrix, with the signs that make R's diagonal positive, so that
    all directions are equally likely (Saxe et al., 2014).
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain, self.seed = gain, seed

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs two axes or more, and was asked for shape {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(generator(self.seed).standard_normal(tall))
        q = q * np.sign(np.diag(r))
        return self.gain * np.reshape(q.T if rows < columns else q, shape)


_TABLE: dict[str, type[Initializer]] = {
    "constant": Constant, "glorot_normal": GlorotNormal, "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal, "he_uniform": HeUniform, "identity": Identity,
    "lecun_normal": LecunNormal, "lecun_uniform": LecunUniform, "ones": Ones,
    "orthogonal": Orthogonal, "random_normal": RandomNormal, "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal, "variance_scaling": VarianceScaling, "zeros": Zeros,
}  # fmt: skip


def get(identifier: Any) -> Callable[..., Any]:
    """The initializer that a name, a class, an object, a config or a function of (shape, dtype)
    stands for; raises ValueError or TypeError where it stands for none."""
    if isinstance(identifier, str):
        identifier = identifier.removesuffix("Initializer")
    return chosen("initializer", identifier, _TABLE, Initializer)
