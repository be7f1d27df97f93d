"""Models, under Keras's names."""

from autograd_lite.nn.loading import clone_model, load_model, model_from_json, save_model
from autograd_lite.nn.lookup import NO_MODEL, missing
from autograd_lite.nn.sequential import Sequential

__all__ = ["Sequential", "clone_model", "load_model", "model_from_json", "save_model"]

__getattr__ = missing("keras.models", __all__, NO_MODEL)
