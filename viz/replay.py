"""A recorded computation run again with other numbers: what the model says elsewhere.

The record holds operations and leaves, so anything made of element-wise operations, matrix products
and whole sums can be computed anew. Settings of an operation (an axis, a slope) are not in the record:
a first run on the recorded numbers shows whether the replay is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd_lite.op import registry
from autograd_lite.recording import Graph, Node, Recording, StepRecord

__all__ = ["Replay", "ReplayError"]

_TOLERANCE = 1e-4  # records of float32 runs are replayed in float64
_WHOLE: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
}


class ReplayError(ValueError):
    """A recorded computation cannot be run again."""


class Replay:
    """One graph of a recording, ready to run.

    Raises
    ------
    ReplayError
        An operation cannot be run again from the record.
    """

    def __init__(self, recording: Recording, step: StepRecord) -> None:
        self.graph: Graph = recording.graph_of(step)
        self.leaves: dict[int, np.ndarray] = {
            n.id: np.asarray(v, float)
            for n, v in zip(self.graph.nodes, step.values, strict=True)
            if not n.op
        }
        self._check(step)

    def _check(self, step: StepRecord) -> None:
        values = self.run({})
        for node, recorded in zip(self.graph.nodes, step.values, strict=True):
            again, known = np.asarray(values[node.id]), np.asarray(recorded, float)
            scale = np.max(np.abs(known[np.isfinite(known)]), initial=1e-30)
            with np.errstate(all="ignore"):
                close = np.allclose(
                    again, known, rtol=_TOLERANCE, atol=_TOLERANCE * scale, equal_nan=True
                )
            if again.shape != known.shape or not close:
                raise ReplayError(
                    f"{node.name!r} cannot be computed again from the record: {node.op!r} was used"
                    " with settings that it does not hold"
                )

    def run(self, leaves: Mapping[int, Any], until: int | None = None) -> dict[int, Any]:
        """Values of all nodes, by id, with other numbers for some leaves.

        A graph of scalars takes arrays too, and gives arrays.
        """
        last = self.graph.root.id if until is None else until
        values: dict[int, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.graph.nodes[: last + 1]:
                if node.op:
                    values[node.id] = self._apply(node, [values[x] for x in node.inputs])
                else:
                    values[node.id] = leaves.get(node.id, self.leaves[node.id])
        return values

    def run_many(self, leaves: Mapping[int, np.ndarray], data: Mapping[int, Any]) -> np.ndarray:
        """The scalar at the end for many sets of numbers at once.

        Raises
        ------
        ReplayError
            An operation takes one set at a time.

        Parameters
        ----------
        leaves : mapping of id to array
            Each of shape (count, *shape of the leaf).
        data : mapping of id to array
            Other leaves, the same for all sets.

        Returns
        -------
        ndarray of shape (count,)
        """
        count = len(next(iter(leaves.values())))
        depth = max(len(n.shape) for n in self.graph.nodes)
        values: dict[int, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.graph.nodes:
                if node.op:
                    values[node.id] = self._apply_many(node, [values[x] for x in node.inputs])
                    continue
                # Every array has the same number of axes behind that of the sets, so all broadcast.
                own = (1,) * (depth - len(node.shape)) + node.shape
                many = leaves.get(node.id)
                known = np.asarray(data.get(node.id, self.leaves[node.id]), float).reshape(own)
                values[node.id] = known if many is None else many.reshape(count, *own)
        return np.broadcast_to(np.ravel(values[self.graph.root.id]), count)

    def _apply_many(self, node: Node, inputs: list[Any]) -> Any:
        shapes = [self.graph.nodes[x].shape for x in node.inputs]
        flat = node.op == "matmul" and any(len(shape) != 2 for shape in shapes)
        if node.op in _WHOLE and not node.shape:
            axes = tuple(range(-max(len(n.shape) for n in self.graph.nodes), 0))
            return _WHOLE[node.op](inputs[0], axis=axes, keepdims=True)
        if node.op in ("transpose", "swapaxes") and len(shapes[0]) == 2:
            return np.swapaxes(inputs[0], -1, -2)
        if flat or node.op == "reshape":
            raise ReplayError(f"{node.name!r} is computed for one set of numbers at a time")
        return self._apply(node, inputs)

    def _apply(self, node: Node, inputs: list[Any]) -> Any:
        op = registry.get(node.op)
        if op is not None and (op.elementwise or node.op == "matmul"):
            return op.forward(*inputs)
        if node.op in _WHOLE and not node.shape:
            return _WHOLE[node.op](inputs[0])
        if node.op in ("transpose", "swapaxes") and np.ndim(inputs[0]) == 2:
            return np.transpose(inputs[0])
        if node.op == "reshape":
            return np.reshape(inputs[0], node.shape)
        raise ReplayError(
            f"{node.name!r} cannot be computed again from the record: {node.op!r} needs settings that"
            " it does not hold; only element-wise operations, matrix products and whole sums do not"
        )
