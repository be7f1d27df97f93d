"""Automatic differentiation that a learner can see through, on NumPy."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from autograd_lite.context import no_grad
from autograd_lite.errors import (
    AnomalyError,
    GradientError,
    NumericWarning,
    RecordError,
    StaleDataError,
)
from autograd_lite.errors import did_you_mean as _did_you_mean
from autograd_lite.value import Value

if TYPE_CHECKING:
    from autograd_lite import keras, nn, ops, tf
    from autograd_lite.anomaly import detect_anomaly
    from autograd_lite.checker import assert_grads, gradcheck
    from autograd_lite.custom import elementwise, structural
    from autograd_lite.programs import program
    from autograd_lite.recorder import record
    from autograd_lite.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__version__ = "0.1.0"

__all__ = [
    "AnomalyError", "GradientError", "NumericWarning", "RecordError", "StaleDataError", "Value",
    "assert_grads", "detect_anomaly", "elementwise", "grad", "gradcheck", "hessian", "hvp",
    "jacobian", "jvp", "keras", "nn", "no_grad", "ops", "program", "record", "structural", "tf",
    "value_and_grad", "vjp",
]  # fmt: skip

_HOME = {
    **dict.fromkeys(
        ("grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"), "transforms"
    ),
    **dict.fromkeys(("assert_grads", "gradcheck"), "checker"),
    **dict.fromkeys(("elementwise", "structural"), "custom"),
    "detect_anomaly": "anomaly",
    "program": "programs",
    "record": "recorder",
}
"""What is loaded at its first use, and from where: ``import autograd_lite`` stays quick."""


def __getattr__(name: str) -> Any:
    if name in _HOME:
        thing = getattr(importlib.import_module(f"autograd_lite.{_HOME[name]}"), name)
        globals()[name] = thing
        return thing
    if name in ("keras", "nn", "ops", "tf"):
        return importlib.import_module(f"autograd_lite.{name}")
    raise AttributeError(f"autograd_lite has no {name!r}.{_did_you_mean(name, __all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
