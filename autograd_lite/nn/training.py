"""fit, evaluate and predict: the training loop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.context import no_grad
from autograd_lite.nn import data
from autograd_lite.nn.callbacks.audience import CallbackList
from autograd_lite.nn.callbacks.base import Callback, History
from autograd_lite.nn.data import Examples
from autograd_lite.nn.divergence import Watch, one_warning
from autograd_lite.nn.epochs import Epochs
from autograd_lite.nn.lookup import refuse_unknown, whole
from autograd_lite.nn.progress import level
from autograd_lite.nn.steps import Steps, step_by_step
from autograd_lite.nn.trainable import Trainable
from autograd_lite.value import Value, constant

__all__ = ["Model"]


class Model(Trainable):
    """A model that can be trained and asked: fit, evaluate, predict, and single batches."""

    # ── fit ───────────────────────────────────────────────────────────────────────────────────
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Callback | Iterable[Callback] | CallbackList | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **unknown: Any,
    ) -> History:
        """Train, and return what happened.

        Parameters
        ----------
        x, y : array_like
            Examples and their targets, shape (n, features) and (n, outputs); a list of numbers is
            n examples of one feature, or n targets of one output.
        batch_size : int, optional
            Examples in one step; 32.
        epochs : int
            The number of the last epoch: with ``initial_epoch`` 3 and ``epochs`` 8 five are run.
        verbose : int or "auto"
            0 is silent, 1 and "auto" a bar for every epoch, 2 a line.
        callbacks : Callback or list of Callback, optional
        validation_split : float
            The share of the examples, taken from the end, to validate on.
        validation_data : tuple (x, y) or (x, y, sample_weight), optional
            Used in place of ``validation_split``.
        shuffle : bool
            Whether to change the order before each epoch, where it makes a difference: several
            batches.
        class_weight : dict, optional
            From the number of a class to the weight of its examples; others weigh 1.
        sample_weight : array_like, optional
            Shape (n,): how much each example counts in the loss.
        initial_epoch : int
        steps_per_epoch : int, optional
            Batches in an epoch, where an epoch is not to be one pass over the data: the next goes
            on where this one ends.
        validation_steps : int, optional
            Validate on so many batches, the first ones, and not on all.
        validation_batch_size : int, optional
            As ``batch_size`` if not given.
        validation_freq : int or list of int
            Validate every so many epochs, or in these, counted from 1.

        Raises
        ------
        TypeError, ValueError
            The data is missing, empty, no numbers, or does not fit the model; or the model has not
            been compiled.

        Warns
        -----
        UserWarning
            The data has fewer batches than were asked for.
        NumericWarning
            The loss is NaN or infinite; said once, with the place where it began.
        """
        refuse_unknown(type(self).fit, unknown)
        self._check_compiled("fit")
        verbose, epochs = level(verbose), whole("epochs", epochs, 0)
        first, size = whole("initial_epoch", initial_epoch, 0), data.settled_size(batch_size)
        due = _due(validation_freq)
        examples = self._examples(x, y, sample_weight, class_weight)
        held_back: Examples | None
        if validation_data is None:
            examples, held_back = examples.split(validation_split)
        else:
            held_back = self._examples(*_triple(validation_data), prefix="validation_")
        batches = Epochs(examples, size, steps_per_epoch, "steps_per_epoch", shuffle)
        tests = None
        if held_back is not None:
            test_size = data.settled_size(validation_batch_size or size)
            tests = Epochs(held_back, test_size, validation_steps, "validation_steps")
        told = self._told(callbacks, verbose, epochs, batches.steps, add_history=True)
        logs: dict[str, float] = {}
        self.stop_training = False
        with one_warning(), Steps(self, told) as made:
            made.tell("train_begin")
            for epoch in range(first, epochs):
                made.tell("epoch_begin", epoch)
                logs = self._epoch(batches, (first, epoch), made)
                if tests is not None and due(epoch + 1):
                    made.close()
                    measured = self._test(tests, told)
                    logs |= {f"val_{name}": mean for name, mean in measured.items()}
                made.tell("epoch_end", epoch, logs=logs)
                if self.stop_training:
                    break
            made.close()
            self.optimizer.finalize_variable_values(self.trainable_weights)
            told.tell("train_end", logs=logs)
        assert self.history is not None
        return self.history

    def _epoch(self, batches: Epochs, epochs: tuple[int, int], made: Steps) -> dict[str, float]:
        """Train on the batches of an epoch; ``epochs`` are the first of this training and the present."""
        (first, epoch), told = epochs, made.told
        measures = self._measures
        measures.reset()
        number = (epoch - first) * told.params["steps"]
        heard = told.hears("train_batch_end")
        total, size = len(batches.examples), batches.size
        for batch, part in enumerate(batches.batches()):
            number += 1
            made.tell("train_batch_begin", batch)
            loss, prediction = made.make(part, (number, epoch + 1, total, size))
            measures.take(loss, part, prediction)
            if heard:
                made.tell("train_batch_end", batch, logs=measures.now())
            if self.stop_training:
                break
        return measures.now()

    # ── evaluate and predict ──────────────────────────────────────────────────────────────────
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Callback | Iterable[Callback] | CallbackList | None = None,
        return_dict: bool = False,
        **unknown: Any,
    ) -> Any:
        """The loss on x and y as a float, or ``[loss, *metrics]`` in the order of ``compile``.

        ``return_dict`` gives them by their names; ``steps`` are so many batches, not all.
        ``verbose`` 1 prints a bar, 2 a line; "auto" a bar in a terminal or a notebook, and nothing
        in a pipe, where it would stand between the lines of a program's own.
        """
        refuse_unknown(type(self).evaluate, unknown)
        self._check_compiled("evaluate")
        size, verbose = data.settled_size(batch_size), level(verbose, where_it_can_grow=True)
        batches = Epochs(self._examples(x, y, sample_weight), size, steps)
        told = self._told(callbacks, verbose, 1, batches.steps)
        means = self._test(batches, told)
        return means if return_dict else self._measures.in_order(means)

    def _test(self, batches: Epochs, told: CallbackList) -> dict[str, float]:
        """Means of loss and metrics, without training."""
        measures = self._measures
        measures.reset()
        told.tell("test_begin")
        batches.restart()
        for batch, part in enumerate(batches.batches()):
            told.tell("test_batch_begin", batch)
            measures.take(*self._look(part))
            if told.hears("test_batch_end"):
                told.tell("test_batch_end", batch, logs=measures.now())
        means = measures.now()
        told.tell("test_end", logs=means)
        return means

    def _look(self, batch: Examples) -> tuple[float, Examples, Value]:
        """The loss of a batch and the predictions, for the measures.

        The graph is made although nothing is trained: a cross-entropy finds the logits in it.
        """
        loss, prediction = self.measured(batch.x, batch.target, batch.weight)
        return float(loss._data), batch, prediction

    def predict(
        self,
        x: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Callback | Iterable[Callback] | CallbackList | None = None,
        **unknown: Any,
    ) -> np.ndarray:
        """Predictions as an array of shape (n, outputs).

        ``steps`` are so many batches, not all; ``verbose`` as for :meth:`evaluate`.
        """
        refuse_unknown(type(self).predict, unknown)
        size, verbose = data.settled_size(batch_size), level(verbose, where_it_can_grow=True)
        x = self.prepare(x)
        batches = Epochs(Examples(x, x, x), size, steps)
        return self._predictions(batches, self._told(callbacks, verbose, 1, batches.steps))

    def _predictions(self, batches: Epochs, told: CallbackList) -> np.ndarray:
        parts = []
        told.tell("predict_begin")
        with no_grad():
            for batch, part in enumerate(batches.batches()):
                told.tell("predict_batch_begin", batch)
                parts.append(self(constant(part.x, "x"))._data)
                told.tell("predict_batch_end", batch, logs={"outputs": parts[-1]})
        told.tell("predict_end")
        return np.concatenate(parts)

    # ── single batches ────────────────────────────────────────────────────────────────────────
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Make one step on these examples; the loss before it and the metrics, as `evaluate`."""
        self._check_compiled("train_on_batch")
        batch = self._examples(x, y, sample_weight, class_weight)
        self.reset_metrics()
        with one_warning():
            about = (1, 1, len(batch), len(batch))
            loss, prediction = step_by_step(self, batch, about, [], Watch())
        self._measures.take(float(loss._data), batch, prediction)
        return self._told_of_batch(return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss of these examples in one batch and the metrics, as `evaluate`."""
        self._check_compiled("test_on_batch")
        batch = self._examples(x, y, sample_weight)
        self.reset_metrics()
        self._measures.take(*self._look(batch))
        return self._told_of_batch(return_dict)

    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Predictions of these examples in one batch, as an array of shape (n, outputs)."""
        with no_grad():
            return np.array(self(constant(self.prepare(x), "x"))._data)

    def _told_of_batch(self, return_dict: bool) -> Any:
        means = self._measures.now()
        return means if return_dict else self._measures.in_order(means)

    def _told(
        self, callbacks: Any, verbose: int, epochs: int, steps: int, add_history: bool = False
    ) -> CallbackList:
        told = callbacks
        if not isinstance(told, CallbackList):
            told = CallbackList(callbacks, add_history=add_history, add_progbar=verbose != 0)
        told.set_model(self)
        told.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})
        return told


def _due(frequency: Any) -> Any:
    """Whether an epoch, counted from 1, is one to validate after."""
    if isinstance(frequency, (list, tuple, set, range)):
        chosen = {whole("an epoch in validation_freq", epoch, 1) for epoch in frequency}
        return chosen.__contains__
    every = whole("validation_freq", frequency, 1)
    return lambda epoch: epoch % every == 0


def _triple(given: Any) -> tuple[Any, Any, Any]:
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise ValueError("validation_data is a pair (x, y) of arrays, or (x, y, sample_weight)")
    x, y, *weight = given
    return x, y, weight[0] if weight else None
