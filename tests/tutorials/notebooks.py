"""The notebooks and pages of tutorials/, read as data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = ROOT / "tutorials"
NOTEBOOKS = sorted(TUTORIALS.glob("[0-9][0-9]-*.ipynb"))
PAGES = sorted([*TUTORIALS.glob("*.md"), *TUTORIALS.glob("how-to/*.md")])


class Cell(NamedTuple):
    """A cell of a notebook."""

    kind: str
    source: str
    tags: tuple[str, ...]


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def cells(path: Path) -> list[Cell]:
    return [
        Cell(cell["cell_type"], "".join(cell["source"]), tuple(cell["metadata"].get("tags", ())))
        for cell in load(path)["cells"]
    ]


def code(path: Path) -> list[str]:
    """The code of a notebook, without the cell that installs."""
    return [
        cell.source
        for cell in cells(path)
        if cell.kind == "code" and "remove-cell" not in cell.tags
    ]


def blocks(text: str) -> list[str]:
    """The Python of a page: plain blocks, and the cells that the site runs."""
    return re.findall(r"^```(?:python|\{code-cell\} python)\n(.*?)^```$", text, re.M | re.S)


def number(path: Path) -> int:
    """Which tutorial it is."""
    return int(path.name[:2])
