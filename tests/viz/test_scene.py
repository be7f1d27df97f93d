"""Nothing in a drawing touches what it does not belong to, and nothing moves from frame to frame."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from viz_cases import SINGLE, Drawing, five_times, leaf, passed

from autograd_lite import Value, record
from autograd_lite.context import scope
from autograd_lite.recording import Recording
from autograd_lite.value import constant
from viz import layout
from viz.diagram import draw
from viz.graphics import style
from viz.graphics.geometry import Box, Curve, dock, line, points, shifted
from viz.scenes.arrangement import lay_out
from viz.scenes.scene import Scene

MEDIA = {"figure": style.FIGURE, "page": style.PAGE}


def collisions(scene: Scene) -> list[tuple[str, str]]:
    """Pairs of things that touch and should not; ``frame`` is the edge of the drawing."""
    border = style.BORDER / 2
    solid = {
        f"n{c.node.id}": c.box.grown(border if c.node.role == "parameter" else 0)
        for c in scene.cards
    }
    solid |= {f"o{o.node.id}": o.box for o in scene.ops}
    solid |= {f"l{r.key}": r.label for r in scene.roads if r.label}
    for place, cluster in enumerate(scene.clusters):
        wide = layout.text_width(cluster.title, style.LABEL, bold=True)
        solid[f"t{place}"] = Box(cluster.box.x + 14, cluster.box.y + 5, wide, 18)
    found = []
    names = list(solid)
    for i, a in enumerate(names):
        if not _within(solid[a], scene):
            found.append((a, "frame"))
        found += [(a, b) for b in names[:i] if solid[a].grown(-0.5).overlaps(solid[b])]
    for road in scene.roads:
        ends = {f"n{road.node}", f"o{road.op}"}
        if road.use is None or not scene.ops:  # a coarse card is operation and result in one
            ends.add(f"n{road.op}")
        for way in filter(None, (road.forward, road.backward)):
            there = points(way, 24)
            if not all(_within(Box(*p, 0, 0), scene) for p in there):
                found.append((road.key, "frame"))
            for name in names:
                room = solid[name].grown(-1)  # a line may pass close by
                if name not in ends and any(room.holds(p) for p in there):
                    found.append((road.key, name))
    return found


def _within(box: Box, scene: Scene) -> bool:
    return (
        box.x >= 0 and box.y >= 0 and box.x + box.w <= scene.width and box.y + box.h <= scene.height
    )


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", SINGLE)
def test_single_passes_do_not_collide(name, medium):
    scene = lay_out(passed(SINGLE[name]()), 0, MEDIA[medium])
    assert collisions(scene) == []


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("model", ["celsius", "network"])
def test_layers_do_not_collide(model, medium, request):
    recording = request.getfixturevalue(model)
    for graph in range(len(recording.graphs)):
        assert collisions(lay_out(recording, graph, MEDIA[medium])) == []


@pytest.mark.parametrize("medium", MEDIA)
def test_a_chain_is_not_stretched_by_its_labels(medium):
    """A label wider than its road hangs below the cards beside it, and the road stays short."""
    scene = lay_out(passed(SINGLE["scalar_neuron"]()), 0, MEDIA[medium])
    hanging = [r for r in scene.roads if r.label and not r.beside]
    assert len(hanging) >= 3
    for road in hanging:
        start, *_, end = road.forward
        assert start[1] == end[1]
        assert end[0] - start[0] < road.label.w
        assert road.label.y > start[1]
    assert sum(c.box.w for c in scene.cards) > 0.6 * scene.width


def test_the_check_notices_a_collision():
    """The test of the test: a card put upon another, and a road across one."""
    scene = lay_out(passed(five_times()))
    first, second, *rest = scene.cards
    upon = replace(scene, cards=(replace(first, box=second.box), second, *rest))
    assert (f"n{second.node.id}", f"n{first.node.id}") in collisions(upon)
    way = line(first.box.centre, scene.cards[-1].box.centre)
    across = replace(scene, roads=(*scene.roads, replace(scene.roads[-1], forward=way)))
    assert collisions(scene) == []
    assert collisions(across) != []
    assert ("l" + scene.roads[0].key, "frame") in collisions(replace(scene, width=100.0))


# ── any small graph ───────────────────────────────────────────────────────────────────────────
OPERATIONS = (
    lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x - y, lambda x, y: x.tanh(),
    lambda x, y: x**2, lambda x, y: x * 3.5, lambda x, y: np.where(x > 0, x, y),
)  # fmt: skip


@st.composite
def graphs(draw_, most: int = 6) -> Value:
    """A few leaves, numbers or arrays, and operations on what there is already."""
    shape = draw_(st.sampled_from([(), (), (3,), (2, 2)]))
    values = [
        leaf(name, np.linspace(-1.0, 1.5, int(np.prod(shape))).reshape(shape) if shape else 0.7)
        for name in "abc"[: draw_(st.integers(1, 3))]
    ]
    for _ in range(draw_(st.integers(1, most))):
        x, y = draw_(st.sampled_from(values[-3:])), draw_(st.sampled_from(values))
        module = draw_(st.sampled_from([None, None, "dense", "layer 2"]))
        with scope(module) if module else nullcontext():
            values.append(draw_(st.sampled_from(OPERATIONS))(x, y))
    return values[-1]


@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(graphs())
def test_any_small_graph_does_not_collide(root):
    assert collisions(lay_out(passed(root))) == []


# ── nothing moves ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("theme", ["dark", "print"])
def test_every_frame_has_the_same_places(celsius, theme):
    """Only texts, colours and dashes change with the step, the pass and the theme."""
    scene = lay_out(celsius)
    first = Drawing(_frame(celsius, scene, 1, "both", "light"))
    shape = first.root.get("viewBox")
    for step in (2, 5):
        for passes in ("forward", "backward", "both"):
            frame = Drawing(_frame(celsius, scene, step, passes, theme))
            assert frame.root.get("viewBox") == shape
            places = frame.places()
            assert places.keys() == first.places().keys()
            for name, outline in first.places().items():
                assert _outline(places[name]) == _outline(outline), name


def _frame(recording: Recording, scene: Scene, step: int, passes: str, theme: str) -> str:
    diagram = draw(recording, step=step, passes=passes, theme=theme)
    diagram.stage._scenes[recording.steps[step - 1].graph] = scene
    return diagram.svg


def _outline(parts: list[str]) -> list[str]:
    """What stays: hairlines inside a card come and go with its gradient row."""
    return [part for part in parts if part][:1]


def test_laid_out_twice_is_the_same(network):
    assert lay_out(network) == lay_out(network)


def test_room_for_the_numbers_of_all_steps(celsius):
    """One scene for all steps: the widest number of any step fits its card."""
    scene = lay_out(celsius)
    for step in range(1, len(celsius.steps) + 1):
        texts = draw(celsius, step=step).texts
        for card in scene.cards:
            shown = [c for row in texts.values[card.node.id] for c in row]
            size = style.CELL if card.node.shape else style.NUMBER
            assert max(layout.text_widths(shown, size)) <= card.value_w + 0.01


# ── what stands where ─────────────────────────────────────────────────────────────────────────
def test_time_runs_from_left_to_right():
    for name in ("scalar_neuron", "mlp", "five_times", "a_layer_used_again"):
        scene = lay_out(passed(SINGLE[name]()))
        cards = {c.node.id: c.box for c in scene.cards}
        ops = {o.node.id: o.box for o in scene.ops}
        for road in scene.roads:
            if road.use is None:
                assert ops[road.op].x < cards[road.op].x
            elif not road.beside:
                assert cards[road.node].x + cards[road.node].w <= ops[road.op].x


def test_modules_are_framed_with_what_belongs_to_them():
    scene = lay_out(passed(SINGLE["mlp"]()))
    titles = [c.title for c in scene.clusters]
    assert sorted(titles) == ["layer 1", "layer 2", "neuron", "neuron 1", "neuron 2"]
    assert titles.index("layer 1") < titles.index("neuron 1")  # the outer frame is drawn first
    frames = {c.title: c.box for c in scene.clusters}
    cards = {c.node.name: c.box for c in scene.cards}
    for name, title in (("a₁⁽¹⁾", "neuron 1"), ("w₁₁⁽¹⁾", "neuron 1"), ("z⁽²⁾", "layer 2")):
        assert _inside(cards[name], frames[title])
    assert not frames["neuron 1"].overlaps(frames["neuron 2"])
    assert _inside(frames["neuron 1"], frames["layer 1"])
    for name in ("x₁", "x₂"):
        assert not any(cards[name].overlaps(frame) for frame in frames.values())


def _inside(box: Box, frame: Box) -> bool:
    return frame.grown(-2).overlaps(box) and (
        frame.x < box.x and frame.y < box.y
        and box.x + box.w < frame.x + frame.w and box.y + box.h < frame.y + frame.h
    )  # fmt: skip


def test_a_module_entered_again_gets_a_second_frame():
    scene = lay_out(passed(SINGLE["a_layer_used_again"]()))
    assert [c.title for c in scene.clusters] == ["neuron", "neuron"]
    first, second = (c.box for c in scene.clusters)
    assert not first.overlaps(second)


def test_plain_numbers_stand_in_the_sign():
    scene = lay_out(passed(SINGLE["the_same_number_twice"]()))
    assert [o.sign for o in scene.ops] == ["× 2", "+ 1", "(·)²", "÷ 2"]
    assert [c.node.name for c in scene.cards if not c.node.op] == ["a"]


def test_a_lonely_constant_is_drawn():
    scene = lay_out(record(Value(3.0) * 2.0))
    assert [c.node.name for c in scene.cards] == ["v₁", "v₁·2"]
    scene = lay_out(record(constant(3.0)))
    assert [c.node.role for c in scene.cards] == ["constant"]


def test_roads_of_one_node_keep_apart():
    """Used five times, a leaves at five heights, in the order in which its roads go on."""
    scene = lay_out(passed(five_times()))
    roads = [r for r in scene.roads if r.node == 0 and r.use is not None]
    starts = sorted(r.forward[0][1] for r in roads)
    assert len(roads) == 5
    assert all(b - a > 8 for a, b in zip(starts, starts[1:], strict=False))
    by_start = sorted(roads, key=lambda r: r.forward[0][1])
    further = [points(r.forward[:4])[-1][1] for r in by_start]
    assert further == sorted(further)


def test_a_tangle_is_drawn_in_time():
    """Long roads by the hundred: straight lines instead of minutes of curves."""
    a, b = leaf("a", 0.5), leaf("b", 0.1)
    y = a
    for _ in range(35):
        y = (y * b).tanh() + a
    scene = lay_out(passed(y))
    assert len(scene.cards) == 107


def test_too_large_says_what_to_do(monkeypatch, celsius):
    def slow(*_, **__):
        raise layout.GraphvizTimeout("stopped", "digraph {}")

    monkeypatch.setattr(layout, "render", slow)
    monkeypatch.setattr(layout, "text_widths", lambda strings, *_, **__: [9.0] * len(list(strings)))
    with pytest.raises(layout.GraphvizTimeout) as error:
        lay_out(celsius)
    assert str(error.value) == (
        "the graph has 9 nodes, and to place them took longer than 20 s. Draw a coarser level, such"
        " as level='layers', or a part of it: an earlier result, a smaller model, or fewer examples"
    )
    assert error.value.dot == "digraph {}"


# ── geometry ──────────────────────────────────────────────────────────────────────────────────
def test_lanes_run_beside_the_road():
    road = line((0, 0), (30, 0))
    assert shifted(road, 5) == ((0, 5), (10, 5), (20, 5), (30, 5))
    assert shifted(road, -5)[0] == (0, -5)
    bend: Curve = ((0, 0), (10, 0), (20, 20), (20, 30))
    lane = shifted(bend, 4)
    assert lane[0] == (0, 4) and lane[1][1] == 4  # level as the road leaves
    assert lane[-1] == (16, 30) and lane[-2][0] == 16  # upright as it arrives


@pytest.mark.parametrize("offset", [-7, 7])
def test_lanes_keep_their_distance_where_the_road_is_upright(offset):
    """An S that leaves and arrives level: the two lanes do not meet in between."""
    bend: Curve = ((0, 0), (50, 0), (0, 90), (50, 90))
    road = np.array(points(bend, 200))
    for place in points(shifted(bend, offset), 24):
        assert 4 < np.hypot(*(road - place).T).min() < 10


def test_a_lane_of_handles_that_fall_together():
    still: Curve = ((0, 0), (0, 0), (30, 0), (30, 0))
    assert shifted(still, 5) == ((0, 5), (0, 5), (30, 5), (30, 5))
    assert shifted(((1, 1),) * 4, 5) == ((1, 1),) * 4


def test_docking_ends_on_the_circle():
    lane = shifted(line((0, 0), (100, 0)), 6)
    end = dock(lane, (110, 0), 10, 6)[-1]
    assert end == pytest.approx((102, 6))
    end = dock(lane, (130, 0), 20, 6, False)[-1]
    assert end == (110, 6)


@example(text="v₁")
@given(st.text(max_size=30))
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
def test_ids_in_the_skeleton_are_ours(text):
    """No text of the learner's reaches the drawing that Graphviz places."""
    from viz.graphics.sizes import Sizes
    from viz.scenes.graph import _skeleton
    from viz.scenes.hanging import Hanging
    from viz.words.texts import GraphTexts, StepTexts

    a = leaf(text or "a", 1.0)
    recording = record(a * 2.0)
    sizes = Sizes(
        GraphTexts(recording.graphs[0]), [StepTexts(recording, recording.steps[0])], style.PAGE
    )
    words = set(re.findall(r'"([^"]*)"', _skeleton(Hanging(sizes))))
    assert all(word.isascii() for word in words)
