"""Neurons on scalars, layers on arrays, and what trains them."""

from autograd_lite.nn.callbacks import Callback, History, TrainingStep
from autograd_lite.nn.layers import Dense
from autograd_lite.nn.losses import Loss, MeanAbsoluteError, MeanSquaredError
from autograd_lite.nn.neuron import MLP, Layer, Neuron
from autograd_lite.nn.optimizers import SGD, Adam, Optimizer, RMSprop
from autograd_lite.nn.recorder import Recorder
from autograd_lite.nn.sequential import Sequential
from autograd_lite.nn.session import floatx, set_floatx, set_random_seed

__all__ = [
    "MLP", "SGD", "Adam", "Callback", "Dense", "History", "Layer", "Loss", "MeanAbsoluteError",
    "MeanSquaredError", "Neuron", "Optimizer", "RMSprop", "Recorder", "Sequential", "TrainingStep",
    "floatx", "set_floatx", "set_random_seed",
]  # fmt: skip
