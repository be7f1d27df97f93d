"""Targets, predictions and weights side by side, for metrics that count right and wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.metrics.base import numbers

__all__ = ["paired", "ratio", "weights_of"]


def paired(name: str, truth: np.ndarray, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets in the shape of the predictions; a metric of that ``name`` compares them."""
    if truth.size != guess.size:
        raise ValueError(
            f"{name} compares labels 0 and 1 with one prediction each, and was given"
            f" shapes {truth.shape} and {guess.shape}"
        )
    return truth.reshape(guess.shape), guess


def weights_of(guess: np.ndarray, sample_weight: Any) -> np.ndarray:
    """A weight for every prediction, from one for every example or for every prediction."""
    weight = np.ones(()) if sample_weight is None else numbers(sample_weight)
    if weight.ndim == guess.ndim + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    spread = weight.reshape(weight.shape + (1,) * (guess.ndim - weight.ndim))
    try:
        return np.broadcast_to(spread, guess.shape)
    except ValueError:
        raise ValueError(
            f"sample_weight has shape {weight.shape}, and there are predictions of shape"
            f" {guess.shape}: give one weight for every example"
        ) from None


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above over below, and 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
