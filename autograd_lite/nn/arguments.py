"""Numbers that optimizers and schedules are made with: checked, and made plain numbers.

Python's numbers keep float32 arrays float32; NumPy's own float64 numbers would not.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

__all__ = ["at_least", "fraction", "number", "positive"]


def at_least(name: str, given: Any, least: float = 0.0) -> float:
    """A finite number that is not below ``least``.

    Raises
    ------
    TypeError
        It is not a number.
    ValueError
        It is below ``least``, infinite or NaN.
    """
    found = number(name, given)
    if not least <= found < math.inf:
        raise ValueError(f"{name} is {least:g} or more and finite, not {given}")
    return found


def positive(name: str, given: Any) -> float:
    """A finite number above 0; errors as for :func:`at_least`."""
    found = number(name, given)
    if not 0 < found < math.inf:
        raise ValueError(f"{name} is above 0 and finite, not {given}")
    return found


def fraction(name: str, given: Any, closed: bool = False) -> float:
    """A number from 0 to 1, 1 itself only where ``closed``; errors as for :func:`at_least`."""
    found = number(name, given)
    if not (0 <= found < 1 or (closed and found == 1)):
        below = "" if closed else ", below 1"
        raise ValueError(f"{name} lies between 0 and 1{below}, and was given as {given}")
    return found


def number(name: str, given: Any) -> float:
    """Python's number of any real number.

    Raises
    ------
    TypeError
        It is not a number.
    """
    if not isinstance(given, Real) or isinstance(given, bool):
        raise TypeError(f"{name} is a number, such as 0.01, not {given!r}")
    return int(given) if isinstance(given, Integral) else float(given)
