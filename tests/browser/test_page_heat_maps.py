"""Heat maps over the drawing, and the network that follows the training step."""

from __future__ import annotations

import copy
from importlib import resources

import numpy as np
import pytest

from autograd_lite import Value, keras, record
from autograd_lite.nn import Recorder
from viz.page import page_model, stepper

pytestmark = pytest.mark.browser

END = "#phase=backward&at=99"


@pytest.fixture(scope="module")
def tensors():
    """h = x @ W with a W that no card holds, and a loss."""
    x = Value(np.arange(24.0).reshape(4, 6) / 10 - 1.03, name="x").detach()
    w = Value(np.linspace(-1.2, 1.1, 24).reshape(6, 4), name="W")
    h = x @ w
    h.name = "h"
    loss = (h * h).mean()
    loss.name = "L"
    return page_model(record(loss, backward=True))


@pytest.fixture(scope="module")
def wired():
    """Three steps of Dense layers of 3 and 1."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(0.1))
    recorder = Recorder(every=1)
    x = np.array([[-1.0, 0.5], [0.3, 1.0], [0.8, -0.2]])
    model.fit(x, x[:, :1] - x[:, 1:], epochs=3, verbose=0, callbacks=[recorder])
    recording = recorder.recording
    return page_model(recording, "", stepper(recording).views)


def panel(opened):
    return opened.page.locator(".heat")


def shown(opened) -> bool:
    return bool(opened.page.evaluate("!document.querySelector('.heat').hidden"))


def cells(opened, part: str) -> list[str]:
    return opened.page.locator(f".heat figure.{part} svg text").all_text_contents()


def test_pointing_at_an_array_shows_its_numbers(open_page, tensors):
    opened = open_page(copy.deepcopy(tensors), END)
    opened.node("W").hover()
    opened.until("!document.querySelector('.heat').hidden")
    values, slopes = cells(opened, "v"), cells(opened, "g")
    assert values[:5] == ["−1.2", "−1.1", "−1", "−0.9", "−0.8"] and len(values) == len(slopes) == 24
    fills = (
        "[...document.querySelectorAll('.heat figure.v rect')].map(e => getComputedStyle(e).fill)"
    )
    assert opened.page.evaluate(fills)[::23] == ["rgb(163, 71, 0)", "rgb(0, 114, 178)"]
    strong = fills.replace(".fill)", ".fillOpacity).map(Number)")
    depth = opened.page.evaluate(strong)
    assert depth[0] == max(depth) > depth[6] > depth[11] > 0
    assert opened.page.locator(".heat figure.g figcaption").inner_text() == "∂L/∂W"
    assert opened.page.locator(".heat > *").count() == 3
    assert "null" not in panel(opened).inner_text()
    panel(opened).hover()  # the pointer may go over to it
    opened.page.wait_for_timeout(300)
    assert shown(opened)
    opened.page.mouse.move(5, 5)
    opened.until("document.querySelector('.heat').hidden")
    assert opened.node("W").get_attribute("aria-describedby") is None


def test_by_keyboard_and_escape(open_page, tensors):
    opened = open_page(copy.deepcopy(tensors), END)
    opened.node("W").focus()
    opened.until("!document.querySelector('.heat').hidden")
    assert opened.node("W").get_attribute("aria-describedby") == panel(opened).get_attribute("id")
    name = panel(opened).get_attribute("aria-label")
    assert name.startswith("W, shape (6, 4): value −1.2 … 1.1; ∂L/∂W −")
    told = opened.page.locator(".heat figure.v svg").get_attribute("aria-label")
    assert told.startswith("value of W: row 1: −1.2, −1.1, −1, −0.9; row 2: −0.8")
    opened.press("Escape")
    assert not shown(opened)
    assert opened.page.evaluate(
        "document.activeElement.getAttribute('aria-label').startsWith('W,')"
    )
    opened.node("h").focus()
    opened.until("!document.querySelector('.heat').hidden")
    opened.page.evaluate("document.activeElement.blur()")
    opened.until("document.querySelector('.heat').hidden")


def test_it_follows_the_micro_step_and_the_notation(open_page, tensors):
    opened = open_page(copy.deepcopy(tensors), "#phase=forward&at=1")
    opened.node("W").focus()
    opened.until("!document.querySelector('.heat').hidden")
    assert (
        opened.text(".heat figure.g .words") == "not reached yet" and len(cells(opened, "v")) == 24
    )
    opened.press("End")
    assert len(cells(opened, "g")) == 24
    opened.page.locator("select[id$=notation]").select_option("grad")
    opened.node("W").focus()
    opened.until("!document.querySelector('.heat').hidden")
    assert opened.text(".heat figure.g figcaption") == "W.grad"


def test_a_scalar_has_no_heat_map(open_page, tensors):
    opened = open_page(copy.deepcopy(tensors), END)
    opened.node("L").focus()
    opened.node("L").hover()
    opened.page.wait_for_timeout(400)
    assert not shown(opened)


def told(opened) -> str:
    """Everything in the panel that can be read or heard."""
    return opened.page.evaluate(
        "[document.querySelector('.heat'), ...document.querySelectorAll('.heat *')]"
        ".map(e => e.textContent + (e.getAttribute('aria-label') || '')).join(' ')"
    )


def test_predict_hides_the_numbers_asked_for(open_page, tensors):
    opened = open_page(copy.deepcopy(tensors), "#phase=backward&at=2&predict=1")
    assert opened.where() == "1 Backward, 2 of 5. Predict"
    opened.page.locator(".drawing .node.asked-g").focus()
    opened.until("!document.querySelector('.heat').hidden")
    assert opened.text(".heat figure.g .words") == "asked for"
    assert "0.0625" not in told(opened)
    opened.press("p")
    assert cells(opened, "g") == ["0.0625"] * 16 and "0.0625" in told(opened)


def test_predict_hides_what_a_card_writes_out(open_page):
    x = Value([[1.0], [2.0], [3.0]], name="x").detach()
    h = x @ Value([[0.625]], name="W")
    h.name = "h"
    loss = (h * h).mean()
    opened = open_page(stepper(record(loss, backward=True)).html, "#predict=1")
    opened.node("h").focus()
    opened.until("!document.querySelector('.heat').hidden")
    assert opened.text(".heat figure.v .words") == "asked for" and "1.25" not in told(opened)
    opened.press("p")
    assert cells(opened, "v") == ["0.625", "1.25", "1.875"]


def test_a_large_array_says_what_is_left_out(open_page):
    w = Value(np.sin(np.arange(40.0 * 30)).reshape(40, 30), name="W")
    loss = (w * w).sum()
    loss.name = "L"
    for size in ((1440, 900), (390, 844)):
        opened = open_page(page_model(record(loss, backward=True)), END, size=size)
        opened.node("W").focus()
        opened.until("!document.querySelector('.heat').hidden")
        assert opened.text(".heat .rest") == (
            "Rows 1 to 16 of 40 and columns 1 to 16 of 30; 944 of 1200 numbers are left out."
        )
        assert opened.page.locator(".heat figure.v rect").count() == 256
        box = panel(opened).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size[0]
        foot = opened.page.locator(".controls").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= foot["y"]
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert opened.page.evaluate(wide)
        if not cells(opened, "v"):  # no room for numbers: the sign is told without its colour too
            minus = opened.page.locator(".heat figure.v .minus").count()
            assert minus == opened.page.locator(".heat figure.v rect.neg").count() > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_violation_and_legible_numbers(open_page, tensors, wired, theme):
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    check = (
        "axe.run(document).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + n.html)))"
    )
    opened = open_page(copy.deepcopy(tensors), END, color_scheme=theme)
    opened.node("W").focus()
    opened.until("!document.querySelector('.heat').hidden")
    opened.page.wait_for_timeout(200)
    opened.page.evaluate(axe)
    assert opened.page.evaluate(check) == []
    # Ink on the strongest colours, which axe does not reckon inside a picture.
    worst = opened.page.evaluate(
        """(() => {
          const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
          const linear = (v) => (v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
          const light = (c) => c.map((v) => linear(v / 255))
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const card = rgb(getComputedStyle(document.querySelector('.heat')).backgroundColor);
          const ink = light(rgb(getComputedStyle(document.querySelector('.heat svg text')).fill));
          return Math.min(...[...document.querySelectorAll('.heat rect')].map((el) => {
            const style = getComputedStyle(el), part = Number(style.fillOpacity);
            const ground = light(rgb(style.fill).map((v, i) => part * v + (1 - part) * card[i]));
            return (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05);
          }));
        })()"""
    )
    assert worst >= 4.5
    opened = open_page(
        copy.deepcopy(wired), "#step=2&phase=backward&at=1&zoom=network", color_scheme=theme
    )
    opened.page.evaluate(axe)
    assert opened.page.evaluate(check) == []


# ── the network ───────────────────────────────────────────────────────────────────────────────
def weights(opened) -> list[str]:
    return opened.page.locator(".network .weight").all_text_contents()


def widths(opened) -> list[float]:
    script = (
        "[...document.querySelectorAll('.network .way')].map(e => parseFloat(e.style.strokeWidth))"
    )
    return opened.page.evaluate(script)


def test_the_network_follows_the_training_step(open_page, wired):
    opened = open_page(copy.deepcopy(wired), "#step=1&phase=forward&at=1")
    zoom = opened.page.locator(".zoom button")
    assert zoom.all_text_contents()[-1] == "Network"
    zoom.last.click()
    assert opened.page.locator(".zoom button").last.get_attribute("aria-pressed") == "true"
    assert opened.page.locator(".network .unit").count() == 2 + 3 + 1
    steps = wired["network"]["steps"]
    assert weights(opened) == steps[0]["weights"].split(" ")
    first = widths(opened)
    slider = opened.page.locator("input[id$=train]")
    slider.fill("2")
    assert weights(opened) == steps[2]["weights"].split(" ")
    assert widths(opened) != first
    negative = [w.startswith("−") for w in weights(opened)]
    grey = opened.page.evaluate(
        "[...document.querySelectorAll('.way')].map(e => e.classList.contains('less'))"
    )
    assert grey == negative and any(negative)
    assert "Training step 3" in opened.page.locator(".network").get_attribute("aria-label")
    assert opened.hash().endswith("zoom=network")
    opened.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert opened.where().split()[1] == "Backward,"
    assert weights(opened) == steps[2]["weights"].split(" "), "the sweep has not been there"
    last = opened.where().split()[-1]
    opened.follow(f"#step=3&phase=backward&at={last}&zoom=network")
    assert opened.where() == f"3 Backward, {last} of {last}"
    assert weights(opened) == steps[2]["weight_grads"].split(" ")
    below = opened.page.locator(".network .below").all_text_contents()
    assert [t.removeprefix("∂b ") or "·" for t in below] == steps[2]["bias_grads"].split(" ")
    opened.page.locator(".zoom button").first.click()
    assert opened.page.locator(".network").count() == 0 and opened.node("L").count() == 1


def test_the_network_fills_with_the_forward_pass(open_page, wired):
    """A layer's values stand there from the micro-step on that computes them, at every level."""
    for level in ("", "&zoom=layers"):
        opened = open_page(copy.deepcopy(wired), f"#step=1&phase=forward&at=1{level}")
        opened.page.locator(".zoom button").last.click()
        values = opened.page.locator(".network .value")
        known = []
        while opened.where().split()[1] in ("Forward,", "Loss,"):
            known.append(sum(map(bool, values.all_text_contents())))
            opened.press("ArrowRight")
        assert known == sorted(known) and known[0] < known[-1] == 2 + 3 + 1


def test_it_moves_smoothly_unless_motion_is_reduced(open_page, wired):
    lasts = "getComputedStyle(document.querySelector('.network .way')).transitionDuration"
    opened = open_page(copy.deepcopy(wired), "#zoom=network")
    assert opened.page.evaluate(lasts).startswith("0.35s")
    opened = open_page(copy.deepcopy(wired), "#zoom=network", reduced_motion="reduce")
    assert opened.page.evaluate(lasts) == "0s"


def test_predict_holds_its_numbers_back(open_page, wired):
    opened = open_page(copy.deepcopy(wired), "#step=1&phase=forward&at=1&zoom=network&predict=1")
    values = opened.page.locator(".network .unit:not(.input) .value").all_text_contents()
    assert values == ["?"] * 4
    assert opened.page.locator(".network").get_attribute("aria-label").endswith("= ?.")
    opened.follow("#step=1&phase=backward&at=6&zoom=network&predict=1")
    assert opened.where().startswith("1 Backward")
    assert opened.page.locator(".network .slope").count() == 0
    opened.press("p")
    assert opened.page.locator(".network .slope").count() > 0


def test_on_a_narrow_screen(open_page, wired):
    opened = open_page(copy.deepcopy(wired), "#step=2&zoom=network", size=(390, 844))
    assert opened.page.locator(".network").is_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_neuron_has_no_network(open_page, model):
    opened = open_page(model)
    assert model["network"] is None
    assert opened.page.get_by_role("button", name="Network").count() == 0
