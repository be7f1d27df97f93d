"""Value itself: what it holds, how it meets Python and NumPy, and what it refuses."""

from __future__ import annotations

import copy
import math
import pickle
from operator import attrgetter

import numpy as np
import pytest

import autograd_lite
from autograd_lite import Value, numpy_functions


def refusal(action, kind=TypeError):
    with pytest.raises(kind) as caught:
        action()
    return str(caught.value)


# ── what it holds ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("data", [2, True, 2.0, np.int8(2), np.float64(2), np.array(2.0)])
def test_scalars_are_python_floats(data):
    v = Value(data)
    assert type(v.data) is float
    assert (v.shape, v.ndim, v.size, v.dtype) == ((), 0, 1, np.float64)
    assert type((v * 2 + 1).data) is float


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint16", "bool"])
def test_integers_are_promoted(dtype):
    assert Value(np.ones((2, 2), dtype)).dtype == np.float64


def test_float32_stays_through_constants_and_both_passes():
    x = Value(np.ones(3, np.float32))
    y = (2 * np.tanh(x) / 3 - 1) ** 2
    total = np.mean(y)
    total.backward()
    assert [v.dtype for v in (x, y, total)] == [np.float32] * 3
    assert x.grad.dtype == np.float32
    assert type(total.data) is np.float32
    s = Value(np.float32(0.3))
    out = 1 / (1 + np.exp(-s))
    out.backward()
    assert type(out.data) is type(s.grad) is np.float32


def test_refused_data_word_for_word():
    assert refusal(lambda: Value("seven")) == (
        "a Value holds real numbers, not the text 'seven'; make numbers of it first, as float('2.5')"
        " does"
    )
    assert refusal(lambda: Value(None)) == (
        "a Value holds real numbers, not None; does a function end without return?"
    )
    assert refusal(lambda: Value(1j)) == (
        "a Value holds real numbers, not complex ones; take .real, or abs()"
    )
    assert refusal(lambda: Value([[1, 2], [3]])) == (
        "a Value holds a number or an array of numbers, and rows of unequal length are neither;"
        " give every row the same length"
    )
    assert refusal(lambda: Value(Value(1.0, name="w"))) == (
        "Value(...) takes a number or an array, and was given 'w', which is a Value already; use it"
        " as it is, or its .data"
    )
    assert refusal(lambda: Value(1.0, 2)) == (  # type: ignore[arg-type]
        "a Value's name is text, not int: Value(2.0, name='x')"
    )
    with pytest.raises(TypeError, match="real numbers"):
        Value(1.0) + "seven"


def test_repr_and_format():
    x = Value(2.0, name="x")
    assert repr(x) == "Value(2.0, name='x')"
    (x * x).backward()
    assert repr(x) == "Value(2.0, name='x', grad=4.0)"
    assert repr(x.detach()) == "Value(2.0, name='x', tracked=False)"
    assert repr(Value([1, 2])) == "Value([1., 2.])"
    assert f"{x:.2f}" == "2.00"
    assert f"{Value(1.0)}" == "Value(1.0)"


# ── meeting Python ────────────────────────────────────────────────────────────────────────────
def test_comparisons_answer_plainly_and_identity_hashes():
    x = Value(np.array([1.0, 3.0]))
    np.testing.assert_array_equal(x > 2, [False, True])
    np.testing.assert_array_equal(x <= 2, [True, False])
    assert not isinstance(x == x, Value)
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b}) == 2
    assert bool(a) is True
    assert (float(a), int(a), a.item()) == (1.0, 1, 1.0)
    third = Value(-2.345)
    assert (round(third), round(third, 2), math.trunc(third)) == (-2, -2.35, -2)
    assert type(round(third)) is int and type(round(third, 1)) is float
    assert round(Value(np.float32(2.5))) == 2
    assert (a < 2, a <= 1, a != 1) == (True, True, False)


def test_the_numbers_as_an_array():
    x = Value([1.0, 2.0])
    numbers = x.numpy()
    numbers[0] = 9.0
    assert type(numbers) is np.ndarray
    assert x.data.tolist() == [1.0, 2.0]
    assert Value(np.float32(2.5)).numpy().dtype == np.float32
    assert (3 * x.sum()).numpy() == 9.0


def test_containers_and_indexing():
    x = Value(np.arange(6.0).reshape(2, 3), name="x")
    assert len(x) == 2
    assert [row.shape for row in x] == [(3,), (3,)]
    key = np.array([0, 2])
    y = x[:, key]
    key[:] = 1
    np.testing.assert_array_equal(y.data, [[0, 2], [3, 5]])
    y.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(x.grad, [[1, 0, 1], [1, 0, 1]])
    assert x[[0, 0]].shape == (2, 3)
    with pytest.raises(TypeError, match="'x' cannot be written into element by element"):
        x[0] = 1.0
    with pytest.raises(TypeError, match="a Value cannot be an index"):
        x[Value(1.0)]
    with pytest.raises(TypeError, match="is a scalar and has no length"):
        len(Value(1.0))
    assert x.T.shape == x.transpose().shape == x.reshape(3, 2).shape == x.reshape((3, -1)).shape


@pytest.mark.parametrize("action", [copy.copy, copy.deepcopy])
def test_no_copies(action):
    assert "has no copy; use detach()" in refusal(lambda: action(Value(1.0)))
    assert "save the numbers" in refusal(lambda: pickle.dumps(Value(1.0)))


# ── meeting NumPy ─────────────────────────────────────────────────────────────────────────────
SHAPED = [
    ("sum", lambda np_, v: np_.sum(v, axis=0)),
    ("sum keepdims", lambda np_, v: np_.sum(v, axis=(0, 1), keepdims=True)),
    ("add.reduce", lambda np_, v: np_.add.reduce(v)),
    ("mean", lambda np_, v: np_.mean(v, axis=-1)),
    ("reshape", lambda np_, v: np_.reshape(v, 6)),
    ("ravel", lambda np_, v: np_.ravel(v)),
    ("transpose", lambda np_, v: np_.transpose(v, (1, 0))),
    ("swapaxes", lambda np_, v: np_.swapaxes(v, 0, -1)),
    ("expand_dims", lambda np_, v: np_.expand_dims(v, (0, -1))),
    ("squeeze", lambda np_, v: np_.squeeze(np_.expand_dims(v, 1), 1)),
    ("broadcast_to", lambda np_, v: np_.broadcast_to(v, (4, 2, 3))),
    ("concatenate", lambda np_, v: np_.concatenate([v, v], axis=1)),
    ("concatenate flat", lambda np_, v: np_.concatenate([v, v], axis=None)),
    ("where", lambda np_, v: np_.where(np.eye(2, 3) > 0, v, 0.0)),
    ("dot", lambda np_, v: np_.dot(v, np.ones(3))),
    ("dot scalar", lambda np_, v: np_.dot(2.0, v)),
    ("ndarray @", lambda np_, v: np.ones((5, 2)) @ v),
    ("ndarray -", lambda np_, v: np.ones((2, 3)) - v),
    ("mask", lambda np_, v: v[np.eye(2, 3) > 0]),
    ("np.float64 *", lambda np_, v: np.float64(2) * v),
]


@pytest.mark.parametrize("call", [c for _, c in SHAPED], ids=[n for n, _ in SHAPED])
def test_numpys_functions_take_values(call):
    array = np.arange(6.0).reshape(2, 3) / 7 + 0.1
    v = Value(array)
    out = call(np, v)
    assert isinstance(out, Value)
    np.testing.assert_array_equal(out.data, call(np, array))
    # All of these are linear: the gradient is known from unit vectors.
    seed = np.cos(np.arange(out.size)).reshape(out.shape)
    out.backward(seed)
    zero = call(np, np.zeros((2, 3)))
    for place in np.ndindex(2, 3):
        unit = np.zeros((2, 3))
        unit[place] = 1.0
        np.testing.assert_allclose(
            v.grad[place], np.sum(seed * (call(np, unit) - zero)), atol=1e-12
        )


def test_plain_answers_are_plain():
    v = Value(np.array([3.0, 1.0]))
    assert (np.argmax(v), np.shape(v), np.ndim(v), np.size(v)) == (0, (2,), 1, 2)
    assert not isinstance(np.isnan(v), Value)
    assert np.allclose(v, [3.0, 1.0])
    np.testing.assert_array_equal(np.zeros_like(v), [0.0, 0.0])


def test_unsupported_functions_name_the_nearest():
    v = Value(np.ones(3), name="v")
    assert refusal(lambda: np.linalg.eig(v)) == (
        "np.linalg.eig has no gradient rule here. Did you mean 'linalg.eigh'? For plain numbers use"
        " .data, as in np.linalg.eig(v.data)."
    )
    assert "use .data" in refusal(lambda: np.fft.fft(v))
    assert "np.sum on Values: got an unexpected keyword argument 'where'" in refusal(
        lambda: np.sum(v, where=np.array([True, False, True]))
    )
    assert "would write over an array of the graph" in refusal(lambda: np.exp(v, out=(np.ones(3),)))
    assert "np.multiply.outer has no gradient rule" in refusal(lambda: np.multiply.outer(v, v))
    assert "takes no 'dtype'" in refusal(lambda: np.exp(v, dtype=np.float32))
    assert "where(condition, x, y)" in refusal(lambda: np.where(v))


def test_asarray_of_a_tracked_value_is_refused():
    v = Value(np.ones(3), name="v")
    assert refusal(lambda: np.asarray(v)) == (
        "NumPy would make a plain array of 'v', and its gradient would be lost. Use .data for the"
        " numbers, np.stack([a, b]) to join Values, or a function that autograd_lite supports."
    )
    np.testing.assert_array_equal(np.asarray(v.detach()), np.ones(3))


def test_what_is_supported_is_what_is_declared():
    names = numpy_functions.supported()
    assert {"sum", "tanh", "matmul", "where", "reshape"} <= names
    for name in names:
        assert callable(attrgetter(name)(np)), name


def test_public_names():
    for name in autograd_lite.__all__:
        assert getattr(autograd_lite, name) is not None, name
    assert callable(autograd_lite.program)
    with pytest.raises(AttributeError, match="Did you mean 'jacobian'"):
        _ = autograd_lite.jacobean


@pytest.mark.parametrize(
    "key", [None, ..., (), (None,), (..., None), (None, None), True, (False,), np.array(True)]
)
def test_a_scalar_is_indexed_as_numpy_indexes_one(key):
    for dtype in (np.float64, np.float32):
        x = dtype(1.5)
        v = Value(x)
        y = v[key]
        np.testing.assert_array_equal(y.data, x[key])
        assert y.shape == x[key].shape
        assert y.dtype == dtype
        np.sum(y * 2).backward()
        assert v.grad == 2 * x[key].size


@pytest.mark.parametrize("key", [[], ([],), (slice(None), [])])
def test_an_empty_list_chooses_nothing(key):
    x = np.arange(6.0).reshape(2, 3)
    v = Value(x)
    y = v[key]
    assert y.shape == x[key].shape
    np.sum(y).backward()
    np.testing.assert_array_equal(v.grad, np.zeros((2, 3)))


@pytest.mark.parametrize("axes", [(-1, 0, 1), (0, -1, 1), (-2, -1, -3), (1, -1, 0)])
def test_a_transposition_with_axes_counted_from_the_end_is_undone_backward(axes):
    # equal lengths: a wrong order of the axes would show in no shape
    x, upstream = np.arange(27.0).reshape(3, 3, 3), np.cos(np.arange(27.0)).reshape(3, 3, 3)
    v = Value(x)
    v.transpose(axes).backward(upstream)
    expected = np.empty_like(x)
    np.transpose(expected, axes)[...] = upstream
    np.testing.assert_array_equal(v.grad, expected)
