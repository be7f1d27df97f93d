"""Activation functions of neural networks, written so that |x| = 1000 neither overflows nor rounds
a gradient away: what is small is computed as such, never as 1 minus something.
"""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.op import Edge, elementwise
from autograd_lite.ops.elementwise import sigmoid
from autograd_lite.ops.points import ANY, NONZERO, TEXT, points, sample

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
ROOT_HALF, ROOT_TAU = math.sqrt(0.5), math.sqrt(2 * math.pi)

_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def _special(scalar, spread, x):
    """A function of C's mathematics library, which is right to the last digit or two everywhere; an
    approximation by NumPy's functions would be quicker for large arrays, and no more accurate.
    """
    if type(x) is float:
        return scalar(x)
    values = spread(np.asarray(x, np.float64))
    return values.astype(np.result_type(x))[()]


def _right(x, slope):
    """Where a rectifier has its slope of 1: at 0 itself the smaller of its two slopes holds, and
    of two equal ones the straight side's, whose own slope is the smaller.
    """
    return x >= 0 if slope >= 1 else x > 0


def _phi(x):
    """The density of the normal distribution."""
    return np.exp(-0.5 * x**2) / ROOT_TAU


def _tanh_argument(x):
    """Twice the argument of tanh in the approximate gelu: (1 + tanh u)/2 is σ(2u)."""
    return math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)


def _gelu(x, *, approximate=False):
    if approximate:
        return x * sigmoid(_tanh_argument(x))
    return 0.5 * x * erfc(-ROOT_HALF * x)


def _gelu_slope(out, x, *, approximate=False):
    if approximate:
        u = _tanh_argument(x)
        bend = math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x**2)
        return sigmoid(u) * (1 + x * bend * sigmoid(-u))
    return 0.5 * erfc(-ROOT_HALF * x) + x * _phi(x)


# ── error function ────────────────────────────────────────────────────────────────────────────
erf = elementwise(
    "erf", "erf",
    lambda x: _special(math.erf, _erf, x),
    lambda out, x: 2 / math.sqrt(math.pi) * np.exp(-(x**2)),
    samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (2 / math.sqrt(math.pi),)), Edge((1000.0,), (0.0,))),
)
erfc = elementwise(
    "erfc", "erfc",
    lambda x: _special(math.erfc, _erfc, x),
    lambda out, x: -2 / math.sqrt(math.pi) * np.exp(-(x**2)),
    samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (-2 / math.sqrt(math.pi),)), Edge((-1000.0,), (0.0,))),
)

# ── rectifiers ────────────────────────────────────────────────────────────────────────────────
leaky_relu = elementwise(
    "leaky_relu", "leaky_relu",
    lambda x, *, slope=0.1: np.where(x > 0, x, slope * x),
    lambda out, x, *, slope=0.1: np.where(_right(x, slope), 1, slope),
    samples=(*points(NONZERO), sample(NONZERO, slope=0.3)), bad=(TEXT,),
    edges=(Edge((0.0,), (0.1,)), Edge((-1000.0,), (0.1,)), Edge((1000.0,), (1.0,))),
)
elu = elementwise(
    "elu", "elu",
    lambda x, *, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    lambda out, x, *, alpha=1.0: np.where(_right(x, alpha), 1, alpha * np.exp(np.minimum(x, 0))),
    shown=(lambda out, x, *, alpha=1.0: np.where(_right(x, alpha), 1, out + alpha),),
    samples=(*points(NONZERO), sample(NONZERO, alpha=0.5)), bad=(TEXT,),
    edges=(Edge((0.0,), (1.0,)), Edge((-50.0,), (math.exp(-50),)), Edge((1000.0,), (1.0,)),
           Edge((-1000.0,), (0.0,))),
)
selu = elementwise(
    "selu", "selu",
    lambda x: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))),
    lambda out, x: SELU_SCALE * np.where(
        _right(x, SELU_ALPHA), 1, SELU_ALPHA * np.exp(np.minimum(x, 0))
    ),
    samples=points(NONZERO), bad=(TEXT,),
    edges=(Edge((0.0,), (SELU_SCALE,)), Edge((1000.0,), (SELU_SCALE,)), Edge((-1000.0,), (0.0,))),
)

# ── smooth ones ───────────────────────────────────────────────────────────────────────────────
softplus = elementwise(
    "softplus", "softplus",
    lambda x: np.logaddexp(0, x),
    lambda out, x: sigmoid(x),
    samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (0.5,)), Edge((-50.0,), (math.exp(-50),)), Edge((1000.0,), (1.0,)),
           Edge((-1000.0,), (0.0,))),
)
silu = elementwise(
    "silu", "silu",
    lambda x: x * sigmoid(x),
    lambda out, x: sigmoid(x) * (1 + x * sigmoid(-x)),
    shown=(lambda out, x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
    samples=points(ANY), bad=(TEXT,),
    edges=(Edge((0.0,), (0.5,)), Edge((-50.0,), (-49 * math.exp(-50),)), Edge((1000.0,), (1.0,)),
           Edge((-1000.0,), (0.0,))),
)
gelu = elementwise(
    "gelu", "gelu",
    _gelu,
    _gelu_slope,
    samples=(*points(ANY), sample(ANY, approximate=True)), bad=(TEXT,),
    edges=(Edge((0.0,), (0.5,)), Edge((1000.0,), (1.0,)), Edge((-1000.0,), (0.0,))),
)
softsign = elementwise(
    "softsign", "softsign",
    lambda x: x / (1 + np.abs(x)),
    lambda out, x: 1 / (1 + np.abs(x)) ** 2,
    samples=points(NONZERO), bad=(TEXT,),
    edges=(Edge((0.0,), (1.0,)), Edge((1000.0,), (1 / 1001**2,)), Edge((-1000.0,), (1 / 1001**2,))),
)
