"""From a claimed derivative and the slopes that were seen to a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd_lite.checker.derivative import Estimate, Ladder, Rung, diverges, limit

__all__ = ["VERDICTS", "Finding", "Tolerance", "glance", "judge"]

VERDICTS = ("pass", "kink", "inconclusive", "fail")
"""From good to bad."""

RESOLVED = 2e-3
"""An error bound above this part of the gradient leaves it open: 1 % could hide in the noise."""

CORNER = 2e-3
"""One-sided slopes that differ by more are looked at closely: there may be a kink."""

NEGLIGIBLE = 1e-10
"""Below this part of the largest gradient an element that drowns in noise counts as zero."""

SMALLEST = float(np.finfo(np.float64).tiny)
"""The floor under all comparisons: numbers near the end of float64 have few digits."""


@dataclass(frozen=True)
class Tolerance:
    """How near is near enough.

    Attributes
    ----------
    rtol : float
    largest : float
        The largest claimed derivative of the check.
    slack : float
        The absolute rounding error of the claims, where they were computed in float32.
    """

    rtol: float
    largest: float
    slack: float = 0.0


class Finding(NamedTuple):
    """What was found for one derivative: the estimate, its bound, the verdict and why.

    ``slopes`` holds the left and right slope at a kink, else None.
    """

    verdict: str
    numeric: float
    error: float
    note: str = ""
    slopes: tuple[float, float] | None = None


def glance(
    claims: np.ndarray, rung: Rung, flat: np.ndarray, tolerance: Tolerance, scale: float = 0.0
) -> np.ndarray:
    """Which of the claims, one per seed, need no closer look.

    ``flat`` tells where the output does not move at all, over small steps and large. ``scale`` is
    the least size to measure against, for lines through many elements.
    """
    size = np.fmax(np.fmax(np.abs(claims), np.abs(rung.central)), scale)
    error = 2 * rung.rounding
    near = np.abs(claims - rung.central) <= tolerance.rtol * size + tolerance.slack
    corner = np.abs(rung.right - rung.left)
    smooth = corner <= CORNER * (np.abs(rung.right) + np.abs(rung.left)) + 4 * error
    nothing = NEGLIGIBLE * tolerance.largest
    small = np.maximum(size, np.abs(rung.left) + np.abs(rung.right)) + error <= nothing
    near &= np.isfinite(claims)
    return (flat & (claims == 0)) | (near & smooth & (error <= RESOLVED * size)) | small


def judge(
    claim: float, ladder: Ladder, k: int, tolerance: Tolerance, scale: float = 0.0
) -> Finding:
    """The verdict on one claim, for seed ``k`` of a ladder."""
    left, right, central = ladder.left[:, k], ladder.right[:, k], ladder.central[:, k]
    noise, rounding = ladder.noise[:, k], ladder.rounding[:, k]
    sides = [s for s in (left, right) if np.isfinite(s).any()]
    if not sides:
        return Finding("inconclusive", math.nan, math.inf, "f is not finite around this point")
    if any(diverges(side, 2 * rounding) for side in sides):
        return Finding(
            "inconclusive", math.nan, math.inf,
            "the slopes grow without end as the step shrinks (a jump or a vertical tangent): there"
            " is no finite derivative to compare with",
        )  # fmt: skip
    # Zero can be seen where the noise is no larger than float64 must make it at the widest step.
    flat = 0.0 if ladder.still[:, k].all() else 16 * float(rounding[-1])
    if len(sides) == 1:
        found = _compare(claim, limit(sides[0], 2 * noise, 1), flat, tolerance, scale)
        return found._replace(note=found.note or "f is defined on one side only")
    corner = limit(right - left, 4 * noise, 1)
    ends = limit(left, 2 * noise, 1), limit(right, 2 * noise, 1)
    steep = abs(ends[0].value) + abs(ends[1].value)
    vague = max(corner.error, ends[0].error, ends[1].error)
    if abs(corner.value) > max(4 * vague, tolerance.rtol * steep, SMALLEST):
        return _at_kink(claim, ends, tolerance)
    return _compare(claim, limit(central, noise, 2), flat, tolerance, scale)


def _compare(
    claim: float, seen: Estimate, flat: float, tolerance: Tolerance, scale: float
) -> Finding:
    """Agree when |a − n| ≤ rtol·max(|a|, |n|) + 2ν + a tiny floor; what stays open is told."""
    n, error = seen
    if not math.isfinite(claim):
        return Finding("inconclusive" if math.isinf(error) else "fail", n, error, "not finite")
    size = max(abs(claim), abs(n), scale)
    reach = tolerance.rtol * size + 2 * error + tolerance.slack + SMALLEST
    if not abs(claim - n) <= reach and not math.isinf(error):
        return Finding("fail", n, error)
    if 2 * error <= RESOLVED * size:
        return Finding("pass", n, error)
    if claim == 0 and flat == 0:
        return Finding("pass", n, error, "f does not move")
    if max(size, 2 * error) <= max(NEGLIGIBLE * tolerance.largest, SMALLEST):
        return Finding("pass", n, error, "nothing beside the largest derivative")
    if claim == 0 and error <= flat:
        return Finding("pass", n, error, "f moves by rounding only")
    return Finding("inconclusive", n, error, "the gradient drowns in the noise of f")


def _at_kink(claim: float, ends: tuple[Estimate, Estimate], tolerance: Tolerance) -> Finding:
    """At a kink each slope between the one-sided ones is a subgradient (Clarke), and accepted."""
    low, high = sorted(ends)
    reach = tolerance.rtol * max(abs(low.value), abs(high.value)) + tolerance.slack
    inside = low.value - 2 * low.error - reach <= claim <= high.value + 2 * high.error + reach
    slopes = ends[0].value, ends[1].value
    between = f"the slopes from the left, {slopes[0]:.6g}, and from the right, {slopes[1]:.6g}"
    return Finding(
        "kink" if inside else "fail",
        (slopes[0] + slopes[1]) / 2,
        max(low.error, high.error),
        f"a kink: {'between' if inside else 'outside of'} {between}",
        slopes,
    )
