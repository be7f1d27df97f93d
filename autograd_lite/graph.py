"""The order of a graph's nodes, found without recursion."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

__all__ = ["all_nodes", "sweep_order"]

_by_age = attrgetter("serial")


def sweep_order(root: Any) -> list[Any]:
    """The tracked nodes that ``root`` depends on, newest first, so each stands before its inputs.

    A node is always newer than its inputs: its serial number, given at creation, is the order.
    """
    return _reach(root, tracked_only=True)


def all_nodes(root: Any) -> list[Any]:
    """Every node behind ``root``, constants too, oldest first: the order of the forward pass."""
    return _reach(root, tracked_only=False)[::-1]


def _reach(root: Any, tracked_only: bool) -> list[Any]:
    seen = {root}
    stack = [root]
    while stack:
        for node in stack.pop().inputs:
            if node not in seen and (node.tracked or not tracked_only):
                seen.add(node)
                stack.append(node)
    return sorted(seen, key=_by_age, reverse=True)
