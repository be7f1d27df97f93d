"""Adam and its kin: steps from running means of the gradient and of its size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite.nn.arguments import at_least, fraction
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["Adam", "AdamW", "Adamax", "Nadam"]


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2015).

    ``m ← m + (1 − β₁)·(g − m)``, ``v ← v + (1 − β₂)·(g² − v)``, then
    ``w ← w − lrₜ·m / (√v + ε)`` with ``lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ)``: the form before the end
    of section 2, where ε is not corrected for the start. ``amsgrad`` divides by the largest v so
    far (Reddi et al., 2018).

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        β₁ and β₂, the shares of the old means in the new ones; below 1.
    epsilon : float
        ε; it stands outside the root.
    amsgrad : bool
    **common
        Arguments of every :class:`Optimizer`.

    Attributes
    ----------
    corrected_rate : float
        lrₜ of the last step: the learning rate with both means corrected for their start at 0.
    """

    step_numbers = ("corrected_rate",)
    corrected_rate: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon, self.amsgrad = at_least("epsilon", epsilon), bool(amsgrad)

    def starts(self) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0, **({"v_max": 0.0} if self.amsgrad else {})}

    def begin_step(self) -> None:
        super().begin_step()
        t = self.iterations
        self.corrected_rate = self.rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        m, v = state["m"], state["v"]
        state["m"] = m = m + (1 - self.beta_1) * (gradient - m)
        state["v"] = v = v + (1 - self.beta_2) * (gradient * gradient - v)
        if self.amsgrad:
            state["v_max"] = v = np.maximum(state["v_max"], v)
        return -self.corrected_rate * m / (np.sqrt(v) + self.epsilon)

    def formulas(self, name: str) -> list[str]:
        v, largest = ("v_max", ["v_max ← max(v_max, v)"]) if self.amsgrad else ("v", [])
        return [
            "m ← m + (1 − β₁)·(g − m)",
            "v ← v + (1 − β₂)·(g² − v)",
            *largest,
            "lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ)",
            f"{name} ← {name} − lrₜ·m / (√{v} + ε)",
        ]


class AdamW(Adam):
    """Adam with weight decay beside the gradient, not in it (Loshchilov and Hutter, 2019).

    ``w ← w − lr·λ·w``, then Adam's step.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    weight_decay : float
        λ.
    beta_1, beta_2, epsilon, amsgrad
        As for :class:`Adam`.
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Any,
    ) -> None:
        weight_decay = at_least("weight_decay", weight_decay)
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **common
        )


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the mean square (Kingma and Ba, section 7).

    ``m ← m + (1 − β₁)·(g − m)``, ``u ← max(β₂·u, |g|)``, then ``w ← w − lrₜ·m / (u + ε)`` with
    ``lrₜ = lr / (1 − β₁ᵗ)``.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        β₁ and β₂, below 1.
    epsilon : float
    **common
        Arguments of every :class:`Optimizer`.

    Attributes
    ----------
    corrected_rate : float
        lrₜ of the last step.
    """

    step_numbers = ("corrected_rate",)
    corrected_rate: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon = at_least("epsilon", epsilon)

    def starts(self) -> dict[str, float]:
        return {"m": 0.0, "u": 0.0}

    def begin_step(self) -> None:
        super().begin_step()
        self.corrected_rate = self.rate / (1 - self.beta_1**self.iterations)

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        m = state["m"]
        state["m"] = m = m + (1 - self.beta_1) * (gradient - m)
        state["u"] = u = np.maximum(self.beta_2 * state["u"], np.abs(gradient))
        return -self.corrected_rate * m / (u + self.epsilon)

    def formulas(self, name: str) -> list[str]:
        return [
            "m ← m + (1 − β₁)·(g − m)",
            "u ← max(β₂·u, |g|)",
            "lrₜ = lr / (1 − β₁ᵗ)",
            f"{name} ← {name} − lrₜ·m / (u + ε)",
        ]


class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which warms up (Dozat, 2016).

    ``μₜ = β₁·(1 − ½·0.96ᵗ)`` and their product ``Π ← Π·μₜ``; ``m`` and ``v`` as in Adam; then
    ``w ← w − lr·m̂ / (√v̂ + ε)`` with ``m̂ = μₜ₊₁·m / (1 − Π·μₜ₊₁) + (1 − μₜ)·g / (1 − Π)`` and
    ``v̂ = v / (1 − β₂ᵗ)``.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        β₁ and β₂, below 1.
    epsilon : float
        ε; it stands outside the root.
    **common
        Arguments of every :class:`Optimizer`.

    Attributes
    ----------
    product : float
        Π: the product of all μ so far.
    """

    running = step_numbers = ("product",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1, self.beta_2 = fraction("beta_1", beta_1), fraction("beta_2", beta_2)
        self.epsilon, self.product = at_least("epsilon", epsilon), 1.0

    def starts(self) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0}

    def begin_step(self) -> None:
        super().begin_step()
        t = self.iterations
        now, after = (self.beta_1 * (1 - 0.5 * 0.96**step) for step in (t, t + 1))
        self.product *= now
        self._of_m = after / (1 - self.product * after)
        self._of_g = (1 - now) / (1 - self.product)
        self._of_v = 1 / (1 - self.beta_2**t)

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        m, v = state["m"], state["v"]
        state["m"] = m = m + (1 - self.beta_1) * (gradient - m)
        state["v"] = v = v + (1 - self.beta_2) * (gradient * gradient - v)
        ahead = self._of_m * m + self._of_g * gradient
        return -self.rate * ahead / (np.sqrt(self._of_v * v) + self.epsilon)

    def formulas(self, name: str) -> list[str]:
        return [
            "μₜ = β₁·(1 − ½·0.96ᵗ)",
            "Π ← Π·μₜ",
            "m ← m + (1 − β₁)·(g − m)",
            "v ← v + (1 − β₂)·(g² − v)",
            "m̂ = μₜ₊₁·m / (1 − Π·μₜ₊₁) + (1 − μₜ)·g / (1 − Π)",
            "v̂ = v / (1 − β₂ᵗ)",
            f"{name} ← {name} − lr·m̂ / (√v̂ + ε)",
        ]
