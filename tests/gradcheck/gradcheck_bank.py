"""Badly scaled scalar functions with exact derivatives: what a gradient checker is measured by."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Point(NamedTuple):
    """A function, its derivative, and a point where neither is easy to see numerically."""

    name: str
    f: Callable
    slope: Callable
    x: float


def _family(name: str, f: Callable, slope: Callable, *xs: float) -> list[Point]:
    return [Point(f"{name} at {x:g}", f, slope, x) for x in xs]


def _sech2(x: float) -> float:
    return 1 / np.cosh(x) ** 2


BANK: list[Point] = [
    # products with large and small constants
    *_family("1e8 x", lambda x: 1e8 * x, lambda x: 1e8, 1e-8, 1.0, 1e8),
    *_family("1e-8 x", lambda x: 1e-8 * x, lambda x: 1e-8, 1e-8, 1.0, 1e8),
    *_family("1e150 x²", lambda x: 1e150 * x * x, lambda x: 2e150 * x, 1e-20, 3.0),
    *_family("1e-150 x²", lambda x: 1e-150 * x * x, lambda x: 2e-150 * x, 0.3, 1e20),
    # powers, far out and near zero
    *_family("x²", lambda x: x * x, lambda x: 2 * x, 0.0, 1e-12, 1e-4, 1e4, 1e12),
    *_family("x³", lambda x: x**3, lambda x: 3 * x**2, 0.0, 1e-6, -1e6, 1e30),
    *_family("x^10", lambda x: x**10, lambda x: 10 * x**9, 1e-3, 0.9, 50.0),
    *_family("x^1.5", lambda x: x**1.5, lambda x: 1.5 * x**0.5, 0.0, 1e-10, 1e10),
    # poles and roots, close by
    *_family("1/x", lambda x: 1 / x, lambda x: -1 / x**2, 1e-12, 1e-6, -1e-3, 1e3, 1e9),
    *_family("1/x²", lambda x: 1 / x**2, lambda x: -2 / x**3, 1e-8, 1e-2, 1e5),
    *_family("√x", np.sqrt, lambda x: 0.5 / np.sqrt(x), 1e-16, 1e-8, 1e-4, 1e8, 1e16),
    *_family("∛x", np.cbrt, lambda x: np.cbrt(x) ** -2 / 3, 1e-12, -1e-5, 1e12),
    *_family("1/(x − 1)", lambda x: 1 / (x - 1), lambda x: -((x - 1) ** -2),
             1 + 2**-20, 1.0009765625),
    *_family("log x", np.log, lambda x: 1 / x, 1e-15, 1e-9, 1e-3, 1 + 1e-9, 1e9, 1e300),
    *_family("x log x", lambda x: x * np.log(x), lambda x: np.log(x) + 1, 1e-10, 0.36, 1e8),
    # exponentials
    *_family("exp x", np.exp, np.exp, -700.0, -50.0, 1e-9, 50.0, 300.0, 700.0),
    *_family("exp 1000x", lambda x: np.exp(1000 * x), lambda x: 1000 * np.exp(1000 * x), 0.0, 0.5),
    *_family("exp(−x²)", lambda x: np.exp(-x * x),
             lambda x: -2 * x * np.exp(-x * x), 1e-5, 5.0, 20.0),
    *_family("expm1", np.expm1, np.exp, 1e-12, -30.0),
    *_family("log1p", np.log1p, lambda x: 1 / (1 + x), 1e-14, -0.999999, 1e14),
    # saturation
    *_family("tanh", np.tanh, _sech2, 1e-9, 3.0, -7.0),
    *_family("1/(1+e^−x)", lambda x: 1 / (1 + np.exp(-x)),
             lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2, -300.0, -30.0, 8.0, 12.0),
    *_family("softplus", lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x)), -40.0, 40.0),
    # quick and slow waves
    *_family("sin 1e6 x", lambda x: np.sin(1e6 * x),
             lambda x: 1e6 * np.cos(1e6 * x), 0.0, 1e-6, 0.7),
    *_family("sin(1e-6 x)", lambda x: np.sin(1e-6 * x),
             lambda x: 1e-6 * np.cos(1e-6 * x), 1.0, 1e6),
    *_family("sin", np.sin, np.cos, 1.5707, 1e5, 1e8),
    *_family("sin(1/x)", lambda x: np.sin(1 / x), lambda x: -np.cos(1 / x) / x**2, 0.01, 1e-3),
    *_family("tan", np.tan, lambda x: 1 / np.cos(x) ** 2, 1.57, 1.5707),
    *_family("arctan 1e5 x", lambda x: np.arctan(1e5 * x),
             lambda x: 1e5 / (1 + 1e10 * x**2), 0.0, 1e-5, 1.0),
    # near cancellation
    *_family("(1e8 + x) − 1e8", lambda x: (1e8 + x) - 1e8, lambda x: 1.0, 0.3, 100.0),
    *_family("(1 − cos x)", lambda x: 1 - np.cos(x), np.sin, 1e-4, 1e-2),
    *_family("(eˣ − 1)/x", lambda x: (np.exp(x) - 1) / x,
             lambda x: (np.exp(x) * (x - 1) + 1) / x**2, 1e-3, 0.1),
    *_family("√(x²+1) − x", lambda x: np.sqrt(x * x + 1) - x,
             lambda x: -1 / (np.sqrt(x * x + 1) * (np.sqrt(x * x + 1) + x)), 10.0, 1e3),
    *_family("x³ − 3x near 1", lambda x: x**3 - 3 * x,
             lambda x: 3 * (x - 1) * (x + 1), 1 + 2**-13, 1.001),
    *_family("(x − 1)⁷ expanded", lambda x: np.polyval([1, -7, 21, -35, 35, -21, 7, -1], x),
             lambda x: 7 * (x - 1) ** 6, 1.3, 2.0),
    # huge + tiny
    *_family("1e10 + x", lambda x: 1e10 + x, lambda x: 1.0, 1e-3, 1.0),
    *_family("1e6 + sin x", lambda x: 1e6 + np.sin(x), np.cos, 0.2, 1.2),
    *_family("1e12 x² + x", lambda x: 1e12 * x * x + x, lambda x: 2e12 * x + 1, 0.0, 1e-12, 1e-6),
    *_family("x + 1e-12/x", lambda x: x + 1e-12 / x, lambda x: 1 - 1e-12 / x**2, 1e-5, 2e-6),
]  # fmt: skip


_SHAPES = (
    (np.sin, np.cos),
    (np.exp, np.exp),
    (np.tanh, _sech2),
    (np.log, lambda z: 1 / z),
    (np.sqrt, lambda z: 0.5 / np.sqrt(z)),
    (lambda z: 1 / z, lambda z: -1 / z**2),
    (lambda z: z**3, lambda z: 3 * z * z),
    (lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z)),
)


def random_points(count: int, seed: int) -> list[Point]:
    """Points of a·g(b·x + c) + d, with a, b, d and x spread over ten decades and more."""
    rng = np.random.default_rng(seed)
    points: list[Point] = []
    while len(points) < count:
        g, slope = _SHAPES[rng.integers(len(_SHAPES))]
        a, b, d = rng.choice([-1, 1], 3) * 10 ** rng.uniform(-5, 5, 3)
        c, d = rng.integers(2) * 10 ** rng.uniform(-3, 3), d * rng.integers(2)
        x = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 6))
        with np.errstate(all="ignore"):
            right = float(a * b * slope(b * x + c))
            known = np.isfinite(a * g(b * x + c) + d) and np.isfinite(right) and right != 0
        if known:
            points.append(
                Point(
                    f"random {len(points)}",
                    lambda x, g=g, a=a, b=b, c=c, d=d: a * g(b * x + c) + d,
                    lambda x, right=right: right,
                    x,
                )
            )
    return points
