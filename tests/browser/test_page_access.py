"""The page for everyone: axe-core finds nothing, in any state, theme and width."""

from __future__ import annotations

from importlib import resources

import pytest

pytestmark = pytest.mark.browser

STATES = {
    "forward": "#step=1", "zero": "#step=2&phase=zero&at=1",
    "backward": "#step=1&phase=backward&at=6", "predict": "#step=1&phase=backward&at=6&predict=1",
    "lens": "#step=2&phase=update&at=1&lens=no-zeroing", "bar": "#step=1&phase=update&at=2&notation=bar",
}  # fmt: skip


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's script; it comes with the package, so no network is asked for it."""
    script = resources.files("axe_playwright_python").joinpath("axe.min.js")
    return script.read_text(encoding="utf-8")


def violations(opened, axe: str) -> list[str]:
    opened.page.evaluate(axe)
    return opened.page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.flatMap(v =>"
        " v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary}`)))"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_violation(open_page, model, axe, theme):
    opened = open_page(model, size=(1440, 1200), color_scheme=theme)
    opened.page.locator(".trace summary").click()
    for name, address in STATES.items():
        opened.follow(address if "predict=" in address else f"{address}&predict=0")
        assert violations(opened, axe) == [], name
    opened.press("Escape", "?")
    assert violations(opened, axe) == [], "help"


def test_no_violation_on_a_narrow_screen(open_page, model, axe):
    opened = open_page(model, STATES["backward"], size=(390, 844))
    assert violations(opened, axe) == []
    opened.page.locator("button.more").click()
    for tab in ("Code", "Parameters", "Loss", "Fit"):
        opened.page.get_by_role("tab", name=tab).click()
        assert violations(opened, axe) == [], tab


def test_the_checker_finds_what_is_wrong(open_page, model, axe):
    opened = open_page(model)
    opened.page.evaluate("document.querySelector('button.next').removeAttribute('aria-label')")
    opened.page.evaluate("document.querySelector('button.next').removeAttribute('title')")
    assert any(line.startswith("button-name") for line in violations(opened, axe))


def test_every_control_is_reached_by_the_tab_key(open_page, model):
    opened = open_page(model, STATES["predict"], size=(1440, 900))
    opened.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        opened.page.keyboard.press("Tab")
        reached.add(
            opened.page.evaluate(
                "(e => e.closest('.node') ? 'node' : e.id.replace(/^agl1_/, '')"
                " || String(e.className) || e.type || e.tagName)(document.activeElement)"
            )
        )
    for control in ("theme", "notation", "lens", "answer", "check", "round next due", "round play",
                    "range", "predict", "train", "speed", "help", "node"):  # fmt: skip
        assert any(control.split()[-1] in name or control == name for name in reached) or (
            control == "round next due" and "round next" in reached
        ), (control, reached)
