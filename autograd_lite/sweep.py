"""The sweep: the chain rule applied node by node, newest first, as a loop without recursion."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from heapq import heappop, heappush, heapreplace
from typing import Any

import numpy as np

from autograd_lite.context import thread
from autograd_lite.errors import StaleDataError
from autograd_lite.graph import changes, sweep_order
from autograd_lite.numeric import fit, tell, unbroadcast
from autograd_lite.op import crossed, pass_on

__all__ = ["notice_at", "pulled", "sweep", "sweep_values", "unchanged", "walk_back"]

_ndarray = np.ndarray


def sweep(root: Any, seed: Any, since: int = 0) -> dict[Any, Any]:
    """Gradients of ``root`` by every tracked node, as plain data; a leaf's array is its own.

    Nodes older than serial ``since`` are left out.
    """
    if thread.watch is not None:
        return thread.watch.sweep(root, seed, since)
    return walk_back(root, seed, since, False)


def walk_back(root: Any, seed: Any, since: int, write: bool) -> dict[Any, Any]:
    """The loop of the backward pass.

    A node is newer than its inputs, so the newest of the nodes that a gradient has reached has got
    all of its own: a heap of ages is the whole order. With ``write``, a result's gradient goes to
    its ``.grad`` as soon as it is complete, and only those of the leaves come back.
    """
    grads = {root: seed}
    if root.op is None:
        return grads
    node, get, latest = root, grads.get, changes.latest
    ages: list[int] = []
    waiting: dict[int, Any] = {}
    place: list[Any] | None = None
    guard: Any = None
    try:
        while True:
            op, left, g = node.op, node._left, grads[node]
            both = op.both
            if write:
                node.grad = g
                del grads[node]
            contributions: Any = None
            newest, age = None, 0
            if type(left) is tuple:
                if guard is None and op.domain:
                    # From the first operation on that is not defined everywhere, what NumPy notices
                    # is told with the node and the input it happened at.
                    place = [node, 0]
                    guard = np.errstate(
                        divide="call", invalid="call", call=partial(notice_at, place)
                    )
                    guard.__enter__()
                contributions = _of_arrays(node, g, place)
            elif both is not None and (node.serial > latest or _unassigned(node)):
                # Of two floats, as most nodes of a scalar graph are: here, and written out for the
                # left and the right, for a call costs a tenth and a loop over two as much.
                right = node._right
                try:
                    if both is pass_on:
                        c = d = g
                    elif both is crossed:
                        c, d = g * right._data, g * left._data
                    else:
                        c, d = both(g, node._data, left._data, right._data)
                except ArithmeticError:
                    c = d = np.nan  # one by one, below
                if c - c == 0.0 == d - d and type(c) is type(d) is float:
                    contributions = ()
                    if left.tracked:
                        before = get(left)
                        if before is not None:
                            grads[left] = before + c
                        else:
                            grads[left] = c
                            if left.op is not None and left.serial >= since:
                                newest, age = left, -left.serial
                    if right.tracked:
                        before = get(right)
                        if before is not None:
                            grads[right] = before + d
                        else:
                            grads[right] = d
                            if right.op is not None and right.serial >= since:
                                if age:
                                    waiting[age] = newest
                                    heappush(ages, age)
                                newest, age = right, -right.serial
            if contributions is None and op.domain:
                with np.errstate(all="ignore"):  # what it makes is looked at, and told, there
                    contributions = _of_floats(node, g)
            elif contributions is None:
                contributions = _of_floats(node, g)
            for x, c in contributions:
                before = get(x)
                if before is not None:
                    grads[x] = before + c
                    continue
                grads[x] = c
                if x.op is not None and x.serial >= since:
                    if age:
                        waiting[age] = newest
                        heappush(ages, age)
                    newest, age = x, -x.serial
            if age and (not ages or age < ages[0]):
                node = newest
            elif age:
                waiting[age] = newest
                node = waiting.pop(heapreplace(ages, age))
            elif ages:
                node = waiting.pop(heappop(ages))
            else:
                return grads
    finally:
        if guard is not None:
            guard.__exit__(None, None, None)


def _of_arrays(node: Any, g: Any, place: list[Any] | None) -> Sequence[tuple[Any, Any]]:
    """What a node passes on: its inputs, each with its contribution; ``place`` follows."""
    inputs, args, out, op = node._left, node._right, node._data, node.op
    if node._more is not None:
        _untouched(node)
    if place is None and node._more is None:  # the usual cases, by shorter ways
        if len(args) == 2 and (pulls := op.pulls)[0] is not None is not pulls[1]:
            (left, right), (a, b) = inputs, args
            if (
                left._data is a
                and right._data is b
                and left.tracked
                and right.tracked
                and type(a) is type(b) is _ndarray
            ):
                alike, both = a.shape == b.shape and a.dtype is b.dtype, op.both
                if alike and both is crossed:
                    return (left, g * b), (right, g * a)
                if alike and both is pass_on:  # a leaf's gradient is its own
                    c = g if left.op is not None else g.copy()
                    return (left, c), (right, g if right.op is not None else g.copy())
                c, d = pulls[0](g, out, a, b), pulls[1](g, out, a, b)
                return (left, _settled(c, a, left, g)), (right, _settled(d, b, right, g))
        elif len(args) == 1:
            x, a = inputs[0], args[0]
            if x._data is a and type(a) is _ndarray:
                return ((x, _settled(op.pulls[0](g, out, a), a, x, g)),)
    found, index = [], -1
    params = None if node._more is None else node._more.params
    for x in inputs:
        index += 1
        like = args[index]
        if x._data is not like and not _same(x._data, like):
            raise _stale(node, x, f"input {index} of")
        pull = op.pulls[index] if x.tracked else None
        if pull is None:
            continue
        if place is not None:
            place[:] = node, index
        try:
            c = pull(g, out, *args, **params) if params else pull(g, out, *args)
        except (ZeroDivisionError, OverflowError):
            c = pulled(pull, g, out, args, node.params)
        if type(c) is complex:
            c = pulled(pull, g, out, args, node.params)
        if type(c) is type(like) is float:
            if c - c != 0.0:
                _check(c, g, node, index)
        else:
            c = _settled(c, like, x, g)
        found.append((x, c))
    return found


def _settled(c: Any, like: Any, x: Any, g: Any) -> Any:
    """A contribution as its input keeps it; a leaf's is its owner's to write into."""
    if type(c) is type(like) is _ndarray and c.shape == like.shape and c.dtype is like.dtype:
        return c.copy() if x.op is None and (c is g or c.base is not None) else c
    c = fit(c, like)
    if x.op is None and type(c) is _ndarray and (c is g or c.base is not None):
        return c.copy()
    return c


def _of_floats(node: Any, g: float) -> Sequence[tuple[Any, float]]:
    """The same for an operation on floats of which one is tracked; for others, one by one."""
    left, right, out, pulls = node._left, node._right, node._data, node.op.pulls
    x, c = left, None
    if node.serial < changes.latest:
        _floats(node)
    try:
        if right is None:
            c = pulls[0](g, out, left._data)
        elif not right.tracked:
            c = pulls[0](g, out, left._data, right._data)
        elif not left.tracked:
            x, c = right, pulls[1](g, out, left._data, right._data)
    except (ArithmeticError, TypeError):
        pass  # there is no derivative, or NumPy's numbers have to be asked
    if type(c) is float and c - c == 0.0:
        return ((x, c),)
    return _one_by_one(node, g)


def _one_by_one(node: Any, g: float) -> Sequence[tuple[Any, float]]:
    """The same with NumPy's numbers and infinities, which are told."""
    found, args = [], _floats(node)
    for index, (x, pull) in enumerate(zip(node.inputs, node.op.pulls, strict=True)):
        if pull is None or not x.tracked:
            continue
        c = fit(pulled(pull, g, node._data, args, {}), args[index])
        if c - c != 0.0:
            _check(c, g, node, index)
        found.append((x, c))
    return found


def _unassigned(node: Any) -> bool:
    """Whether a node of scalars and its inputs hold the numbers of the time it was made."""
    return _assigned(node) is None and (node._more is None or not node._more.changed)


def _assigned(node: Any) -> int | None:
    """The first input of a node of scalars that was assigned since the node was made."""
    for index, x in enumerate(node.inputs):
        if x._more is not None and x._more.changed > node.serial:
            return index
    return None


def _check(c: float, g: float, node: Any, index: int) -> None:
    """Tell of an infinity or a NaN that this application of the chain rule has made."""
    if g - g == 0.0:
        _notice("invalid value" if c != c else "divide by zero", node, index)


def _floats(node: Any) -> tuple[float, ...]:
    """The inputs of a node of scalars, after a check that nothing of it was assigned anew since."""
    if node._more is not None:
        _untouched(node)
    index = _assigned(node)
    if index is not None:
        raise _stale(node, node.inputs[index], f"input {index} of")
    return tuple([x._data for x in node.inputs])


def pulled(pull: Any, g: Any, out: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
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
        unchanged(node)
        for index, x in enumerate(node.inputs):
            pull = node.op.pull(index) if x.tracked else None
            if pull is not None:
                c = unbroadcast(pull(g, node, *node.inputs, **node.params), x.shape)
                before = grads.get(x)
                grads[x] = c if before is None else before + c
    return grads


def unchanged(node: Any) -> tuple[tuple[Any, ...], Any]:
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


def notice_at(place: Sequence[Any], kind: str, flag: int) -> None:
    _notice(kind, *place)


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
