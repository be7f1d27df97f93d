"""The stepper page can be read: themes, contrast, narrow screens, motion, paper, helpers' tools."""

from __future__ import annotations

import re

import pytest

import viz
from autograd_lite.nn import MLP

pytestmark = pytest.mark.browser

# Colour of every visible text against what lies under it, by the WCAG formula.
CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const opaque = (text) => { const c = parse(text); return c.length === 3 || c[3] === 1 ? c : null; };
  const under = (x, y, own) => {
    for (const el of document.elementsFromPoint(x, y)) {
      if (own.contains(el) && el.tagName !== 'BUTTON' && el !== own) continue;
      const style = getComputedStyle(el);
      if (['rect', 'circle'].includes(el.tagName)) {
        const fill = style.fill === 'none' ? null : opaque(style.fill);
        if (fill) return fill;
      } else if (!(el instanceof SVGElement)) {
        const back = opaque(style.backgroundColor);
        if (back) return back;
      }
    }
    return opaque(getComputedStyle(document.documentElement).backgroundColor);
  };
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walk.nextNode()) {
    const text = walk.currentNode, el = text.parentElement;
    if (!text.data.trim() || el.closest('title, script, noscript, .hidden, .skip, option')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect(), style = getComputedStyle(el);
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    if (!box.width || style.visibility !== 'visible' || middle[0] < 0 || middle[0] > innerWidth
      || middle[1] < 0 || middle[1] > innerHeight) continue;
    const ink = opaque(el instanceof SVGElement ? style.fill : style.color);
    const a = light(ink), b = light(under(...middle, el));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    seen += 1;
    const named = el.className.baseVal ?? el.className;
    if (ratio < 4.5) found.push(`${text.data.trim()} (${named}): ${ratio.toFixed(2)}`);
  }
  return { seen, found };
}"""
STATES = [
    f"#step=1&phase={phase}&at={at}"
    for phase, at in [("forward", 1), ("loss", 2), ("backward", 1), ("backward", 6), ("update", 2)]
]


STATES += [
    "#step=2&phase=zero&at=1&lens=no-zeroing",
    "#step=2&phase=backward&at=6&predict=1&notation=bar",
    "#step=2&phase=forward&at=1&notation=grad",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(open_page, model, theme):
    opened = open_page(model, size=(1440, 1500), color_scheme=theme)
    opened.page.locator(".trace summary").click()
    opened.page.wait_for_selector(".trace tbody tr")
    for address in STATES:
        choices = {"lens": "", "predict": "0", "notation": "partial"}
        choices = {k: v for k, v in choices.items() if f"&{k}=" not in address}
        address += "".join(f"&{k}={v}" for k, v in choices.items())
        opened.follow(address)
        assert opened.where().split(" ", 1)[1].startswith(shown(address))
        told = opened.page.evaluate(CONTRAST)
        assert told["found"] == [], address
        assert told["seen"] > 100, address


def shown(address: str) -> str:
    """``"Backward, 6 of"`` for an address."""
    phase, at = (re.search(f"{key}=(\\w+)", address)[1] for key in ("phase", "at"))
    return f"{phase.capitalize()}, {at} of"


def test_theme_follows_the_system_and_the_button(open_page, model):
    opened = open_page(model, color_scheme="dark")
    back = "getComputedStyle(document.querySelector('.agl')).backgroundColor"
    assert opened.page.evaluate(back) == "rgb(17, 24, 39)"
    opened.page.emulate_media(color_scheme="light")
    opened.until(f"{back} === 'rgb(255, 255, 255)'")
    opened.page.get_by_role("button", name="Dark theme").click()
    assert opened.page.evaluate(back) == "rgb(17, 24, 39)"
    opened.page.emulate_media(color_scheme="dark")
    opened.page.get_by_role("button", name="Light theme").click()
    assert opened.page.evaluate(back) == "rgb(255, 255, 255)"


def test_a_page_opens_in_the_theme_it_was_made_with(open_page, recording):
    dark = viz.stepper(recording, theme="dark").html
    theme = "document.documentElement.dataset.theme"
    opened = open_page(dark, color_scheme="light")
    assert opened.page.evaluate(theme) == "dark"
    opened.page.get_by_role("button", name="Light theme").click()
    assert opened.page.evaluate(theme) == "light"
    assert open_page(dark, "#theme=light", color_scheme="dark").page.evaluate(theme) == "light"


def test_fits_a_laptop_without_scrolling(open_page, model):
    opened = open_page(model, STATES[3])
    sizes = opened.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert sizes == [1440, 900]
    assert not opened.page.locator(".map").is_visible()


@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1920, 1080)])
def test_small_drawings_do_not_pan_on_common_screens(open_page, model, size):
    opened = open_page(model, STATES[3], size=size)
    assert not opened.page.locator(".map").is_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize(("width", "scale"), [(2400, 1.25), (1000, None)])
def test_drawing_scales_within_bounds(open_page, model, width, scale):
    opened = open_page(model, size=(width, 1000))
    box = opened.page.locator(".drawing").bounding_box()
    drawn = box["width"] / model["views"][0]["graphs"][0]["width"]
    assert drawn == pytest.approx(scale, abs=0.01) if scale else 0.62 <= drawn < 0.87


@pytest.mark.parametrize("width", [320, 390, 760])
def test_narrow_screen(open_page, model, width):
    opened = open_page(model, "#step=1&phase=backward&at=2", size=(width, 844), has_touch=True)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if width < 760:
        assert page.evaluate("(p => p.scrollWidth > p.clientWidth)(document.querySelector('.pan'))")
        assert page.locator(".map").is_visible()
    seen = """(() => { const now = document.querySelector('.node.now .box').getBoundingClientRect();
      const pan = document.querySelector('.pan').getBoundingClientRect();
      return now.left >= pan.left - 1 && now.right <= pan.right + 1 })()"""
    opened.until(seen)
    for key in ["End", "Home", "Shift+ArrowRight", "ArrowRight", "End"]:
        opened.press(key)
        opened.until(seen)
    tabs = page.get_by_role("tab")
    assert tabs.all_text_contents() == ["Why", "Code", "Parameters", "Loss", "Fit"]
    shown = dict(
        Why=".why h2", Code=".lines", Parameters=".params table", Loss=".curve", Fit=".fitplot"
    )
    for name, selector in shown.items():
        page.get_by_role("tab", name=name).click()
        assert page.locator(selector).is_visible()
        assert page.locator(".panel:visible").count() == 1
    tabs.nth(4).focus()
    opened.press("ArrowRight")
    assert page.locator(".why h2").is_visible()
    footer = page.locator(".controls").bounding_box()
    assert footer["y"] + footer["height"] == pytest.approx(844, abs=1)
    for name in ("back", "next", "play", "more"):
        box = page.locator(f"button.{name}").bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44
    slider = page.get_by_label("Training step", exact=True)
    assert not slider.is_visible()
    page.locator("button.more").click()
    assert slider.is_visible()
    assert page.locator("button.more").get_attribute("aria-expanded") == "true"


def test_motion_and_reduced_motion(open_page, model):
    running = "document.getAnimations().filter(a => a.playState === 'running').length"
    count = """(() => { const real = Element.prototype.animate; window.started = 0;
      Element.prototype.animate = function (...how) {
        window.started += 1; return real.apply(this, how); } })()"""
    moving = open_page(model)
    moving.page.evaluate(count)
    moving.press("ArrowRight")
    started = moving.page.evaluate("window.started")
    assert started > 0
    # The masks go when the page is told that the animations are over, which may be a moment later.
    moving.until(f"{running} === 0 && document.querySelectorAll('[mask]').length === 0")
    moving.press("ArrowLeft", "End", "PageDown")
    assert moving.page.evaluate("window.started") == started, "only a step onward moves"
    calm = open_page(model, reduced_motion="reduce")
    calm.page.evaluate(count)
    calm.press("ArrowRight", "ArrowRight")
    assert calm.page.evaluate("window.started") == 0
    assert calm.page.locator("[mask]").count() == 0


def test_a_scrub_cuts_motion_short(open_page, model):
    opened = open_page(model)
    opened.press("ArrowRight", "End")
    faded = "[...document.querySelectorAll('.drawing *')].filter(e => getComputedStyle(e).opacity !== '1')"
    assert opened.page.evaluate(f"{faded}.length") == 0
    assert opened.page.locator("[mask]").count() == 0


def test_everything_focusable_has_a_name_and_a_role(open_page, model):
    opened = open_page(model, STATES[3])
    nameless = opened.page.evaluate(
        "[...document.querySelectorAll('button, input, select, [tabindex=\"0\"]')].filter(e =>"
        " !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length))"
        " || (e.tabIndex >= 0 && !e.getAttribute('role')"
        " && !['BUTTON', 'INPUT', 'SELECT', 'SUMMARY'].includes(e.tagName))).map(e => e.outerHTML)"
    )
    assert nameless == []
    ids = opened.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_skip_link_leads_past_the_drawing(open_page, model):
    opened = open_page(model)
    opened.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "skip"
    opened.press("Enter")
    assert opened.page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "One micro-step on"
    )


def test_paper_shows_everything_in_black(open_page, model):
    opened = open_page(model, STATES[3], size=(720, 1000), color_scheme="dark")
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    opened.page.emulate_media(media="print")
    for selector in (".why", ".lines", ".params table", ".curve", ".trace tbody tr"):
        assert opened.page.locator(selector).first.is_visible(), selector
    for selector in (".controls", ".theme", ".tabs", ".maps"):
        assert not opened.page.locator(selector).is_visible(), selector
    told = opened.page.evaluate(
        "[getComputedStyle(document.querySelector('.agl')).backgroundColor,"
        " getComputedStyle(document.querySelector('.edge.backward.done')).stroke]"
    )
    assert told == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert opened.page.pdf().startswith(b"%PDF")


def test_two_steppers_share_a_page(open_page, model):
    opened = open_page(model)
    script = opened.page.evaluate("document.querySelector('script[type=module]').textContent")
    script = (
        script.rsplit("render(", 1)[0]
        + """
      const model = unpacked(JSON.parse(document.getElementById("data").textContent));
      const el = document.createElement("div"); document.body.append(el);
      window.takeDown = render({ model, el });"""
    )
    opened.page.evaluate(
        "text => { const made = document.createElement('script'); made.type = 'module';"
        " made.textContent = text; document.body.append(made) }",
        script,
    )
    opened.until("document.querySelectorAll('.agl').length === 2")
    ids = opened.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    opened.page.evaluate("window.takeDown()")
    assert opened.page.locator(".agl").count() == 1
    assert opened.press("ArrowRight") == "1 Forward, 2 of 2"


def test_long_names_leave_the_last_term_in_sight(open_page):
    """At the level of neurons a neuron's weights have a long name and short numbers."""
    net = MLP(2, [3, 1], seed=0)
    with viz.record() as recorder:
        loss = (net([1.0, -2.0]) - 1.0) ** 2
        loss.backward()
        for p in net.parameters():
            p.data -= 0.1 * p.grad
    page = viz.stepper(recorder, levels=["neurons"]).html
    opened = open_page(page, "#step=1&phase=update&at=2")
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    opened.press("ArrowLeft")
    assert opened.page.evaluate(
        "(() => { const e = document.querySelector('.why .eq'); return e.scrollWidth <= e.clientWidth; })()"
    )


def test_an_equation_grows_with_its_room(open_page, model):
    """A notebook opens its frames before it gives them a width."""
    opened = open_page(model, STATES[3], size=(100, 700))
    name = "document.querySelector('.why .eq').className"
    assert "tiny" in opened.page.evaluate(name)
    opened.page.set_viewport_size({"width": 1440, "height": 900})
    opened.until(f"{name}.trim() === 'eq'")
