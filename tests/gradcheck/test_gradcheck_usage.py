"""What may be checked, what comes back unchanged, and what is said to wrong usage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import autograd_lite
from autograd_lite import Value
from autograd_lite.checker import assert_grads, gradcheck

RNG = np.random.default_rng(3)


def test_floats_arrays_values_and_containers():
    assert gradcheck(lambda x: x * x, 3).ok
    assert gradcheck(
        lambda w, x: np.tanh(w @ x), RNG.normal(size=(2, 3)), Value(RNG.normal(size=3))
    ).ok
    params = {"w": RNG.normal(size=(2, 3)), "b": [0.5, Value(np.ones(2), name="shift")]}
    report = gradcheck(lambda p, x: np.exp(p["w"] @ x * p["b"][0] + p["b"][1]), params, np.ones(3))
    assert report.verdict == "pass"
    assert {row.input for row in report.rows} == {"p['w']", "p['b'][0]", "shift", "x"}


def test_two_inputs_of_one_name_are_told_apart():
    report = gradcheck(lambda *vs: vs[0] * vs[1], Value(1.0, name="v"), Value(2.0, name="v"))
    assert {row.input for row in report.rows} == {"v", "v#2"}


def test_float32_is_differenced_in_float64():
    x = RNG.normal(size=(3, 4)).astype(np.float32)
    report = gradcheck(lambda x: np.tanh(x) * x, x)
    assert report.verdict == "pass"
    assert report.rtol == 1e-4
    assert not gradcheck(lambda x: x * x, x, gradient=lambda x: 2.002 * x).ok
    assert gradcheck(lambda x: x * x, np.float32(0.1)).ok


def test_a_hand_written_gradient_of_containers():
    def f(p, s):
        return p["w"] * s + p["b"]

    def gradient(p, s):
        return {"w": s + 0 * p["w"], "b": 3.0}, p["w"].sum()

    assert_grads(f, {"w": np.ones(3), "b": 2.0}, 1.5, gradient=gradient)


def test_functions_of_plain_python():
    import math

    assert gradcheck(math.log, 2.0, gradient=lambda x: 1 / x).ok
    assert gradcheck(math.sqrt, 1e-9, gradient=lambda x: 0.5 / math.sqrt(x)).ok


def test_order_2():
    x, w = RNG.normal(size=3), RNG.normal(size=(2, 3))
    report = gradcheck(lambda w, x: np.tanh(w @ x) ** 2, w, x, order=2)
    assert report.verdict == "pass"
    assert {row.order for row in report.rows} == {1, 2}
    assert gradcheck(lambda x: np.exp(x) * x, 0.3, order=2).ok
    assert gradcheck(lambda x: x**3.0, np.abs(RNG.normal(size=300)) + 1, order=2).ok


def test_order_2_finds_a_rule_that_is_right_once_only():
    from autograd_lite import ops
    from autograd_lite.op import Op
    from autograd_lite.value import apply

    cube = Op("cube", "³", lambda x: x**3, partials=[lambda out, x: 3 * _frozen(x) * x])

    def _frozen(x):
        return x.detach() if isinstance(x, Value) else x

    def f(x):
        return apply(cube, (ops.alias(x),))

    assert gradcheck(f, 1.5).verdict == "pass"
    report = gradcheck(f, 1.5, order=2)
    assert report.verdict == "fail"
    assert report.rows[0].order == 2


def test_a_large_input_names_the_wrong_elements():
    x = RNG.normal(size=(100, 1000))

    def gradient(x):
        right = np.cos(x)
        right[42, 17] += 0.5
        right[7, 900] *= 0.97
        return right

    calls = 0

    def counted(f):
        def run(x):
            nonlocal calls
            calls += 1
            return f(x)

        return run

    report = gradcheck(counted(np.sin), x, gradient=gradient)
    wrong = {row.index for row in report.rows if row.verdict == "fail"}
    assert wrong == {(42, 17), (7, 900)}
    assert calls < 2000, "one call for every element would be 100,000"
    calls = 0
    assert gradcheck(counted(lambda x: np.tanh(x) * np.exp(x)), x).verdict == "pass"
    assert gradcheck(counted(lambda x: np.sum(np.exp(x))), x).verdict == "pass"
    assert calls < 400


def test_one_element_of_a_hundred_thousand_one_percent_wrong():
    x = RNG.normal(size=100_000)

    def gradient(x):
        right = np.exp(x)
        right[5] *= 1.01
        return right

    report = gradcheck(lambda x: np.sum(np.exp(x)), x, gradient=gradient)
    assert [row.index for row in report.rows if row.verdict == "fail"] == [(5,)]


def test_large_inputs_wrong_all_over_or_not_finite():
    x = RNG.normal(size=5000)
    for claim in (np.nan, np.inf):
        hole = np.where(np.arange(5000) == 7, claim, np.cos(x))
        report = gradcheck(np.sin, x, gradient=lambda x, hole=hole: hole)
        assert [row.index for row in report.rows if row.verdict == "fail"] == [(7,)]
    report = gradcheck(np.sin, x, gradient=lambda x: -np.cos(x))
    assert report.rows[0].diagnosis == "the sign is flipped"
    scales = 10 ** RNG.uniform(-8, 8, 5000)
    assert gradcheck(np.log, scales).verdict == "pass"


def test_inputs_and_the_global_generator_are_left_alone():
    x, v = RNG.normal(size=300), Value(np.ones(3), name="v")
    before, state = x.copy(), np.random.get_state()[1].copy()
    gradcheck(lambda x, v: np.exp(x[:3]) * v + np.sum(x), x, v)
    assert np.array_equal(x, before)
    assert np.array_equal(v.data, np.ones(3))
    assert v.grad is None
    assert np.array_equal(np.random.get_state()[1], state)

    def careless(x):
        x *= 2
        return np.sum(x * x)

    assert gradcheck(careless, x, gradient=lambda x: 8 * x).ok
    assert np.array_equal(x, before)


def test_the_same_seed_gives_the_same_report():
    x = RNG.normal(size=500)
    reports = [gradcheck(np.tanh, x, seed=s).to_json() for s in (1, 1, 2)]
    assert reports[0] == reports[1] != reports[2]


def test_the_report_is_plain_data():
    report = gradcheck(lambda x: x * x, np.array([[1.0, -2.0]]), gradient=lambda x: 4 * x)
    data = json.loads(report.to_json())
    assert data == report.to_dict()
    assert data["verdict"] == "fail"
    worst = data["rows"][0]
    assert worst["input"] == "x"
    assert worst["index"] == [0, 0] or worst["index"] == [0, 1]
    assert worst["relative"] == pytest.approx(0.5)
    assert len(worst["ladder"]) > 10
    assert {"step", "slope", "error", "noise"} == set(worst["ladder"][0])
    assert gradcheck(np.tanh, 0.5).rows[0].ladder
    open_question = gradcheck(np.sign, 0.0, gradient=lambda x: 0.0)
    assert json.loads(open_question.to_json())["rows"][0]["numeric"] == "nan"


def test_the_table():
    report = gradcheck(lambda x: x * x, np.array([1.0, -2.0]), gradient=lambda x: 4 * x)
    lines = str(report).splitlines()
    assert repr(report) == str(report)
    assert lines[0] == (
        "gradcheck: fail — 2 of 2 derivatives did not simply pass (rtol 1e-05, seed 0)"
    )
    assert lines[1].split() == [
        "where", "output", "x", "analytic", "numeric", "±", "error", "rel.", "error", "verdict",
    ]  # fmt: skip
    assert lines[2].startswith("x[")
    assert "twice too large" in lines[-1]
    assert len(report.table(limit=1).splitlines()) == 5


def test_pytest_shows_the_report_and_not_the_checker(tmp_path):
    (tmp_path / "test_it.py").write_text(
        textwrap.dedent("""
            import numpy as np
            from autograd_lite.checker import assert_grads

            def test_sine():
                assert_grads(np.sin, 0.5, gradient=lambda x: -np.cos(x))
        """)
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    home = str(Path(autograd_lite.__file__).parents[1])
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": home},
    )  # fmt: skip
    assert "AssertionError: gradcheck: fail" in done.stdout
    assert "the sign is flipped" in done.stdout
    assert "__tracebackhide__" not in done.stdout
    assert "raise AssertionError" not in done.stdout
