"""Every declaration of the library: the table of its calculus."""

from autograd_lite.ops.elementwise import (
    abs_ as abs,  # noqa: A004
)
from autograd_lite.ops.elementwise import (
    add,
    div,
    exp,
    log,
    logaddexp,
    maximum,
    mul,
    neg,
    power,
    relu,
    sigmoid,
    sign,
    sqrt,
    sub,
    tanh,
    where,
)
from autograd_lite.ops.indexing import getitem, scatter
from autograd_lite.ops.linalg import matmul
from autograd_lite.ops.reductions import mean
from autograd_lite.ops.reductions import sum_ as sum  # noqa: A004
from autograd_lite.ops.shaping import astype, broadcast_to, concatenate, reshape, transpose

__all__ = [
    "abs", "add", "astype", "broadcast_to", "concatenate", "div", "exp", "getitem", "log",
    "logaddexp", "matmul", "maximum", "mean", "mul", "neg", "power", "relu", "reshape", "scatter",
    "sigmoid", "sign", "sqrt", "sub", "sum", "tanh", "transpose", "where",
]  # fmt: skip
