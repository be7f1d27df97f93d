"""Networks of neurons: what is read from a record, where it stands, and what is said of it."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
from viz_cases import Drawing, fan_out, leaf, mlp

import viz
from autograd_lite.nn import MLP, Dense, Layer, Neuron, Recorder, Sequential
from viz.graphics import style
from viz.graphics.style import THEMES
from viz.layout import text_width
from viz.networks import network, network_data, read_network


def texts(drawing) -> list[str]:
    words = Drawing(drawing.svg).root.iter("{http://www.w3.org/2000/svg}text")
    return [(t.text or "").strip() for t in words]


def dense(units=(4, 1), inputs=3, activation="tanh"):
    last = len(units) - 1
    layers = [
        Dense(n, None if i == last else activation, **({"input_shape": [inputs]} if not i else {}))
        for i, n in enumerate(units)
    ]
    model = Sequential(layers)
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


# ── reading ───────────────────────────────────────────────────────────────────────────────────
def test_layers_of_arrays_are_read_to_the_number():
    model = dense()
    x = np.array([[0.5, -1.0, 2.0], [1.0, 1.0, 1.0]])
    drawing = network(model, x, example=1)
    net = drawing.network
    assert [(c.title, c.activation, len(c.units)) for c in net.columns] == [
        ("input", "", 3), ("dense", "tanh", 4), ("dense_1", "linear", 1),
    ]  # fmt: skip
    data = network_data(drawing.recording, 1)
    step = data["steps"][0]
    kernel, bias, *_ = model.get_weights()
    hidden = np.tanh(x[1] @ kernel + bias)
    np.testing.assert_allclose(step["values"][0], x[1])
    np.testing.assert_allclose(step["values"][1], hidden, rtol=1e-5)
    np.testing.assert_allclose(step["values"][2], model.predict(x)[1], rtol=1e-5)
    np.testing.assert_allclose(step["biases"][1], bias)
    weights = {tuple(k): w for k, w in zip(data["links"][0], step["weights"][0], strict=True)}
    assert all(weights[i, j] == pytest.approx(kernel[i, j]) for i in range(3) for j in range(4))


def test_neurons_on_scalars_are_read_the_same_as_layers_on_arrays():
    model = dense((2, 2, 1), 2)
    scalars = MLP.of([layer.neurons() for layer in model.layers])
    x = [0.3, -0.7]
    arrays = network_data(network(model, [x]).recording)
    single = network_data(network(scalars, x).recording)
    assert arrays["links"] == single["links"]
    for part in ("values", "biases", "weights"):
        for a, b in zip(arrays["steps"][0][part], single["steps"][0][part], strict=True):
            assert [w is None for w in a] == [w is None for w in b]
            np.testing.assert_allclose(
                [w for w in a if w is not None], [w for w in b if w is not None], rtol=1e-5
            )
    kinds = [c["activation"] for c in arrays["columns"]]
    assert kinds == [c["activation"] for c in single["columns"]] == ["", "tanh", "tanh", "linear"]


def test_gradients_are_those_of_the_engine():
    y = mlp()
    y.backward()
    data = network_data(network(y).recording)
    step = data["steps"][0]
    graph = network(y).recording.graphs[0]
    live = {n.name: n for n in graph.nodes}
    slopes = network(y).recording.gradients(network(y).recording.steps[0])
    assert step["weight_gradients"][1] == [slopes[live["w₁⁽²⁾"].id], slopes[live["w₂⁽²⁾"].id]]
    assert step["bias_gradients"][2] == [slopes[live["b⁽²⁾"].id]]


def test_weights_and_inputs_of_a_formula_by_hand():
    w, b, x = leaf("w", 2.0), leaf("b", -1.0), leaf("x", 3.0)
    recorder = Recorder()
    loss = ((w * x + b).tanh() - 1.0) ** 2
    loss.backward()
    with recorder.step(loss, [w, b]):
        w.data -= 0.1 * w.grad
    net = network(recorder).network
    (link,) = net.gaps[0]
    graph = recorder.recording.graphs[0]
    assert graph.nodes[link.weight[0]].name == "w"
    assert graph.nodes[net.columns[1].units[0].bias[0]].name == "b"
    assert net.columns[1].activation == "tanh"
    assert [u.name for u in net.columns[0].units] == ["x"]


@pytest.mark.parametrize(
    "own", [lambda v: v * v, lambda v: v * np.tanh(np.exp(v)), lambda v: np.tanh(v) * 2.0]
)
def test_an_activation_of_ones_own(own):
    net = network(Sequential([Dense(2, own, input_shape=[2])]), [[0.1, 0.2]]).network
    graph_end = net.columns[1].units[0].value[0]
    assert net.columns[1].activation == "custom"
    model_end = network(Sequential([Dense(2, own, input_shape=[2])]), [[0.1, 0.2]]).recording
    assert graph_end == model_end.graphs[0].root.id


@pytest.mark.parametrize(
    "make",
    [
        lambda: Neuron(3, "relu", seed=0), lambda: Layer(3, 2, seed=0), dense,
        lambda: Dense(2, input_shape=[3]), lambda: MLP(3, [2, 2], seed=0),
        lambda: Sequential([Dense(2, use_bias=False, input_shape=[3])]),
    ],
)  # fmt: skip
def test_every_kind_of_model_is_drawn_with_and_without_inputs(make):
    model = make()
    x = [1.0, 2.0, 3.0]
    empty = network(model)
    full = network(model, x if isinstance(model, (Neuron, Layer, MLP)) else [x])
    assert "gives" not in empty.alt and "gives" in full.alt
    assert len(Drawing(full.svg).groups) > len(Drawing(empty.svg).groups)


def test_plain_data_is_json(network):
    data = network_data(network)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert [s["number"] for s in data["steps"]] == [1, 2, 3]
    assert data["steps"][0]["weights"] != data["steps"][2]["weights"]
    assert sum(len(gap) for gap in data["links"]) == 24


# ── what cannot be drawn ──────────────────────────────────────────────────────────────────────
def skipping():
    x, first, second = (
        leaf("X", np.ones((2, 3))),
        leaf("W1", np.ones((3, 3))),
        leaf("W2", np.ones((3, 1))),
    )
    return ((x @ first).tanh() + x) @ second  # fmt: skip


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        (fan_out, ValueError, "no layers of neurons are found in this computation"),
        (skipping, ValueError, "the layer with 'W2' does not take what the one with 'W1' gives"),
        (lambda: 3.0, TypeError, "a Value or a recording can be drawn, not float"),
        (lambda: np.tanh, TypeError, "a model, a Value or a recording can be drawn as a network"),
        (lambda: Sequential([Dense(2)]), ValueError, "model 'sequential' does not know its shapes yet"),
        (lambda: Sequential([]), ValueError, "model 'sequential' does not know its shapes yet"),
    ],
)  # fmt: skip
def test_no_network(what, error, says):
    with pytest.raises(error) as caught:
        network(what())
    assert str(caught.value).startswith(says)


def test_wrong_choices(celsius):
    with pytest.raises(
        ValueError, match="example 9 is not in the batch, which has examples 0 to 6"
    ):
        network(celsius, example=9)
    with pytest.raises(TypeError, match="x goes with a model, and Recording is none"):
        network(celsius, [1.0])
    with pytest.raises(ValueError, match="gradients=True, but this step has no backward pass"):
        network(MLP(2, [2, 1], seed=0)([1.0, 2.0]), gradients=True)
    with pytest.raises(ValueError, match="theme 'neon' is not one of"):
        network(celsius, theme="neon")


# ── the picture ───────────────────────────────────────────────────────────────────────────────
def test_numbers_names_and_titles_are_written():
    neuron = Neuron(2, "tanh", seed=0)
    neuron.set([0.5, -1.25], bias=0.25)
    drawing = network(neuron, [2.0, 1.0])
    words = texts(drawing)
    for word in ("input", "2 values", "neuron", "1 neuron, tanh", "0.5", "−1.25", "x₁", "x₂", "a"):
        assert words.count(word) == 1, word
    assert words.count("0") == 1 and words.count("b 0.25") == 1, "tanh(1 − 1.25 + 0.25) = 0"
    assert "line width: |weight|, at most 1.25; grey with −: negative" in words


@pytest.mark.parametrize("units", [1, 3])
def test_the_words_below_have_room(units):
    """A network of one neuron is narrower than they are."""
    drawing = network(Neuron(units, seed=0))
    words = next(t for t in texts(drawing) if t.startswith("line width"))
    assert text_width(words, style.LABEL) + 2 * style.BORDER <= drawing.size[0] + 1e-6
    left = min(c.centre[0] for c in drawing.plan.circles) - drawing.plan.heads[0].x
    assert left < drawing.size[0] / 2


def test_width_and_sign_of_a_weight():
    neuron = Neuron(3, seed=0)
    neuron.set([4.0, -1.0, 0.0])
    groups = Drawing(network(neuron, [1.0, 1.0, 1.0]).svg).groups
    path = "{http://www.w3.org/2000/svg}path"
    widths = [float(groups[f"w0_{i}_0"].find(path).get("stroke-width", 1.0)) for i in range(3)]
    assert widths == pytest.approx([4.0, 0.8 + 3.2 * 0.5, 0.8])
    colours = [groups[f"w0_{i}_0"].find(path).get("stroke").upper() for i in range(3)]
    assert colours == [THEMES["light"].forward, THEMES["light"].muted, THEMES["light"].forward]
    assert all(groups[f"w0_{i}_0"].find(path).get("stroke-dasharray") is None for i in range(3)), (
        "a dash would mean backward"
    )
    label = groups["w0_1_0_label"].find("{http://www.w3.org/2000/svg}text")
    assert label.get("font-weight") == "bold" and label.text == "−1"


def test_steps_share_places_and_one_scale(network):
    drawn = [viz.network(network, step=n) for n in (1, 2, 3)]
    assert len({d.size for d in drawn}) == 1
    assert len({d.heaviest for d in drawn}) == 1
    circles = [
        {k: v for k, v in Drawing(d.svg).places().items() if k.startswith("n")} for d in drawn
    ]
    assert circles[0] == circles[1] == circles[2]
    assert drawn[0].dot != drawn[1].dot


def test_no_two_labels_and_no_neuron_and_label_touch(network):
    for gradients in (False, True):
        plan = viz.network(network, gradients=gradients).plan
        labels = [w.label for w in plan.ways if w.label]
        half = 18 if not gradients else 36
        rows = [(b.x, b.y + 18 - 17, b.x + b.w, b.y + half) for b in labels]
        for a, b in combinations(rows, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
        for circle in plan.circles:
            x, y = circle.centre
            for a in rows:
                inside = a[0] < x + plan.radius and a[2] > x - plan.radius
                assert not (inside and a[1] < y + plan.radius and a[3] > y - plan.radius)


def test_wide_layers_have_an_ellipsis():
    drawing = network(dense((40, 2), 100))
    drawn = [c for c in drawing.plan.circles if c.column == 0]
    assert [c.unit for c in drawn] == [0, 1, 2, 3, 96, 97, 98, 99]
    assert [(d.column, d.left_out) for d in drawing.plan.dots] == [(0, 92), (1, 32)]
    words = texts(drawing)
    assert "100 values" in words and "92 more" in words and "⋮" in words
    assert "4080 weights" in drawing.alt
    assert len(network(dense((12, 2), 12)).plan.dots) == 0
    assert len(network(dense((12, 2), 12), limit=10).plan.dots) == 2


def test_a_crowded_gap_has_signs_for_numbers():
    drawing = network(dense((12, 1), 12))
    groups = Drawing(drawing.svg).groups
    beads = [k for k in groups if k.endswith("_minus")]
    kernel = network_data(drawing.recording)["steps"][0]["weights"][0]
    clear = sum(w < 0 and abs(w) > 0.02 * drawing.heaviest for w in kernel)
    assert len(beads) == clear > 10
    assert not any(k.startswith("w0_") and k.endswith("_label") for k in groups)
    wanted = Drawing(network(dense((12, 1), 12), labels=True).svg).groups
    assert sum(k.startswith("w0_") and k.endswith("_label") for k in wanted) == 144


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_and_format(network, theme, tmp_path):
    drawing = viz.network(network, theme=theme, gradients=True)
    assert THEMES[theme].background.lower() in drawing.svg.lower()
    for ending, start in (("png", b"\x89PNG"), ("tex", b"\\documentclass"), ("svg", b"<?xml")):
        assert drawing.save(tmp_path / f"n.{ending}").read_bytes().startswith(start)
    with pytest.raises(
        ValueError, match="a network is saved as .svg, .png, .pdf, .dot, .tex or .tikz"
    ):
        drawing.save(tmp_path / "n.html")  # fmt: skip


def test_numbers_out_of_bounds_are_named():
    model = Sequential([Dense(2, input_shape=[2])])
    model.set_weights([np.array([[np.nan, np.inf], [1e-9, -1e9]]), np.zeros(2)])
    drawing = network(model, [[1.0, 2.0]])
    words = texts(drawing)
    assert "NaN" in words and "∞" in words and "−1e9" in words
    assert drawing.heaviest == 1e9


def test_the_same_drawing_twice_is_the_same_to_the_byte(network):
    first, second = (viz.network(network, gradients=True) for _ in range(2))
    assert (first.svg, first.png) == (second.svg, second.png)


def test_reading_needs_no_live_value(celsius):
    read = read_network(celsius.graphs[0])
    assert [len(c.units) for c in read.columns] == [1, 1]
    assert viz.network is network


@pytest.mark.parametrize(
    ("activation", "loss", "units", "says"),
    [
        ("sigmoid", "binary_crossentropy", 1, "1 neuron, sigmoid in the loss"),
        ("softmax", "sparse_categorical_crossentropy", 3, "3 neurons, softmax in the loss"),
        ("sigmoid", "mean_squared_error", 1, "1 neuron, sigmoid"),
        (None, "mean_squared_error", 1, "1 neuron, linear"),
    ],
)
def test_an_activation_that_the_loss_computes(activation, loss, units, says):
    """A cross-entropy takes the numbers before the activation, which is not left out unsaid."""
    model = Sequential([Dense(units, activation, input_shape=[2])])
    model.compile(loss=loss, optimizer="sgd")
    recorder = Recorder()
    x = np.array([[0.5, 1.0], [-1.0, 2.0], [1.0, 0.0]])
    model.fit(x, np.array([0.0, 1.0, 0.0]), epochs=1, verbose=0, callbacks=[recorder])
    assert says in texts(network(recorder))
