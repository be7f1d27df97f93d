"""Activation functions, for arrays and Values alike; formulas and constants are Keras's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograd_lite import ops
from autograd_lite.nn.lookup import find

__all__ = [
    "ROWWISE", "celu", "elu", "exponential", "gelu", "get", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu",
    "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign",
    "sparse_plus", "sparse_sigmoid", "squareplus", "swish", "tanh", "tanh_shrink",
]  # fmt: skip


def linear(x: Any) -> Any:
    """``x`` itself."""
    return x


# ── rectifiers ────────────────────────────────────────────────────────────────────────────────
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    """max(x, 0); its derivative at 0 is 0.

    In full: ``max_value`` above it, x between ``threshold`` and ``max_value``, and
    ``negative_slope``·(x − threshold) below ``threshold``.

    >>> import numpy as np
    >>> relu(np.array([-2.0, 1.0, 9.0]), negative_slope=0.5, max_value=6.0).tolist()
    [-1.0, 1.0, 6.0]
    """
    if threshold:
        above = x * ops.relu(ops.sign(x - threshold))
        if max_value is not None:
            above = ops.clip(above, 0.0, max_value)
    elif max_value is not None:
        above = ops.clip(x, 0.0, max_value)
    elif negative_slope:
        return ops.leaky_relu(x, slope=negative_slope)
    else:
        return ops.relu(x)
    return above - negative_slope * ops.relu(threshold - x) if negative_slope else above


def relu6(x: Any) -> Any:
    """x between 0 and 6."""
    return relu(x, max_value=6.0)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x above 0, ``negative_slope``·x below."""
    return ops.leaky_relu(x, slope=negative_slope)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha·(eˣ − 1) below (Clevert et al., 2016)."""
    return ops.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    """A scaled elu that keeps mean 0 and variance 1 (Klambauer et al., 2017)."""
    return ops.selu(x)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha·(e^(x/alpha) − 1) below: slope 1 on both sides of 0 (Barron, 2017)."""
    return alpha * ops.elu(x / alpha)


# ── smooth ones ───────────────────────────────────────────────────────────────────────────────
def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), without overflow."""
    return ops.sigmoid(x)


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), without overflow."""
    return -ops.softplus(-x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return ops.tanh(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    """x·P(X ≤ x) for a normal X, or its approximation by tanh (Hendrycks and Gimpel, 2016)."""
    return ops.gelu(x, approximate=True) if approximate else ops.gelu(x)


def silu(x: Any) -> Any:
    """x·sigmoid(x), which is swish too (Ramachandran et al., 2017)."""
    return ops.silu(x)


def mish(x: Any) -> Any:
    """x·tanh(softplus(x)) (Misra, 2019)."""
    return x * ops.tanh(ops.softplus(x))


def softplus(x: Any) -> Any:
    """log(1 + eˣ), without overflow."""
    return ops.softplus(x)


def softsign(x: Any) -> Any:
    """x / (1 + |x|)."""
    return ops.softsign(x)


def squareplus(x: Any, b: float = 4.0) -> Any:
    """(x + √(x² + b)) / 2 (Barron, 2021)."""
    return (x + ops.sqrt(ops.square(x) + b)) / 2


def exponential(x: Any) -> Any:
    """eˣ."""
    return ops.exp(x)


# ── straight pieces ───────────────────────────────────────────────────────────────────────────
def hard_sigmoid(x: Any) -> Any:
    """x/6 + ½ between 0 and 1."""
    return ops.clip(x / 6 + 0.5, 0.0, 1.0)


def hard_silu(x: Any) -> Any:
    """x·hard_sigmoid(x), which is hard_swish too (Howard et al., 2019)."""
    return x * hard_sigmoid(x)


def hard_tanh(x: Any) -> Any:
    """x between −1 and 1."""
    return ops.clip(x, -1.0, 1.0)


def sparse_sigmoid(x: Any) -> Any:
    """(x + 1)/2 between 0 and 1."""
    return ops.clip((x + 1) / 2, 0.0, 1.0)


def sparse_plus(x: Any) -> Any:
    """0 below −1, (x + 1)²/4 up to 1, x above: what sparse_sigmoid is the derivative of."""
    return ops.square(ops.clip(x + 1, 0.0, 2.0)) / 4 + ops.relu(x - 1)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved towards 0 by ``threshold``, and 0 where it would pass."""
    return ops.relu(x - threshold) - ops.relu(-x - threshold)


def tanh_shrink(x: Any) -> Any:
    """x − tanh(x)."""
    return x - ops.tanh(x)


# ── over a whole row ──────────────────────────────────────────────────────────────────────────
def softmax(x: Any, axis: int = -1) -> Any:
    """eˣ, divided by its sum along ``axis``; without overflow."""
    return ops.softmax(x, axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """log(softmax(x)), without overflow."""
    return ops.log_softmax(x, axis=axis)


ROWWISE = (softmax, log_softmax)
"""The activations that look at all neurons of a layer at once."""

swish, hard_swish = silu, hard_silu

_TABLE: dict[str, Callable[[Any], Any]] = {
    name: globals()[name] for name in __all__ if name not in ("ROWWISE", "get")
}


def get(identifier: Any) -> Callable[[Any], Any]:
    """The activation that a name, a function, a layer's config or None (linear) stands for.

    Raises
    ------
    ValueError
        No activation has that name.
    TypeError
        ``identifier`` is neither text nor a function.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return find("activation", identifier, _TABLE)
    if isinstance(identifier, Mapping):
        from autograd_lite.nn import layers  # which are made with activations

        return layers.deserialize(identifier)
    if isinstance(identifier, type):
        raise TypeError(f"an activation is a name or a function; write {identifier.__name__}()")
    if callable(identifier):
        return identifier
    raise TypeError(f"an activation is a name or a function, not {identifier!r}")
