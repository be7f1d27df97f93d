"""Gradients kept from growing too large: by value, by the norm of one, by the norm of all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["by_global_norm", "by_norm", "by_value", "norm_of"]


def norm_of(gradients: Sequence[Any]) -> float:
    """√(Σ g²) over all elements; summed in float64, one gradient after the other."""
    squares = [np.sum(np.square(np.ravel(g), dtype=np.float64)) for g in gradients]
    return math.sqrt(sum(map(float, squares)))


def by_value(gradients: Sequence[Any], limit: float) -> list[Any]:
    """Every element between −limit and limit."""
    return [np.clip(g, -limit, limit) for g in gradients]


def by_norm(gradients: Sequence[Any], limit: float) -> list[Any]:
    """Every gradient at most ``limit`` long: g·min(1, limit / ‖g‖)."""
    return [g * (limit / max(norm_of([g]), limit)) for g in gradients]


def by_global_norm(gradients: Sequence[Any], limit: float) -> list[Any]:
    """All gradients together at most ``limit`` long, their direction kept (Pascanu et al., 2013).

    Where one of them is infinite or NaN there is no direction to keep, and all become NaN.
    """
    norm = norm_of(gradients)
    scale = limit / max(norm, limit) if math.isfinite(norm) else math.nan
    return [g * scale for g in gradients]
