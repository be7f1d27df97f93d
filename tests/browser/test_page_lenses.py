"""Bug lenses, notations, levels, the plot of the fit, source lines, and the page as a widget."""

from __future__ import annotations

import copy

import pytest

import viz
from autograd_lite import Value
from autograd_lite.nn import Recorder
from viz.page import View, page_model, page_script

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def twice():
    """A parameter that is used twice, four steps of gradient descent."""
    a, b = Value(0.5, name="a"), Value(2.0, name="b")
    recorder = Recorder(every=1, title="Used twice")
    for _ in range(4):
        c = a * b
        c.name = "c"
        loss = (c + a - 3.0) ** 2
        loss.name = "L"
        a.grad = b.grad = None
        loss.backward()
        with recorder.step(loss, [a, b], rule="p ← p − 0.01·g"):
            for p in (a, b):
                p.data = p.data - 0.01 * p.grad
    return viz.stepper(recorder).html


def choose(opened, label: str, value: str) -> None:
    opened.page.get_by_label(label, exact=True).select_option(value)


def test_overwriting_at_a_fan_out(open_page, twice):
    opened = open_page(twice, "#step=1&phase=backward&at=7")
    right = opened.node("a").locator(".grad").text_content()
    assert right == "−9"
    assert not opened.page.locator(".lens").is_visible()
    choose(opened, "Bug lens", "overwrite")
    assert opened.text(".lens h2") == "= for +="
    assert opened.page.locator(".lens .come code").text_content() == "x.grad = local * upstream"
    assert opened.text(".lens .sum") == (
        "1 gradient comes out wrong, and 1 of 2 parameters move by it."
    )
    assert opened.page.locator(".lens tbody tr").all_inner_texts() == [
        "a\t−9\t−6\t0.59\t0.56\tonly 0.67 of the way",
        "b\t−1.5\tsame\t2.015\tsame\tas it should",
    ]
    card = opened.node("a")
    assert card.locator(".grad").text_content() == "−6"
    assert card.locator(".unequal").text_content() == "≠ −9"
    assert card.get_attribute("aria-label").endswith("∂L/∂a −6, where −9 is right")
    assert opened.hash().endswith("&lens=overwrite")
    choose(opened, "Bug lens", "")
    assert card.locator(".grad").text_content() == "−9"
    assert card.locator(".unequal").text_content() == ""
    assert not opened.page.locator(".lens").is_visible()


def test_a_lens_shows_only_once_the_sweep_is_there(open_page, twice):
    opened = open_page(twice, "#step=1&phase=backward&at=5&lens=overwrite")
    assert "differs" not in opened.node("a").get_attribute("class")
    opened.press("ArrowRight")
    assert "differs" in opened.node("a").get_attribute("class")


def test_forgotten_zeroing_and_why_it_may_not_be_told(open_page, twice):
    opened = open_page(twice, "#step=1&phase=update&at=2&lens=no-zeroing")
    assert opened.text(".lens .sum").startswith("In the first step there is nothing left over.")
    assert opened.page.locator(".lens table").count() == 0
    opened.press("PageDown")
    rows = opened.page.locator(".lens tbody tr").all_inner_texts()
    assert [row.split("\t")[-1] for row in rows] == ["2.2 times as far", "2 times as far"]
    choose(opened, "Bug lens", "order")
    assert "the order does no harm" in opened.text(".lens .sum")


def test_left_over_gradients_are_shown_until_they_are_cleared(open_page, twice):
    opened = open_page(twice, "#step=2")
    card, cell = opened.node("a"), opened.page.locator(".params td.grad span").first
    assert (card.locator(".grad").text_content(), cell.text_content()) == ("−9", "−9")
    assert "left over from the step before" in card.get_attribute("aria-label")
    assert opened.text(".rules") == "The gradients are left over from step 1."
    opened.page.get_by_role("button", name="Zero", exact=True).click()
    assert card.locator(".grad").text_content() == ""
    assert opened.text(".why h2") == "The gradients of the last step are cleared"
    assert "−9 + " in opened.text(".why > .note")
    opened.press("ArrowRight")
    assert cell.text_content() == ""


def test_a_sum_grows_message_by_message(open_page, twice):
    opened = open_page(twice, "#step=1&phase=backward&at=6")
    assert opened.text(".sums") == "∂L/∂a: blank → −3 → −9"
    assert opened.node("a").locator(".pip.in").count() == 2
    opened.press("ArrowLeft")
    assert opened.text(".sums") == "∂L/∂a: blank → −3"
    assert opened.node("a").locator(".pip.in").count() == 1
    assert opened.node("a").locator(".pip").count() == 2


def test_notations(open_page, model):
    opened = open_page(model, "#step=1&phase=backward&at=6")
    heading = opened.node("w").locator(".of")
    assert heading.text_content() == "∂L/∂w"
    choose(opened, "Notation", "grad")
    # A card has its name on top: where (w·x).grad would be tiny there, .grad stands.
    assert heading.text_content() == ".grad"
    assert opened.node("w·x").locator(".of").text_content() == ".grad"
    assert opened.text(".why > .note").startswith("w.grad: blank → −678.4.")
    assert opened.text(".eq") == (
        "w.grad = (w·x).grad × ∂(w·x) ∂w −678.4 = −84.8 × 8 message upstream local, which is x"
    )
    choose(opened, "Notation", "bar")
    assert heading.text_content() == "w"
    line = "getComputedStyle(document.querySelector('.node .of')).textDecorationLine"
    assert opened.page.evaluate(line) == "overline"
    assert opened.hash() == "#step=1&phase=backward&at=6&notation=bar"
    choose(opened, "Notation", "partial")
    assert heading.text_content() == "∂L/∂w"


def test_addresses_carry_the_choices(open_page, model):
    opened = open_page(model, "#step=2&phase=loss&at=1&theme=dark&notation=grad&lens=no-zeroing")
    assert opened.where() == "2 Loss, 1 of 2"
    assert opened.page.locator(".agl").get_attribute("data-theme") == "dark"
    assert opened.page.get_by_label("Notation").input_value() == "grad"
    assert opened.text(".lens h2") == "Zeroing forgotten"
    odd = open_page(model, "#step=2&theme=x&notation=__proto__&lens=constructor&zoom=toString")
    assert odd.where() == "2 Forward, 1 of 2"
    assert not odd.page.locator(".lens").is_visible()


def test_levels_are_switched_without_leaving_the_phase(open_page, recording):
    """Two levels of one training; here the coarser one leaves the loss's own nodes out."""
    views = [View("scalars", recording), View("layers", recording, "Drawn as layers")]
    model = page_model(recording, views=views)
    coarse = model["views"][1]["graphs"][0]
    swept = [i for i, move in enumerate(coarse["moves"]) if move["phase"] == "backward"]
    for gone in (swept[2], swept[1]):
        del coarse["moves"][gone]
        for step in model["views"][1]["steps"]:
            del step["moves"][gone]
    opened = open_page(model, "#step=2&phase=backward&at=6")
    assert opened.page.get_by_role("button", name="Scalars").get_attribute("aria-pressed") == "true"
    opened.page.get_by_role("button", name="Layers").click()
    assert opened.where() == "2 Backward, 4 of 4"
    assert opened.text(".notice") == "Drawn as layers"
    assert opened.hash() == "#step=2&phase=backward&at=4&zoom=layers"
    assert opened.press("ArrowRight") == "2 Update, 1 of 2"
    opened.page.get_by_role("button", name="Scalars").click()
    assert opened.where() == "2 Update, 1 of 2"
    assert opened.text(".notice") == ""
    other = open_page(model, "#step=3&phase=loss&at=1&zoom=layers")
    assert other.text(".notice") == "Drawn as layers" and other.where() == "3 Loss, 1 of 2"
    choose(other, "Bug lens", "no-zeroing")
    assert other.page.locator(".lens tbody tr").count() == 2


def test_one_level_needs_no_switch(open_page, model):
    assert open_page(model).page.locator(".zoom button").count() == 0


def test_numeric_checks_are_shown_where_they_were_made(open_page, model):
    w, b = (n["id"] for n in model["views"][0]["graphs"][0]["nodes"][:2])
    for step in model["views"][0]["steps"]:
        step["checks"] = {str(w): ["agrees", "−678.4"], str(b): ["differs", "−84"]}
    opened = open_page(model, "#step=1&phase=backward&at=5")
    assert opened.node("w").locator(".checked").text_content() == ""
    assert opened.node("b").locator(".checked").text_content() == "≠"
    assert opened.text(".why > .note").endswith("Numeric check: −84, differs.")
    opened.press("ArrowRight")
    assert opened.node("w").locator(".checked").text_content() == "✓"
    assert opened.text(".why > .note").endswith("Numeric check: −678.4, agrees.")
    assert "agrees with the numeric check" in opened.node("w").get_attribute("aria-label")


def test_the_fit(open_page, model):
    opened = open_page(model)
    opened.page.get_by_role("button", name="Fit").click()
    assert opened.page.locator(".fitplot").is_visible()
    assert not opened.page.locator(".curve").is_visible()
    assert opened.page.locator(".fitplot .data circle").count() == 1
    line = opened.page.locator(".fitplot .line")
    before = line.get_attribute("d")
    opened.press("PageDown")
    assert line.get_attribute("d") != before
    dot = opened.page.locator(".fitplot .own circle").first
    data = opened.page.locator(".fitplot .data circle").first
    assert dot.get_attribute("cx") == data.get_attribute("cx")
    opened.page.locator(".panel.fit button").click()
    assert opened.page.locator(".curve").is_visible()


def test_a_line_leads_to_what_it_made_and_back(open_page, model):
    opened = open_page(model, "#step=1&phase=update&at=1")
    opened.page.get_by_role("button", name="Line 13:").click()
    assert opened.where() == "1 Forward, 1 of 2"
    outlined = opened.page.locator(".drawing .node.mine")
    assert [n.get_attribute("aria-label").split(",")[0] for n in outlined.all()] == ["w·x", "ŷ"]
    opened.press("ArrowRight")
    assert outlined.count() == 0
    opened.node("error").click()
    assert opened.text(".lines .on code") == "error = y_hat - y"
    opened.press("Shift+ArrowRight", "Shift+ArrowRight")
    opened.page.get_by_role("button", name="Line 13:").click()
    assert opened.where() == "1 Backward, 4 of 6"


def test_the_phase_that_is_running_is_marked(open_page, model):
    opened = open_page(model, "#step=1&phase=zero&at=1")
    running = opened.page.locator(".lines .run code")
    assert running.text_content().strip() == "w.grad = b.grad = None"
    opened.press("End")
    assert running.text_content().strip() == "sgd.apply([w.grad, b.grad], [w, b])"
    assert opened.page.locator(".lines .p").all_text_contents() == ["Zero", "Backward", "Update"]


WIDGET = """<!DOCTYPE html><meta charset="utf-8"><title>widget</title><div id="one"></div>
<script type="application/json" id="d">DATA</script><script type="module">SCRIPT
const model = JSON.parse(document.getElementById("d").textContent), el = document.getElementById("one");
window.moves = [];
window.down = render({ model, el, place: { step: 2, phase: "backward", at: 3, notation: "grad" },
  moved: (place) => window.moves.push(place) });
</script>"""


def test_as_a_widget_it_opens_where_it_is_told_and_tells_where_it_is(open_page, model):
    import json

    data = json.dumps(copy.deepcopy(model)).replace("<", "\\u003c")
    opened = open_page(WIDGET.replace("DATA", data).replace("SCRIPT", page_script()), "#step=3")
    assert opened.where() == "2 Backward, 3 of 6"
    assert opened.page.evaluate("window.moves") == [{"step": 2, "phase": "backward", "at": 3}]
    assert opened.press("ArrowRight") == "2 Backward, 3 of 6", "keys of others are left alone"
    opened.page.locator("button.next").click()
    assert opened.press("ArrowRight") == "2 Backward, 5 of 6"
    assert opened.page.evaluate("window.moves.at(-1)") == {"step": 2, "phase": "backward", "at": 5}
    opened.page.evaluate("window.down.go({ step: 1, phase: 'update', at: 2 })")
    assert opened.where() == "1 Update, 2 of 2"
    opened.page.evaluate("window.down.go({ phase: 'loss' })")
    assert opened.where() == "1 Loss, 1 of 2", "what is not said stays"
    assert opened.hash() == "#step=3"
    opened.page.evaluate("window.down()")
    assert opened.page.locator(".agl").count() == 0
