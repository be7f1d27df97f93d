"""The levels between which a page switches."""

from __future__ import annotations

import pytest

import viz
from autograd_lite import Value, record
from autograd_lite.nn import MLP
from viz import layout
from viz.page import views
from viz.page.views import page_views


def by_hand():
    w, x = Value(0.5, name="w"), Value(8.0, name="x")
    return record((w * x).tanh(), backward=True)


def scalar_network(*sizes):
    return record(MLP(2, list(sizes), seed=0)([0.5, -1.0]), backward=True)


def levels(recording, asked=None):
    return [view.level for view in page_views(recording, asked)]


def test_a_model_is_shown_at_every_level_that_says_something(celsius):
    assert levels(celsius) == ["scalars", "neurons", "layers"]
    assert levels(scalar_network(2, 1)) == ["scalars", "neurons", "layers"]


def test_without_modules_there_is_nothing_to_gather():
    assert levels(by_hand()) == ["scalars"]


def test_a_larger_one_opens_coarser_and_says_so():
    first, *rest = page_views(scalar_network(6, 1))
    assert first.level == "neurons" and "drawn by neuron" in first.notice
    assert [view.level for view in rest] == ["scalars", "layers"]
    assert "scalars" not in levels(scalar_network(12, 12, 1))


def test_levels_of_choice(celsius):
    assert levels(celsius, ["layers", "scalars", "layers"]) == ["layers", "scalars"]
    assert levels(celsius, []) == levels(celsius)
    assert viz.stepper(celsius, levels=["model"]).views[0].level == "model"
    with pytest.raises(ValueError, match="level 'neuron' is not one of"):
        viz.stepper(celsius, levels=["neuron"]).html


def test_a_level_that_takes_too_long_is_left_out(monkeypatch):
    recording = scalar_network(6, 1)
    slow = len(recording.graphs[0].nodes)

    def lay_out(given, place, *rest, **more):
        if len(given.graphs[place].nodes) >= slow:
            raise layout.GraphvizTimeout("stopped", "digraph {}")

    monkeypatch.setattr(views, "lay_out", lay_out)
    assert levels(recording) == ["neurons", "layers"]

    def never(*rest, **more):
        raise layout.GraphvizTimeout("stopped", "digraph {}")

    monkeypatch.setattr(views, "lay_out", never)
    monkeypatch.setattr(views, "_QUICK", 0)
    (view,) = page_views(recording)
    assert view.level == "model" and "take too long" in view.notice
