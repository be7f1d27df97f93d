"""What is checked: a function at a point, in float64, and the derivatives claimed for it."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd_lite.backward import backward_steps
from autograd_lite.checker.seeds import Seeds
from autograd_lite.numeric import array_text
from autograd_lite.transforms import vjp
from autograd_lite.value import Value, as_value, leaf

__all__ = ["Claims", "Handwritten", "Leaf", "Subject", "Tracked", "flatten"]


@dataclass(frozen=True)
class Leaf:
    """One array or number among the inputs: as it was given, and in float64."""

    name: str
    given: np.ndarray
    exact: np.ndarray


@dataclass(frozen=True)
class Claims:
    """The claimed derivatives, (seeds, elements) for each leaf, and what went wrong on the way."""

    parts: list[np.ndarray]
    problems: list[str]


class Subject(ABC):
    """A function of numbers, arrays, Values or nested containers of them, at one point.

    Raises
    ------
    TypeError
        An input holds something that is no number, or f returns no number or array.
    ValueError
        An input is empty or not finite; f returns nothing, or something else at a second call.
    """

    def __init__(self, f: Callable[..., Any], inputs: Sequence[Any]) -> None:
        self.f, self.inputs = f, tuple(inputs)
        self.leaves: list[Leaf] = []
        for name, x in zip(_names(f, self.inputs), self.inputs, strict=True):
            _walk(x, name, lambda name, x: self.leaves.append(self._named(_leaf(name, x))))
        if not any(part.exact.size for part in self.leaves):
            raise ValueError(
                "gradcheck found no number among the inputs: all of them are empty; give one"
            )
        self.points = [part.exact for part in self.leaves]
        first, again = self._output(self.points), self._output(self.points)
        self.shape = first.shape
        if not first.size:
            raise ValueError(
                f"f returned {array_text(first)}, which is empty; there is nothing to check"
            )
        if not np.array_equal(first, again, equal_nan=True):
            raise ValueError(
                "f gave two different results for the same inputs; a derivative can only be checked"
                " where f is a fixed function: fix its random seed, or pass the random numbers in"
            )
        self.base = np.ravel(first).astype(np.float64)
        self.epsilon = float(np.finfo(first.dtype).eps)

    def moved(self, index: int, points: np.ndarray) -> np.ndarray:
        """The flat output with another array in place of a leaf; NaN where f is undefined."""
        every = [*self.points]
        every[index] = points
        try:
            output = self._output(every)
        except (ArithmeticError, ValueError):
            return np.full(self.base.shape, np.nan)
        if output.shape != self.shape:
            raise ValueError(
                f"f returned {array_text(output)} near the point of the check, and at it"
                f" {array_text(np.empty(self.shape))}; the shape may not depend on the numbers"
            )
        return np.ravel(output).astype(np.float64)

    @abstractmethod
    def claims(self, seeds: Seeds) -> Claims:
        """The claimed gradient of each combination of the outputs; each is asked for twice."""

    def uses(self, index: int) -> list[np.ndarray]:
        """What each use of a leaf contributes to its gradient, where that is known apart."""
        return []

    def _named(self, part: Leaf) -> Leaf:
        """The leaf under a name that no other has: the second ``w`` is ``w#2``."""
        same = sum(other.name.partition("#")[0] == part.name for other in self.leaves)
        return replace(part, name=f"{part.name}#{same + 1}") if same else part

    def _output(self, points: Sequence[np.ndarray]) -> np.ndarray:
        y = self.f(*self._filled(points))
        return _numbers(y._data if isinstance(y, Value) else y)

    def _filled(self, points: Sequence[np.ndarray]) -> list[Any]:
        """The inputs in their own form, with these numbers in them."""
        left = iter(points)
        return [_walk(x, "", lambda name, x: self._wrap(next(left), x)) for x in self.inputs]

    def _wrap(self, point: np.ndarray, given: Any) -> Any:
        # A copy, for f may write into what it is given; np.float64 divides by 0 as arrays do.
        return point.copy() if point.ndim else point[()]

    def _gather(self, rounds: list[list[list[np.ndarray]]]) -> Claims:
        """Two rounds of gradients, (seed, leaf) each, side by side."""
        parts, problems = [], []
        for i, part in enumerate(self.leaves):
            first, again = (
                np.array([np.ravel(grads[i]) for grads in one], dtype=np.float64) for one in rounds
            )
            parts.append(first)
            differ = np.argwhere(~((first == again) | (np.isnan(first) & np.isnan(again))))
            if len(differ):
                k, e = differ[0]
                place = list(map(int, np.unravel_index(e, part.exact.shape))) or ""
                problems.append(
                    f"the gradient for {part.name}{place} was {first[k, e]:.6g} at first and"
                    f" {again[k, e]:.6g} when asked for again: a rule keeps a state, or writes into"
                    " an array that it was given"
                )
        return Claims(parts, problems)


class Tracked(Subject):
    """A function of Values; the engine claims its gradient."""

    def claims(self, seeds: Seeds) -> Claims:
        given = [part.given.copy() for part in self.leaves]
        y, pull = vjp(self.f, *self._filled(given))
        dtype = np.result_type(y)
        rounds: list[list[list[np.ndarray]]] = [[], []]
        for one in rounds:
            for weights in seeds.weights():
                grads = pull(weights.astype(dtype) if weights.ndim else float(weights))
                one.append([np.asarray(g) for g in flatten(grads)])
        claims = self._gather(rounds)
        for part, now in zip(self.leaves, given, strict=True):
            if not np.array_equal(part.given, now):
                claims.problems.append(
                    f"the data of {part.name} was written into, by f or by its backward pass; let"
                    " them work on a copy"
                )
        return claims

    def _wrap(self, point: np.ndarray, given: Any) -> Any:
        name = given.name if isinstance(given, Value) else None
        if point.ndim:
            return leaf(point, name)
        return leaf(float(point) if point.dtype == np.float64 else point[()], name)


class Handwritten(Subject):
    """A function of plain arrays; its author claims the gradient of the sum of its outputs."""

    def __init__(
        self, f: Callable[..., Any], inputs: Sequence[Any], gradient: Callable[..., Any]
    ) -> None:
        super().__init__(f, inputs)
        self.gradient = gradient

    def claims(self, seeds: Seeds) -> Claims:
        given = [part.given for part in self.leaves]
        return self._gather([[self._claimed(self.gradient(*self._filled(given)))] for _ in "12"])

    def _claimed(self, answer: Any) -> list[np.ndarray]:
        count = len(self.inputs)
        if count == 1 and not (isinstance(answer, tuple) and len(answer) == 1):
            answer = (answer,)
        if not isinstance(answer, (tuple, list)) or len(answer) != count:
            what = f"{len(answer)} results" if isinstance(answer, (tuple, list)) else _kind(answer)
            raise ValueError(
                f"gradient(...) returned {what} for {count} inputs; return one gradient for each,"
                " as a tuple in their order"
            )
        parts = iter(self.leaves)
        found: list[np.ndarray] = []
        try:
            for x, g in zip(self.inputs, answer, strict=True):
                _walk(x, "", lambda name, x, g: found.append(self._fitted(next(parts), g)), g)
        except (KeyError, IndexError):
            raise ValueError(
                "gradient(...) returned another form than its inputs have; return the same lists,"
                " tuples and dicts, with a gradient in place of each number or array"
            ) from None
        return found

    def _fitted(self, part: Leaf, g: Any) -> np.ndarray:
        array = _numbers(g._data if isinstance(g, Value) else g, "gradient(...)")
        shape = part.exact.shape
        if array.shape == shape:
            return array
        remedy = "return a gradient in the shape of its input"
        if array.shape == self.shape and np.broadcast_shapes(shape, array.shape) == array.shape:
            remedy = "the sum over the broadcast axes is missing"
        raise ValueError(
            f"gradient(...) returned {array_text(array)} for {part.name}, which is"
            f" {array_text(part.exact)}: {remedy}"
        )

    def uses(self, index: int) -> list[np.ndarray]:
        """The contributions that the engine finds, where f runs on Values as well."""
        leaves = [leaf(p if p.ndim else float(p)) for p in self.points]
        left = iter(leaves)
        try:
            y = as_value(self.f(*[_walk(x, "", lambda name, x: next(left)) for x in self.inputs]))
            ones = np.ones(y.shape) if y.ndim else None
            steps = list(backward_steps(y, ones, write=False))
        except Exception:  # f belongs to somebody else, and this is only a hint
            return []
        return [np.ravel(s.contribution) for s in steps if s.input is leaves[index]]


def _walk(tree: Any, name: str, visit: Callable[..., Any], *others: Any) -> Any:
    """The same nested form with ``visit(name, leaf, ...)`` in place of each leaf."""
    if isinstance(tree, dict):
        return {
            k: _walk(v, f"{name}[{k!r}]", visit, *(o[k] for o in others)) for k, v in tree.items()
        }
    if isinstance(tree, (list, tuple)):
        parts = [
            _walk(v, f"{name}[{i}]", visit, *(o[i] for o in others)) for i, v in enumerate(tree)
        ]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return visit(name, tree, *others)


def flatten(tree: Any) -> list[Any]:
    """The leaves of nested lists, tuples and dicts, in order."""
    found: list[Any] = []
    _walk(tree, "", lambda name, x: found.append(x))
    return found


def _names(f: Callable[..., Any], inputs: tuple[Any, ...]) -> list[str]:
    """The parameters' names; ``input 0`` and so on where f does not tell."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    own = [p.name for p in parameters if p.kind in plain]
    return [own[i] if i < len(own) else f"input {i}" for i in range(len(inputs))]


def _leaf(name: str, x: Any) -> Leaf:
    if isinstance(x, Value):
        name, x = x.name or name, x._data
    try:
        given = np.array(x)
    except ValueError:
        given = np.array(None)
    if given.dtype.kind not in "fiu":
        raise TypeError(
            f"gradcheck differentiates by numbers and arrays of them, and {name} is {_kind(x)};"
            " leave it out of the inputs: gradcheck(lambda x: f(x, option), x)"
        )
    if given.dtype.kind in "iu":
        given = given.astype(np.float64)
    bad = np.argwhere(~np.isfinite(given))
    if len(bad):
        at = list(map(int, bad[0])) or ""
        raise ValueError(
            f"{name}{at} is {given[tuple(bad[0])]}; a derivative can be checked only at finite"
            " numbers"
        )
    return Leaf(name, given, given.astype(np.float64))


def _numbers(y: Any, who: str = "f") -> np.ndarray:
    array = None if isinstance(y, (list, tuple, dict)) or y is None else np.asarray(y)
    if array is None or array.dtype.kind not in "fiub":
        raise TypeError(
            f"{who} returned {_kind(y)}, where a real number or one array of them is needed; return"
            " one, as with np.concatenate, or check each result on its own"
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _kind(x: Any) -> str:
    if x is None:
        return "None"
    dtype = getattr(x, "dtype", None)
    return f"a {type(x).__name__}" + ("" if dtype is None else f" of dtype {dtype}")
