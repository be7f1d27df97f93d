"""What NumPy's functions do, as a page: ``python -m autograd_lite.numpy_functions.coverage``."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograd_lite.numpy_functions import dispatch
from autograd_lite.numpy_functions.adapters import named, qualified

__all__ = ["classify", "coverage", "page"]

KINDS = {
    "gradient": "supported",
    "answer": "answers without a gradient",
    "none": "not supported",
}
"""What a function does on Values, and the words of the page for it."""


def classify(function: Any) -> str:
    """What a NumPy function does on Values: ``"gradient"``, ``"answer"`` or ``"none"``.

    >>> import numpy as np
    >>> classify(np.sin), classify(np.argmax), classify(np.fft.fft)
    ('gradient', 'answer', 'none')
    """
    if dispatch.has_gradient(function):
        return "gradient"
    return "answer" if function in dispatch.answers else "none"


def coverage() -> dict[str, str]:
    """Every function that the installed NumPy lets a class override, by name, and what it does."""
    # Loaded here: numpy.testing is large, and only this page needs it; and the functions of a room
    # that NumPy loads late are listed only once it is there.
    from numpy import fft
    from numpy.testing import overrides

    functions = {
        fft.fft,
        *overrides.get_overridable_numpy_ufuncs(),
        *overrides.get_overridable_numpy_array_functions(),
    }
    return dict(sorted((qualified(f), classify(f)) for f in functions if _is_public(f)))


def _is_public(function: Any) -> bool:
    """Whether NumPy shows a function under its own name: not an inner part, nor for records."""
    name = qualified(function)
    return named(name) is function and "recfunctions" not in name


def page() -> str:
    """The page, in Markdown."""
    kinds = coverage()
    counts = Counter(kinds.values())
    told = ", ".join(f"{counts[kind]} {words}" for kind, words in KINDS.items())
    rows = [f"| `np.{name}` | {KINDS[kind]} |" for name, kind in kinds.items()]
    return "\n".join(
        [
            f"# NumPy {np.__version__} on Values",
            "",
            f"Of the {len(kinds)} functions that this NumPy lets a class take over: {told}.",
            "",
            "*Supported* functions record an operation, and gradients flow through it. Those that"
            " *answer without a gradient* give plain numbers, shapes or text: their derivative is 0 or"
            " has no meaning. The others raise a `TypeError` that says so.",
            "",
            "This page is written by `python -m autograd_lite.numpy_functions.coverage`.",
            "",
            "| function | on Values |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    print(page(), end="")
