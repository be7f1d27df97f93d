"""The table of edges: where a derivative is a convention, each row has its test."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from autograd_lite import NumericWarning, Value, grad, hessian, jvp, ops
from autograd_lite.op import registry

HALVES = [0.5, 0.5]
nan, inf = math.nan, math.inf


def gradient_of(f, x, dtype=np.float64):
    """The gradient of Σ f, with every warning an error."""
    v = Value(np.asarray(x, dtype))
    np.sum(f(v)).backward()
    assert np.result_type(v.grad) == dtype
    return v.grad


# ── the table, row by row ─────────────────────────────────────────────────────────────────────
def test_abs_and_sign_at_zero_have_gradient_zero():
    assert gradient_of(np.abs, 0.0) == 0
    assert gradient_of(np.sign, 0.0) == 0


def test_relu_at_zero_has_gradient_zero():
    assert gradient_of(ops.relu, 0.0) == 0


def test_leaky_relu_at_zero_has_its_smaller_slope():
    assert gradient_of(lambda x: ops.leaky_relu(x, slope=0.1), 0.0) == 0.1
    assert gradient_of(lambda x: ops.leaky_relu(x, slope=3.0), 0.0) == 1.0
    assert gradient_of(lambda x: ops.elu(x, alpha=0.3), 0.0) == 0.3
    assert gradient_of(lambda x: ops.elu(x, alpha=3.0), 0.0) == 1.0


@pytest.mark.parametrize("fold", [np.max, np.min])
def test_max_over_a_tie_splits_the_gradient_equally(fold):
    tied = [2.0, 2.0]
    np.testing.assert_array_equal(gradient_of(fold, tied), HALVES)
    sides = np.array([[1.0, 1.0, 3.0], [1.0, 3.0, 3.0]])
    expected = {
        np.max: [[0, 0, 1], [0, 0.5, 0.5]],
        np.min: [[0.5, 0.5, 0], [1, 0, 0]],
    }[fold]
    np.testing.assert_array_equal(gradient_of(lambda x: fold(x, axis=1), sides), expected)
    np.testing.assert_array_equal(
        gradient_of(lambda x: fold(x, axis=(0, 1)), np.ones((2, 2))), np.full((2, 2), 0.25)
    )


@pytest.mark.parametrize("pair", [np.maximum, np.minimum, np.fmax, np.fmin])
def test_maximum_and_minimum_at_a_tie_give_a_half_each(pair):
    x, y = Value(1.0), Value(1.0)
    pair(x, y).backward()
    assert [x.grad, y.grad] == HALVES


def test_clip_at_its_edge_has_gradient_zero():
    x = [-2.0, -1.0, 0.0, 1.0, 2.0]
    np.testing.assert_array_equal(gradient_of(lambda v: np.clip(v, -1, 1), x), [0, 0, 1, 0, 0])
    np.testing.assert_array_equal(gradient_of(lambda v: v.clip(max=1), x), [1, 1, 1, 0, 0])


def test_sqrt_at_zero_is_infinite_and_says_so():
    v = Value(0.0, name="x")
    with pytest.warns(NumericWarning, match="'sqrt'.*'x' = 0"):
        np.sqrt(v).backward()
    assert v.grad == inf


def test_zero_to_the_zero_by_the_base_has_gradient_zero():
    v = Value(0.0)
    (v**0).backward()
    assert v.grad == 0
    base, exponent = Value(0.0), Value(0.0)
    (base**exponent).backward()
    assert base.grad == 0


def test_a_negative_base_by_its_exponent_is_nan_and_says_so():
    base, exponent = Value(-2.0, name="x"), Value(3.0)
    with pytest.warns(NumericWarning, match="'power'"):
        (base**exponent).backward()
    assert base.grad == 12
    assert math.isnan(exponent.grad)


@pytest.mark.parametrize("log", [np.log, np.log2, np.log10])
def test_log_at_zero_is_infinite_and_below_nan_with_warnings_that_name_the_node(log):
    for at, expected in ((0.0, inf), (-1.0, nan)):
        v = Value(at, name="x")
        with pytest.warns(NumericWarning, match=f"{log.__name__} of 'x' = {at:g}"):
            y = log(v)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericWarning)
            y.backward()
        np.testing.assert_equal(v.grad, expected)


@pytest.mark.parametrize(
    ("log", "outside"),
    [(np.log, -2.0), (np.log2, -2.0), (np.log10, -2.0), (np.log1p, -2.0), (np.arctanh, 2.0),
     (np.arccosh, -2.0)],
)  # fmt: skip
def test_where_the_gradient_is_nan_so_is_the_derivative_of_the_gradient(log, outside):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        for order in (grad(log), grad(grad(log)), grad(grad(grad(log)))):
            assert math.isnan(order(outside))


def test_the_second_derivative_of_elu_at_zero_is_the_smaller_one():
    slope = grad(ops.elu)
    assert slope(0.0) == 1
    assert grad(slope)(0.0) == 0
    assert grad(slope)(-1e-9) == pytest.approx(1)


def test_a_dead_branch_of_where_is_nan_and_the_double_where_is_suggested():
    v = Value(np.array([0.0, 2.0]), name="x")
    with pytest.warns(NumericWarning, match="log of 'x'"):
        y = np.where(v > 0, np.log(v), 0.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        y.backward(np.ones(2))
    assert any("double where" in str(w.message) for w in told)
    np.testing.assert_array_equal(v.grad, [nan, 0.5])
    there = np.array([False, True])
    safe = gradient_of(lambda x: np.where(there, np.log(np.where(there, x, 1.0)), 0.0), [0.0, 2.0])
    np.testing.assert_array_equal(safe, [0.0, 0.5])


@pytest.mark.parametrize("fold", [np.std, np.var], ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [[3.0, 3.0, 3.0], [0.1, 0.1, 0.1], [5.0]])
def test_std_and_var_of_a_constant_have_gradient_zero(fold, x):
    """0.1 three times: the mean rounds, and the deviations are not 0 in floating point."""
    np.testing.assert_array_equal(gradient_of(fold, x), np.zeros(len(x)))
    rows = gradient_of(lambda v: fold(v, axis=1), [x, list(range(len(x)))])
    np.testing.assert_array_equal(rows[0], np.zeros(len(x)))


@pytest.mark.parametrize("order", [None, 1, 2, 3, 1.5, inf])
def test_norm_at_zero_has_gradient_zero(order):
    np.testing.assert_array_equal(
        gradient_of(lambda x: np.linalg.norm(x, order), np.zeros(3)), np.zeros(3)
    )
    half = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = gradient_of(lambda x: np.linalg.norm(x, axis=1), half)
    np.testing.assert_array_equal(found, half / 5)


def test_norms_of_orders_below_one_say_where_they_leave_their_domain():
    v = Value(np.array([0.0, 4.0]), name="x")
    with pytest.warns(NumericWarning, match="norm.*elements other than 0"):
        np.linalg.norm(v, 0.5).backward()


def test_arctan2_and_hypot_at_the_origin_have_gradient_zero():
    for pair in (np.arctan2, np.hypot):
        x, y = Value(0.0), Value(0.0)
        pair(x, y).backward()
        assert (x.grad, y.grad) == (0.0, 0.0)


def test_prod_with_zeros_is_exact():
    np.testing.assert_array_equal(gradient_of(np.prod, [2.0, 0.0, 3.0]), [0, 6, 0])
    np.testing.assert_array_equal(gradient_of(np.prod, [0.0, 0.0, 3.0]), [0, 0, 0])
    np.testing.assert_array_equal(gradient_of(np.prod, [[1e200, 1e-200, 0.0]]), [[0, 0, 1]])
    second = hessian(np.prod)(np.array([2.0, 0.0, 0.0]))
    np.testing.assert_array_equal(second, [[0, 0, 0], [0, 0, 2], [0, 2, 0]])


def test_cumprod_with_a_zero_is_exact():
    np.testing.assert_array_equal(gradient_of(np.cumprod, [2.0, 0.0, 3.0]), [1, 8, 0])
    np.testing.assert_array_equal(gradient_of(np.cumprod, [0.0, 5.0, 0.0]), [6, 0, 0])


def test_tanh_at_fifty_keeps_its_gradient():
    np.testing.assert_allclose(gradient_of(np.tanh, 50.0), 1 / math.cosh(50) ** 2, rtol=1e-14)


# ── large and small arguments ─────────────────────────────────────────────────────────────────
FAR = np.array([-1000.0, -50.0, 50.0, 1000.0])
TINY = math.exp(-50.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (ops.sigmoid, [0.0, TINY, TINY, 0.0]),
        (ops.softplus, [0.0, TINY, 1.0, 1.0]),
        (ops.silu, [0.0, -49 * TINY, 1.0, 1.0]),
        (ops.elu, [0.0, TINY, 1.0, 1.0]),
        (ops.gelu, [0.0, 0.0, 1.0, 1.0]),
        (lambda x: ops.gelu(x, approximate=True), [0.0, 0.0, 1.0, 1.0]),
    ],
    ids=["sigmoid", "softplus", "silu", "elu", "gelu", "gelu, approximate"],
)
def test_activations_far_out_keep_their_gradient(op, expected, dtype):
    assert np.isfinite(op(Value(FAR)).data).all()
    tolerance = 1e-13 if dtype is np.float64 else 1e-5
    found = gradient_of(op, FAR, dtype)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-300)


ROWS = [[1000.0, 0.0], [-1000.0, 0.0], [1000.0, 1000.0], [-1000.0, -1000.0], [1000.0, 950.0]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_logsumexp_far_out_keeps_its_gradient(dtype):
    x = Value(np.array(ROWS, dtype))
    out = ops.logsumexp(x, axis=1)
    np.testing.assert_allclose(
        out.data, [1000, 0, 1000 + math.log(2), -1000 + math.log(2), 1000], rtol=1e-6
    )
    np.sum(out).backward()
    expected = [[1, 0], [0, 1], HALVES, HALVES, [1, TINY]]
    np.testing.assert_allclose(x.grad, expected, rtol=1e-4 if dtype is np.float32 else 1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_softmax_far_out_keeps_its_gradient(dtype):
    """Of the first output: p(1 − p) by the first, with 1 − p never computed as such."""
    found = gradient_of(lambda x: ops.softmax(x, axis=1)[:, 0], ROWS, dtype)
    expected = [[0, 0], [0, 0], [0.25, -0.25], [0.25, -0.25], [TINY, -TINY]]
    np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype is np.float32 else 1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_log_softmax_far_out_keeps_its_gradient(dtype):
    found = gradient_of(lambda x: ops.log_softmax(x, axis=1)[:, 0], ROWS, dtype)
    expected = [[0, 0], [1, -1], [0.5, -0.5], [0.5, -0.5], [TINY, -TINY]]
    np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype is np.float32 else 1e-13)
    out = ops.log_softmax(Value(np.array(ROWS, dtype)), axis=1).data
    np.testing.assert_allclose(out[[0, 1, 4], 0], [0, -1000, -TINY], rtol=1e-5)


@pytest.mark.parametrize("axis", [None, (0, 2), (-1,), 1])
def test_softmax_over_several_axes_is_the_one_over_their_elements_in_a_row(axis):
    x = np.arange(12.0).reshape(2, 3, 2) % 5
    axes = {None: (0, 1, 2), (-1,): (2,), 1: (1,)}.get(axis, axis)
    order = (*(i for i in range(3) if i not in axes), *axes)
    upstream = np.cos(np.arange(12.0)).reshape(2, 3, 2)
    for f in (ops.softmax, ops.log_softmax):
        turned = np.transpose(x, order)
        rows = Value(turned.reshape(*turned.shape[: 3 - len(axes)], -1))
        out = f(rows, axis=-1)
        np.sum(out * np.transpose(upstream, order).reshape(rows.shape)).backward()
        v = Value(x)
        y = f(v, axis=axis)
        y.backward(upstream)
        for found, row in ((y.data, out.data), (v.grad, rows.grad)):
            back = np.transpose(row.reshape(turned.shape), np.argsort(order))
            np.testing.assert_allclose(found, back, rtol=1e-13, atol=1e-15)


def test_softmax_takes_whole_numbers_of_plain_arrays():
    whole = np.array([[1, 3, 2]])
    for f in (ops.softmax, ops.log_softmax, ops.logsumexp):
        np.testing.assert_array_equal(f(whole, axis=1), f(whole.astype(float), axis=1))


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_softmax_of_nothing_is_nothing_and_its_log_sum_exp_minus_infinity(shape):
    for f in (ops.softmax, ops.log_softmax):
        assert gradient_of(f, np.zeros(shape)).shape == shape
        assert f(Value(np.zeros(shape))).shape == shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        out = ops.logsumexp(Value(np.zeros(shape)), axis=-1).data
    np.testing.assert_array_equal(out, np.full(shape[:-1], -inf))


def test_softmax_of_equal_numbers_and_of_one_number():
    np.testing.assert_array_equal(ops.softmax(Value(np.zeros((2, 4)))).data, np.full((2, 4), 0.25))
    np.testing.assert_array_equal(gradient_of(ops.softmax, [[7.0]]), [[0.0]])
    np.testing.assert_array_equal(gradient_of(ops.log_softmax, [[7.0]]), [[0.0]])


def test_logsumexp_of_minus_infinities():
    with pytest.warns(NumericWarning, match="an x above −∞"):
        assert ops.logsumexp(Value(np.array([-inf, -inf]))).data == -inf
    np.testing.assert_array_equal(gradient_of(ops.logsumexp, [-inf, 0.0]), [0.0, 1.0])


def test_the_error_function_is_right_to_the_last_digits():
    """Exact values to twenty digits from the series of erf and the continued fraction of erfc."""
    known = {0.1: 0.11246291601828489220, 1.0: 0.84270079294971486934, 3.0: 0.99997790950300141456}
    for x, expected in known.items():
        assert abs(ops.erf(x) / expected - 1) <= 4e-16
    small = {3.0: 2.2090496998585441373e-5, 10.0: 2.0884875837625447570e-45}
    for x, expected in small.items():
        assert abs(ops.erfc(x) / expected - 1) <= 1e-15
    np.testing.assert_allclose(ops.gelu(Value(-10.0)).data, -7.61985302416052606e-23, rtol=1e-14)
    assert ops.erf(np.zeros((0, 3))).shape == (0, 3)


def test_sinc_near_zero():
    """−π²x/3·(1 − π²x²/10 + …): the textbook form has lost all digits there."""
    for x in (1e-9, 1e-4, 1e-2):
        series = -(math.pi**2) * x / 3 * (1 - (math.pi * x) ** 2 / 10 + (math.pi * x) ** 4 / 280)
        np.testing.assert_allclose(grad(np.sinc)(x), series, rtol=1e-12)
    np.testing.assert_allclose(grad(grad(np.sinc))(0.0), -(math.pi**2) / 3, rtol=1e-14)
    for x in (0.2499999, 0.2500001):
        exact = (math.cos(math.pi * x) - np.sinc(x)) / x
        np.testing.assert_allclose(grad(np.sinc)(x), exact, rtol=1e-13)


# ── linear algebra ────────────────────────────────────────────────────────────────────────────
def test_det_of_singular_matrices_has_the_cofactors_as_gradient():
    np.testing.assert_allclose(
        gradient_of(np.linalg.det, [[1.0, 2.0], [2.0, 4.0]]), [[4, -2], [-2, 1]], rtol=1e-14
    )
    np.testing.assert_array_equal(gradient_of(np.linalg.det, np.zeros((2, 2))), np.zeros((2, 2)))
    np.testing.assert_array_equal(gradient_of(np.linalg.det, np.zeros((1, 1))), np.ones((1, 1)))


def test_det_of_singular_matrices_has_a_second_derivative_and_a_forward_one():
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    value, change = jvp(np.linalg.det, (singular,), (np.eye(2),))
    np.testing.assert_allclose([value, change], [0, 5], atol=1e-14)
    # det = ad − bc: what is left of it after two derivatives does not depend on the matrix
    expected = [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]]
    for matrix in (singular, np.zeros((2, 2))):
        found = hessian(np.linalg.det)(matrix).reshape(4, 4)
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_equal_eigenvalues_have_a_gradient_and_their_vectors_none():
    found = gradient_of(np.linalg.eigvalsh, np.eye(3))
    np.testing.assert_allclose(found, np.eye(3), atol=1e-15)
    v = Value(np.diag([2.0, 2.0, 5.0]))
    vectors = np.linalg.eigh(v)[1]
    np.sum(vectors[:, 2] * np.array([1.0, 2.0, 3.0])).backward()  # 5 stands alone
    np.testing.assert_allclose(v.grad[2], [1 / 3, 2 / 3, 0], rtol=1e-14)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        np.sum(vectors[:, 0] * np.array([1.0, 2.0, 3.0])).backward()
    assert any("'eigh'" in str(w.message) for w in told)
    assert not np.isfinite(v.grad).all()


def test_singular_values_that_are_zero_or_equal():
    found = gradient_of(lambda x: np.linalg.svd(x, compute_uv=False), np.diag([2.0, 2.0, 0.0]))
    np.testing.assert_allclose(found[:2, :2], np.eye(2), atol=1e-15)
    assert np.isfinite(found).all()


def test_gradients_lie_in_the_triangle_that_numpy_reads():
    matrix = np.array([[4.0, 9.0, 9.0], [1.0, 3.0, 9.0], [0.5, -0.2, 2.0]])
    for f in (np.linalg.cholesky, lambda x: np.linalg.eigh(x)[1], np.linalg.eigvalsh):
        x = Value(matrix)
        np.testing.assert_allclose(f(x).data, f(matrix), rtol=1e-15)
        found = gradient_of(lambda x, f=f: f(x) * f(x).data, matrix)
        np.testing.assert_array_equal(np.triu(found, k=1), 0)
        upper = gradient_of(lambda x: np.linalg.eigvalsh(x, "U"), matrix)
        np.testing.assert_array_equal(np.tril(upper, k=-1), 0)


def test_decompositions_give_symmetric_gradients_for_what_was_made_symmetric():
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
    for f in (np.linalg.cholesky, lambda x: np.linalg.eigh(x, "U")[1], np.linalg.inv):
        found = gradient_of(lambda x, f=f: f((x + x.T) / 2) * f(matrix), matrix)
        np.testing.assert_allclose(found, found.T, rtol=1e-12, atol=1e-14)


# ── empty and single arrays, infinities of the domain ─────────────────────────────────────────
@pytest.mark.parametrize(
    "f",
    [np.sum, np.prod, np.cumsum, lambda x: np.sort(x, axis=0), lambda x: np.flip(x), np.tril],
    ids=["sum", "prod", "cumsum", "sort", "flip", "tril"],
)
def test_arrays_without_elements(f):
    found = gradient_of(f, np.zeros((0, 3)))
    assert found.shape == (0, 3)


@pytest.mark.parametrize(
    "op", [op for op in registry.values() if op.domain and op.elementwise], ids=lambda op: op.name
)
def test_every_domain_has_an_edge_that_warns(op):
    """A text about the domain is only reached if leaving it is noticed."""
    told = [edge for edge in op.edges if edge.warns]
    if op.name not in ("mod", "fmod"):
        assert told, f"{op.name} has a domain, and no edge that warns"
        return
    with pytest.warns(NumericWarning, match="a divisor other than 0"):
        op(Value(1.0), Value(0.0))


def test_the_largest_of_numbers_and_a_nan_has_a_gradient_that_is_nan_and_says_so():
    v = Value(np.array([1.0, nan, 3.0]), name="x")
    with pytest.warns(NumericWarning, match="'max'.*'x'.*without a NaN"):
        np.max(v).backward()
    assert np.isnan(v.grad).all()
