"""A training step as plain data: every drawing, page, table and sentence is made from this.

A :class:`Recording` holds the graphs that were seen (once each) and, for every recorded step, the
numbers: node values, local derivatives, contributions, parameters before and after. Upstream
gradients and running sums follow from those and are computed, not stored, so they cannot disagree.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import RecordError
from autograd_lite.files import write_whole
from autograd_lite.record_file import parsed, unpacked, written

__all__ = ["Application", "Check", "Graph", "Message", "Node", "Recording", "StepRecord", "Update"]

ROLES = ("parameter", "input", "constant", "value", "loss")

Data = Any
"""A float, or nested lists of floats."""


@dataclass(frozen=True)
class Node:
    """One node of a recorded graph.

    Attributes
    ----------
    id : int
        Its place in the order of creation, from 0.
    name : str
        The learner's name, or one made from the formula; no two nodes share it.
    role : str
        ``parameter``, ``input``, ``constant``, ``value`` or ``loss``.
    op, symbol : str
        The operation that made it and its sign; empty for a leaf.
    inputs : tuple of int
        One entry per use.
    shape : tuple of int
    dtype : str
    tracked : bool
        Whether gradients flow here.
    formula : tree
        What the operation computes; see :mod:`autograd_lite.notation`.
    module : tuple of str
        The modules it was made in, outermost first.
    file, line, code
        Where the learner's code made it, where that is known; ``code`` is the text of the line.
    """

    id: int
    name: str
    role: str
    op: str = ""
    symbol: str = ""
    inputs: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()
    dtype: str = "float64"
    tracked: bool = True
    formula: Any = None
    module: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    code: str = ""


@dataclass(frozen=True)
class Message:
    """One use of a node, as the backward pass sees it: the way from ``node`` to ``input``.

    Attributes
    ----------
    node, index, input : int
        The node whose operation is undone, which of its inputs this is, and that input's id.
    local : tree or None
        ∂node/∂input for an element-wise operation.
    pull : tree or None
        The upstream gradient pulled back, for a structural operation.
    words : str
        What a structural operation does, in words.
    summed : tuple of int
        The axes that the contribution was summed over, because the input was repeated along them.
    """

    node: int
    index: int
    input: int
    local: Any = None
    pull: Any = None
    words: str = ""
    summed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Graph:
    """What stays the same over the steps: nodes in the order of creation, messages in sweep order."""

    nodes: tuple[Node, ...]
    messages: tuple[Message, ...]

    @property
    def root(self) -> Node:
        """The node that the backward pass starts from."""
        return self.nodes[-1]


@dataclass(frozen=True)
class Update:
    """What the optimizer did to one parameter.

    ``rule`` is the formula in words and signs; ``slots`` are the numbers that it used, by name.
    """

    node: int
    before: Data
    gradient: Data
    after: Data
    rule: str = ""
    slots: Mapping[str, Data] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """What became of comparing a gradient with a numeric one.

    Attributes
    ----------
    node : int
    numeric : float or None
        The numeric derivative of a scalar; arrays are compared along random directions.
    agrees : bool
    """

    node: int
    numeric: Data
    agrees: bool


@dataclass(frozen=True)
class Application:
    """One application of the chain rule with its numbers; ``before`` is None where nothing was."""

    message: Message
    upstream: Data
    local: Data
    contribution: Data
    before: Data
    after: Data


@dataclass(frozen=True)
class StepRecord:
    """The numbers of one training step; entries stand in the order of the graph's nodes, messages.

    ``checks`` are there where they were asked for.
    """

    graph: int
    number: int
    epoch: int
    loss: float
    values: tuple[Data, ...]
    locals: tuple[Data, ...] = ()
    contributions: tuple[Data, ...] = ()
    seed: Data = 1.0
    updates: tuple[Update, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Recording:
    """Steps of one training, or the single pass of one expression.

    Attributes
    ----------
    title, subtitle : str
    loss_name : str
        What the loss is called: ``"mean_squared_error"``.
    graphs : tuple of Graph
    steps : tuple of StepRecord
    losses : tuple of (epoch, loss)
        The loss of every epoch, recorded or not; of every step in a loop without epochs.
    unit : str
        What is counted: ``"epoch"``, or ``"step"`` where there are no epochs.
    """

    graphs: tuple[Graph, ...]
    steps: tuple[StepRecord, ...]
    title: str = ""
    subtitle: str = ""
    loss_name: str = ""
    losses: tuple[tuple[int, float], ...] = ()
    unit: str = "epoch"

    def graph_of(self, step: StepRecord) -> Graph:
        """The graph that a step ran."""
        return self.graphs[step.graph]

    def applications(self, step: StepRecord) -> Iterator[Application]:
        """The backward pass of a step, one application of the chain rule after the other."""
        graph = self.graph_of(step)
        grads: dict[int, np.ndarray] = {graph.root.id: np.asarray(step.seed, float)}
        for message, local, contribution in zip(
            graph.messages, step.locals, step.contributions, strict=True
        ):
            c = np.asarray(contribution, float)
            before = grads.get(message.input)
            grads[message.input] = after = c if before is None else before + c
            yield Application(
                message,
                grads[message.node].tolist(),
                local,
                contribution,
                None if before is None else before.tolist(),
                after.tolist(),
            )

    def gradients(self, step: StepRecord) -> dict[int, Data]:
        """∂(root)/∂(node) of every node that the sweep reached, by id."""
        grads: dict[int, Data] = {}
        if step.contributions:
            grads[self.graph_of(step).root.id] = step.seed
        for application in self.applications(step):
            grads[application.message.input] = application.after
        return grads

    # ── as a file ─────────────────────────────────────────────────────────────────────────────
    @cached_property
    def _document(self) -> str:
        return written(self)

    def to_json(self) -> str:
        """The record as JSON; infinities and NaN are the words ``inf``, ``-inf``, ``nan``."""
        return self._document

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the record as a JSON file, whole or not at all."""
        return write_whole(path, self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Recording:
        """Read a record that :meth:`save` wrote.

        Raises
        ------
        RecordError
            The file is no record, is cut off, or was written by a newer version.
        """
        return cls.from_json(Path(path).read_text(encoding="utf-8"), str(path))

    @classmethod
    def from_json(cls, text: str, source: str = "the text") -> Recording:
        """Read a record from JSON; see :meth:`load`."""
        plain = parsed(text, source)
        try:
            return _checked(_recording(unpacked(plain)))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise RecordError(f"{source} is a damaged record: {error}") from None


def _data(x: Any) -> Data:
    if isinstance(x, list):
        return [_data(v) for v in x]
    return None if x is None else float(x)


def _tree(x: Any) -> Any:
    if isinstance(x, list):
        return [_tree(v) for v in x]
    if x is None or isinstance(x, str):
        return x
    return float(x)


def _recording(plain: dict[str, Any]) -> Recording:
    return Recording(
        graphs=tuple(
            Graph(
                tuple(_node(n) for n in g["nodes"]),
                tuple(_message(m) for m in g["messages"]),
            )
            for g in plain["graphs"]
        ),
        steps=tuple(_step(s) for s in plain["steps"]),
        title=str(plain["title"]),
        subtitle=str(plain["subtitle"]),
        loss_name=str(plain["loss_name"]),
        losses=tuple((int(e), float(v)) for e, v in plain["losses"]),
        unit=str(plain["unit"]),
    )


def _node(n: dict[str, Any]) -> Node:
    return Node(
        **{
            **n,
            "id": int(n["id"]),
            "name": str(n["name"]),
            "inputs": tuple(map(int, n["inputs"])),
            "shape": tuple(map(int, n["shape"])),
            "module": tuple(map(str, n["module"])),
            "formula": _tree(n["formula"]),
        }
    )


def _message(m: dict[str, Any]) -> Message:
    return Message(
        **{**m, "local": _tree(m["local"]), "pull": _tree(m["pull"]), "summed": tuple(m["summed"])}
    )


def _step(s: dict[str, Any]) -> StepRecord:
    return StepRecord(
        graph=int(s["graph"]),
        number=int(s["number"]),
        epoch=int(s["epoch"]),
        loss=float(s["loss"]),
        values=tuple(map(_data, s["values"])),
        locals=tuple(map(_data, s["locals"])),
        contributions=tuple(map(_data, s["contributions"])),
        seed=_data(s["seed"]),
        updates=tuple(
            Update(
                int(u["node"]),
                _data(u["before"]),
                _data(u["gradient"]),
                _data(u["after"]),
                str(u["rule"]),
                {str(k): _data(v) for k, v in u["slots"].items()},
            )
            for u in s["updates"]
        ),
        checks=tuple(Check(int(i), _data(n), bool(ok)) for i, n, ok in s["checks"]),
    )


def _checked(recording: Recording) -> Recording:
    """Refuse ids that point nowhere, so that no drawing has to."""
    for graph in recording.graphs:
        for place, node in enumerate(graph.nodes):
            if (
                node.id != place
                or node.role not in ROLES
                or any(not 0 <= i < place for i in node.inputs)
            ):
                raise ValueError(f"node {place} has a wrong id, role or input")
        for message in graph.messages:
            if graph.nodes[message.node].inputs[message.index] != message.input:
                raise ValueError(f"a message from node {message.node} points to a wrong input")
    for step in recording.steps:
        graph = recording.graphs[step.graph]
        counts = (len(step.values), len(step.locals), len(step.contributions))
        swept = len(graph.messages) if step.contributions else 0
        if counts != (len(graph.nodes), swept, swept):
            raise ValueError(f"step {step.number} has {counts} numbers for its graph")
        for data, node in zip(step.values, graph.nodes, strict=True):
            if np.shape(data) != node.shape:
                raise ValueError(f"the value of {node.name!r} has the wrong shape")
        marked = [c.node for c in step.checks] + [u.node for u in step.updates]
        if any(not 0 <= i < len(graph.nodes) for i in marked):
            raise ValueError(f"step {step.number} speaks of a node that is not in its graph")
    return recording
