"""The names of TensorFlow that Keras courses use; everything behind them stands elsewhere."""

import logging as _logging
from typing import Any

from autograd_lite import keras
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import set_seed

__all__ = ["compat", "keras", "logging", "random"]

__getattr__ = missing("tf", __all__)


class _Names:
    """A group of names such as ``tf.random``; says what it holds when another is asked for."""

    def __init__(self, title: str, **names: Any) -> None:
        self.__dict__.update(names)
        self.__dict__["_missing"] = missing(title, names)

    def __getattr__(self, name: str) -> Any:
        return self._missing(name)


_levels = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")
logging = _Names(
    "tf.logging",
    set_verbosity=_logging.getLogger("autograd_lite").setLevel,
    **{level: getattr(_logging, level) for level in _levels},
)
random = _Names("tf.random", set_seed=set_seed)
compat = _Names("tf.compat", v1=_Names("tf.compat.v1", logging=logging))
