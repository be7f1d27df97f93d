"""Arithmetic for losses, metrics and layers of one's own, under Keras's names.

NumPy's own functions, which keep Values, and the activation functions.
"""

from numpy import (
    abs,
    absolute,
    add,
    clip,
    concatenate,
    cos,
    divide,
    dot,
    exp,
    expand_dims,
    expm1,
    log,
    log1p,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    multiply,
    negative,
    ones_like,
    power,
    prod,
    reciprocal,
    reshape,
    sign,
    sin,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    subtract,
    sum,
    tan,
    transpose,
    var,
    where,
    zeros_like,
)

from autograd_lite.nn.activations import (
    elu,
    gelu,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from autograd_lite.nn.lookup import missing

__all__ = [
    "abs", "absolute", "add", "clip", "concatenate", "cos", "divide", "dot", "elu", "exp",
    "expand_dims", "expm1", "gelu", "leaky_relu", "log", "log1p", "log_sigmoid", "log_softmax",
    "matmul", "max", "maximum", "mean", "min", "minimum", "multiply", "negative", "ones_like",
    "power", "prod", "reciprocal", "relu", "reshape", "selu", "sigmoid", "sign", "silu", "sin",
    "softmax", "softplus", "softsign", "sqrt", "square", "squeeze", "stack", "std", "subtract",
    "sum", "tan", "tanh", "transpose", "var", "where", "zeros_like",
]  # fmt: skip

__getattr__ = missing("keras.ops", __all__)
