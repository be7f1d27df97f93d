"""compile, fit, evaluate and predict: the training loop."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.context import no_grad
from autograd_lite.nn import data, losses, optimizers
from autograd_lite.nn.callbacks import Callback, CallbackList, History, TrainingStep
from autograd_lite.nn.divergence import Watch, one_warning
from autograd_lite.nn.lookup import refuse_unknown, whole
from autograd_lite.nn.progress import Progress, level
from autograd_lite.nn.session import generator
from autograd_lite.value import Value, constant

__all__ = ["Model"]


class Model(ABC):
    """What can be trained: it has weights, and makes predictions of a batch.

    Attributes
    ----------
    optimizer : Optimizer or None
    loss : Loss or None
    stop_training : bool
        A callback sets it to end the training after the epoch.
    """

    name: str
    dtype: str
    optimizer: Any = None
    loss: Any = None
    stop_training = False
    history: History | None = None

    @property
    @abstractmethod
    def weights(self) -> list[Value]:
        """The parameters."""

    @abstractmethod
    def __call__(self, x: Any) -> Value:
        """The predictions for a batch, as a Value."""

    @abstractmethod
    def prepare(self, x: Any, name: str = "x") -> np.ndarray:
        """Data as an array of examples that fits the first layer; builds the model if need be."""

    @abstractmethod
    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the predictions for data of ``input_shape``."""

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = None, metrics: Any = None, **unknown: Any
    ) -> None:
        """Choose how to train.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, Loss or callable of (y_true, y_pred)
        metrics : list, optional
            Losses to be reported beside the loss, such as ``["mae"]``.
        """
        refuse_unknown(type(self).compile, unknown)
        self.optimizer = optimizers.get(optimizer)
        self.loss = None if loss is None else losses.get(loss)
        found = [(metric, losses.get(metric, "metric")) for metric in metrics or ()]
        self.metrics = {m if isinstance(m, str) else loss.name: loss for m, loss in found}

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Callback | Iterable[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        *,
        initial_epoch: int = 0,
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
        validation_data : tuple (x, y), optional
        shuffle : bool
            Whether to change the order before each epoch, where it makes a difference: several
            batches.
        initial_epoch : int

        Raises
        ------
        TypeError, ValueError
            The data is missing, empty, no numbers, or does not fit the model; or the model has not
            been compiled.

        Warns
        -----
        NumericWarning
            The loss is NaN or infinite; said once, with the place where it began.
        """
        self._check_compiled("fit")
        verbose, epochs = level(verbose), whole("epochs", epochs, 0)
        first, size = whole("initial_epoch", initial_epoch, 0), data.settled_size(batch_size)
        held_back: Any
        (x, y), held_back = data.split(*self._examples(x, y), validation_split)
        if validation_data is not None:
            held_back = self._examples(*_pair(validation_data), "validation_")
        steps = math.ceil(len(x) / size)
        self.history, self.stop_training = History(), False
        progress = [Progress(verbose)] if verbose else []
        given = [callbacks] if isinstance(callbacks, Callback) else callbacks or ()
        told = CallbackList(
            [*given, *progress, self.history],
            self,
            {"verbose": verbose, "epochs": epochs, "steps": steps},
        )
        watch = Watch()
        logs: dict[str, float] = {}
        with one_warning():
            told.tell("train_begin")
            for epoch in range(first, epochs):
                told.tell("epoch_begin", epoch)
                order = generator().permutation(len(x)) if shuffle and steps > 1 else slice(None)
                logs = self._epoch(x[order], y[order], size, (first, epoch), told, watch)
                if held_back is not None:
                    measured = self._test(held_back[0], held_back[1], size, told)
                    logs |= {f"val_{name}": mean for name, mean in measured.items()}
                told.tell("epoch_end", epoch, logs)
                if self.stop_training:
                    break
            told.tell("train_end", logs)
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = 0,
        *,
        return_dict: bool = False,
    ) -> Any:
        """The loss on x and y as a float, or ``[loss, *metrics]`` in the order of ``compile``."""
        self._check_compiled("evaluate")
        size, shown = data.settled_size(batch_size), Progress(level(verbose))
        x, y = self._examples(x, y)
        shown.start(math.ceil(len(x) / size))
        means = self._test(x, y, size, CallbackList([], self, {}))
        shown.finish(means)
        if return_dict:
            return means
        numbers = [means["loss"], *(means[name] for name in self.metrics)]
        return numbers if self.metrics else numbers[0]

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> np.ndarray:
        """Predictions as an array of shape (n, outputs)."""
        size, shown = data.settled_size(batch_size), Progress(level(verbose))
        x = self.prepare(x)
        shown.start(math.ceil(len(x) / size))
        with no_grad():
            parts = [self(constant(x[rows], "x"))._data for rows in data.batches(len(x), size)]
        shown.finish({})
        return np.concatenate(parts)

    def _check_compiled(self, what: str) -> None:
        if self.optimizer is None or self.loss is None:
            raise ValueError(
                f"{what}() needs an optimizer and a loss: call"
                " model.compile(optimizer='adam', loss='mean_squared_error') first"
            )

    def _examples(self, x: Any, y: Any, prefix: str = "") -> tuple[np.ndarray, np.ndarray]:
        """x and y as arrays that fit the model and each other."""
        x = self.prepare(x, f"{prefix}x")
        y = data.examples(y, f"{prefix}y", self.dtype)
        data.check_lengths(x, y, prefix)
        return x, y.reshape(self.loss.target_shape(y.shape, self.output_shape(x.shape)))

    def _epoch(
        self,
        x: np.ndarray,
        y: np.ndarray,
        size: int,
        epochs: tuple[int, int],
        told: CallbackList,
        watch: Watch,
    ) -> dict[str, float]:
        """Train on every batch once; ``epochs`` are the first of this training and the present."""
        first, epoch = epochs
        parameters, means = self.weights, _Means()
        number = (epoch - first) * told.params["steps"]
        for batch, rows in enumerate(data.batches(len(x), size)):
            number += 1
            told.tell("train_batch_begin", batch)
            loss, logs = self._measure(x[rows], y[rows])
            step = TrainingStep(number, epoch + 1, loss, parameters, self.optimizer, len(x), size)
            watch.see(step)
            _make(step, told.wanting(number, epoch + 1, told.params["epochs"]))
            told.tell("train_batch_end", batch, means.add(logs, len(x[rows])))
        return means.now

    def _measure(self, x: np.ndarray, y: np.ndarray) -> tuple[Value, dict[str, float]]:
        """Forward pass of one batch: the loss, and it and the metrics as numbers by sorted name."""
        prediction = self(constant(x, "x"))
        loss = self.loss(constant(y, "y"), prediction)
        logs = {"loss": float(loss._data)}
        if self.metrics:
            with no_grad():
                for name, metric in self.metrics.items():
                    logs[name] = float(metric(constant(y), constant(prediction._data))._data)
        return loss, dict(sorted(logs.items()))

    def _test(
        self, x: np.ndarray, y: np.ndarray, size: int, told: CallbackList
    ) -> dict[str, float]:
        """Means of loss and metrics, without training."""
        means = _Means()
        told.tell("test_begin")
        with no_grad():
            for batch, rows in enumerate(data.batches(len(x), size)):
                told.tell("test_batch_begin", batch)
                _, logs = self._measure(x[rows], y[rows])
                told.tell("test_batch_end", batch, means.add(logs, len(x[rows])))
        told.tell("test_end", means.now)
        return means.now


class _Means:
    """Means over the examples seen so far, batches weighted by their size."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._count = 0

    def add(self, logs: dict[str, float], count: int) -> dict[str, float]:
        """Take in the means of a batch of ``count`` examples."""
        self._count += count
        for name, mean in logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + mean * count
        return self.now

    @property
    def now(self) -> dict[str, float]:
        return {name: total / self._count for name, total in self._sums.items()}


def _make(step: TrainingStep, watching: Iterable[Callback]) -> None:
    """Backward pass and update of one step."""
    for parameter in step.parameters:
        parameter.grad = None
    step.loss.backward()
    for callback in watching:
        callback.on_backward_end(step)
    step.optimizer.apply([p.grad for p in step.parameters], step.parameters)
    for callback in watching:
        callback.on_update_end(step)


def _pair(given: Any) -> tuple[Any, Any]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise ValueError("validation_data is a pair (x, y) of arrays")
    return given[0], given[1]
