"""Operations of your own, declared as the library declares its own: once, as plain NumPy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from autograd_lite import op as declarations
from autograd_lite.context import caller
from autograd_lite.numpy_functions import forget
from autograd_lite.op import Op, Rule, by_numpy, registry

__all__ = ["elementwise", "structural"]

_homes: dict[str, str] = {}
"""The module that declared an operation of a user, by the operation's name."""


def elementwise(
    name: str, symbol: str, forward: Rule, *partials: Rule | float | None, **more: Any
) -> Op:
    """Declare an operation of your own that works element by element.

    Declared again in the same module (a notebook's cell run twice), it takes the place of the first;
    graphs made before keep the rules that they were made with.

    Parameters
    ----------
    name : str
        A name that no operation of the library has.
    symbol : str
        What a diagram shows.
    forward : callable
        ``forward(*inputs)`` in NumPy's functions and operators.
    *partials : callable, number or None
        For each input ∂out/∂input as ``partial(out, *inputs)``; a number where it is constant; None
        where there is none. The engine multiplies by the upstream gradient and undoes broadcasting.
    **more
        ``shown``, ``words``, ``domain``, ``numpy``, ``samples``, ``edges`` and ``bad``; see
        :class:`autograd_lite.op.Op`.

    Returns
    -------
    Op
        Call it with numbers, arrays or Values.

    Raises
    ------
    TypeError
        A rule is missing, or is not what it should be.
    ValueError
        The name belongs to the library or to another module.

    Examples
    --------
    >>> from autograd_lite import Value, elementwise, gradcheck
    >>> cube = elementwise("cube", "x³", lambda x: x**3, lambda out, x: 3 * x**2)
    >>> gradcheck(cube, 0.5).verdict
    'pass'
    >>> x = Value(2.0, name="x")
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    _check(name, symbol, forward, partials, 1)
    return _placed(
        name, more, lambda: declarations.elementwise(name, symbol, forward, *partials, **more)
    )


def structural(
    name: str,
    symbol: str,
    forward: Rule,
    *vjps: Rule | None,
    each: Callable[[int], Rule] | None = None,
    **more: Any,
) -> Op:
    """Declare an operation of your own that moves, selects or combines elements.

    Parameters
    ----------
    name, symbol, forward, **more
        As for :func:`elementwise`.
    *vjps : callable or None
        For each input the upstream gradient pulled back to it, as ``vjp(g, out, *inputs)``, in the
        shape of that input.
    each : callable, optional
        From the index of an input to its pull-back, where the number of inputs is free.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite import grad, structural
    >>> reverse = structural("reverse", "⇄", lambda x: x[::-1], lambda g, out, x: g[::-1])
    >>> grad(lambda x: reverse(x)[0])(np.array([1.0, 2.0, 3.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    if each is None:
        _check(name, symbol, forward, vjps, 2)
    else:
        _check(name, symbol, forward, (each,), 0)
    return _placed(
        name, more, lambda: declarations.structural(name, symbol, forward, *vjps, each=each, **more)
    )


def _check(name: Any, symbol: Any, forward: Any, rules: tuple[Any, ...], before: int) -> None:
    """Refuse what would fail later, and less clearly; ``before`` arguments precede the inputs."""
    if not isinstance(name, str) or not name.isidentifier():
        raise TypeError(
            f"an operation's name is a word such as 'swish', not {name!r}; the symbol may be any text"
        )
    if not isinstance(symbol, str) or not symbol:
        raise TypeError(f"the symbol of {name!r} is the text that a diagram shows, not {symbol!r}")
    if not callable(forward):
        raise TypeError(
            f"the forward rule of {name!r} is a function of its inputs, not {forward!r}: lambda x: ..."
        )
    kinds = "a function, a number or None" if before == 1 else "a function or None"
    for rule in rules:
        number = before == 1 and isinstance(rule, (int, float)) and not isinstance(rule, bool)
        if not (rule is None or callable(rule) or number):
            raise TypeError(f"a derivative of {name!r} is {kinds}, not {rule!r}")
    inputs = _arity(forward)
    example = "lambda out, x: ..." if before == 1 else "lambda g, out, x: ..."
    if before and inputs is not None and inputs != len(rules):
        raise TypeError(
            f"{name!r} has {inputs} input{'s' * (inputs != 1)} and was given {len(rules)}"
            f" derivative{'s' * (len(rules) != 1)}; write one for each input, as {example}, and None"
            " where there is none"
        )
    if not before or inputs is None:
        return
    for place, rule in enumerate(rules):
        takes = _arity(rule) if callable(rule) else None
        if takes is not None and takes != before + inputs:
            first = "out" if before == 1 else "g, out"
            raise TypeError(
                f"the derivative of {name!r} by input {place} takes {takes}"
                f" argument{'s' * (takes != 1)}, and is called with {before + inputs}: {first} and the"
                f" inputs, as in {example}"
            )


def _arity(rule: Rule) -> int | None:
    """How many positional arguments a function takes; None where it does not tell, or is free."""
    try:
        parameters = inspect.signature(rule).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL or p.default is not p.empty for p in parameters):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)


def _placed(name: str, more: dict[str, Any], declare: Callable[[], Op]) -> Op:
    """Declare, in the place of the operation of this name that the same module declared before."""
    home = str(caller().f_globals.get("__name__", ""))
    old = registry.get(name)
    if old is not None and _homes.get(name) != home:
        owner = f"module {_homes[name]!r}" if name in _homes else "the library"
        raise ValueError(
            f"an operation named {name!r} is declared by {owner} already; choose another name"
        )
    for function in more.get("numpy", ()):
        if function in by_numpy and by_numpy[function] is not old:
            raise ValueError(
                f"np.{function.__name__} stands for the operation {by_numpy[function].name!r}"
                f" already; leave it out of numpy="
            )
    if old is not None:
        del registry[name]
        for function in old.numpy:
            forget(function)
    try:
        made = declare()
    except BaseException:
        if old is not None:
            registry[name] = old
            by_numpy.update(dict.fromkeys(old.numpy, old))
        raise
    _homes[name] = home
    return made
