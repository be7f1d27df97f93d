"""Callbacks, under Keras's names."""

from autograd_lite.nn.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.progress import ProgbarLogger

__all__ = [
    "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau",
    "TerminateOnNaN",
]  # fmt: skip

__getattr__ = missing("keras.callbacks", __all__)
