"""The stepper page is safe and sound: hostile names, a sandboxed frame, odd recordings."""

from __future__ import annotations

import html

import pytest

import viz
from viz.page import page_script, page_style

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=alert(1)>"


def hostile(value):
    """The same model with a hostile tail on every text but ids, paths and words of the format."""
    keep = {"id", "forward", "backward", "anchor", "kind", "phase", "part", "phases", "edges", "key",
            "level"}  # fmt: skip
    if isinstance(value, dict):
        return {k: v if k in keep else hostile(v) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return value + HOSTILE if isinstance(value, str) and value else value


def test_hostile_texts_are_shown_as_text(open_page, model):
    model["subtitle"] = "one example"
    opened = open_page(hostile(model), "#step=1&phase=backward&at=6")
    page = opened.page
    page.locator(".trace summary").click()
    page.wait_for_selector(".trace tbody tr")
    for key in ["ArrowRight", "ArrowRight", "Shift+ArrowLeft", "Home", "PageDown", "End", "?"]:
        opened.press(key)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    for selector in [
        "h1",
        ".subtitle",
        ".why h2",
        ".eq",
        ".caption",
        ".why > .say",
        ".lines li",
        ".curve .now",
        ".params tbody th",
        ".params .new",
        ".rules",
        ".trace tbody tr",
        ".drawing .node title",
    ]:
        assert HOSTILE in page.locator(selector).first.text_content(), selector
    assert HOSTILE in opened.node("w" + HOSTILE).get_attribute("aria-label")
    # A long name gives way to its card, which keeps its size.
    wide = page.evaluate(
        "[...document.querySelectorAll('.drawing .node')].filter(g => [...g.querySelectorAll('text')]"
        ".some(t => t.getBBox().width > Number(g.querySelector('.box').getAttribute('width'))))"
        ".map(g => g.getAttribute('aria-label'))"
    )
    assert wide == []


def test_hostile_phase_and_address(open_page, model):
    for move in model["views"][0]["graphs"][0]["moves"]:
        if move["phase"] == "update":
            move["phase"] = HOSTILE
    opened = open_page(model)
    opened.press("End")
    assert opened.where() == f"1 {HOSTILE}, 2 of 2"
    address = opened.hash()
    assert "<" not in address
    opened.page.goto("about:blank")
    opened.page.goto(opened.path.as_uri() + address)
    assert opened.where() == f"1 {HOSTILE}, 2 of 2"
    opened.requests.pop()


def test_works_in_a_sandboxed_srcdoc_frame(open_page, assemble, model):
    frame = (
        '<!DOCTYPE html><title>notebook</title><iframe title="stepper" sandbox="allow-scripts" '
        f'style="width:1200px;height:860px" srcdoc="{html.escape(assemble(model), quote=True)}">'
    )
    opened = open_page(frame)
    inside = opened.page.frame_locator("iframe")
    inside.locator("button.next").click()
    assert inside.locator(".where").text_content() == "Forward, 2 of 2"
    opened.page.keyboard.press("Shift+ArrowRight")
    opened.page.keyboard.press("PageDown")
    assert inside.locator(".where").text_content() == "Loss, 1 of 2"
    assert inside.locator(".of b").text_content() == "2"
    inside.locator("button.help").click()
    inside.get_by_role("button", name="Close").click()
    assert not inside.get_by_role("dialog").is_visible()
    inside.locator("button.theme").click()
    inside.locator("button.play").click()
    assert inside.locator("button.play").get_attribute("aria-label") == "Pause"
    inside.locator("button.play").click()
    opened.page.wait_for_timeout(200)


@pytest.mark.parametrize("sandbox", ["allow-scripts", ""])
def test_where_no_script_runs_a_picture_is_seen(open_page, recording, sandbox):
    shown = viz.stepper(recording)._repr_html_().replace("allow-scripts", sandbox)
    opened = open_page(f'<!DOCTYPE html><title>notebook</title><body style="margin:0">{shown}')
    opened.page.wait_for_timeout(300)
    covered = opened.page.screenshot()
    opened.errors.clear()  # a refused script is told
    assert opened.page.evaluate("document.querySelector('img').complete")
    opened.page.evaluate("document.querySelector('iframe').style.visibility = 'hidden'")
    assert (covered == opened.page.screenshot()) is (sandbox == "")


def test_content_policy_forbids_network_and_eval(open_page, assemble, model):
    attempt = """<script>
      window.told = [];
      try { eval("1"); } catch (error) { window.told.push(error.name); }
      fetch("https://example.org/").catch((error) => window.told.push(error.name));
      const picture = new Image();
      picture.onerror = () => window.told.push("no picture");
      picture.src = "https://example.org/picture.png";
    </script></body>"""
    opened = open_page(assemble(model).replace("</body>", attempt))
    opened.until("window.told.length === 3")
    told = opened.page.evaluate("window.told.sort()")
    assert told == ["EvalError", "TypeError", "no picture"]
    assert len(opened.errors) >= 2
    assert all("Content Security Policy" in line for line in opened.errors)
    opened.errors.clear()  # these were asked for
    opened.requests[:] = [url for url in opened.requests if "example.org" not in url]


def test_sources_can_be_put_into_a_page():
    script, style = page_script(), page_style()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "import(",
        "fetch(",
        "</script",
        "<!--",
        "http://www.w3.org/2001",
    ):
        assert word not in script, word
    assert "</style" not in style and "<!--" not in style
    assert "url(" not in style and "@import" not in style


def test_without_code_curve_and_parameters(open_page, model):
    del model["loss_curve"]
    graph = model["views"][0]["graphs"][0]
    for key in ("code", "alt", "grads"):
        del graph[key]
    del graph["clusters"], model["views"][0]["notice"], model["views"][0]["level"]
    del model["lenses"], model["fit"]
    for step in model["views"][0]["steps"]:
        step["params"] = []
    opened = open_page(model, "#phase=backward&at=3")
    assert opened.where() == "1 Backward, 3 of 6"
    for panel in ("code", "params", "loss", "fit"):
        assert not opened.page.locator(f".panel.{panel}").is_visible()


def test_one_node_alone(open_page):
    node = {
        "id": 0,
        "kind": "loss",
        "x": 10,
        "y": 10,
        "w": 120,
        "h": 84,
        "name": "L",
        "rows": 1,
        "cols": 1,
        "grad": "∂L/∂L",
    }
    seed = {"phase": "backward", "title": ["The sweep starts"], "target": 0}
    step = {
        "graph": 0,
        "step": 1,
        "epoch": 1,
        "of": 1,
        "loss": "3",
        "values": {"0": [["3"]]},
        "moves": [{"grad": [["1"]], "speak": "one"}],
    }
    opened = open_page(
        {
            "title": "One",
            "loss_name": "L",
            "views": [
                {
                    "steps": [step],
                    "graphs": [{"width": 140, "height": 104, "nodes": [node], "moves": [seed]}],
                }
            ],
        }
    )
    assert opened.where() == "1 Backward, 1 of 1"
    assert opened.node("L").get_attribute("aria-label").endswith("value 3; ∂L/∂L 1")
    assert opened.press("ArrowRight", "PageDown", "Home", "End", " ") == "1 Backward, 1 of 1"


def test_a_recording_without_steps_says_so(open_page, model):
    model["views"][0]["steps"] = []
    assert "no training step" in open_page(model).text("#app")


def test_losses_that_are_not_finite_leave_a_gap(open_page, model):
    model["loss_curve"]["losses"][1] = None
    model["views"][0]["steps"][1]["loss"] = "nan"
    opened = open_page(model, "#step=2")
    assert opened.page.locator(".curve .now").text_content() == "nan"
    assert not opened.page.locator(".curve circle").is_visible()
    path = opened.page.locator(".curve .all").get_attribute("d")
    assert path.count("M") == 2 and "NaN" not in path


def test_two_graphs_take_turns(open_page, model):
    other = {
        **model["views"][0]["graphs"][0],
        "moves": model["views"][0]["graphs"][0]["moves"][:4],
    }
    model["views"][0]["graphs"].append(other)
    model["views"][0]["steps"][1]["graph"] = 1
    opened = open_page(model, "#step=1&phase=update&at=2")
    assert opened.press("PageDown") == "2 Loss, 2 of 2"
    assert opened.page.locator("nav button").all_text_contents() == ["Forward", "Loss"]
    assert opened.press("PageDown") == "3 Loss, 2 of 2"
    assert opened.page.locator(".drawing").count() == 1


def test_tensor_cells_stand_in_their_halves(open_page, model):
    graph, cells = model["views"][0]["graphs"][0], [["1", "−2.5"], ["3", "4"], ["0", "−6.25"]]
    node = next(node for node in graph["nodes"] if node["name"] == "w·x")
    node.update(rows=3, cols=2, shape="(3, 2)", w=240, h=92)
    for step in model["views"][0]["steps"]:
        step["values"][str(node["id"])] = cells
        for move, told in zip(graph["moves"], step["moves"], strict=True):
            if move["phase"] == "backward" and move["target"] == node["id"]:
                told["grad"] = cells
    opened = open_page(model, "#step=1&phase=backward&at=4")
    card = opened.node("w·x")
    flat = [cell for row in cells for cell in row]
    assert card.locator(".value").all_text_contents() == flat
    assert card.locator(".grad").all_text_contents() == flat
    assert card.get_attribute("aria-label") == (
        "w·x, shape (3, 2), value; value 1, −2.5; 3, 4; 0, −6.25; ∂L/∂(w·x) 1, −2.5; 3, 4; 0, −6.25"
    )
    boxes = card.evaluate(
        "g => [...g.querySelectorAll('.cell')].map(t => {"
        "const b = t.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]})"
    )
    assert all(x0 >= 0 and x1 <= 120 for x0, _, x1, _ in boxes[:6])
    assert all(x0 >= 120 and x1 <= 240 for x0, _, x1, _ in boxes[6:])
    assert all(y0 >= 26 and y1 <= 92 for _, y0, _, y1 in boxes)
    overlapping = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[0] < b[2] and b[0] < a[2] and a[1] + 3 < b[3] and b[1] + 3 < a[3]
    ]
    assert overlapping == []


def test_the_work_of_a_step_does_not_grow_with_the_recording(open_page, model):
    """200 drawn nodes: what a step changes on the page is the same with 500 recorded steps as with 30."""
    scene, steps = model["views"][0]["graphs"][0], model["views"][0]["steps"]
    value = next(node for node in scene["nodes"] if node["name"] == "ŷ")
    for i in range(len(scene["nodes"]) + 1, 201):
        scene["nodes"].append({**value, "id": 100 + i, "name": f"c{i}", "x": 9 * i, "y": 260})
        for step in steps:
            step["values"][str(100 + i)] = [[str(i)]]
    assert len(scene["nodes"]) == 200
    count = """key => new Promise(done => {
      let changes = 0;
      const watcher = new MutationObserver(found => { changes += found.length; });
      watcher.observe(document.body,
        { subtree: true, childList: true, attributes: true, characterData: true });
      for (let i = 0; i < 8; i += 1) document.dispatchEvent(new KeyboardEvent("keydown", { key }));
      changes += watcher.takeRecords().length;
      watcher.disconnect();
      done(changes);
    })"""
    changes = {}
    for of in (30, 500):
        model["views"][0]["steps"] = [{**steps[i % 3], "step": i + 1, "of": of} for i in range(of)]
        opened = open_page(model)
        changes[of] = {key: opened.page.evaluate(count, key) for key in ("ArrowRight", "PageDown")}
        assert opened.where() == "9 Backward, 4 of 6"
    assert changes[30] == changes[500]
    # Of 200 nodes a step touches few: what it reaches, what it leaves, the texts beside the drawing.
    assert changes[500]["ArrowRight"] < 8 * 200
