"""Neurons on scalar Values: every weight, product and sum is a node of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograd_lite import ops
from autograd_lite.context import Origin, scope
from autograd_lite.nn import activations
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.names import counted, lowered, raised
from autograd_lite.nn.session import generator
from autograd_lite.value import Value, constant, weighted_sum

__all__ = ["MLP", "Layer", "Neuron"]


class _Module:
    """What a neuron, a layer and a network have in common."""

    def parameters(self) -> list[Value]:
        """The Values that training changes."""
        return []

    def zero_grad(self) -> None:
        """Forget the gradients; without this, those of the next pass are added to them."""
        for parameter in self.parameters():
            parameter.grad = None


class Neuron(_Module):
    """activation(w₁·x₁ + w₂·x₂ + … + b), summed from left to right.

    Parameters
    ----------
    n_inputs : int
    activation : str, callable or None
        A name such as ``"relu"`` or ``"tanh"``, a function of a Value, or None: linear.
    use_bias : bool
        Without it there is no b.
    seed : int or numpy.random.Generator, optional
        For the weights, which start uniformly between −1 and 1; the bias starts at 0.

    Examples
    --------
    >>> from autograd_lite.nn import Neuron
    >>> neuron = Neuron(2, "relu", seed=0)
    >>> neuron.set([0.5, -1.0], bias=2.0)
    >>> a = neuron([4.0, 3.0])
    >>> a.backward()
    >>> a.data, [(p.name, p.grad) for p in neuron.parameters()]
    (1.0, [('w₁', 4.0), ('w₂', 3.0), ('b', 1.0)])
    """

    def __init__(
        self, n_inputs: int, activation: Any = "linear", *, use_bias: bool = True, seed: Any = None
    ) -> None:
        weights = generator(seed).uniform(-1, 1, whole("n_inputs", n_inputs, 1))
        self.weights = [Value(float(w)) for w in weights]
        self.bias = Value(0.0) if use_bias else None
        self.activation = activations.get(activation)
        self.label()

    def label(self, neuron: int = 0, layer: int = 0, within: tuple[str, ...] = ()) -> None:
        """Name parameters and results by their place: ``w₂₁⁽³⁾`` is neuron 2, input 1, layer 3."""
        self.name = f"neuron {neuron}" if neuron else "neuron"
        own = (neuron,) if neuron else ()
        many = len(self.weights) > 1
        above = raised(layer) if layer else ""
        for place, weight in enumerate(self.weights, 1):
            weight.name = f"w{lowered(*own, *((place,) if many else ()))}{above}"
        self._index = lowered(*own) + above
        if self.bias is not None:
            self.bias.name = f"b{self._index}"
        for parameter in self.parameters():
            parameter.origin = Origin((*within, self.name))

    def set(self, weights: Sequence[float], bias: float = 0.0) -> None:
        """Give the parameters these numbers; ``bias`` goes unused where there is none."""
        if len(weights) != len(self.weights):
            raise ValueError(
                f"{self.name} has {counted(len(self.weights), 'weight')}, and was given"
                f" {len(weights)}"
            )
        for parameter, weight in zip(self.weights, weights, strict=True):
            parameter.data = float(weight)
        if self.bias is not None:
            self.bias.data = float(bias)

    def parameters(self) -> list[Value]:
        return [*self.weights, self.bias] if self.bias is not None else list(self.weights)

    def weighted_sum(self, inputs: Any) -> Value:
        """What goes into the activation: z."""
        xs = _inputs(inputs, len(self.weights), self.name)
        with scope(self.name):
            return self._sum(xs)

    def __call__(self, inputs: Any) -> Value:
        """The neuron's output; ``inputs`` holds one number or Value for every weight."""
        xs = _inputs(inputs, len(self.weights), self.name)
        with scope(self.name):
            z = self._sum(xs)
            if self.activation is activations.linear:
                return z
            return self._named(self.activation(z), "a")

    def _sum(self, xs: list[Value]) -> Value:
        z = weighted_sum(self.weights, xs)
        if self.bias is not None:
            z = z + self.bias
        return self._named(z, "z")

    def _named(self, result: Value, letter: str) -> Value:
        result.name = letter + self._index
        return result

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, {_title(self.activation)!r})"


class Layer(_Module):
    """Neurons side by side on the same inputs.

    Parameters
    ----------
    n_inputs, n_outputs : int
        How many numbers come in, and how many neurons there are.
    activation, use_bias, seed
        As for :class:`Neuron`.
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: Any = "linear",
        *,
        use_bias: bool = True,
        seed: Any = None,
    ) -> None:
        numbers = generator(seed)
        self.neurons = [
            Neuron(n_inputs, activation, use_bias=use_bias, seed=numbers)
            for _ in range(whole("n_outputs", n_outputs, 1))
        ]
        self.label()

    def label(self, name: str = "layer", layer: int = 0) -> None:
        """Name the layer, and its parameters by their place; one neuron needs no number."""
        self.name, self._above = name, raised(layer) if layer else ""
        alone = len(self.neurons) == 1
        for place, neuron in enumerate(self.neurons, 1):
            neuron.label(0 if alone else place, layer, (name,))

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __call__(self, inputs: Any) -> Any:
        """A list with one Value for every neuron; of one neuron, the Value itself."""
        xs = _inputs(inputs, len(self.neurons[0].weights), self.name)
        with scope(self.name):
            if self.neurons[0].activation in activations.ROWWISE:
                outputs = self._together(xs)
            else:
                outputs = [neuron(xs) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def _together(self, xs: list[Value]) -> list[Value]:
        """The outputs under an activation that looks at all neurons at once."""
        row = ops.stack(*[neuron.weighted_sum(xs) for neuron in self.neurons])
        shares = self.neurons[0].activation(row)
        row.name, shares.name = "z" + self._above, "a" + self._above
        return [n._named(share, "a") for n, share in zip(self.neurons, shares, strict=True)]

    def __len__(self) -> int:
        return len(self.neurons)

    def __iter__(self) -> Iterator[Neuron]:
        return iter(self.neurons)

    def __getitem__(self, place: int) -> Neuron:
        return self.neurons[place]

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.weights)}, {len(self)}, {_title(first.activation)!r})"


class MLP(_Module):
    """A multi-layer perceptron: layers one after the other.

    Parameters
    ----------
    n_inputs : int
    sizes : sequence of int
        The number of neurons in each layer.
    activation : str, callable or None
        Of every layer but the last.
    output_activation : str, callable or None
        Of the last layer.
    seed : int or numpy.random.Generator, optional
    """

    def __init__(
        self,
        n_inputs: int,
        sizes: Sequence[int],
        activation: Any = "tanh",
        output_activation: Any = "linear",
        *,
        seed: Any = None,
    ) -> None:
        if not sizes:
            raise ValueError("an MLP needs at least one layer: MLP(2, [4, 1])")
        numbers = generator(seed)
        kinds = [activation] * (len(sizes) - 1) + [output_activation]
        widths = [n_inputs, *sizes]
        self._hold(
            [Layer(n, m, a, seed=numbers) for n, m, a in zip(widths, sizes, kinds, strict=False)]
        )

    @classmethod
    def of(cls, layers: Sequence[Layer]) -> MLP:
        """A network of layers that exist already."""
        network = cls.__new__(cls)
        network._hold(list(layers))
        return network

    def _hold(self, layers: list[Layer]) -> None:
        self.layers = layers
        if len(layers) > 1:
            for place, layer in enumerate(layers, 1):
                layer.label(f"layer {place}" if layer.name == "layer" else layer.name, place)

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __call__(self, inputs: Any) -> Any:
        """The outputs of the last layer: a list, or the Value itself where there is one neuron."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def __repr__(self) -> str:
        return f"MLP([{', '.join(map(repr, self.layers))}])"


class _Inputs(list[Value]):
    """Inputs that have been looked at, by a layer for all of its neurons."""


def _inputs(given: Any, wanted: int, owner: str) -> _Inputs:
    """The inputs as Values; plain numbers become constants named x₁, x₂, …, one alone x."""
    if type(given) is _Inputs and len(given) == wanted:
        return given
    items = list(given) if hasattr(given, "__len__") and not _scalar(given) else [given]
    if len(items) != wanted:
        raise ValueError(f"{owner} takes {counted(wanted, 'input')}, and was given {len(items)}")
    if all([isinstance(item, Value) for item in items]):
        return _Inputs(items)
    names = [f"x{lowered(place)}" for place in range(1, wanted + 1)] if wanted > 1 else ["x"]
    return _Inputs(
        item if isinstance(item, Value) else constant(_real(item, owner), name)
        for item, name in zip(items, names, strict=True)
    )


def _scalar(x: Any) -> bool:
    return isinstance(x, Value) and not x.ndim


def _real(item: Any, owner: str) -> float:
    if isinstance(item, str) or not hasattr(item, "__float__"):
        raise TypeError(f"the inputs of {owner} are numbers or Values, not {item!r}")
    return float(item)


def _title(activation: Any) -> str:
    return getattr(activation, "__name__", "function")
