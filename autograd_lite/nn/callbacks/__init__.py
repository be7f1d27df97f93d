"""Callbacks: what is told of a training while it runs, and may change it."""

from autograd_lite.nn.callbacks.audience import CallbackList
from autograd_lite.nn.callbacks.base import Callback, History, TrainingStep
from autograd_lite.nn.callbacks.functions import LambdaCallback
from autograd_lite.nn.callbacks.monitor import MonitorCallback
from autograd_lite.nn.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from autograd_lite.nn.callbacks.stopping import EarlyStopping, TerminateOnNaN
from autograd_lite.nn.callbacks.writing import CSVLogger, ModelCheckpoint

__all__ = [
    "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "MonitorCallback", "ReduceLROnPlateau",
    "TerminateOnNaN", "TrainingStep",
]  # fmt: skip
