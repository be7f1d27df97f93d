"""The widget's module in a browser: a host with a model stands in for the notebook."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

HOST = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><style>%(css)s</style></head>
<body><p>A cell above</p><div id="here"></div>
<script type="application/json" id="traits">%(traits)s</script>
<script type="application/json" id="esm">%(esm)s</script>
<script type="module">
%(host)s
</script>
</body></html>"""

MODEL = """
window.traits = JSON.parse(document.getElementById("traits").textContent);
window.saved = [];
const hearers = new Map();
window.hearers = hearers;
window.model = {
  get: (key) => traits[key],
  set(key, value) {
    if (traits[key] === value) return;
    traits[key] = value;
    for (const hear of [...(hearers.get(`change:${key}`) || [])]) hear();
  },
  save_changes: () => saved.push([traits.step, traits.phase, traits.at]),
  on: (event, hear) => hearers.set(event, [...(hearers.get(event) || []), hear]),
  off: (event, hear) => hearers.set(event, (hearers.get(event) || []).filter((one) => one !== hear)),
};
const text = JSON.parse(document.getElementById("esm").textContent);
const loaded = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
// As anywidget does: an export named render, of its older form, goes before the default one.
window.widget = loaded.render ? { render: loaded.render } : loaded.default;
const here = document.getElementById("here"), el = document.createElement("div");
window.down = widget.render({ model: window.model, el });
here.append(el); // a notebook shows the cell when the widget is there
"""


@pytest.fixture
def host(open_page, model):
    """Opens the widget at a place."""
    from viz.stepper_widget import StepperWidget

    def open_(**place: Any) -> Any:
        traits = {
            "step": 1,
            "phase": "forward",
            "at": 1,
            "theme": "",
            "_data": json.dumps(model),
            **place,
        }
        text = HOST % {
            "css": StepperWidget._css,
            "esm": json.dumps(StepperWidget._esm).replace("<", "\\u003c"),
            "host": MODEL,
            "traits": json.dumps(traits).replace("<", "\\u003c"),
        }
        one = open_page(text)
        one.until("Boolean(document.querySelector('#here .agl'))")
        return one

    return open_


def place(one: Any) -> list[Any]:
    return list(one.page.evaluate("[traits.step, traits.phase, traits.at]"))


def test_it_opens_where_the_traits_say(host):
    one = host(step=2, phase="backward", at=2, theme="dark")
    assert one.where().startswith("2 Backward, 2 of")
    assert one.page.locator(".agl").get_attribute("data-theme") == "dark"
    assert place(one) == [2, "backward", 2]


def test_python_leads_the_page(host):
    one = host()
    one.page.evaluate("model.set('phase', 'backward')")
    assert one.where().startswith("1 Backward, 1 of")
    one.page.evaluate("model.set('step', 3)")
    assert one.where().startswith("3 Backward, 1 of")
    one.page.evaluate("model.set('at', 2)")
    assert one.where().startswith("3 Backward, 2 of")
    one.page.evaluate("model.set('theme', 'dark')")
    assert one.page.locator(".agl").get_attribute("data-theme") == "dark"
    assert one.where().startswith("3 Backward, 2 of")


def test_the_reader_leads_python(host):
    one = host()
    one.page.get_by_role("button", name="One micro-step on").click()
    assert place(one) == [1, "forward", 2]
    one.page.locator(".agl").press("Shift+ArrowRight")
    assert place(one)[1] == "loss"
    one.page.locator(".agl").press("PageDown")
    assert place(one)[0] == 2
    saved = one.page.evaluate("saved")
    assert saved[-1] == place(one)
    assert len(saved) == 3  # one message for each move, and no echo


def test_a_place_that_is_not_there_is_corrected(host):
    one = host()
    one.page.evaluate("model.set('at', 99)")
    count = int(re.search(r"of (\d+)$", one.where())[1])
    assert place(one) == [1, "forward", count]
    assert one.page.evaluate("saved.at(-1)") == [1, "forward", count]


def test_the_notebooks_own_keys_and_address_are_left_alone(host):
    one = host()
    # JupyterLab asks for this before it takes a key for one of its commands.
    assert one.page.locator("#here > div").get_attribute("data-lm-suppress-shortcuts") == "true"
    one.page.locator("p").first.click()
    one.page.keyboard.press("ArrowRight")
    assert place(one) == [1, "forward", 1]
    one.page.wait_for_timeout(300)
    assert one.page.evaluate("location.hash") == ""


def test_it_leaves_nothing_behind(host):
    one = host()
    one.page.evaluate("down()")
    assert one.page.evaluate("document.querySelector('#here > div').childElementCount") == 0
    assert one.page.evaluate("[...hearers.values()].flat().length") == 0


def test_it_waits_for_its_place_and_can_leave_before(host):
    one = host()
    one.page.evaluate(
        """() => {
          window.early = document.createElement("div");
          window.leave = widget.render({ model, el: early });
        }"""
    )
    assert one.page.evaluate("early.childElementCount") == 0
    one.page.evaluate("leave(); document.body.append(early)")
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("early.childElementCount") == 0


NOTEBOOKS = {
    "JupyterLab": ("document.body", "data-jp-theme-light", "false", "true"),
    "VS Code": ("document.body", "class", "vscode-body vscode-dark", "vscode-body vscode-light"),
    "Colab": ("document.documentElement", "theme", "dark", "light"),
    "marimo": ("document.body", "class", "dark dark-theme", "light light-theme"),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_is_as_dark_as_the_notebook(host, name):
    one = host()
    element, attribute, dark, light = NOTEBOOKS[name]
    shown = "document.querySelector('.agl').dataset.theme"
    one.page.locator(".agl").press("ArrowRight")
    before = one.where()
    one.page.evaluate(f"{element}.setAttribute('{attribute}', '{dark}')")
    one.until(f"{shown} === 'dark'")
    assert one.where() == before
    one.page.evaluate(f"{element}.setAttribute('{attribute}', '{light}')")
    one.until(f"{shown} === 'light'")
    one.page.evaluate("model.set('theme', 'dark')")
    assert one.page.evaluate(shown) == "dark"


def test_the_readers_own_theme_stays_while_python_leads(host):
    one = host()
    one.page.get_by_role("button", name="Dark theme").click()
    one.page.evaluate("model.set('step', 2)")
    assert one.where().startswith("2 ")
    assert one.page.locator(".agl").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("width", [340, 620, 900, 1060])
def test_a_cell_is_narrower_than_the_window(host, width):
    one = host()
    one.page.evaluate(f"document.getElementById('here').style.width = '{width}px'")
    one.until(f"document.querySelector('.agl').clientWidth === {width}")
    one.page.wait_for_timeout(50)
    assert one.page.evaluate("document.documentElement.scrollWidth") == 1440
    out = f"""[...document.querySelectorAll('.agl :is(button, label, select, output, kbd, input)')]
      .filter(e => e.checkVisibility({{ visibilityProperty: true }}))
      .filter(e => !e.closest('.pan, nav') && (e.getBoundingClientRect().right > {width} + 9))
      .map(e => e.outerHTML)"""
    assert one.page.evaluate(out) == []
    tall = "Math.max(...[...document.querySelectorAll('.agl label')].map(e => e.offsetHeight))"
    assert one.page.evaluate(tall) < 30


def test_it_works_inside_of_a_shadow_tree(host):
    one = host()
    one.page.evaluate(
        """() => {
          const outer = document.createElement("div");
          outer.id = "outer";
          document.body.prepend(outer);
          const inner = document.createElement("div");
          outer.attachShadow({ mode: "open" }).append(inner);
          model.set("phase", "backward");
          model.set("at", 2);
          window.downToo = widget.render({ model, el: inner });
        }"""
    )
    inside = one.page.locator("#outer")
    inside.locator(".predict").click()
    inside.locator(".answer").focus()
    inside.locator(".answer").press("ArrowRight")
    assert one.page.evaluate(
        "document.querySelector('#outer').shadowRoot.activeElement.className.startsWith('agl')"
    )
