"""Gradients checked against numbers: a cheap look at all, a close one at what is suspect."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite.checker.diagnosis import by_factor, diagnose
from autograd_lite.checker.report import LadderStep, Report, Row
from autograd_lite.checker.search import Search
from autograd_lite.checker.seeds import choose
from autograd_lite.checker.subject import Handwritten, Subject, Tracked, flatten
from autograd_lite.checker.verdict import VERDICTS, Tolerance
from autograd_lite.context import unwatched
from autograd_lite.errors import did_you_mean
from autograd_lite.numeric import tell
from autograd_lite.transforms import vjp

__all__ = ["LadderStep", "Report", "Row", "assert_grads", "gradcheck"]

KINKS = ("warn", "accept", "fail")
SHOWN = 200
"""So many rows are kept in the report, the worst ones."""


def gradcheck(
    f: Callable[..., Any],
    *inputs: Any,
    gradient: Callable[..., Any] | None = None,
    order: int = 1,
    rtol: float | None = None,
    kinks: str = "warn",
    seed: int = 0,
) -> Report:
    """Check the gradient of ``f`` at a point against differences of its values.

    Parameters
    ----------
    f : callable
        From the inputs to one number or array.
    *inputs : float, array, Value, or nested lists, tuples and dicts of them
        Finite. They come back unchanged; float32 is differenced in float64.
    gradient : callable, optional
        Takes what ``f`` takes; returns the gradient of ``np.sum(f(...))`` by each input. With it,
        ``f`` is any function of plain arrays; without, the engine's own gradient is checked.
    order : int
        2 checks the gradient of the gradient as well.
    rtol : float, optional
        1e-5; 1e-4 where an input is float32.
    kinks : str
        A gradient between the one-sided slopes of a kink is accepted with a warning (``"warn"``),
        in silence (``"accept"``), or not at all (``"fail"``).
    seed : int
        Of the random directions; NumPy's global generator is not touched.

    Returns
    -------
    Report
        True where all is well; ``print(report)`` shows the worst derivatives.

    Raises
    ------
    TypeError, ValueError
        The check cannot be made; the message says what to change.

    Warns
    -----
    NumericWarning
        A gradient was accepted at a kink.

    Examples
    --------
    >>> import numpy as np
    >>> gradcheck(np.tanh, 0.5).verdict
    'pass'
    >>> gradcheck(np.sin, 0.5, gradient=lambda x: -np.cos(x)).rows[0].diagnosis
    'the sign is flipped'
    """
    _check_usage(f, inputs, gradient, order, rtol, kinks)
    rng = np.random.default_rng(seed)
    with _quiet():
        first = Tracked(f, inputs) if gradient is None else Handwritten(f, inputs, gradient)
    tolerance = _rtol(first) if rtol is None else float(rtol)
    rows, problems = _compare(first, tolerance, 1, rng)
    if order == 2:
        with _quiet():
            second = Tracked(_slope(f, first.shape, rng), inputs)
        more, other = _compare(second, tolerance, 2, rng)
        rows, problems = rows + more, problems + other
    report = _report(rows, problems, tolerance, order, seed, kinks)
    if kinks == "warn" and report.ok:
        _tell_kinks(report)
    return report


def assert_grads(
    f: Callable[..., Any],
    *inputs: Any,
    gradient: Callable[..., Any] | None = None,
    order: int = 1,
    rtol: float | None = None,
    kinks: str = "warn",
    seed: int = 0,
) -> None:
    """Raise an ``AssertionError`` with the report unless the gradient of ``f`` is right.

    For any test suite; the parameters are those of :func:`gradcheck`.

    Raises
    ------
    AssertionError
        A derivative is wrong, or cannot be told from the noise.

    Examples
    --------
    >>> assert_grads(lambda w, x: w * x + 1, 0.5, 8.0)
    """
    __tracebackhide__ = True
    report = gradcheck(
        f, *inputs, gradient=gradient, order=order, rtol=rtol, kinks=kinks, seed=seed
    )
    if not report.ok:
        raise AssertionError(report.table())


def _compare(
    subject: Subject, rtol: float, order: int, rng: np.random.Generator
) -> tuple[list[Row], list[str]]:
    """The claims of one order, searched and diagnosed."""
    seeds = choose(subject.shape, isinstance(subject, Handwritten), rng)
    claims = subject.claims(seeds)
    finite = [np.abs(part[np.isfinite(part)]) for part in claims.parts]
    largest = max((float(part.max(initial=0.0)) for part in finite), default=0.0)
    epsilon = max(float(np.finfo(part.given.dtype).eps) for part in subject.leaves)
    slack = 8 * epsilon * largest if epsilon > subject.epsilon else 0.0
    tolerance = Tolerance(rtol, largest, slack)
    search = Search(subject, seeds, claims.parts, tolerance, order, rng)
    with _quiet():
        search.run()
        for i, part in enumerate(subject.leaves):
            wrong = [r for r in search.rows if r.verdict == "fail" and r.input == part.name]
            jacobian = search.jacobian(i) if wrong else None
            if jacobian is not None:
                shape, uses = part.exact.shape, subject.uses(i)
                search.diagnosed(i, diagnose(jacobian, claims.parts[i], shape, seeds, uses))
            elif wrong:
                pairs = np.array([(r.analytic, r.numeric) for r in wrong if r.index is not None])
                search.diagnosed(i, by_factor(*pairs.T) if len(pairs) else "")
    return search.rows, claims.problems


def _slope(
    f: Callable[..., Any], shape: tuple[int, ...], rng: np.random.Generator
) -> Callable[..., Any]:
    """The gradient of a fixed combination of f's outputs, all inputs in one row."""
    weights = rng.choice([-1.0, 1.0], shape) if shape else 1.0

    def slope(*inputs: Any) -> Any:
        _, pull = vjp(f, *inputs)
        return np.concatenate([np.reshape(g, (-1,)) for g in flatten(pull(weights))])

    return slope


def _report(
    rows: list[Row], problems: list[str], rtol: float, order: int, seed: int, kinks: str
) -> Report:
    ordered = sorted(rows, key=Row.badness, reverse=True)
    verdict = "fail" if problems else ordered[0].verdict
    good = VERDICTS[: 1 if kinks == "fail" else 2]
    return Report(
        verdict, verdict in good, tuple(ordered[:SHOWN]), tuple(problems), len(rows), rtol, order,
        seed, kinks,
    )  # fmt: skip


def _tell_kinks(report: Report) -> None:
    found = [row for row in report.rows if row.verdict == "kink"]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        tell(
            f"gradcheck accepted a gradient at a kink: {found[0].where()}{more},"
            f" {found[0].analytic:.6g} is {found[0].note.removeprefix('a kink: ')}. Check beside"
            " the kink, or say kinks='accept'."
        )


def _rtol(subject: Subject) -> float:
    """By the least precise input: its gradient cannot be better than its numbers."""
    return max(
        {2: 1e-2, 4: 1e-4}.get(part.given.dtype.itemsize, 1e-5) for part in subject.leaves
    )  # fmt: skip


def _check_usage(
    f: Any, inputs: tuple[Any, ...], gradient: Any, order: Any, rtol: Any, kinks: Any
) -> None:
    if not callable(f):
        raise TypeError(
            f"gradcheck takes the function first, and was given {f!r}; write"
            " gradcheck(lambda x: ..., x)"
        )
    if not inputs:
        raise TypeError(
            "gradcheck needs the inputs at which f is to be checked, after f: gradcheck(f, 0.5)"
        )
    if gradient is not None and not callable(gradient):
        raise TypeError(
            f"gradient= takes a function of f's inputs, not {type(gradient).__name__}; write"
            " gradient=lambda x: ..."
        )
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, not {order!r}")
    if order == 2 and gradient is not None:
        raise ValueError(
            "order=2 differentiates the engine's gradient once more, and gradient= gives another;"
            " check that one as a function of its own: gradcheck(gradient, x, gradient=second)"
        )
    if rtol is not None and not (isinstance(rtol, (int, float)) and 0 < rtol < 1):
        raise ValueError(f"rtol is a number between 0 and 1, as 1e-5, not {rtol!r}")
    if kinks not in KINKS:
        near = did_you_mean(str(kinks), KINKS)
        raise ValueError(f"kinks is 'warn', 'accept' or 'fail', not {kinks!r}.{near}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Inside, f may leave its domain in silence: steps beside the point do so all the time."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), unwatched():
        warnings.simplefilter("ignore")
        yield
