"""Coarser drawings: what goes together, that the chain rule still holds, that nothing collides."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from test_scene import MEDIA, collisions, graphs
from viz_cases import CELSIUS, SINGLE, Drawing, leaf, passed, trained

from autograd_lite import Value, record
from autograd_lite.context import scope
from autograd_lite.nn import MLP, Dense, Neuron, Recorder, Sequential
from autograd_lite.recording import Recording
from viz.diagram import draw, frames
from viz.page.model import page_model
from viz.records.grouping import groups
from viz.records.parts import Part
from viz.scenes.arrangement import lay_out
from viz.scenes.levels import LEVELS, zoomed

COARSE = LEVELS[1:]


# ── things to be drawn ────────────────────────────────────────────────────────────────────────
def network() -> Value:
    y = (MLP(2, [3, 1], seed=1)([1.0, 2.0]) - 1.5) ** 2
    y.name = "L"
    return y


def batch() -> Value:
    """Every neuron is used for each of three examples."""
    model, loss = MLP(2, [2, 1], seed=1), leaf("start", 0.0) * 1.0
    for x in (1.0, 2.0, 3.0):
        loss = loss + (model([x, 2.0]) - 1.5) ** 2
    loss.name = "L"
    return loss


def recurrent() -> Value:
    """The same cell three times, each time on what it made before."""
    cell, state = Neuron(2, "tanh", seed=3), leaf("start", 0.1)
    for x in (1.0, -1.0, 0.5):
        state = cell([x, state])
    return state * state


def residual() -> Value:
    x = leaf("x", 0.4)
    with scope("block"):
        y = x * 0.5
        with scope("inner"):
            y = y.tanh()
        y = y + x
    return y * 2.0


def nameless(count: int = 100) -> Value:
    y, b = leaf("a", 0.5), leaf("b", 0.1)
    for _ in range(count):
        y = (y * b).tanh() + y
    return y


def softmax(z: Value) -> Value:
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def dense() -> Value:
    model = Sequential([Dense(3, "tanh", input_shape=[2]), Dense(2, softmax), Dense(1)])
    model.set_weights([np.linspace(-1, 1, w.size).reshape(w.shape) for w in model.get_weights()])
    return ((model(np.array([[1.0, 2.0], [0.5, -1.0]])) - 1.0) ** 2).mean()


MADE = {f.__name__: f for f in (network, batch, recurrent, residual, nameless, dense)}
ALL = {**SINGLE, **MADE}


# ── which level ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("count", "level"), [
    (19, "scalars"), (20, "neurons"), (66, "neurons"), (67, "layers"), (2000, "layers"),
])  # fmt: skip
def test_the_level_follows_the_number_of_nodes(count, level):
    """Two leaves and three nodes a turn: 60 nodes, 200 nodes."""
    made = zoomed(passed(nameless(count)))
    assert made.level == level
    nodes = 2 + 3 * count
    says = f"{nodes:,} nodes: drawn in pieces; level='scalars' shows all"
    assert made.notice == ("" if level == "scalars" else says)


def test_the_notice_tells_how_it_is_drawn():
    wide = passed((MLP(3, [4, 1], seed=0)([1.0, 2.0, 3.0]) - 1.0) ** 2)
    assert zoomed(wide).notice == "62 nodes: drawn by neuron; level='scalars' shows all"


def test_an_asked_level_needs_no_notice():
    recording = passed(nameless(30))
    for level in LEVELS:
        assert (zoomed(recording, level).level, zoomed(recording, level).notice) == (level, "")
    assert zoomed(recording, "scalars").recording is recording


def test_an_unknown_level():
    with pytest.raises(ValueError) as error:
        draw(leaf("a", 1.0) * 2.0, level="layer").level
    assert str(error.value) == (
        "level 'layer' is not one of 'scalars', 'neurons', 'layers', 'model'. Did you mean 'layers'?"
    )


def test_a_crowd_of_neurons_is_drawn_by_layer():
    """More neurons than can be read."""
    x = leaf("x", 0.5)
    neurons = [Neuron(1, use_bias=False, seed=i) for i in range(95)]
    for place, neuron in enumerate(neurons, 1):
        neuron.label(place)
    with scope("layer"):
        outputs = [neuron([x]) for neuron in neurons]
    total = outputs[0]
    for y in outputs[1:]:
        total = total + y
    recording = passed(total)
    assert len(recording.graphs[0].nodes) > 200
    assert len(zoomed(recording, "neurons").recording.graphs[0].nodes) > 90
    assert zoomed(recording).level == "layers"


# ── what goes together ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("level", COARSE)
@pytest.mark.parametrize("name", ALL)
def test_every_operation_is_in_one_group_and_inputs_come_first(name, level):
    graph = record(ALL[name]()).graphs[0]
    made = groups(graph, level)
    ops = [i for group in made for i in group.ops]
    assert sorted(ops) == [n.id for n in graph.nodes if n.op]
    seen: set[int] = set()
    for group in made:
        for i in group.ops:
            for x in graph.nodes[i].inputs:
                node = graph.nodes[x]
                hidden = not node.op and (node.role in ("parameter", "constant") or node.module)
                assert x in seen or x in group.members or hidden
        seen.update(group.members)


def names(recording: Recording, level: str) -> list[str]:
    return [n.name for n in zoomed(recording, level).recording.graphs[0].nodes]


def test_a_network_of_neurons():
    recording = passed(network())
    assert names(recording, "neurons") == ["x₁", "x₂", "a₁⁽¹⁾", "a₂⁽¹⁾", "a₃⁽¹⁾", "z⁽²⁾", "L"]
    assert names(recording, "layers") == ["x", "a⁽¹⁾", "z⁽²⁾", "L"]
    assert names(recording, "model") == ["x", "z⁽²⁾", "L"]
    parts = zoomed(recording, "layers").recording.graphs[0].nodes
    assert [p.parameters for p in parts] == [0, 9, 4, 0]
    assert [p.shape for p in parts] == [(2,), (3,), (), ()]
    assert [p.title for p in parts[1:3]] == ["layer 1", "layer 2"]


def test_examples_of_a_batch_go_through_one_neuron():
    made = zoomed(passed(batch()), "neurons").recording.graphs[0].nodes
    neurons = [n for n in made if isinstance(n, Part) and n.kind == "neuron"]
    assert [(n.name, n.shape) for n in neurons] == [
        ("a₁⁽¹⁾", (3,)), ("a₂⁽¹⁾", (3,)), ("z⁽²⁾", (3,)),
    ]  # fmt: skip


def test_a_recurrent_cell_is_unrolled():
    made = zoomed(passed(recurrent()), "neurons").recording.graphs[0].nodes
    cells = [n for n in made if isinstance(n, Part) and n.kind == "neuron"]
    assert [len(n.inputs) for n in cells] == [2, 2, 2]
    assert cells[1].inputs[-1] == cells[0].id


def test_units_of_a_dense_layer(network):
    made = zoomed(network, "neurons").recording
    nodes = made.graphs[0].nodes
    assert [n.name for n in nodes] == [
        "x", *(f"z{'₁₂₃₄'[j]}⁽{'¹²'[i]}⁾" for i in range(2) for j in range(4)), "ŷ", "y", "L",
    ]  # fmt: skip
    fine, coarse = network.gradients(network.steps[1]), made.gradients(made.steps[1])
    z2 = next(n for n in network.graphs[0].nodes if n.name == "z₂")
    for j in range(4):
        values = np.asarray(network.steps[1].values[z2.id])[:, j]
        np.testing.assert_array_equal(made.steps[1].values[5 + j], values)
        np.testing.assert_allclose(coarse[5 + j], np.asarray(fine[z2.id])[:, j], rtol=1e-12)
    kernel = next(n for n in network.graphs[0].nodes if n.name == "kernel₂")
    weights = np.asarray(network.steps[1].values[kernel.id])
    assert made.steps[1].weights[6, 2] == weights[2, 1]
    assert [u.node for u in made.steps[0].updates] == list(range(1, 10))
    assert len(made.steps[0].updates[4].before) == 5  # four weights and a bias


def test_a_layer_that_is_no_sum_of_columns_stays_whole():
    """A softmax joins the units of a layer."""
    nodes = zoomed(passed(dense()), "neurons").recording.graphs[0].nodes
    kinds = {n.title: n.kind for n in nodes if isinstance(n, Part) and n.title}
    assert kinds == {"dense": "neuron", "dense_1": "module", "dense_2": "neuron"}


# ── the chain rule ────────────────────────────────────────────────────────────────────────────
def check_chain_rule(recording: Recording, level: str) -> None:
    made = zoomed(recording, level).recording
    for fine, coarse in zip(recording.steps, made.steps, strict=True):
        graph, whole = made.graphs[coarse.graph], recording.graphs[fine.graph]
        assert graph.root.name == whole.root.name
        by_name = {n.name: n.id for n in whole.nodes}
        known, found = recording.gradients(fine), made.gradients(coarse)
        for node in graph.nodes:
            single = by_name.get(node.name)
            if single is None or whole.nodes[single].shape != node.shape:
                continue
            assert coarse.values[node.id] == fine.values[single]
            if node.id in found:
                np.testing.assert_allclose(found[node.id], known[single], rtol=1e-9, atol=1e-12)
        for a in made.applications(coarse):
            if a.local is not None:
                product = np.asarray(a.upstream) * np.asarray(a.local)
                np.testing.assert_allclose(product, a.contribution, rtol=1e-9, atol=1e-12)
        assert Recording.from_json(recording.to_json()) == recording


@pytest.mark.parametrize("level", COARSE)
@pytest.mark.parametrize("name", ALL)
def test_the_chain_rule_holds(name, level):
    check_chain_rule(passed(ALL[name]()), level)


@pytest.mark.parametrize("level", COARSE)
def test_the_chain_rule_holds_in_a_training(level, celsius64, network):
    check_chain_rule(celsius64, level)
    check_chain_rule(network, level)


@settings(
    max_examples=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(graphs(14))
def test_the_chain_rule_holds_for_any_graph(root):
    recording = passed(root)
    for level in COARSE:
        check_chain_rule(recording, level)


def test_the_gradient_of_all_parameters_is_kept():
    recording = passed(network())
    fine = recording.gradients(recording.steps[0])
    made = zoomed(recording, "layers").recording
    (_, slopes), *_ = made.steps[0].inside.values()
    own = [n.id for n in recording.graphs[0].nodes if n.module[:1] == ("layer 1",) and not n.op]
    np.testing.assert_allclose(slopes, [fine[i] for i in own])


# ── drawings ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("level", COARSE)
@pytest.mark.parametrize("name", MADE)
def test_coarse_drawings_do_not_collide(name, level, medium):
    made = zoomed(passed(MADE[name]()), level).recording
    assert collisions(lay_out(made, 0, MEDIA[medium])) == []


@pytest.mark.parametrize("level", COARSE)
def test_coarse_trainings_do_not_collide(level, network):
    for metrics in MEDIA.values():
        assert collisions(lay_out(zoomed(network, level).recording, 0, metrics)) == []


def test_neurons_stand_in_their_order(network):
    cards = lay_out(zoomed(network, "neurons").recording).cards
    for column in (cards[1:5], cards[5:9]):
        heights = [c.box.y for c in column]
        assert heights == sorted(heights)
        assert len({c.box.x for c in column}) == 1


def test_width_and_bead_tell_the_weight(network):
    drawing = Drawing(draw(network, level="neurons", passes="forward").svg)
    made = zoomed(network, "neurons").recording
    weights = made.steps[-1].weights
    largest = max(abs(w) for s in made.steps for w in s.weights.values())
    for (node, use), weight in weights.items():
        road = next(iter(drawing.groups[f"fi{node}_{use}"]))
        expected = 0.8 + 3.2 * (abs(weight) / largest) ** 0.5
        assert float(road.get("stroke-width", 1)) == pytest.approx(expected, abs=0.006)
        assert (f"mi{node}_{use}" in drawing.groups) == (weight < 0)


def test_a_neuron_shows_its_number_and_its_gradient():
    drawing = Drawing(draw(passed(network()), level="neurons").svg)
    recording = passed(network())
    node = next(n for n in recording.graphs[0].nodes if n.name == "a₁⁽¹⁾")
    value = recording.steps[0].values[node.id]
    slope = recording.gradients(recording.steps[0])[node.id]
    assert drawing.texts("n2") == ["a₁⁽¹⁾", f"{value:.4g}"]
    assert drawing.texts("g2") == [f"{slope:.4g}".replace("-", "−")]
    before = Drawing(draw(passed(network()), level="neurons", passes="forward").svg)
    assert "g2" not in before.groups


def test_a_module_tells_its_parameters():
    drawing = Drawing(draw(passed(network()), level="layers").svg)
    assert drawing.texts("cluster0_title") == ["layer 1 · 9 parameters"]
    words, value, slope = drawing.texts("g1")
    assert (words, value[0], slope[:3]) == ("parameters", "‖", "∂ ‖")


def test_frames_at_a_level(tmp_path, network):
    written = frames(network, tmp_path, "dot", level="layers", legend=True)
    assert len(written) == 6
    boxes = {
        line
        for p in written
        for line in p.read_text(encoding="utf-8").splitlines()
        if "bb=" in line
    }
    assert len(boxes) == 1


@pytest.mark.bundled
@pytest.mark.parametrize("level", COARSE)
def test_golden(level, golden):
    from test_picture import without_places

    golden(f"network-{level}.dot", without_places(draw(passed(network()), level=level).dot))


@pytest.mark.parametrize("level", COARSE)
def test_the_same_bytes_twice(level):
    assert draw(passed(batch()), level=level).svg == draw(passed(batch()), level=level).svg


HOSTILE = [
    "</text><script>alert(1)</script>",
    '"]; evil [label="',
    "a\\N\\G<b>&amp;",
    "\u202e\x00é",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_modules_are_data(name):
    with scope(name):
        y = leaf(name, 0.5) * leaf("b", 2.0) + leaf("c", 1.0)
    for level in COARSE:
        svg = draw(passed(y * 2.0), level=level).svg
        assert Drawing(svg).groups
        assert "<script" not in svg


def test_the_page_can_show_every_level(network):
    for recording in (network, passed(batch()), passed(nameless())):
        for level in COARSE:
            model = page_model(zoomed(recording, level).recording, "")["views"][0]
            json.dumps(model, allow_nan=False)
            for step in model["steps"]:
                graph = model["graphs"][step["graph"]]
                edges = {e["id"] for e in graph["edges"]}
                nodes = {n["id"] for n in graph["nodes"]}
                for move, told in zip(graph["moves"], step["moves"], strict=True):
                    assert set(move["edges"]) <= edges
                    assert {s["node"] for s in move["sources"]} <= nodes
                    assert len(move["equation"]) == len(move["captions"]) == len(told["numbers"])


# ── large ─────────────────────────────────────────────────────────────────────────────────────
def test_thousands_of_nodes_are_drawn():
    layers = MLP(16, [32, 32, 1], seed=1)
    diagram = draw(passed((layers([0.1] * 16) - 1.0) ** 2))
    assert diagram.notice.startswith("4,851 nodes: drawn by layer")
    assert len(diagram.scene.cards) == 5
    assert Drawing(diagram.svg).groups


def test_a_training_of_another_shape_of_data():
    """Layers on arrays of more than sixteen units are not drawn unit by unit."""
    made = zoomed(trained((20, 1), "float64", 1), "neurons").recording
    assert [n.kind for n in made.graphs[0].nodes if isinstance(n, Part)] == [
        "module", "neuron", "loss",
    ]  # fmt: skip


def test_a_recorder_can_be_drawn_at_a_level():
    neuron, recorder = Neuron(1, seed=0), Recorder(every=1)
    for x in CELSIUS[:2]:
        loss = (neuron([float(x)]) - 1.0) ** 2
        neuron.zero_grad()
        loss.backward()
        with recorder.step(loss, neuron.parameters()):
            for p in neuron.parameters():
                p.data -= 0.001 * p.grad
    assert [c.node.name for c in draw(recorder, level="model").scene.cards][-1] == "L"


@pytest.mark.parametrize(
    "name", ["run", "before", "after", "between", "model", "neuron", "visit", ""]
)
def test_a_module_may_have_any_name(name):
    with scope(name):
        y = leaf("a", 0.5) * leaf("b", 2.0)
    z = (y * 3.0).tanh()
    with scope(name):
        z = z * leaf("c", 2.0)
    for level in COARSE:
        check_chain_rule(passed(z + 1.0), level)
        assert draw(passed(z + 1.0), level=level).svg


def test_alt_text_of_a_coarse_drawing():
    words = draw(passed(network()), level="layers").alt
    assert words.startswith(
        "Forward and backward pass of L: x of shape (2,); a⁽¹⁾ of shape (3,), z⁽²⁾ = "
    )
    assert re.search(r"Norms of the gradients of parameters: layer 1 ‖[\d.]+‖, layer 2 ‖", words)


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
@pytest.mark.parametrize("units", [(2, 1), (3, 1), (5, 3, 2, 1)])
def test_neurons_and_inputs_stand_in_their_order(inputs, units):
    out = MLP(inputs, list(units), seed=0)([0.5] * inputs)
    columns: dict[int, list[tuple[float, str]]] = {}
    for card in draw(out, level="neurons").scene.cards:
        x, y = card.box.centre
        columns.setdefault(round(x), []).append((y, card.node.name))
    found = [[name for _, name in sorted(column)] for _, column in sorted(columns.items())]
    assert [len(column) for column in found] == [inputs, *units]
    assert all(column == sorted(column) for column in found), found
