"""Heat maps and the network of the page: the numbers of the record, no more than a page can hold."""

from __future__ import annotations

import json

import numpy as np
import pytest
from viz_cases import SINGLE, leaf, passed, trained

from autograd_lite import Value
from autograd_lite.recording import Recording
from viz.page import page_model, stepper
from viz.page.heat import heat_of, heat_side, left_out
from viz.page.network import network_view


def shown(text: str) -> np.ndarray:
    """What a heat map's text says, as numbers."""
    plain = text.replace("−", "-").replace("∞", "inf")
    return np.array([[float(x) for x in row.split(" ")] for row in plain.split(";")])


def product(rows: int, columns: int) -> Recording:
    """x @ W, with more numbers than cards take; both leaves receive a gradient."""
    rng = np.random.default_rng(5)
    x, w = leaf("x", rng.normal(size=(rows, columns))), leaf("W", rng.normal(size=(columns, 4)))
    return passed(((x @ w) ** 2).mean())


def test_values_and_gradients_are_those_of_the_record():
    recording = product(8, 6)
    (view,) = page_model(recording)["views"]
    (graph,), (step,) = view["graphs"], view["steps"]
    (record,) = recording.steps
    large = {n.id for n in recording.graphs[0].nodes if n.shape}
    assert set(map(int, step["heat"])) == large
    for i, text in step["heat"].items():
        np.testing.assert_allclose(shown(text), record.values[int(i)], rtol=6e-3)
    last = {
        m["target"]: t["heat"]
        for m, t in zip(graph["moves"], step["moves"], strict=True)
        if "heat" in t
    }
    slopes = recording.gradients(record)
    assert set(last) == large
    for i, text in last.items():
        np.testing.assert_allclose(shown(text), slopes[i], rtol=6e-3)
    assert [t for m, t in zip(graph["moves"], step["moves"], strict=True)
            if "heat" in t and m["phase"] != "backward"] == []  # fmt: skip


def test_a_sum_of_messages_grows_as_it_is_told():
    a = leaf("A", np.arange(16.0).reshape(4, 4))
    (view,) = page_model(passed((a * 2 + a * a).sum()))["views"]
    mine = [t["heat"] for m, t in zip(view["graphs"][0]["moves"], view["steps"][0]["moves"], strict=True)
            if m["target"] == 0 and "heat" in t]  # fmt: skip
    assert len(mine) == len(set(mine)) > 1
    np.testing.assert_allclose(shown(mine[-1]), 2 + 2 * np.arange(16.0).reshape(4, 4))


def test_what_a_card_writes_out_is_not_sent_twice(celsius):
    for name in ("scalar_neuron", "mlp"):
        assert "heat" not in page_model(passed(SINGLE[name]()))["views"][0]["steps"][0]
    model = page_model(celsius)
    assert not any(
        "heat" in s or any("heat" in m for m in s["moves"]) for s in model["views"][0]["steps"]
    )
    assert all(n["left_out"] is None for n in model["views"][0]["graphs"][0]["nodes"])
    assert model["network"] is None, "a single neuron is no network to look at"


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), None),
        ((8,), None),
        ((9,), ""),
        ((16, 16), ""),
        ((17,), "Rows 1 to 16 of 17; 1 of 17 numbers are left out."),
        ((4, 20), "Columns 1 to 16 of 20; 16 of 80 numbers are left out."),
        ((2, 3, 6), "Columns 1 to 16 of 18; 4 of 36 numbers are left out."),
        (
            (32, 32),
            "Rows 1 to 16 of 32 and columns 1 to 16 of 32; 768 of 1024 numbers are left out.",
        ),
        ((0, 3), ""),
    ],
)
def test_what_is_left_out_is_said(shape, words):
    assert left_out(shape, 16) == words
    if words is not None and np.prod(shape):
        text = heat_of(np.ones(shape), 16)
        rest = np.prod(shape) - shown(text).size
        assert (f"; {rest} of" in words) if words else rest == 0


def test_many_large_arrays_are_shown_in_a_smaller_part():
    one = product(40, 40)
    assert heat_side([one]) == 16
    many = Recording(one.graphs, one.steps * 30)
    assert 0 < heat_side([many]) < 16
    assert heat_side([Recording(one.graphs, one.steps * 3000)]) == 0
    assert left_out((40, 40), 0) == "1600 numbers, too many for every step of this page."


def test_numbers_that_are_none():
    assert heat_of([[np.nan, np.inf], [-np.inf, -1e-300]], 16) == "NaN ∞;−∞ −1e−300"


def test_the_network_holds_every_step(network):
    net = network_view(network)
    assert len(net["steps"]) == len(network.steps)
    assert [n["layer"] for n in net["neurons"]] == ["input"] + ["middle"] * 8 + ["output"]
    assert len(net["ways"]) == 4 + 16 + 4
    kernels = [n.id for n in network.graphs[0].nodes if n.role == "parameter" and len(n.shape) == 2]
    for step, record in zip(net["steps"], network.steps, strict=True):
        for key, data in (("weights", record.values), ("weight_grads", network.gradients(record))):
            kept = sorted(shown(step[key])[0].tolist())
            whole = np.sort(np.concatenate([np.ravel(data[i]) for i in kernels]))
            np.testing.assert_allclose(kept, whole, rtol=6e-3)
        assert (
            len(step["values"].split(" ")) == len(step["grads"].split(" ")) == len(net["neurons"])
        )
    for x in (*net["neurons"], *net["ways"]):
        assert 0 <= x["x"] <= net["width"] and 0 <= x["y"] <= net["height"]
    assert json.loads(json.dumps(net, allow_nan=False)) == net


def test_a_wide_layer_has_an_ellipsis():
    recording = trained((20, 1), "float64", 1)
    net = network_view(recording)
    assert [d["more"] for d in net["dots"]] == ["12 more"]
    assert len(net["neurons"]) == 1 + 8 + 1
    assert len(net["steps"][0]["weights"].split(" ")) == len(net["ways"]) == 8 + 8
    sixteen = network_view(trained((16, 1), "float64", 1))
    assert sixteen["dots"] == [] and len(sixteen["neurons"]) == 18


def test_neurons_on_scalars_are_a_network_too():
    net = network_view(passed(SINGLE["mlp"]()))
    assert [n["layer"] for n in net["neurons"]] == ["input"] * 2 + ["middle"] * 2 + ["output"]


def test_other_computations_have_none():
    a = leaf("a", 3.0)
    assert network_view(passed(a * a + Value(2.0))) is None


def test_the_demo_page_stays_small_in_all_views():
    page = stepper(trained((1,), "float32", 60))
    assert len(page.views) > 1
    assert len(page.html.encode()) < 1_000_000
