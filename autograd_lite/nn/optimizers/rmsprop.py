"""RMSprop: steps divided by the running size of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.arguments import at_least, fraction
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of the squared gradient (Hinton, 2012).

    ``v ← ρ·v + (1 − ρ)·g²``, then ``w ← w − lr·g / √(v + ε)``. ``centered`` takes the square of
    the gradient's running mean off v; ``momentum`` adds up the steps.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    rho : float
        ρ, the share of the old mean in the new one; below 1.
    momentum : float
        μ, from 0 to 1.
    epsilon : float
        ε; it stands under the root.
    centered : bool
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.rho = fraction("rho", rho)
        self.momentum = fraction("momentum", momentum, closed=True)
        self.epsilon, self.centered = at_least("epsilon", epsilon), bool(centered)

    def starts(self) -> dict[str, float]:
        optional = {"moved": self.momentum, "mean": self.centered}
        return {"v": 0.0, **{slot: 0.0 for slot, wanted in optional.items() if wanted}}

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        rho = self.rho
        state["v"] = v = rho * state["v"] + (1 - rho) * gradient * gradient
        if self.centered:
            state["mean"] = mean = rho * state["mean"] + (1 - rho) * gradient
            v = v - mean * mean
        step = -self.rate * gradient / np.sqrt(v + self.epsilon)
        if self.momentum:
            state["moved"] = step = self.momentum * state["moved"] + step
        return step

    def formulas(self, name: str) -> list[str]:
        means, v = ["v ← ρ·v + (1 − ρ)·g²"], "v"
        if self.centered:
            means, v = [*means, "mean ← ρ·mean + (1 − ρ)·g"], "v − mean²"
        step = f"lr·g / √({v} + ε)"
        if not self.momentum:
            return [*means, f"{name} ← {name} − {step}"]
        return [*means, f"moved ← μ·moved − {step}", f"{name} ← {name} + moved"]
