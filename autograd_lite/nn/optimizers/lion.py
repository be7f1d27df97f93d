"""Lion: steps of one size, in the direction of a running mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.arguments import fraction
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["Lion"]


class Lion(Optimizer):
    """Every element moves by ±lr (Chen et al., 2023, program 1).

    ``w ← w − lr·sign(β₁·m + (1 − β₁)·g)``, then ``m ← β₂·m + (1 − β₂)·g``.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1 : float
        β₁, the weight of m beside the gradient when the sign is taken; above 0, at most 1.
    beta_2 : float
        β₂, the share of the old mean in the new one; below 1.
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = fraction("beta_1", beta_1, closed=True)
        self.beta_2 = fraction("beta_2", beta_2)
        if not self.beta_1:
            raise ValueError(
                "beta_1 is above 0: with 0 the running mean is without effect, and every step"
                " follows the sign of the last gradient alone"
            )

    def starts(self) -> dict[str, float]:
        return {"m": 0.0}

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        m = state["m"]
        state["m"] = self.beta_2 * m + (1 - self.beta_2) * gradient
        return -self.rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * gradient)

    def formulas(self, name: str) -> list[str]:
        return [
            f"{name} ← {name} − lr·sign(β₁·m + (1 − β₁)·g)",
            "m ← β₂·m + (1 − β₂)·g",
        ]
