"""Callbacks that change the learning rate from epoch to epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Real
from typing import Any

from autograd_lite.nn.callbacks.base import Callback
from autograd_lite.nn.callbacks.monitor import MonitorCallback
from autograd_lite.nn.console import say
from autograd_lite.nn.lookup import whole

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau"]


class LearningRateScheduler(Callback):
    """Sets the learning rate of every epoch; the history gets it as ``learning_rate``.

    Parameters
    ----------
    schedule : callable
        Of the epoch, from 0, and the learning rate; gives the new one. It may take the epoch alone.
    verbose : int
        1 tells every rate.
    """

    may_stop = reads_model = False

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise TypeError(
                f"schedule is a function of the epoch and the learning rate, not {schedule!r}"
            )
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        rate: Any = self.schedule(*(epoch, _rate(self.model))[: _takes(self.schedule)])
        if isinstance(rate, bool) or not isinstance(rate, Real):
            raise ValueError(f"schedule gives the learning rate as a number, and gave {rate!r}")
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            say(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to"
                f" {float(rate)}."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = _rate(self.model)


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor once a number has not become better for some epochs.

    Parameters
    ----------
    monitor : str
        A key of ``history.history``, such as ``"val_loss"``.
    factor : float
        Below 1.
    patience : int
        How many epochs without a better number are borne.
    verbose : int
        1 tells every change.
    mode : str
        ``"min"``, ``"max"`` or ``"auto"``.
    min_delta : float
        What changes by no more than this does not count as better.
    cooldown : int
        How many epochs pass after a change before it watches again.
    min_lr : float
        The learning rate does not go below this.
    """

    may_stop = reads_model = False

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, None, min_delta)
        if not 0 < factor < 1:
            raise ValueError(f"factor lies between 0 and 1, and is {factor!r}")
        self.factor, self.min_lr, self.verbose = factor, min_lr, verbose
        self.patience = whole("patience", patience, 0)
        self.cooldown = whole("cooldown", cooldown, 0)
        self._begin()

    def _begin(self) -> None:
        self.best, self.wait, self.cooldown_counter = None, 0, 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = _rate(self.model)
        current = self.watched(logs)
        if current is None:
            return
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(current, self.best):
            self.best, self.wait = current, 0
        elif not self.cooldown_counter:
            self.wait += 1
            if self.wait >= self.patience and _rate(self.model) > self.min_lr:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        rate = max(_rate(self.model) * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        self.cooldown_counter, self.wait = self.cooldown, 0
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")


def _rate(model: Any) -> float:
    return float(model.optimizer.learning_rate)


def _takes(schedule: Callable[..., Any]) -> int:
    """How many of epoch and learning rate a function takes."""
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return 1
    except ValueError:  # a function that does not tell
        pass
    return 2
