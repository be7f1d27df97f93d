"""The names that a Keras user expects; everything behind them stands in ``autograd_lite.nn``."""

from autograd_lite.keras import (
    activations,
    backend,
    callbacks,
    config,
    initializers,
    layers,
    losses,
    models,
    optimizers,
    utils,
)
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.sequential import Sequential

__all__ = [
    "Sequential", "activations", "backend", "callbacks", "config", "initializers", "layers",
    "losses", "models", "optimizers", "utils",
]  # fmt: skip

__getattr__ = missing("keras", __all__)
