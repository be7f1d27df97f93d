"""Adagrad and Adadelta: steps that shrink with the gradients seen so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.arguments import at_least, fraction
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["Adadelta", "Adagrad"]


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).

    ``sum ← sum + g²``, then ``w ← w − lr·g / √(sum + ε)``.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    initial_accumulator_value : float
        What the sum starts from.
    epsilon : float
        ε; it stands under the root.
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.initial_accumulator_value = at_least(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.epsilon = at_least("epsilon", epsilon)

    def starts(self) -> dict[str, float]:
        return {"sum": self.initial_accumulator_value}

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        state["sum"] = total = state["sum"] + gradient * gradient
        return -self.rate * gradient / np.sqrt(total + self.epsilon)

    def formulas(self, name: str) -> list[str]:
        return ["sum ← sum + g²", f"{name} ← {name} − lr·g / √(sum + ε)"]


class Adadelta(Optimizer):
    """Steps in the size of the steps before, so that units fit (Zeiler, 2012, algorithm 1).

    ``v ← ρ·v + (1 − ρ)·g²``, ``d = −√(s + ε) / √(v + ε)·g``, ``s ← ρ·s + (1 − ρ)·d²``, then
    ``w ← w + lr·d``. The paper has lr = 1.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    rho : float
        ρ, the share of the old means in the new ones; below 1.
    epsilon : float
        ε; with it the first steps begin.
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.rho, self.epsilon = fraction("rho", rho), at_least("epsilon", epsilon)

    def starts(self) -> dict[str, float]:
        return {"v": 0.0, "s": 0.0}

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        rho, s = self.rho, state["s"]
        state["v"] = v = rho * state["v"] + (1 - rho) * gradient * gradient
        d = -np.sqrt(s + self.epsilon) / np.sqrt(v + self.epsilon) * gradient
        state["s"] = rho * s + (1 - rho) * d * d
        return self.rate * d

    def formulas(self, name: str) -> list[str]:
        return [
            "v ← ρ·v + (1 − ρ)·g²",
            "d = −√(s + ε) / √(v + ε)·g",
            "s ← ρ·s + (1 − ρ)·d²",
            f"{name} ← {name} + lr·d",
        ]
