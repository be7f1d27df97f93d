"""The smaller and the larger of two, and clipping: at a tie the slope is shared."""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, Edge, elementwise
from autograd_lite.ops.points import ANY, NONZERO, TEXTS, points, sample

minimum = elementwise(
    "minimum", "min",
    lambda x, y: np.minimum(x, y),
    lambda out, x, y: (x < y) + 0.5 * (x == y),
    lambda out, x, y: (y < x) + 0.5 * (x == y),
    numpy=(np.minimum,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1.0, 1.0), (0.5, 0.5)), Edge((1.0, 2.0), (1.0, 0.0))),
)
# Of a number and a NaN these two take the number: so the output tells which one it was.
fmax = elementwise(
    "fmax", "fmax",
    lambda x, y: np.fmax(x, y),
    lambda out, x, y: np.where(x == y, 0.5, out == x),
    lambda out, x, y: np.where(x == y, 0.5, out == y),
    numpy=(np.fmax,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1.0, 1.0), (0.5, 0.5)), Edge((1.0, float("nan")), (1.0, 0.0))),
)
fmin = elementwise(
    "fmin", "fmin",
    lambda x, y: np.fmin(x, y),
    lambda out, x, y: np.where(x == y, 0.5, out == x),
    lambda out, x, y: np.where(x == y, 0.5, out == y),
    numpy=(np.fmin,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1.0, 1.0), (0.5, 0.5)), Edge((float("nan"), 1.0), (0.0, 1.0))),
)
clip = elementwise(
    "clip", "clip",
    lambda x, low, high: np.clip(x, low, high),
    lambda out, x, low, high: (low < x) * (x < high),
    lambda out, x, low, high: (x < low) * (low < high),
    lambda out, x, low, high: np.maximum(x, low) > high,
    samples=(
        sample(1.6, -1.0, 1.0),
        sample(ANY, -1.0, 1.0),
        sample(ANY.reshape(2, 2), np.array([-1.0, 0.5]), 1.1),
        sample(0.3, NONZERO - 0.5, NONZERO + 0.5),
    ),
    bad=(Bad(("seven", 0.0, 1.0), TypeError, "numbers"),),
    edges=(Edge((1.0, 0.0, 1.0), (0.0, 0.0, 0.0)), Edge((0.0, 0.0, 1.0), (0.0, 0.0, 0.0)),
           Edge((0.5, 0.0, 1.0), (1.0, 0.0, 0.0)), Edge((1000.0, 0.0, 1.0), (0.0, 0.0, 1.0))),
)
