"""Metrics: numbers that a training reports beside its loss."""

from __future__ import annotations

from typing import Any

from autograd_lite.nn import losses
from autograd_lite.nn.configured import revived
from autograd_lite.nn.lookup import find
from autograd_lite.nn.metrics import confusion, errors
from autograd_lite.nn.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    ChosenAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from autograd_lite.nn.metrics.auc import AUC
from autograd_lite.nn.metrics.base import LossMetric, Mean, MeanMetricWrapper, Metric, Sum
from autograd_lite.nn.metrics.confusion import (
    F1Score,
    FalseNegatives,
    FalsePositives,
    FBetaScore,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from autograd_lite.nn.metrics.errors import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    R2Score,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)

__all__ = [
    "AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy",
    "CategoricalCrossentropy", "CategoricalHinge", "ChosenAccuracy", "CosineSimilarity", "F1Score",
    "FBetaScore", "FalseNegatives", "FalsePositives", "Hinge", "Huber", "KLDivergence",
    "LogCoshError", "LossMetric", "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanMetricWrapper", "MeanSquaredError", "MeanSquaredLogarithmicError", "Metric", "Poisson",
    "Precision", "R2Score", "Recall", "RootMeanSquaredError", "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy", "SquaredHinge", "Sum",
    "TopKCategoricalAccuracy", "TrueNegatives", "TruePositives", "binary_accuracy",
    "categorical_accuracy", "deserialize", "get", "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy", "top_k_categorical_accuracy",
]  # fmt: skip

_CLASSES: tuple[type[Any], ...] = (
    *(getattr(errors, name) for name in errors.__all__),
    *(getattr(confusion, name) for name in confusion.__all__),
    BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy, AUC, Mean, Sum, Accuracy,
)  # fmt: skip
_BY_CLASS = {kind.__name__: kind for kind in _CLASSES}
_BY_NAME: dict[str, type[Any]] = {
    "accuracy": ChosenAccuracy,
    **{kind.name: kind for kind in _CLASSES if kind not in (Accuracy, Mean, Sum)},
}
_ALIASES = {
    **{alias: name for alias, name in losses.ALIASES.items() if name in _BY_NAME},
    "acc": "accuracy", "log_cosh_error": "logcosh", "rmse": "root_mean_squared_error",
}  # fmt: skip
_BY_LOSS = {
    getattr(losses, kind.made_of.name.removesuffix("_loss")): kind
    for kind in _CLASSES
    if issubclass(kind, LossMetric) and kind not in (CosineSimilarity, RootMeanSquaredError)
}
"""Losses as functions: their metric checks the targets and knows which way is better."""


def get(identifier: Any) -> Metric:
    """The metric that a name, a class, an object or a function of (y_true, y_pred) stands for.

    Given a name, the metric bears that name in the history.

    Raises
    ------
    ValueError
        No metric has that name.
    TypeError
        ``identifier`` is none of these.
    """
    identifier = revived(identifier, _BY_CLASS)
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        return find("metric", identifier, _BY_NAME, _ALIASES)(name=identifier)
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if isinstance(identifier, type) and issubclass(identifier, losses.Loss):
        identifier = identifier()
    if isinstance(identifier, losses.Loss):
        return MeanMetricWrapper(identifier.each, identifier.name)
    if callable(identifier):
        try:
            known = _BY_LOSS.get(identifier)
        except TypeError:  # an object without a hash
            known = None
        if known:
            return known(name=identifier.__name__)
        return MeanMetricWrapper(identifier)
    raise TypeError(
        f"a metric is a name, a Metric or a function of (y_true, y_pred), not {identifier!r}"
    )


deserialize = get
