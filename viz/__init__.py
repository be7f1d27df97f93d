"""Pictures of the forward and the backward pass, drawn from records."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd_lite.nn.recorder import Recorder
    from viz.diagram import Diagram, draw, frames
    from viz.page import Page, stepper
    from viz.plots import plot_gradcheck, plot_loss

__all__ = [
    "Diagram",
    "Page",
    "Recorder",
    "draw",
    "frames",
    "plot_gradcheck",
    "plot_loss",
    "stepper",
]

_HOME = {
    "Diagram": "viz.diagram",
    "Page": "viz.page",
    "Recorder": "autograd_lite.nn.recorder",
    "draw": "viz.diagram",
    "frames": "viz.diagram",
    "plot_gradcheck": "viz.plots",
    "plot_loss": "viz.plots",
    "stepper": "viz.page",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        from autograd_lite.errors import did_you_mean

        raise AttributeError(f"viz has no {name!r}.{did_you_mean(name, __all__)}")
    thing = getattr(importlib.import_module(_HOME[name]), name)
    if not isinstance(globals().get(name), type(importlib)):
        globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return sorted(__all__)
