"""What is trained, and by what: the parts of a model, its optimizer, loss and metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.context import scope
from autograd_lite.nn import data, losses, optimizers
from autograd_lite.nn.callbacks.base import History
from autograd_lite.nn.data import Examples
from autograd_lite.nn.lookup import refuse_unknown, whole
from autograd_lite.nn.losses import Loss
from autograd_lite.nn.measures import Measures
from autograd_lite.nn.metrics import Metric
from autograd_lite.nn.saving import Saving
from autograd_lite.value import Value, constant

__all__ = ["Trainable"]


class Trainable(Saving, ABC):
    """What can be trained: it has weights, makes predictions of a batch, and knows its loss.

    Attributes
    ----------
    optimizer : Optimizer or None
    loss : Loss or None
    stop_training : bool
        A callback sets it to end the training after the batch.
    history : History or None
        What the last ``fit`` returned.
    """

    name: str
    dtype: str
    optimizer: Any = None
    loss: Loss | None = None
    stop_training = False
    history: History | None = None
    run_eagerly = False
    jit_compile: Any = "auto"
    steps_per_execution = 1
    _measures = Measures()
    written: Any = None
    """The programs that ``fit`` wrote of its steps."""

    @property
    @abstractmethod
    def parts(self) -> Sequence[Any]:
        """What the predictions are made by: the layers."""

    @property
    @abstractmethod
    def weights(self) -> list[Value]:
        """The parameters."""

    @property
    @abstractmethod
    def trainable_weights(self) -> list[Value]:
        """The parameters that training changes."""

    @property
    @abstractmethod
    def losses(self) -> list[Value]:
        """What is added to the loss, such as the penalties of regularizers."""

    @property
    def steady(self) -> bool:
        """Whether the graph of a batch depends on nothing but the shapes in it.

        False where code that is not the library's own takes part, which may decide anew at every
        step.
        """
        return False

    @property
    @abstractmethod
    def constraints(self) -> list[tuple[Value, Callable[[Any], Any]]]:
        """The parameters that are put back after every update, each with its constraint."""

    def constrain(self) -> None:
        """Put the parameters back where their constraints want them; training does it every step."""
        for value, constraint in self.constraints:
            value.data = np.asarray(constraint(value._data), value.dtype)

    @abstractmethod
    def __call__(self, x: Any, training: bool | None = None) -> Value:
        """The predictions for a batch, as a Value; ``training`` tells layers that act otherwise."""

    @abstractmethod
    def prepare(self, x: Any, name: str = "x") -> np.ndarray:
        """Data as an array of examples that fits the first layer; builds the model if need be."""

    @abstractmethod
    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the predictions for data of ``input_shape``."""

    # ── how to train ──────────────────────────────────────────────────────────────────────────
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **unknown: Any,
    ) -> None:
        """Choose how to train.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, Loss or callable of (y_true, y_pred)
        metrics : list, optional
            What is reported beside the loss, such as ``["mae", "accuracy"]``: names, Metrics,
            losses, or functions of (y_true, y_pred).
        weighted_metrics : list, optional
            Those that use the weights of the examples.
        loss_weights, run_eagerly, steps_per_execution, jit_compile, auto_scale_loss
            Accepted as Keras has them. They change no number; ``loss_weights`` is for several
            outputs, and has to be None or 1.

        Raises
        ------
        TypeError, ValueError
            There is no optimizer, loss or metric of that name or kind.
        """
        refuse_unknown(type(self).compile, unknown)
        if loss_weights not in (None, 1, [1], [1.0]):
            listed = isinstance(loss_weights, (list, tuple))
            texts = any(isinstance(x, str) for x in (loss_weights if listed else [loss_weights]))
            raise ValueError(
                f"loss_weights weighs the losses of several outputs, and there is one: leave it"
                f" out, or scale the learning rate, rather than give {loss_weights!r}"
                + (f". Metrics are given by name: metrics={loss_weights!r}" if texts else "")
            )
        self.steps_per_execution = whole("steps_per_execution", steps_per_execution, 1)
        self.run_eagerly, self.jit_compile = bool(run_eagerly), jit_compile
        chosen = None if loss is None else losses.get(loss)
        if chosen is not None and chosen.reduction in (None, "none"):
            raise ValueError(
                f"a training needs one number, and {chosen.name} with reduction={chosen.reduction!r}"
                " gives one for every example: take reduction='sum_over_batch_size' or 'sum'"
            )
        measures = Measures(metrics, weighted_metrics)
        self.optimizer, self.loss = optimizers.get(optimizer), chosen
        self._measures = measures
        self.remember_compile(
            loss=loss, metrics=metrics, weighted_metrics=weighted_metrics, run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution, jit_compile=jit_compile,
        )  # fmt: skip

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that ``compile`` chose, in its order."""
        return list(self._measures.metrics.values())

    @property
    def named_metrics(self) -> dict[str, Metric]:
        """The same by their names in the history."""
        return dict(self._measures.metrics)

    @property
    def metrics_names(self) -> list[str]:
        """What the numbers are that :meth:`evaluate` returns."""
        return ["loss", *self._measures.metrics]

    def reset_metrics(self) -> None:
        """Start the means of loss and metrics anew."""
        self._measures.reset()

    # ── a batch ───────────────────────────────────────────────────────────────────────────────
    def measured(
        self, x: Any, y: Any, weight: Any = None, training: bool = False
    ) -> tuple[Value, Value]:
        """The graph of a batch: its loss with all penalties, a scalar, and the predictions.

        The three are arrays or Values: ``y`` the targets as the loss encodes them
        (:meth:`Loss.encode`), ``weight`` one number for every example. Nothing here depends on the
        numbers in them.
        """
        assert self.loss is not None
        prediction = self(_input(x, "x"), training=training)
        weight = None if weight is None else _input(weight, "weight")
        loss = self.loss.compare(_input(y, "y"), prediction, weight)
        if added := self.losses:
            loss.name = "data loss"
            with scope("loss"):
                loss = sum(added, loss)
            loss.name = "L"
        return loss, prediction

    # ── what is given ─────────────────────────────────────────────────────────────────────────
    def _check_compiled(self, what: str) -> None:
        if self.optimizer is None or self.loss is None:
            raise ValueError(
                f"{what}() needs an optimizer and a loss: call"
                " model.compile(optimizer='adam', loss='mean_squared_error') first"
            )

    def _examples(
        self, x: Any, y: Any, weight: Any = None, class_weight: Any = None, prefix: str = ""
    ) -> Examples:
        """x, y and weights as arrays that fit the model and each other."""
        assert self.loss is not None
        if weight is not None and class_weight is not None:
            raise ValueError("give sample_weight or class_weight, not both: multiply them yourself")
        x = self.prepare(x, f"{prefix}x")
        y = data.examples(y, f"{prefix}y", self.dtype)
        data.check_lengths(x, y, prefix)
        output = self.compute_output_shape(x.shape)
        shape = self.loss.target_shape(y.shape, output)
        y = y if y.shape == shape else y.reshape(shape)
        self.loss.check(y, f"{prefix}y")
        for metric in self._measures.metrics.values():
            metric.check(y, f"{prefix}y")
        target = self.loss.encode(y, output)
        if class_weight is not None:
            weight = data.class_weights(y, class_weight, self.dtype)
        elif weight is not None:
            weight = data.weights(weight, f"{prefix}sample_weight", self.dtype, len(x))
        return Examples(x, y, target, weight)


def _input(given: Any, name: str) -> Value:
    return given if isinstance(given, Value) else constant(given, name)
