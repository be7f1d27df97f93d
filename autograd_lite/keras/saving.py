"""Saved models, under Keras's names."""

from autograd_lite.nn.loading import load_model, save_model
from autograd_lite.nn.lookup import missing

__all__ = ["load_model", "save_model"]

__getattr__ = missing("keras.saving", __all__)
