"""The stepper page answers every key, every control and every address."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

LAST = "Update, 2 of 2"


def test_starts_at_the_first_micro_step(open_page, model):
    opened = open_page(model)
    assert opened.where() == "1 Forward, 1 of 2"
    assert opened.page.title() == model["title"]
    assert opened.text(".why h2") == "× makes w·x"
    assert opened.text(".eq") == "w·x = w × x 4 = 0.5 × 8"


def test_keys_walk_micro_steps(open_page, model):
    opened = open_page(model)
    assert opened.press("ArrowRight") == "1 Forward, 2 of 2"
    assert opened.press("ArrowRight") == "1 Loss, 1 of 2"
    assert opened.press("ArrowLeft", "ArrowLeft") == "1 Forward, 1 of 2"
    assert opened.press("ArrowLeft") == "1 Forward, 1 of 2"
    assert opened.press("End") == f"1 {LAST}"
    assert opened.press("ArrowRight") == "2 Forward, 1 of 2"
    assert opened.press("ArrowLeft") == f"1 {LAST}"
    assert opened.press("Home") == "1 Forward, 1 of 2"


def test_keys_walk_phases(open_page, model):
    opened = open_page(model)
    assert opened.press("Shift+ArrowRight") == "1 Loss, 1 of 2"
    assert opened.press("Shift+ArrowRight") == "1 Zero, 1 of 1"
    assert opened.press("Shift+ArrowRight", "Shift+ArrowRight") == "1 Update, 1 of 2"
    assert opened.press("Shift+ArrowRight") == "2 Forward, 1 of 2"
    assert opened.press("Shift+ArrowLeft") == "1 Update, 1 of 2"
    assert opened.press("ArrowRight", "Shift+ArrowLeft") == "1 Update, 1 of 2"
    assert opened.press("Shift+ArrowLeft") == "1 Backward, 1 of 6"


def test_keys_walk_training_steps_and_stay_at_the_micro_step(open_page, model):
    opened = open_page(model, "#step=1&phase=backward&at=6")
    assert opened.text(".params tbody") == "w 0.5 −678.4 b 0 −84.8"
    assert opened.text(".rules").startswith("Update comes next: w ← 0.5 − 0.001 × (−678.4) = 1.178")
    assert opened.press("PageDown") == "2 Backward, 6 of 6"
    assert opened.node("w").get_attribute("aria-label").endswith("value 1.178; ∂L/∂w −590.2")
    assert opened.press("PageDown", "PageDown") == "3 Backward, 6 of 6"
    assert opened.press("PageUp") == "2 Backward, 6 of 6"
    assert opened.press("PageUp", "PageUp") == "1 Backward, 6 of 6"


def test_buttons_step_and_know_the_ends(open_page, model):
    opened = open_page(model)
    back, following = opened.page.locator("button.back"), opened.page.locator("button.next")
    assert back.get_attribute("aria-disabled") == "true"
    following.click()
    assert opened.where() == "1 Forward, 2 of 2"
    assert back.get_attribute("aria-disabled") == "false"
    back.click()
    assert opened.where() == "1 Forward, 1 of 2"
    opened.press("PageDown", "PageDown", "End")
    assert following.get_attribute("aria-disabled") == "true"
    following.click(force=True)  # it stays focusable, and does nothing
    assert opened.where() == f"3 {LAST}"


def test_phase_buttons_go_to_the_start_of_a_phase(open_page, model):
    opened = open_page(model)
    opened.page.get_by_role("button", name="Backward", exact=True).click()
    assert opened.where() == "1 Backward, 1 of 6"
    current = opened.page.locator("nav [aria-current=step]")
    assert current.count() == 1 and current.text_content() == "Backward"


def test_space_plays_pauses_and_stops_at_the_end(open_page, model):
    opened = open_page(model)
    play = opened.page.locator("button.play")
    assert opened.press(" ") == "1 Forward, 2 of 2"
    assert play.get_attribute("aria-label") == "Pause"
    opened.until("document.querySelector('.where').textContent === 'Loss, 1 of 2'")
    opened.press(" ")
    assert play.get_attribute("aria-label") == "Play"
    still = opened.where()
    opened.page.get_by_label("Speed").select_option("4")
    opened.page.wait_for_timeout(700)
    assert opened.where() == still
    opened.page.evaluate("document.activeElement.blur()")
    opened.press("PageDown", "PageDown", "End", "ArrowLeft")
    play.click()
    opened.until("document.querySelector('.play').title === 'Play'")
    assert opened.where() == f"3 {LAST}"


def test_keys_of_a_focused_choice_are_its_own(open_page, model):
    opened = open_page(model)
    opened.page.get_by_label("Speed").focus()
    assert opened.press("ArrowRight", "Home", "PageDown") == "1 Forward, 1 of 2"


def test_a_step_by_hand_stops_playing(open_page, model):
    opened = open_page(model)
    opened.page.locator("button.play").click()
    opened.press("ArrowRight")
    assert opened.page.locator("button.play").get_attribute("aria-label") == "Play"
    assert opened.where() == "1 Loss, 1 of 2"


def test_scrubber_covers_every_micro_step_and_skips_the_gaps(open_page, model):
    opened = open_page(model)
    scrub = opened.page.get_by_label("Micro-step", exact=True)
    # 13 micro-steps and one empty place between each two of the five phases
    assert scrub.get_attribute("max") == "16"
    seen = []
    for value in range(17):
        scrub.fill(str(value))
        seen.append(opened.where())
    assert len(set(seen)) == 13
    assert seen[2] == seen[3] == "1 Loss, 1 of 2"
    assert seen[-1] == f"1 {LAST}"
    text = scrub.get_attribute("aria-valuetext")
    assert text == "Update, 2 of 2: The optimizer moves b"
    scrub.fill("15")
    scrub.fill("14")
    assert opened.where() == "1 Backward, 6 of 6"


def test_training_slider_and_its_own_keys(open_page, model):
    opened = open_page(model)
    slider = opened.page.get_by_label("Training step", exact=True)
    slider.focus()
    assert opened.press("ArrowRight") == "2 Forward, 1 of 2"
    assert opened.press("End") == "3 Forward, 1 of 2"
    assert opened.press("Home") == "1 Forward, 1 of 2"
    assert opened.press("PageDown") == "2 Forward, 1 of 2"
    assert slider.get_attribute("aria-valuetext") == "Training step 2 of 3, L 1361"
    assert opened.text("output") == "2 of 3"


def test_scrubber_keys_cross_training_steps(open_page, model):
    opened = open_page(model)
    opened.page.get_by_label("Micro-step", exact=True).focus()
    assert opened.press("End", "ArrowRight") == "2 Forward, 1 of 2"


def test_help_opens_and_closes(open_page, model):
    opened = open_page(model)
    dialog = opened.page.get_by_role("dialog")
    opened.press("?")
    assert dialog.is_visible()
    where = opened.press("ArrowRight")
    assert where == "1 Forward, 1 of 2", "the page behind the help must rest"
    opened.press("Escape")
    assert not dialog.is_visible()
    opened.page.locator("button.help").click()
    opened.page.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_other_keys_are_left_to_the_browser(open_page, model):
    opened = open_page(model)
    assert opened.press("Control+ArrowRight", "Alt+x", "x") == "1 Forward, 1 of 2"


def test_a_node_leads_to_its_number(open_page, model):
    opened = open_page(model)
    opened.node("error").click()
    assert opened.where() == "1 Loss, 1 of 2"
    opened.node("L").focus()
    assert opened.press("Enter") == "1 Loss, 2 of 2"
    opened.press("Shift+ArrowRight")
    opened.node("w").click()
    assert opened.where() == "1 Backward, 6 of 6"
    assert opened.node("x").get_attribute("role") == "img"


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("#step=2&phase=backward&at=3", "2 Backward, 3 of 6"),
        ("#step=3&phase=update&at=2", "3 Update, 2 of 2"),
        ("#step=3", "3 Forward, 1 of 2"),
        ("#phase=loss", "1 Loss, 1 of 2"),
        ("#step=99&phase=backward&at=99", "3 Backward, 6 of 6"),
        ("#step=x&phase=nothing&at=-5", "1 Forward, 1 of 2"),
        ("#%E0%A4%A", "1 Forward, 1 of 2"),
    ],
)
def test_deep_links(open_page, model, address, where):
    assert open_page(model, address).where() == where


def test_address_follows_and_is_followed(open_page, model):
    opened = open_page(model)
    opened.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight")
    assert opened.hash() == "#step=1&phase=backward&at=2"
    opened.follow("#step=2&phase=loss&at=2")
    assert opened.where() == "2 Loss, 2 of 2"


def test_an_address_asked_for_is_not_written_over(open_page, model):
    opened = open_page(model)
    # Two timers are due at once: one asks for an address, the other is to write the former place.
    seen = opened.page.evaluate(
        """new Promise(done => {
          setTimeout(() => {
            location.hash = "#step=3&phase=loss&at=1";
            setTimeout(() => done(location.hash));
          }, 100);
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
          const due = performance.now() + 300;
          while (performance.now() < due);
        })"""
    )
    assert seen == "#step=3&phase=loss&at=1"
    assert opened.where() == "3 Loss, 1 of 2"


def test_what_is_not_reached_is_blank(open_page, model):
    opened = open_page(model)
    drawing = opened.page.locator(".drawing")
    assert drawing.locator(".edge.backward.done").count() == 0
    assert "not computed yet" in opened.node("error").get_attribute("aria-label")
    assert drawing.locator(".grad").all_text_contents() == [""] * 6
    assert opened.text(".params tbody") == "w 0.5 b 0"
    opened.press(*["Shift+ArrowRight"] * 3, "ArrowRight", "ArrowRight")
    assert sorted(filter(None, drawing.locator(".grad").all_text_contents())) == [
        "1",
        "−84.8",
        "−84.8",
    ]
    assert opened.text(".params tbody") == "w 0.5 b 0"
    opened.press("End")
    assert opened.text(".params tbody") == "w 0.5 −678.4 1.178 b 0 −84.8 0.0848"
    opened.press("Home")
    assert drawing.locator(".grad").all_text_contents() == [""] * 6


def test_active_parts_are_marked(open_page, model):
    opened = open_page(model, "#step=1&phase=backward&at=6")
    drawing = opened.page.locator(".drawing")
    assert drawing.locator(".node.now").count() == 1
    assert "now b" in opened.node("w").get_attribute("class")
    assert "on-g" in opened.node("w·x").get_attribute("class")
    assert "on-v" in opened.node("x").get_attribute("class")
    assert drawing.locator(".op.now .sign").text_content() == "×"
    assert drawing.locator(".band.b").count() == 2
    assert drawing.locator(".live .edge.now").count() == 2
    assert drawing.locator(".label.now text").all_text_contents() == [
        "∂(w·x)/∂w = x = 8",
        "−84.8 × 8 = −678.4",
    ]
    assert opened.page.locator(".lines .on code").text_content().strip() == ("y_hat = w * x + b")
    assert opened.page.locator(".lines .run code").text_content().strip() == "L.backward()"
    assert opened.page.locator(".lines .on b").text_content() == "w * x"
    assert opened.text(".code .note") == "Line 13 made this ×. Line 21 is running."


def test_nothing_moves(open_page, model):
    opened = open_page(model)
    places = "[...document.querySelectorAll('.drawing .node, .drawing .op')].map(e => "
    places += "[e.getAttribute('transform'), e.querySelector('.box').outerHTML])"
    before = opened.page.evaluate(places)
    for _ in range(14):
        opened.press("ArrowRight")
        assert opened.page.evaluate(places) == before


def test_the_arithmetic_is_spoken(open_page, model):
    opened = open_page(model)
    opened.press("ArrowRight")
    opened.until("document.querySelector('[role=status]').textContent.includes('4 = 4 + 0')")


def test_trace_table_holds_every_micro_step(open_page, model):
    opened = open_page(model, "#step=1&phase=backward&at=6")
    rows = opened.page.locator(".trace tbody tr")
    assert rows.count() == 0, "built only when asked for"
    opened.page.locator(".trace summary").click()
    opened.page.wait_for_selector(".trace tbody tr")
    assert rows.count() == 13
    assert opened.text(".trace tr[aria-current=step]").startswith(
        "11 Backward × passes the gradient back to w −678.4 = −84.8 × 8 When w rises"
    )
    opened.press("PageDown")
    assert "−590.2" in opened.text(".trace tr[aria-current=step]")


def test_loss_curve_has_a_playhead(open_page, model):
    opened = open_page(model)
    assert opened.page.locator(".curve .now").text_content() == "1798"
    start = opened.page.locator(".curve circle").get_attribute("cx")
    opened.press("PageDown")
    assert opened.page.locator(".curve .now").text_content() == "1361"
    assert opened.page.locator(".curve circle").get_attribute("cx") != start
    assert re.search("L is 1361", opened.page.locator(".curve").get_attribute("aria-label"))


def test_a_second_message_adds_to_the_gradient(open_page, model):
    moves = model["views"][0]["graphs"][0]["moves"]
    last = max(i for i, move in enumerate(moves) if move["phase"] == "backward")
    moves.insert(last + 1, {**moves[last], "title": ["a second message"]})
    for step in model["views"][0]["steps"]:
        step["moves"].insert(last + 1, {**step["moves"][last], "grad": [["−700"]]})
        step["params"][0]["grad"] = "−700"
    opened = open_page(model, "#step=1&phase=backward&at=6")
    card = opened.node("w").locator(".grad")
    table = opened.page.locator(".params tbody tr").first.locator(".grad")
    assert (card.text_content(), table.text_content()) == ("−678.4", "−678.4")
    opened.press("ArrowRight")
    assert (card.text_content(), table.text_content()) == ("−700", "−700")
    opened.press("ArrowLeft", "ArrowLeft")
    assert (card.text_content(), table.text_content()) == ("", "")
