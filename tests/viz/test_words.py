"""Explanations and traces: every number that they tell is in the record, every sign is escaped."""

from __future__ import annotations

import csv
import io
import json
import pickle
import re

import numpy as np
import pytest
from viz_cases import SINGLE, fan_out, leaf, passed, trained

import viz
from autograd_lite.notation import number
from viz.explanation import explain
from viz.graphics.written import Written
from viz.trace_table import COLUMNS, trace


def table(recording) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(trace(recording, format="csv")))))


def by_hand():
    return passed(fan_out())


# ── traces ────────────────────────────────────────────────────────────────────────────────────
def test_the_table_of_a_fan_out():
    rows = table(by_hand())
    backward = [
        (r["node"], r["input"], *(r[c] for c in COLUMNS[5:])) for r in rows if r["phase"] == "backward"
    ]  # fmt: skip
    assert backward == [
        ("a·b + a", "a·b", "1.0", "1.0", "1.0", "", "1.0"),
        ("a·b + a", "a", "1.0", "1.0", "1.0", "", "1.0"),
        ("a·b", "a", "1.0", "2.0", "2.0", "1.0", "3.0"),
        ("a·b", "b", "1.0", "3.0", "3.0", "", "3.0"),
    ]


def test_every_number_of_the_record_is_in_the_csv(network):
    step = network.steps[-1]
    rows = table(network)
    sent = [r for r in rows if r["phase"] == "backward"]
    for row, application in zip(sent, network.applications(step), strict=True):
        for column, data in (
            ("upstream", application.upstream), ("local", application.local),
            ("contribution", application.contribution), ("after", application.after),
        ):  # fmt: skip
            told = row[column]
            assert (json.loads(told) if told else None) == data
    updates = [r for r in rows if r["phase"] == "update"]
    for row, update in zip(updates, step.updates, strict=True):
        assert (
            json.loads(row["before"]) == update.before and json.loads(row["after"]) == update.after
        )
        change = np.asarray(update.after) - np.asarray(update.before)
        np.testing.assert_allclose(json.loads(row["contribution"]), change)


@pytest.mark.parametrize("name", SINGLE)
def test_contributions_are_upstream_times_local(name):
    for row in table(passed(SINGLE[name]())):
        if row["phase"] == "backward" and row["local"] and "[" not in "".join(row.values()):
            product = float(row["upstream"]) * float(row["local"])
            assert float(row["contribution"]) == pytest.approx(product)


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "csv"])
def test_every_format_has_a_row_for_every_micro_step(format, celsius):
    recording = celsius
    told = trace(recording, format=format)
    rows = 5 + len(recording.graphs[0].messages) + 2
    count = {
        "text": len(told.splitlines()) - 2,
        "markdown": len(told.splitlines()) - 2,
        "latex": told.count(r" \\" + "\n"),
        "csv": len(told.splitlines()) - 1,
    }[format]
    # In LaTeX the line of the headings ends as the rows do, but for its rule.
    assert count == rows


def test_the_columns_of_the_text_stand_below_one_another():
    head, rule, *rows = str(trace(by_hand())).splitlines()
    ends = [m.end() for m in re.finditer("-+", rule)]
    starts = [m.start() for m in re.finditer("-+", rule)]
    assert len(ends) == len(COLUMNS) and head.split() == list(COLUMNS)
    for row in rows:
        padded = row.ljust(len(rule))
        assert all(padded[e : e + 2] == "  " for e in ends[:-1] if e + 2 < len(padded))
        assert padded[starts[0] : ends[0]].strip().isdigit()


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "|x", "%0A", "  =1"]
)
def test_a_spreadsheet_computes_no_name(name):
    a = leaf(name, 3.0)
    for row in table(passed(a * a)):
        for column in COLUMNS[1:5]:
            cell = row[column]
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "|", "%")), cell
    a = leaf("a", -3.0)
    assert [r["after"] for r in table(passed(a * 2.0))] == ["-6.0", "2.0"], "numbers stay numbers"


def test_numbers_that_json_has_no_word_for():
    a = leaf("a", [np.nan, np.inf, 1.0])
    with np.errstate(all="ignore"):
        rows = table(passed((a * 1.0).sum()))
    assert json.loads(rows[0]["after"]) == ["nan", "inf", 1.0]


# ── explanations ──────────────────────────────────────────────────────────────────────────────
def test_names_numbers_and_why():
    told = str(explain(by_hand(), phases=["backward"]))
    assert told.startswith(
        "Backward pass: the chain rule\n\n  1. The backward pass starts at a·b + a"
    )
    entry = told.split("\n\n")[4]
    assert entry == (
        "  4. × passes the gradient back to a\n"
        "          to a  =  ∂(a·b + a)/∂(a·b)  ×  ∂(a·b)/∂a\n"
        "             2  =                  1  ×          2\n"
        "       message              upstream     local, which is b\n"
        "     When a rises a little, a·b rises 2 times as much, because b = 2, and a·b + a rises just"
        " as much: 2 times as much in all.\n"
        "     ∂(a·b + a)/∂a: 1 → 3. The second of 2 messages is added, +=: the sum is complete."
    )


def test_every_application_is_told_with_its_result(network):
    told = str(explain(network, step=2))
    assert "Celsius → Fahrenheit, epoch 2" in told.splitlines()[0]
    step = network.steps[1]
    for application in network.applications(step):
        if np.size(application.contribution) == 1:
            assert number(np.asarray(application.contribution).item()) in told
    assert told.count(" passes the gradient back to ") == len(network.graphs[0].messages)
    for update in step.updates:
        assert update.rule in told


def test_phases_of_choice(celsius):
    told = explain(celsius, phases=["update"])
    assert "Forward pass" not in told and "The optimizer moves bias" in told
    with pytest.raises(
        ValueError, match="phase 'back' is not one of 'forward', 'loss', 'zero', 'backward'"
    ):
        explain(celsius, phases=["back"])


@pytest.mark.parametrize("tell", [explain, trace])
def test_a_format_or_step_that_there_is_not(tell, celsius):
    with pytest.raises(ValueError, match="format 'html' is not one of 'text', 'markdown', 'latex'"):
        tell(celsius, format="html")
    with pytest.raises(ValueError, match="step 77 was not recorded"):
        tell(celsius, step=77)


def test_markdown_has_its_formulas_in_dollars():
    told = str(explain(by_hand(), format="markdown"))
    assert "### Backward pass: the chain rule" in told
    assert r"= \frac{\partial (a\cdot b + a)}{\partial (a\cdot b)} \times" in told
    assert told.count("$") % 2 == 0


def test_latex_has_balanced_parts():
    told = str(explain(trained((1,), "float64", 2), format="latex"))
    for part in ("enumerate", "align*"):
        assert told.count(rf"\begin{{{part}}}") == told.count(rf"\end{{{part}}}") > 0
    assert (
        r"\frac{\partial L}{\partial \mathrm{bias}} & = \Sigma \frac{\partial L}{\partial \hat{y}}"
        in told
    )


@pytest.mark.parametrize("format", ["latex", "markdown"])
def test_where_a_message_goes_is_no_part_of_a_name(format):
    """``to a`` was set as one word in formulas, which have no spaces."""
    assert r"\mathrm{to}\ a " in str(explain(by_hand(), format=format))


def test_a_notebook_shows_the_lines_and_not_their_marks():
    """IPython asks a ``str`` for nothing but this, and would quote it otherwise."""
    shown: list[str] = []

    class Printer:
        text = staticmethod(shown.append)

    told = explain(by_hand())
    told._repr_pretty_(Printer(), False)
    assert shown == [str(told)] and "\n" in told


def test_what_comes_back_is_text_that_is_saved_and_shown(tmp_path):
    told = explain(by_hand(), format="markdown")
    assert isinstance(told, str) and told.upper() == str(told).upper()
    assert told.save(tmp_path / "told.md").read_text(encoding="utf-8") == told
    assert told._repr_mimebundle_() == {"text/plain": str(told), "text/markdown": str(told)}
    assert trace(by_hand())._repr_mimebundle_().keys() == {"text/plain"}
    assert trace(by_hand(), format="latex")._repr_mimebundle_().keys() == {
        "text/plain",
        "text/latex",
    }
    again = pickle.loads(pickle.dumps(told))
    assert again == told and isinstance(again, Written)
    assert viz.explain is explain and viz.trace is trace


# ── formulas that people can read ─────────────────────────────────────────────────────────────
def _rules(root) -> list[str]:
    texts = viz.draw(passed(root)).texts
    return [" ".join(texts.backward_label(a)) for a in texts.applications]


def test_an_index_is_written_as_it_is():
    x = leaf("x", np.array([1.0, 2.0, 3.0]))
    drawing = viz.draw(passed((x[1:] * x[0]).sum()))
    assert [n.name for n in drawing.recording.graphs[0].nodes[:3]] == ["x", "x[1:]", "x[0]"]
    a, b = leaf("A", np.eye(2) + 0.5), leaf("b", np.array([1.0, 2.0]))
    drawing = viz.draw(passed((b[None] * a).sum()))
    assert "b[None]" in [n.name for n in drawing.recording.graphs[0].nodes]


def test_a_rule_does_not_tell_of_shapes():
    """That solve makes a column of its vector says nothing of the mathematics."""
    a, b = leaf("A", np.eye(2) + 0.5), leaf("b", np.array([1.0, 2.0]))
    x = np.linalg.solve(a, b)
    x.name = "x"
    assert any("∂L/∂A = −solve(Aᵀ, ∂L/∂x)" in r and r.count("[") == 1 for r in _named_l(x.sum()))


def _named_l(root) -> list[str]:
    root.name = "L"
    return _rules(root)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_the_rule_of_softmax_is_the_textbooks(name):
    """Not the form that loses no digits, which is four times as long."""
    from autograd_lite import ops

    z = leaf("z", np.array([0.5, -1.0, 2.0]))
    p = getattr(ops, name)(z)
    p.name = "p"
    rule = {
        "softmax": "∂v₁/∂z = p·(∂v₁/∂p − Σ ∂v₁/∂p·p)",
        "log_softmax": "∂v₁/∂z = ∂v₁/∂p − exp(p)·Σ ∂v₁/∂p",
    }[name]
    loss = (p * leaf("y", np.array([0.0, 1.0, 0.0]))).sum()
    loss.name = "v₁"
    assert rule in _rules(loss)[-1]


def test_a_rule_that_no_slide_holds_is_told_in_words():
    a = leaf("A", np.diag([1.0, 2.0, 3.0]) + 0.1)
    values, _ = np.linalg.eigh(a)
    last = _rules((values * values).sum())[-1]
    assert "turned by the vectors" in last
    assert len(last) < 90
