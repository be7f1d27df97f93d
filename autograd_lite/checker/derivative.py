"""Slopes of a function along a line, in float64, and how far they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd_lite.checker.seeds import Seeds

__all__ = ["Estimate", "Ladder", "Line", "Rung", "climb", "diverges", "first_rung", "limit"]

RATIO = 4.0
"""Each rung of a ladder is so many times wider than the one below."""

TOP = 1 / 8
"""The widest step, in units of max(1, |x|)."""

FINEST = 2.0**-40
"""The narrowest step, in units of |x|: twelve bits above the spacing of float64."""

JITTER = 1 + 2.0**-10
"""Two steps this close have one truncation error: what differs between their slopes is noise."""


@dataclass(frozen=True)
class Line:
    """A function along a line through the point of the check.

    Attributes
    ----------
    at : callable
        The flat output at the offset t; NaN where the function is undefined.
    taken : callable
        The offset that float64 really makes of t: (x + t) − x.
    size : float
        |x| along the line, the measure of its narrowest steps.
    unit : float
        max(1, |x|): what "a large step" means here.
    """

    at: Callable[[float], np.ndarray]
    taken: Callable[[float], float]
    size: float
    unit: float


class Rung(NamedTuple):
    """The slopes at one step: an entry for each seed on the output side.

    ``still`` tells where the output is, to the last bit, what it is at the point itself.
    """

    step: float
    left: np.ndarray
    right: np.ndarray
    central: np.ndarray
    rounding: np.ndarray
    still: np.ndarray


class Estimate(NamedTuple):
    """A slope and the bound of its error; infinite where the slopes do not settle."""

    value: float
    error: float


@dataclass(frozen=True)
class Ladder:
    """Slopes over steps from narrow to wide: arrays of (rungs, seeds).

    ``rounding`` is the error that float64 must make; ``noise`` adds to it what was seen.
    """

    steps: np.ndarray
    left: np.ndarray
    right: np.ndarray
    central: np.ndarray
    rounding: np.ndarray
    noise: np.ndarray
    still: np.ndarray


def power_of_two(x: float) -> float:
    """The power of two next to ``x``: steps that float64 adds without rounding.

    >>> power_of_two(6.1e-6) == 2.0**-17
    True
    """
    return 2.0 ** round(math.log2(x))


def first_rung(line: Line, base: np.ndarray, seeds: Seeds, epsilon: float) -> Rung:
    """The cheap look: one central difference, at the step that balances its two errors.

    The truncation error grows with h² and rounding with 1/h; they meet at h = ε^⅓·max(1, |x|)
    (Press et al., *Numerical Recipes*, §5.7).
    """
    return _rung(line, base, seeds, epsilon, power_of_two(epsilon ** (1 / 3) * line.unit))


def _rung(line: Line, base: np.ndarray, seeds: Seeds, epsilon: float, step: float) -> Rung:
    """Slopes at ±step, with the rounding error ν = 8ε(|f| + |x·D|)/h of the central one.

    |x·D| stands for an argument that is rounded inside of f. Outputs are subtracted before they
    are summed, so that those which did not move add no error.
    """
    above, below = line.at(step), line.at(-step)
    up, down = line.taken(step), -line.taken(-step)
    central = seeds.project(above - below) / (up + down)
    height = seeds.magnitude(np.fmax(np.abs(base), np.fmax(np.abs(above), np.abs(below))))
    slope = np.where(np.isfinite(central), np.abs(central), 0.0)
    return Rung(
        step,
        left=seeds.project(base - below) / down,
        right=seeds.project(above - base) / up,
        central=central,
        rounding=(8 * epsilon * height + 8 * epsilon * line.size * slope) / step,
        still=seeds.magnitude((above != base) | (below != base)) == 0,
    )


def climb(line: Line, base: np.ndarray, seeds: Seeds, epsilon: float) -> Ladder:
    """The close look: slopes at steps from ``FINEST`` to ``TOP``, each taken twice."""
    steps = _steps(line)
    rungs = [_rung(line, base, seeds, epsilon, h) for h in steps]
    close = [_rung(line, base, seeds, epsilon, h * JITTER) for h in steps]
    left, right, central, rounding, still = (
        np.array([getattr(rung, part) for rung in rungs])
        for part in ("left", "right", "central", "rounding", "still")
    )
    widths = np.array(steps)[:, None]
    jumps = np.abs(central - np.array([rung.central for rung in close])) * widths
    moves = np.abs(np.hstack([left, right])) * widths
    beside = np.abs(np.array([np.hstack([r.left, r.right]) for r in close])) * widths * JITTER
    grain = _grain(moves, beside).reshape(2, -1).max(axis=0)
    # Standing still says nothing about a function that moves in grains.
    seen = np.maximum(grain, _noise_level(np.where(still & (grain > 0), np.nan, jumps)))
    return Ladder(
        np.array(steps), left, right, central, rounding,
        noise=np.fmax(rounding, seen / widths), still=still,
    )  # fmt: skip


def _steps(line: Line) -> list[float]:
    top = power_of_two(TOP * line.unit)
    # At 0, and so near it that a ladder from there to the top would have no end, 1 is the measure.
    size = line.size if line.size > 2.0**-110 else 2.0**-20
    bottom = power_of_two(size * FINEST)
    count = math.floor(math.log(top / bottom, RATIO)) + 1
    return [top / RATIO**k for k in reversed(range(count))]


def _grain(moves: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """The grain of an f that moves in grains, else 0: while it stands still, it may have a slope.

    The grain is the smallest move seen, unless two steps side by side differ by less than that.
    """
    apart = np.abs(moves - beside)
    apart = np.where(apart > 2.0**-40 * moves, apart, np.inf)
    smallest = np.where(moves > 0, moves, np.inf).min(axis=0)
    grainy = np.isfinite(smallest) & (np.fmin.reduce(apart, axis=0) > smallest / 4)
    return np.where(grainy, smallest, 0.0)


def _noise_level(jumps: np.ndarray) -> np.ndarray:
    """The noise of f itself, one number per seed, from pairs of slopes at almost one step.

    A function that cancels inside is noisier than its size tells: (1 − cos x)/x². The lower
    quartile leaves out the wide steps, where truncation shows; what says nothing comes as NaN. Ten
    lower quartiles of |N(0, σ)| are 3.2 σ.
    """
    level = np.zeros(jumps.shape[1])
    for k, column in enumerate(jumps.T):
        known = column[np.isfinite(column)]
        if known.size >= 3:
            level[k] = 10 * float(np.quantile(known, 0.25))
    return level


def limit(slopes: np.ndarray, noise: np.ndarray, order: int) -> Estimate:
    """The slope as the step shrinks to nothing: Richardson's extrapolation under Lepski's rule.

    Neighbouring rungs are combined so that the error of order h^order cancels (L. F. Richardson,
    *Phil. Trans. A* 210, 1911). From the narrowest step up, the intervals D ± ν are intersected;
    where they no longer meet, truncation has outgrown the noise (O. V. Lepski, *Theory Probab.
    Appl.* 35, 1990). Of the rungs below, the one with the smallest bound is taken: ν, or the
    distance from the rung before, whichever is larger.

    Parameters
    ----------
    slopes, noise : ndarray
        From the narrowest step to the widest.
    order : int
        Of the leading error: 2 for central differences, 1 for one-sided ones.
    """
    known = np.isfinite(slopes) & np.isfinite(noise)
    if not known.any():
        return Estimate(math.nan, math.inf)
    first = int(np.argmax(known))
    last = first + int(np.argmin(np.append(known[first:], False)))
    coarse, nu = slopes[first:last], noise[first:last]
    if len(coarse) < 3:
        return Estimate(float(coarse[0]), math.inf)
    fine = coarse[:-1] + (coarse[:-1] - coarse[1:]) / (RATIO**order - 1)
    low = np.maximum.accumulate(fine - nu[:-1])
    high = np.minimum.accumulate(fine + nu[:-1])
    meeting = int(np.argmin(np.append(low <= high, False)))
    apart = np.abs(np.diff(fine[:meeting], prepend=fine[0]))
    bound = np.maximum(nu[:meeting], apart)
    best = int(np.argmin(bound))
    error = float(bound[best])
    if meeting < min(3, len(fine)):
        # Two rungs that happen to agree are no evidence: the noise is larger than it looks.
        error = max(error, float(abs(fine[meeting] - fine[best])))
    return Estimate(float(fine[best]), error)


def diverges(slopes: np.ndarray, rounding: np.ndarray) -> bool:
    """Whether the slopes grow without end as the step shrinks: a jump, or a vertical tangent."""
    known = np.isfinite(slopes)
    a, b, c = (*np.abs(slopes[known][:3]), 0.0, 0.0, 0.0)[:3]
    return bool(known.any() and a > 4 * rounding[known][0] and a > 1.5 * b > 2.25 * c > 0)
