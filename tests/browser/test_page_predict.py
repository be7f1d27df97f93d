"""Predict mode: the number is asked for everywhere before it is shown, and the answer is judged."""

from __future__ import annotations

import pytest

import viz
from autograd_lite import Value

pytestmark = pytest.mark.browser

LAST = "#step=1&phase=backward&at=6"


def seen_text(opened) -> str:
    """Everything that can be read or heard, the address aside."""
    return opened.page.evaluate(
        "[...document.querySelectorAll('body *:not(script)')].flatMap(e => [...e.childNodes]"
        ".filter(n => n.nodeType === 3).map(n => n.data).concat(e.getAttribute('aria-label') || '',"
        " e.getAttribute('aria-valuetext') || '')).join('\\n')"
    )


def answer(opened, text: str) -> str:
    """Type an answer; the verdict."""
    opened.page.locator(".answer").fill(text)
    opened.page.keyboard.press("Enter")
    return opened.text(".verdict").removeprefix("Check ")


def test_the_number_is_nowhere_before_it_is_asked_for(open_page, model):
    opened = open_page(model, LAST)
    opened.page.locator(".trace summary").click()
    assert "678.4" in seen_text(opened)
    opened.press("p")
    assert opened.where() == "1 Backward, 6 of 6. Predict"
    assert opened.text(".why h2") == "What does × send back to w?"
    assert "678.4" not in seen_text(opened)
    assert opened.node("w").locator(".grad").text_content() == "?"
    assert opened.node("w").get_attribute("aria-label").endswith("∂L/∂w asked for")
    assert opened.page.locator(".label.now text").all_text_contents() == [
        "∂(w·x)/∂w = x = 8",
        "−84.8 × 8 = ?",
    ]
    assert opened.page.locator(".params .on").text_content() == "?"
    assert opened.text(".caption") == "your answer"
    assert opened.page.evaluate("document.activeElement.className") == "answer"
    opened.press("p")
    assert "678.4" in seen_text(opened)


def test_on_a_small_screen_the_verdict_is_seen(open_page, model):
    opened = open_page(model, LAST)
    opened.page.set_viewport_size({"width": 390, "height": 700})
    opened.press("p")
    assert answer(opened, "7").startswith("Not yet.")
    verdict = opened.page.locator(".verdict").bounding_box()
    controls = opened.page.locator(".controls").bounding_box()
    assert verdict["y"] + verdict["height"] <= controls["y"]


def test_a_right_answer_arrives_with_the_next_key(open_page, model):
    opened = open_page(model, LAST)
    opened.press("P")
    assert answer(opened, "-680") == "Right. −680 is within 1 % of −678.4 (0.24 % off)."
    assert opened.text(".quiz .say") == (
        "Why: × multiplies what arrives, −84.8, by its local derivative for w, which is the other"
        " factor, x = 8. It is negative: raising w lowers L."
    )
    assert opened.node("w").locator(".grad").text_content() == "?", (
        "not before the learner moves on"
    )
    assert "due" in opened.page.locator("button.next").get_attribute("class")
    assert opened.press("ArrowRight") == "1 Backward, 6 of 6"
    assert opened.node("w").locator(".grad").text_content() == "−678.4"
    assert opened.press("ArrowRight") == "1 Update, 1 of 2. Predict"
    assert opened.node("w").locator(".value").text_content() == "?"
    assert opened.text(".params tbody") == "w 0.5 −678.4 ? b 0 −84.8"
    assert "1.178" not in seen_text(opened)
    assert answer(opened, "1.178") == "Right. 1.178 it is."


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("678.4", "Not yet. The size is right, the sign is not."),
        ("-700", "Not yet. −700 is 3.2 % off."),
        ("-2000", "Not yet. −2000 is 2.9 times as much as it should be."),
        ("5e9", "Not yet. 5e9 is far off."),
        ("-678,4", "Right. −678,4 it is."),
        ("-6784/10", "Right. −6784/10 it is."),
        ("−672", "Right. −672 is within 1 % of −678.4 (0.94 % off)."),
        ("-671", "Not yet. −671 is 1.1 % off."),
        ("eight", "Type a number, such as −0.5, 3e−4 or 1/7."),
        ("1/0", "Type a number, such as −0.5, 3e−4 or 1/7."),
        ("<img src=x onerror=alert(1)>", "Type a number, such as −0.5, 3e−4 or 1/7."),
    ],
)
def test_answers(shared_page, given, verdict):
    opened = shared_page
    opened.follow("#step=2")
    opened.follow(f"{LAST}&predict=1")
    assert opened.where() == "1 Backward, 6 of 6. Predict"
    assert answer(opened, given) == verdict
    told = opened.text(".why")
    assert ("678.4" in told) == ("within" in verdict), "only a right answer is told the number"


def test_keys_of_the_answer(open_page, model):
    opened = open_page(model, LAST + "&predict=1")
    box = opened.page.locator(".answer")
    box.click()
    opened.page.keyboard.type("-12")
    assert box.input_value() == "−12"
    opened.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "9")
    assert box.input_value() == "9−12"
    opened.press("Home", "End", " ")
    assert opened.where() == "1 Backward, 6 of 6. Predict"
    opened.press("PageDown")
    assert opened.where() == "2 Backward, 6 of 6. Predict"
    assert opened.press("p") == "2 Backward, 6 of 6"


def test_an_empty_answer_may_be_skipped_and_every_step_can_be_walked(open_page, model):
    opened = open_page(model, "#predict=1")
    opened.page.locator(".answer").click()
    seen = [opened.where()]
    for _ in range(30):
        seen.append(opened.press("ArrowRight"))
        if seen[-1].startswith("2"):
            break
    assert seen[0] == "1 Forward, 1 of 2. Predict" and seen[1] == "1 Forward, 1 of 2"
    assert "1 Zero, 1 of 1" in seen and "1 Zero, 1 of 1. Predict" not in seen
    assert len(seen) == 2 * 12 + 1 + 1


def test_the_switch_the_button_and_play(open_page, model):
    opened = open_page(model)
    switch = opened.page.get_by_role("switch", name="Predict")
    assert switch.get_attribute("aria-checked") == "false"
    switch.click()
    assert switch.get_attribute("aria-checked") == "true"
    assert opened.where() == "1 Forward, 1 of 2. Predict"
    opened.page.locator(".answer").fill("4")
    opened.page.get_by_role("button", name="Check").click()
    assert opened.text(".verdict").startswith("Right.")
    opened.until("document.querySelector('[role=status]').textContent.includes('Why: ×')")
    opened.page.locator("button.next").click()
    assert opened.where() == "1 Forward, 1 of 2"
    opened.page.locator("button.play").click()
    assert switch.get_attribute("aria-checked") == "false", "what plays by itself asks nothing"
    opened.page.locator("button.play").click()


def test_the_loss_is_hidden_where_it_is_plotted(open_page, model):
    opened = open_page(model, "#step=1&phase=loss&at=2&predict=1")
    assert opened.page.locator(".curve .now").text_content() == "?"
    assert "1798" not in seen_text(opened), "not even on the axis"
    opened.press("ArrowRight")
    assert opened.page.locator(".curve .now").text_content() == "1798"


def test_one_element_of_a_tensor_is_asked_for(open_page):
    x = Value([[1.0], [2.0], [3.0]], name="x").detach()
    w = Value([[0.5]], name="W")
    h = x @ w
    h.name = "h"
    loss = (h * h).mean()
    loss.name = "L"
    loss.backward()
    opened = open_page(viz.stepper(loss).html, "#predict=1")
    assert opened.text(".why h2") == "What is h?Row 1"
    assert opened.node("h").locator(".value").all_text_contents() == ["?"] * 3
    assert answer(opened, "0.5").startswith("Right.")
    opened.press("ArrowRight")
    assert opened.node("h").locator(".value").all_text_contents() == ["0.5", "1", "1.5"]
