"""A page made from a real training: stepped through by keyboard, its numbers read and compared."""

from __future__ import annotations

import numpy as np
import pytest

import viz
from autograd_lite import Value, keras, nn
from autograd_lite.notation import number

pytestmark = pytest.mark.browser

X = np.array([-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0])
Y = np.array([-40.0, 14.0, 32.0, 46.0, 59.0, 72.0, 100.0])


@pytest.fixture(scope="module")
def celsius():
    """Five epochs of the course's model, from w = 0.5, b = 0, every step recorded."""
    keras.config.set_floatx("float64")
    try:
        model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
        model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.1))
        model.set_weights([np.array([[0.5]]), np.array([0.0])])
        recorder = nn.Recorder(every=1, title="Celsius → Fahrenheit")
        model.fit(X, Y, epochs=5, verbose=0, callbacks=[recorder])
    finally:
        keras.config.set_floatx("float32")
    return recorder.recording


def spoken(opened, name: str) -> str:
    return opened.node(name).get_attribute("aria-label")


def listed(numbers) -> str:
    """A column of numbers as a node's label tells it."""
    return "; ".join(map(number, numbers))


def test_a_whole_training_step_by_keyboard(open_page, celsius):
    opened = open_page(viz.stepper(celsius).html)
    w, b = 0.5, 0.0
    h = w * X
    prediction, error = h + b, h + b - Y
    loss = float(np.mean(error**2))
    upstream = 2 * error / 7

    assert opened.where() == "1 Forward, 1 of 2"
    assert f"value {listed(h)}" in spoken(opened, "h")
    assert "not computed yet" in spoken(opened, "ŷ")
    opened.press("ArrowRight")
    assert f"value {listed(prediction)}" in spoken(opened, "ŷ")
    opened.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert f"value {number(loss)};" in spoken(opened, "L")
    assert "∂L/∂L not reached yet" in spoken(opened, "L")

    assert opened.press("ArrowRight") == "1 Zero, 1 of 1"
    assert opened.press("ArrowRight") == "1 Backward, 1 of 7"
    assert spoken(opened, "L").endswith("∂L/∂L 1")
    assert "∂L/∂kernel not reached yet" in spoken(opened, "kernel")
    opened.press("Shift+ArrowRight", "ArrowLeft")
    assert opened.where() == "1 Backward, 7 of 7"
    assert spoken(opened, "error").endswith(f"∂L/∂error {listed(upstream)}")
    assert spoken(opened, "kernel").endswith(f"∂L/∂kernel {number(float(X @ upstream))}")
    assert spoken(opened, "bias").endswith(f"∂L/∂bias {number(float(upstream.sum()))}")

    opened.press("End")
    params = opened.text(".params")
    after = celsius.steps[0].updates
    for update, old in zip(after, (w, b), strict=True):
        new = float(np.asarray(update.after).item())
        assert new == pytest.approx(old + 0.1, abs=1e-6)  # Adam's first step has the rate's length
        assert number(new) in params

    opened.press("Home", "ArrowRight")
    assert opened.press("ArrowLeft") == "1 Forward, 1 of 2"
    assert "not computed yet" in spoken(opened, "ŷ")


def test_every_training_step_shows_its_own_numbers(open_page, celsius):
    opened = open_page(viz.stepper(celsius).html, "#step=1&phase=backward&at=7")
    for place, step in enumerate(celsius.steps):
        names = [n.name for n in celsius.graph_of(step).nodes]
        kernel = step.values[names.index("kernel")]
        slope = celsius.gradients(step)[names.index("kernel")]
        assert opened.where() == f"{step.number} Backward, 7 of 7"
        assert spoken(opened, "kernel").endswith(
            f"value {number(kernel[0][0])}; ∂L/∂kernel {number(slope[0][0])}"
        )
        if place < len(celsius.steps) - 1:
            opened.press("PageDown")


@pytest.mark.parametrize(
    "name", ["</script><img src=x onerror=alert(1)>", "<b>bold</b>", "a\\N&amp;"]
)
def test_a_hostile_name_is_shown_as_text(open_page, name):
    value = Value(2.0, name=name)
    result = value * 3.0 + 1.0
    result.backward()
    opened = open_page(viz.stepper(result).html)
    opened.press("End")
    assert opened.page.locator("img, .drawing b").count() == 0
    labels = [n.get_attribute("aria-label") for n in opened.page.locator(".drawing .node").all()]
    assert any(label.startswith(name) for label in labels)
