"""The backward pass: one application of the chain rule after the other, newest node first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.context import thread
from autograd_lite.errors import GradientError, StaleDataError
from autograd_lite.graph import sweep_order
from autograd_lite.numeric import fit, shape_text, tell, unbroadcast

__all__ = ["Step", "backward", "backward_steps", "seed_for", "sweep", "sweep_values"]

_ndarray = np.ndarray


class Step(NamedTuple):
    """One application of the chain rule: from a node to one of its inputs.

    Attributes
    ----------
    node, input : Value
        The node whose operation is undone, and the input that receives a contribution.
    index : int
        Which of the node's inputs this is; an input used twice is met twice.
    upstream : float or ndarray
        The gradient of the node, complete by now.
    local : float, ndarray or None
        ∂node/∂input for an element-wise operation; None for a structural one.
    contribution : float or ndarray
        What this use adds to the input's gradient: upstream × local, summed over broadcast axes.
    before, after : float, ndarray or None
        The input's gradient before (None: not reached yet) and after the addition.
    """

    node: Any
    index: int  # type: ignore[assignment]  # nobody looks for a place in a Step as in a tuple
    input: Any
    upstream: Any
    local: Any
    contribution: Any
    before: Any
    after: Any


def seed_for(root: Any, gradient: Any = None) -> Any:
    """The gradient a backward pass starts from: 1 for a scalar, or what the caller gives.

    Raises
    ------
    GradientError
        ``root`` is not tracked, or has several elements and no gradient was given.
    ValueError
        The shape of ``gradient`` is not the root's.
    """
    if not root.tracked:
        raise GradientError(
            f"backward() needs a result that depends on a Value, and {root.describe()} does not."
            " Wrap an input, as in Value(2.0, name='x'), and compute outside no_grad()."
        )
    data = root._data
    if gradient is None:
        if type(data) is float:
            return 1.0
        if np.ndim(data):
            raise GradientError(
                f"backward() on {root.describe()} of {shape_text(data)} needs a gradient of that"
                " shape: backward(gradient=...). Or reduce it to one number first, with .sum() or .mean()."
            )
        return fit(1.0, data)
    if type(gradient) is type(data) is _ndarray and gradient.shape == data.shape:
        return gradient.copy() if gradient.dtype is data.dtype else gradient.astype(data.dtype)
    if np.shape(gradient) != np.shape(data):
        raise ValueError(
            f"the gradient given to backward() has {shape_text(gradient)}, but {root.describe()} has"
            f" {shape_text(data)}; the two must be equal"
        )
    return fit(np.array(gradient, dtype=np.result_type(data)), data)


def sweep(root: Any, seed: Any, since: int = 0) -> dict[Any, Any]:
    """Gradients of ``root`` by every tracked node, as plain data; nothing is written to the nodes.

    Nodes older than serial ``since`` are left out. A leaf's gradient is an array of its own.
    """
    if thread.watch is not None:
        return thread.watch.sweep(root, seed, since)
    grads = {root: seed}
    order = iter(sweep_order(root, since))
    undefined = _sweep(order, grads, None)
    if undefined is not None:
        place: list[Any] = [None, 0]
        with np.errstate(
            divide="call", invalid="call", call=lambda kind, flag: _notice(kind, *place)
        ):
            _sweep(chain((undefined,), order), grads, place)
    return grads


def _sweep(order: Iterator[Any], grads: dict[Any, Any], place: list[Any] | None) -> Any:
    """The loop of the backward pass; ``place`` tells a watcher which node and input it is at.

    Without a watcher it ends at the first operation that is not defined everywhere, and returns it.
    """
    for node in order:
        g = grads.get(node)
        if g is None:
            continue
        if node._more is not None:
            _untouched(node)
        inputs = node._left
        if type(inputs) is not tuple:
            if node.op.domain:
                with np.errstate(all="ignore"):  # what it makes is looked at, and told, there
                    _sweep_floats(node, g, grads)
            else:
                _sweep_floats(node, g, grads)
            continue
        if place is None and node.op.domain:
            return node
        pulls, args, out = node.op.pulls, node._right, node._data
        params = None if node._more is None else node._more.params
        index = -1
        for x in inputs:
            index += 1
            like = args[index]
            if x._data is not like and not _same(x._data, like):
                raise _stale(node, x, f"input {index} of")
            pull = pulls[index] if x.tracked else None
            if pull is None:
                continue
            if place is not None:
                place[:] = node, index
            try:
                c = pull(g, out, *args, **params) if params else pull(g, out, *args)
            except (ZeroDivisionError, OverflowError):
                c = _pulled(pull, g, out, args, node.params)
            if type(c) is type(like) is float:
                if c - c != 0.0:
                    _check(c, g, node, index)
            elif not (
                type(c) is type(like) is _ndarray
                and c.shape == like.shape
                and c.dtype is like.dtype
            ):
                c = fit(_pulled(pull, g, out, args, node.params) if type(c) is complex else c, like)
            before = grads.get(x)
            if before is not None:
                grads[x] = before + c
            elif x.op is None and type(c) is _ndarray and (c is g or c.base is not None):
                grads[x] = c.copy()  # a leaf's gradient is its owner's to write into
            else:
                grads[x] = c
    return None


def _sweep_floats(node: Any, g: float, grads: dict[Any, Any]) -> None:
    """One node of the loop: an operation on one or two floats, as most of a scalar graph are."""
    left, right, out, a = node._left, node._right, node._data, node._left._data
    if left._more is not None and left._more.changed > node.serial:
        _floats(node)
    if right is not None:
        if right._more is not None and right._more.changed > node.serial:
            _floats(node)
        both = node.op.both
        if both is not None and left.tracked and right.tracked:
            try:
                c, d = both(g, out, a, right._data)
                if c - c == 0.0 == d - d and type(c) is type(d) is float:
                    before = grads.get(left)
                    grads[left] = c if before is None else before + c
                    before = grads.get(right)
                    grads[right] = d if before is None else before + d
                    return
            except (ZeroDivisionError, OverflowError):
                pass  # one by one, below
    index = -1
    for x, pull in zip((left, right), node.op.pulls):  # noqa: B905 - strict would cost a tenth
        index += 1
        if pull is None or not x.tracked:
            continue
        try:
            c = pull(g, out, a) if right is None else pull(g, out, a, right._data)
        except (ZeroDivisionError, OverflowError):
            c = None
        if type(c) is not float:
            c = fit(_pulled(pull, g, out, _floats(node), {}), a)
        if c - c != 0.0:
            _check(c, g, node, index)
        before = grads.get(x)
        grads[x] = c if before is None else before + c


def _check(c: float, g: float, node: Any, index: int) -> None:
    """Tell of an infinity or a NaN that this application of the chain rule has made."""
    if g - g == 0.0:
        _notice("invalid value" if c != c else "divide by zero", node, index)


def _floats(node: Any) -> tuple[float, ...]:
    """The inputs of a node of scalars, after a check that none was assigned anew since."""
    for index, x in enumerate(node.inputs):
        if x._more is not None and x._more.changed > node.serial:
            raise _stale(node, x, f"input {index} of")
    return tuple([x._data for x in node.inputs])


def _pulled(pull: Any, g: Any, out: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """One contribution; Python's exceptions for 1/0 give way to NumPy's infinities."""
    try:
        c = pull(g, out, *args, **params)
    except (ZeroDivisionError, OverflowError):
        c = None
    if c is None or type(c) is complex:
        args = tuple([np.float64(x) if type(x) is float else x for x in args])
        c = pull(g, np.float64(out) if type(out) is float else out, *args, **params)
    return c


def sweep_values(root: Any, seed: Any, since: int = 0) -> dict[Any, Any]:
    """The same sweep read with Values: the gradients are Values, and so can be differentiated."""
    grads = {root: seed}
    for node in sweep_order(root, since):
        g = grads.get(node)
        if g is None or node.op is None:
            continue
        _unchanged(node)
        for index, x in enumerate(node.inputs):
            pull = node.op.pull(index) if x.tracked else None
            if pull is not None:
                c = unbroadcast(pull(g, node, *node.inputs, **node.params), x.shape)
                before = grads.get(x)
                grads[x] = c if before is None else before + c
    return grads


def _unchanged(node: Any) -> tuple[tuple[Any, ...], Any]:
    """The data that the forward pass used, after a check that nobody wrote into it since."""
    args = node._right if type(node._left) is tuple else _floats(node)
    for index, x in enumerate(node.inputs):
        if x._data is not args[index] and not _same(x._data, args[index]):
            raise _stale(node, x, f"input {index} of")
    if node._more is not None:
        _untouched(node)
    return args, node._data


def _untouched(node: Any) -> None:
    """Check that nobody wrote into the result of an operation."""
    if node._more.changed or (node._more.shown is not None and not node.is_intact()):
        raise _stale(node, node, "the result of")


def _same(now: Any, then: Any) -> bool:
    """Equal in type, shape and every bit that counts (a NaN equals a NaN)."""
    if np.shape(now) != np.shape(then):
        return False
    return bool(np.array_equal(now, then, equal_nan=True))


def _stale(node: Any, x: Any, role: str) -> StaleDataError:
    return StaleDataError(
        f"the data of {x.describe()} was changed after it was used: it is {role} the operation"
        f" {node.op.name!r} ({node.op.symbol}), whose derivative needs the number of that time. Change"
        " .data only after backward(), or compute the graph anew after the change."
    )


def _notice_at(node: Any, index: int, kind: str, flag: int) -> None:
    _notice(kind, node, index)


def _notice(kind: str, node: Any, index: int) -> None:
    """Tell where in the sweep an infinity or a NaN was made."""
    op = node.op
    needs = f"; {op.name} needs {op.domain}" if op.domain else ""
    remedy = (
        " If this node stands in the branch that a where() did not choose, 0 × ∞ made the NaN: use"
        " the double where, where(ok, f(where(ok, x, 1)), other)."
        if kind.startswith("invalid")
        else ""
    )
    result = "NaN" if kind.startswith("invalid") else "infinite"
    tell(
        f"backward through {op.name!r} (node {node.describe()}) gives a gradient that is {result} for"
        f" input {index}, {node.inputs[index].describe()} = {node.inputs[index].brief()}{needs}.{remedy}"
    )


def backward_steps(root: Any, gradient: Any = None, *, write: bool = True) -> Iterator[Step]:
    """The sweep of ``backward``, one :class:`Step` per application of the chain rule.

    Parameters
    ----------
    root : Value
    gradient : array_like, optional
        The seed; needed where ``root`` has more than one element.
    write : bool
        Whether the nodes' ``.grad`` follow: interior nodes at each step, leaves too (they add up
        over calls), as after ``backward()``.

    Yields
    ------
    Step
    """
    seed = seed_for(root, gradient)
    grads: dict[Any, Any] = {root: seed}
    old: dict[Any, Any] = {}
    if write:
        _write(root, seed, old)
    for node in sweep_order(root):
        g = grads.get(node)
        if g is None or node.op is None:
            continue
        args, out = _unchanged(node)
        for index, x in enumerate(node.inputs):
            pull = node.op.pull(index) if x.tracked else None
            if pull is None:
                continue
            notice = partial(_notice_at, node, index)
            with np.errstate(divide="call", invalid="call", call=notice):
                c = fit(_pulled(pull, g, out, args, node.params), args[index])
                rule = node.op.local(index)
                local = None if rule is None else _local(rule, out, args, node.params)
            before = grads.get(x)
            grads[x] = after = c if before is None else before + c
            if thread.watch is not None:
                thread.watch.step(node, index, g, c)
            if write:
                _write(x, after, old)
            yield Step(node, index, x, g, local, c, before, after)


def _local(rule: Any, out: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    local = _pulled(lambda g, *rest, **p: rule(*rest, **p), None, out, args, params)
    shape = np.shape(local)
    return np.asarray(local, dtype=np.float64) if shape else float(local)


def _write(x: Any, g: Any, old: dict[Any, Any]) -> None:
    """Follow a sweep in ``.grad``: interior nodes start anew, leaves keep what earlier calls left."""
    if x.op is None:
        if x not in old:
            old[x] = x.grad
        g = _own(g) if old[x] is None else old[x] + g
    x.grad = g


def backward(root: Any, gradient: Any = None) -> None:
    """Fill ``.grad`` of every node behind ``root``: leaves add up over calls, the rest is renewed."""
    seed = seed_for(root, gradient)
    for x, g in sweep(root, seed).items():
        x.grad = g if x.op is not None or x.grad is None else x.grad + g
    if thread.listener is not None:
        thread.listener(root)


def _own(g: Any) -> Any:
    """A leaf's gradient is its own array: the owner may write into it, and nobody else sees that."""
    return np.array(g) if type(g) is np.ndarray else g
