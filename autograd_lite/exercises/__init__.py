"""The questions of the tutorials: is an answer right, and if not, what may have gone wrong.

>>> from autograd_lite.exercises import check, hint
>>> check("1.1", 8)
✗ Not yet. 8 is the value of x³ at 2; the slope says how fast the value changes there.
>>> bool(check("1.1", 12))
True
>>> print(hint("1.1"))
Nudge x from 2 to 2.001 and divide the change of x³ by 0.001.

There is no list of answers: the engine works each of them out when it is asked.
"""

from __future__ import annotations

from typing import Any

from autograd_lite.errors import did_you_mean
from autograd_lite.exercises.catalogue import EXERCISES
from autograd_lite.exercises.judging import Exercise, Verdict

__all__ = ["Verdict", "check", "hint"]


def check(number: str, answer: Any) -> Verdict:
    """Judge the answer to a question of the tutorials.

    Parameters
    ----------
    number : str
        The question's number in the notebook: ``"3.2"`` is the second of tutorial 3.
    answer : number, array, text, function or ``...``
        What the question asks for. Numbers hold within 1 %. ``...`` stands for "not answered yet".

    Returns
    -------
    Verdict
        True where the answer is right. A notebook shows its words.

    Raises
    ------
    KeyError
        There is no such question.

    Examples
    --------
    >>> check("1.2", ...)
    ○ 1.2 is open: put your answer in the place of the three dots, and run the cell again.
    """
    return _found(number).judge(number, answer)


def hint(number: str) -> str:
    """A first thought for a question; raises KeyError where there is no such question."""
    return _found(number).hint


def _found(number: str) -> Exercise:
    exercise = EXERCISES.get(str(number))
    if exercise is None:
        raise KeyError(
            f"there is no question {number!r}.{did_you_mean(str(number), list(EXERCISES))}"
        )
    return exercise
