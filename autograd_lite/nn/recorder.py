"""Recorder: keeps training steps as plain data, from ``fit`` or from a loop of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.errors import GradientError
from autograd_lite.nn.callbacks.base import Callback, TrainingStep
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.names import counted
from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.nn.telling import ToldStep, records
from autograd_lite.recorder import Capture, capture, plain_data
from autograd_lite.recording import Graph, Recording, StepRecord, Update
from autograd_lite.value import Value

__all__ = ["OpenStep", "Recorder"]

_ABOUT = 60
_GROWTH = 1.08
"""Where the total is unknown, a step is kept when its number has grown so much since the last."""


class Recorder(Callback):
    """Records training steps: forward pass, backward pass and update.

    It is a callback: ``model.fit(x, y, callbacks=[recorder])``. In a loop of your own, put the
    lines of the update under :meth:`step`.

    ``fit`` makes the graph of the first step only, and once more for batches of another size: the
    numbers of the other steps come from a program, to the same bits, which takes far less time.

    Parameters
    ----------
    every : int, optional
        Record step 1, every ``every``-th after it, and the last. By default about 60 steps are
        kept: the first, the last, and between them ever fewer, evenly spread on a log scale.
    steps : int, optional
        How many steps a loop of your own will make. Without it the last step is not known before
        it is over, so that every step has to be read; ``fit`` knows it by itself.
    title : str, optional
    check : bool
        Compare every recorded gradient with a numeric one, which takes its time.

    Attributes
    ----------
    recording : Recording
        What has been recorded so far.

    Examples
    --------
    >>> from autograd_lite import Value
    >>> from autograd_lite.nn import Recorder
    >>> w, recorder = Value(1.0, name="w"), Recorder()
    >>> for _ in range(3):
    ...     w.grad = None
    ...     loss = (w * 2 - 6) ** 2
    ...     loss.backward()
    ...     with recorder.step(loss, [w]):
    ...         w.data -= 0.1 * w.grad
    >>> [(s.number, round(s.updates[0].after, 3)) for s in recorder.recording.steps]
    [(1, 2.6), (2, 2.92), (3, 2.984)]
    """

    may_stop = reads_model = False
    wants_last = True

    def __init__(
        self,
        every: int | None = None,
        steps: int | None = None,
        title: str | None = None,
        *,
        check: bool = False,
    ) -> None:
        self.every = None if every is None else whole("every", every, 1)
        self.steps = None if steps is None else whole("steps", steps, 1)
        self.title, self.check = title or "", check
        self._clear(self.steps)

    def _clear(self, total: int | None) -> None:
        self._wanted = None if total is None else _choice(total, self.every)
        self._graphs: list[Graph] = []
        self._steps: list[StepRecord | _Pending] = []
        self._losses: list[tuple[int, float]] = []
        self._subtitle = self._loss_name = ""
        self._unit = "step"
        self._number = 0
        self._open: OpenStep | None = None
        self._captures: dict[Any, Capture] = {}
        self._spare = False

    @property
    def recording(self) -> Recording:
        """The recorded steps as plain data.

        Raises
        ------
        RuntimeError
            Nothing has been recorded.
        """
        if not self._steps:
            raise RuntimeError(
                "nothing is recorded yet: give the recorder to fit(..., callbacks=[recorder]), or"
                " put the update of your own loop under `with recorder.step(loss, parameters):`"
            )
        return Recording(
            tuple(self._graphs),
            tuple(self._settled()),
            self.title,
            self._subtitle,
            self._loss_name,
            tuple(self._losses),
            self._unit,
        )

    def _settled(self) -> list[StepRecord]:
        """The steps, with plain data of those that were told."""
        alike: dict[Any, list[tuple[int, _Pending]]] = {}
        for i, kept in enumerate(self._steps):
            if isinstance(kept, _Pending):
                alike.setdefault((kept.step.form, kept.graph), []).append((i, kept))
        for (_, graph), found in alike.items():
            made = records([told.step for _, told in found], found[0][1].like, graph)
            for (i, _), record in zip(found, made, strict=True):
                self._steps[i] = record
        return [step for step in self._steps if isinstance(step, StepRecord)]

    # ── as a callback of fit ──────────────────────────────────────────────────────────────────
    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._clear(None)
        self._unit = "epoch"

    def wants_step(self, number: int, epoch: int, epochs: int) -> bool:
        if self._wanted is None:
            self._wanted = _choice((epochs - epoch + 1) * self.params["steps"], self.every)
        return number in self._wanted

    def on_backward_end(self, step: TrainingStep) -> None:
        if not self._steps:
            self._loss_name = self.model.loss.name
            self._subtitle = _describe(self.model, step)
        self._open = OpenStep(
            step.loss, step.parameters, step.number, step.epoch, self.check,
            self._captures.get(step.shapes),
        )  # fmt: skip

    def on_update_end(self, step: TrainingStep) -> None:
        if self._open is not None:
            self._make_room(step)
            self._keep(self._open, self._open.updates(step.optimizer), step.shapes)
            self._open = None

    def takes_told(self, shapes: tuple[tuple[int, ...], ...]) -> bool:
        return shapes in self._captures and not self.check and type(self) is Recorder

    def take_told(self, step: ToldStep) -> None:
        self._make_room(step)
        captured = self._captures[step.shapes]
        self._steps.append(_Pending(step, captured, self._place(captured.graph)))

    def _make_room(self, step: TrainingStep | ToldStep) -> None:
        """Drop a step that was not chosen: it stays only where the training was ended after it."""
        if self._spare:
            self._drop_last()
        self._spare = not self.wants_step(step.number, step.epoch, self.params["epochs"])

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs:
            self._losses.append((epoch + 1, logs["loss"]))

    # ── in a loop of one's own ────────────────────────────────────────────────────────────────
    @contextmanager
    def step(
        self,
        loss: Value,
        parameters: Iterable[Value],
        optimizer: Optimizer | None = None,
        rule: str = "",
    ) -> Iterator[None]:
        """Record one step; the parameters change inside, after ``loss.backward()``.

        Parameters
        ----------
        loss : Value
            A scalar.
        parameters : iterable of Value
        optimizer : Optimizer, optional
            The one that makes the update; its rule and numbers are recorded with it.
        rule : str
            The update as a formula, where you make it yourself: ``"w ← w − 0.1·g"``.

        Raises
        ------
        TypeError
            ``loss`` is not a scalar Value.
        GradientError
            A parameter has no gradient yet.
        """
        if not isinstance(loss, Value) or loss.ndim:
            what = f"shape {loss.shape}" if isinstance(loss, Value) else type(loss).__name__
            raise TypeError(f"recorder.step() takes the loss as a scalar Value, not {what}")
        opened = self.opened(loss, list(parameters))
        yield
        if opened is not None:
            self.closed(opened, opened.updates(optimizer, rule))

    def opened(self, loss: Value, parameters: list[Value]) -> OpenStep | None:
        """A step whose backward pass was made; None for one that is not kept."""
        self._number += 1
        number = self._number
        self._losses.append((number, float(loss._data)))
        if self._wanted is not None and number not in self._wanted:
            return None
        return OpenStep(loss, parameters, number, number, self.check, self._captures.get(None))

    def closed(self, opened: OpenStep, updates: tuple[Update, ...]) -> None:
        """Keep a step whose update was made."""
        if self._wanted is None and self._steps and not self._stays(self._steps[-1].number):
            self._drop_last()
        self._loss_name = self._loss_name or opened.loss_name
        self._keep(opened, updates)

    def _stays(self, number: int) -> bool:
        """Whether a step is kept although it was not the last, when their total is unknown."""
        if self.every is not None:
            return (number - 1) % self.every == 0
        before = self._steps[-2].number if len(self._steps) > 1 else 0
        return number >= before * _GROWTH

    def _drop_last(self) -> None:
        """Take the last step out, and its graph where no other step has it."""
        place = self._steps.pop().graph
        if place == len(self._graphs) - 1 and all(step.graph != place for step in self._steps):
            self._graphs.pop()

    def _keep(self, opened: OpenStep, updates: tuple[Update, ...], shapes: Any = None) -> None:
        """Keep a step; ``shapes`` are those of its batch, where the graph follows from them."""
        captured = self._captures[shapes] = opened.captured
        place = self._place(captured.graph)
        self._steps.append(replace(captured.step, graph=place, updates=updates))

    def _place(self, graph: Graph) -> int:
        """Where a graph stands among those of the recording, from now on at least."""
        for place, other in enumerate(self._graphs):
            if other is graph or other == graph:
                return place
        self._graphs.append(graph)
        return len(self._graphs) - 1


class _Pending(NamedTuple):
    """A step that was told: its numbers become plain data when somebody looks at them."""

    step: ToldStep
    like: Capture
    graph: int

    @property
    def number(self) -> int:
        return self.step.number


class OpenStep:
    """A step between its backward pass and its update."""

    def __init__(
        self,
        loss: Value,
        parameters: list[Value],
        number: int,
        epoch: int,
        check: bool = False,
        like: Capture | None = None,
    ) -> None:
        for parameter in parameters:
            if parameter.grad is None:
                raise GradientError(
                    f"{parameter.describe()} has no gradient: call loss.backward() before the"
                    " update is recorded"
                )
        self.captured: Capture = capture(
            loss, parameters=parameters, loss=True, number=number, epoch=epoch, check=check,
            like=like,
        )  # fmt: skip
        self.loss_name = loss.name or ""
        self.before = [(p, plain_data(p._data), plain_data(p.grad)) for p in parameters]

    def updates(self, optimizer: Optimizer | None, rule: str = "") -> tuple[Update, ...]:
        """What became of the parameters that the loss depends on."""
        return tuple(
            Update(
                self.captured.ids[p],
                before,
                gradient,
                plain_data(p._data),
                optimizer.rule(p.name or "w") if optimizer else rule,
                {name: plain_data(x) for name, x in optimizer.slots(p).items()}
                if optimizer
                else {},
            )
            for p, before, gradient in self.before
            if p in self.captured.ids
        )


def _choice(total: int, every: int | None) -> set[int]:
    """The numbers of the steps to record, of ``total``; the first and the last are among them."""
    if every is not None:
        return {*range(1, total + 1, every), total}
    count = wanted = min(total, _ABOUT)
    while True:  # the low numbers of a log scale fall together, so more of them are asked for
        chosen = {round(float(x)) for x in np.geomspace(1, total, count)}
        if len(chosen) >= wanted:
            return chosen
        count += wanted - len(chosen)


def _describe(model: Any, step: TrainingStep) -> str:
    """``Dense(1), 7 examples in one batch, Adam, mean squared error``."""
    examples = counted(step.examples, "example")
    together = step.batch_size >= step.examples
    parts = [
        *(repr(layer) for layer in model.layers),
        f"{examples} in one batch" if together else f"{examples} in batches of {step.batch_size}",
        type(step.optimizer).__name__,
        model.loss.name.replace("_", " "),
    ]
    return ", ".join(parts)
