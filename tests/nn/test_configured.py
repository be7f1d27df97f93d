"""Objects as plain data: what their arguments are, how they are written down and read back."""

import inspect
import json

import pytest

from autograd_lite import keras
from autograd_lite.nn.configured import Configured

constraints, initializers, regularizers = keras.constraints, keras.initializers, keras.regularizers


class Base(Configured):
    def __init__(self, first, *, shared=1, **unknown):
        assert not unknown
        self.first, self.shared = first, shared


class Derived(Base):
    def __init__(self, size, scale=2.0, **more):
        super().__init__(first=0, **more)
        self.size, self.scale = size, scale


class Closed(Base):
    def __init__(self, size):
        super().__init__(first=0)
        self.size = size


def test_arguments_of_a_class_are_its_own_and_those_it_hands_on():
    assert list(inspect.signature(Derived).parameters) == ["size", "scale", "shared"]
    assert list(inspect.signature(Closed).parameters) == ["size"]
    assert Derived(3, shared=5).get_config() == {"size": 3, "scale": 2.0, "shared": 5}
    again = Derived.from_config({"size": 3, "scale": 4.0, "shared": 6})
    assert (again.size, again.scale, again.shared) == (3, 4.0, 6)
    dense = inspect.signature(keras.layers.Dense).parameters
    assert [*dense][:3] == ["units", "activation", "use_bias"]
    assert [*dense][-4:] == ["trainable", "dtype", "name", "input_shape"]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (Derived(3), "Derived(3)"), (Derived(3, 4.0), "Derived(3, scale=4.0)"),
        (regularizers.L2(), "L2()"), (regularizers.L1L2(l2=0.5), "L1L2(l2=0.5)"),
        (constraints.NonNeg(), "NonNeg()"), (constraints.MaxNorm(3), "MaxNorm(max_value=3)"),
        (initializers.Zeros(), "Zeros()"), (initializers.HeNormal(seed=2), "HeNormal(seed=2)"),
        (keras.layers.Rescaling(0.5), "Rescaling(0.5)"), (keras.layers.Flatten(), "Flatten()"),
        (keras.Input(shape=(2, 3)), "InputLayer(shape=(2, 3))"),
        (keras.layers.Dense(4, "tanh"), "Dense(4, 'tanh')"),
    ],
)  # fmt: skip
def test_repr(made, text):
    assert repr(made) == text


ALL = [
    *(constraints.MaxNorm(3), constraints.MinMaxNorm(0.5, rate=0.1), constraints.NonNeg()),
    *(constraints.UnitNorm([0, 1]), regularizers.L1(0.1), regularizers.L2(0.1)),
    *(regularizers.L1L2(0.1, 0.2), regularizers.OrthogonalRegularizer(0.1, "columns")),
    *(initializers.Constant([1.0, 2.0]), initializers.Identity(2.0), initializers.Orthogonal(2.0)),
    *(initializers.RandomNormal(1.0, 2.0, 3), initializers.VarianceScaling(2.0, "fan_avg")),
]


@pytest.mark.parametrize("made", ALL, ids=repr)
def test_there_and_back_through_json(made):
    home = next(
        m for m in (constraints, initializers, regularizers) if type(made).__name__ in m.__all__
    )
    data = json.loads(json.dumps({"class_name": type(made).__name__, "config": made.get_config()}))
    again = home.get(data)
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert home.get(made) is made
    assert type(home.get(type(made).__name__)) is type(made)
