"""The step record: plain data, the right numbers, a safe way to a file and back."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from autograd_lite import RecordError, Value, no_grad, record
from autograd_lite.context import scope, source_lines
from autograd_lite.recording import Recording


def neuron():
    w, x, b, t = (
        Value(n, name=name) for n, name in ((0.5, "w"), (8.0, "x"), (-3.0, "b"), (2.0, "t"))
    )
    a = np.tanh(w * x + b)
    a.name = "a"
    return record((a - t.detach()) ** 2, backward=True, title="A neuron", parameters=(w, b))


def tensor():
    rng = np.random.default_rng(3)
    X, W, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    out = np.mean(np.tanh(Value(X, name="X") @ Value(W, name="W") + Value(b, name="b")))
    return record(out, backward=True), X, W, b


def numbers(recording):
    graph, step = recording.graphs[0], recording.steps[0]
    values = {n.name: v for n, v in zip(graph.nodes, step.values, strict=True)}
    grads = {graph.root.name: step.seed}
    for a in recording.applications(step):
        grads[graph.nodes[a.message.input].name] = a.after
    return values, grads


def test_a_scalar_neuron_against_plain_numpy():
    recording = neuron()
    w, x, b, t = 0.5, 8.0, -3.0, 2.0
    z = w * x + b
    a = np.tanh(z)
    loss = (a - t) ** 2
    d_a = 2 * (a - t)
    d_z = d_a * (1 - a**2)
    values, grads = numbers(recording)
    assert values["a"] == pytest.approx(a, rel=1e-15)
    assert recording.steps[0].loss == pytest.approx(loss, rel=1e-15)
    for name, expected in {"a": d_a, "w": d_z * x, "x": d_z * w, "b": d_z, "w·x": d_z}.items():
        assert grads[name] == pytest.approx(expected, rel=1e-13), name
    roles = {n.name: n.role for n in recording.graphs[0].nodes}
    assert roles["w"] == roles["b"] == "parameter"
    assert roles["x"] == roles["t"] == "input"
    assert roles["2"] == "constant"
    assert "t" not in grads


def test_a_tensor_example_against_plain_numpy():
    recording, X, W, b = tensor()
    out = np.tanh(X @ W + b)
    d_z = (1 - out**2) / 4
    values, grads = numbers(recording)
    np.testing.assert_allclose(values["X@W" if "X@W" in values else "X @ W"], X @ W, rtol=1e-14)
    np.testing.assert_allclose(grads["W"], X.T @ d_z, rtol=1e-12)
    np.testing.assert_allclose(grads["X"], d_z @ W.T, rtol=1e-12)
    np.testing.assert_allclose(grads["b"], d_z.sum(axis=0), rtol=1e-12)
    to_b = next(m for m in recording.graphs[0].messages
                if recording.graphs[0].nodes[m.input].name == "b")  # fmt: skip
    assert to_b.summed == (0,)


def test_the_running_sum_of_a_node_used_twice():
    x = Value(3.0, name="x")
    recording = record(x * x, backward=True)
    first, second = recording.applications(recording.steps[0])
    assert (first.before, first.after) == (None, 3.0)
    assert (second.before, second.after) == (3.0, 6.0)
    assert first.upstream == second.upstream == 1.0


def test_a_record_touches_nothing():
    x = Value(3.0, name="x")
    y = x * x
    assert record(y).steps[0].contributions == ()
    record(y, backward=True)
    assert x.grad is None
    assert y.grad is None
    y.backward()
    assert len(record(y).steps[0].contributions) == 2
    assert x.grad == 6.0
    v = Value(np.ones(2))
    z = v * 2
    z.backward([1.0, 5.0])
    assert record(z).steps[0].seed == [1.0, 5.0]


def test_a_record_does_not_follow_the_live_graph():
    x = Value(np.ones(2), name="x")
    recording = record(np.sum(x * x), backward=True)
    before = recording.to_json()
    x.data[:] = 7
    x.name = "other"
    assert recording.to_json() == before
    assert dataclasses.is_dataclass(recording.graphs[0].nodes[0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        recording.title = "no"


def test_names_are_unique_and_readable():
    a, b = Value(1.0, name="x"), Value(2.0, name="x")
    y = np.exp(a * b + a * b) * np.exp(a * b + a * b)
    names = [n.name for n in record(y).graphs[0].nodes]
    assert len(set(names)) == len(names)
    assert names[:2] == ["x", "x₂"]
    assert all(names)


def test_formulas_are_the_rules():
    recording = neuron()
    graph = recording.graphs[0]
    by_op = {graph.nodes[m.node].op: m.local for m in graph.messages}
    assert by_op["tanh"] == ["sub", 1.0, ["power", "out", 2.0]]
    assert by_op["power"] == ["mul", 2.0, "0"]


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("make", [neuron, lambda: tensor()[0]])
def test_round_trip(make, tmp_path):
    recording = make()
    recording.save(tmp_path / "r.json")
    again = Recording.load(tmp_path / "r.json")
    assert again == recording
    assert again.to_json() == recording.to_json()
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_nan_and_infinity_survive_strict_json():
    x = Value(np.array([np.nan, np.inf, -np.inf, -0.0, 1e300, 0.1]), name="x")
    with np.errstate(all="ignore"):
        recording = record(np.maximum(x, x))
    text = recording.to_json()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    again = Recording.from_json(text).steps[0].values[0]
    np.testing.assert_array_equal(again, x.data)
    assert np.signbit(again[3])


def damaged(change):
    plain = json.loads(neuron().to_json())
    change(plain)
    return json.dumps(plain)


@pytest.mark.parametrize(("text", "says"), [
    ("", "the text is not JSON, or is cut off"),
    ('{"format": "autograd-lite rec', "the text is not JSON, or is cut off"),
    ("[1, 2]", "the text is JSON, but not a record: its format should be 'autograd-lite record'"),
    ('{"format": "other"}', "the text is JSON, but not a record"),
])  # fmt: skip
def test_what_is_no_record(text, says):
    with pytest.raises(RecordError) as caught:
        Recording.from_json(text)
    assert says in str(caught.value)


@pytest.mark.parametrize("change", [
    lambda p: p.pop("steps"),
    lambda p: p["graphs"][0]["nodes"][3].update(id=7),
    lambda p: p["graphs"][0]["nodes"][-1].update(inputs=[99, 0]),
    lambda p: p["graphs"][0]["nodes"][-1].update(inputs=[len(p["graphs"][0]["nodes"]) - 1]),
    lambda p: p["graphs"][0]["nodes"][0].update(role="hero"),
    lambda p: p["graphs"][0]["nodes"][0].update(surprise=1),
    lambda p: p["graphs"][0]["messages"][0].update(input=0),
    lambda p: p["graphs"][0]["messages"][0].update(node=999),
    lambda p: p["steps"][0]["values"].pop(),
    lambda p: p["steps"][0]["values"].__setitem__(0, [1, 2]),
    lambda p: p["steps"][0]["contributions"].pop(),
    lambda p: p["steps"][0].update(graph=5),
    lambda p: p["steps"][0].update(loss="much"),
    lambda p: p.update(graphs=None),
    lambda p: p["graphs"][0].update(nodes=[]),
])  # fmt: skip
def test_damaged_records_are_refused(change):
    with pytest.raises(RecordError, match="the text is a damaged record: "):
        Recording.from_json(damaged(change))


def test_a_newer_version_says_what_to_do():
    with pytest.raises(RecordError) as caught:
        Recording.from_json(damaged(lambda p: p.update(version=99)))
    assert str(caught.value) == (
        "the text is a record of version 99; this release reads versions 1 to 2. Upgrade"
        " autograd-lite, or record again."
    )


def test_the_message_names_the_file(tmp_path):
    path = tmp_path / "half.json"
    path.write_text(neuron().to_json()[:100])
    with pytest.raises(RecordError, match=r"half\.json is not JSON, or is cut off"):
        Recording.load(path)


def test_a_failed_save_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "r.json"
    neuron().save(path)
    old = path.read_text(encoding="utf-8")
    monkeypatch.setattr("os.replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        tensor()[0].save(path)
    assert path.read_text(encoding="utf-8") == old
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


# ── where nodes come from ─────────────────────────────────────────────────────────────────────
def test_modules_and_source_lines():
    x = Value(2.0, name="x")
    with source_lines(), scope("outer"), scope("inner"):
        y = x * x  # this very line
    node = record(y).graphs[0].root
    assert node.module == ("outer", "inner")
    assert node.file == __file__
    assert node.code.strip() == "y = x * x  # this very line"
    assert record(x * x).graphs[0].root.module == ()


def test_only_values_can_be_recorded():
    with pytest.raises(TypeError, match="takes the Value at the end of a computation, not float"):
        record(3.0)
    with no_grad():
        y = Value(2.0) * 3
    assert record(y).graphs[0].root.tracked is False
