"""The order of a graph's nodes, found without recursion."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

__all__ = ["all_nodes", "changes", "sweep_order"]

_by_age = attrgetter("serial")


def sweep_order(root: Any, since: int = 0) -> list[Any]:
    """The results that ``root`` was computed from, newest first, so each stands before its inputs.

    A node is always newer than its inputs: its serial number, given at creation, is the order.
    Leaves have nothing to pass on and are not among them; nor are nodes older than ``since``.
    """
    if root.op is None:
        return []
    seen = {root}
    stack = [root]
    while stack:
        node = stack.pop()
        left = node._left
        if type(left) is tuple:
            for x in left:
                if x.op is not None and x not in seen and x.serial >= since:
                    seen.add(x)
                    stack.append(x)
            continue
        # The same for the two inputs of an operation on plain floats, which most nodes are.
        if left.op is not None and left not in seen and left.serial >= since:
            seen.add(left)
            stack.append(left)
        x = node._right
        if x is not None and x.op is not None and x not in seen and x.serial >= since:
            seen.add(x)
            stack.append(x)
    return sorted(seen, key=_by_age, reverse=True) if len(seen) > 1 else [root]


def all_nodes(root: Any) -> list[Any]:
    """Every node behind ``root``, constants too, oldest first: the order of the forward pass.

    A plain number of an expression stands right before its first use: expressions share such
    numbers, so their age says nothing.
    """
    seen = {root}
    stack = [root]
    while stack:
        for node in stack.pop().inputs:
            if node not in seen:
                seen.add(node)
                stack.append(node)
    order: dict[Any, None] = {}
    for node in sorted(seen, key=_by_age):
        if node.op is not None or node.tracked or node.name is not None:
            order.update(dict.fromkeys(node.inputs))
            order[node] = None
    return list(order) or [root]


class _Changes:
    """The last assignment of data anywhere, as a serial number: no later node can be touched by it."""

    latest = 0


changes = _Changes()
