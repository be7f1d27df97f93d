"""Callback: what is told of a training while it runs; History, which fit returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from autograd_lite.nn.configured import Configured
from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.value import Value

if TYPE_CHECKING:
    from autograd_lite.nn.telling import ToldStep

__all__ = ["Callback", "History", "TrainingStep"]


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
    shapes : tuple of tuple of int
        The shapes of x, y and, if there are any, weights of this batch.
    """

    number: int
    epoch: int
    loss: Value
    parameters: list[Value]
    optimizer: Optimizer
    examples: int
    batch_size: int
    shapes: tuple[tuple[int, ...], ...]


class Callback(Configured):
    """Base class: every method may be overridden, and does nothing here.

    A training calls ``on_train_begin``; for each epoch ``on_epoch_begin``, for each batch
    ``on_train_batch_begin`` and ``on_train_batch_end``, with validation ``on_test_begin``, the same
    two for its batches and ``on_test_end``, then ``on_epoch_end``; and last ``on_train_end``.
    ``evaluate`` makes the calls of a validation, ``predict`` its own. Epochs and batches count from
    0 there, and ``logs`` maps names to numbers, as in Keras.

    To see inside a step, answer True in :meth:`wants_step`: then :meth:`on_backward_end` comes
    while the gradients are known and the parameters are old, :meth:`on_update_end` once they are
    new. Both get a :class:`TrainingStep`. Who is content with the numbers, once it has seen the
    graph, says so in :meth:`takes_told`, which is much quicker.

    Attributes
    ----------
    params : dict
        ``verbose``, ``epochs``, and ``steps`` in each epoch.
    model : Sequential
    reads_model : bool
        Whether its calls look at the weights or the optimizer's memory. A class that never does
        says False, and ``fit`` need not lay them out for it.
    may_stop : bool
        Whether it may set ``model.stop_training``. A class that never does says False.
    wants_last : bool
        Whether it is to see inside the step that turns out to be the last, when a callback ends the
        training early: it is then shown every step, for any may be the last.
    """

    params: dict[str, Any]
    model: Any
    reads_model: ClassVar[bool] = True
    may_stop: ClassVar[bool] = True
    wants_last: ClassVar[bool] = False

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

    def on_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """An older name of :meth:`on_train_batch_begin`, which calls it."""

    def on_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """An older name of :meth:`on_train_batch_end`, which calls it."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called before a step."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called after a step, with the means over the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        """Called before a validation."""

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        """Called after a validation, with its means."""

    def on_test_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called before a batch of a validation."""

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called after a batch of a validation, with the means so far."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called before predictions are made."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called after predictions are made."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of predictions."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of predictions, which stand in ``logs["outputs"]``."""

    def wants_step(self, number: int, epoch: int, epochs: int) -> bool:
        """Whether to be shown the inside of a step; steps and epochs count from 1 here."""
        return False

    def on_backward_end(self, step: TrainingStep) -> None:
        """Called after the backward pass of a wanted step, before the update."""

    def on_update_end(self, step: TrainingStep) -> None:
        """Called after the update of a wanted step."""

    def takes_told(self, shapes: tuple[tuple[int, ...], ...]) -> bool:
        """Whether a wanted step with a batch of these shapes may be told by its numbers alone.

        If all who want the step agree, ``fit`` need not make its graph, and calls :meth:`take_told`
        in place of the two above.
        """
        return False

    def take_told(self, step: ToldStep) -> None:
        """Called after the update of a wanted step that is told by its numbers."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class History(Callback):
    """What ``fit`` returns.

    Attributes
    ----------
    history : dict of str to list of float
        The means of every epoch, such as ``history["loss"]``.
    epoch : list of int
        The epochs, from 0.
    """

    may_stop = reads_model = False

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.history, self.epoch = {}, []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch.append(epoch)
        for name, number in (logs or {}).items():
            self.history.setdefault(name, []).append(number)
