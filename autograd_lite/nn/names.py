"""Words for names and messages: small figures for indices, and counted nouns."""

from __future__ import annotations

import re
from functools import cache

from autograd_lite.errors import counted

__all__ = ["counted", "lowered", "raised", "snake_case"]

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def lowered(*numbers: int) -> str:
    """Indices: ``₁₂`` for 1, 2; with a comma where that could be misread, as in ``₁,₁₂``.

    >>> lowered(1, 2), lowered(1, 12), lowered()
    ('₁₂', '₁,₁₂', '')
    """
    between = "," if any(n > 9 for n in numbers) else ""
    return between.join(str(n) for n in numbers).translate(_LOWERED)


def raised(number: int) -> str:
    """The number of a layer, in brackets so that it is not read as a power: ``⁽²⁾``."""
    return f"⁽{str(number).translate(_RAISED)}⁾"


def snake_case(name: str) -> str:
    """The name of a class as Keras writes it for its objects.

    >>> snake_case("Dense"), snake_case("LeakyReLU"), snake_case("MyLayer2D")
    ('dense', 'leaky_re_lu', 'my_layer2d')
    """
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name.strip("_"))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
