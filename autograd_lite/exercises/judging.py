"""How an answer is judged: beside the right one, beside known slips, and by the usual factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.notation import number as number_text
from autograd_lite.value import Value

__all__ = ["Exercise", "Numbers", "Slip", "Verdict", "Words", "Work", "called", "difference"]

RTOL = 0.01
"""How close a number has to be, relative to the right one: two figures by hand are enough."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and a sentence about it."""

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Slip:
    """A wrong answer that has a reason: how it comes about, and what to say then."""

    makes: Callable[[], Any]
    says: str


@dataclass(frozen=True)
class Exercise:
    """Base class: a question with a hint, and a word for whoever got it right."""

    hint: str
    praise: str = ""

    def judge(self, number: str, answer: Any) -> Verdict:
        """The verdict; an open or unreadable answer is told as such."""
        try:
            fault = self.fault(answer) if answer is not ... else _open()
        except _Open:
            return Verdict(
                False,
                f"○ {number} is open: put your answer in the place of the three dots, and run the"
                " cell again.",
            )
        except _Unreadable as error:
            return Verdict(False, f"✗ {error}")
        if fault is None:
            return Verdict(True, f"✓ Right. {self.praise}".rstrip())
        return Verdict(False, f"✗ Not yet. {fault}")

    def fault(self, answer: Any) -> str | None:
        """What is wrong with the answer; None where it is right."""
        raise TypeError(f"{type(self).__name__} says nothing about answers")


class _Unreadable(Exception):
    """An answer of the wrong kind."""


class _Open(Exception):
    """There is no answer yet."""


def _open() -> str:
    raise _Open


@dataclass(frozen=True)
class Numbers(Exercise):
    """A question whose answer is a number or an array of numbers.

    ``solve`` works the answer out; ``slips`` are told apart before the general remarks; ``accepts``
    replaces the comparison where many answers are right.
    """

    solve: Callable[[], Any] = lambda: np.nan
    slips: Sequence[Slip] = ()
    accepts: Callable[[np.ndarray], bool] | None = None
    whole: bool = False

    def fault(self, answer: Any) -> str | None:
        given = _numbers(answer)
        if self.accepts is not None:
            if given.ndim:
                return _shapes(given, np.zeros(()))
            return None if self.accepts(given) else self._slip(given)
        right = _numbers(self.solve())
        if given.shape != right.shape:
            return _shapes(given, right)
        if _close(given, right, 0.0 if self.whole else RTOL):
            return None
        return self._slip(given, right)

    def _slip(self, given: np.ndarray, right: np.ndarray | None = None) -> str:
        for slip in self.slips:
            wrong = _numbers(slip.makes())
            if wrong.shape == given.shape and _close(given, wrong, RTOL / 2):
                return slip.says
        return (right is not None and _pattern(given, right)) or self.hint


@dataclass(frozen=True)
class Words(Exercise):
    """A question whose answer is one of a few words, such as the name of a node.

    ``choices`` are what may be answered; ``slips`` has a sentence for some of the wrong ones.
    """

    solve: Callable[[], str] = lambda: ""
    choices: Sequence[str] = ()
    slips: Sequence[Slip] = ()

    def fault(self, answer: Any) -> str | None:
        if not isinstance(answer, str):
            raise _Unreadable(f"Answer with a word in quotes: {_list(self.choices)}.")
        given = _plain(answer)
        if given not in map(_plain, self.choices):
            raise _Unreadable(f"{answer!r} is none of the choices: {_list(self.choices)}.")
        if given == _plain(self.solve()):
            return None
        for slip in self.slips:
            if _plain(slip.makes()) == given:
                return slip.says
        return self.hint


@dataclass(frozen=True)
class Work(Exercise):
    """A question whose answer is a function or an object: ``tries`` puts it to the test.

    ``tries`` returns what is wrong, or None. What it raises is told as the answer's own error.
    """

    tries: Callable[[Any], str | None] = lambda answer: None

    def fault(self, answer: Any) -> str | None:
        if not callable(answer):
            raise _Unreadable(
                f"Give the function itself, without calling it, not {_short(answer)}."
            )
        try:
            return self.tries(answer)
        except (_Open, _Unreadable):
            raise
        except Exception as error:
            return f"It stops with {type(error).__name__}: {error}"


def called(answer: Callable[..., Any], *inputs: Any) -> Any:
    """What a learner's function returns; a body of three dots is an open question."""
    given = answer(*inputs)
    if given is None or given is ...:
        raise _Open
    return given


def difference(given: Any, right: Any) -> str | None:
    """How a number or an array differs from the right one, in words; None where it does not."""
    got, wanted = _numbers(given), _numbers(right)
    if got.shape != wanted.shape:
        return _shapes(got, wanted)
    if _close(got, wanted, 1e-6):
        return None
    return _pattern(got, wanted) or "The numbers differ."


# ── numbers ───────────────────────────────────────────────────────────────────────────────────
def _numbers(answer: Any) -> np.ndarray:
    if isinstance(answer, Value):
        answer = answer.data
    if isinstance(answer, (list, tuple)):
        answer = [x.data if isinstance(x, Value) else x for x in answer]
    try:
        numbers = np.asarray(answer)
    except ValueError:
        raise _Unreadable("The rows of your array have different lengths.") from None
    if numbers.dtype.kind not in "iuf":
        quoted = isinstance(answer, str) and any(c.isdigit() for c in answer)
        remedy = " Leave the quotes out." if quoted else ""
        raise _Unreadable(
            f"The answer is a number or an array of numbers, not {_short(answer)}.{remedy}"
        )
    return numbers.astype(float)


def _close(given: np.ndarray, right: np.ndarray, rtol: float) -> bool:
    scale = np.max(np.abs(right), initial=0.0)
    return bool(np.all(np.abs(given - right) <= rtol * np.abs(right) + 1e-9 * scale + 1e-12))


def _shapes(given: np.ndarray, right: np.ndarray) -> str:
    if given.size == right.size == 1:
        wanted = f"give it in one of shape {right.shape}" if right.ndim else "give it alone"
        return f"The number stands in an array of shape {given.shape}; {wanted}."
    if given.shape == right.shape[::-1]:
        return f"Rows and columns are swapped: your array is {given.shape}. Transpose it."
    if not right.ndim:
        return f"One number is asked for, and this is an array of shape {given.shape}."
    if right.ndim == 1 and given.ndim < 2:
        have = "is one number" if given.size == 1 else f"are {given.size} numbers"
        return f"There {have} in your answer; {right.size} are asked for."
    if right.ndim == 1 and given.shape == (1, right.size):
        return f"One pair of brackets too many: {right.size} numbers side by side are asked for."
    return f"Your answer has shape {given.shape}; one of shape {right.shape} is asked for."


_FACTORS = (
    (-1.0, "The size is right, the sign is not."),
    (2.0, "Too large by a factor of 2. Is something counted twice?"),
    (0.5, "Too small by a factor of 2. Did you forget the 2 of a square, or one of two ways?"),
    (-2.0, "The sign is flipped, and a factor of 2 is too much."),
    (-0.5, "The sign is flipped, and a factor of 2 is missing."),
)


def _pattern(given: np.ndarray, right: np.ndarray) -> str:
    """What the usual slips have in common, whatever the question; empty where nothing fits."""
    if not np.any(right):
        return ""
    for factor, remark in _FACTORS:
        if _close(given, factor * right, RTOL / 2):
            return remark
    unlike = np.all(right != 0) and not _close(abs(right), np.ones_like(right), 0.05)
    if unlike and _close(given, 1 / right, RTOL / 2):
        return "This is the reciprocal: which change is divided by which?"
    if given.ndim == 2 and given.shape == given.T.shape and _close(given, right.T, RTOL / 2):
        return "Rows and columns are swapped: transpose it."
    if given.ndim:
        wrong = np.flatnonzero(~np.isclose(given.ravel(), right.ravel(), rtol=RTOL))
        if 0 < len(wrong) < given.size:
            place = np.unravel_index(wrong[0], given.shape)
            index = ", ".join(str(int(i)) for i in place)
            good = given.size - len(wrong)
            verb = "is" if good == 1 else "are"
            return f"{good} of {given.size} numbers {verb} right; look again at [{index}]."
        return _multiple(given, right)
    return ""


def _multiple(given: np.ndarray, right: np.ndarray) -> str:
    """That all numbers are off by one factor, which a forgotten mean or a foreign size leaves."""
    if given.size < 2 or not np.all(right):
        return ""
    factor = float(np.mean(given / right))
    if not factor or not _close(given, factor * right, RTOL / 2):
        return ""
    return f"It is {number_text(factor, 4)} times what it should be."


def _plain(word: str) -> str:
    return word.strip().casefold()


def _list(words: Sequence[str]) -> str:
    return ", ".join(map(repr, words))


def _short(thing: Any) -> str:
    if isinstance(thing, (int, float)):
        return number_text(float(thing))
    text = repr(thing)
    return text if len(text) <= 40 else text[:39] + "…"
