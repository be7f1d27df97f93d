"""Every operation, tested by its own declaration: four readings of one rule have to agree."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from autograd_lite import NumericWarning, Value, ops, program, value_and_grad
from autograd_lite.notation import latex, local_tree, pull_tree, unicode
from autograd_lite.op import Op, Sample, registry

from .cases import SAMPLES, points, smooth_inputs, weights
from .numeric import numeric_gradient


def weighted(op: Op, sample: Sample):
    """The operation as a function to one number: Σ weights·op(inputs)."""
    w = weights(np.shape(op.forward(*sample.inputs, **sample.params)))
    return lambda *xs: np.sum(op(*xs, **sample.params) * w)


@pytest.fixture(autouse=True)
def _outside_of_domains():
    """Power by its exponent at a negative base is NaN by convention, and said so elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


@pytest.mark.parametrize("op", registry.values(), ids=lambda op: op.name)
def test_every_operation_declares_its_tests(op):
    assert op.samples, f"{op.name} has no sample point"
    assert op.bad, f"{op.name} says nothing about bad input"
    for sample in op.samples:
        rules = [op.pull(i) for i in range(len(sample.inputs))]
        assert any(rules), f"{op.name} has no derivative at all"


def test_which_operations_carry_words_beside_their_rule():
    """A rule that looks at shapes says little as a formula; these few say enough, or all, as one."""
    wordless = {op.name for op in registry.values() if not op.elementwise and not op.words}
    assert wordless == {"det", "inv", "logdet", "matmul", "outer", "vdot"}
    assert not any(op.words for op in registry.values() if op.elementwise)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_value_is_numpys(op, sample):
    values = [Value(x) for x in sample.inputs]
    out = op(*values, **sample.params)
    expected = op.forward(*sample.inputs, **sample.params)
    assert out.shape == np.shape(expected)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out.data, expected)
    if not sample.params:
        for function in op.numpy:
            # x**2 and float_power(x, 2) may differ in the last bit.
            np.testing.assert_allclose(
                function(*values).data, function(*sample.inputs), rtol=4e-16, atol=0
            )
    assert out.op is op
    assert out.inputs == tuple(values)
    assert isinstance(out.data, float if not out.ndim else np.ndarray)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_gradient_against_numbers(op, sample):
    f, smooth = weighted(op, sample), smooth_inputs(op, sample)
    _, gradients = value_and_grad(f, tuple(range(len(sample.inputs))))(*sample.inputs)
    for i, gradient in enumerate(gradients):
        assert np.shape(gradient) == np.shape(sample.inputs[i])
        if i in smooth:
            expected = numeric_gradient(f, list(sample.inputs), i)
            np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_gradient_of_the_gradient_against_numbers(op, sample):
    smooth = tuple(smooth_inputs(op, sample))
    first = value_and_grad(weighted(op, sample), smooth)

    def slope(*xs):
        # sin makes every mixed second derivative count, also where the operation is linear.
        return sum(np.sum(np.sin(weights(np.shape(g))) * g * g) for g in first(*xs)[1])

    if not smooth:
        return
    _, gradients = value_and_grad(slope, smooth)(*sample.inputs)
    for i, gradient in zip(smooth, gradients, strict=True):
        expected = numeric_gradient(slope, list(sample.inputs), i)
        np.testing.assert_allclose(gradient, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_float32_stays(op, sample):
    def narrow(x):
        return np.float32(x)[()] if np.asarray(x).dtype.kind == "f" else x

    if op is ops.astype:
        return
    values = [Value(narrow(x)) for x in sample.inputs]
    wide = [Value(x) for x in sample.inputs]
    out, exact = (op(*xs, **sample.params) for xs in (values, wide))
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.data, exact.data, rtol=2e-6, atol=2e-6)
    for result in (out, exact):
        result.backward(weights(result.shape))
    for i, (x, y) in enumerate(zip(values, wide, strict=True)):
        if op.pull(i) is not None and x.dtype == np.float32:
            assert np.result_type(x.grad) == np.float32, f"gradient {i} is {np.result_type(x.grad)}"
            np.testing.assert_allclose(x.grad, y.grad, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_textbook_form_equals_the_rule(op, sample):
    out = op.forward(*sample.inputs, **sample.params)
    for i in smooth_inputs(op, sample) if op.elementwise else ():
        np.testing.assert_allclose(
            op.local(i)(out, *sample.inputs, **sample.params) + 0.0,
            op.textbook(i)(out, *sample.inputs, **sample.params) + 0.0,
            rtol=1e-13,
        )


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_every_rule_can_be_read_as_a_formula(op, sample):
    inputs = [np.float64(x)[()] for x in sample.inputs]
    out = op.forward(*inputs, **sample.params)
    free = [None] * len(inputs)
    names = {"out": "o", "g": "g", **{str(i): "xyz"[i] for i in range(len(inputs))}}
    for i in range(len(inputs)):
        if op.pull(i) is None:
            continue
        if op.elementwise:
            tree = local_tree(op, i, out, inputs, free, sample.params)
        else:
            tree = pull_tree(op, i, weights(np.shape(out)), out, inputs, free, sample.params)
        text = unicode(tree, names)
        assert text
        assert "Expr" not in text + latex(tree, names)
        assert latex(tree, names).count("{") == latex(tree, names).count("}")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_program_equals_the_engine_to_the_bit(op, sample, dtype):
    inputs = [dtype(x) if np.asarray(x).dtype.kind == "f" else x for x in sample.inputs]
    inputs = [float(x) if np.ndim(x) == 0 and dtype is np.float64 else x for x in inputs]
    w = weights(np.shape(op.forward(*sample.inputs, **sample.params))).astype(dtype)

    def f(*xs):
        y = op(*xs, **sample.params) * w
        return np.sum(y * y + y)

    value, gradients = program(f, *inputs)(*inputs)
    expected, grads = value_and_grad(f, tuple(range(len(inputs))))(*inputs)
    assert type(value) is type(expected)
    assert value == expected
    for mine, theirs in zip(gradients, grads, strict=True):
        assert np.result_type(mine) == np.result_type(theirs)
        np.testing.assert_array_equal(mine, theirs, strict=True)


@pytest.mark.parametrize(("op", "edge"), points("edges"))
def test_edges_follow_their_conventions(op, edge):
    values = [Value(x, name="xyz"[i]) for i, x in enumerate(edge.at)]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        op(*values).backward()
    for x, expected in zip(values, edge.gradient, strict=True):
        np.testing.assert_allclose(x.grad, expected, rtol=1e-14)
    told = [w for w in told if issubclass(w.category, NumericWarning)]
    assert bool(told) == bool(edge.warns), [str(w.message) for w in told]
    if edge.warns:
        assert all(w.filename == __file__ for w in told)
        assert any(
            edge.warns in str(w.message) and re.search("'[xy]' = ", str(w.message)) for w in told
        )


@pytest.mark.parametrize(("op", "edge"), points("edges"))
def test_edges_hold_in_arrays_and_in_float32(op, edge):
    for dtype in (np.float64, np.float32):
        values = [Value(np.full((2, 2), x, dtype)) for x in edge.at]
        op(*values).backward(np.ones((2, 2)))
        for x, expected in zip(values, edge.gradient, strict=True):
            with np.errstate(under="ignore"):
                expected = dtype(expected)
            np.testing.assert_allclose(x.grad, np.full((2, 2), expected), rtol=2e-5, atol=1e-40)


@pytest.mark.parametrize(("op", "bad"), points("bad"))
def test_bad_input_is_refused_with_a_reason(op, bad):
    with pytest.raises(bad.error) as caught:
        first, *rest = bad.inputs
        op(Value(first), *rest, **bad.params)
    assert bad.says in str(caught.value)


@pytest.mark.parametrize(
    ("op", "x"),
    [(op, x) for op in (ops.sigmoid, ops.tanh) for x in (-1000.0, -30.0, 30.0, 1000.0)],
)
def test_large_arguments_keep_their_gradient(op, x):
    v = Value(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        op(v).backward()
    exact = np.exp(-abs(x)) if op is ops.sigmoid else 4 * np.exp(-2 * abs(x))
    np.testing.assert_allclose(v.grad, exact, rtol=1e-10)


def test_operators_and_their_reflections():
    for left, right in ((2.0, Value(3.0)), (Value(2.0), 3), (Value(2.0), Value(3.0))):
        found = [left + right, left - right, left * right, left / right, left**right]
        assert [v.data for v in found] == [5.0, -1.0, 6.0, 2.0 / 3.0, 8.0]
        assert [v.op.name for v in found] == ["add", "sub", "mul", "div", "power"]
    row, matrix = np.arange(3.0), Value(np.eye(3))
    assert (row @ matrix).op is ops.matmul
    np.testing.assert_array_equal((row @ matrix).data, row)
    assert abs(-Value(2.0)).data == 2.0
    assert (+matrix) is matrix


def test_an_operation_is_declared_once_and_with_one_kind_of_rule():
    with pytest.raises(TypeError, match="'both' needs partials or vjps, and not both"):
        Op("both", "?", abs, partials=(1,), vjps=(abs,))
    with pytest.raises(TypeError, match="'none' needs partials or vjps, and not both"):
        Op("none", "?", abs)
    from autograd_lite.op import elementwise

    with pytest.raises(ValueError, match="'mul' is declared already"):
        elementwise("mul", "×", lambda x: x, 1)
