"""Every number in a frame, the page and the record equals an independent NumPy computation.

The reference below knows nothing of the library but the first weights: forward pass, gradients by
hand, and Adam as its paper gives it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from viz_cases import CELSIUS, FAHRENHEIT, Drawing, five_times, passed, trained

from autograd_lite.notation import number
from autograd_lite.recording import Recording
from viz.diagram import draw
from viz.page.model import page_model

RATE, B1, B2, TINY = 0.1, 0.9, 0.999, 1e-7


class Reference:
    """The steps of a training of Dense layers on the course's data, computed by hand."""

    def __init__(self, recording: Recording, sizes: tuple[int, ...], dtype: str) -> None:
        self.dtype, self.many = np.dtype(dtype), len(sizes) > 1
        self.x = CELSIUS.astype(dtype)[:, None]
        self.y = FAHRENHEIT.astype(dtype)[:, None]
        graph, first = recording.graphs[0], recording.steps[0]
        ids = {n.name: n.id for n in graph.nodes}
        self.layers = range(1, len(sizes) + 1)
        names = [self.sub(kind, i) for i in self.layers for kind in ("kernel", "bias")]
        self.now = {n: np.array(first.values[ids[n]], dtype) for n in names}
        self.m = {n: np.zeros_like(p) for n, p in self.now.items()}
        self.v = {n: np.zeros_like(p) for n, p in self.now.items()}
        self.steps = [self.step(t + 1) for t in range(len(recording.steps))]

    def sub(self, name: str, layer: int) -> str:
        return name + "₀₁₂₃₄₅₆₇₈₉"[layer] if self.many else name

    def out(self, layer: int) -> str:
        return "ŷ" if layer == self.layers[-1] else self.sub("z", layer)

    def step(self, t: int) -> dict:
        """One step: values, gradients, local derivatives by (node, input), parameters after."""
        values, grads, local = {"x": self.x, "y": self.y, **self.now}, {}, {}
        a = self.x
        for i in self.layers:
            values[self.sub("h", i)] = h = a @ self.now[self.sub("kernel", i)]
            values[self.out(i)] = a = h + self.now[self.sub("bias", i)]
        values["error"] = error = a - self.y
        values["squared"] = error * error
        values["L"] = np.mean(values["squared"])
        grads["L"] = self.dtype.type(1)
        grads["squared"] = np.full_like(error, 1 / self.dtype.type(error.size))
        local["squared", "error"] = 2 * error
        local["error", "ŷ"] = np.ones_like(error)
        grads["error"] = back = grads["squared"] * 2 * error
        for i in reversed(self.layers):
            entered = values[self.out(i - 1)] if i > 1 else self.x
            for name in (self.sub("h", i), self.sub("bias", i)):
                local[self.out(i), name] = np.ones_like(back)
            grads[self.out(i)] = grads[self.sub("h", i)] = back
            grads[self.sub("bias", i)] = back.sum(axis=0)
            grads[self.sub("kernel", i)] = entered.T @ back
            back = back @ self.now[self.sub("kernel", i)].T
        before, after = self.now, {}
        rate = self.dtype.type(RATE * math.sqrt(1 - B2**t) / (1 - B1**t))
        for name, p in before.items():
            g = grads[name]
            self.m[name] = self.m[name] * B1 + g * (1 - B1)
            self.v[name] = self.v[name] * B2 + g * g * (1 - B2)
            after[name] = (p - rate * self.m[name] / (np.sqrt(self.v[name]) + TINY)).astype(
                self.dtype
            )
        self.now = after
        return {"values": values, "grads": grads, "local": local, "before": before, "after": after}


@pytest.fixture(scope="module", params=["celsius float64", "celsius float32", "4-4-1 float64"])
def case(request):
    model, dtype = request.param.split()
    sizes = (1,) if model == "celsius" else (4, 4, 1)
    recording = trained(sizes, dtype, 4)
    return recording, Reference(recording, sizes, dtype), 1e-11 if dtype == "float64" else 2e-4


def close(got, wanted, tolerance):
    wanted = np.asarray(wanted, float)
    scale = np.abs(wanted).max(initial=0.0)
    np.testing.assert_allclose(np.asarray(got, float), wanted, rtol=0, atol=tolerance * scale)


def written(cells, wanted, tolerance):
    """Cells show these numbers; a last digit that hangs on the tolerance may be either."""
    wanted = np.asarray(wanted, float)
    slack = tolerance * np.abs(wanted).max(initial=0.0)
    flat = wanted.reshape(-1)
    shown = [text for row in cells for text in row]
    if len(shown) == flat.size and not shown[0].startswith("‖"):
        for text, x in zip(shown, flat, strict=True):
            assert text in {number(x - slack), number(x), number(x + slack)}
        return
    ends = shown[1].split(" … ")
    norm = float(np.sqrt((flat * flat).sum()))
    for text, x in (
        (shown[0].removeprefix("‖·‖ = "), norm),
        (ends[0], flat.min()),
        (ends[1], flat.max()),
    ):
        assert text in {number(x - slack), number(x), number(x + slack)}


# ── the record ────────────────────────────────────────────────────────────────────────────────
def test_record(case):
    recording, reference, tolerance = case
    assert len(recording.steps) == 4
    for step, true in zip(recording.steps, reference.steps, strict=True):
        graph = recording.graph_of(step)
        names = [n.name for n in graph.nodes]
        for node, value in zip(graph.nodes, step.values, strict=True):
            close(value, 2.0 if node.role == "constant" else true["values"][node.name], tolerance)
        close(step.loss, true["values"]["L"], tolerance)
        told = set()
        for a in recording.applications(step):
            node, target = names[a.message.node], names[a.message.input]
            close(a.upstream, true["grads"][node], tolerance)
            close(a.contribution, true["grads"][target], tolerance)
            close(a.after, true["grads"][target], tolerance)
            assert a.before is None
            if a.message.local is not None:
                close(a.local, true["local"][node, target], tolerance)
                told.add((node, target))
        assert told == set(true["local"])
        assert {names[u.node] for u in step.updates} == set(true["before"])
        for u in step.updates:
            close(u.before, true["before"][names[u.node]], tolerance)
            close(u.gradient, true["grads"][names[u.node]], tolerance)
            close(u.after, true["after"][names[u.node]], tolerance)
        gradients = recording.gradients(step)
        assert {names[i] for i in gradients} == set(true["grads"])
        for i, g in gradients.items():
            close(g, true["grads"][names[i]], tolerance)


# ── the page ──────────────────────────────────────────────────────────────────────────────────
def test_page(case):
    recording, reference, tolerance = case
    model = page_model(recording, "page")
    (view,) = model["views"]
    for step, true in zip(view["steps"], reference.steps, strict=True):
        graph = view["graphs"][step["graph"]]
        moves, names = graph["moves"], {n["id"]: n["name"] for n in graph["nodes"]}
        written([[step["loss"]]], true["values"]["L"], tolerance)
        assert {names[int(i)] for i in step["values"]} == set(true["values"])
        for i, cells in step["values"].items():
            written(cells, true["values"][names[int(i)]], tolerance)
        reached = set()
        for move, told in zip(moves, step["moves"], strict=True):
            if move["phase"] == "backward":
                target = names[move["target"]]
                written(told["grad"], true["grads"][target], tolerance)
                reached.add(target)
                if np.size(true["grads"][target]) == 1:
                    written([[told["numbers"][0]]], true["grads"][target], tolerance)
            else:
                assert "grad" not in told
        assert reached == set(true["grads"])
        for p in step["params"]:
            for key, part in (("old", "before"), ("grad", "grads"), ("new", "after")):
                data = np.asarray(true[part][p["name"]], float)
                one = data.item() if data.size == 1 else np.sqrt((data * data).sum())
                written([[p[key]]], one, tolerance)
                assert ("norm" in p["shape"]) == (data.size > 1)
        for move, told in zip(moves, step["moves"], strict=True):
            if move["phase"] == "update" and np.size(true["before"][names[move["target"]]]) == 1:
                old, new = (true[k][names[move["target"]]].item() for k in ("before", "after"))
                shown = [told["numbers"][0], told["numbers"][2]]
                written([shown], [new, old], tolerance)
                assert told["numbers"][3::2] == ["−", "×", "÷"]
                rate, mean, usual = (
                    float(n.strip("()").replace("−", "-")) for n in told["numbers"][4::2]
                )
                assert -rate * mean / usual == pytest.approx(new - old, rel=2e-3)


# ── the frames ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("place", [0, 3])
def test_frames(case, place):
    recording, reference, tolerance = case
    true, graph = reference.steps[place], recording.graph_of(recording.steps[place])
    forward = Drawing(draw(recording, step=place + 1, passes="forward").svg)
    backward = Drawing(draw(recording, step=place + 1, passes="backward").svg)
    for node in graph.nodes:
        if node.role == "constant":
            assert f"n{node.id}" not in forward.groups
            continue
        head = [node.name, str(node.shape)] if node.shape else [node.name]
        shown = forward.texts(f"n{node.id}")
        assert shown[: len(head)] == head
        cells = [[text] for text in shown[len(head) :]]
        written(cells, true["values"][node.name], tolerance)
        both = backward.texts(f"n{node.id}")
        if node.name not in true["grads"]:
            assert both == shown
            continue
        heading = f"∂L/∂{node.name}"
        assert heading in both
        both = [text for text in both[len(head) :] if text != heading]
        assert len(both) == 2 * len(cells)
        wide = 1 if len(node.shape) < 2 or both[0].startswith("‖") else node.shape[1]
        rows = [both[i : i + 2 * wide] for i in range(0, len(both), 2 * wide)]
        written([row[:wide] for row in rows], true["values"][node.name], tolerance)
        written([row[wide:] for row in rows], true["grads"][node.name], tolerance)


def test_labels_of_a_scalar_pass():
    """At every edge: the local derivative, the upstream gradient and their product."""
    root = five_times()
    recording = passed(root)
    a = 1.5
    out, product = math.exp(a), math.exp(a) * a
    locals_ = {
        ("a·a", 0): a, ("a·a", 1): a, ("tanh(a)", 0): 1 - math.tanh(a) ** 2, ("exp(a)", 0): out,
        ("exp(a)·a", 0): a, ("exp(a)·a", 1): out, ("v₁", 0): 1, ("v₁", 1): 1, ("v₂", 0): 1,
        ("v₂", 1): 1,
    }  # fmt: skip
    upstream = {name: 1.0 for name, _ in locals_} | {"exp(a)": a}
    values = {
        "a": a, "a·a": a * a, "tanh(a)": math.tanh(a), "exp(a)": out, "exp(a)·a": product,
        "v₁": a * a + math.tanh(a), "v₂": a * a + math.tanh(a) + product,
    }  # fmt: skip
    graph = recording.graphs[0]
    for node, value in zip(graph.nodes, recording.steps[0].values, strict=True):
        assert value == pytest.approx(values[node.name], rel=1e-14)
    picture = Drawing(draw(recording).svg)
    moves = page_model(recording, "")["views"][0]["steps"][0]["moves"]
    told = iter([m for m in moves if "grad" in m][1:])
    sums: dict[int, float] = {}
    for a_ in recording.applications(recording.steps[0]):
        m = a_.message
        name = graph.nodes[m.node].name
        local, up = locals_[name, m.index], upstream[name]
        message = up * local
        before = sums.get(m.input)
        sums[m.input] = (before or 0.0) + message
        assert (a_.local, a_.upstream, a_.contribution) == pytest.approx((local, up, message))
        assert (a_.before is None) == (before is None)
        assert a_.after == pytest.approx(sums[m.input])
        label = " ".join(picture.texts(f"li{m.node}_{m.index}"))
        assert label.endswith(f"{number(up)} × {number(local)} = {number(message)}")
        move = next(told)
        assert move["numbers"] == [number(message), "=", number(up), "×", number(local)]
        assert move["grad"] == [[number(sums[m.input])]]
        assert move["label"][1] == f"{number(up)} × {number(local)} = {number(message)}"
        if before is not None:
            assert f"{number(before)} → {number(sums[m.input])}" in str(move["note"])
    assert picture.texts("n0")[-1] == number(sums[0])
    assert next(told, None) is None
