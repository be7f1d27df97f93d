"""A training that leaves the numbers: said once, with the first place where it shows."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from autograd_lite import numeric
from autograd_lite.errors import NumericWarning
from autograd_lite.graph import all_nodes
from autograd_lite.nn.callbacks.base import TrainingStep
from autograd_lite.value import Value

__all__ = ["Watch", "one_warning"]

_OURS = "training: "


@contextmanager
def one_warning() -> Iterator[None]:
    """Inside, :class:`Watch` speaks for NumPy and the engine, who would repeat it at every step."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", f"(?!{_OURS})", NumericWarning)
        yield


class Watch:
    """Looks at every loss and warns at the first that is NaN or infinite."""

    def __init__(self) -> None:
        self.told = False

    def see(self, step: TrainingStep) -> None:
        """Check the loss of one step."""
        if self.told or math.isfinite(step.loss._data):
            return
        self.told = True
        numeric.tell(
            f"{_OURS}the loss is {_kind(step.loss)} in epoch {step.epoch} (step {step.number});"
            f" {_first(step.loss)}. The learning rate is {step.optimizer.learning_rate:g}: try a"
            " smaller one, or scale the data."
        )


def _first(loss: Value) -> str:
    """Where along the forward pass the first NaN or infinity stands."""
    node = next(x for x in all_nodes(loss) if not np.isfinite(x._data).all())
    holds = "holds" if node.ndim else "is"
    what = f"{node.describe()} is the first that is not finite: it {holds} {_kind(node)}"
    if node.op is not None:
        inputs = " and ".join(x.describe() if x.name or x.op else x.brief() for x in node.inputs)
        return f"{what}, made by {node.op.name} of {inputs}"
    return f"{what} since its last update" if node.tracked else f"{what} in the data given"


def _kind(x: Value) -> str:
    return "NaN" if np.isnan(x._data).any() else "infinite" if not x.ndim else "infinity"
