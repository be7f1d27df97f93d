"""A drawing as the bytes of a file, in any format that it can be saved in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from viz.graphics import drawing

__all__ = ["FORMATS", "as_bytes"]

FORMATS = (*drawing.FORMATS, "html")


def as_bytes(picture: Any, form: str) -> bytes:
    """What ``picture.save("picture.svg")`` would write, for ``form="svg"``.

    Raises
    ------
    ValueError
        The drawing cannot be saved in this format.
    viz.layout.GraphvizError
        There is no Graphviz, or it knows no such format.
    """
    with tempfile.TemporaryDirectory(prefix="autograd-lite-") as folder:
        path: Path = picture.save(Path(folder) / f"picture.{form}")
        return path.read_bytes()
