"""Every declaration of the library: the table of its calculus."""

from autograd_lite.ops.activations import (
    elu,
    erf,
    erfc,
    gelu,
    leaky_relu,
    selu,
    silu,
    softplus,
    softsign,
)
from autograd_lite.ops.arranging import (
    diag,
    diagonal,
    flip,
    pad,
    repeat,
    roll,
    stack,
    tile,
    trace,
    tril,
    triu,
)
from autograd_lite.ops.decompositions import (
    cholesky,
    cofactors,
    cofactors_along,
    det,
    eigh,
    inv,
    logdet,
    norm,
    pinv,
    qr,
    solve,
    svd,
)
from autograd_lite.ops.elementwise import (
    abs_ as abs,
)
from autograd_lite.ops.elementwise import (
    add,
    alias,
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
from autograd_lite.ops.exponentials import (
    cbrt,
    copysign,
    deg2rad,
    exp2,
    expm1,
    fmod,
    log1p,
    log2,
    log10,
    logaddexp2,
    mod,
    rad2deg,
    reciprocal,
    square,
)
from autograd_lite.ops.extremes import clip, fmax, fmin, minimum
from autograd_lite.ops.indexing import getitem, scatter
from autograd_lite.ops.linalg import matmul
from autograd_lite.ops.products import convolve, einsum, inner, outer, tensordot, vdot
from autograd_lite.ops.reductions import mean
from autograd_lite.ops.reductions import sum_ as sum
from autograd_lite.ops.selection import sort, take, take_along_axis
from autograd_lite.ops.shaping import astype, broadcast_to, concatenate, reshape, transpose
from autograd_lite.ops.statistics import (
    cumprod,
    cumsum,
    log_softmax,
    logsumexp,
    prod,
    recurrence,
    softmax,
    std,
    var,
)
from autograd_lite.ops.statistics import max_ as max
from autograd_lite.ops.statistics import min_ as min
from autograd_lite.ops.trigonometry import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    hypot,
    sin,
    sinc,
    sinh,
    tan,
)

__all__ = [
    "abs", "add", "alias", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "astype", "broadcast_to", "cbrt", "cholesky", "clip", "cofactors",
    "cofactors_along", "concatenate", "convolve", "copysign", "cos", "cosh", "cumprod", "cumsum", "deg2rad",
    "det", "diag", "diagonal", "div", "eigh", "einsum", "elu", "erf", "erfc", "exp", "exp2",
    "expm1", "flip", "fmax", "fmin", "fmod", "gelu", "getitem", "hypot", "inner", "inv",
    "leaky_relu", "log", "log1p", "log2", "log10", "log_softmax", "logaddexp", "logaddexp2",
    "logdet", "logsumexp", "matmul", "max", "maximum", "mean", "min", "minimum", "mod", "mul",
    "neg", "norm", "outer", "pad", "pinv", "power", "prod", "qr", "rad2deg", "reciprocal",
    "recurrence", "relu", "repeat", "reshape", "roll", "scatter", "selu", "sigmoid", "sign",
    "silu", "sin", "sinc", "sinh", "softmax", "softplus", "softsign", "solve", "sort", "sqrt",
    "square", "stack", "std", "sub", "sum", "svd", "take", "take_along_axis", "tan", "tanh",
    "tensordot", "tile", "trace", "transpose", "tril", "triu", "var", "vdot", "where",
]  # fmt: skip
