"""Exponentials, logarithms, powers and roots beyond the first few, and remainders of division."""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Edge, elementwise
from autograd_lite.ops.points import ANY, NONZERO, POSITIVE, TEXT, TEXTS, points, sample

inf, nan = float("inf"), float("nan")
LOG2, LOG10 = math.log(2), math.log(10)

# ── exponentials ──────────────────────────────────────────────────────────────────────────────
exp2 = elementwise(
    "exp2", "exp2",
    np.exp2,
    lambda out, x: out * LOG2,
    numpy=(np.exp2,), samples=points(ANY), bad=(TEXT,),
    edges=(Edge((-1000.0,), (LOG2 * 2.0**-1000,)),),
)
expm1 = elementwise(
    "expm1", "expm1",
    np.expm1,
    lambda out, x: np.exp(x),
    shown=(lambda out, x: out + 1,),
    numpy=(np.expm1,), samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (1.0,)), Edge((-50.0,), (math.exp(-50),)), Edge((-1000.0,), (0.0,))),
)
logaddexp2 = elementwise(
    "logaddexp2", "log2-add-exp2",
    lambda x, y: np.logaddexp2(x, y),
    lambda out, x, y: np.exp2(-np.logaddexp2(0, y - x)),
    lambda out, x, y: np.exp2(-np.logaddexp2(0, x - y)),
    shown=(lambda out, x, y: np.exp2(x - out), lambda out, x, y: np.exp2(y - out)),
    numpy=(np.logaddexp2,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1e20, 1e20), (0.5, 0.5)), Edge((-2000.0, 0.0), (0.0, 1.0))),
)

# ── logarithms: below their domain every derivative is NaN, for NaN stands in for x itself ────
log2 = elementwise(
    "log2", "log2",
    np.log2,
    lambda out, x: 1 / (np.where(x < 0, nan, x) * LOG2),
    shown=(lambda out, x: 1 / (x * LOG2),),
    domain="x > 0",
    numpy=(np.log2,), samples=points(POSITIVE), bad=(TEXT,),
    edges=(Edge((0.0,), (inf,), warns="log2"), Edge((-1.0,), (nan,), warns="log2")),
)
log10 = elementwise(
    "log10", "log10",
    np.log10,
    lambda out, x: 1 / (np.where(x < 0, nan, x) * LOG10),
    shown=(lambda out, x: 1 / (x * LOG10),),
    domain="x > 0",
    numpy=(np.log10,), samples=points(POSITIVE), bad=(TEXT,),
    edges=(Edge((0.0,), (inf,), warns="log10"), Edge((-1.0,), (nan,), warns="log10")),
)
log1p = elementwise(
    "log1p", "log1p",
    np.log1p,
    lambda out, x: 1 / (1 + np.where(x < -1, nan, x)),
    shown=(lambda out, x: 1 / (1 + x),),
    domain="x > −1",
    numpy=(np.log1p,), samples=points(POSITIVE), bad=(TEXT,),
    edges=(Edge((0.0,), (1.0,)), Edge((-1.0,), (inf,), warns="log1p"),
           Edge((-2.0,), (nan,), warns="log1p")),
)

# ── powers and roots ──────────────────────────────────────────────────────────────────────────
square = elementwise(
    "square", "square",
    np.square,
    lambda out, x: 2 * x,
    numpy=(np.square,), samples=points(ANY), bad=(TEXT,), edges=(Edge((0.0,), (0.0,)),),
)
cbrt = elementwise(
    "cbrt", "∛",
    np.cbrt,
    lambda out, x: 1 / (3 * out**2),
    domain="x ≠ 0 for its derivative",
    numpy=(np.cbrt,), samples=points(NONZERO), bad=(TEXT,),
    edges=(Edge((0.0,), (inf,), warns="cbrt"), Edge((-8.0,), (1 / 12,))),
)
reciprocal = elementwise(
    "reciprocal", "reciprocal",
    np.reciprocal,
    lambda out, x: -(out**2),
    domain="x ≠ 0",
    numpy=(np.reciprocal,), samples=points(NONZERO), bad=(TEXT,),
    edges=(Edge((0.0,), (-inf,), warns="reciprocal"), Edge((-1000.0,), (-1e-6,))),
)

DIVISORS = np.array([1.7, 3.1, 1.2, -1.3])  # none divides a sample point: no jump is near

# ── remainders: a saw tooth is straight between its jumps, and that slope is given at them too ──
mod = elementwise(
    "mod", "%",
    lambda x, y: np.mod(x, y),
    1,
    lambda out, x, y: -np.floor_divide(x, y),
    shown=(None, lambda out, x, y: -np.floor(x / y)),
    domain="a divisor other than 0",
    numpy=(np.mod,), bad=(TEXTS,),
    samples=(*points(ANY, DIVISORS), sample(ANY, -0.9)),
    edges=(Edge((6.0, 3.0), (1.0, -2.0)), Edge((-1.0, 3.0), (1.0, 1.0))),
)
fmod = elementwise(
    "fmod", "fmod",
    lambda x, y: np.fmod(x, y),
    1,
    lambda out, x, y: -np.trunc(x / y),
    domain="a divisor other than 0",
    numpy=(np.fmod,), samples=points(ANY, DIVISORS), bad=(TEXTS,),
    edges=(Edge((6.0, 3.0), (1.0, -2.0)), Edge((-1.0, 3.0), (1.0, 0.0))),
)

# ── angles and signs ──────────────────────────────────────────────────────────────────────────
deg2rad = elementwise(
    "deg2rad", "deg2rad",
    np.deg2rad,
    math.pi / 180,
    numpy=(np.deg2rad, np.radians), samples=points(ANY), bad=(TEXT,),
)
rad2deg = elementwise(
    "rad2deg", "rad2deg",
    np.rad2deg,
    180 / math.pi,
    numpy=(np.rad2deg, np.degrees), samples=points(ANY), bad=(TEXT,),
)
copysign = elementwise(
    "copysign", "copysign",
    lambda x, y: np.copysign(x, y),
    lambda out, x, y: np.copysign(1, y) * np.sign(x),
    0,
    numpy=(np.copysign,), samples=points(NONZERO, ANY), bad=(TEXTS,),
    edges=(Edge((0.0, -1.0), (0.0, 0.0)), Edge((2.0, -1.0), (-1.0, 0.0))),
)
