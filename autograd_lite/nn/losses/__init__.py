"""Losses: how far the predictions are from the targets, as one number."""

from __future__ import annotations

from typing import Any

from autograd_lite.nn.configured import revived
from autograd_lite.nn.lookup import find
from autograd_lite.nn.losses import crossentropy, margins, regression
from autograd_lite.nn.losses.base import ElementwiseLoss, FunctionLoss, Loss
from autograd_lite.nn.losses.crossentropy import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    sparse_categorical_crossentropy,
)
from autograd_lite.nn.losses.margins import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from autograd_lite.nn.losses.regression import (
    CosineSimilarity,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    cosine_similarity,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
)

__all__ = [
    "ALIASES", "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy", "CategoricalHinge", "CosineSimilarity", "ElementwiseLoss",
    "FunctionLoss", "Hinge", "Huber", "KLDivergence", "LogCosh", "Loss", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
    "SparseCategoricalCrossentropy", "SquaredHinge", "binary_crossentropy",
    "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy",
    "categorical_hinge", "cosine_similarity", "deserialize", "get", "hinge", "huber",
    "kl_divergence", "log_cosh", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_error", "mean_squared_logarithmic_error", "poisson",
    "sparse_categorical_crossentropy", "squared_hinge",
]  # fmt: skip

_BY_FUNCTION: dict[Any, type[Any]] = {
    **regression.BY_FUNCTION, **crossentropy.BY_FUNCTION, **margins.BY_FUNCTION,
}  # fmt: skip
_BY_NAME = {function.__name__: kind for function, kind in _BY_FUNCTION.items()}
_BY_CLASS = {kind.__name__: kind for kind in _BY_FUNCTION.values()}
ALIASES = {
    "bce": "binary_crossentropy", "cosine": "cosine_similarity", "huber_loss": "huber",
    "kld": "kl_divergence", "kullback_leibler_divergence": "kl_divergence",
    "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error", "msle": "mean_squared_logarithmic_error",
}  # fmt: skip
"""Shorter names, as in ``loss="mse"``."""


def get(identifier: Any) -> Loss:
    """The loss that a name, a class, an object or a function of (y_true, y_pred) stands for.

    Raises
    ------
    ValueError
        No loss has that name.
    TypeError
        ``identifier`` is none of these.
    """
    identifier = revived(identifier, _BY_CLASS)
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, str):
        return find("loss", identifier, _BY_NAME, ALIASES)()
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if callable(identifier):
        known = _BY_FUNCTION.get(identifier) if _hashable(identifier) else None
        return known() if known else FunctionLoss(identifier)
    raise TypeError(
        f"a loss is a name, a Loss or a function of (y_true, y_pred), not {identifier!r}"
    )


deserialize = get


def _hashable(thing: Any) -> bool:
    return getattr(type(thing), "__hash__", None) is not None
