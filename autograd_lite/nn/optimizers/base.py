"""Optimizer: what all rules have in common, from clipping to the moving average of parameters."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from autograd_lite import numeric
from autograd_lite.nn import schedules
from autograd_lite.nn.arguments import at_least, fraction, positive
from autograd_lite.nn.configured import Configured, plain, revived
from autograd_lite.nn.lookup import refuse_unknown, whole
from autograd_lite.nn.names import counted
from autograd_lite.nn.optimizers import clipping
from autograd_lite.value import Value

__all__ = ["Optimizer", "State"]

State = dict[str, Any]
"""What an optimizer remembers of one parameter: arrays of its shape, by name."""

_ABSENT = {
    "loss_scale_factor": "it serves training in float16, and float32 and float64 need none",
    "gradient_accumulation_steps": "a batch_size that many times as large gives the same mean"
    " gradient",
}
"""Arguments of Keras that stay None here, and why."""


class Optimizer(Configured, ABC):
    """Base class: a rule for the change of a parameter, once its gradient is known.

    A step goes through :meth:`clip`, :meth:`begin_step` and, for every parameter, :meth:`update`,
    which is purely element-wise: parameters laid end to end in one array come out as each by
    itself, bit for bit.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        A callable is asked without arguments before every step.
    weight_decay : float, optional
        λ: before the change, every parameter shrinks by lr·λ of itself, biases too.
    clipnorm : float, optional
        The largest length ‖g‖ of the gradient of one parameter.
    clipvalue : float, optional
        The largest size of one element of a gradient.
    global_clipnorm : float, optional
        The largest length of all gradients together.
    use_ema : bool
        Keep a moving average of every parameter, which ``fit`` puts in its place at the end.
    ema_momentum : float
        The share of the old average in the new one.
    ema_overwrite_frequency : int, optional
        Put the average in the parameter's place every so many steps as well.
    loss_scale_factor, gradient_accumulation_steps : None
        Arguments of Keras that are refused here, with the reason.
    name : str, optional

    Attributes
    ----------
    iterations : int
        Steps made so far; t in the formulas, in which the first step is 1.
    rate : float
        The learning rate of the last step; lr in the formulas. NaN before the first.

    Examples
    --------
    A rule of one's own is the formula of the change. What it remembers, it declares in
    :meth:`starts`, and finds in ``state``:

    >>> import numpy as np
    >>> from autograd_lite import Value
    >>> class SignDescent(Optimizer):
    ...     def starts(self):
    ...         return {"m": 0.0}
    ...     def change(self, gradient, state, data):
    ...         state["m"] = m = 0.5 * state["m"] + gradient
    ...         return -self.rate * np.sign(m)
    >>> w = Value([1.0, 2.0])
    >>> SignDescent(0.25).apply([[3.0, -0.5]], [w])
    >>> w.data
    array([0.75, 2.25])
    """

    step_numbers: ClassVar[tuple[str, ...]] = ()
    """Attributes that :meth:`begin_step` sets and that are worth showing beside the slots."""

    running: ClassVar[tuple[str, ...]] = ()
    """Attributes that change from step to step and are part of the state."""

    def __init__(
        self,
        learning_rate: Any,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: None = None,
        gradient_accumulation_steps: None = None,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        if "decay" in unknown:
            raise TypeError(
                f"{type(self).__name__} has no argument 'decay'. A learning rate that falls is a"
                f" schedule: learning_rate=InverseTimeDecay({learning_rate}, 1,"
                f" {unknown['decay']}), from keras.optimizers.schedules"
            )
        refuse_unknown(type(self), unknown)
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        for absent, reason in _ABSENT.items():
            if getattr(self, absent) is not None:
                raise ValueError(f"{absent} is not here: {reason}")
        self.weight_decay = weight_decay
        if weight_decay is not None:
            self.weight_decay = at_least("weight_decay", weight_decay)
        self.clipnorm = _limit("clipnorm", clipnorm)
        self.clipvalue = _limit("clipvalue", clipvalue)
        self.global_clipnorm = _limit("global_clipnorm", global_clipnorm)
        limits = ("clipnorm", "clipvalue", "global_clipnorm")
        if len(given := [limit for limit in limits if getattr(self, limit) is not None]) > 1:
            raise ValueError(f"gradients are clipped in one way, not by {' and by '.join(given)}")
        self.use_ema = bool(use_ema)
        self.ema_momentum = fraction("ema_momentum", ema_momentum, closed=True)
        self.ema_overwrite_frequency = ema_overwrite_frequency
        if ema_overwrite_frequency is not None:
            self.ema_overwrite_frequency = whole(
                "ema_overwrite_frequency", ema_overwrite_frequency, 1
            )
        self.name = name or type(self).__name__.lower()
        self.iterations = 0
        self._states: dict[Value, State] = {}
        self._spared: tuple[set[Value], tuple[str, ...]] | None = None
        self._learning_rate = _settled_rate(learning_rate)
        self.rate = math.nan

    # ── the rule ──────────────────────────────────────────────────────────────────────────────
    def starts(self) -> dict[str, float]:
        """What is remembered of every parameter, by name, and the number it starts from."""
        return {}

    def begin_step(self) -> None:
        """Start a step: count it, and settle the numbers that are the same for all parameters."""
        self.rate = self.learning_rate
        self.iterations += 1

    @abstractmethod
    def change(self, gradient: Any, state: State, data: Any) -> Any:
        """What is added to a parameter.

        ``gradient`` and ``data``, the parameter's numbers, have one shape, as have the entries of
        ``state``, which are replaced by new ones. Every element is computed by itself.
        """

    def formulas(self, name: str) -> list[str]:
        """The lines of :meth:`change` as mathematics, for a parameter called ``name``."""
        return [f"{name} ← {name} + change"]

    # ── a step ────────────────────────────────────────────────────────────────────────────────
    def apply(self, gradients: Iterable[Any], variables: Iterable[Value]) -> None:
        """Make one step: change every variable along its gradient.

        Each variable gets a new array. The old one may still stand in a graph, whose backward pass
        needs it unchanged.

        Raises
        ------
        ValueError
            A variable has no gradient, or one of another shape; the numbers of gradients and
            variables differ; or the optimizer was built for other variables.
        """
        variables, gradients = list(variables), list(gradients)
        if len(gradients) != len(variables):
            raise ValueError(
                f"there are {counted(len(gradients), 'gradient')} for"
                f" {counted(len(variables), 'variable')}; every variable needs one"
            )
        if not variables:
            return
        fitting = [_fitting(g, v) for g, v in zip(gradients, variables, strict=True)]
        self.build(variables)
        fitting = self.clip(fitting)
        self.begin_step()
        for gradient, variable in zip(fitting, variables, strict=True):
            data, state = variable._data, self._states[variable]
            variable.data = numeric.fit(self.update(gradient, state, data), data)
            if not variable.ndim:  # NumPy may have made its own numbers of a scalar's
                state.update({slot: numeric.fit(x, data) for slot, x in state.items()})

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Value]]) -> None:
        """The same for pairs: ``apply_gradients(zip(gradients, variables))``."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])

    @property
    def clips(self) -> bool:
        """Whether :meth:`clip` does anything."""
        return (self.clipnorm, self.clipvalue, self.global_clipnorm) != (None, None, None)

    def clip(self, gradients: Sequence[Any]) -> list[Any]:
        """The gradients of all parameters within the limits: the first thing in a step."""
        if self.clipnorm is not None:
            return clipping.by_norm(gradients, self.clipnorm)
        if self.global_clipnorm is not None:
            return clipping.by_global_norm(gradients, self.global_clipnorm)
        if self.clipvalue is not None:
            return clipping.by_value(gradients, self.clipvalue)
        return list(gradients)

    def update(self, gradient: Any, state: State, data: Any) -> Any:
        """The numbers of a parameter after the step, element by element."""
        if self.weight_decay is not None:
            decay: Any = self.weight_decay * self.rate
            data = data - data * (decay * state["decayed"] if "decayed" in state else decay)
        state["change"] = change = self.change(gradient, state, data)
        data = data + change
        if self.use_ema:
            old = self.ema_momentum if self.iterations > 1 else 0.0
            state["average"] = average = old * state["average"] + (1 - old) * data
            if self.ema_overwrite_frequency and not self.iterations % self.ema_overwrite_frequency:
                return average
        return data

    def exclude_from_weight_decay(
        self, var_list: Iterable[Value] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Keep parameters from shrinking: those listed, and those whose names contain a word.

        ``exclude_from_weight_decay(var_names=["bias"])`` leaves all biases out.

        Raises
        ------
        ValueError
            The optimizer was built already.
        """
        if self._states:
            raise ValueError(
                f"{self.name} is in use already: call exclude_from_weight_decay before the training"
            )
        if isinstance(var_names, str):
            raise TypeError(f"var_names is a list of names: [{var_names!r}], not {var_names!r}")
        self._spared = (set(var_list or ()), tuple(var_names or ()))

    def spares(self, variable: Value) -> bool:
        """Whether :meth:`exclude_from_weight_decay` named this parameter."""
        listed, words = self._spared or ((), ())
        return variable in listed or any(word in (variable.name or "") for word in words)

    def _starts_of(self, variable: Value) -> dict[str, float]:
        """Where all that is kept of a variable starts."""
        if self._spared is None:
            return self.slot_starts
        return {**self.slot_starts, "decayed": 0.0 if self.spares(variable) else 1.0}

    def finalize_variable_values(self, variables: Iterable[Value]) -> None:
        """Put the moving averages in the variables' place, where ``use_ema`` keeps them."""
        if self.use_ema and self.iterations:
            for variable in variables:
                average = self._states[variable]["average"]
                variable.data = numeric.fit(average, variable._data)

    def rule(self, name: str = "w") -> str:
        """The update of a parameter called ``name`` as formulas; g is its gradient."""
        lines = self.formulas(name)
        if self.weight_decay is not None:
            share = "lr·λ" if self._spared is None else "lr·λ·decayed"
            lines = [f"{name} ← {name} − {share}·{name}", *lines]
        if self.clipnorm is not None:
            lines = ["g ← g·min(1, clipnorm / ‖g‖)", *lines]
        if self.global_clipnorm is not None:
            lines = ["g ← g·min(1, global_clipnorm / ‖all g‖)", *lines]
        if self.clipvalue is not None:
            lines = ["g ← clip(g, −clipvalue, clipvalue)", *lines]
        if self.use_ema:
            lines = [*lines, f"average ← μ′·average + (1 − μ′)·{name}"]
        return ";  ".join(lines)

    # ── the learning rate ─────────────────────────────────────────────────────────────────────
    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step. A number, a schedule or a callable may be set."""
        given = self._learning_rate
        if isinstance(given, schedules.LearningRateSchedule):
            return _rate(given(self.iterations))
        return _rate(given()) if callable(given) else given

    @learning_rate.setter
    def learning_rate(self, given: Any) -> None:
        settled = _settled_rate(given)
        if isinstance(self._learning_rate, schedules.LearningRateSchedule) and not callable(
            settled
        ):
            raise TypeError(
                f"the learning rate of {self.name} follows {self._learning_rate!r}, and is not set"
                " to a number; give another schedule, or make the optimizer with a number"
            )
        self._learning_rate = settled

    @property
    def lr(self) -> float:
        """The former name of :attr:`learning_rate`; says so."""
        raise AttributeError(f"{type(self).__name__} has no 'lr'; it is called learning_rate")

    @lr.setter
    def lr(self, given: Any) -> None:
        raise AttributeError(
            f"{type(self).__name__} has no 'lr'; write learning_rate = {given!r} instead"
        )

    # ── the state ─────────────────────────────────────────────────────────────────────────────
    @property
    def variables(self) -> list[Value]:
        """The parameters that the optimizer was built for, in the order of their slots."""
        return list(self._states)

    @property
    def slot_starts(self) -> dict[str, float]:
        """All slots by name, in their order, and the numbers they start from."""
        return {**({"average": 0.0} if self.use_ema else {}), **self.starts()}

    def build(self, variables: Iterable[Value]) -> None:
        """Make the state of these variables; once it is made, only look whether it is theirs.

        Raises
        ------
        ValueError
            A variable is not among those that the optimizer was built for.
        """
        variables, known = list(variables), self._states
        for variable in variables if known else ():
            if variable not in known:
                raise ValueError(
                    f"{variable.describe()} is none of the parameters that {self.name} was built"
                    " for: give apply() all parameters at once, and make a new optimizer for"
                    " another model"
                )
        if not known:
            for variable in variables:
                known[variable] = {
                    slot: _filled(start, variable._data)
                    for slot, start in self._starts_of(variable).items()
                }

    def slots(self, variable: Value) -> dict[str, Any]:
        """The numbers behind the last change of a variable, by name."""
        return self.shown(self._states.get(variable, {}))

    def shown(self, state: State) -> dict[str, Any]:
        """The numbers of the last step with the ``state`` that it left, by name."""
        step = {name: getattr(self, name) for name in self.step_numbers if "change" in state}
        return {"learning_rate": self.rate, "step": self.iterations, **state, **step}

    def flat_state(self, variables: Sequence[Value]) -> State:
        """The state of these variables laid end to end: one 1-D array for every slot."""
        self.build(variables)
        return {
            slot: np.concatenate([np.ravel(self._states[v][slot]) for v in variables])
            for slot in self._starts_of(variables[0])
        }

    def take_flat_state(self, variables: Sequence[Value], state: State) -> None:
        """Take back what :meth:`flat_state` gave, the last change with it."""
        ends = np.cumsum([variable.size for variable in variables])[:-1]
        for slot, flat in state.items():
            for variable, part in zip(variables, np.split(flat, ends), strict=True):
                data = variable._data
                part = np.array(part.reshape(np.shape(data)))
                self._states[variable][slot] = numeric.fit(part, data)

    def get_state(self) -> dict[str, Any]:
        """All that changes while training, as copies: plain numbers and arrays.

        ``iterations``; ``numbers`` by name, such as ``learning_rate`` where it is a number; and
        ``slots``, a dict of arrays for every variable in their order.
        """
        numbers = {name: getattr(self, name) for name in self.running}
        if not callable(self._learning_rate):
            numbers["learning_rate"] = self._learning_rate
        slots = [
            {slot: np.array(state[slot]) for slot in self.slot_starts}
            for state in self._states.values()
        ]
        return {"iterations": self.iterations, "numbers": numbers, "slots": slots}

    def set_state(self, state: Mapping[str, Any], variables: Iterable[Value] | None = None) -> None:
        """Go on from what :meth:`get_state` gave.

        Parameters
        ----------
        state : dict
        variables : iterable of Value, optional
            Those that the slots belong to, if the optimizer is not built yet.

        Raises
        ------
        ValueError
            The state is of another optimizer or of other variables; nothing is changed then.
        """
        variables = list(self._states if variables is None else variables)
        slots, wanted = list(state["slots"]), self.slot_starts
        if slots and len(slots) != len(variables):
            raise ValueError(
                f"the state of {self.name} is for {counted(len(slots), 'parameter')}, and there"
                f" are {len(variables)}; build(variables) comes first"
            )
        for variable, entries in zip(variables, slots, strict=False):
            if entries.keys() != wanted.keys():
                raise ValueError(
                    f"{self.name} keeps {_names(wanted)} of every parameter, and the state given"
                    f" has {_names(entries)}"
                )
            for slot, entry in entries.items():
                if np.shape(entry) != variable.shape:
                    raise ValueError(
                        f"{slot} of {variable.describe()} has shape {np.shape(entry)} in the state"
                        f" given, and the parameter has {variable.shape}"
                    )
        numbers = dict(state["numbers"])
        if missing := set(self.running) - numbers.keys():
            raise ValueError(f"the state given lacks {_names(sorted(missing))} of {self.name}")
        self.build(variables if slots else ())
        for variable, entries in zip(variables, slots, strict=False):
            data = variable._data
            spared = {k: x for k, x in self._states[variable].items() if k == "decayed"}
            made = {slot: numeric.fit(np.array(entries[slot]), data) for slot in wanted}
            self._states[variable] = {**made, **spared}
        self.iterations = whole("iterations", state["iterations"], 0)
        for name in self.running:
            setattr(self, name, float(numbers[name]))
        if "learning_rate" in numbers and not callable(self._learning_rate):
            self._learning_rate = _rate(numbers["learning_rate"])

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor as plain data; the learning rate as it is now."""
        names = self._names()
        config = {n: plain(getattr(self, n), f"{n} of {self!r}") for n in names if n != _RATE}
        rate = plain(self._learning_rate, f"learning_rate of {self!r}")
        return {_RATE: rate, **config} if _RATE in names else config

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._learning_rate!r})"


_RATE = "learning_rate"


def _settled_rate(given: Any) -> Any:
    """A learning rate as it is kept: a float, a schedule or a callable."""
    given = revived(given, schedules.TABLE)
    return given if callable(given) else _rate(given)


def _rate(given: Any) -> float:
    return float(at_least("learning_rate", given))


def _limit(name: str, given: float | None) -> float | None:
    return None if given is None else positive(name, given)


def _fitting(gradient: Any, variable: Value) -> Any:
    """The gradient in the dtype of its variable, or what is wrong with it."""
    if gradient is None:
        raise ValueError(
            f"{variable.describe()} has no gradient: call backward() on a loss that depends"
            " on it before the optimizer's step"
        )
    gradient = numeric.real_numbers(gradient, copy=False)
    if np.shape(gradient) != variable.shape:
        raise ValueError(
            f"the gradient of {variable.describe()} has shape {np.shape(gradient)}, and the"
            f" parameter has {variable.shape}"
        )
    return numeric.fit(gradient, variable._data)


def _filled(start: float, like: Any) -> Any:
    """``start`` in the shape and dtype of a parameter."""
    return np.full_like(like, start) if np.ndim(like) else numeric.fit(float(start), like)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
