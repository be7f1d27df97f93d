"""What a Recorder keeps, against numbers computed here with plain NumPy."""

import json

import numpy as np
import pytest

from autograd_lite import GradientError, Value, keras
from autograd_lite.nn import Recorder
from autograd_lite.recording import Recording


def close(got, expected):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), 1e-9, 1e-10)


class Reference:
    """Dense layers, mean squared error and Adam(0.1), written out."""

    def __init__(self, weights, x, y):
        self.weights = [np.array(w) for w in weights]
        self.x, self.y = np.reshape(x, (-1, 1)), np.reshape(y, (-1, 1))
        self.m = [np.zeros_like(w) for w in self.weights]
        self.v = [np.zeros_like(w) for w in self.weights]
        self.t = 0

    def step(self):
        """Every number of one step, by the names that the record gives."""
        count = len(self.weights) // 2
        tag = [""] if count == 1 else ["₁", "₂", "₃"][:count]
        value, grad = {"x": self.x, "y": self.y}, {}
        out = self.x
        layers = []
        for i, kernel in enumerate(self.weights[::2]):
            bias = self.weights[2 * i + 1]
            z = "ŷ" if i == count - 1 else f"z{tag[i]}"
            layers.append((out, kernel, f"h{tag[i]}", z, f"kernel{tag[i]}", f"bias{tag[i]}"))
            value[f"kernel{tag[i]}"], value[f"bias{tag[i]}"] = kernel, bias
            value[f"h{tag[i]}"] = out @ kernel
            value[z] = out = value[f"h{tag[i]}"] + bias
        value["error"] = value["ŷ"] - self.y
        value["squared"], value["2"] = value["error"] ** 2, 2.0
        value["L"] = value["squared"].mean()

        grad["L"] = 1.0
        grad["squared"] = np.full_like(self.y, 1 / len(self.y))
        grad["error"] = grad["squared"] * 2 * value["error"]
        grad["ŷ"] = grad["error"]
        above = grad["ŷ"]
        for below, kernel, h, z, name_k, name_b in reversed(layers):
            grad[z] = grad[h] = above
            grad[name_b], grad[name_k] = above.sum(axis=0), below.T @ above
            above = above @ kernel.T
        names = [name for layer in layers for name in layer[4:]]

        self.t += 1
        rate = 0.1 * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        updates = {}
        for i, name in enumerate(names):
            g, before = grad[name], self.weights[i]
            self.m[i] = 0.9 * self.m[i] + 0.1 * g
            self.v[i] = 0.999 * self.v[i] + 0.001 * g * g
            change = -rate * self.m[i] / (np.sqrt(self.v[i]) + 1e-7)
            self.weights[i] = before + change
            updates[name] = (before, g, self.weights[i], self.m[i], self.v[i], change)
        local = {
            ("squared", "error"): 2 * value["error"],
            ("error", "ŷ"): 1.0,
            ("ŷ", layers[-1][2]): 1.0,
        }
        return value, grad, local, updates, rate


def course_model(widths, celsius):
    model = keras.Sequential(
        [keras.layers.Dense(w, **({"input_shape": [1]} if not i else {}))
         for i, w in enumerate(widths)]
    )  # fmt: skip
    rng = np.random.default_rng(2)
    start = [rng.uniform(-0.8, 0.8, w.shape) for w in model.weights]
    model.set_weights([[[0.5]], [0.0]] if widths == [1] else start)
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
    return model


@pytest.mark.parametrize("widths", [[1], [4, 4, 1]])
def test_against_numpy(widths, celsius, float64):
    model, recorder = course_model(widths, celsius), Recorder(every=20)
    reference = Reference(model.get_weights(), *celsius)
    history = model.fit(*celsius, epochs=61, verbose=0, callbacks=[recorder])
    recording = recorder.recording
    assert [s.number for s in recording.steps] == [1, 21, 41, 61]
    assert len(recording.graphs) == 1
    graph = recording.graphs[0]
    name = {node.id: node.name for node in graph.nodes}
    recorded = iter(recording.steps)
    for number in range(1, 62):
        value, grad, local, updates, rate = reference.step()
        if number % 20 != 1:
            continue
        step = next(recorded)
        assert (step.number, step.epoch) == (number, number)
        close(step.loss, history.history["loss"][number - 1])
        assert {name[i] for i in range(len(step.values))} == set(value)
        for i, data in enumerate(step.values):
            close(data, value[name[i]])
        for i, data in recording.gradients(step).items():
            close(data, grad[name[i]])
        for application in recording.applications(step):
            message = application.message
            ends = name[message.node], name[message.input]
            close(application.upstream, grad[ends[0]])
            close(application.contribution, grad[ends[1]])  # every node is used once
            assert application.before is None
            if ends in local:
                close(np.broadcast_to(application.local, np.shape(local[ends])), local[ends])
        assert [name[u.node] for u in step.updates] == list(updates)
        for update in step.updates:
            before, g, after, m, v, change = updates[name[update.node]]
            for got, expected in zip(
                (update.before, update.gradient, update.after), (before, g, after), strict=True
            ):
                close(got, expected)
            slots = update.slots
            assert (slots["learning_rate"], slots["step"]) == (0.1, number)
            for key, expected in (("m", m), ("v", v), ("change", change), ("corrected_rate", rate)):
                close(slots[key], expected)


def test_the_shape_of_a_record(single, celsius):
    recorder = Recorder(title="Celsius → Fahrenheit")
    history = single.fit(*celsius, epochs=500, verbose=0, callbacks=[recorder])
    recording = recorder.recording
    assert recording.title == "Celsius → Fahrenheit"
    assert recording.subtitle == "Dense(1), 7 examples in one batch, Adam, mean squared error"
    assert recording.loss_name == "mean_squared_error"
    assert list(recording.losses) == list(enumerate(history.history["loss"], 1))
    assert [(n.name, n.role, n.module) for n in recording.graphs[0].nodes] == [
        ("kernel", "parameter", ("dense",)), ("bias", "parameter", ("dense",)),
        ("x", "input", ()), ("h", "value", ("dense",)), ("ŷ", "value", ("dense",)),
        ("y", "input", ()), ("error", "value", ("loss",)), ("2", "constant", ()),
        ("squared", "value", ("loss",)), ("L", "loss", ("loss",)),
    ]  # fmt: skip
    update = recording.steps[0].updates[0]
    assert update.rule.endswith("kernel ← kernel − lrₜ·m / (√v + ε)")
    assert Recording.from_json(recording.to_json()) == recording


def test_default_choice_of_steps(single, celsius):
    recorder = Recorder()
    single.fit(*celsius, epochs=500, verbose=0, callbacks=[recorder])
    numbers = [s.number for s in recorder.recording.steps]
    assert (numbers[0], numbers[-1], len(numbers)) == (1, 500, 60)
    gaps = np.diff(numbers)
    assert (np.diff(gaps) >= -1).all()  # wider and wider, but for rounding
    single.fit(*celsius, epochs=20, verbose=0, callbacks=[recorder])
    assert [s.number for s in recorder.recording.steps] == list(range(1, 21))


def test_batches_of_two_sizes_make_two_graphs(single, celsius):
    recorder = Recorder(every=1)
    single.fit(*celsius, batch_size=3, epochs=2, verbose=0, callbacks=[recorder], shuffle=False)
    recording = recorder.recording
    assert [s.graph for s in recording.steps] == [0, 0, 1, 0, 0, 1]
    assert [s.epoch for s in recording.steps] == [1, 1, 1, 2, 2, 2]
    assert "7 examples in batches of 3" in recording.subtitle
    assert len(recording.losses) == 2


@pytest.mark.parametrize("widths", [[1], [4, 4, 1]])
@pytest.mark.parametrize("every", [None, 1])
def test_recording_leaves_the_training_alone(widths, every, celsius):
    weights, losses = [], []
    for callbacks in ([], [Recorder(every=every)]):
        model = course_model(widths, celsius)
        history = model.fit(*celsius, epochs=80, verbose=0, batch_size=4, shuffle=False,
                            callbacks=callbacks)  # fmt: skip
        weights.append([w.tobytes() for w in model.get_weights()])
        losses.append(history.history["loss"])
    assert weights[0] == weights[1]
    assert losses[0] == losses[1]


def test_infinities_are_recorded(celsius):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    recorder = Recorder()
    with pytest.warns(match="the loss is infinite"):
        model.fit(*celsius, epochs=60, verbose=0, callbacks=[recorder])
    text = recorder.recording.to_json()
    assert '"inf"' in text
    json.loads(text)


# ── in a loop of one's own ────────────────────────────────────────────────────────────────────
def loop(recorder, steps, rule=""):
    w = Value(0.5, name="w")
    for _ in range(steps):
        w.grad = None
        loss = (w * 2.0 - 6.0) ** 2
        loss.backward()
        with recorder.step(loss, [w], rule=rule):
            w.data -= 0.01 * w.grad
    return w


def test_a_loop_of_ones_own():
    recorder = Recorder(every=4, steps=10, title="mine")
    w = loop(recorder, 10, rule="w ← w − 0.01·g")
    recording = recorder.recording
    assert [s.number for s in recording.steps] == [1, 5, 9, 10]
    assert len(recording.losses) == 10
    weight = 0.5
    for number in range(1, 11):
        gradient = 4 * (2 * weight - 6)
        after = weight - 0.01 * gradient
        for step in recording.steps:
            if step.number == number:
                (update,) = step.updates
                assert (update.before, update.gradient, update.after) == (weight, gradient, after)
                assert update.rule == "w ← w − 0.01·g"
        weight = after
    assert w.data == weight


@pytest.mark.parametrize(("every", "numbers"), [(3, [1, 4, 7, 10, 11]), (None, list(range(1, 12)))])
def test_a_loop_of_unknown_length_keeps_its_last_step(every, numbers):
    recorder = Recorder(every=every)
    loop(recorder, 11)
    assert [s.number for s in recorder.recording.steps] == numbers


def test_a_long_loop_of_unknown_length_stays_small():
    recorder = Recorder()
    loop(recorder, 600)
    numbers = [s.number for s in recorder.recording.steps]
    assert (numbers[0], numbers[-1]) == (1, 600)
    assert 50 <= len(numbers) <= 70


def test_a_loop_with_an_optimizer():
    w, sgd, recorder = Value(0.5, name="w"), keras.optimizers.SGD(0.1), Recorder()
    loss = (w - 3.0) ** 2
    loss.backward()
    with recorder.step(loss, [w], sgd):
        sgd.apply([w.grad], [w])
    (update,) = recorder.recording.steps[0].updates
    assert (update.before, update.after, update.rule) == (0.5, 1.0, "w ← w − lr·g")
    assert update.slots == {"learning_rate": 0.1, "step": 1.0, "change": 0.5}


def test_the_recorder_says_what_is_missing():
    recorder, w = Recorder(), Value(1.0, name="w")
    with pytest.raises(RuntimeError, match="nothing is recorded yet: give the recorder to fit"):
        _ = recorder.recording
    with (
        pytest.raises(GradientError, match=r"'w' has no gradient: call loss\.backward\(\) before"),
        recorder.step(w * 2.0, [w]),
    ):
        pass
    with (
        pytest.raises(TypeError, match="takes the loss as a scalar Value, not float"),
        recorder.step(1.0, [w]),
    ):
        pass
    with pytest.raises(ValueError, match="every is a whole number of at least 1, not 0"):
        Recorder(every=0)
