"""Layer: what all layers have in common, and what a layer of one's own is derived from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.context import Origin, scope, switched
from autograd_lite.errors import did_you_mean
from autograd_lite.nn import constraints, initializers, neuron, regularizers
from autograd_lite.nn.configured import Configured, known
from autograd_lite.nn.lookup import refuse_unknown, switch, whole
from autograd_lite.nn.names import snake_case
from autograd_lite.nn.session import floatx
from autograd_lite.numeric import settle
from autograd_lite.value import Value, as_value, leaf

__all__ = ["Layer", "Shape", "free_name"]

Shape = tuple[Any, ...]
"""The shape of a batch; its first length, the number of examples, is None."""


class _Weight(NamedTuple):
    """A parameter, and what was asked for it."""

    value: Value
    trainable: bool
    regularizer: Callable[[Any], Any] | None
    constraint: Callable[[Any], Any] | None


class Layer(Configured):
    """Base class of the layers that a model is made of.

    A layer of one's own has a method ``call(x)``, or ``call(x, training=False)``, that gives the
    output for a batch, written with operators and NumPy functions; and ``build(input_shape)``, if
    it has weights, which makes them with :meth:`add_weight`. Layers kept as attributes are part of
    it: their weights are its own.

    Parameters
    ----------
    activity_regularizer : str, Regularizer or callable, optional
        What the outputs cost: the mean over the examples is added to the loss.
    trainable : bool
        Whether training changes the weights.
    dtype : str, optional
        "float32" or "float64"; that of the session.
    name : str, optional
        Heads the layer's part of a drawing. Unique within a model.
    input_shape : int or sequence of int, optional
        The shape of one example, where the layer is the first; also as ``input_dim=3`` or
        ``batch_input_shape=(None, 3)``.

    Attributes
    ----------
    built : bool
        Whether the weights exist; they do once the shape of the input is known.
    build_shape : tuple or None
        The shape of the input that it was built for, such as ``(None, 3)``.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite import keras
    >>> class Scaled(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.gain = self.add_weight(shape=input_shape[-1:], initializer="ones", name="gain")
    ...     def call(self, x):
    ...         return self.gain * np.tanh(x)
    >>> model = keras.Sequential([Scaled(), keras.layers.Dense(1)])
    >>> model.predict([[1.0, 2.0]]).shape, [w.name for w in model.weights]
    ((1, 1), ['gain₁', 'kernel₂', 'bias₂'])
    """

    kind = ""
    """What a summary calls a layer of this class; the name of the class, unless it is set."""
    subscript = ""
    _within: tuple[str, ...] = ()
    build_shape: Shape | None = None

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        name: str | None = None,
        input_shape: Any = None,
        **aliases: Any,
    ) -> None:
        self.named = name is not None
        self.name = name or snake_case(type(self).__name__)
        self.input_shape = _example_shape(input_shape, aliases)
        refuse_unknown(type(self), aliases)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype = np.dtype(dtype or floatx()).name
        self.built = False
        self._trainable = switch("trainable", trainable)
        self._held: dict[str, _Weight] = {}
        self._told: list[Value] = []

    def __setattr__(self, name: str, thing: Any) -> None:
        super().__setattr__(name, thing)
        if isinstance(thing, (Layer, list, tuple)):  # where _parts, asked at every step, looks
            vars(self).setdefault("_holders", {})[name] = None

    def __getattr__(self, name: str) -> Any:
        kind = type(self).__name__
        if "_held" not in vars(self):
            raise AttributeError(
                f"layer {kind} was not set up: call super().__init__() first in its __init__"
            )
        later = [x for base in type(self).__mro__ for x in vars(base).get("__annotations__", ())]
        if name in later:
            raise AttributeError(
                f"layer {kind} has no {name!r} yet, for the shape of its input is not known: give it"
                " input_shape=[n], or call the model on data first"
            )
        names = [x for x in (*vars(self), *dir(type(self)), *later) if x[0] != "_"]
        hint = "" if name[0] == "_" else did_you_mean(name, names)
        raise AttributeError(f"layer {kind} has no attribute {name!r}.{hint}".rstrip("."))

    # ── what a layer does ─────────────────────────────────────────────────────────────────────
    def build(self, input_shape: Shape) -> None:
        """Make the weights for batches of ``input_shape``, such as ``(None, 3)``."""

    def call(self, x: Value) -> Value:
        """The layer's output for a batch; may take ``training`` too."""
        raise TypeError(
            f"layer {type(self).__name__} says nothing of its output: write call(self, x)"
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The shape that comes out when batches of ``input_shape`` go in: tried out on zeros."""
        one = np.zeros([1, *(length or 1 for length in input_shape[1:])], self.dtype)
        with switched(recording=False, watch=None, quiet=True), np.errstate(all="ignore"):
            return (*input_shape[:1], *self(one).shape[1:])

    def __call__(self, x: Any, training: bool | None = None) -> Value:
        """The layer's output for a batch of shape (examples, …), as a Value.

        ``training`` is for layers that behave otherwise while a model is trained; inside another
        layer's ``call``, that of the other layer holds unless it is given.
        """
        if isinstance(x, Layer):
            raise TypeError(
                f"layer {self.name!r} takes data. Layers stand one after the other in a list:"
                " keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(1)])"
            )
        if not isinstance(x, Value):
            x = as_value(np.asarray(x, self.dtype))
        self.connect(x.shape)
        self._told.clear()
        with scope(self.name), _mode(training) as training:
            call: Callable[..., Any] = self.call
            out = call(x, training=training) if _takes_training(type(self).call) else call(x)
            if not isinstance(out, Value):
                raise TypeError(
                    f"layer {self.name!r} returned {type(out).__name__}, and its gradient is lost;"
                    " use operators and NumPy functions that keep Values"
                )
            if self.activity_regularizer is not None:
                # The mean over the examples: a larger batch costs no more.
                cost = as_value(self.activity_regularizer(out))
                self._tell(cost / len(out) if out.ndim else cost, "activity")
        return out

    def connect(self, shape: Shape) -> None:
        """Build the layer for batches of ``shape``, or refuse them if it was built for others."""
        if self.built:
            self.check(shape)
            return
        self.build_shape = (None, *shape[1:]) if len(shape) > 1 else tuple(shape)
        self.build(self.build_shape)
        self.built = True

    def check(self, shape: Shape) -> None:
        """Refuse batches of a shape that the weights do not fit."""

    # ── weights ───────────────────────────────────────────────────────────────────────────────
    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = "glorot_uniform",
        dtype: Any = None,
        trainable: bool = True,
        *,
        regularizer: Any = None,
        constraint: Any = None,
        name: str = "variable",
    ) -> Value:
        """Make one parameter: a leaf of the graph, named for the drawings.

        Parameters
        ----------
        shape : int or tuple of int
        initializer : str, Initializer or callable of (shape, dtype)
        trainable : bool
            Whether training changes it.
        regularizer : str, Regularizer or callable, optional
            What it costs in the loss.
        constraint : str, Constraint or callable, optional
            Where it is put back after each update.
        """
        if isinstance(shape, str):
            raise TypeError(
                f"add_weight takes the shape first: add_weight(shape=(3,), name={shape!r})"
            )
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        data = np.array(
            initializers.get(initializer)(shape, dtype=dtype or self.dtype), dtype or self.dtype
        )
        if data.shape != shape:
            raise ValueError(
                f"the initializer of {name!r} in layer {self.name!r} gave shape {data.shape};"
                f" {shape} is needed"
            )
        weight = leaf(settle(data))
        self._held[name] = _Weight(
            weight, trainable, regularizers.get(regularizer), constraints.get(constraint)
        )
        self._track()
        self.label(self.name, self.subscript, self._within)
        return weight

    def _parts(self) -> list[Layer]:
        """The layers that this one keeps as attributes, alone or in lists."""
        found: list[Layer] = []
        for name in vars(self).get("_holders", ()):
            thing = vars(self).get(name)
            if isinstance(thing, Layer):
                found.append(thing)
            elif isinstance(thing, (list, tuple)):
                found += [part for part in thing if isinstance(part, Layer)]
        return list(dict.fromkeys(found)) if found else found

    def label(self, name: str, subscript: str, within: tuple[str, ...] = ()) -> None:
        """Set the names that drawings show: the layer's own, and ``₂`` in ``kernel₂``, ``h₂``."""
        self.name, self.subscript, self._within = name, subscript, within
        for title, held in self._held.items():
            held.value.name, held.value.origin = title + subscript, Origin((*within, name))
        taken: set[str] = set()
        for part in self._parts():
            part.label(free_name(part, taken), subscript, (*within, name))
            taken.add(part.name)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; may be set, for the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = switch("trainable", trainable)
        for part in self._parts():
            part.trainable = trainable
        self._track()

    def _track(self) -> None:
        """Let gradients flow to the weights that training changes, and to no others."""
        for held in self._held.values():
            held.value.tracked = self._trainable and held.trainable

    @property
    def weights(self) -> list[Value]:
        """All parameters as Values, in the order of :meth:`get_weights`: trainable ones first."""
        held = sorted(self._held.values(), key=lambda weight: not weight.trainable)
        inside = [weight for part in self._parts() for weight in part.weights]
        return [weight.value for weight in held] + inside

    variables = weights

    @property
    def trainable_weights(self) -> list[Value]:
        """The parameters that training changes."""
        return [weight for weight in self.weights if weight.tracked and self._trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Value]:
        """The parameters that training leaves alone."""
        return [w for w in self.weights if not (w.tracked and self._trainable)]

    non_trainable_variables = non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the parameters as arrays; empty until the layer is built."""
        return [np.array(weight._data) for weight in self.weights]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Give the parameters these numbers; shapes as in :meth:`get_weights`.

        Raises
        ------
        ValueError
            The layer is not built, or numbers or shapes of the arrays differ from its own.
        """
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} has no weights yet, for its number of inputs is not known."
                " Give it input_shape=[n], or call the model on data first."
            )
        given = [np.asarray(array, self.dtype) for array in weights]
        expected = [weight.shape for weight in self.weights]
        if [array.shape for array in given] != expected:
            raise ValueError(
                f"layer {self.name!r} has weights of shapes {_list(expected)}, and was given"
                f" {_list(array.shape for array in given)}"
            )
        for weight, array in zip(self.weights, given, strict=True):
            weight.data = array

    def count_params(self) -> int:
        """How many numbers the parameters hold."""
        if not self.built:
            raise ValueError(
                f"layer {self.name!r} cannot count its parameters before its number of inputs is"
                " known. Give it input_shape=[n], or call the model on data first."
            )
        return sum(weight.size for weight in self.weights)

    @property
    def constraints(self) -> list[tuple[Value, Callable[[Any], Any]]]:
        """The weights that are put back after every update, each with its constraint."""
        own = [(h.value, h.constraint) for h in self._held.values() if h.value.tracked]
        found = [(value, constraint) for value, constraint in own if constraint is not None]
        return found + [pair for part in self._parts() for pair in part.constraints]

    @property
    def steady(self) -> bool:
        """Whether calls make the same graph every time, with nothing but the library's own code."""
        return known(self) and all(part.steady for part in self._parts())

    # ── what is added to the loss ─────────────────────────────────────────────────────────────
    def add_loss(self, loss: Any) -> None:
        """Add a scalar to the model's loss; for ``call``."""
        self._tell(loss, "added")

    def _tell(self, loss: Any, title: str) -> None:
        loss = as_value(loss)
        if loss.ndim:
            raise ValueError(
                f"a loss that layer {self.name!r} adds is a scalar, not an array of shape"
                f" {loss.shape}; take its sum or mean"
            )
        if loss.op is not None:
            loss.name = title + self.subscript
        self._told.append(loss)

    @property
    def losses(self) -> list[Value]:
        """What is added to the loss, as scalar Values.

        The activity losses of the last call, then the penalties of the weights as they are now.
        """
        return [*self._additions(), *self._penalties()]

    def _additions(self) -> Iterator[Value]:
        yield from self._told
        for part in self._parts():
            yield from part._additions()

    def _penalties(self) -> Iterator[Value]:
        for title, held in self._held.items():
            trained = self._trainable and held.trainable and held.value.tracked
            if trained and held.regularizer is not None:
                with scope(self.name):
                    penalty = as_value(held.regularizer(held.value))
                penalty.name = f"{title} penalty{self.subscript}"
                yield penalty
        for part in self._parts():
            with scope(self.name):
                inside = list(part._penalties())
            yield from inside

    def neurons(self) -> neuron.Layer | None:
        """The same layer on scalars, for drawing and for comparison.

        None stands for a layer that leaves every number as it is.
        """
        raise TypeError(f"layer {self.name!r} is not made of neurons, and has no scalar form")


_training = ContextVar("training", default=False)
"""Whether the call under way is for training."""


@contextmanager
def _mode(training: bool | None) -> Iterator[bool]:
    """For the time of a call: is it for training? None leaves it as it is around the call."""
    before = _training.set(_training.get() if training is None else bool(training))
    try:
        yield _training.get()
    finally:
        _training.reset(before)


def free_name(layer: Layer, taken: Iterable[str]) -> str:
    """The layer's name, with a number behind it where it is taken: ``dense_1``."""
    name, stem, count = layer.name, snake_case(layer.kind or type(layer).__name__), 0
    while name in taken:
        count += 1
        name = f"{stem}_{count}"
    return name


@cache
def _takes_training(call: Callable[..., Any]) -> bool:
    return "training" in inspect.signature(call).parameters


def _example_shape(given: Any, aliases: dict[str, Any]) -> tuple[int | None, ...] | None:
    """The shape of one example in ``[3]``, ``(28, 28)``, ``3``, or what else Keras calls it."""
    name = "input_shape"
    if "input_dim" in aliases:
        name, given = "input_dim", aliases.pop("input_dim")
    for alias in ("batch_input_shape", "batch_shape"):
        if alias in aliases:
            given = aliases.pop(alias)
            if not isinstance(given, Sequence) or isinstance(given, str) or len(given) < 2:
                raise ValueError(f"{alias} is a shape such as (None, 3), not {given!r}")
            given = given[1:]
    if given is None:
        return None
    if not isinstance(given, Sequence) or isinstance(given, str):
        given = (given,)
    if not given:
        raise ValueError(f"{name} is the shape of one example, [n] for n features, not {given!r}")
    return tuple(None if length is None else whole(name, length, 1) for length in given)


def _list(shapes: Iterable[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "none"
