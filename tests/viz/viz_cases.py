"""Computations that the tests of the drawings share: ordinary ones, and shapes that are hard to draw."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np

from autograd_lite import Value, keras, record
from autograd_lite.nn import MLP, Neuron, Recorder
from autograd_lite.recording import Recording

CELSIUS = np.array([-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0])
FAHRENHEIT = np.array([-40.0, 14.0, 32.0, 46.0, 59.0, 72.0, 100.0])


def leaf(name: str, data: Any) -> Value:
    return Value(data, name=name)


def trained(sizes: tuple[int, ...], dtype: str, epochs: int) -> Recording:
    """The course's model of Dense layers, every step recorded."""
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.layers.Dense(units) for units in sizes])
        model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
        recorder = Recorder(every=1, title="Celsius → Fahrenheit")
        model.fit(CELSIUS, FAHRENHEIT, epochs=epochs, verbose=0, callbacks=[recorder])
    finally:
        keras.config.set_floatx(before)
    return recorder.recording


# ── single passes ─────────────────────────────────────────────────────────────────────────────
def scalar_neuron() -> Value:
    w, x, b = leaf("w", 0.5), leaf("x", 8.0), leaf("b", 0.0)
    return (w * x + b - 46.4) ** 2


def three_inputs() -> Value:
    return Neuron(3, "tanh", seed=0)([1.0, 2.0, -0.5])


def mlp() -> Value:
    return (MLP(2, [2, 1], seed=1)([1.0, 2.0]) - 1.5) ** 2


def fan_out() -> Value:
    a, b = leaf("a", 3.0), leaf("b", 2.0)
    return a * b + a


def twice() -> Value:
    a = leaf("a", 3.0)
    return a + a


def five_times() -> Value:
    a = leaf("a", 1.5)
    return a * a + a.tanh() + a.exp() * a


def unary_chain() -> Value:
    return np.sqrt(leaf("a", 0.5).tanh().exp())


def only_a_leaf() -> Value:
    return leaf("a", 3.0)


def deep_chain() -> Value:
    y = leaf("a", 0.5)
    for turn in range(40):
        y = y.tanh() if turn % 2 else y * 1.1
    return y


def where_() -> Value:
    a, b, c = leaf("a", [1.0, 2.0]), leaf("b", [2.0, 4.0]), leaf("c", [-1.0, 1.0])
    return (np.where(c > 0, a, b) * c).sum()


def three_joined() -> Value:
    parts = [leaf(name, np.arange(2.0) + i) for i, name in enumerate("abc")]
    return (np.concatenate(parts) ** 2).sum()


def the_same_number_twice() -> Value:
    a = leaf("a", 3.0)
    return (a * 2 + 1) ** 2 / 2


def a_layer_used_again() -> Value:
    neuron = Neuron(1, "tanh", seed=0)
    return neuron([neuron([0.5]) * 2.0])


SINGLE: dict[str, Callable[[], Value]] = {
    make.__name__.rstrip("_"): make
    for make in (
        scalar_neuron, three_inputs, mlp, fan_out, twice, five_times, unary_chain, only_a_leaf,
        deep_chain, where_, three_joined, the_same_number_twice, a_layer_used_again,
    )
}  # fmt: skip


def passed(root: Value) -> Recording:
    """The record of a forward and a backward pass."""
    root.backward(np.ones(root.shape)) if root.ndim else root.backward()
    return record(root)


# ── reading drawings ──────────────────────────────────────────────────────────────────────────
SVG = "{http://www.w3.org/2000/svg}"


class Drawing:
    """An SVG, read: the texts of its groups by id."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg.encode())
        self.groups = {
            re.sub("^d[0-9a-f]{8}_", "", g.get("id", "")): g for g in self.root.iter(f"{SVG}g")
        }

    def texts(self, group: str) -> list[str]:
        """The words of a group, from left to right and top to bottom as they were written."""
        words = [
            (t.text or "").replace("\xa0", " ").strip()
            for t in self.groups[group].iter(f"{SVG}text")
        ]
        return [w for w in words if w]

    def places(self) -> dict[str, list[str]]:
        """The outlines of every group, without texts and colours."""
        keys = ("d", "points", "cx", "cy", "rx", "ry")
        return {
            name: [part.get(k, "") for part in group for k in keys]
            for name, group in self.groups.items()
            if name[:1] in "nof"
        }


def page_data(page: str) -> Any:
    """The data inside a page, as its script unpacks them."""
    text = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    packed = json.loads(text[1])

    def whole(x: Any) -> Any:
        if isinstance(x, list):
            return list(map(whole, x))
        if not isinstance(x, dict):
            return x
        return whole(packed["shared"][x[""]]) if "" in x else {k: whole(v) for k, v in x.items()}

    return whole(packed["data"]) if packed["shared"] else packed["data"]
