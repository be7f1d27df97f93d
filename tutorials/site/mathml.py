"""Sphinx extension: formulas as MathML, which every browser shows without a script or a network."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

__all__ = ["setup"]

_NAMES = "<mi>(?:ln|log|exp|tanh|sin|cos)</mi>"
_CLOSING = "&#x00029;</mo>"
_GAP = '<mspace width="0.17em"/>'
_SPACES = (
    # The prime of f′ is high enough by itself.
    (
        r"<msup>(<mi>\w</mi>)<mi>&#x02032;</mi></msup>",
        r'\1<mo lspace="0" rspace="0">&#x02032;</mo>',
    ),
    # A slash and a ∂ in ∂y/∂x stand as close as in print; as operators they would get spaces.
    (r"<mo>(&#x0002F;|&#x02202;)</mo>", r'<mo lspace="0" rspace="0">\1</mo>'),
    # y ln p is not ylnp, nor is ln p lnp.
    (rf"(?<=</mi>)({_NAMES})", rf"{_GAP}\1"),
    (rf"(?<={_CLOSING})({_NAMES})", rf"{_GAP}\1"),
    (rf"({_NAMES})(?=<m[in]>)", rf"\1{_GAP}"),
    # A minus behind a sign or an open parenthesis belongs to its number.
    (
        r"(<mo[^>]*>&#x000(?:3D|2C|28);</mo>(?:<mtext>[^<]*</mtext>)?)<mo>&#x02212;</mo>",
        r'\1<mo form="prefix">&#x02212;</mo>',
    ),
)


def _mathml(formula: str, display: str) -> str:
    made: str = convert(formula, display=display)
    for found, spaced in _SPACES:
        made = re.sub(found, spaced, made)
    return made


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
