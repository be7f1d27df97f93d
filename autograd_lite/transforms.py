"""Derivatives of functions: gradient, Jacobian, Hessian, and products with them.

Every transform takes a function of numbers, arrays, Values or nested lists, tuples and dicts of
them, and gives a function of the same. Results are plain numbers and arrays; inside another
derivative they are Values, so that transforms nest to any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.context import thread
from autograd_lite.errors import GradientError, counted
from autograd_lite.numeric import array_text, given_text, given_type, settle
from autograd_lite.sweep import sweep, sweep_values
from autograd_lite.value import Value, as_value, constant, leaf

__all__ = [
    "Tree", "argument_places", "check_one_number", "grad", "hessian", "hvp", "jacobian", "jvp",
    "tree_map", "value_and_grad", "vjp",
]  # fmt: skip

Tree = Any
"""A number, an array, a Value, or nested lists, tuples and dicts of them."""


def grad(f: Callable[..., Any], argnum: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The gradient of a function that returns one number.

    Parameters
    ----------
    f : callable
    argnum : int or tuple of int
        By which positional argument(s) to differentiate.

    Returns
    -------
    callable
        Takes what ``f`` takes; returns the gradient in the form of that argument, a tuple of them
        for a tuple ``argnum``.

    Raises
    ------
    GradientError
        ``f`` does not return one number.

    Examples
    --------
    >>> import numpy as np
    >>> slope = grad(np.tanh)
    >>> slope(0.0), grad(slope)(0.0), grad(grad(slope))(0.0)
    (1.0, 0.0, -2.0)
    """
    return _slope("grad", f, argnum)


def value_and_grad(f: Callable[..., Any], argnum: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The value and the gradient, from one forward and one backward pass; see :func:`grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _Run(f, argnum, args, kwargs)
        y = run.output
        check_one_number("value_and_grad", y, ", or use jacobian()")
        return run.outward(y), run.pull(1.0)

    return both


def _slope(who: str, f: Callable[..., Any], argnum: Any) -> Callable[..., Any]:
    """The gradient, for a public function of that name."""

    def slope(*args: Any, **kwargs: Any) -> Any:
        run = _Run(f, argnum, args, kwargs)
        check_one_number(who, run.output, ", or use jacobian()" if who == "grad" else "")
        return run.pull(1.0)

    return slope


def check_one_number(who: str, y: Any, otherwise: str = "") -> None:
    """Refuse what a function returned in place of one number.

    Raises
    ------
    GradientError
    """
    if y is None:
        raise GradientError("the function returned None; does it end without return?")
    if not _is_leaf(y):
        what, remedy = (
            given_type(y),
            "return one number, such as their sum",
        )
    elif np.ndim(y):
        what, remedy = array_text(y), f"reduce it with np.sum or np.mean{otherwise}"
    elif isinstance(y, str):
        what, remedy = given_text(y), "return a number"
    else:
        return
    raise GradientError(
        f"{who}() needs a function that returns one number, and this one returned {what}; {remedy}"
    )


def _one_array(who: str, y: Any) -> Value:
    if not _is_leaf(y):
        raise GradientError(
            f"{who}() needs a function that returns a number or one array, and this one returned"
            f" {given_type(y)}; join its parts with np.stack or np.concatenate"
        )
    return as_value(y)


def vjp(f: Callable[..., Any], *xs: Tree) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value, and the pull-back: from a gradient of the output to one of each argument.

    >>> y, pullback = vjp(lambda x, w: x * w, 2.0, 3.0)
    >>> y, pullback(1.0)
    (6.0, (3.0, 2.0))
    """
    run = _Run(f, tuple(range(len(xs))), xs, {})
    return run.outward(run.output), run.pull


def jvp(f: Callable[..., Any], xs: Sequence[Tree], tangents: Sequence[Tree]) -> tuple[Any, Any]:
    """The value, and its change along ``tangents``: the Jacobian times a vector.

    >>> jvp(lambda x, w: x * w, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    _check_pairs("jvp", "tangent", xs, tangents)
    run = _Run(f, tuple(range(len(xs))), tuple(xs), {})
    y = _one_array("jvp", run.output)
    probe = leaf(settle(np.zeros(y.shape, y.dtype)))
    return run.outward(y), run.outward(run.along(y, probe, tangents))


def hvp(f: Callable[..., Any], xs: Sequence[Tree], vectors: Sequence[Tree]) -> tuple[Any, ...]:
    """The Hessian of ``f`` times a vector, without the Hessian: one entry per argument.

    >>> hvp(lambda x: x**3, (2.0,), (1.0,))
    (12.0,)
    """
    _check_pairs("hvp", "vector", xs, vectors)
    every = tuple(range(len(xs)))

    slopes = _slope("hvp", f, every)
    return grad(lambda *args: _dot(slopes(*args), tuple(vectors)), every)(*xs)


def jacobian(f: Callable[..., Any], argnum: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """All derivatives of an array by an array: shape of the output, then shape of the argument.

    >>> import numpy as np
    >>> jacobian(lambda x: x * x)(np.array([1.0, 3.0])).tolist()
    [[2.0, 0.0], [0.0, 6.0]]
    """

    def table(*args: Any, **kwargs: Any) -> Any:
        run = _Run(f, argnum, args, kwargs)
        y = _one_array("jacobian", run.output)
        if not y.ndim:
            return run.pull(1.0)
        rows = [run.pull(seed.reshape(y.shape)) for seed in np.eye(y.size)]
        return tree_map(lambda *parts: _stack(parts, y.shape), rows[0], *rows[1:])

    return table


def hessian(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The second derivatives of a function that returns one number.

    >>> import numpy as np
    >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacobian(_slope("hessian", f, argnum), argnum)


def _check_pairs(who: str, what: str, xs: Any, others: Any) -> None:
    if not isinstance(xs, (tuple, list)) or not isinstance(others, (tuple, list)):
        raise TypeError(
            f"{who}() takes the arguments and the {what}s as tuples, one entry for each argument of"
            f" the function: {who}(f, (x,), (1.0,))"
        )
    if len(xs) != len(others):
        raise ValueError(
            f"{who}() was given {counted(len(xs), 'argument')} and {counted(len(others), what)};"
            " each argument needs one"
        )
    for place, (x, other) in enumerate(zip(xs, others, strict=True)):
        tree_map(partial(_check_shapes, what, place), x, other)


def _check_shapes(what: str, place: int, x: Any, given: Any) -> None:
    if np.shape(given) != np.shape(x):
        raise ValueError(
            f"the {what} for argument {place} is {array_text(given)}, and the argument is"
            f" {array_text(x)}; the two need one shape"
        )


def argument_places(argnum: Any) -> tuple[int, ...]:
    """What ``argnum`` says, as a tuple.

    Raises
    ------
    TypeError
        An entry is no whole number.
    """
    places = tuple(argnum) if isinstance(argnum, (tuple, list)) else (argnum,)
    for place in places:
        if not isinstance(place, int):
            raise TypeError(
                f"argnum is the place of an argument, a whole number from 0, and not {place!r}"
            )
    return places


class _Run:
    """One forward pass of ``f``, with fresh leaves in place of the chosen arguments."""

    def __init__(self, f: Callable[..., Any], argnum: int | tuple[int, ...], args: tuple[Any, ...],
                 kwargs: dict[str, Any]) -> None:  # fmt: skip
        self.nested = thread.depth > 0
        self.single = isinstance(argnum, int)
        if not callable(f):
            raise TypeError(
                f"a function is differentiated, and this is {given_type(f)}; give the function"
                " itself, without calling it: grad(f)(x), not grad(f(x))"
            )
        chosen = argument_places(argnum)
        for i in chosen:
            if not -len(args) <= i < len(args):
                raise TypeError(
                    f"argnum {i} asks for a positional argument that was not given: the function was"
                    f" called with {counted(len(args), 'argument')}; argnum counts from 0"
                )
        replaced = list(args)
        for i in chosen:
            replaced[i] = tree_map(self._fresh, args[i])
        self.leaves = [replaced[i] for i in chosen]
        thread.depth += 1
        try:
            self.output = f(*replaced, **kwargs)
        finally:
            thread.depth -= 1
        if self.output is None:
            raise GradientError("the function returned None; does it end without return?")

    def _fresh(self, x: Any) -> Value:
        """A leaf of this derivative; inside another one it stays tied to the outer Value."""
        if isinstance(x, Value):
            return ops.alias(x) if self.nested and x.tracked else leaf(x._data, x.name)
        return Value(x)

    def outward(self, y: Tree) -> Tree:
        """A result as the caller gets it: Values inside another derivative, else plain."""
        if self.nested:
            return y
        return tree_map(lambda v: v._data if isinstance(v, Value) else v, y)

    def pull(self, gradient: Any) -> Any:
        """From a gradient of the output to gradients of the chosen arguments."""
        y = as_value(self.output)
        grads = _sweep(y, gradient, self._since(), self.nested)
        found = [tree_map(lambda x: _found(grads, x, self.nested), tree) for tree in self.leaves]
        return found[0] if self.single else tuple(found)

    def along(self, y: Value, probe: Value, tangents: Sequence[Tree]) -> Any:
        """Jacobian × tangents: the derivative, by the seed, of ⟨pull-back of the seed, tangents⟩."""
        grads = sweep_values(y, probe, self._since()) if y.tracked else {}
        pulled = [tree_map(lambda x: _found(grads, x, True), tree) for tree in self.leaves]
        change = as_value(_dot(tuple(pulled), tuple(tangents)))
        return _found(_sweep(change, 1.0, 0, self.nested), probe, self.nested)

    def _since(self) -> int:
        flat: list[Value] = []
        for tree in self.leaves:
            tree_map(flat.append, tree)
        return min((x.serial for x in flat), default=0)


def _sweep(y: Value, gradient: Any, since: int, nested: bool) -> dict[Value, Any]:
    if not y.tracked:
        return {}
    if nested:
        seed = as_value(gradient)
        return sweep_values(y, seed if seed.ndim == y.ndim else seed + np.zeros(y.shape), since)
    plain = gradient._data if isinstance(gradient, Value) else gradient
    if np.shape(plain) != y.shape:
        raise ValueError(
            "the pull-back that vjp() returned takes a gradient in the shape of the output,"
            f" {array_text(y)}, and was given {array_text(plain)}"
        )
    return sweep(y, as_value(np.array(plain, dtype=y.dtype))._data, since)


def _found(grads: dict[Value, Any], x: Value, nested: bool) -> Any:
    """The gradient of a leaf; zeros where the result does not depend on it."""
    g = grads.get(x)
    if g is None:
        zeros = np.zeros(x.shape, x.dtype) if x.ndim else x.dtype.type(0)
        g = zeros if x.ndim or x.dtype != np.float64 else 0.0
        return constant(g) if nested else g
    return np.array(g) if isinstance(g, np.ndarray) else g


def _is_leaf(x: Any) -> bool:
    return not isinstance(x, (list, tuple, dict))


def tree_map(f: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """Apply ``f`` to the leaves of trees of one form."""
    if isinstance(tree, dict):
        return {k: tree_map(f, v, *(o[k] for o in others)) for k, v in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [tree_map(f, *group) for group in zip(tree, *others, strict=True)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return f(tree, *others)


def _dot(left: Tree, right: Tree) -> Any:
    """Σ left·right over all leaves of two trees of one form."""
    terms: list[Any] = []
    tree_map(lambda a, b: terms.append(np.sum(as_value(a) * b)), left, right)
    return sum(terms[1:], terms[0])


def _stack(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    if any(isinstance(p, Value) for p in parts):
        rows = [np.reshape(as_value(p), (1, *np.shape(p))) for p in parts]
        return np.reshape(np.concatenate(rows), (*shape, *np.shape(parts[0])))
    return np.reshape(np.stack(parts), (*shape, *np.shape(parts[0])))
