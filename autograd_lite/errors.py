"""What can go wrong, each message with what was given, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "AnomalyError",
    "GradientError",
    "NumericWarning",
    "ProgramError",
    "RecordError",
    "StaleDataError",
    "counted",
    "did_you_mean",
]


class GradientError(RuntimeError):
    """A derivative was asked for that the graph cannot give."""


class AnomalyError(GradientError):
    """A NaN or an infinity was made inside ``detect_anomaly()``, and here is where."""


class StaleDataError(GradientError):
    """A Value's data changed between its use in the graph and the backward pass."""


class ProgramError(RuntimeError):
    """A graph could not be written as a straight-line program."""


class RecordError(ValueError):
    """A file or a mapping is not a record that this version can read."""


class NumericWarning(RuntimeWarning):
    """An operation left its domain: an infinity or a NaN was made, and here is where."""


def counted(number: int | None, noun: str) -> str:
    """A number with its noun: ``1 feature``, ``2 features``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def did_you_mean(word: str, known: Iterable[str], likeness: float = 0.5) -> str:
    """A ready sentence with the nearest known spelling, or an empty string.

    >>> did_you_mean("tnah", ["tanh", "exp"])
    " Did you mean 'tanh'?"
    >>> did_you_mean("tahn", ["tan", "tanh"])
    " Did you mean 'tanh'?"
    """
    import difflib  # rarely needed, and not quick to load

    near = difflib.get_close_matches(word, sorted(known), n=3, cutoff=likeness)
    if word.isidentifier():
        near.sort(key=lambda other: sorted(other) != sorted(word))  # letters in a wrong order first
    return f" Did you mean {near[0]!r}?" if near else ""
