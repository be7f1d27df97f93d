"""Sentences with mathematics in them, as plain data: text, and ``{"math": "w"}`` for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viz.words.texts import GraphTexts

__all__ = ["Span", "gradients_marked", "math_span", "plain_text", "slope_span"]

Span = Any
"""Plain text, ``{"math": text}``, ``{"math": "∂L/∂w", "grad": id of w}``, or ``{"number": place}``."""


def math_span(text: str) -> Span:
    """A name or a formula inside a sentence."""
    return {"math": text}


def slope_span(texts: GraphTexts, node: int) -> Span:
    """A gradient inside a sentence; its id lets the reader choose the notation."""
    return {"math": texts.gradient(node), "grad": node}


def plain_text(spans: Sequence[Span]) -> str:
    """Spans as one text.

    >>> plain_text(["When ", {"math": "w"}, " rises"])
    'When w rises'
    """
    return "".join(s if isinstance(s, str) else s.get("math", "…") for s in spans)


def gradients_marked(texts: GraphTexts, formula: str, nodes: Sequence[int]) -> list[Span]:
    """A formula as spans in which the gradients of some nodes are known as such."""
    spans: list[Span] = [formula]
    for node in sorted(set(nodes), key=lambda n: -len(texts.gradient(n))):
        split: list[Span] = []
        for span in spans:
            if not isinstance(span, str):
                split.append(span)
                continue
            parts = span.split(texts.gradient(node))
            for i, part in enumerate(parts):
                split += [slope_span(texts, node)] * (i > 0) + [part] * bool(part)
        spans = split
    return [math_span(s) if isinstance(s, str) else s for s in spans]
