"""The backward pass: one application of the chain rule after the other, newest node first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.context import UNUSUAL, thread
from autograd_lite.errors import GradientError
from autograd_lite.graph import sweep_order
from autograd_lite.numeric import fit, given_text, real_numbers, shape_text
from autograd_lite.sweep import notice_at, pulled, sweep, unchanged, walk_back

__all__ = ["Step", "backward", "backward_steps", "seed_for"]

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
    data = root._data
    if (  # the usual case, first
        type(gradient) is type(data) is _ndarray
        and root.tracked
        and gradient.shape == data.shape
        and gradient.dtype is data.dtype
    ):
        return gradient.copy()
    if not root.tracked:
        raise GradientError(
            f"backward() needs a result that depends on a Value, and {root.describe()} does not."
            " Wrap an input, as in Value(2.0, name='x'), and compute outside no_grad()."
        )
    if gradient is None:
        if type(data) is float:
            return 1.0
        if np.ndim(data):
            raise GradientError(
                f"backward() on {root.describe()} of {shape_text(data)} needs a gradient of that"
                " shape: backward(gradient=...). Or reduce it to one number first, with .sum() or .mean()."
            )
        return fit(1.0, data)
    try:
        gradient = real_numbers(gradient)
    except TypeError:
        raise TypeError(
            "the gradient given to backward() is made of real numbers, in the shape of"
            f" {root.describe()}; it cannot be {given_text(gradient)}"
        ) from None
    if np.shape(gradient) != np.shape(data):
        raise ValueError(
            f"the gradient given to backward() has {shape_text(gradient)}, but {root.describe()} has"
            f" {shape_text(data)}; the two must be equal"
        )
    return fit(np.array(gradient, dtype=np.result_type(data)), data)


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
        args, out = unchanged(node)
        for index, x in enumerate(node.inputs):
            pull = node.op.pull(index) if x.tracked else None
            if pull is None:
                continue
            notice = partial(notice_at, (node, index))
            with np.errstate(divide="call", invalid="call", call=notice):
                c = fit(pulled(pull, g, out, args, node.params), args[index])
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
    local = pulled(lambda g, *rest, **p: rule(*rest, **p), None, out, args, params)
    shape = np.shape(local)
    return np.asarray(local, dtype=np.float64) if shape else float(local)


def _write(x: Any, g: Any, old: dict[Any, Any]) -> None:
    """Follow a sweep in ``.grad``: interior nodes start anew, leaves keep what earlier calls left."""
    if x.op is None:
        if x not in old:
            old[x] = x.grad
        g = _own(g) if old[x] is None else old[x] + g
    x.grad = g


def backward(self: Any, gradient: Any = None) -> None:
    """Fill ``.grad`` of every Value this one was computed from.

    Leaves add up over calls; interior Values hold the gradient of the last call.

    Parameters
    ----------
    gradient : array_like, optional
        Where the sweep starts: 1 for a scalar; needed, in this Value's shape, for an array.

    Raises
    ------
    GradientError
        Nothing here is tracked, or an array was given no gradient.
    StaleDataError
        Data was changed after its use.
    """
    seed = seed_for(self, gradient)
    usual = thread.here is not UNUSUAL
    try:
        plain = usual or thread.watch is None
        grads = walk_back(self, seed, 0, True) if plain else sweep(self, seed)
    except BaseException:
        for x in sweep_order(self):  # rather none than those of two calls, mixed
            x.grad = None
        raise
    for x, g in grads.items():
        x.grad = g if x.op is not None or x.grad is None else x.grad + g
    if not usual and thread.listener is not None:
        thread.listener(self)


def _own(g: Any) -> Any:
    """A leaf's gradient is its own array: the owner may write into it, and nobody else sees that."""
    return np.array(g) if type(g) is np.ndarray else g
