"""The calculus of the library, element by element: each line a function and its derivatives.

A partial derivative is a rule of ``(out, *inputs)``, or a number where it is constant. The engine
multiplies it by the upstream gradient and sums over broadcast axes; no rule does so itself. At
kinks the rules give the minimum-norm subgradient.
"""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, Edge, elementwise
from autograd_lite.ops.points import ANY, NONZERO, POSITIVE, TEXT, TEXTS, points, sample

inf, nan = float("inf"), float("nan")


def _rectified(x):
    """max(x, 0); of a plain float by Python, which is ten times as quick. A NaN stays one."""
    if type(x) is float:
        return 0.0 if x <= 0 else x
    return np.maximum(x, 0)


# ── arithmetic ────────────────────────────────────────────────────────────────────────────────
add = elementwise(
    "add", "+",
    lambda x, y: x + y,
    1,
    1,
    numpy=(np.add,), samples=points(ANY, NONZERO), bad=(TEXTS,),
)
sub = elementwise(
    "sub", "−",
    lambda x, y: x - y,
    1,
    -1,
    numpy=(np.subtract,), samples=points(ANY, NONZERO), bad=(TEXTS,),
)
mul = elementwise(
    "mul", "×",
    lambda x, y: x * y,
    lambda out, x, y: y,
    lambda out, x, y: x,
    numpy=(np.multiply,), samples=points(ANY, NONZERO), bad=(TEXTS,),
)
div = elementwise(
    "div", "÷",
    lambda x, y: x / y,
    lambda out, x, y: 1 / y,
    lambda out, x, y: -out / y,
    domain="a divisor other than 0",
    numpy=(np.divide,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1.0, 0.0), (inf, -inf), warns="div"),),
)
neg = elementwise(
    "neg", "−",
    lambda x: -x,
    -1,
    numpy=(np.negative,), samples=points(ANY), bad=(TEXT,),
)
power = elementwise(
    "power", "^",
    lambda x, y: x**y,
    lambda out, x, y: y * x ** (y - (y != 0)),
    lambda out, x, y: out * np.log(np.where(x == 0, 1, x)),
    shown=(lambda out, x, y: y * x ** (y - 1), lambda out, x, y: out * np.log(x)),
    domain="a base above 0, or a whole exponent",
    numpy=(np.power, np.float_power), bad=(TEXTS,),
    samples=(
        *points(POSITIVE, ANY),
        sample(ANY, 2.0), sample(ANY, 3.0), sample(POSITIVE, 0.5), sample(NONZERO, -1.0),
    ),
    edges=(
        Edge((0.0, 0.0), (0.0, 0.0)),
        Edge((0.0, 2.0), (0.0, 0.0)),
        Edge((-2.0, 3.0), (12.0, nan), warns="power"),
    ),
)
alias = elementwise(
    "alias", "=",
    lambda x: x,
    1,
    samples=points(ANY), bad=(TEXT,),
)
abs_ = elementwise(
    "abs", "|·|",
    np.abs,
    lambda out, x: np.sign(x),
    numpy=(np.abs, np.fabs), samples=points(NONZERO), edges=(Edge((0.0,), (0.0,)),), bad=(TEXT,),
)
sign = elementwise(
    "sign", "sign",
    np.sign,
    0,
    numpy=(np.sign,), samples=points(NONZERO), edges=(Edge((0.0,), (0.0,)),), bad=(TEXT,),
)

# ── exponentials and roots ────────────────────────────────────────────────────────────────────
exp = elementwise(
    "exp", "exp",
    np.exp,
    lambda out, x: out,
    numpy=(np.exp,), samples=points(ANY), bad=(TEXT,),
)
log = elementwise(
    "log", "log",
    np.log,
    lambda out, x: 1 / np.where(x < 0, nan, x),
    shown=(lambda out, x: 1 / x,),
    domain="x > 0",
    numpy=(np.log,), samples=points(POSITIVE), bad=(TEXT,),
    edges=(Edge((0.0,), (inf,), warns="log"), Edge((-1.0,), (nan,), warns="log")),
)
sqrt = elementwise(
    "sqrt", "√",
    np.sqrt,
    lambda out, x: 0.5 / out,
    shown=(lambda out, x: 1 / (2 * out),),
    domain="x ≥ 0, and x > 0 for its derivative",
    numpy=(np.sqrt,), samples=points(POSITIVE), bad=(TEXT,),
    edges=(Edge((0.0,), (inf,), warns="sqrt"), Edge((-1.0,), (nan,), warns="sqrt")),
)

# ── activations ───────────────────────────────────────────────────────────────────────────────
tanh = elementwise(
    "tanh", "tanh",
    np.tanh,
    # 1/cosh², from log(2·cosh x): it neither overflows nor rounds to 0, and it has derivatives of
    # every order at 0, which a rule made of |x| has not.
    lambda out, x: 4 * np.exp(-2 * np.logaddexp(x, -x)),
    shown=(lambda out, x: 1 - out**2,),
    numpy=(np.tanh,), samples=points(ANY), bad=(TEXT,),
    edges=(Edge((50.0,), (1 / np.cosh(50.0) ** 2,)), Edge((1000.0,), (0.0,))),
)
sigmoid = elementwise(
    "sigmoid", "σ",
    lambda x: np.exp(-np.logaddexp(0, -x)),
    lambda out, x: out * np.exp(-np.logaddexp(0, x)),
    shown=(lambda out, x: out * (1 - out),),
    samples=points(ANY), bad=(TEXT,),
    edges=(Edge((50.0,), (np.exp(-50.0),)), Edge((-50.0,), (np.exp(-50.0),)),
           Edge((1000.0,), (0.0,)), Edge((-1000.0,), (0.0,))),
)
relu = elementwise(
    "relu", "relu",
    lambda x: _rectified(x),
    lambda out, x: x > 0,
    samples=points(NONZERO), edges=(Edge((0.0,), (0.0,)),), bad=(TEXT,),
)
logaddexp = elementwise(
    "logaddexp", "log-add-exp",
    lambda x, y: np.logaddexp(x, y),
    lambda out, x, y: np.exp(-np.logaddexp(0, y - x)),
    lambda out, x, y: np.exp(-np.logaddexp(0, x - y)),
    shown=(lambda out, x, y: np.exp(x - out), lambda out, x, y: np.exp(y - out)),
    numpy=(np.logaddexp,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1000.0, 0.0), (1.0, 0.0)), Edge((-1000.0, 0.0), (0.0, 1.0)),
           Edge((1e20, 1e20), (0.5, 0.5))),
)

# ── choices ───────────────────────────────────────────────────────────────────────────────────
maximum = elementwise(
    "maximum", "max",
    lambda x, y: np.maximum(x, y),
    lambda out, x, y: (x > y) + 0.5 * (x == y),
    lambda out, x, y: (y > x) + 0.5 * (x == y),
    numpy=(np.maximum,), samples=points(ANY, NONZERO), bad=(TEXTS,),
    edges=(Edge((1.0, 1.0), (0.5, 0.5)), Edge((1.0, 2.0), (0.0, 1.0))),
)
where = elementwise(
    "where", "where",
    lambda condition, x, y: np.where(condition, x, y),
    None,
    lambda out, condition, x, y: condition != 0,
    lambda out, condition, x, y: condition == 0,
    numpy=(np.where,),
    samples=(
        sample(np.array([True, False, True, False]), ANY, NONZERO),
        sample(True, 1.5, 2.5),
        sample(np.array([[True], [False]]), ANY, 0.5),
    ),
    bad=(Bad((True, "seven", 7.0), TypeError, "numbers"),),
)
