"""Circular and hyperbolic functions and their inverses: each a function and its derivative.

Inverses are differentiated in factors, as (1 − x)(1 + x), which keep their digits near the ends of
the domain where 1 − x² has lost them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.op import Edge, elementwise
from autograd_lite.ops.points import ANY, NONZERO, TEXT, TEXTS, points

inf, nan, pi = float("inf"), float("nan"), float(np.pi)

UNIT = np.array([-0.7, -0.2, 0.3, 0.6])
ABOVE_ONE = np.array([1.4, 1.9, 2.6, 3.5])


def _radius(x, y):
    """The distance from the origin, and 1 there: dividing by it gives the 0 of the convention."""
    r = np.hypot(x, y)
    return r + (r == 0)


def _sinc_slope(x):
    """d sinc/dx; near 0, where cos πx and sinc x cancel, by its power series (order 18)."""
    near = np.abs(x) < 0.25
    square = (pi * np.where(near, x, 0)) ** 2
    series: Any = 1.0
    for k in range(8, 0, -1):
        series = 1 - square / (2 * k * (2 * k + 3)) * series
    far = np.where(near, 1, x)
    return np.where(near, -(pi**2) / 3 * x * series, (np.cos(pi * far) - np.sinc(far)) / far)


def _arctanh_slope(x):
    return 1 / ((1 - x) * (1 + x))


# ── circular ──────────────────────────────────────────────────────────────────────────────────
sin = elementwise(
    "sin", "sin",
    np.sin,
    lambda out, x: np.cos(x),
    numpy=(np.sin,), samples=points(ANY), bad=(TEXT,), edges=(Edge((0.0,), (1.0,)),),
)
cos = elementwise(
    "cos", "cos",
    np.cos,
    lambda out, x: -np.sin(x),
    numpy=(np.cos,), samples=points(ANY), bad=(TEXT,), edges=(Edge((0.0,), (0.0,)),),
)
tan = elementwise(
    "tan", "tan",
    np.tan,
    lambda out, x: 1 + out**2,
    numpy=(np.tan,), samples=points(UNIT), bad=(TEXT,), edges=(Edge((0.0,), (1.0,)),),
)
arcsin = elementwise(
    "arcsin", "arcsin",
    np.arcsin,
    lambda out, x: 1 / np.sqrt((1 - x) * (1 + x)),
    shown=(lambda out, x: 1 / np.sqrt(1 - x**2),),
    domain="−1 ≤ x ≤ 1, and −1 < x < 1 for its derivative",
    numpy=(np.arcsin,), samples=points(UNIT), bad=(TEXT,),
    edges=(Edge((1.0,), (inf,), warns="arcsin"), Edge((2.0,), (nan,), warns="arcsin")),
)
arccos = elementwise(
    "arccos", "arccos",
    np.arccos,
    lambda out, x: -1 / np.sqrt((1 - x) * (1 + x)),
    shown=(lambda out, x: -1 / np.sqrt(1 - x**2),),
    domain="−1 ≤ x ≤ 1, and −1 < x < 1 for its derivative",
    numpy=(np.arccos,), samples=points(UNIT), bad=(TEXT,),
    edges=(Edge((-1.0,), (-inf,), warns="arccos"), Edge((2.0,), (nan,), warns="arccos")),
)
arctan = elementwise(
    "arctan", "arctan",
    np.arctan,
    lambda out, x: 1 / (1 + x**2),
    numpy=(np.arctan,), samples=points(ANY), bad=(TEXT,), edges=(Edge((1000.0,), (1 / 1000001,)),),
)
arctan2 = elementwise(
    "arctan2", "arctan2",
    lambda y, x: np.arctan2(y, x),
    lambda out, y, x: x / _radius(y, x) / _radius(y, x),
    lambda out, y, x: -y / _radius(y, x) / _radius(y, x),
    shown=(lambda out, y, x: x / (y**2 + x**2), lambda out, y, x: -y / (y**2 + x**2)),
    numpy=(np.arctan2,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((0.0, 0.0), (0.0, 0.0)), Edge((3e-30, 4e-30), (1.6e29, -1.2e29))),
)
hypot = elementwise(
    "hypot", "hypot",
    lambda x, y: np.hypot(x, y),
    lambda out, x, y: x / (out + (out == 0)),
    lambda out, x, y: y / (out + (out == 0)),
    shown=(lambda out, x, y: x / out, lambda out, x, y: y / out),
    numpy=(np.hypot,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((0.0, 0.0), (0.0, 0.0)), Edge((3e30, 4e30), (0.6, 0.8))),
)
sinc = elementwise(
    "sinc", "sinc",
    np.sinc,
    lambda out, x: _sinc_slope(x),
    shown=(lambda out, x: (np.cos(pi * x) - out) / x,),
    numpy=(np.sinc,), samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (0.0,)), Edge((1e-8,), (-(pi**2) / 3 * 1e-8,)), Edge((1000.0,), (1e-3,))),
)

# ── hyperbolic ────────────────────────────────────────────────────────────────────────────────
sinh = elementwise(
    "sinh", "sinh",
    np.sinh,
    lambda out, x: np.cosh(x),
    numpy=(np.sinh,), samples=points(ANY), bad=(TEXT,), edges=(Edge((0.0,), (1.0,)),),
)
cosh = elementwise(
    "cosh", "cosh",
    np.cosh,
    lambda out, x: np.sinh(x),
    numpy=(np.cosh,), samples=points(ANY), bad=(TEXT,), edges=(Edge((0.0,), (0.0,)),),
)
arcsinh = elementwise(
    "arcsinh", "arcsinh",
    np.arcsinh,
    lambda out, x: 1 / np.hypot(1, x),
    shown=(lambda out, x: 1 / np.sqrt(1 + x**2),),
    numpy=(np.arcsinh,), samples=points(ANY), bad=(TEXT,), edges=(Edge((1e30,), (1e-30,)),),
)
arccosh = elementwise(
    "arccosh", "arccosh",
    np.arccosh,
    lambda out, x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)),
    shown=(lambda out, x: 1 / np.sqrt(x**2 - 1),),
    domain="x ≥ 1, and x > 1 for its derivative",
    numpy=(np.arccosh,), samples=points(ABOVE_ONE), bad=(TEXT,),
    edges=(Edge((1.0,), (inf,), warns="arccosh"), Edge((-2.0,), (nan,), warns="arccosh")),
)
arctanh = elementwise(
    "arctanh", "arctanh",
    np.arctanh,
    lambda out, x: _arctanh_slope(np.where(np.abs(x) > 1, nan, x)),
    shown=(lambda out, x: 1 / (1 - x**2),),
    domain="−1 < x < 1",
    numpy=(np.arctanh,), samples=points(UNIT), bad=(TEXT,),
    edges=(Edge((1.0,), (inf,), warns="arctanh"), Edge((2.0,), (nan,), warns="arctanh")),
)
