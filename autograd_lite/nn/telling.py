"""Steps told by a program: the numbers of a record, for a graph that has been seen before.

The graph of a step says the same thing every time, so that one reading of it does for all steps;
what differs are the numbers, and a program gives those far quicker than a graph that is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_lite.errors import ProgramError
from autograd_lite.graph import all_nodes, sweep_order
from autograd_lite.programs import telling
from autograd_lite.recording import StepRecord, Update
from autograd_lite.value import Value

if TYPE_CHECKING:
    from autograd_lite.recorder import Capture

__all__ = ["Change", "Telling", "ToldStep", "Updates", "records"]


class Telling:
    """The program of a step that tells what happens on the way.

    Parameters
    ----------
    live : Value
        The loss of a step: what is told, and in which order.
    traced : Value
        The loss of the same step, made of ``arguments``.
    arguments, parameters, also
        As for :func:`autograd_lite.programs.telling`.

    Raises
    ------
    ProgramError
        The step cannot be written as such a program.
    """

    def __init__(
        self,
        live: Value,
        traced: Value,
        arguments: dict[str, Any],
        parameters: str,
        also: Sequence[Value],
    ) -> None:
        like = _alike(live, traced)
        values = [like[node] for node in all_nodes(live)]
        uses = [(like[node], index) for node, index in _uses(live)]
        self._run, told = telling(traced, arguments, parameters, values, uses, also)
        self._told = [(at, None if x is None else _plain([x])[0]) for at, x in told]
        self._ends = len(values), len(values) + len(uses)

    def __call__(self, *arrays: Any) -> Any:
        """The loss, the other results, and what is told, which :meth:`rows` understands."""
        return self._run(*arrays)

    def rows(
        self, told: Sequence[Sequence[Any]]
    ) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]]:
        """Values, contributions and local derivatives of steps, as plain data, of what was told."""
        data = [_plain(numbers) for numbers in zip(*told, strict=True)]
        columns = [repeat(x, len(told)) if at is None else data[at] for at, x in self._told]
        values, contributions = self._ends
        return zip(
            zip(*columns[:values], strict=True),
            zip(*columns[values:contributions], strict=True),
            zip(*columns[contributions:], strict=True),
            strict=True,
        )


class Change(NamedTuple):
    """What a step changed: numbers of all parameters, laid end to end.

    Attributes
    ----------
    before, gradient, after : ndarray
    slots : dict of str to float or ndarray
        What the optimizer shows of the step.
    """

    before: np.ndarray
    gradient: np.ndarray
    after: np.ndarray
    slots: dict[str, Any]


class Updates:
    """The updates of a training, from numbers laid end to end to those of each parameter.

    Parameters
    ----------
    values : sequence of Value
    places : sequence of slice
        Where the numbers of each stand.
    rule : callable
        The rule as a formula, of the name of a parameter.
    """

    def __init__(
        self, values: Sequence[Value], places: Sequence[slice], rule: Callable[[str], str]
    ) -> None:
        self._parts = [
            (x, place, rule(x.name or "w")) for x, place in zip(values, places, strict=True)
        ]

    def rows(
        self, changes: Sequence[Change], ids: Mapping[Value, int]
    ) -> Iterator[tuple[Update, ...]]:
        """The updates that steps made, of the parameters that have a place in the graph."""
        columns = [np.array(x) for x in zip(*[change[:3] for change in changes], strict=True)]
        slots = {
            name: np.array([change.slots[name] for change in changes], np.float64)
            for name in changes[0].slots
        }
        updates = []
        for x, place, rule in self._parts:
            if x not in ids:
                continue

            parts = [
                (
                    column[:, place].reshape(len(changes), *x.shape) if column.ndim > 1 else column
                ).tolist()
                for column in (*columns, *slots.values())
            ]
            updates.append(
                [
                    Update(ids[x], before, g, after, rule, dict(zip(slots, used, strict=True)))
                    for before, g, after, *used in zip(*parts, strict=True)
                ]
            )
        return zip(*updates, strict=True)


class ToldStep(NamedTuple):
    """One step of ``fit`` by its numbers, for a callback that has seen the graph of one like it.

    Attributes
    ----------
    number, epoch : int
        As of a :class:`TrainingStep`.
    shapes : tuple of tuple of int
        The shapes of the batch; a step of the same shapes has the same graph.
    loss : float
    telling : Telling
    told : sequence of float and ndarray
        What its program told.
    updates : Updates
    change : Change
    """

    number: int
    epoch: int
    shapes: tuple[tuple[int, ...], ...]
    loss: float
    telling: Telling
    told: Sequence[Any]
    updates: Updates
    change: Change

    @property
    def form(self) -> Any:
        """Equal for steps of which :func:`records` can be made together."""
        return self.telling, tuple(self.change.slots)


def records(steps: Sequence[ToldStep], like: Capture, graph: int) -> list[StepRecord]:
    """Steps of one form as plain data: all at once, for the numbers of many take little more.

    ``like`` is a reading of their graph, and ``graph`` its place in the recording.
    """
    first, seed = steps[0], like.step.seed
    numbers = first.telling.rows([step.told for step in steps])
    updates = first.updates.rows([step.change for step in steps], like.ids)
    return [
        StepRecord(
            graph, step.number, step.epoch, step.loss, values, local, contributions, seed, made
        )
        for step, (values, contributions, local), made in zip(steps, numbers, updates, strict=True)
    ]


def _plain(numbers: Sequence[Any]) -> Sequence[Any]:
    """Numbers, or arrays of one shape, as floats, or nested lists of floats.

    What is the same at every step, such as the examples, is there once.
    """
    array = np.array(numbers, np.float64)
    bits = array.view(np.int64)
    if (bits == bits[0]).all():
        return [array[0].tolist()] * len(array)
    return array.tolist()


def _alike(live: Value, traced: Value) -> dict[Value, Value]:
    """The nodes of a graph and those of another one that was made by the same code.

    In one of the two more may be tracked: what is a leaf in the first, may be a result there.
    """
    found, stack = {live: traced}, [live]
    while stack:
        node = stack.pop()
        like = found[node]
        if node.shape != like.shape or (node.op is not None and node.op is not like.op):
            raise ProgramError(f"{node.describe()} is not made as {like.describe()} was")
        if node.op is None:
            continue
        for x, y in zip(node.inputs, like.inputs, strict=True):
            if x not in found:
                found[x] = y
                stack.append(x)
    return found


def _uses(root: Value) -> list[tuple[Value, int]]:
    """The applications of the chain rule behind ``root``, in the order of the sweep."""
    reached, found = {root}, []
    for node in sweep_order(root):
        if node in reached:
            for index, x in enumerate(node.inputs):
                if x.tracked and node.op.pull(index) is not None:
                    reached.add(x)
                    found.append((node, index))
    return found
