"""Neurons on scalars, layers on arrays, and what trains them."""

from autograd_lite.nn.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
    TrainingStep,
)
from autograd_lite.nn.layers import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    Normalization,
    Rescaling,
    Reshape,
)
from autograd_lite.nn.loading import clone_model, load_model, model_from_json, save_model
from autograd_lite.nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from autograd_lite.nn.metrics import Metric
from autograd_lite.nn.neuron import MLP, Layer, Neuron
from autograd_lite.nn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
)
from autograd_lite.nn.recorder import Recorder
from autograd_lite.nn.schedules import LearningRateSchedule
from autograd_lite.nn.sequential import Sequential
from autograd_lite.nn.session import floatx, set_floatx, set_random_seed

__all__ = [
    "MLP", "SGD", "Activation", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax",
    "BinaryCrossentropy", "CSVLogger", "Callback", "CategoricalCrossentropy", "Dense", "Dropout",
    "EarlyStopping", "Flatten", "Ftrl", "History", "Huber", "Input", "LambdaCallback", "Layer",
    "LearningRateSchedule", "LearningRateScheduler", "Lion", "Loss", "MeanAbsoluteError",
    "MeanSquaredError", "Metric", "ModelCheckpoint", "Nadam", "Neuron", "Normalization",
    "Optimizer", "RMSprop", "Recorder", "ReduceLROnPlateau", "Rescaling", "Reshape", "Sequential",
    "SparseCategoricalCrossentropy", "TerminateOnNaN", "TrainingStep", "clone_model", "floatx",
    "load_model", "model_from_json", "save_model", "set_floatx", "set_random_seed",
]  # fmt: skip
