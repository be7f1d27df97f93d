"""The browser the page tests run in, and the page they open.

Where no browser is found these tests are left uncollected on a developer's machine, unless they
are asked for by ``-m browser``. Under continuous integration (``CI`` is set) they are always
collected, and fail with the reason, so that a missing browser cannot pass for a success.
"""

from __future__ import annotations

import copy
import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd_lite.context import source_lines
from autograd_lite.recording import Recording
from viz.page import page_html, page_model

HERE = Path(__file__).resolve().parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_program() -> str | None:
    """Path of Chromium: what ``AUTOGRAD_LITE_CHROMIUM`` names, or one found on the PATH."""
    named = os.environ.get("AUTOGRAD_LITE_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def missing() -> str:
    """What a browser test lacks on this machine, or ``""``."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright for Python is not installed: pip install playwright"
    named = os.environ.get("AUTOGRAD_LITE_CHROMIUM")
    if named and browser_program() is None:
        return f"AUTOGRAD_LITE_CHROMIUM names {named!r}, which is not a file"
    if browser_program() is None:
        return (
            f"no Chromium found: looked for AUTOGRAD_LITE_CHROMIUM and, on the PATH, for "
            f"{', '.join(PROGRAMS)}; install one (Debian: apt install chromium)"
        )
    return ""


def wanted(config: pytest.Config) -> bool:
    """Whether the tests must be collected, even if they are bound to fail."""
    asked = str(config.getoption("markexpr", "") or "")
    return bool(os.environ.get("CI")) or ("browser" in asked and "not browser" not in asked)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: opens the stepper page in a real browser")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    inside = collection_path == HERE or HERE in collection_path.parents
    return True if inside and missing() and not wanted(config) else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the whole run."""
    lack = missing()
    if lack:
        pytest.fail(f"the browser tests cannot run: {lack}", pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def recording() -> Recording:
    """One unit, one example, SGD: three training steps, recorded with the learner's lines."""
    path = HERE / "lesson.py"
    spec = importlib.util.spec_from_file_location("lesson", path)
    assert spec and spec.loader
    lesson = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lesson)
    with source_lines():
        found: Recording = lesson.trained(3).recording
    return found


@pytest.fixture(scope="session")
def sample(recording: Recording) -> dict[str, Any]:
    """The page's data of that recording. Copy it before you change it."""
    return page_model(recording)


@pytest.fixture
def model(sample: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(sample)


@pytest.fixture(scope="session")
def assemble() -> Callable[[dict[str, Any]], str]:
    return page_html


class Opened:
    """A page under test: its handle, and all it logged or asked the network for."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.path = path
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda line: self.errors.append(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self.refuse)
        page.on("request", lambda request: self.requests.append(request.url))

    def refuse(self, dialog: Any) -> None:
        self.errors.append(f"alert: {dialog.message}")
        dialog.dismiss()

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def where(self) -> str:
        """Training step and micro-step, as in ``"2 Backward, 3 of 6"``."""
        step = self.page.locator(".of b").first.text_content()
        return f"{step} {self.page.locator('.where').first.text_content()}"

    def press(self, *keys: str) -> str:
        for key in keys:
            self.page.keyboard.press(key)
        return self.where()

    def hash(self) -> str:
        """The address, which follows when the reader rests; timed by the page's own clock."""
        rest = "new Promise(done => setTimeout(() => done(location.hash), 150))"
        return str(self.page.evaluate(rest))

    def follow(self, address: str) -> None:
        """Ask for another place of the same page, and come back when the page is there."""
        if self.hash() != address:
            self.page.evaluate(
                """address => new Promise(done => {
                  addEventListener("hashchange", () => setTimeout(done), { once: true });
                  location.hash = address;
                })""",
                address,
            )

    def until(self, expression: str, seconds: float = 5.0) -> None:
        """Wait for an expression to hold; the page's own policy forbids Playwright's way."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"did not come true in {seconds} s: {expression}"
            self.page.wait_for_timeout(20)

    def node(self, name: str) -> Any:
        return self.page.locator(f".drawing .node[aria-label^='{name},']")


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a model's page from disk, offline; checks at the end that it stayed quiet."""
    yield from opening(chromium, tmp_path)


@pytest.fixture(scope="module")
def shared_page(
    chromium: Any, sample: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """One page for the tests of a file that find their own way."""
    opener = opening(chromium, tmp_path_factory.mktemp("page"))
    yield next(opener)(sample)
    next(opener, None)


def opening(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Yields what opens a page; closes all of them afterwards."""
    contexts: list[Any] = []
    opened: list[Opened] = []

    def open_(
        model: dict[str, Any] | str,
        address: str = "",
        *,
        size: tuple[int, int] = (1440, 900),
        **options: Any,
    ) -> Opened:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, **options
        )
        contexts.append(context)
        path = tmp_path / f"page{len(contexts)}.html"
        text = model if isinstance(model, str) else page_html(model)
        path.write_text(text, encoding="utf-8")
        one = Opened(context.new_page(), path)
        opened.append(one)
        one.page.goto(path.as_uri() + address)
        return one

    yield open_
    for one in opened:
        assert one.errors == []
        allowed = ("file:", "about:", "data:", "blob:")
        assert [url for url in one.requests if not url.startswith(allowed)] == []
        assert len([url for url in one.requests if url.startswith("file:")]) == 1
    for context in contexts:
        context.close()
