"""What an operation is: one declaration, read with arrays, Values, symbols or code names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["Bad", "Edge", "Op", "Sample", "by_numpy", "elementwise", "registry", "structural"]

Rule = Callable[..., Any]

registry: dict[str, Op] = {}
"""Every declared operation by its name."""

by_numpy: dict[Any, Op] = {}
"""The operation that stands behind a NumPy function or ufunc."""


class Sample(NamedTuple):
    """A point inside an operation's domain, where its tests may differentiate numerically."""

    inputs: tuple[Any, ...]
    params: Mapping[str, Any] = MappingProxyType({})


class Edge(NamedTuple):
    """A point where the derivative is a convention: the gradient that each input gets there."""

    at: tuple[Any, ...]
    gradient: tuple[Any, ...]
    warns: str = ""


class Bad(NamedTuple):
    """Input that must be refused, and words that the message must hold."""

    inputs: tuple[Any, ...]
    error: type[Exception]
    says: str
    params: Mapping[str, Any] = MappingProxyType({})


class Op:
    """One operation: its forward rule and, for each input, how a gradient flows back through it.

    Parameters
    ----------
    name, symbol : str
        The name in code, and the sign that a diagram shows.
    forward : callable
        ``forward(*inputs, **params)`` in plain NumPy.
    partials : sequence of callable, number or None
        Element-wise operations: ``∂out/∂inputᵢ`` as ``partial(out, *inputs, **params)``, or a number
        where it is constant, or None where there is no derivative. The engine multiplies by the
        upstream gradient and undoes broadcasting.
    vjps : sequence of callable, or a callable of the index
        Structural operations: the upstream gradient pulled back to input i, as
        ``vjp(g, out, *inputs, **params)``. A function of the index serves any number of inputs.
    shown : sequence of callable or None
        The textbook form of a partial whose rule is written for accuracy. A test holds the two equal.
    words : sequence of str
        What a structural rule does, in a few words, where its formula would not say it.
    domain : str
        Where the operation is defined, told in the warning when it is left.
    numpy : sequence of callable
        The NumPy functions that this operation stands for.
    samples, edges, bad
        The points of its tests.
    """

    __slots__ = (
        "bad", "both", "domain", "edges", "forward", "name", "numpy", "partials", "pulls", "samples",
        "shown", "symbol", "vjps", "words",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: Rule,
        *,
        partials: Sequence[Rule | float | None] = (),
        vjps: Sequence[Rule | None] | Callable[[int], Rule] = (),
        shown: Sequence[Rule | None] = (),
        words: Sequence[str] = (),
        domain: str = "",
        numpy: Sequence[Any] = (),
        samples: Sequence[Sample] = (),
        edges: Sequence[Edge] = (),
        bad: Sequence[Bad] = (),
    ) -> None:
        if bool(partials) == bool(vjps):
            raise TypeError(f"operation {name!r} needs partials or vjps, and not both")
        self.name, self.symbol, self.forward = name, symbol, forward
        self.partials = tuple(partials)
        self.vjps = _Each(vjps) if callable(vjps) else tuple(vjps)
        self.shown, self.words, self.domain = tuple(shown), tuple(words), domain
        self.numpy, self.samples = tuple(numpy), tuple(samples)
        self.edges, self.bad = tuple(edges), tuple(bad)
        self.pulls = self.vjps or tuple(_pull(p, len(self.partials)) for p in self.partials)
        self.both = _both(*self.partials) if len(self.partials) == 2 and not domain else None

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        """Apply to arrays and numbers, or to whatever stands in for them (Values, symbols)."""
        for x in inputs:
            if hasattr(type(x), "__apply_op__"):
                return x.__apply_op__(self, inputs, params)
        return self.forward(*inputs, **params)

    def __repr__(self) -> str:
        return f"<op {self.name} {self.symbol}>"

    @property
    def elementwise(self) -> bool:
        """True where each element of the output depends on one element of each input."""
        return bool(self.partials)

    def pull(self, index: int) -> Rule | None:
        """The rule that takes the upstream gradient to input ``index``, None without a derivative."""
        return self.pulls[index]

    def local(self, index: int) -> Rule | None:
        """The local derivative of an element-wise operation as a rule, None for structural ones."""
        if not self.partials:
            return None
        return _constant(self.partials[index])

    def textbook(self, index: int) -> Rule | None:
        """The local derivative as a textbook writes it."""
        if index < len(self.shown) and self.shown[index] is not None:
            return self.shown[index]
        return self.local(index)


class _Each:
    """Pull-backs of any number of inputs, made from the index when they are asked for."""

    def __init__(self, rule: Callable[[int], Rule]) -> None:
        self.rule = rule

    def __getitem__(self, index: int) -> Rule:
        return self.rule(index)


def _constant(partial: Rule | float | None) -> Rule | None:
    if partial is None or callable(partial):
        return partial
    number = float(partial)
    return lambda out, *inputs, **params: number


def _pull(partial: Rule | float | None, arity: int) -> Rule | None:
    """The chain rule, once for all element-wise operations: upstream gradient × local derivative."""
    if partial is None:
        return None
    if partial == 1:
        return lambda g, out, *inputs, **params: g
    if partial == -1:
        return lambda g, out, *inputs, **params: -g
    if not callable(partial):
        number = float(partial)
        return lambda g, out, *inputs, **params: g * number
    code = getattr(partial, "__code__", None)
    if code is not None and not code.co_kwonlyargcount and arity <= 2:
        # Without stars, a call costs half; and most calls of a scalar graph end here.
        if _hands_back(partial, arity) in _SHORT:
            return _SHORT[_hands_back(partial, arity)]
        if arity == 1:
            return lambda g, out, x: g * partial(out, x)
        return lambda g, out, x, y: g * partial(out, x, y)
    return lambda g, out, *inputs, **params: g * partial(out, *inputs, **params)


def _both(first: Rule | float | None, second: Rule | float | None) -> Rule | None:
    """The pull-backs to both inputs in one call: half of a scalar graph's sweep would be calls."""
    if callable(first) and callable(second):
        if (_hands_back(first, 2), _hands_back(second, 2)) == ((2, 2), (2, 1)):
            return crossed
        return lambda g, out, x, y: (g * first(out, x, y), g * second(out, x, y))
    if first == 1 and second == 1:
        return pass_on
    if first == 1 and second == -1:
        return lambda g, out, x, y: (g, -g)
    return None


def pass_on(g: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The pull-back of a sum: both inputs get the upstream gradient as it is."""
    return g, g


def crossed(g: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The pull-back of a product: each input gets the upstream gradient times the other."""
    return g * y, g * x


_SHORT: dict[Any, Rule] = {
    (1, 0): lambda g, out, x: g * out,
    (2, 1): lambda g, out, x, y: g * x,
    (2, 2): lambda g, out, x, y: g * y,
}
"""Pull-backs of rules that hand back what they were given, without the call of the rule."""


def _hands_back(partial: Rule, arity: int) -> tuple[int, int] | None:
    """Of how many inputs a rule hands back which as it is (0: the output); None if it computes."""
    given = [object() for _ in range(arity + 1)]
    try:
        found = partial(*given)
    except Exception:
        return None  # objects that can nothing: it wanted to compute
    return next(((arity, i) for i, x in enumerate(given) if x is found), None)


def _declare(op: Op) -> Op:
    if op.name in registry:
        raise ValueError(f"an operation named {op.name!r} is declared already; choose another name")
    registry[op.name] = op
    for function in op.numpy:
        by_numpy[function] = op
    return op


def elementwise(
    name: str, symbol: str, forward: Rule, *partials: Rule | float | None, **more: Any
) -> Op:
    """Declare an operation that works element by element; one partial derivative per input."""
    return _declare(Op(name, symbol, forward, partials=partials, **more))


def structural(
    name: str,
    symbol: str,
    forward: Rule,
    *vjps: Rule | None,
    each: Callable[[int], Rule] | None = None,
    **more: Any,
) -> Op:
    """Declare an operation that moves, selects or combines elements.

    One pull-back per input, or ``each``, a function from the index of an input to its pull-back,
    where the number of inputs is free.
    """
    return _declare(Op(name, symbol, forward, vjps=each or vjps, **more))
