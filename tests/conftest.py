"""What a machine may lack, told at the top of the report: never left out in silence, never in CI."""

from __future__ import annotations

import os

import pytest

from viz import layout


def bundled() -> bool:
    """Whether the Graphviz inside pygraphviz loads here: its Linux wheel needs glib and X11's."""
    return layout.available().startswith("bundled")


def pytest_report_header() -> str:
    engine = layout.available()
    if bundled() or os.environ.get("CI"):
        return f"graphviz: {engine}"
    return f"graphviz: {engine}; tests marked 'bundled' are deselected on this machine"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if bundled() or os.environ.get("CI"):
        return
    left = [item for item in items if item.get_closest_marker("bundled")]
    items[:] = [item for item in items if not item.get_closest_marker("bundled")]
    config.hook.pytest_deselected(items=left)
