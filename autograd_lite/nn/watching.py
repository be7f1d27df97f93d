"""Recording a loop of one's own as it stands: every backward pass inside is a training step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite.context import switched
from autograd_lite.graph import all_nodes
from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.nn.recorder import OpenStep, Recorder
from autograd_lite.value import Value

__all__ = ["record"]


@contextmanager
def record(
    *,
    every: int | None = None,
    steps: int | None = None,
    title: str | None = None,
    parameters: Iterable[Value] = (),
    optimizer: Optimizer | None = None,
    lines: bool = True,
    check: bool = False,
) -> Iterator[Recorder]:
    """Record the training steps of the loop inside, which needs no other change.

    Each ``backward()`` of a scalar starts a step; what has become of the leaves by the next one, or
    by the end, is its update. For ``fit`` give it a :class:`Recorder` as a callback instead.

    Parameters
    ----------
    every, steps, title, check
        As for :class:`Recorder`.
    parameters : iterable of Value
        What the loop changes; by default the leaves that it is seen to change.
    optimizer : Optimizer, optional
        The one that makes the updates; its rule and numbers are recorded with them.
    lines : bool
        Record which line of your code made each node.

    Yields
    ------
    Recorder
        Its ``recording`` can be drawn after the block.

    Examples
    --------
    >>> import viz
    >>> from autograd_lite import Value
    >>> w = Value(1.0, name="w")
    >>> with viz.record() as recorder:
    ...     for _ in range(3):
    ...         w.grad = None
    ...         loss = (w * 2 - 6) ** 2
    ...         loss.backward()
    ...         w.data -= 0.1 * w.grad
    >>> [(s.number, round(s.updates[0].after, 3)) for s in recorder.recording.steps]
    [(1, 2.6), (2, 2.92), (3, 2.984)]
    """
    recorder = Recorder(every, steps, title, check=check)
    watch = _Watch(recorder, set(parameters), optimizer)
    with switched(listener=watch.swept, lines=lines):
        yield recorder
    watch.close()


class _Watch:
    """What is told of backward passes, and makes steps of them."""

    def __init__(self, recorder: Recorder, known: set[Value], optimizer: Optimizer | None) -> None:
        self.recorder, self.known, self.optimizer = recorder, known, optimizer
        self.open: OpenStep | None = None

    def swept(self, root: Value) -> None:
        """A backward pass was made: the step before it is over."""
        self.close()
        if root.ndim:
            return
        with switched(listener=None, lines=False):
            self.open = self.recorder.opened(root, _leaves(root))

    def close(self) -> None:
        """Keep the open step with the changes that were made since."""
        opened, self.open = self.open, None
        if opened is None:
            return
        changed = {p for p, before, _ in opened.before if not _same(p._data, before)}
        moved = changed | self.known
        opened.before = [entry for entry in opened.before if entry[0] in moved]
        parameters = {
            opened.captured.ids[p] for p in moved | set(_of_modules(opened))
            if p in opened.captured.ids
        }  # fmt: skip
        graph = opened.captured.graph
        nodes = (_with_role(n, n.id in parameters) for n in graph.nodes)
        opened.captured.graph = replace(graph, nodes=tuple(nodes))
        self.recorder.closed(opened, opened.updates(self.optimizer))


def _leaves(root: Value) -> list[Value]:
    return [n for n in all_nodes(root) if n.op is None and n.tracked and n.grad is not None]


def _of_modules(opened: OpenStep) -> list[Value]:
    return [p for p in opened.captured.ids if p.op is None and p.tracked and p.origin is not None]


def _with_role(node: Any, moved: bool) -> Any:
    if node.op or node.role == "constant" or not node.tracked:
        return node
    return replace(node, role="parameter" if moved else "input")


def _same(now: Any, before: Any) -> bool:
    return bool(np.array_equal(np.asarray(now, float), np.asarray(before, float), equal_nan=True))
