"""A learner's mistakes: what was written, and word for word what the library says to it."""

from __future__ import annotations

import copy
import math
import pickle
import warnings

import numpy as np
import pytest

import autograd_lite
import viz
from autograd_lite import Value

from .mistakes_functions import FUNCTIONS
from .mistakes_values import VALUES

NAMES = {
    "autograd_lite": autograd_lite, "viz": viz, "np": np, "copy": copy, "pickle": pickle,
    "math": math, **{name: getattr(autograd_lite, name) for name in autograd_lite.__all__},
}  # fmt: skip

MISTAKES = [*VALUES, *FUNCTIONS]


def stale():
    w = Value(np.ones(3), name="w")
    y = np.sum(w * w)
    w.data = np.zeros(3)
    y.backward()


def trap():
    t = Value([0.0, 4.0], name="t")
    np.sum(np.where(t > 0, np.sqrt(t), 0.0)).backward()


def said(code: str) -> list[str]:
    """The warnings that the code gives and the error that it ends with, as Python shows them."""
    given = {
        "v": Value([1.0, 2.0, 3.0], name="v"),
        "x": Value(2.0, name="x"),
        "A": Value(np.ones((2, 3)), name="A"),
        "B": Value(np.ones((2, 4)), name="B"),
        "stale": stale,
        "trap": trap,
    }
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            eval(code, {**NAMES, **given})
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    return [f"{w.category.__name__}: {w.message}" for w in caught] + told


@pytest.mark.parametrize(
    ("code", "message"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_word_for_word(code, message):
    assert message in said(code)


@pytest.mark.parametrize("message", [row[2] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_message_reads_aloud(message):
    text = message.partition(": ")[2]
    assert 20 < len(text) < 420
    assert "  " not in text and "\n" not in text
    assert (
        "<" not in text.replace("(<)", "")
        and "0x" not in text
        and "autograd_lite.value" not in text
    )


def test_text_equals_no_number():
    """Equality answers, as of NumPy's arrays; an order between text and numbers there is not."""
    x, v = Value(2.0), Value([1.0, 2.0])
    for other in ("2.0", None):
        assert (x == other) is False and (x != other) is True
        assert (v == other).tolist() == [False, False] and (v != other).tolist() == [True, True]


def test_comparison_with_lists_is_as_in_numpy():
    """``in`` asks for equality: scalars answer by their numbers, the same array is found at once."""
    x, v = Value(2.0), Value([1.0, 2.0])
    assert x in [Value(2.0)] and 2.0 in [x] and v in [v]
    with pytest.raises(ValueError, match="truth value of an array"):
        bool(v in [Value([3.0, 4.0])])
    assert v in {v} and Value(2.0) not in {x}, "sets and dicts tell Values apart by identity"


def test_a_rule_that_branches_is_found_by_the_checker():
    """A rule with an ``if`` on numbers serves scalars and is refused for arrays, not wrong."""
    from autograd_lite.op import Op
    from autograd_lite.value import apply, as_value

    op = Op(
        "hinge", "?", lambda x: np.maximum(x, 0), partials=(lambda out, x: 1.0 if x > 0 else 0.0,)
    )
    f = lambda x: apply(op, (as_value(x),))  # noqa: E731
    assert autograd_lite.gradcheck(f, 0.5).ok
    with pytest.raises(ValueError, match="truth value of an array"):
        autograd_lite.gradcheck(f, np.array([0.5, -0.5]))
