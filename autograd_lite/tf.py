"""The names of TensorFlow that Keras courses use; everything behind them stands elsewhere."""

import logging as _logging
from typing import Any

from autograd_lite import __version__, keras
from autograd_lite.nn.lookup import missing
from autograd_lite.nn.session import set_seed

abs, add, divide, exp = keras.ops.abs, keras.ops.add, keras.ops.divide, keras.ops.exp
matmul, maximum, minimum = keras.ops.matmul, keras.ops.maximum, keras.ops.minimum
multiply, pow, sigmoid = keras.ops.multiply, keras.ops.power, keras.ops.sigmoid
sign, sqrt, square = keras.ops.sign, keras.ops.sqrt, keras.ops.square
subtract, tanh, where = keras.ops.subtract, keras.ops.tanh, keras.ops.where
reduce_max, reduce_mean = keras.ops.max, keras.ops.mean
reduce_min, reduce_sum = keras.ops.min, keras.ops.sum

_ARITHMETIC = [
    "abs", "add", "divide", "exp", "maximum", "minimum", "multiply", "pow", "reduce_max",
    "reduce_mean", "reduce_min", "reduce_sum", "sigmoid", "sign", "sqrt", "square", "subtract",
    "tanh",
]  # fmt: skip

__all__ = [
    "__version__", "abs", "add", "compat", "divide", "exp", "keras", "logging", "math", "matmul",
    "maximum", "minimum", "multiply", "nn", "pow", "random", "reduce_max", "reduce_mean",
    "reduce_min", "reduce_sum", "sigmoid", "sign", "sqrt", "square", "subtract", "tanh", "where",
]  # fmt: skip

__getattr__ = missing(
    "tf", [name for name in __all__ if name != "__version__"], {
        "GradientTape": "Values record by themselves: call loss.backward(), then read w.grad.",
        "Variable": "What has a gradient is a Value: from autograd_lite import Value.",
        "constant": "A NumPy array is one: np.array(...).",
    },
)  # fmt: skip


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
nn = _Names(
    "tf.nn",
    **{
        name: getattr(keras.activations, name)
        for name in (
            "elu", "gelu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu",
            "softmax", "softplus", "softsign", "swish", "tanh",
        )
    },
)  # fmt: skip
math = _Names("tf.math", log=keras.ops.log, **{name: globals()[name] for name in _ARITHMETIC})
random = _Names("tf.random", set_seed=set_seed)
compat = _Names("tf.compat", v1=_Names("tf.compat.v1", logging=logging))
