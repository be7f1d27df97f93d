"""The numbers of a training: the mean loss and the metrics over the batches so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.context import no_grad
from autograd_lite.nn import metrics
from autograd_lite.nn.data import Examples
from autograd_lite.nn.metrics import Metric
from autograd_lite.value import Value

__all__ = ["Measures"]


class Measures:
    """The loss and metrics that ``compile`` chose.

    Parameters
    ----------
    plain, weighted
        The metrics, as ``compile`` takes them: without and with the weights of the examples.

    Attributes
    ----------
    metrics : dict of str to Metric
        By the names that the history shows, in the order of ``compile``.
    """

    def __init__(self, plain: Any = None, weighted: Any = None) -> None:
        self.metrics: dict[str, Metric] = {}
        for metric in _listed(plain, "metrics"):
            self.metrics[self._free(metric.name)] = metric
        count = len(self.metrics)
        for metric in _listed(weighted, "weighted_metrics"):
            name = f"weighted_{metric.name}" if metric.name in self.metrics else metric.name
            self.metrics[self._free(name)] = metric
        self._plain = list(self.metrics.values())[:count]
        self._weighted = list(self.metrics.values())[count:]
        self._sorted = sorted(["loss", *self.metrics])
        self.reset()

    def _free(self, name: str) -> str:
        if name not in (*self.metrics, "loss"):
            return name
        number = 1
        while f"{name}_{number}" in self.metrics:
            number += 1
        return f"{name}_{number}"

    def reset(self) -> None:
        """Start anew, as before each epoch."""
        self._total, self._count = 0.0, 0
        for metric in self.metrics.values():
            metric.reset_state()

    def take(self, loss: float, batch: Examples, prediction: Value | None) -> None:
        """Take in a batch: its loss counts as often as it has examples."""
        count = len(batch)
        self._total += loss * count
        self._count += count
        if self.metrics:
            with no_grad():
                for metric in self._plain:
                    metric.update_state(batch.y, prediction)
                for metric in self._weighted:
                    metric.update_state(batch.y, prediction, batch.weight)

    def now(self) -> dict[str, float]:
        """Loss and metrics by name, the names sorted."""
        loss = self._total / self._count if self._count else 0.0
        if not self.metrics:
            return {"loss": loss}
        return {
            name: loss if name == "loss" else _plain(self.metrics[name].result())
            for name in self._sorted
        }

    def in_order(self, logs: Mapping[str, float]) -> Any:
        """The loss alone, or ``[loss, *metrics]`` in the order of ``compile``."""
        numbers = [logs["loss"], *(logs[name] for name in self.metrics)]
        return numbers if self.metrics else numbers[0]


def _plain(number: Any) -> Any:
    return number.item() if getattr(number, "ndim", 1) == 0 else number


def _listed(given: Any, argument: str) -> Iterable[Metric]:
    """The metrics in a list, a list of lists, or alone."""
    if given is None:
        return []
    if isinstance(given, Mapping) and "class_name" not in given:
        raise TypeError(
            f"{argument} is a list such as ['mae'], not {given!r}; a dict is for several outputs"
        )
    if isinstance(given, (list, tuple)):
        return [metric for each in given for metric in _listed(each, argument)]
    return [metrics.get(given)]
