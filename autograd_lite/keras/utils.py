"""Utilities, under Keras's names."""

from autograd_lite.nn.encoding import normalize, plot_model, to_categorical
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import clear_session, set_random_seed

__all__ = ["clear_session", "normalize", "plot_model", "set_random_seed", "to_categorical"]

__getattr__ = missing("keras.utils", __all__)
