"""NumPy's functions on Values: the value is NumPy's, the gradient is the numeric one."""

from __future__ import annotations

import numpy as np
import pytest

from autograd_lite import Value, numpy_functions, program, value_and_grad
from autograd_lite.numpy_functions.adapters import adapters, named, qualified
from autograd_lite.numpy_functions.coverage import classify, coverage, page
from autograd_lite.op import by_numpy

from .cases import weights
from .numeric import numeric_gradient
from .numpy_calls import CALLS, CUBE, DEFINITE, SQUARE, SYMMETRIC, X, exists


@pytest.mark.parametrize(
    ("call", "x"),
    [
        pytest.param(*case, id=f"{name}-{i}")
        for name, cases in CALLS.items()
        if exists(name)
        for i, case in enumerate(cases)
    ],
)
def test_value_is_numpys_and_the_gradient_the_numeric_one(call, x):
    v = Value(x)
    expected = np.asarray(call(x))
    out = call(v)
    assert isinstance(out, Value)
    assert out.shape == expected.shape
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)
    w = weights(expected.shape)

    def f(x):
        return np.sum(call(x) * w)

    np.testing.assert_allclose(
        value_and_grad(f)(x)[1], numeric_gradient(f, [x], 0), rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("name", [name for name in CALLS if exists(name)])
def test_their_programs_equal_the_engine_to_the_bit(name):
    for call, x in CALLS[name]:
        w = weights(np.shape(call(x)))

        def f(x, call=call, w=w):
            return np.sum(call(x) * w)

        value, (gradient,) = program(f, x)(x)
        expected, slope = value_and_grad(f)(x)
        assert value == expected
        np.testing.assert_array_equal(gradient, slope)


def test_every_adapter_is_in_the_table():
    older = {"trapz": "trapezoid", "row_stack": "vstack"}
    earlier = {"reshape", "ravel", "transpose", "permute_dims", "swapaxes", "expand_dims",
               "squeeze", "broadcast_to", "concatenate", "sum", "mean", "where"}  # fmt: skip
    table = {name.rpartition(".")[2] for name in CALLS} | earlier
    declared = {f for op in by_numpy.values() for f in op.numpy}
    names = {qualified(f) for f in adapters if f not in declared}
    missing = {n for n in names if older.get(n, n).rpartition(".")[2] not in table}
    assert not missing


def test_results_of_factorisations_have_numpys_names():
    v = Value(DEFINITE)
    sign, log = np.linalg.slogdet(v)
    assert sign == 1
    assert not isinstance(sign, Value)
    assert np.linalg.slogdet(v).logabsdet.data == log.data
    assert np.linalg.eigh(v).eigenvalues.shape == (3,)
    assert np.linalg.qr(v).R.shape == np.linalg.svd(v).Vh.shape == (3, 3)


def test_results_of_one_factorisation_share_one_node_and_its_gradient():
    def together(x):
        values, vectors = np.linalg.eigh(x + x.T)
        return np.sum((vectors * values**2) @ vectors.T * weights((3, 3)))

    _, gradient = value_and_grad(together)(SQUARE)
    # V·diag(w²)·Vᵀ is the square of the matrix: a derivative without eigenvectors.
    square = value_and_grad(lambda x: np.sum((x + x.T) @ (x + x.T) * weights((3, 3))))(SQUARE)[1]
    np.testing.assert_allclose(gradient, square, rtol=1e-12, atol=1e-12)
    packed = np.linalg.eigh(Value(SYMMETRIC))
    assert packed[0].inputs[0] is packed[1].inputs[0]


def refusal(call) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return str(caught.value)


V = Value(X, name="v")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: np.max(V, out=np.zeros(())), "np.max on Values: got an unexpected keyword"),
        (lambda: np.max(V, where=X > 0, initial=0), "argument 'where'; leave that argument out"),
        (lambda: np.cumsum(V, dtype=float), "argument 'dtype'"),
        (lambda: np.sort(V, order="x"), "argument 'order'"),
        (lambda: np.einsum("ij->j", V, out=np.zeros(3)), "argument 'out'"),
        (lambda: np.linalg.pinv(V, hermitian=True), "np.linalg.pinv on Values: got"),
        (lambda: np.add.reduce(V, where=X > 0), "takes an axis, and no 'where'"),
        (lambda: np.add.reduce(V, out=np.zeros(3)), "would write over an array of the graph"),
        (lambda: np.maximum.accumulate(V), "np.maximum.accumulate has no gradient rule"),
        (lambda: np.multiply.outer(V, V), "np.multiply.outer has no gradient rule"),
        (lambda: np.add(X.copy(), V, out=X.copy()), "would write over an array of the graph"),
        (lambda: np.pad(V, 1, mode="edge"), "not in mode 'edge'"),
        (lambda: np.pad(V, 1, constant_values=(1, 2)), "one number as constant_values"),
        (lambda: np.split(V, 2, axis=1), "cannot cut 3 places along axis 1 into 2 equal parts"),
        (lambda: np.max(V, axis=5), "max cannot be applied to 'v' (shape (2, 3)): axis 5"),
        (lambda: np.linalg.svd(V), "needs full_matrices=False"),
        (lambda: np.linalg.qr(V.T, "complete"), "not 'complete'"),
        (lambda: np.linalg.norm(V, 7), "not 7"),
        (lambda: np.linalg.norm(V, 0, axis=1), "order 0 has no derivative"),
        (lambda: np.linalg.norm(Value(CUBE), 1), "takes one axis or two, not 3"),
        (lambda: np.linalg.vector_norm(V, axis=(0, 1), ord=3), "only for ord=2")
        if hasattr(np.linalg, "vector_norm")
        else (lambda: np.linalg.norm(V, 7), "not 7"),
        (lambda: np.einsum("ij,jk", V), "speaks of 2 operands, and 1 were given"),
        (lambda: np.einsum("ijk->i", V), "'ijk' does not fit an operand of 2 axes"),
        (lambda: np.cross(V[:, :2], V[:, :2]), "vectors of three elements"),
        (lambda: np.average(V, weights=[1.0, 2.0]), "weights of the shape of the data, (2, 3)"),
        (lambda: np.quantile(V, 0.5, method="hazen"), "not 'hazen'"),
        (lambda: np.quantile(V, 50), "percentiles between 0 and 100"),
        (lambda: np.gradient(V, 1.0, 2.0, 3.0), "one for each of the 2 axes; 3 were given"),
        (lambda: np.gradient(V, edge_order=2), "edge_order=2 and 2 places"),
        (lambda: np.convolve(V[0], V[1], "half"), "not 'half'"),
        (lambda: np.diff(V, -1), "of order 0 or more, not -1"),
        (lambda: np.vander(V), "takes one sequence of numbers, not an array of shape (2, 3)"),
        (lambda: np.convolve(V, V[1]), "convolve (∗) cannot be applied to 'v' (shape (2, 3))"),
        (lambda: np.fft.fft(V), "tutorials/numpy-coverage.md lists what is supported"),
        (lambda: V + np.array(["a"]), "real numbers"),
    ],
)  # fmt: skip
def test_what_is_not_supported_says_so(call, says):
    assert says in refusal(call)


def test_division_with_a_remainder():
    v = Value(np.array([5.5, -5.5]))
    np.testing.assert_array_equal((v % 2).data, [1.5, 0.5])
    np.testing.assert_array_equal((7 % v).data, np.mod(7, v.data))
    for whole in (v // 2, 2 // v, v // v):
        assert type(whole) is np.ndarray
    (whole, rest), (other, left) = divmod(v, 2), divmod(7, v)
    np.testing.assert_array_equal(whole * 2 + rest.data, v.data)
    np.testing.assert_array_equal(other * v.data + left.data, [7.0, 7.0])
    assert (Value(np.float32(5.5)) % 2).dtype == (2 % Value(np.float32(5.5))).dtype == np.float32


def test_methods_are_the_operations():
    v = Value(X)
    for name in ("max", "min", "prod", "var", "std", "cumsum", "sin", "cos", "argmax", "argmin"):
        function = getattr(np, name)
        mine, theirs = getattr(v, name)(), function(v)
        np.testing.assert_array_equal(getattr(mine, "data", mine), getattr(theirs, "data", theirs))
    for name in ("max", "min", "prod", "var", "std", "argmax", "argmin"):
        mine = getattr(v, name)(axis=1, keepdims=True)
        assert np.shape(mine) == (2, 1), name
    assert not isinstance(v.argmax(), Value)
    np.testing.assert_array_equal(v.clip(0, 1).data, X.clip(0, 1))
    np.testing.assert_array_equal(v.clip(max=0.5).data, X.clip(max=0.5))
    np.testing.assert_array_equal(v.abs().data, abs(X))
    assert v.flatten().shape == v.ravel().shape == (6,)
    assert v[:, None].squeeze().shape == v[:, None].squeeze(1).shape == (2, 3)
    assert v.swapaxes(0, 1).shape == (3, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.vstack([x, x], dtype=None, casting="same_kind"),
        lambda x: np.sum(x, axis=0, dtype=None, out=None),
        lambda x: np.mean(x, where=np._NoValue),
        lambda x: np.ravel(x, order="C"),
        lambda x: np.concatenate([x, x], axis=1, out=None),
        lambda x: np.transpose(x[0], 0),
        lambda x: np.transpose(x, np.array([1, 0])),
        lambda x: np.expand_dims(x, [0, -1]),
        lambda x: np.reshape(x, np.array([3, -1])),
    ],
)
def test_numpys_own_defaults_and_lists_of_axes_are_taken(call):
    v = Value(X)
    y = call(v)
    np.testing.assert_array_equal(y.data, call(X))
    y.backward(np.ones(y.shape))
    assert v.grad.shape == X.shape


@pytest.mark.parametrize("n", [-1, 0, 1, 3])
def test_powers_of_a_float32_matrix_are_float32(n):
    v = Value(SQUARE.astype(np.float32))
    y = np.linalg.matrix_power(v, n)
    np.sum(y).backward()
    assert y.dtype == v.grad.dtype == np.float32


def test_an_argument_that_asks_for_something_else_is_still_refused():
    assert "leave that argument out" in refusal(lambda: np.sum(V, dtype=np.float32))
    assert "leave that argument out" in refusal(lambda: np.ravel(V, order="F"))


def test_an_axis_may_be_a_number_of_numpy():
    v, axis = Value(X), np.int64(0)
    for f in (np.max, np.std, np.linalg.norm, np.median, np.flip, np.sort, np.cumsum):
        np.testing.assert_array_equal(f(v, axis=axis).data, f(v, axis=0).data)


def test_parameters_are_kept_as_they_were():
    places, v = np.array([0, 1]), Value(np.array([1.0, 2.0, 3.0]))
    taken = np.take(v, places)
    places[:] = 2
    taken.sum().backward()
    np.testing.assert_array_equal(v.grad, [1.0, 1.0, 0.0])


# ── the page about NumPy's functions ──────────────────────────────────────────────────────────
def test_classification():
    assert [classify(f) for f in (np.sin, np.max, np.linalg.svd, np.divmod)] == ["gradient"] * 4
    assert [classify(f) for f in (np.argmax, np.floor, np.equal)] == ["answer"] * 3
    assert [classify(f) for f in (np.fft.fft, np.roots, np.linalg.eig)] == ["none"] * 3
    kinds = coverage()
    assert kinds["linalg.inv"] == kinds["einsum"] == kinds["exp"] == "gradient"
    assert not any(name.startswith("_") for name in kinds)
    for name in numpy_functions.supported() & kinds.keys():
        assert kinds[name] == "gradient", name


def test_what_the_page_calls_unsupported_is_refused():
    v = Value(SQUARE)
    for name, kind in coverage().items():
        function = named(name)
        if kind == "none" and isinstance(function, np.ufunc) and function.nin == 1:
            assert "no gradient rule" in refusal(lambda f=function: f(v)), name


def test_the_page_is_up_to_date():
    from pathlib import Path

    file = Path(__file__).parents[2] / "tutorials" / "numpy-coverage.md"
    kept = file.read_text(encoding="utf-8")
    assert kept.startswith("# NumPy ")
    if kept.split()[2] == np.__version__:
        assert kept == page()
    assert page().startswith(f"# NumPy {np.__version__} on Values\n")
