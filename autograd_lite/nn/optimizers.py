"""Optimizers: how the parameters change once their gradients are known."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite import numeric
from autograd_lite.nn.lookup import find, refuse_unknown
from autograd_lite.value import Value

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "get"]


class Optimizer(ABC):
    """Base class: it says what is added to a parameter, and keeps its state beside the parameter.

    Attributes
    ----------
    learning_rate : float
        May be changed between steps.
    iterations : int
        Steps made so far.
    """

    learning_rate: float
    iterations: int

    def __init__(self, learning_rate: float, name: str | None, unknown: Mapping[str, Any]) -> None:
        refuse_unknown(type(self), unknown)
        if not isinstance(learning_rate, Real) or isinstance(learning_rate, bool):
            raise TypeError(f"learning_rate is a number, such as 0.01, not {learning_rate!r}")
        if not 0 <= learning_rate < math.inf:
            raise ValueError(f"learning_rate is 0 or more and finite, not {learning_rate}")
        self.learning_rate = float(learning_rate)
        self.name = name or type(self).__name__.lower()
        self.iterations = 0
        self._state: dict[Value, dict[str, Any]] = {}

    def apply(self, gradients: Iterable[Any], variables: Iterable[Value]) -> None:
        """Make one step: change every variable along its gradient.

        Each variable gets a new array. The old one may still stand in a graph, whose backward pass
        needs it unchanged.

        Raises
        ------
        ValueError
            A variable has no gradient, or the numbers of gradients and variables differ.
        """
        pairs = list(zip(gradients, variables, strict=True))
        for gradient, variable in pairs:
            if gradient is None:
                raise ValueError(
                    f"{variable.describe()} has no gradient: call backward() on a loss that depends"
                    " on it before the optimizer's step"
                )
        self.iterations += 1
        for gradient, variable in pairs:
            state = self._state.setdefault(variable, {})
            state["change"] = change = self.change(gradient, state)
            variable.data = numeric.fit(variable._data + change, variable._data)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Value]]) -> None:
        """The same for pairs: ``apply_gradients(zip(gradients, variables))``."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])

    @abstractmethod
    def change(self, gradient: Any, state: dict[str, Any]) -> Any:
        """What is added to one parameter; ``state`` is its own and lasts from step to step."""

    @abstractmethod
    def rule(self, name: str = "w") -> str:
        """The update as a formula, for a parameter called ``name``; g is its gradient."""

    def slots(self, variable: Value) -> dict[str, Any]:
        """The numbers behind the last change of a variable, by name."""
        state = self._state.get(variable, {})
        return {"learning_rate": self.learning_rate, "step": self.iterations, **state}


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Without momentum ``w ← w − lr·g``; with it ``v ← μ·v − lr·g``, then ``w ← w + v``, or with
    ``nesterov`` ``w ← w + μ·v − lr·g`` (Sutskever et al., 2013).
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(learning_rate, name, unknown)
        self.momentum, self.nesterov = _fraction("momentum", momentum, closed=True), nesterov

    def change(self, gradient: Any, state: dict[str, Any]) -> Any:
        downhill = -self.learning_rate * gradient
        if not self.momentum:
            return downhill
        state["v"] = v = self.momentum * state.get("v", 0.0) + downhill
        return self.momentum * v + downhill if self.nesterov else v

    def rule(self, name: str = "w") -> str:
        if not self.momentum:
            return f"{name} ← {name} − lr·g"
        step = "μ·v − lr·g" if self.nesterov else "v"
        return f"v ← μ·v − lr·g;  {name} ← {name} + {step}"


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2015).

    ``m ← m + (1 − β₁)·(g − m)``, ``v ← v + (1 − β₂)·(g² − v)``, then
    ``w ← w − lrₜ·m / (√v + ε)`` with ``lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ)``: the form before the end
    of section 2, where ε is not corrected for the start. ``amsgrad`` divides by the largest v so
    far (Reddi et al., 2018).
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(learning_rate, name, unknown)
        self.beta_1, self.beta_2 = _fraction("beta_1", beta_1), _fraction("beta_2", beta_2)
        self.epsilon, self.amsgrad = epsilon, amsgrad

    @property
    def corrected_rate(self) -> float:
        """lrₜ: the learning rate with both means corrected for their start at 0."""
        t = max(self.iterations, 1)
        return self.learning_rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def change(self, gradient: Any, state: dict[str, Any]) -> Any:
        m, v = state.get("m", 0.0), state.get("v", 0.0)
        state["m"] = m = m + (gradient - m) * (1 - self.beta_1)
        state["v"] = v = v + (gradient * gradient - v) * (1 - self.beta_2)
        if self.amsgrad:
            state["v_max"] = v = np.maximum(state.get("v_max", 0.0), v)
        return -self.corrected_rate * m / (np.sqrt(v) + self.epsilon)

    def rule(self, name: str = "w") -> str:
        v = "v_max" if self.amsgrad else "v"
        return f"{name} ← {name} − lrₜ·m / (√{v} + ε),  lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ)"

    def slots(self, variable: Value) -> dict[str, Any]:
        return {**super().slots(variable), "corrected_rate": self.corrected_rate}


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of the squared gradient (Hinton, 2012).

    ``v ← ρ·v + (1 − ρ)·g²``, then ``w ← w − lr·g / √(v + ε)``. ``centered`` takes the square of
    the gradient's running mean off v; ``momentum`` adds up the steps.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(learning_rate, name, unknown)
        self.rho = _fraction("rho", rho)
        self.momentum = _fraction("momentum", momentum, closed=True)
        self.epsilon, self.centered = epsilon, centered

    def change(self, gradient: Any, state: dict[str, Any]) -> Any:
        rho = self.rho
        v = state["v"] = rho * state.get("v", 0.0) + (1 - rho) * gradient * gradient
        if self.centered:
            state["mean"] = mean = rho * state.get("mean", 0.0) + (1 - rho) * gradient
            v = v - mean * mean
        step = -self.learning_rate * gradient / np.sqrt(v + self.epsilon)
        if self.momentum:
            state["moved"] = step = self.momentum * state.get("moved", 0.0) + step
        return step

    def rule(self, name: str = "w") -> str:
        v = "v − mean²" if self.centered else "v"
        step = f"lr·g / √({v} + ε)"
        if not self.momentum:
            return f"{name} ← {name} − {step}"
        return f"moved ← μ·moved − {step};  {name} ← {name} + moved"


def _fraction(name: str, number: float, closed: bool = False) -> float:
    if not 0 <= number < 1 and not (closed and number == 1):
        raise ValueError(f"{name} lies between 0 and 1, and was given as {number}")
    return number


_TABLE: dict[str, type[Any]] = {"adam": Adam, "rmsprop": RMSprop, "sgd": SGD}


def get(identifier: Any) -> Optimizer:
    """The optimizer that a name, a class or an object stands for.

    Raises
    ------
    ValueError
        No optimizer has that name.
    TypeError
        ``identifier`` is none of these.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return find("optimizer", identifier, _TABLE)()
    if identifier in _TABLE.values():
        return identifier()
    raise TypeError(f"an optimizer is a name or an Optimizer, such as 'adam', not {identifier!r}")
