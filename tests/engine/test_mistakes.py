"""A learner's mistakes: what was written, and word for word what the library says to it."""

from __future__ import annotations

import copy
import math
import pickle
import warnings

import numpy as np
import pytest

import autograd_lite
import viz
from autograd_lite import Value

NAMES = {
    "autograd_lite": autograd_lite, "viz": viz, "np": np, "copy": copy, "pickle": pickle,
    "math": math, **{name: getattr(autograd_lite, name) for name in autograd_lite.__all__},
}  # fmt: skip

HERE = (
    "NumPy would make a plain array of {}, and its gradient would be lost. Use .data for the"
    " numbers, or a function that autograd_lite supports."
)

MISTAKES = [
    (
        "backward on an array without a gradient",
        "v.backward()",
        "GradientError: backward() on 'v' of shape (3,) needs a gradient of that shape:"
        " backward(gradient=...). Or reduce it to one number first, with .sum() or .mean().",
    ),
    (
        "backward on what depends on no Value",
        "x.detach().backward()",
        "GradientError: backward() needs a result that depends on a Value, and 'x' does not."
        " Wrap an input, as in Value(2.0, name='x'), and compute outside no_grad().",
    ),
    (
        "a gradient of the wrong shape",
        "(v * 2).backward(np.ones(2))",
        "ValueError: the gradient given to backward() has shape (2,), but an unnamed result of 'mul'"
        " has shape (3,); the two must be equal",
    ),
    (
        "an element of a scalar",
        "x[0]",
        "TypeError: 'x' is a scalar and has no elements; use it without [...]",
    ),
    (
        "a Value made an array",
        "np.asarray(v)",
        f"TypeError: {HERE.format(repr('v'))}",
    ),
    (
        "a function that has no gradient here",
        "np.fft.fft(v)",
        "TypeError: np.fft.fft has no gradient rule here. tutorials/numpy-coverage.md lists what is"
        " supported. For plain numbers use .data, as in np.fft.fft(v.data).",
    ),
    (
        "a function of the math module",
        "math.sin(v)",
        "TypeError: only 0-dimensional arrays can be converted to Python scalars"
        if np.lib.NumpyVersion(np.__version__) >= "2.3.0"
        else "TypeError: only length-1 arrays can be converted to Python scalars",
    ),
    (
        "an element written into",
        "v.__setitem__(0, 5.0)",
        "TypeError: 'v' cannot be written into element by element: the graph would lose the old"
        " numbers. Build a new Value, with np.where(mask, new, old) or np.concatenate.",
    ),
    (
        "the data changed before backward",
        "stale()",
        "StaleDataError: the data of 'w' was changed after it was used: it is input 0 of the"
        " operation 'mul' (×), whose derivative needs the number of that time. Change .data only"
        " after backward(), or compute the graph anew after the change.",
    ),
    (
        "shapes that do not multiply, one transposed",
        "A @ B",
        "ValueError: matmul (@) cannot be applied to 'A' (shape (2, 3)) and 'B' (shape (2, 4)): the"
        " last length of the left one, 3, has to equal the next to last of the right one, 2; the left"
        " one transposed, with .T, would fit",
    ),
    (
        "a vector on the wrong side",
        "A.T @ v",
        "ValueError: matmul (@) cannot be applied to an unnamed result of 'transpose' (shape (3, 2))"
        " and 'v' (shape (3,)): the last length of the left one, 2, has to equal the length of the"
        " right one, 3; the left one transposed, with .T, would fit",
    ),
    (
        "shapes that do not add",
        "A + B",
        "ValueError: add (+) cannot be applied to 'A' (shape (2, 3)) and 'B' (shape (2, 4)): compared"
        " from the last axis, two lengths have to be equal, or one of them 1; reshape one of the two",
    ),
    (
        "a shape of another size",
        "v.reshape(2, 2)",
        "ValueError: reshape cannot be applied to 'v' (shape (3,)): cannot reshape array of size 3"
        " into shape (2,2)",
    ),
    (
        "text for a number",
        "Value('2.0')",
        "TypeError: a Value holds real numbers, not the text '2.0'; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "text in a sum",
        "v + 'one'",
        "TypeError: a Value holds real numbers, not the text 'one'; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "a list of texts",
        "Value(['1', '2'])",
        "TypeError: a Value holds real numbers, not a list of text; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "None for a number",
        "v + None",
        "TypeError: a Value holds real numbers, not None; does a function end without return?",
    ),
    (
        "complex numbers",
        "x * 1j",
        "TypeError: a Value holds real numbers, not complex ones; take .real, or abs()",
    ),
    (
        "rows of unequal length",
        "Value([[1, 2], [3]])",
        "TypeError: a Value holds a number or an array of numbers, and rows of unequal length are"
        " neither; give every row the same length",
    ),
    (
        "a Value of a Value",
        "Value(x)",
        "TypeError: Value(...) takes a number or an array, and was given 'x', which is a Value"
        " already; use it as it is, or its .data",
    ),
    (
        "a Value of a list of Values",
        "Value([x, x])",
        "TypeError: a list with Values in it is no array of numbers; np.stack([a, b]) joins Values of"
        " one shape into a Value, np.concatenate puts arrays in a row",
    ),
    (
        "a Value as index of a Value",
        "v[x]",
        "TypeError: a Value cannot be an index: indices are whole numbers and have no gradient; use"
        " int(v.data)",
    ),
    (
        "a Value as index of an array",
        "np.arange(3)[x]",
        f"TypeError: {HERE.format(repr('x'))}",
    ),
    (
        "a result written into an array",
        "np.sin(v, out=np.zeros(3))",
        "TypeError: np.sin(..., out=) would write over an array of the graph; take the result"
        " instead: y = ...",
    ),
    (
        "a name that is no text",
        "Value(2.0, name=3)",
        "TypeError: a Value's name is text, not int: Value(2.0, name='x')",
    ),
    (
        "grad of a function that returns an array",
        "grad(lambda x: x * 2)(np.ones(3))",
        "GradientError: grad() needs a function that returns one number, and this one returned an"
        " array of shape (3,); reduce it with np.sum or np.mean, or use jacobian()",
    ),
    (
        "grad of a function that returns nothing",
        "grad(lambda x: None)(1.0)",
        "GradientError: the function returned None; does it end without return?",
    ),
    (
        "grad of a number",
        "grad(np.sin(0.5))(0.5)",
        "TypeError: a function is differentiated, and this is a float64; give the function itself,"
        " without calling it: grad(f)(x), not grad(f(x))",
    ),
    (
        "an argument that is not there",
        "grad(lambda w, x: w * x, 2)(1.0, 2.0)",
        "TypeError: argnum 2 asks for a positional argument that was not given: the function was"
        " called with 2, and they are counted from 0",
    ),
    (
        "an argument by its name",
        "grad(lambda w, x: w * x, 'x')(1.0, 2.0)",
        "TypeError: argnum is the place of an argument, a whole number from 0, and not 'x'",
    ),
    (
        "one tangent for two arguments",
        "jvp(lambda w, x: w * x, (1.0, 2.0), (1.0,))",
        "ValueError: jvp() was given 2 arguments and 1 tangents; each argument needs one",
    ),
    (
        "a tangent that is no tuple",
        "jvp(np.sin, 1.0, 1.0)",
        "TypeError: jvp() takes the arguments and the tangents as tuples, one entry for each argument"
        " of the function: jvp(f, (x,), (1.0,))",
    ),
    (
        "a copy",
        "copy.deepcopy(x)",
        "TypeError: a Value is one node of a graph and has no copy; use detach() or Value(v.data)",
    ),
    (
        "a pickle",
        "pickle.dumps(x)",
        "TypeError: a graph is not pickled; save the numbers, v.data, or autograd_lite.record(v)",
    ),
    (
        "a name of the library misspelt",
        "autograd_lite.gradd",
        "AttributeError: autograd_lite has no 'gradd'. Did you mean 'grad'?",
    ),
    (
        "a name of Keras misspelt",
        "tf.kears",
        "AttributeError: tf has no 'kears'. Did you mean 'keras'? This is autograd_lite's tf, which"
        " holds a part of the original; here there are abs, add, compat, divide, exp, keras,"
        " logging, math, matmul, maximum, minimum, multiply, nn, pow, random, reduce_max,"
        " reduce_mean, reduce_min, reduce_sum, sigmoid, sign, sqrt, square, subtract, tanh, where.",
    ),
    (
        "a name of the visualiser misspelt",
        "viz.plot_los",
        "AttributeError: viz has no 'plot_los'. Did you mean 'plot_loss'?",
    ),
    (
        "a method misspelt",
        "v.sunm()",
        "AttributeError: a Value has no 'sunm'. Did you mean 'sum'?",
    ),
    (
        "a method of another library",
        "v.zero_grad()",
        "AttributeError: a Value has no 'zero_grad'. To start anew, set .grad = None.",
    ),
    (
        "a program called with another shape",
        "program(lambda a: np.sum(a * a), np.ones(3))(np.ones(4))",
        "ValueError: 'a' was traced with shape (3,) and is given with shape (4,): a program holds for"
        " the shapes of its examples; make another one, program(f, ...), with an example of this"
        " shape",
    ),
    (
        "gradcheck with its arguments exchanged",
        "gradcheck(0.5, np.sin)",
        "TypeError: gradcheck takes the function first, and was given 0.5; write gradcheck(lambda x:"
        " ..., x)",
    ),
    (
        "gradcheck without a point",
        "gradcheck(np.sin)",
        "TypeError: gradcheck needs the inputs at which f is to be checked, after f: gradcheck(f,"
        " 0.5)",
    ),
    (
        "a record of a number",
        "record(3.0)",
        "TypeError: record() takes the Value at the end of a computation, not float",
    ),
    (
        "the logarithm of a negative number",
        "np.log(x - 3)",
        "NumericWarning: log of an unnamed result of 'sub' = -1 is NaN (invalid value): log needs"
        " x > 0",
    ),
    (
        "a branch that where() does not choose",
        "trap()",
        "NumericWarning: backward through 'sqrt' (node an unnamed result of 'sqrt') gives a gradient"
        " that is NaN for input 0, 't' = array of shape (2,); sqrt needs x ≥ 0, and x > 0 for its"
        " derivative. If this node stands in the branch that a where() did not choose, 0 × ∞ made the"
        " NaN: use the double where, where(ok, f(where(ok, x, 1)), other).",
    ),
    (
        "a branch by numbers in a program",
        "program(lambda x: x if x > 0 else -x, 2.0)",
        "UserWarning: while program() traced the function, it asked for numbers (> of 'x'): the"
        " answers are frozen as they are for the examples, and the program holds only for inputs that"
        " give the same ones. To choose by numbers use np.maximum or relu; else make one program for"
        " each case.",
    ),
]


def stale():
    w = Value(np.ones(3), name="w")
    y = np.sum(w * w)
    w.data = np.zeros(3)
    y.backward()


def trap():
    t = Value([0.0, 4.0], name="t")
    np.sum(np.where(t > 0, np.sqrt(t), 0.0)).backward()


def said(code: str) -> list[str]:
    """The warnings that the code gives and the error that it ends with, as Python shows them."""
    given = {
        "v": Value([1.0, 2.0, 3.0], name="v"),
        "x": Value(2.0, name="x"),
        "A": Value(np.ones((2, 3)), name="A"),
        "B": Value(np.ones((2, 4)), name="B"),
        "stale": stale,
        "trap": trap,
    }
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            eval(code, {**NAMES, **given})
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    return [f"{w.category.__name__}: {w.message}" for w in caught] + told


@pytest.mark.parametrize(
    ("code", "message"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_word_for_word(code, message):
    assert message in said(code)


@pytest.mark.parametrize("message", [row[2] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_message_reads_aloud(message):
    text = message.partition(": ")[2]
    assert 20 < len(text) < 420
    assert "  " not in text and "\n" not in text
    assert "<" not in text and "0x" not in text and "autograd_lite.value" not in text


def test_comparison_with_lists_is_as_in_numpy():
    """``in`` asks for equality: scalars answer by their numbers, the same array is found at once."""
    x, v = Value(2.0), Value([1.0, 2.0])
    assert x in [Value(2.0)] and 2.0 in [x] and v in [v]
    with pytest.raises(ValueError, match="truth value of an array"):
        bool(v in [Value([3.0, 4.0])])
    assert v in {v} and Value(2.0) not in {x}, "sets and dicts tell Values apart by identity"


def test_a_rule_that_branches_is_found_by_the_checker():
    """A rule with an ``if`` on numbers serves scalars and is refused for arrays, not wrong."""
    from autograd_lite.op import Op
    from autograd_lite.value import apply, as_value

    op = Op(
        "hinge", "?", lambda x: np.maximum(x, 0), partials=(lambda out, x: 1.0 if x > 0 else 0.0,)
    )
    f = lambda x: apply(op, (as_value(x),))  # noqa: E731
    assert autograd_lite.gradcheck(f, 0.5).ok
    with pytest.raises(ValueError, match="truth value of an array"):
        autograd_lite.gradcheck(f, np.array([0.5, -0.5]))
