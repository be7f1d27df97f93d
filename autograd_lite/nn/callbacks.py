"""Callbacks: what is told of a training while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.value import Value

__all__ = ["Callback", "CallbackList", "History", "TrainingStep"]


@dataclass(frozen=True)
class TrainingStep:
    """One step of ``fit`` for the callbacks that ask for it.

    Attributes
    ----------
    number : int
        Counts the steps of this ``fit`` from 1.
    epoch : int
        Counts from 1.
    loss : Value
        The end of the step's graph.
    parameters : list of Value
    optimizer : Optimizer
    examples, batch_size : int
        How many examples the training has, and a batch at most.
    """

    number: int
    epoch: int
    loss: Value
    parameters: list[Value]
    optimizer: Optimizer
    examples: int
    batch_size: int


class Callback:
    """Base class: every method may be overridden, and does nothing here.

    A training calls ``on_train_begin``; for each epoch ``on_epoch_begin``, for each batch
    ``on_train_batch_begin`` and ``on_train_batch_end``, with validation ``on_test_begin``, the same
    two for its batches and ``on_test_end``, then ``on_epoch_end``; and last ``on_train_end``.
    Epochs and batches count from 0 there, and ``logs`` maps names to numbers, as in Keras.

    To see inside a step, answer True in :meth:`wants_step`: then :meth:`on_backward_end` comes
    while the gradients are known and the parameters are old, :meth:`on_update_end` once they are
    new. Both get a :class:`TrainingStep`.

    Attributes
    ----------
    params : dict
        ``verbose``, ``epochs``, and ``steps`` in each epoch.
    model : Sequential
    """

    params: dict[str, Any]
    model: Any

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self.model = model

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Called once before the first epoch."""

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Called once after the last epoch, with its logs."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called before the batches of an epoch."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called after an epoch and its validation; entries added to ``logs`` reach the History."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called before a step."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called after a step, with the means over the epoch so far."""

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        """Called before a validation."""

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        """Called after a validation, with its means."""

    def on_test_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called before a batch of a validation."""

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called after a batch of a validation, with the means so far."""

    def wants_step(self, number: int, epoch: int, epochs: int) -> bool:
        """Whether to be shown the inside of a step; steps and epochs count from 1 here."""
        return False

    def on_backward_end(self, step: TrainingStep) -> None:
        """Called after the backward pass of a wanted step, before the update."""

    def on_update_end(self, step: TrainingStep) -> None:
        """Called after the update of a wanted step."""


class CallbackList:
    """The callbacks of one training, in their order."""

    def __init__(self, callbacks: Iterable[Callback], model: Any, params: dict[str, Any]) -> None:
        self.callbacks, self.params = list(callbacks), params
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"a callback is an object such as Recorder(), not {callback!r}")
            callback.set_params(params)
            callback.set_model(model)

    def wanting(self, number: int, epoch: int, epochs: int) -> list[Callback]:
        """Those that want to see inside a step."""
        return [c for c in self.callbacks if c.wants_step(number, epoch, epochs)]

    def tell(self, event: str, *args: Any) -> None:
        """Call ``on_<event>`` of all of them."""
        for callback in self.callbacks:
            getattr(callback, f"on_{event}")(*args)


class History(Callback):
    """What ``fit`` returns.

    Attributes
    ----------
    history : dict of str to list of float
        The means of every epoch, such as ``history["loss"]``.
    epoch : list of int
        The epochs, from 0.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.history, self.epoch = {}, []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch.append(epoch)
        for name, number in (logs or {}).items():
            self.history.setdefault(name, []).append(number)
