"""Training steps as programs: the graph of a step written out once, run on arrays laid end to end.

The graph of a step says the same thing every time, so ``fit`` writes it out as NumPy source and
runs that. Parameters, gradients and what the optimizer remembers lie end to end in one array each:
one update does for all parameters, and goes through large ones in pieces that stay in the
processor's cache. The numbers are those of the step-by-step path, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import ops
from autograd_lite.context import UNUSUAL, thread
from autograd_lite.errors import ProgramError
from autograd_lite.graph import all_nodes
from autograd_lite.nn.configured import known
from autograd_lite.nn.data import Examples
from autograd_lite.nn.draws import stand_ins
from autograd_lite.nn.optimizers.base import State
from autograd_lite.nn.settings import same, settings
from autograd_lite.nn.telling import Change, Telling, ToldStep, Updates
from autograd_lite.nn.trainable import Trainable
from autograd_lite.numeric import settle
from autograd_lite.programs import written
from autograd_lite.value import Value, leaf

__all__ = ["Compiled", "Written"]

PIECE = 1 << 16
"""How many numbers an update takes at a time; up to twice as many are one piece."""


class _Program(NamedTuple):
    """A step for batches of one shape."""

    run: Any
    """A function of the arrays; a :class:`Telling`, where it is to tell what happens."""
    predicted: Callable[[np.ndarray], Value]
    """From what the program returns to the predictions, with the logits behind them if any."""
    draws: tuple[Callable[[], np.ndarray], ...] = ()
    """What draws the arrays that the program is given beside the batch, as for Dropout."""


class _Told(NamedTuple):
    """A step with all that a record holds of it, and the predictions if they are asked for."""

    step: ToldStep
    prediction: Value | None


class Written:
    """The programs of a model, kept from one training to the next.

    Attributes
    ----------
    settings : list
        What the programs hold for.
    programs : dict
        By the shapes of a batch; None where one such batch has been seen, which is not yet worth a
        program, or none can be written.
    """

    def __init__(self, settings: list[Any] | None = None) -> None:
        self.settings = settings or []
        self.programs: dict[Any, _Program | None] = {}
        self.possible = True


class Compiled:
    """The steps of one training on flat arrays, for as long as nobody looks inside.

    Whoever looks may change something too: a penalty, an optimizer, which layers are trained. So
    when the steps go on after that, all that the programs were made by is looked at again.

    Parameters
    ----------
    model : Trainable
        Compiled and built.

    Attributes
    ----------
    drawn : list of ndarray
        What was drawn for a step that then could not be made here.
    """

    def __init__(self, model: Trainable) -> None:
        self.model = model
        self._open, self._possible = False, True
        self._users: list[Any] | None = None
        self._written = Written()
        self._live: dict[Any, Value] = {}
        self._tellings: dict[Any, _Program | None] = {}
        self._updates: Updates | None = None
        self.drawn: list[np.ndarray] = []

    # ── a step ────────────────────────────────────────────────────────────────────────────────
    def step(self, batch: Examples) -> tuple[float, Value | None] | None:
        """Train on a batch: its loss and, where there are metrics, its predictions before that.

        None, and nothing is done, where the step has to be made on the graph: it cannot be written
        as a program, or is the first of its shape; a switch of the engine is set, such as that for
        anomalies; or the loss is not finite and somebody has to say where that began.
        """
        if not self._possible or thread.here is UNUSUAL or not (self._open or self._ready()):
            self.close()
            return None
        program = self._program(batch)
        if program is None:
            self.close()
            return None
        if not self._open:
            self._fill()
        fixed = [x._data for x in self._fixed]
        drawn = [draw() for draw in program.draws] if program.draws else []
        given = [*batch.arrays, drawn] if drawn else batch.arrays
        loss, others = program.run(self._weights, fixed, *given, self._gradients)
        if loss - loss != 0.0:
            self.drawn = drawn
            self.close()
            return None
        self._update()
        return float(loss), self._shown(program, others)

    def _shown(self, program: _Program, others: tuple[np.ndarray, ...]) -> Value | None:
        """The predictions, if metrics ask for them; a metric of one's own finds all numbers."""
        if self._looked_at:
            self.close()
        return program.predicted(*others) if others else None

    def told(self, batch: Examples, about: tuple[int, int]) -> _Told | None:
        """The same with all that a record holds of the step; ``about`` are its number and epoch.

        None as of :meth:`step`, and where no step on a batch like this was :meth:`seen` before.
        """
        if not self._possible or thread.here is UNUSUAL or not (self._open or self._ready()):
            self.close()
            return None
        shapes = batch.shapes
        if shapes in self._live:
            self.close()
            self._tellings[shapes] = self._write(batch.arrays, self._live.pop(shapes))
        program = self._tellings.get(shapes)
        if program is None:
            return None
        if not self._open:
            self._fill()
        # What is told may be a part of what the program is given: it gets what nobody writes into.
        before = self._data.copy()
        fixed = [x._data.copy() for x in self._fixed]
        given: list[Any] = [array.copy() for array in batch.arrays]
        drawn = [draw() for draw in program.draws]
        given += [drawn] if drawn else []
        try:
            loss, others, told = program.run(self._views(before), fixed, *given, self._gradients)
        except ArithmeticError:  # Python's own 1/0 of a float: the graph has NumPy's infinities
            loss = np.nan
        if loss - loss != 0.0:
            self.drawn = drawn
            self.close()
            return None
        gradient = self._gradient.copy()
        self._update()
        slots = {name: array.copy() for name, array in self._slots().items()}
        change = Change(before, gradient, self._data.copy(), self._optimizer.shown(slots))
        if self._updates is None:
            self._updates = Updates(self._parameters, self._places, self._optimizer.rule)
        step = ToldStep(*about, shapes, float(loss), program.run, told, self._updates, change)
        return _Told(step, self._shown(program, others))

    def seen(self, batch: Examples, loss: Value) -> None:
        """Take note of a step that was made on the graph: those like it can be told from now on."""
        if self._possible and self._ready() and batch.shapes not in self._tellings:
            self._live[batch.shapes] = loss
            self._written.programs.setdefault(batch.shapes, None)

    def _update(self) -> None:
        optimizer, data, gradient = self._optimizer, self._data, self._gradient
        if optimizer.clips:
            gradient = np.concatenate([np.ravel(g) for g in optimizer.clip(self._gradients)])
        optimizer.begin_step()
        if len(self._pieces) == 1:
            data[...] = optimizer.update(gradient, self._states[0], data)
        else:
            for piece, state in zip(self._pieces, self._states, strict=True):
                data[piece] = optimizer.update(gradient[piece], state, data[piece])
        for view, constraint in self._constraints:
            view[...] = constraint(view)

    # ── what the programs hold for ────────────────────────────────────────────────────────────
    def _ready(self) -> bool:
        """Whether steps may run as programs, with the model as it is now."""
        model = self.model
        users = [model.optimizer, *model.metrics]
        now = settings(model.parts, model.loss, bool(model.metrics))
        if self._users is None or not same(now, self._written.settings):
            kept = model.written
            if kept is None or not same(now, kept.settings):
                model.written = kept = Written(now)
                kept.possible = model.steady
            self._written = kept
            self._live, self._tellings, self._updates = {}, {}, None
            self._possible = kept.possible and known(model) and self._lay_out()
        if self._users is None or not same(users, self._users):
            self._users, self._optimizer = users, model.optimizer
            self._possible = self._possible and known(model.optimizer)
            # A metric of one's own may look at the weights, after every step.
            self._looked_at = not all(map(known, model.metrics))
            self._updates = None
        return self._possible

    def _lay_out(self) -> bool:
        """Make room for the numbers, end to end."""
        model = self.model
        self._parameters = parameters = model.trainable_weights
        trained = set(parameters)
        self._fixed = [x for x in model.weights if x not in trained]
        dtypes = {parameter.dtype for parameter in parameters}
        if len(dtypes) != 1:
            return False
        ends = np.cumsum([parameter.size for parameter in parameters]).tolist()
        self._places = [slice(i, j) for i, j in zip([0, *ends], ends, strict=False)]
        self._data = np.empty(ends[-1], dtypes.pop())
        self._gradient = np.zeros_like(self._data)
        self._weights, self._gradients = self._views(self._data), self._views(self._gradient)
        views = dict(zip(parameters, self._weights, strict=True))
        self._constraints = [(views[value], put_back) for value, put_back in model.constraints]
        size = ends[-1] if ends[-1] <= 2 * PIECE else PIECE
        self._pieces = [slice(i, i + size) for i in range(0, ends[-1], size)]
        return True

    def _views(self, flat: np.ndarray) -> list[np.ndarray]:
        pairs = zip(self._places, self._parameters, strict=True)
        return [flat[place].reshape(parameter.shape) for place, parameter in pairs]

    # ── between the flat arrays and the Values ────────────────────────────────────────────────
    def _fill(self) -> None:
        """Take the numbers from the Values and the optimizer."""
        for view, parameter in zip(self._weights, self._parameters, strict=True):
            view[...] = parameter._data
        slots = self._optimizer.flat_state(self._parameters)
        self._states = [{name: x[piece] for name, x in slots.items()} for piece in self._pieces]
        self._open = True

    def _slots(self) -> State:
        """What the optimizer remembers, end to end; the pieces of it need not lie so meanwhile."""
        if len(self._states) == 1:
            return self._states[0]
        return {name: np.concatenate([s[name] for s in self._states]) for name in self._states[0]}

    def close(self) -> None:
        """Give the numbers back to the Values and the optimizer: whoever looks sees them."""
        if not self._open:
            return
        views = zip(self._parameters, self._weights, self._gradients, strict=True)
        for parameter, numbers, gradient in views:
            parameter.data, parameter.grad = numbers, settle(gradient.copy())
        self._optimizer.take_flat_state(self._parameters, self._slots())
        self._open = False  # only now: who is interrupted above gives all of them once more

    # ── writing ───────────────────────────────────────────────────────────────────────────────
    def _program(self, batch: Examples) -> _Program | None:
        """The program for batches of these shapes, if there is one; written for the second."""
        programs, shapes = self._written.programs, batch.shapes
        program = programs.get(shapes)
        if program is not None:
            return program
        if shapes not in programs:
            programs[shapes] = None
            return None
        self.close()
        programs[shapes] = program = self._write(batch.arrays)
        if program is None:
            self._possible = self._written.possible = False
        return program

    def _write(self, arrays: Sequence[np.ndarray], live: Value | None = None) -> _Program | None:
        """The program for batches of these shapes; None where the graph cannot be relied on.

        It tells what happens in the graph of ``live``, the loss of such a batch, if that is given.
        """
        names = ("x", "y", "sample_weight")[: len(arrays)]
        leaves = [leaf(array, name) for array, name in zip(arrays, names, strict=True)]
        before, thread.questions = thread.questions, []
        tracked = [parameter.tracked for parameter in self._fixed]
        for parameter in self._fixed:  # what is made of them belongs to the graph
            parameter.tracked = True
        try:
            x, y, *weight = leaves
            with stand_ins() as draws:
                loss, prediction = self.model.measured(x, y, weight[0] if weight else None, True)
            asked = bool(thread.questions)
        finally:
            thread.questions = before
            for parameter, was in zip(self._fixed, tracked, strict=True):
                parameter.tracked = was
        masks = [each.leaf for each in draws]
        given = {*self._parameters, *self._fixed, *leaves, *masks}
        nodes = all_nodes(loss)
        if asked or not loss.tracked or any(_frozen(node, given) for node in nodes):
            return None
        if not set(self._parameters) <= set(nodes):
            return None  # a parameter that the loss does not depend on: the update will say so
        wanted, predicted = _predicted(prediction) if self.model.metrics else ([], leaf)
        arguments = {
            "weights": self._parameters, "fixed": self._fixed,
            **dict(zip(names, leaves, strict=True)), **({"masks": masks} if masks else {}),
        }  # fmt: skip
        draw = tuple(each.draw for each in draws)
        try:
            if live is not None:
                return _Program(Telling(live, loss, arguments, "weights", wanted), predicted, draw)
            return _Program(written(loss, arguments, "weights", wanted)[1], predicted, draw)
        except ProgramError:
            return None


def _predicted(prediction: Value) -> tuple[list[Value], Callable[[np.ndarray], Value]]:
    """What of the graph has to be returned, and how the predictions are made of it.

    A metric may be a cross-entropy, which looks for the logits behind the probabilities.
    """
    op, params = prediction.op, prediction.params
    if op is ops.sigmoid or op is ops.softmax:
        return [prediction.inputs[0]], lambda logits: op(leaf(logits), **params)
    return [prediction], leaf


def _frozen(node: Value, given: set[Value]) -> bool:
    """Whether a node holds numbers that the next batch may not have: an array, or an index."""
    if node.op is None:
        return node.ndim > 0 and node not in given
    return any(isinstance(part, np.ndarray) for part in _parts(node.params))


def _parts(params: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for x in params.values():
        found += x if isinstance(x, (tuple, list)) else [x]
    return found
