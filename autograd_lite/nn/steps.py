"""One step after the other: as a program while nobody looks inside, on the graph when somebody does."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from autograd_lite.nn.callbacks.audience import CallbackList
from autograd_lite.nn.callbacks.base import Callback, TrainingStep
from autograd_lite.nn.compiled import Compiled
from autograd_lite.nn.data import Examples
from autograd_lite.nn.divergence import Watch
from autograd_lite.nn.draws import given_again
from autograd_lite.nn.trainable import Trainable
from autograd_lite.value import Value

__all__ = ["Steps", "step_by_step"]


class Steps:
    """The steps of a training, and what is told of them.

    Parameters
    ----------
    model : Trainable
    told : CallbackList
        Whoever of them looks at the weights finds them in the model's Values.
    """

    def __init__(self, model: Trainable, told: CallbackList) -> None:
        self.model, self.told, self.watch = model, told, Watch()
        self._compiled = None if model.run_eagerly else Compiled(model)

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close()

    def close(self) -> None:
        """Give the model its numbers: what follows looks at them."""
        if self._compiled is not None:
            self._compiled.close()

    def tell(self, event: str, *args: Any, logs: dict[str, Any] | None = None) -> None:
        """Tell the callbacks of an event."""
        if self._compiled is not None and self.told.reads(event):
            self._compiled.close()
        self.told.tell(event, *args, logs=logs)

    def make(self, batch: Examples, about: tuple[int, int, int, int]) -> tuple[float, Value | None]:
        """Forward pass, backward pass, update: the loss before it, and the predictions.

        ``about`` are the number of the step and of the epoch, from 1, how many examples there are,
        and how many in a batch. Without metrics, nobody asks for predictions, and they may be None.
        """
        watching = self.told.wanting(about[0], about[1], self.told.params.get("epochs", 1))
        compiled = self._compiled
        if compiled is not None and not watching:
            made = compiled.step(batch)
            if made is not None:
                return made
        elif compiled is not None and _take_told(watching, batch):
            told = compiled.told(batch, about[:2])
            if told is not None:
                for callback in watching:
                    callback.take_told(told.step)
                return told.step.loss, told.prediction
        self.close()
        batch = (
            batch.copy() if watching else batch
        )  # they may keep the graph, and with it the batch
        with given_again(self._drawn()):
            loss, prediction = step_by_step(self.model, batch, about, watching, self.watch)
        if compiled is not None and watching and _take_told(watching, batch):
            compiled.seen(batch, loss)
        return float(loss._data), prediction

    def _drawn(self) -> list[np.ndarray]:
        """What the program had drawn, if it could not make the step; to be used once."""
        if self._compiled is None:
            return []
        drawn, self._compiled.drawn = self._compiled.drawn, []
        return drawn


def _take_told(watching: list[Callback], batch: Examples) -> bool:
    """Whether the numbers are enough for all who watch a step on such a batch."""
    shapes = batch.shapes
    return all([callback.takes_told(shapes) for callback in watching])


def step_by_step(
    model: Trainable,
    batch: Examples,
    about: tuple[int, int, int, int],
    watching: list[Callback],
    watch: Watch,
) -> tuple[Value, Value]:
    """One step on the graph: the loss and the predictions before it.

    ``watching`` are the callbacks that see inside.
    """
    loss, prediction = model.measured(batch.x, batch.target, batch.weight, training=True)
    parameters, optimizer = model.trainable_weights, model.optimizer
    step = None
    if watching or not math.isfinite(loss._data):
        step = TrainingStep(*about[:2], loss, parameters, optimizer, *about[2:], batch.shapes)
        watch.see(step)
    if not parameters:
        warnings.warn("the model has no trainable weights: nothing is changed", stacklevel=5)
        return loss, prediction
    _backward(loss, parameters)
    if step is not None:
        for callback in watching:
            callback.on_backward_end(step)
    optimizer.apply([p.grad for p in parameters], parameters)
    model.constrain()
    if step is not None:
        for callback in watching:
            callback.on_update_end(step)
    return loss, prediction


def _backward(loss: Value, parameters: list[Value]) -> None:
    """Gradients of the parameters, and of nothing that was there before."""
    if not loss.tracked:
        raise ValueError(
            "the loss does not depend on the weights: a loss of your own has to compute with y_pred"
            " by operators and NumPy functions, and return the result itself"
        )
    for parameter in parameters:
        parameter.grad = None
    loss.backward()
