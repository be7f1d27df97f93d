"""The data of the page: fit for JSON, only texts and places, the same bytes every time, not large."""

from __future__ import annotations

import json
import re

import pytest
from viz_cases import SINGLE, fan_out, leaf, page_data, passed, trained

from autograd_lite import record
from autograd_lite.recording import Recording
from viz.page import Page, stepper
from viz.page.model import page_model
from viz.page.packed import packed

PLACES = {
    "x", "y", "w", "h", "width", "height", "id", "node", "op", "use", "rows", "cols", "code", "target",
    "graph", "step", "epoch", "of", "curve_index", "version", "line", "epochs", "losses", "running",
    "messages", "number", "grad", "row", "col", "points", "box", "here", "part", "r",
    "unit", "links", "made", "reached", "bias_reached", "weight_reached",
}  # fmt: skip
"""Fields that hold numbers: places, ids and counts; everything a reader sees is a text."""


def data_of(page: str) -> str:
    """The JSON inside a page."""
    return re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]


def numbers_in(x, key=""):
    """The fields that hold a number."""
    if isinstance(x, dict):
        return {k for key, v in x.items() for k in numbers_in(v, key)}
    if isinstance(x, (list, tuple)):
        return {k for v in x for k in numbers_in(v, key)}
    return {key} if isinstance(x, (int, float)) and not isinstance(x, bool) else set()


def all_texts(x):
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return [t for v in x for t in all_texts(v)]
    return [x] if isinstance(x, str) else []


@pytest.mark.parametrize("name", SINGLE)
def test_fit_for_json(name):
    model = page_model(passed(SINGLE[name]()), "title")
    text = json.dumps(model, allow_nan=False)
    assert json.loads(text) == json.loads(json.dumps(json.loads(text)))
    assert numbers_in(model) <= PLACES


def test_every_string_shown_is_text(celsius):
    model = page_model(celsius, "title")
    assert numbers_in(model) <= PLACES
    steps = model["views"][0]["steps"]
    for step in steps:
        assert isinstance(step["loss"], str)
        for told in step["moves"]:
            assert all(isinstance(n, str) for n in told["numbers"])
    assert not any(re.search(r"[1-9]\d*\.\d{4}", t) for t in all_texts(model))  # four digits
    assert not any(re.search(r"(^|[^\w)])-\d", t) for t in all_texts(steps))  # true minus


def test_nodes_moves_and_steps_agree(celsius, network):
    for recording in (celsius, network, passed(SINGLE["mlp"]())):
        model = page_model(recording, "")
        assert len(model["views"][0]["steps"]) == len(recording.steps)
        for step in model["views"][0]["steps"]:
            graph = model["views"][0]["graphs"][step["graph"]]
            nodes = {n["id"]: n for n in graph["nodes"]}
            assert {int(i) for i in step["values"]} == set(nodes)
            assert len(step["moves"]) == len(graph["moves"])
            edges = {e["id"] for e in graph["edges"]}
            for move, told in zip(graph["moves"], step["moves"], strict=True):
                assert set(move["edges"]) <= edges
                assert {s["node"] for s in move["sources"]} <= set(nodes)
                assert len(move["equation"]) == len(move["captions"]) == len(told["numbers"])
                if told.get("grad"):
                    node = nodes[move["target"]]
                    assert node["grad"] is not None
                    assert (len(told["grad"]), len(told["grad"][0])) == (node["rows"], node["cols"])
            for i, cells in step["values"].items():
                node = nodes[int(i)]
                assert (len(cells), len(cells[0])) == (node["rows"], node["cols"])
            assert len(step["params"]) == sum(m["phase"] == "update" for m in graph["moves"])


def test_edge_widths_share_one_scale(celsius):
    model = page_model(celsius, "")
    widths = [t["width"] for s in model["views"][0]["steps"] for t in s["moves"]]
    assert max(widths) == 4.0
    assert min(widths) == 0.8


def test_places_lie_inside_the_drawing(celsius):
    for graph in page_model(celsius, "")["views"][0]["graphs"]:
        for box in (*graph["nodes"], *graph["clusters"]):
            assert 0 <= box["x"] <= box["x"] + box["w"] <= graph["width"]
            assert 0 <= box["y"] <= box["y"] + box["h"] <= graph["height"]
        for edge in graph["edges"]:
            for way in filter(None, (edge["forward"], edge["backward"])):
                assert re.fullmatch(r"M-?[\d.]+ -?[\d.]+C(-?[\d.]+ ?)+", way)


def test_nothing_ends_the_script_early():
    hostile = '</script><img src=x onerror=alert(1)><!--\u2028"\\ \ud800'
    root = leaf(hostile, 2.0) * leaf("b", 3.0)
    page = stepper(passed(root), title=hostile)
    assert "<" not in data_of(page.html)
    model = page_data(page.html)
    assert model["views"][0]["graphs"][0]["nodes"][0]["name"] == hostile.replace("\ud800", "?")
    assert "<img" not in page.html
    assert page.html.encode()
    assert page.html.count("</script>") == 2


def test_losses_that_are_no_numbers(celsius):
    losses = ((1, float("nan")), (2, float("inf")), (3, 4.0))
    recording = Recording(celsius.graphs, celsius.steps, losses=losses)
    curve = page_model(recording, "")["loss_curve"]
    assert curve == {"epochs": [1, 2, 3], "losses": [None, None, 4.0], "ticks": ["0", "4"]}


def test_a_long_curve_is_thinned(celsius):
    losses = tuple((e, 1.0 / e) for e in range(1, 5001))
    curve = page_model(Recording(celsius.graphs, celsius.steps, losses=losses), "")["loss_curve"]
    assert len(curve["epochs"]) <= 600
    assert (curve["epochs"][0], curve["epochs"][-1]) == (1, 5000)


def test_the_demo_page_is_small():
    """60 recorded steps of the course's model, as the demo shows them."""
    recording = trained((1,), "float32", 60)
    assert len(stepper(recording).html.encode()) < 1_000_000


def test_reproducible_bytes(celsius, network, tmp_path):
    for recording in (celsius, network):
        assert stepper(recording).html == stepper(recording).html
        path = recording.save(tmp_path / "record.json")
        assert stepper(Recording.load(path)).html == stepper(recording).html


def test_a_page_is_html(celsius, tmp_path):
    with pytest.raises(ValueError, match=r"'steps.pdf' does not end in .html; a page is saved as"):
        stepper(celsius).save(tmp_path / "steps.pdf")
    assert list(tmp_path.iterdir()) == []


def test_saved_whole(celsius, tmp_path):
    path = tmp_path / "index.html"
    page = stepper(celsius)
    assert page.save(path) == path
    assert path.read_text(encoding="utf-8") == page.html
    assert repr(page) == "<Page: Celsius → Fahrenheit, 5 steps>"


def test_titles():
    recording = record(fan_out())
    assert stepper(recording).title == "Backpropagation, step by step"
    assert stepper(recording, title="Mine").title == "Mine"
    assert "<title>" in stepper(recording, title="a <b>").html
    assert "a <b>" not in stepper(recording, title="a <b>").html


def test_source_lines_are_shown_where_they_are_known():
    from autograd_lite.context import source_lines

    with source_lines():
        y = leaf("a", 2.0) * leaf("b", 3.0)
    graph = page_model(passed(y), "")["views"][0]["graphs"][0]
    made = graph["code"][graph["moves"][0]["code"]]
    assert made["text"].strip() == 'y = leaf("a", 2.0) * leaf("b", 3.0)'
    assert made["text"][slice(*graph["moves"][0]["part"])] == made["text"].strip()[4:]


def test_a_damaged_installation(monkeypatch, celsius):
    import viz.page

    monkeypatch.setattr(viz.page, "_file", lambda name: "")
    with pytest.raises(
        RuntimeError, match="^the page's template lacks a mark; the installation is damaged$"
    ):
        Page(celsius, "").html


def test_norms_do_not_overflow():
    from viz.words.texts import norm

    assert norm([[3.0, -4.0]]) == 5.0
    assert norm([3e200, 4e200]) == pytest.approx(5e200)
    assert norm([3e-200, 4e-200]) == pytest.approx(5e-200)
    assert (norm([]), norm([0.0, 0.0]), norm([1.0, -float("inf")])) == (0.0, 0.0, float("inf"))
    assert norm([1.0, float("nan")]) != norm([1.0, float("nan")])
    assert norm([1.7e308] * 4) == float("inf")


def test_what_comes_again_is_written_once(network):
    """The data are the same, in far fewer bytes."""
    page, model = stepper(network), page_model(network, views=stepper(network).views)
    assert page_data(page.html) == json.loads(json.dumps(model))
    assert len(data_of(page.html)) < 0.65 * len(json.dumps(model, ensure_ascii=False))


def test_data_with_an_empty_key_are_left_as_they_are():
    model = {"": ["the same text twice", "the same text twice"]}
    assert packed(model) == {"shared": [], "data": model}
