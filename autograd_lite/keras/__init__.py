"""The names that a Keras user expects; everything behind them stands in ``autograd_lite.nn``."""

from autograd_lite import __version__
from autograd_lite.keras import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    saving,
    utils,
)
from autograd_lite.nn.initializers import Initializer
from autograd_lite.nn.layers import Input, Layer
from autograd_lite.nn.lookup import NO_MODEL, missing
from autograd_lite.nn.losses import Loss
from autograd_lite.nn.metrics import Metric
from autograd_lite.nn.optimizers import Optimizer
from autograd_lite.nn.regularizers import Regularizer
from autograd_lite.nn.sequential import Sequential

__all__ = [
    "Initializer", "Input", "Layer", "Loss", "Metric", "Optimizer", "Regularizer", "Sequential",
    "__version__", "activations", "backend", "callbacks", "config",
    "constraints", "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers",
    "regularizers", "saving", "utils",
]  # fmt: skip

__getattr__ = missing("keras", [name for name in __all__ if name != "__version__"], NO_MODEL)
