"""Bug lenses: what a step would have computed with a classic mistake in its backward pass.

Everything follows from the record. The recorded local derivatives are swept once more, by the
mistaken rule, and set against the right gradients; see Karpathy's micrograd for the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from autograd_lite.recording import Data, Graph, Message, Recording, StepRecord, Update
from viz.records.updates import descent_rate, replayed

__all__ = ["LENSES", "Lens", "Moved", "Outcome", "broken_gradients", "outcome"]


@dataclass(frozen=True)
class Lens:
    """A mistake: its key, its name, the wrong line of code, the right one, and what it does."""

    key: str
    title: str
    wrong: str
    right: str
    effect: str


LENSES = (
    Lens(
        "overwrite",
        "= for +=",
        "x.grad = local * upstream",
        "x.grad += local * upstream",
        "A value that is used twice hears from both uses. With = the later message wipes out the"
        " earlier one.",
    ),
    Lens(
        "no-zeroing",
        "Zeroing forgotten",
        "loss.backward()",
        "zero_grad(); loss.backward()",
        "backward() adds to what a gradient holds. Left there, the last step's gradients come on"
        " top of this step's.",
    ),
    Lens(
        "order",
        "Wrong order",
        "def sweep(x): pass_back(x); for i in x.inputs: sweep(i)",
        "for x in reversed(topological_order): pass_back(x)",
        "A node that is visited as soon as one message has arrived passes back a gradient to which"
        " the others have not been added yet.",
    ),
)


@dataclass(frozen=True)
class Moved:
    """A parameter under a lens: right and wrong gradient, right and wrong new value.

    ``after`` is None where the optimizer's step cannot be made again from the record.
    """

    update: Update
    gradient: Data
    after: Data | None

    @property
    def differs(self) -> bool:
        return _differ(self.gradient, self.update.gradient)

    @property
    def verdict(self) -> str:
        """How the parameter moves, beside how it should."""
        if not self.differs:
            return "as it should"
        if self.after is None:
            return "by another gradient"
        with np.errstate(all="ignore"):
            before = np.asarray(self.update.before, float)
            right = (np.asarray(self.update.after, float) - before).ravel()
            wrong = (np.asarray(self.after, float) - before).ravel()
        if right.size > 1:
            turned = int((right * wrong < 0).sum())
            return f"{turned} of {right.size} the wrong way" if turned else "by other amounts"
        right, wrong = float(right[0]), float(wrong[0])
        if not np.isfinite((right, wrong)).all():
            return "by another amount"
        if abs(wrong - right) <= 1e-3 * abs(right):
            return "as it should, by chance"
        if wrong == 0 or right == 0:
            return "not at all" if wrong == 0 else "though it should rest"
        if right * wrong < 0:
            return "the wrong way"
        ratio = wrong / right
        times = f"{ratio:.2g} times" if ratio < 100 else "over 100 times"
        return f"{times} as far" if ratio > 1 else f"only {ratio:.2g} of the way"


@dataclass(frozen=True)
class Outcome:
    """A step under a lens: the gradients that differ, the parameters, or why nothing can be told."""

    lens: Lens
    gradients: dict[int, Data]
    moved: tuple[Moved, ...] = ()
    reason: str = ""


class _Unknown(Exception):
    """The record does not hold what a lens needs; the text says why."""


def outcome(recording: Recording, step: StepRecord, lens: Lens) -> Outcome:
    """What a step would have computed and done with the mistake of a lens.

    Parameters
    ----------
    recording : Recording
    step : StepRecord
        One of its steps.
    lens : Lens
        One of :data:`LENSES`.

    Returns
    -------
    Outcome
        ``gradients`` holds the wrong gradient of each node where it differs from the right one.
        Where nothing differs, or the record does not tell, ``reason`` says why.
    """
    if not step.contributions:
        return Outcome(lens, {}, reason="No backward pass was recorded.")
    if lens.key != "no-zeroing" and not _fans_out(recording.graph_of(step)):
        return Outcome(lens, {}, reason=_harmless(lens))
    try:
        wrong = broken_gradients(recording, step, lens.key)
    except _Unknown as unknown:
        return Outcome(lens, {}, reason=str(unknown))
    right = recording.gradients(step)
    differing = {i: wrong[i] for i in right if _differ(wrong[i], right[i])}
    rate = descent_rate(step.updates)
    moved = tuple(
        Moved(u, g := wrong.get(u.node, u.gradient), replayed(u, g, rate))
        if u.node in differing
        else Moved(u, u.gradient, u.after)
        for u in step.updates
    )
    return Outcome(lens, differing, moved, "" if differing else _harmless(lens))


def _fans_out(graph: Graph) -> bool:
    """Whether any node receives more than one message."""
    inputs = [m.input for m in graph.messages]
    return len(set(inputs)) < len(inputs)


def _harmless(lens: Lens) -> str:
    return {
        "overwrite": "No value is used twice here, so = and += do the same. It breaks at a fan-out.",
        "no-zeroing": "The last step's gradients were 0, so nothing comes on top.",
        "order": "No result that is used twice is reached too early here, so the order does no harm.",
    }[lens.key]


def broken_gradients(recording: Recording, step: StepRecord, key: str) -> dict[int, Data]:
    """∂(root)/∂(node) of every node as the mistake of a lens computes it, by id."""
    graph = recording.graph_of(step)
    if key == "no-zeroing":
        return _added(recording, step)
    if key == "overwrite":
        found = _swept(graph, step, range(len(graph.messages)), lambda old, new: new)
    elif key == "order":
        found = _hurried(recording, step)
    else:
        raise ValueError(f"there is no lens {key!r}; there are {', '.join(x.key for x in LENSES)}")
    return {i: g.tolist() for i, g in found.items()}


def _added(recording: Recording, step: StepRecord) -> dict[int, Data]:
    """Every gradient of a parameter on top of the step's before."""
    if step.number == 1:
        raise _Unknown("In the first step there is nothing left over. Go on to the next one.")
    if not step.updates:
        raise _Unknown("No parameters were recorded, so nothing is kept from step to step.")
    before = next((s for s in recording.steps if s.number == step.number - 1), None)
    if before is None or before.graph != step.graph or not before.updates:
        raise _Unknown(
            f"Step {step.number - 1} was not recorded, so what it left over is not known. Record"
            " every step, or choose one of the first."
        )
    left = {u.node: u.gradient for u in before.updates}
    found = recording.gradients(step)
    with np.errstate(all="ignore"):
        for update in step.updates:
            if update.node in left:
                both = np.asarray(left[update.node], float) + np.asarray(update.gradient, float)
                found[update.node] = both.tolist()
    return found


def _hurried(recording: Recording, step: StepRecord) -> dict[int, np.ndarray]:
    """A sweep without a topological order, first input first, or last first if only that is wrong."""
    graph = recording.graph_of(step)
    right = recording.gradients(step)
    found: dict[int, np.ndarray] = {}
    for backwards in (False, True):
        found = _swept(graph, step, _as_met(graph, backwards), lambda old, new: old + new)
        if any(_differ(found[i].tolist(), right[i]) for i in right):
            break
    return found


def _as_met(graph: Graph, backwards: bool) -> Iterator[int]:
    """The messages in the order of a search that passes back each node when it first comes to it."""
    of: dict[int, list[int]] = {}
    for place, message in enumerate(graph.messages):
        of.setdefault(message.node, []).append(place)
    seen, waiting = set[int](), [graph.root.id]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        mine = sorted(
            of.get(node, ()), key=lambda place: graph.messages[place].index, reverse=backwards
        )
        yield from mine
        waiting += [graph.messages[place].input for place in reversed(mine)]


def _swept(
    graph: Graph,
    step: StepRecord,
    order: Iterable[int],
    kept: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> dict[int, np.ndarray]:
    """A sweep over the messages in an order; ``kept(old, new)`` is what a gradient becomes."""
    right: dict[int, np.ndarray] = {graph.root.id: np.asarray(step.seed, float)}
    with np.errstate(all="ignore"):
        for message, contribution in zip(graph.messages, step.contributions, strict=True):
            old = right.get(message.input, 0.0)
            right[message.input] = old + np.asarray(contribution, float)
        found: dict[int, np.ndarray] = {graph.root.id: np.asarray(step.seed, float)}
        for place in order:
            message = graph.messages[place]
            new = _passed_back(graph, step, place, found[message.node], right[message.node])
            old_one = found.get(message.input)
            found[message.input] = new if old_one is None else kept(old_one, new)
    return found


def _passed_back(
    graph: Graph, step: StepRecord, place: int, upstream: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """The contribution of a message for another upstream gradient than the recorded one."""
    message = graph.messages[place]
    recorded = np.asarray(step.contributions[place], float)
    if np.array_equal(upstream, right, equal_nan=True):
        return recorded
    if message.local is not None:
        product = upstream * np.asarray(step.locals[place], float)
        return product.sum(axis=message.summed).reshape(recorded.shape)
    if right.size == 1 and right.item() != 0:  # the way back is linear
        return recorded * (upstream.item() / right.item())
    node = graph.nodes[message.node]
    if node.op == "matmul" and len(node.shape) == 2:
        return _through_product(graph, step, message, upstream)
    raise _Unknown(
        f"The record does not tell how {node.op} would pass back another gradient than it did."
    )


def _through_product(
    graph: Graph, step: StepRecord, message: Message, upstream: np.ndarray
) -> np.ndarray:
    """The gradient of A @ B for matrices: g @ Bᵀ for A, Aᵀ @ g for B."""
    inputs = graph.nodes[message.node].inputs
    other = np.asarray(step.values[inputs[1 - message.index]], float)
    return other.T @ upstream if message.index else upstream @ other.T


def _differ(a: Data, b: Data) -> bool:
    return not np.array_equal(a, b) and not np.allclose(a, b, rtol=1e-6, atol=0.0, equal_nan=True)
