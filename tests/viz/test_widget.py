"""The stepper widget in a kernel: its traits, its errors, and what a notebook is sent."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from test_notebook import executed

pytestmark = pytest.mark.slow

SETUP = """
import json, viz
from autograd_lite import nn
neuron = nn.Neuron(1, seed=0)
optimizer = nn.optimizers.SGD(0.01)
recorder = viz.Recorder(every=2, steps=5, title="A neuron")
for turn in range(5):
    loss = (neuron([2.0]) - 3.0) ** 2
    neuron.zero_grad()
    loss.backward()
    with recorder.step(loss, neuron.parameters(), optimizer):
        optimizer.apply([p.grad for p in neuron.parameters()], neuron.parameters())
heard = []
"""

CELLS = {
    "setup": SETUP,
    "show": "w = viz.widget(recorder, phase='backward', at=2)\nw",
    "place": "[w.step, w.phase, w.at, w.theme]",
    "set": "w.observe(lambda change: heard.append([change['name'], change['new']]))\n"
    "w.step = 3\nw.phase = 'update'\nw.at = -4\nw.theme = 'dark'\n[w.step, w.phase, w.at, heard]",
    "go": "w.go(step=5, phase='loss')\n[w.step, w.phase, w.at]",
    "no step": "w.step = 4",
    "no phase": "w.phase = 'backwards'",
    "no place": "w.go(step=1, phase='up')",
    "after": "[w.step, w.phase, w.at]",
    "from page": "w.set_state({'step': 3, 'phase': 'backward', 'at': 2})\n[w.step, w.phase, w.at]",
    "data": "from viz.page import page_model, page_views\n"
    "record = recorder.recording\n"
    "made = page_model(record, '', page_views(record))\n"
    "json.loads(w._data) == json.loads(json.dumps(made))",
    "value": "viz.widget(viz.formula('w*x', w=1, x=2), title='T').step",
    "wrong": "viz.widget(3)",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("widget")
    return dict(zip(CELLS, executed(folder, list(CELLS.values())), strict=True))


def shown(cell: list[dict[str, Any]]) -> Any:
    """What the last line of a cell gave, as data."""
    text = cell[-1]["data"]["text/plain"].replace("'", '"')
    return json.loads(text.replace("True", "true"))


def test_a_notebook_gets_a_view(outputs):
    assert outputs["setup"] == []
    (view,) = outputs["show"]
    assert sorted(view["data"]) == [
        "application/vnd.jupyter.widget-view+json", "image/png", "text/plain",
    ]  # fmt: skip
    # What is left of it where nothing runs: the picture of the step, and its words.
    assert base64.b64decode(view["data"]["image/png"]).startswith(b"\x89PNG")
    assert view["data"]["text/plain"].startswith("Forward and backward pass of")


def test_the_place_is_read_and_set(outputs):
    assert shown(outputs["place"]) == [1, "backward", 2, ""]
    assert shown(outputs["set"]) == [
        3, "update", 1, [["step", 3], ["phase", "update"], ["at", 1], ["theme", "dark"]],
    ]  # fmt: skip
    assert shown(outputs["go"]) == [5, "loss", 1]
    assert shown(outputs["from page"]) == [3, "backward", 2]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("no step", "step 4 was not recorded; recorded are 1, 3, 5"),
        ("no phase", "phase 'backwards' is not one of forward, loss, zero, backward, update. Did you"
                     " mean 'backward'?"),
        ("no place", "phase 'up' is not one of forward, loss, zero, backward, update."),
        ("wrong", "a Value or a recording can be drawn, not int; give the result of a computation with"
                  " Values, or viz.Recorder() after fit"),
    ],
)  # fmt: skip
def test_what_is_refused(outputs, cell, says):
    error = outputs[cell][-1]
    assert error["output_type"] == "error"
    assert error["evalue"].startswith(says)


def test_a_refused_place_changes_nothing(outputs):
    assert shown(outputs["after"]) == [5, "loss", 1]


def test_the_data_is_that_of_the_page(outputs):
    assert shown(outputs["data"]) is True
    assert shown(outputs["value"]) == 1
