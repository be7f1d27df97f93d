"""Figures made with matplotlib, all of one look; matplotlib is loaded when the first is made."""

from viz.plots.activations import plot_activations
from viz.plots.checks import plot_gradcheck
from viz.plots.fit import plot_fit
from viz.plots.loss import plot_loss
from viz.plots.surface import plot_loss_surface

__all__ = ["plot_activations", "plot_fit", "plot_gradcheck", "plot_loss", "plot_loss_surface"]
