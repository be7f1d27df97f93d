"""FTRL: the best parameter for all gradients so far, exactly 0 where it hardly matters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite.nn.arguments import at_least
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["Ftrl"]


class Ftrl(Optimizer):
    """Follow the regularized leader, per coordinate (McMahan et al., 2013, algorithm 1).

    With p = −learning_rate_power: ``n′ = n + g²``,
    ``z ← z + g + 2·shrinkage·w − (n′ᵖ − nᵖ) / lr·w``, ``n ← n′``, then
    ``w ← (clip(z, −l1, l1) − z) / ((nᵖ + β) / lr + 2·l2)``. Where |z| ≤ l1 the parameter is 0.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        Above 0, for the rule divides by it.
    learning_rate_power : float
        0 or less; −0.5 in the paper.
    initial_accumulator_value : float
        What n starts from.
    l1_regularization_strength, l2_regularization_strength : float
        l1 and l2: they pull the parameters towards 0.
    l2_shrinkage_regularization_strength : float
        shrinkage: the same, as a part of the gradient.
    beta : float
        β of the paper.
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.learning_rate_power = at_least("learning_rate_power", learning_rate_power, -math.inf)
        if self.learning_rate_power > 0:
            raise ValueError(f"learning_rate_power is 0 or less, not {learning_rate_power}")
        self.initial_accumulator_value = at_least(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.l1_regularization_strength = at_least(
            "l1_regularization_strength", l1_regularization_strength
        )
        self.l2_regularization_strength = at_least(
            "l2_regularization_strength", l2_regularization_strength
        )
        self.l2_shrinkage_regularization_strength = at_least(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength
        )
        self.beta = at_least("beta", beta)

    def starts(self) -> dict[str, float]:
        return {"n": self.initial_accumulator_value, "z": 0.0}

    def begin_step(self) -> None:
        super().begin_step()
        if not self.rate:
            raise ValueError(
                f"Ftrl divides by the learning rate, and that of step {self.iterations} is 0; give"
                " one above 0"
            )

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        lr, p, l1 = self.rate, -self.learning_rate_power, self.l1_regularization_strength
        before, n = state["n"], state["n"] + gradient * gradient
        shrinkage = 2 * self.l2_shrinkage_regularization_strength * data
        z = state["z"] + gradient + shrinkage - (n**p - before**p) / lr * data
        state["n"], state["z"] = n, z
        curvature = (n**p + self.beta) / lr + 2 * self.l2_regularization_strength
        return (np.clip(z, -l1, l1) - z) / curvature - data

    def formulas(self, name: str) -> list[str]:
        return [
            "n′ = n + g²",
            f"z ← z + g + 2·shrinkage·{name} − (n′ᵖ − nᵖ) / lr·{name}",
            "n ← n′",
            f"{name} ← (clip(z, −l1, l1) − z) / ((nᵖ + β) / lr + 2·l2)",
        ]
