"""Learning-rate schedules: the learning rate as a formula of the step, which counts from 0."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.nn.arguments import at_least, positive
from autograd_lite.nn.configured import Configured

__all__ = [
    "TABLE", "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
    "LearningRateSchedule", "PiecewiseConstantDecay", "PolynomialDecay",
]  # fmt: skip


class LearningRateSchedule(Configured, ABC):
    """Base class: ``schedule(step)`` is the learning rate of a step, the first of which is 0.

    A schedule of one's own defines ``__call__``, and keeps the arguments of its constructor as
    attributes of their names, so that it can be saved:

    >>> class Halving(LearningRateSchedule):
    ...     def __init__(self, first, every):
    ...         self.first, self.every = first, every
    ...     def __call__(self, step):
    ...         return self.first * 0.5 ** (step // self.every)
    >>> Halving(0.1, every=10)(25)
    0.025
    """

    @abstractmethod
    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""

    def __repr__(self) -> str:
        given = [f"{n}={x!r}" for n, x in vars(self).items() if n != "name" and n[0] != "_"]
        return f"{type(self).__name__}({', '.join(given)})"


class _Formula(LearningRateSchedule):
    """A schedule of the library: of one step a float, of an array of steps an array."""

    name: str

    def __call__(self, step: Any) -> Any:
        rate = self.rate(np.asarray(step, dtype=float))
        return float(rate) if np.ndim(rate) == 0 else rate

    @abstractmethod
    def rate(self, t: np.ndarray) -> Any:
        """The formula; t holds steps."""


class ExponentialDecay(_Formula):
    """lr·rᵗ′ with t′ = t / decay_steps, whole where ``staircase``.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)([0, 10, 20])
    array([0.1  , 0.05 , 0.025])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = at_least("initial_learning_rate", initial_learning_rate)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = at_least("decay_rate", decay_rate)
        self.staircase, self.name = bool(staircase), name

    def rate(self, t: np.ndarray) -> Any:
        t = t / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            np.floor(t) if self.staircase else t
        )


class InverseTimeDecay(_Formula):
    """lr / (1 + r·t′) with t′ = t / decay_steps, whole where ``staircase``.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)([0, 10, 40])
    array([0.1 , 0.05, 0.02])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = at_least("initial_learning_rate", initial_learning_rate)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = at_least("decay_rate", decay_rate)
        self.staircase, self.name = bool(staircase), name

    def rate(self, t: np.ndarray) -> Any:
        t = t / self.decay_steps
        return self.initial_learning_rate / (
            1 + self.decay_rate * (np.floor(t) if self.staircase else t)
        )


class PiecewiseConstantDecay(_Formula):
    """``values[0]`` up to and including step ``boundaries[0]``, then ``values[1]``, and so on.

    >>> PiecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01])([0, 5, 6, 11])
    array([0.1 , 0.1 , 0.05, 0.01])
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        self.boundaries = [at_least("a boundary", b) for b in boundaries]
        self.values = [at_least("a value", v) for v in values]
        self.name = name
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay has one value more than boundaries, and was given"
                f" {len(self.boundaries)} boundaries and {len(self.values)} values"
            )
        if sorted(set(self.boundaries)) != self.boundaries:
            raise ValueError(f"boundaries rise from step to step, and were given as {boundaries}")

    def rate(self, t: np.ndarray) -> Any:
        return np.array(self.values)[np.searchsorted(self.boundaries, t)]


class PolynomialDecay(_Formula):
    """(lr − end)·(1 − t / decay_steps)ᵖ + end, and ``end`` from then on.

    With ``cycle`` the time is stretched to the next multiple of ``decay_steps`` instead, so that
    the rate rises again whenever it has reached the end.

    >>> PolynomialDecay(0.1, decay_steps=20, end_learning_rate=0.0)([0, 10, 20, 30])
    array([0.1 , 0.05, 0.  , 0.  ])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = at_least("initial_learning_rate", initial_learning_rate)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.end_learning_rate = at_least("end_learning_rate", end_learning_rate)
        self.power = at_least("power", power)
        self.cycle, self.name = bool(cycle), name

    def rate(self, t: np.ndarray) -> Any:
        cycles = np.maximum(np.ceil(t / self.decay_steps), 1) if self.cycle else 1
        over = self.decay_steps * cycles
        end, left = self.end_learning_rate, 1 - np.minimum(t, over) / over
        return (self.initial_learning_rate - end) * left**self.power + end


class CosineDecay(_Formula):
    """Half a cosine from lr down to alpha·lr (Loshchilov and Hutter, 2017, without restarts).

    lr·((1 − alpha)·(1 + cos(π·t / decay_steps)) / 2 + alpha), the end of it from then on. With
    ``warmup_target`` the rate first rises in a straight line to that target, in ``warmup_steps``
    steps; the cosine starts there.

    >>> CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)([0, 5, 10, 60])
    array([0.  , 0.05, 0.1 , 0.05])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = at_least("initial_learning_rate", initial_learning_rate)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.alpha, self.name = at_least("alpha", alpha), name
        self.warmup_target = warmup_target
        if warmup_target is not None:
            self.warmup_target = at_least("warmup_target", warmup_target)
        self.warmup_steps = at_least("warmup_steps", warmup_steps)

    def rate(self, t: np.ndarray) -> Any:
        first, top, warmup = self.initial_learning_rate, self.warmup_target, self.warmup_steps
        if top is None:
            return first * _cosine(np.minimum(t / self.decay_steps, 1), self.alpha)
        rising = first + (top - first) * t / max(warmup, 1)
        done = np.clip((t - warmup) / self.decay_steps, 0, 1)
        return np.where(t < warmup, rising, top * _cosine(done, self.alpha))


class CosineDecayRestarts(_Formula):
    """A cosine that starts again whenever it has come down (Loshchilov and Hutter, 2017).

    The first period lasts ``first_decay_steps`` steps, each next one ``t_mul`` times as long; the
    height is multiplied by ``m_mul`` every time.

    >>> CosineDecayRestarts(0.1, first_decay_steps=10)([0, 5, 10, 20, 30])
    array([0.1 , 0.05, 0.1 , 0.05, 0.1 ])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = at_least("initial_learning_rate", initial_learning_rate)
        self.first_decay_steps = positive("first_decay_steps", first_decay_steps)
        self.t_mul, self.m_mul = at_least("t_mul", t_mul, 1.0), at_least("m_mul", m_mul)
        self.alpha, self.name = at_least("alpha", alpha), name

    def rate(self, t: np.ndarray) -> Any:
        periods, ratio = t / self.first_decay_steps, self.t_mul
        if ratio == 1:
            restarts = np.floor(periods)
            done = periods - restarts
        else:
            restarts = np.floor(np.log1p(periods * (ratio - 1)) / math.log(ratio))
            restarts += periods >= _begin(restarts + 1, ratio)  # the logarithm is rounded
            restarts -= periods < _begin(restarts, ratio)
            done = (periods - _begin(restarts, ratio)) / ratio**restarts
        return self.initial_learning_rate * _cosine(done, self.alpha, self.m_mul**restarts)


def _cosine(done: Any, alpha: float, height: Any = 1.0) -> Any:
    """From ``height`` at 0 to ``alpha`` at 1."""
    return (1 - alpha) * height * (1 + np.cos(math.pi * done)) / 2 + alpha


def _begin(restart: Any, ratio: float) -> Any:
    """After how many first periods a restart comes: 1 + ratio + ratio² + …"""
    return (ratio**restart - 1) / (ratio - 1)


TABLE: dict[str, type[LearningRateSchedule]] = {
    schedule.__name__: schedule
    for schedule in (
        CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay,
        PiecewiseConstantDecay, PolynomialDecay,
    )
}  # fmt: skip
"""The schedules of the library by the names of their classes."""
