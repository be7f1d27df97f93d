"""The output side of a check: which combinations of the outputs are differentiated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Seeds", "choose"]

EACH = 16
"""Up to so many outputs are checked one by one; more of them in random combinations."""

COMBINATIONS = 3


@dataclass(frozen=True)
class Seeds:
    """Weights on the outputs: each alone, all with weight one, or with random signs.

    Random signs, and several of them: the plain sum of a softmax is constant, and a rule that
    returns zeros would pass.

    Attributes
    ----------
    shape : tuple of int
        Of the output.
    kind : str
        ``"each"``, ``"sum"`` or ``"signs"``.
    signs : ndarray
        (seeds, outputs), for ``"signs"``; empty otherwise.
    """

    shape: tuple[int, ...]
    kind: str
    signs: np.ndarray

    @property
    def labels(self) -> list[str]:
        """What each seed looks at, for the report; nothing to say about a single number."""
        if self.kind == "sum":
            return ["sum"] if self.shape else [""]
        if self.kind == "signs":
            return [f"±{k + 1}" for k in range(len(self.signs))]
        return [str(list(map(int, i))) if i else "" for i in np.ndindex(self.shape)]

    def weights(self) -> list[np.ndarray]:
        """One array of the output's shape for each seed."""
        size = math.prod(self.shape)
        rows = self.signs
        if self.kind != "signs":
            rows = np.eye(size) if self.kind == "each" else np.ones((1, size))
        return [row.reshape(self.shape) for row in rows]

    def project(self, change: np.ndarray) -> np.ndarray:
        """From a change of the outputs (first axis) to a change of each combination."""
        if self.kind == "each":
            return change
        return change.sum(axis=0, keepdims=True) if self.kind == "sum" else self.signs @ change

    def magnitude(self, outputs: np.ndarray) -> np.ndarray:
        """The size of each combination as its rounding errors see it.

        The errors of a sum may all have one sign; under random signs they add like a random walk.
        """
        if self.kind == "each":
            return np.abs(outputs).astype(np.float64)
        if self.kind == "sum":
            return np.abs(outputs).sum(axis=0, keepdims=True).astype(np.float64)
        top = float(np.max(np.abs(outputs)))
        length = top * float(np.linalg.norm(outputs / top)) if 0 < top < math.inf else top
        return np.full(len(self.signs), length)


def choose(shape: tuple[int, ...], by_sum: bool, rng: np.random.Generator) -> Seeds:
    """Seeds for an output of ``shape``; the sum where only its gradient is claimed."""
    size = math.prod(shape)
    if by_sum:
        return Seeds(shape, "sum", np.empty((0, size)))
    if size <= EACH:
        return Seeds(shape, "each", np.empty((0, size)))
    return Seeds(shape, "signs", rng.choice([-1.0, 1.0], (COMBINATIONS, size)))
