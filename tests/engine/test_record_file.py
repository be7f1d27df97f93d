"""The record's JSON: every array once and to the last bit, older files, small files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite import RecordError, Value, keras, record
from autograd_lite.nn import Recorder
from autograd_lite.recording import Recording


def course(sizes: tuple[int, ...], epochs: int, dtype: str = "float64") -> Recording:
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.layers.Dense(units) for units in sizes])
        model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
        recorder = Recorder(every=1)
        x = np.array([-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0])
        model.fit(x, 1.8 * x + 32, epochs=epochs, verbose=0, callbacks=[recorder])
    finally:
        keras.config.set_floatx(before)
    return recorder.recording


@pytest.mark.parametrize(("dtype", "most"), [("float64", 500_000), ("float32", 350_000)])
def test_fifty_steps_of_a_network_are_small(dtype, most):
    """Five hundred stay under 5 MB."""
    recording = course((4, 4, 1), 50, dtype)
    text = recording.to_json()
    assert len(text.encode()) < most
    assert Recording.from_json(text) == recording


@pytest.mark.slow
def test_five_hundred_steps_stay_under_five_megabytes():
    recording = course((4, 4, 1), 500)
    assert len(recording.steps) == 500
    assert len(recording.to_json().encode()) < 5_000_000


def test_an_array_is_written_once():
    recording = course((1,), 3)
    plain = json.loads(recording.to_json())
    written = [json.dumps(a) for a in plain["arrays"]]
    assert len(set(written)) == len(written)
    first = plain["steps"][0]
    assert first["updates"][0]["before"] == first["values"][0]  # the same place
    assert plain["steps"][1]["values"][0] == first["updates"][0]["after"]


numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)
singles = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.lists(numbers, min_size=1, max_size=5), st.lists(singles, min_size=1, max_size=5))
)
def test_no_bit_is_lost(data):
    recording = record(Value(np.array(data), name="x"))
    again = Recording.from_json(recording.to_json()).steps[0].values[0]
    old, new = np.array(recording.steps[0].values[0]), np.array(again)
    np.testing.assert_array_equal(new, old)
    np.testing.assert_array_equal(np.signbit(new[~np.isnan(new)]), np.signbit(old[~np.isnan(old)]))


def test_the_first_version_is_still_read():
    """It had the arrays where they belong, no unit and no checks."""
    recording = course((1,), 2)
    plain = json.loads(recording.to_json())
    arrays = plain.pop("arrays")
    rules = plain.pop("rules")

    def inline(x):
        if isinstance(x, str) and x.startswith("#"):
            found = arrays[int(x[1:])]
            if isinstance(found, dict):
                found = np.asarray(found["float32"], np.float32).tolist()
            return found
        if isinstance(x, dict):
            return {k: rules[v] if k == "rule" else inline(v) for k, v in x.items()}
        return [inline(v) for v in x] if isinstance(x, list) else x

    plain["steps"] = inline(plain["steps"])
    plain.pop("unit")
    for step in plain["steps"]:
        step.pop("checks")
    plain["version"] = 1
    assert Recording.from_json(json.dumps(plain)) == recording


@pytest.mark.parametrize("change", [
    lambda p: p["steps"][0]["values"].__setitem__(0, "#999"),
    lambda p: p["steps"][0]["values"].__setitem__(0, "#-1"),
    lambda p: p["steps"][0]["values"].__setitem__(0, "#x"),
    lambda p: p.update(arrays=[]),
    lambda p: p.update(arrays=["much"]),
    lambda p: p.update(rules=[]),
    lambda p: p["steps"][0].update(checks=[[99, 1.0, True]]),
    lambda p: p["steps"][0]["updates"][0].update(node=99),
])  # fmt: skip
def test_damaged_places_are_refused(change):
    plain = json.loads(course((1,), 1).to_json())
    change(plain)
    with pytest.raises(RecordError, match="the text is a damaged record: "):
        Recording.from_json(json.dumps(plain))


def test_what_is_counted():
    assert course((1,), 1).unit == "epoch"
    assert record(Value(1.0) * 2.0).unit == "step"
    w, recorder = Value(1.0, name="w"), Recorder()
    loss = w * w
    loss.backward()
    with recorder.step(loss, [w]):
        w.data = 0.5
    assert recorder.recording.unit == "step"
    assert Recording.from_json(recorder.recording.to_json()).unit == "step"


def test_the_same_bytes():
    assert course((1,), 2).to_json() == course((1,), 2).to_json()
