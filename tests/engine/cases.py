"""What the operation tests run over: every declaration, and every point beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_lite.ops  # noqa: F401  (declares every operation)
from autograd_lite.op import Op, Sample, registry

SAMPLES = [
    pytest.param(op, sample, id=f"{op.name}-{place}")
    for op in registry.values()
    for place, sample in enumerate(op.samples)
]


def points(kind: str) -> list[Any]:
    """The ``edges`` or the ``bad`` inputs of every operation."""
    return [
        pytest.param(op, point, id=f"{op.name}-{place}")
        for op in registry.values()
        for place, point in enumerate(getattr(op, kind))
    ]


def smooth_inputs(op: Op, sample: Sample) -> list[int]:
    """The inputs that may be moved a little: floating, with a rule, inside the domain nearby."""
    return [
        i
        for i, x in enumerate(sample.inputs)
        if op.pull(i) is not None
        and np.asarray(x).dtype.kind == "f"
        and not (op.name == "power" and i == 1 and np.min(sample.inputs[0]) <= 0)
    ]


def weights(shape: tuple[int, ...]) -> np.ndarray:
    """Unequal numbers to sum an output with, so that no element can hide behind another."""
    return np.cos(1.7 * np.arange(np.prod(shape, dtype=int)) + 0.3).reshape(shape) + 1.5
