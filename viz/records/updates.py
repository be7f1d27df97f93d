"""How an optimizer moved a parameter, recognised from the record and computed anew for another gradient.

A form is accepted only where the recorded numbers obey it; nothing is taken from an optimizer's name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd_lite.recording import Data, StepRecord, Update

__all__ = ["DESCENT", "MOMENTS", "OTHER", "descent_rate", "replayed", "update_form"]

DESCENT, MOMENTS, OTHER = "descent", "moments", "other"
"""``w − lr·g``; Adam's ``w − lrₜ·m/√v``; anything else."""

_TOLERANCE = 1e-4
_BETAS = (0.9, 0.999)
_EPSILON = 1e-7


def _array(data: Data) -> np.ndarray:
    return np.asarray(data, float)


def _close(a: np.ndarray, b: np.ndarray, scale: np.ndarray) -> bool:
    """Equal but for the rounding of single precision, measured against the change and the value."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    return bool((np.abs(a - b) <= _TOLERANCE * scale + 1e-7 * np.abs(b) + 1e-12).all())


def descent_rate(updates: Sequence[Update]) -> float | None:
    """The rate of plain gradient descent, if one rate explains every update of a step."""
    rates = [float(_array(u.slots["learning_rate"])) for u in updates if "learning_rate" in u.slots]
    if not rates:
        steepest = max(updates, key=lambda u: float(np.abs(_array(u.gradient)).max()), default=None)
        if steepest is None:
            return None
        slope = _array(steepest.gradient).ravel()
        place = int(np.abs(slope).argmax())
        change = (_array(steepest.before) - _array(steepest.after)).ravel()[place]
        if not np.isfinite(slope).all() or slope[place] == 0 or change == 0:
            return None
        rates = [float(f"{change / slope[place]:.4g}")]
    rate = rates[0]
    with np.errstate(all="ignore"):
        for u in updates:
            change = rate * _array(u.gradient)
            if not _close(_array(u.before) - change, _array(u.after), np.abs(change)):
                return None
    return rate


def _moments(update: Update) -> bool:
    """Whether an update is Adam's, with the means that the record holds."""
    slots = update.slots
    if not {"m", "v", "corrected_rate"} <= set(slots):
        return False
    with np.errstate(all="ignore"):
        m, v = _array(slots["m"]), _array(slots["v"])
        change = _array(slots["corrected_rate"]) * m / (np.sqrt(v) + _EPSILON)
        return _close(_array(update.before) - change, _array(update.after), np.abs(change))


def update_form(steps: Sequence[StepRecord]) -> str:
    """The form that every update of these steps obeys: descent, moments or other."""
    steps = [s for s in steps if s.updates]
    if not steps:
        return OTHER
    if all(descent_rate(s.updates) is not None for s in steps):
        return DESCENT
    return MOMENTS if all(_moments(u) for s in steps for u in s.updates) else OTHER


def replayed(update: Update, gradient: Data, rate: float | None) -> Data | None:
    """The parameter after the same update with another gradient; None where that is not known.

    Parameters
    ----------
    update : Update
        What was recorded, for the right gradient.
    gradient : same shape as the parameter
    rate : float, optional
        The step's rate if it was plain gradient descent, from :func:`descent_rate`.

    Notes
    -----
    Adam's means follow from the recorded ones, since they are linear in g and in g²: Kingma and Ba
    (2015), with the usual β₁ = 0.9 and β₂ = 0.999, which the recorded rate has to confirm.
    """
    right, wrong = _array(update.gradient), _array(gradient)
    with np.errstate(all="ignore"):
        if rate is not None:
            return (_array(update.before) - rate * wrong).tolist()
        slots = update.slots
        if not _moments(update) or not {"learning_rate", "step"} <= set(slots):
            return None
        t, (first, second) = float(slots["step"]), _BETAS
        corrected = float(slots["learning_rate"]) * np.sqrt(1 - second**t) / (1 - first**t)
        if not np.isclose(corrected, float(slots["corrected_rate"]), rtol=1e-6):
            return None
        m = _array(slots["m"]) + (1 - first) * (wrong - right)
        v = _array(slots["v"]) + (1 - second) * (wrong**2 - right**2)
        after = _array(update.before) - corrected * m / (np.sqrt(np.maximum(v, 0)) + _EPSILON)
    return after.tolist()
