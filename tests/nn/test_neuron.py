"""Neurons on scalars: names, modules, arithmetic, and agreement with Dense."""

import contextlib

import numpy as np
import pytest

from autograd_lite import Value, keras, no_grad, record
from autograd_lite.context import source_lines
from autograd_lite.graph import all_nodes
from autograd_lite.nn import MLP, Layer, Neuron, set_random_seed
from autograd_lite.value import leaf, weighted_sum


def names(module):
    return [p.name for p in module.parameters()]


def test_sum_runs_from_left_to_right_and_ends_with_the_bias():
    neuron = Neuron(3)
    neuron.set([0.1, 0.2, 0.3], bias=0.4)
    x = [1e16, -1e16, 3.0]
    assert neuron(x).data == ((0.1 * x[0] + 0.2 * x[1]) + 0.3 * x[2]) + 0.4


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("linear", -1.5), (None, -1.5), ("relu", 0.0), ("tanh", np.tanh(-1.5)),
        ("sigmoid", 1 / (1 + np.exp(1.5))), (lambda z: z * z, 2.25), (np.exp, np.exp(-1.5)),
    ],
)  # fmt: skip
def test_activations(activation, expected):
    neuron = Neuron(1, activation)
    neuron.set([-2.0], bias=0.5)
    assert neuron(1.0).data == pytest.approx(expected, rel=1e-15)


def test_gradients_add_up_until_they_are_zeroed():
    neuron = Neuron(2, seed=0)
    for times in (1, 2):
        neuron([2.0, 3.0]).backward()
        assert [p.grad for p in neuron.parameters()] == [2.0 * times, 3.0 * times, 1.0 * times]
    neuron.zero_grad()
    assert [p.grad for p in neuron.parameters()] == [None, None, None]


def test_start():
    neuron = Neuron(200, seed=3)
    weights = [w.data for w in neuron.weights]
    assert -1 <= min(weights) < -0.9
    assert 0.9 < max(weights) <= 1
    assert neuron.bias.data == 0.0
    assert weights == [w.data for w in Neuron(200, seed=3).weights]
    set_random_seed(1)
    first = MLP(2, [3, 1])
    set_random_seed(1)
    again = MLP(2, [3, 1])
    assert [p.data for p in first.parameters()] == [p.data for p in again.parameters()]


def test_names():
    assert names(Neuron(1)) == ["w", "b"]
    assert names(Neuron(2)) == ["w₁", "w₂", "b"]
    assert names(Neuron(2, use_bias=False)) == ["w₁", "w₂"]
    assert names(Layer(1, 2)) == ["w₁", "b₁", "w₂", "b₂"]
    assert names(Layer(2, 2)) == ["w₁₁", "w₁₂", "b₁", "w₂₁", "w₂₂", "b₂"]
    assert names(Layer(2, 1)) == ["w₁", "w₂", "b"]
    assert names(Layer(11, 1))[-2:] == ["w₁₁", "b"]
    assert names(Layer(11, 2))[10] == "w₁,₁₁"
    assert names(MLP(1, [2, 1])) == ["w₁⁽¹⁾", "b₁⁽¹⁾", "w₂⁽¹⁾", "b₂⁽¹⁾", "w₁⁽²⁾", "w₂⁽²⁾", "b⁽²⁾"]
    everything = names(MLP(12, [12, 12, 3]))
    assert len(set(everything)) == len(everything)


def test_modules_in_a_record():
    network = MLP(2, [2, 1])
    nodes = {n.name: n for n in record(network([1.0, 2.0])).graphs[0].nodes}
    assert nodes["w₂₁⁽¹⁾"].module == ("layer 1", "neuron 2")
    assert nodes["a₂⁽¹⁾"].module == ("layer 1", "neuron 2")
    assert nodes["z⁽²⁾"].module == ("layer 2", "neuron")
    assert nodes["x₁"].module == ()
    single = {n.name: n for n in record(Neuron(1)(3.0)).graphs[0].nodes}
    assert {name: n.module for name, n in single.items()} == {
        "w": ("neuron",), "b": ("neuron",), "x": (), "w·x": ("neuron",), "z": ("neuron",),
    }  # fmt: skip


def test_inputs_may_be_values_and_outputs_flatten_for_one_neuron():
    x = Value(2.0, name="height")
    output = Neuron(1, seed=0)(x)
    output.backward()
    assert (x.name, x.grad is None) == ("height", False)
    assert len(Layer(2, 3)([1, 2])) == 3
    assert isinstance(MLP(2, [3, 1])(np.array([1.0, 2.0])), Value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Neuron(2)([1.0]), ValueError, "neuron takes 2 inputs, and was given 1"),
        (lambda: Layer(1, 2)([1.0, 2.0]), ValueError, "layer takes 1 input, and was given 2"),
        (lambda: Neuron(1)("3"), TypeError, "the inputs of neuron are numbers or Values, not '3'"),
        (lambda: Neuron(0), ValueError, "n_inputs is a whole number of at least 1, not 0"),
        (lambda: Neuron(1.5), TypeError, "n_inputs is a whole number, not 1.5"),
        (lambda: MLP(2, []), ValueError, "an MLP needs at least one layer: MLP(2, [4, 1])"),
        (
            lambda: Neuron(2).set([1.0]),
            ValueError,
            "neuron has 2 weights, and was given 1",
        ),
        (
            lambda: Neuron(1, "tnah"),
            ValueError,
            "there is no activation 'tnah' here. Did you mean 'tanh'?"
            " There are 'celu', 'elu', 'exponential', 'gelu', 'hard_sigmoid', 'hard_silu',"
            " 'hard_swish', 'hard_tanh', 'leaky_relu', 'linear', 'log_sigmoid', 'log_softmax',"
            " 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'silu', 'soft_shrink', 'softmax',"
            " 'softplus', 'softsign', 'sparse_plus', 'sparse_sigmoid', 'squareplus', 'swish',"
            " 'tanh', 'tanh_shrink'.",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


# ── the same model on arrays and on scalars ───────────────────────────────────────────────────
def dense_model():
    model = keras.Sequential(
        [
            keras.layers.Dense(4, "tanh", input_shape=[3]),
            keras.layers.Dense(3, "sigmoid", use_bias=False),
            keras.layers.Dense(2),
        ]
    )
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    return model


def test_a_dense_layer_as_neurons(float64):
    layer = keras.layers.Dense(2, "relu", input_shape=[3])
    layer(np.ones((1, 3)))
    neurons = layer.neurons()
    assert (neurons.name, len(neurons)) == ("dense", 2)
    assert all(isinstance(neuron, Neuron) for neuron in neurons)
    for j, neuron in enumerate(neurons):
        assert [w.data for w in neuron.weights] == layer.kernel.data[:, j].tolist()
        assert neuron.bias.data == layer.bias.data[j]


def test_values_and_gradients_agree_with_the_neurons(float64):
    model = dense_model()
    network = model.neurons()
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()

    outputs = [network(row) for row in x]
    np.testing.assert_allclose(
        [[v.data for v in row] for row in outputs], model.predict(x), rtol=1e-13
    )
    flat = [v for row in outputs for v in row]
    total = sum((v - t) ** 2 for v, t in zip(flat, y.flat, strict=True)) / y.size
    total.backward()
    assert total.data == pytest.approx(loss.data, rel=1e-13)
    for dense, layer in zip(model.layers, network.layers, strict=True):
        gradients = np.array([[w.grad for w in neuron.weights] for neuron in layer]).T
        np.testing.assert_allclose(gradients, dense.kernel.grad, rtol=1e-12)
        if dense.bias is not None:
            np.testing.assert_allclose([n.bias.grad for n in layer], dense.bias.grad, rtol=1e-12)


def test_neurons_train_with_an_optimizer(celsius):
    neuron, adam = Neuron(1), keras.optimizers.Adam(0.1)
    neuron.set([0.5])
    for _ in range(20):
        neuron.zero_grad()
        loss = sum((neuron(c) - f) ** 2 for c, f in zip(*celsius, strict=True)) / 7
        loss.backward()
        parameters = neuron.parameters()
        adam.apply_gradients(zip([p.grad for p in parameters], parameters, strict=True))
    assert type(neuron.weights[0].data) is float
    expected = keras.Sequential([keras.layers.Dense(1, input_shape=[1], dtype="float64")])
    expected.set_weights([[[0.5]], [0.0]])
    expected.compile(keras.optimizers.Adam(0.1), "mse")
    expected.fit(*celsius, epochs=20, verbose=0)
    kernel, bias = expected.get_weights()
    assert neuron.weights[0].data == pytest.approx(kernel.item(), rel=1e-12)
    assert neuron.bias.data == pytest.approx(bias.item(), rel=1e-12)


@pytest.mark.parametrize(
    "activation",
    ["relu", "sigmoid", "elu", "gelu", "mish", "hard_silu", "relu6", "softmax", "log_softmax"],
)
def test_every_activation_has_its_neurons(activation, float64):
    model = keras.Sequential(
        [
            keras.Input(shape=(2,)),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2, "softmax"),
        ]
    )
    rng = np.random.default_rng(8)
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    network, x = model.neurons(), rng.normal(size=(1, 2))
    (model(x) * [[1.0, 3.0]]).sum().backward()
    first, second = network(x[0])
    assert (first.name, second.name) == ("a₁⁽²⁾", "a₂⁽²⁾")
    assert first.inputs[0].name == "a⁽²⁾"
    np.testing.assert_allclose([[first.data, second.data]], model.predict(x), rtol=1e-13)
    (first + 3 * second).backward()
    for dense, layer in zip((model.layers[1], model.layers[3]), network.layers, strict=True):
        gradients = np.array([[w.grad for w in neuron.weights] for neuron in layer]).T
        np.testing.assert_allclose(gradients, dense.kernel.grad, rtol=1e-12, atol=1e-15)


def by_operators(weights, inputs):
    total = weights[0] * inputs[0]
    for w, x in zip(weights[1:], inputs[1:], strict=True):
        total = total + w * x
    return total


@pytest.mark.parametrize(
    ("weights", "inputs"),
    [
        ([1.5, -2.0, 0.25], [3.0, 4.0, 5.0]),
        ([1.5], [np.float32(2.0)]),
        ([np.float32(1.5), 2.0], [np.float32(2.0), np.float32(0.1)]),
        ([1.5, 2.0, 0.5], [np.arange(3.0), 4.0, np.ones((2, 3))]),
        ([1e308, 1e308], [10.0, -10.0]),
    ],
)
@pytest.mark.parametrize("around", [contextlib.nullcontext, no_grad, source_lines])
@pytest.mark.parametrize("tracked", [True, False])
def test_a_weighted_sum_is_the_one_of_the_operators(weights, inputs, around, tracked):
    ws = [leaf(w, f"w{i}", tracked=tracked) for i, w in enumerate(weights)]
    xs = [Value(x) for x in inputs]
    with np.errstate(invalid="ignore"), around():
        mine, theirs = weighted_sum(ws, xs), by_operators(ws, xs)
    nodes = [all_nodes(mine), all_nodes(theirs)]
    places = [{id(x): place for place, x in enumerate(order)} for order in nodes]
    for a, b in zip(*nodes, strict=True):
        assert (a.op, a.tracked, a.shape, a.dtype) == (b.op, b.tracked, b.shape, b.dtype)
        np.testing.assert_array_equal(a.data, b.data)
        assert [places[0][id(x)] for x in a.inputs] == [places[1][id(x)] for x in b.inputs]
        assert (a.origin is None) == (b.origin is None)


def test_a_weighted_sum_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one weight"):
        weighted_sum([], [])
