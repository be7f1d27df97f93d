"""From a live graph to a record: names, roles, formulas and the numbers of one pass."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd_lite.backward import backward_steps
from autograd_lite.graph import all_nodes
from autograd_lite.notation import forward_tree, local_tree, pull_tree, unicode
from autograd_lite.notation import number as number_text
from autograd_lite.numeric import summed_axes
from autograd_lite.recording import Check, Graph, Message, Node, Recording, StepRecord
from autograd_lite.value import Value

__all__ = ["Capture", "capture", "plain_data", "record"]

_LONGEST_NAME = 9


class Capture:
    """One pass of a live graph, read once: the record's graph and numbers, and who is who."""

    def __init__(
        self, graph: Graph, step: StepRecord, ids: dict[Value, int], form: list[Any]
    ) -> None:
        self.graph, self.step, self.ids, self.form = graph, step, ids, form


def record(root: Value, backward: bool | None = None, *, title: str = "", subtitle: str = "",
           parameters: Iterable[Value] = (), names: Mapping[Value, str] | None = None,
           check: bool = False) -> Recording:  # fmt: skip
    """One forward pass, and its backward pass, as plain data.

    Parameters
    ----------
    root : Value
        The result, usually the loss.
    backward : bool, optional
        Whether to record the backward pass too; by default if ``root.backward()`` has been called.
        The sweep is made anew for the record and touches no ``.grad``.
    title, subtitle : str
    parameters : iterable of Value
        Leaves to be drawn as parameters rather than inputs; those of a module are by themselves.
    names : mapping of Value to str, optional
        Names for this record, which go before the Values' own.
    check : bool
        Compare every gradient with a numeric one; ``steps[0].checks`` tells which agree.

    Raises
    ------
    TypeError
        ``root`` is not a Value.

    Examples
    --------
    >>> from autograd_lite import Value, record
    >>> w, x = Value(0.5, name="w"), Value(8.0, name="x")
    >>> r = record(w * x, backward=True)
    >>> [(node.name, node.op) for node in r.graphs[0].nodes]
    [('w', ''), ('x', ''), ('w·x', 'mul')]
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"record() takes the Value at the end of a computation, not {type(root).__name__}"
        )
    swept = root.grad is not None if backward is None else backward
    seed = root.grad if root.ndim and root.grad is not None else None
    made = capture(
        root, backward=swept, gradient=seed, parameters=parameters, names=names, check=check
    )
    return Recording((made.graph,), (made.step,), title, subtitle, unit="step")


def capture(
    root: Value,
    *,
    backward: bool = True,
    gradient: Any = None,
    parameters: Iterable[Value] = (),
    names: Mapping[Value, str] | None = None,
    loss: bool = False,
    number: int = 1,
    epoch: int = 1,
    check: bool = False,
    like: Capture | None = None,
) -> Capture:
    """Read the graph behind ``root``; ``names`` go before the Values' own; see :func:`record`.

    ``like`` is a capture of an earlier step, made in the same way: where the graph has not changed
    since, its description is taken over.
    """
    live = all_nodes(root)
    ids = {node: place for place, node in enumerate(live)}
    steps = list(backward_steps(root, gradient, write=False)) if backward and root.tracked else []
    known = set(parameters)
    form = [_form(node, ids, known) for node in live]
    if like is not None and _equal(form, like.form):
        graph = like.graph
    else:
        titles = _names(live, names or {}, loss)
        graph = Graph(
            tuple(
                _node(node, ids, titles, _role(node, node is root and loss, known)) for node in live
            ),
            tuple(_message(step, ids) for step in steps),
        )
    values = tuple(plain_data(node._data) for node in live)
    return Capture(
        graph,
        StepRecord(
            graph=0,
            number=number,
            epoch=epoch,
            loss=_total(root._data),
            values=values,
            locals=tuple(None if s.local is None else plain_data(s.local) for s in steps),
            contributions=tuple(plain_data(s.contribution) for s in steps),
            seed=plain_data(steps[0].upstream) if steps else 1.0,
            checks=_checks(live, steps) if check and steps else (),
        ),
        ids,
        form,
    )


def _total(data: Any) -> float:
    with np.errstate(all="ignore"):  # a record holds infinite numbers too
        return float(np.sum(data))


def _form(node: Value, ids: Mapping[Value, int], parameters: set[Value]) -> tuple[Any, ...]:
    """All of a node that its description depends on: everything but its numbers."""
    data = node._data
    kind = (data.dtype, data.shape) if isinstance(data, np.ndarray) else type(data)
    fixed = data if node.op is None and not node.tracked and not node.name else None
    inputs = [ids[x] for x in node.inputs]
    return (node.op, inputs, node.name, kind, node.tracked, node.origin, node in parameters,
            node.params, None if isinstance(fixed, np.ndarray) else fixed)  # fmt: skip


def _equal(form: list[Any], other: list[Any]) -> bool:
    try:
        return form == other
    except ValueError:  # of arrays among the parameters of an operation, which have no one answer
        return False


def _checks(live: list[Value], steps: list[Any]) -> tuple[Check, ...]:
    from autograd_lite.replay import numeric_checks

    seed = steps[0].upstream
    gradients = {live[-1]: seed, **{step.input: step.after for step in steps}}
    return numeric_checks(live, gradients, seed)


def plain_data(data: Any) -> Any:
    """A Value's data as a record holds it: a float, or nested lists of floats."""
    return data.tolist() if isinstance(data, np.ndarray) else float(data)


def _role(node: Value, is_loss: bool, parameters: set[Value]) -> str:
    if is_loss:
        return "loss"
    if node.op is not None:
        return "value"
    if node in parameters or (node.tracked and node.origin is not None):
        return "parameter"
    return "input" if node.tracked or node.name or node.ndim else "constant"


def _names(live: list[Value], given: Mapping[Value, str], loss: bool) -> dict[Value, str]:
    """A name for every node: given, the Value's own, its formula if short, or v₁, v₂, …"""
    names: dict[Value, str] = {}
    taken: dict[str, int] = {}
    for node in live:
        name = given.get(node) or node.name or _formula_name(node, names)
        if loss and node is live[-1] and not given.get(node):
            name = node.name or "L"
        names[node] = name = _unused(name or "v", taken, always=not name)
        taken.setdefault(name, 1)
    return names


def _formula_name(node: Value, names: Mapping[Value, str]) -> str:
    if node.op is None:
        return number_text(float(node._data)) if not node.tracked and not node.ndim else ""
    tree = forward_tree(node.op, [_fixed(x) for x in node.inputs], node.params)
    text = unicode(tree, {str(i): names[x] for i, x in enumerate(node.inputs)})
    return text if len(text) <= _LONGEST_NAME else ""


def _unused(name: str, taken: dict[str, int], always: bool) -> str:
    """The name, with a number where it is taken; ``taken`` holds the last number of each."""
    if not always and name not in taken:
        return name
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    count = taken.get(name, 0 if always else 1) + 1
    while (numbered := name + str(count).translate(digits)) in taken:
        count += 1
    taken[name] = count
    return numbered


def _fixed(x: Value) -> float | None:
    """The number of a constant that is written into formulas; None where a symbol stands."""
    return None if x.tracked or x.name or x.ndim else float(x._data)


def _node(node: Value, ids: Mapping[Value, int], names: Mapping[Value, str], role: str) -> Node:
    op, origin = node.op, node.origin
    file, line = (origin.file, origin.line) if origin else ("", 0)
    return Node(
        id=ids[node],
        name=names[node],
        role=role,
        op=op.name if op else "",
        symbol=op.symbol if op else "",
        inputs=tuple(ids[x] for x in node.inputs),
        shape=node.shape,
        dtype=str(node.dtype),
        tracked=node.tracked,
        formula=forward_tree(op, [_fixed(x) for x in node.inputs], node.params) if op else None,
        module=origin.module if origin else (),
        file=file,
        line=line,
        code=linecache.getline(file, line).rstrip() if line else "",
    )


def _message(step: Any, ids: Mapping[Value, int]) -> Message:
    node, index = step.node, step.index
    op, args = node.op, tuple(x._data for x in node.inputs)
    fixed = [_fixed(x) for x in node.inputs]
    words = op.words[min(index, len(op.words) - 1)] if op.words else ""
    return Message(
        node=ids[node],
        index=index,
        input=ids[step.input],
        local=local_tree(op, index, node._data, args, fixed, node.params),
        pull=pull_tree(op, index, step.upstream, node._data, args, fixed, node.params),
        words=words,
        summed=summed_axes(np.shape(step.upstream), np.shape(step.contribution))
        if op.elementwise
        else (),
    )
