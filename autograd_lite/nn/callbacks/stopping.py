"""Callbacks that end a training: when it gets no better, or leaves the numbers."""

from __future__ import annotations

import math

from autograd_lite.nn.callbacks.base import Callback
from autograd_lite.nn.callbacks.monitor import MonitorCallback
from autograd_lite.nn.console import say
from autograd_lite.nn.lookup import whole

__all__ = ["EarlyStopping", "TerminateOnNaN"]


class EarlyStopping(MonitorCallback):
    """Ends the training once a number has not become better for some epochs.

    Parameters
    ----------
    monitor : str
        A key of ``history.history``, such as ``"val_loss"``.
    min_delta : float
        What changes by no more than this does not count as better.
    patience : int
        How many epochs without a better number are borne.
    verbose : int
        1 tells when it ends.
    mode : str
        ``"min"``, ``"max"`` or ``"auto"``.
    baseline : float, optional
        A number that has to be beaten too for an epoch to count as better.
    restore_best_weights : bool
        Whether the model gets back the weights of its best epoch.
    start_from_epoch : int
        How many epochs pass before it watches.

    Attributes
    ----------
    stopped_epoch : int
        The epoch, from 0, after which the training ended; 0 if it did not.
    best, best_epoch
        The best number and its epoch, from 0.

    Examples
    --------
    >>> from autograd_lite import keras
    >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    >>> model.compile(keras.optimizers.SGD(0.0), "mse")
    >>> stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
    >>> history = model.fit([1.0, 2.0], [2.0, 4.0], epochs=10, verbose=0, callbacks=[stop])
    >>> len(history.history["loss"]), stop.stopped_epoch
    (4, 3)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, None, min_delta)
        self.patience = whole("patience", patience, 0)
        self.start_from_epoch = whole("start_from_epoch", start_from_epoch, 0)
        self.verbose, self.baseline = verbose, baseline
        self.restore_best_weights = restore_best_weights
        self._begin()

    def _begin(self) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best, self.best_weights = None, None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        current = self.watched(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._remember(epoch)
        self.wait += 1
        if self.is_better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self._remember(epoch)
            if self.baseline is None or self.is_better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch: int) -> None:
        self.best_weights, self.best_epoch = self.model.get_weights(), epoch

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                say(
                    "Restoring model weights from the end of the best epoch:"
                    f" {self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Ends the training at the first loss that is NaN or infinite.

    Parameters
    ----------
    raise_error : bool
        Whether to raise a RuntimeError rather than end the training in good order.
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"the loss is {loss} at batch {batch}: try a smaller learning rate, or scale the"
                " data"
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
