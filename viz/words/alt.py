"""A picture in words: the text alternative of a drawing."""

from __future__ import annotations

from typing import Any

from viz.records.parts import Part
from viz.words.texts import StepTexts

__all__ = ["alt_text"]


def alt_text(texts: StepTexts, passes: str) -> str:
    """A picture in words: what was computed from what, and the gradients of the leaves."""
    graph = texts.graph.graph
    swept = passes != "forward" and bool(texts.applications)
    title = "Forward and backward pass" if swept else "Forward pass"
    drawn = [n for n in graph.nodes if n.id not in texts.graph.folded]

    def told(node: Any) -> str:
        cells = texts.values[node.id]
        if node.shape:
            return f"{node.name} of shape {node.shape}"
        return f"{node.name} = {cells[0][0]}"

    given = ", ".join(told(n) for n in drawn if not n.op)
    made = ", ".join(told(n) for n in drawn if n.op)
    words = f"{title} of {graph.root.name}: {'; '.join(filter(None, (given, made)))}."
    if swept:
        slopes = ", ".join(
            f"{n.name} {texts.gradients[n.id][0][0]}"
            for n in drawn
            if not n.op and n.id in texts.gradients
        )
        words += f" Gradients: {slopes}." if slopes else ""
        modules = ", ".join(
            f"{n.title} {norm}"
            for n in drawn
            if isinstance(n, Part)
            and n.title
            and (norm := texts.parameters(n.id)[2].removeprefix("∂ "))
        )
        words += f" Norms of the gradients of parameters: {modules}." if modules else ""
    return words
