"""Learning-rate schedules, under Keras's names."""

from autograd_lite.nn.lookup import missing
from autograd_lite.nn.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
    "LearningRateSchedule", "PiecewiseConstantDecay", "PolynomialDecay",
]  # fmt: skip

__getattr__ = missing("keras.optimizers.schedules", __all__)
