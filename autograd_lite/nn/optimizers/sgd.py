"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from typing import Any

from autograd_lite.nn.arguments import fraction
from autograd_lite.nn.optimizers.base import Optimizer, State

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Without momentum ``w ← w − lr·g``; with it ``v ← μ·v − lr·g``, then ``w ← w + v``, or with
    ``nesterov`` ``w ← w + μ·v − lr·g`` (Sutskever et al., 2013).

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    momentum : float
        μ, from 0 to 1.
    nesterov : bool
    **common
        Arguments of every :class:`Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.momentum = fraction("momentum", momentum, closed=True)
        self.nesterov = bool(nesterov)

    def starts(self) -> dict[str, float]:
        return {"v": 0.0} if self.momentum else {}

    def change(self, gradient: Any, state: State, data: Any) -> Any:
        downhill = -self.rate * gradient
        if not self.momentum:
            return downhill
        state["v"] = v = self.momentum * state["v"] + downhill
        return self.momentum * v + downhill if self.nesterov else v

    def formulas(self, name: str) -> list[str]:
        if not self.momentum:
            return [f"{name} ← {name} − lr·g"]
        step = "μ·v − lr·g" if self.nesterov else "v"
        return ["v ← μ·v − lr·g", f"{name} ← {name} + {step}"]
