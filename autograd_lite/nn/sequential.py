"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import did_you_mean
from autograd_lite.nn import data
from autograd_lite.nn.configured import Configured, known, plain
from autograd_lite.nn.console import say
from autograd_lite.nn.layers import InputLayer, Layer, Stack, deserialize, unstacked
from autograd_lite.nn.layers.layer import Shape, free_name
from autograd_lite.nn.lookup import switch
from autograd_lite.nn.names import lowered
from autograd_lite.nn.neuron import MLP
from autograd_lite.nn.session import floatx
from autograd_lite.nn.summary import summary_text
from autograd_lite.nn.training import Model
from autograd_lite.value import Value, constant

__all__ = ["Sequential"]

_NAME = "sequential"
_FORMER = {
    "predict_classes": "It is np.argmax(model.predict(x), axis=1), or model.predict(x) > 0.5 with"
    " one sigmoid.",
    "predict_proba": "It is called predict.",
    "fit_generator": "It is called fit, and takes arrays.",
    "evaluate_generator": "It is called evaluate, and takes arrays.",
    "train_step": "Write the loop yourself: loss.backward(), then optimizer.apply(gradients,"
    " model.trainable_weights).",
}
"""Methods of Keras that are not here, and what stands in their place."""


class Sequential(Model, Configured):
    """A model whose layers each take the output of the one before.

    Parameters
    ----------
    layers : list of Layer, optional
        The shape of an example may be told by ``keras.Input(shape=(3,))`` as the first entry, or by
        the first layer (``input_shape=[3]``); otherwise the model waits for the first data.
    trainable : bool
        Whether training changes the weights of the layers.
    name : str, optional

    Attributes
    ----------
    layers : list of Layer

    Examples
    --------
    >>> import numpy as np
    >>> from autograd_lite.nn import Dense, Sequential
    >>> model = Sequential([Dense(1, input_shape=[1])])
    >>> model.set_weights([[[2.0]], [1.0]])
    >>> model.predict([3.0])
    array([[7.]], dtype=float32)
    """

    def __init__(
        self,
        layers: Iterable[Layer | Sequential] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        if isinstance(layers, Layer):
            raise TypeError("Sequential takes a list of layers: Sequential([layer])")
        if isinstance(trainable, str):
            raise TypeError(f"a model's name is a keyword: Sequential(layers, name={trainable!r})")
        trainable = switch("trainable", trainable)
        self.name = name or _NAME
        self.layers: list[Layer] = []
        self._shape: Shape | None = None
        self._input: InputLayer | None = None
        self._trainable = True
        for layer in layers or ():
            self.add(layer)
        if not trainable:
            self.trainable = False

    # ── layers ────────────────────────────────────────────────────────────────────────────────
    def add(self, layer: Layer | Sequential) -> None:
        """Put a layer at the end.

        A model becomes one layer, a ``Stack`` of its layers, which belong to both models then.

        Raises
        ------
        TypeError
            It is not a layer.
        ValueError
            It is in the model already, or its name is taken; or it is an Input, and not the first.
        """
        if isinstance(layer, Sequential):
            layer = layer._stacked()
        if not isinstance(layer, Layer):
            hint = f"; write {layer.__name__}(…)" if isinstance(layer, type) else ""
            raise TypeError(f"a model is made of layers, such as Dense(1), not {layer!r}{hint}")
        if {*unstacked([layer])} & {*unstacked(self.layers)}:
            raise ValueError(f"layer {layer.name!r} is in the model already; make a new layer")
        if isinstance(layer, InputLayer):
            if self.layers or self._input:
                raise ValueError("Input comes first and once: it says what the first layer takes")
            self._input, self._shape = layer, layer.batch_shape
            return
        taken = [other.name for other in self.layers]
        if layer.named and layer.name in taken:
            raise ValueError(f"two layers are named {layer.name!r}; give one another name")
        layer.name = free_name(layer, taken)
        if not self.layers and self._shape is None:
            shape = layer.input_shape
            self._shape = layer.build_shape if shape is None else (None, *shape)
        self.layers.append(layer)
        self._label()
        if self._shape is not None:
            try:
                self._connect(self._shape)
            except Exception:
                self.pop()  # the model stays as it was
                raise

    def _stacked(self) -> Stack:
        self._check_layers()
        shape = None if self._shape is None else self._shape[1:]
        stack = Stack(
            self.layers,
            name=self.name,
            trainable=self.trainable,
            dtype=self.dtype,
            input_shape=shape,
        )
        stack.named = self.name != _NAME
        return stack

    def pop(self) -> Layer:
        """Take the last layer out, and return it."""
        if not self.layers:
            raise ValueError("the model has no layers to take out")
        layer = self.layers.pop()
        if not self.layers and self._input is None:
            self._shape = None
        self._label()
        return layer

    def _label(self) -> None:
        """Number the layers for the drawings; one alone needs no number."""
        for place, layer in enumerate(self.layers, 1):
            layer.label(layer.name, lowered(place) if len(self.layers) > 1 else "")

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of that name, or at that place, counted from 0.

        Raises
        ------
        ValueError
            There is none, or not exactly one of the two was given.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer takes a name or an index: get_layer('dense')")
        names = [layer.name for layer in self.layers]
        if index is not None:
            if not -len(names) <= index < len(names):
                raise ValueError(f"the model has {len(names)} layers, and none at index {index}")
            return self.layers[index]
        if name not in names:
            raise ValueError(
                f"there is no layer {name!r}.{did_you_mean(str(name), names)} There are"
                f" {', '.join(map(repr, names)) or 'none'}."
            )
        return self.layers[names.index(name)]

    # ── shapes ────────────────────────────────────────────────────────────────────────────────
    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make all parameters for batches of ``input_shape``, such as ``(None, 3)``.

        Raises
        ------
        ValueError
            The model has no layers, or was built for another shape.
        """
        self._check_layers()
        shape = (None, *tuple(input_shape)[1:])
        if len(shape) < 2:
            raise ValueError(
                f"input_shape is the shape of a batch, such as (None, 3), not {input_shape!r}"
            )
        if self._shape not in (None, shape):
            raise ValueError(
                f"model {self.name!r} takes batches of shape {self._shape}, and cannot be built for"
                f" {shape}"
            )
        self._connect(shape)

    def _connect(self, shape: Shape) -> None:
        self._shape = shape
        for layer in self.layers:
            layer.connect(shape)
            shape = layer.compute_output_shape(shape)

    def _check_layers(self) -> None:
        if not self.layers:
            raise ValueError("the model has no layers yet: model.add(Dense(1))")

    def _known_shape(self) -> Shape:
        if self._shape is None:
            raise ValueError(
                f"model {self.name!r} does not know its shapes yet: start its list of layers with"
                " keras.Input(shape=(3,)), or call it on data first"
            )
        return self._shape

    @property
    def built(self) -> bool:
        """Whether all parameters exist."""
        return bool(self.layers) and all(layer.built for layer in self.layers)

    @property
    def input_shape(self) -> Shape:
        """The shape of a batch that goes in: ``(None, 3)``."""
        return self._known_shape()

    @property
    def output_shape(self) -> Shape:
        """The shape of a batch of predictions: ``(None, 1)``."""
        return self.compute_output_shape(self._known_shape())

    @property
    def inputs(self) -> list[InputLayer]:
        """What goes in, as a list of one: its ``shape``, ``dtype`` and ``name``."""
        return [self._input or InputLayer(self._known_shape()[1:], dtype=self.dtype)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    @property
    def dtype(self) -> str:  # type: ignore[override]
        """The float type of the data that goes in."""
        return self.layers[0].dtype if self.layers else floatx()

    def prepare(self, x: Any, name: str = "x") -> np.ndarray:
        self._check_layers()
        rows = data.features(x, name, self.dtype, self._shape, self.layers[0].name)
        if not self.built:
            self._connect((None, *rows.shape[1:]))
        return rows

    def __call__(self, x: Any, training: bool | None = None) -> Value:
        """The predictions for a batch as a Value, named ŷ: the start of a loss of your own.

        ``training`` is for layers such as Dropout that behave otherwise while a model is trained.
        """
        if not isinstance(x, Value):
            x = constant(
                np.array(self.prepare(x)), "x"
            )  # a copy, for the graph may outlive the data
        out = x
        for layer in self.layers:
            out = layer(out, training=training)
        if out is not x:
            out.name = "ŷ"
        return out

    @property
    def parts(self) -> list[Layer]:
        """The layers."""
        return self.layers

    # ── weights ───────────────────────────────────────────────────────────────────────────────
    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; may be set, for all layers at once."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = switch("trainable", trainable)
        for layer in self.layers:
            layer.trainable = trainable

    @property
    def weights(self) -> list[Value]:
        """The parameters of all layers as Values."""
        return [weight for layer in self.layers for weight in layer.weights]

    @property
    def trainable_weights(self) -> list[Value]:
        """The parameters that training changes."""
        return [weight for layer in self.layers for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Value]:
        """The parameters that training leaves alone."""
        return [weight for layer in self.layers for weight in layer.non_trainable_weights]

    variables = weights
    trainable_variables, non_trainable_variables = trainable_weights, non_trainable_weights

    @property
    def losses(self) -> list[Value]:
        """What the layers add to the loss; see :attr:`Layer.losses`."""
        return [loss for layer in self.layers for loss in layer.losses]

    @property
    def steady(self) -> bool:
        return known(self.loss) and all(layer.steady for layer in self.layers)

    @property
    def constraints(self) -> list[tuple[Value, Callable[[Any], Any]]]:
        """The weights that are put back after every update, each with its constraint."""
        return [pair for layer in self.layers for pair in layer.constraints]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all parameters as arrays, layer by layer; empty until the model is built."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Give all parameters these numbers, in the order of :meth:`get_weights`."""
        rest = list(weights)
        counts = [len(layer.weights) for layer in self.layers]
        if not self.built:
            raise ValueError(
                f"model {self.name!r} has no weights yet: give its first layer input_shape=[n], or"
                " call it on data first"
            )
        if len(rest) != sum(counts):
            raise ValueError(
                f"the model has {sum(counts)} weight arrays, and was given {len(rest)}"
            )
        for layer, count in zip(self.layers, counts, strict=True):
            layer.set_weights(rest[:count])
            rest = rest[count:]

    def count_params(self) -> int:
        """How many numbers the parameters of all layers hold."""
        return sum(layer.count_params() for layer in self.layers)

    # ── other forms ───────────────────────────────────────────────────────────────────────────
    def neurons(self) -> MLP:
        """The same model on scalars: every weight, product and sum is a Value of its own."""
        found = [layer.neurons() for layer in unstacked(self.layers)]
        return MLP.of([scalars for scalars in found if scalars is not None])

    def get_config(self) -> dict[str, Any]:
        """The layers and their arguments as plain data, without weights."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": plain(self.layers),
            "build_input_shape": plain(self._shape),
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Sequential:
        """A model with these layers and new weights; what :meth:`get_config` gave.

        ``custom_objects`` maps the names of layers of one's own to their classes.
        """
        model = cls(name=config.get("name"))
        for layer in config["layers"]:
            model.add(deserialize(layer, custom_objects))
        if (shape := config.get("build_input_shape")) is not None and not model.built:
            model.build(shape)
        if not config.get("trainable", True):
            model.trainable = False
        return model

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        *,
        show_trainable: bool = False,
    ) -> None:
        """Print the layers with their output shapes and numbers of parameters.

        Parameters
        ----------
        line_length : int, optional
            Characters in a line; 76.
        positions : sequence of float, optional
            Where the columns end, as shares of the line, or in characters.
        print_fn : callable, optional
            Gets the text instead of ``print``.
        show_trainable : bool
            One more column: which layers training changes.
        """
        (print_fn or say)(summary_text(self, line_length, positions, show_trainable))

    def __getattr__(self, name: str) -> Any:
        hint = _FORMER.get(name, "")
        if not hint and name[0] != "_":
            hint = did_you_mean(name, [x for x in dir(self) if x[0] != "_"])
        raise AttributeError(f"a Sequential has no {name!r}. {hint.strip()}".rstrip())

    def __repr__(self) -> str:
        return f"<Sequential {self.name!r}: {', '.join(map(repr, self.layers)) or 'no layers'}>"
