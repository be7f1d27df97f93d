"""Sphinx extension: formulas as MathML, which every browser shows without a script or a network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

__all__ = ["setup"]


def _mathml(formula: str, display: str) -> str:
    # A slash in ∂y/∂x stands as close as in print; as an operator it would get spaces.
    return convert(formula, display=display).replace(
        "<mo>&#x0002F;</mo>", '<mo lspace="0" rspace="0">/</mo>'
    )


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
