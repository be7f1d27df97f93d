"""A numeric derivative to measure rules by: central differences, extrapolated (Richardson, 1911).

It shares nothing with the library: plain NumPy, float64, one element at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np


def derivative(f: Callable[[float], np.ndarray], step: float = 2.0**-5) -> np.ndarray:
    """df/dt at 0: six central differences with halved steps, extrapolated to order twelve."""
    row = [(f(step / 2**k) - f(-step / 2**k)) / (2 * step / 2**k) for k in range(6)]
    order = 1
    while len(row) > 1:
        row = [b + (b - a) / (4.0**order - 1) for a, b in pairwise(row)]
        order += 1
    return row[0]


def numeric_gradient(f: Callable[..., float], inputs: list[np.ndarray], index: int) -> np.ndarray:
    """The gradient of a number by input ``index``, element by element."""
    x = np.array(inputs[index], dtype=np.float64)
    gradient = np.empty(x.shape)
    for place in np.ndindex(*x.shape):

        def along(t: float, place: tuple[int, ...] = place) -> np.ndarray:
            moved = x.copy()
            moved[place] += t
            return np.float64(f(*inputs[:index], moved[()], *inputs[index + 1 :]))

        gradient[place] = derivative(along)
    return gradient
