"""Known mistakes by their pattern: a wrong gradient beside the Jacobian it should come from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from autograd_lite.checker.seeds import Seeds
from autograd_lite.numeric import summed_axes

__all__ = ["by_factor", "diagnose"]

SAME = 1e-4
"""How near a pattern must come, in parts of the largest entry."""

OVERWRITTEN = (
    "overwritten instead of added: where an element is used several times, its contributions add up"
)

FACTORS = {
    2.0: "twice too large: a contribution is counted twice, or a factor ½ is missing",
    -1.0: "the sign is flipped",
}

LATER_FACTORS = {
    0.0: "zero: no gradient arrives; is a number taken out of the graph (.data, float())?",
    0.5: f"half of what it should be; perhaps {OVERWRITTEN}",
}
"""Tried last: zeros at some elements, or halves, may belong to a larger pattern."""


def diagnose(
    jacobian: np.ndarray, claims: np.ndarray, shape: tuple[int, ...], seeds: Seeds,
    uses: Sequence[np.ndarray] = (),
) -> str:  # fmt: skip
    """The mistake whose pattern a wrong gradient has; empty where it is none of the known ones.

    Parameters
    ----------
    jacobian : ndarray
        (outputs, elements), numeric.
    claims : ndarray
        (seeds, elements), the gradient in question.
    shape : tuple of int
        Of the input.
    seeds : Seeds
    uses : sequence of ndarray
        What each use of the input contributes, where that is known.
    """
    right = seeds.project(jacobian)
    if not (np.isfinite(right).all() and np.isfinite(claims).all()):
        return ""
    pairs = claims[_wrong(claims, right)], right[_wrong(claims, right)]
    plain = by_factor(*pairs, FACTORS)
    if plain:
        return plain
    for text, candidate in _mistakes(jacobian, shape, seeds.shape):
        if _same(claims, seeds.project(candidate)):
            return text
    if len(uses) > 1 and any(_same(claims[0], part) for part in uses):
        return OVERWRITTEN
    return by_factor(*pairs, LATER_FACTORS) or _other_factor(*pairs)


def by_factor(
    claims: np.ndarray, right: np.ndarray, factors: dict[float, str] | None = None
) -> str:
    """The text for a known factor between wrong and right entries, or an empty string."""
    factor = _factor(claims, right)
    for known, text in (factors or {**FACTORS, **LATER_FACTORS}).items():
        if abs(factor - known) <= SAME:
            return text
    return ""


def _other_factor(claims: np.ndarray, right: np.ndarray) -> str:
    factor = _factor(claims, right)
    return "" if math.isnan(factor) else f"{factor:.5g} times what it should be"


def _factor(claims: np.ndarray, right: np.ndarray) -> float:
    """The one factor between two arrays; NaN where there is none, or one entry is no pattern."""
    top = float(np.abs(right).max(initial=0.0))
    if not top or not np.isfinite(claims).all():
        return math.nan
    unit = right / top
    factor = float(np.vdot(claims / top, unit) / np.vdot(unit, unit))
    return factor if _same(claims, factor * right, top) else math.nan


def _wrong(claims: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.abs(claims - right) > SAME * np.maximum(np.abs(claims), np.abs(right))


def _same(a: np.ndarray, b: np.ndarray, top: float = 0.0) -> bool:
    top = max(top, float(np.abs(b).max(initial=0.0)))
    return bool(top > 0 and np.abs(a - b).max(initial=0.0) <= SAME * top)


def _mistakes(
    jacobian: np.ndarray, shape: tuple[int, ...], out: tuple[int, ...]
) -> Iterator[tuple[str, np.ndarray]]:
    """Known mistakes, each with the Jacobian that it makes of the right one."""
    yield from _unsummed(jacobian, shape, out)
    yield OVERWRITTEN, _last_only(jacobian)
    yield from _transposed(jacobian, shape, out)


def _unsummed(
    jacobian: np.ndarray, shape: tuple[int, ...], out: tuple[int, ...]
) -> Iterator[tuple[str, np.ndarray]]:
    """One slice in place of the sum over a broadcast axis, or the mean."""
    try:
        axes = summed_axes(out, shape) if np.broadcast_shapes(shape, out) == out else ()
    except ValueError:
        axes = ()
    if not axes:
        return
    named = f"axis {axes[0]}" if len(axes) == 1 else f"axes {axes}"
    text = f"the sum over the broadcast {named} is missing"
    whole = jacobian.reshape((*out, -1))
    for end in (0, -1):
        kept = np.zeros_like(whole)
        place = tuple(end if a in axes else slice(None) for a in range(len(out)))
        kept[place] = whole[place]
        yield text, kept.reshape(jacobian.shape)
    count = math.prod(out[a] for a in axes)
    yield f"the mean over the broadcast {named} was taken, not the sum", jacobian / count


def _last_only(jacobian: np.ndarray) -> np.ndarray:
    """Of the outputs that an element reaches only the last: ``w[key] = g`` for ``np.add.at``."""
    reached = jacobian != 0
    last = len(jacobian) - 1 - np.argmax(reached[::-1], axis=0)
    kept = np.zeros_like(jacobian)
    columns = np.arange(jacobian.shape[1])
    kept[last, columns] = jacobian[last, columns]
    return kept


def _transposed(
    jacobian: np.ndarray, shape: tuple[int, ...], out: tuple[int, ...]
) -> Iterator[tuple[str, np.ndarray]]:
    """Two axes of one length exchanged, or the elements of a matrix read in the other order."""
    every = (*out, *shape)
    whole = jacobian.reshape(every)
    for a, b in combinations(range(len(every)), 2):
        if every[a] == every[b] > 1:
            if a >= len(out):
                text = "the gradient is transposed"
            elif b < len(out):
                text = "the upstream gradient is transposed"
            else:
                text = "a factor is transposed: y where yᵀ belongs, or the other way round"
            yield text, whole.swapaxes(a, b).reshape(jacobian.shape)
    if len(shape) > 1:
        other = whole.reshape((-1, *shape)).transpose(0, *range(len(shape), 0, -1))
        yield "the gradient is transposed", other.reshape(jacobian.shape)
