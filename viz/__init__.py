"""Pictures of the forward and the backward pass, drawn from records."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd_lite.nn.recorder import Recorder
    from autograd_lite.nn.watching import record
    from viz.animation import animate
    from viz.diagram import Diagram, draw, frames
    from viz.explanation import explain
    from viz.formulas import formula
    from viz.networks import network
    from viz.page import Page, stepper
    from viz.plots import (
        plot_activations,
        plot_fit,
        plot_gradcheck,
        plot_loss,
        plot_loss_surface,
    )
    from viz.stepper_widget import widget
    from viz.trace_table import trace
    from viz.worksheets import worksheet

__all__ = [
    "Diagram",
    "Page",
    "Recorder",
    "animate",
    "draw",
    "explain",
    "formula",
    "frames",
    "network",
    "plot_activations",
    "plot_fit",
    "plot_gradcheck",
    "plot_loss",
    "plot_loss_surface",
    "record",
    "stepper",
    "trace",
    "widget",
    "worksheet",
]

_HOME = {
    "Diagram": "viz.diagram",
    "Page": "viz.page",
    "Recorder": "autograd_lite.nn.recorder",
    "animate": "viz.animation",
    "draw": "viz.diagram",
    "explain": "viz.explanation",
    "formula": "viz.formulas",
    "frames": "viz.diagram",
    "network": "viz.networks",
    "plot_activations": "viz.plots",
    "plot_fit": "viz.plots",
    "plot_gradcheck": "viz.plots",
    "plot_loss": "viz.plots",
    "record": "autograd_lite.nn.watching",
    "plot_loss_surface": "viz.plots",
    "stepper": "viz.page",
    "trace": "viz.trace_table",
    "widget": "viz.stepper_widget",
    "worksheet": "viz.worksheets",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        from autograd_lite.errors import did_you_mean

        raise AttributeError(f"viz has no {name!r}.{did_you_mean(name, __all__)}")
    thing = getattr(importlib.import_module(_HOME[name]), name)
    if not isinstance(globals().get(name), type(importlib)):
        globals()[name] = thing
    return thing


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext viz`` brings the cell magic ``%%backprop``."""
    from viz.notebook import load

    load(ipython)


def __dir__() -> list[str]:
    return sorted(__all__)
