"""Sample points for the declarations: small arrays, away from kinks and inside the domains."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.op import Bad, Sample

__all__ = ["ANY", "NONZERO", "POSITIVE", "TEXT", "TEXTS", "grid", "points", "sample"]

ANY = np.array([-2.3, -0.7, 0.4, 1.6])
NONZERO = np.array([1.3, -0.6, 2.1, -1.7])
POSITIVE = np.array([0.3, 0.9, 1.4, 2.6])
TEXT = Bad(("seven",), TypeError, "numbers")
TEXTS = Bad(("seven", 7.0), TypeError, "numbers")


def sample(*inputs: Any, **params: Any) -> Sample:
    """A sample point, written as the operation is called."""
    return Sample(inputs, params)


def points(*inputs: np.ndarray) -> tuple[Sample, ...]:
    """The same points three ways: as scalars, as arrays, and (two inputs and more) broadcast."""
    scalars = Sample(tuple(float(x[i % 4]) for i, x in enumerate(inputs)))
    arrays = Sample(inputs)
    if len(inputs) == 1:
        return scalars, arrays, Sample((inputs[0].reshape(2, 2),))
    first, *rest = inputs
    return (
        scalars,
        arrays,
        Sample((first.reshape(4, 1), *(x[:3] for x in rest))),
        Sample((first.reshape(1, 4), *(float(x[2]) for x in rest))),
        Sample((float(first[0]), *(x.reshape(2, 2) for x in rest))),
    )


def grid(*shape: int, shift: float = 0.0) -> np.ndarray:
    """Distinct, badly ordered numbers of a shape: no two equal, none at zero."""
    n = int(np.prod(shape))
    order = (np.arange(n) * 7 + 3) % max(n, 1) if n % 7 else np.arange(n)[::-1]
    return (0.37 * order - 0.16 * n + 0.11 + shift).reshape(shape)
