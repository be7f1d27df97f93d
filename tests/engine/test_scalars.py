"""Programs of plain numbers run in a shortened form, and its bits are the engine's."""

from __future__ import annotations

import struct
import warnings

import numpy as np
import pytest

from autograd_lite import Value, ops, program, value_and_grad

ODD = [0.0, -0.0, 1.0, -1.5, 3.0, 1e300, -5e-324, np.inf, -np.inf, np.nan]
ONE = [
    np.tanh, np.exp, np.abs, np.sqrt, np.log, np.sign, ops.relu, ops.sigmoid, ops.gelu, ops.elu,
    ops.erf, lambda x: np.maximum(x, 0), lambda x: np.minimum(-0.0, x), lambda x: x**2,
    lambda x: x**-3, lambda x: x**0.5, lambda x: 2**x, lambda x: -x * -2, lambda x: (-x) ** 2 / 1,
    lambda x: 1 / x, lambda x: x * np.nan - np.inf, lambda x: np.where(np.array(True), x, -x),
    lambda x: ops.leaky_relu(x, slope=0.3) - (x + 0.0), lambda x: x * 1 * 1e6 * 1e-320,
]  # fmt: skip
TWO = [
    lambda x, y: x + y, lambda x, y: x - (y - x), lambda x, y: x * y, lambda x, y: x / y,
    lambda x, y: x**y, np.maximum, np.minimum, np.logaddexp, lambda x, y: ops.relu(x) * ops.relu(y),
]  # fmt: skip


def bits(numbers):
    return [struct.pack("<d", x) if x == x else b"NaN" for x in numbers]


def same_bits(f, *points):
    """The program of ``f``, shown to give the bits of the engine at every point, in plain floats."""
    everything = tuple(range(len(points[0])))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        p = program(f, *[1.5] * len(points[0]))
        for at in points:
            value, gradients = p(*at)
            expected, expected_gradients = value_and_grad(f, everything)(*at)
            assert {type(value), *map(type, gradients)} == {float}
            assert bits([value, *gradients]) == bits([expected, *expected_gradients]), at
    return p


def names_of(function):
    return set(function.__code__.co_varnames)


@pytest.mark.parametrize("first", ONE)
def test_plain_numbers_to_the_bit_at_odd_points(first):
    for second in (lambda x: x, ops.relu, np.exp):
        same_bits(lambda x: first(second(x)) * 3 + x, *[(x,) for x in ODD])  # noqa: B023


@pytest.mark.parametrize("f", TWO)
def test_pairs_of_plain_numbers_to_the_bit_at_odd_points(f):
    pairs = [(x, y) for x in ODD for y in ODD]
    same_bits(f, *pairs)
    same_bits(lambda x, y: np.tanh(f(x * y, y)) - f(y, x), *pairs)


def test_random_formulas_of_plain_numbers_to_the_bit():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        plan = rng.integers(0, 1000, size=(rng.integers(1, 12), 4)).tolist()

        def f(*xs):
            pool = list(xs)
            for kind, which, i, j in plan:  # noqa: B023
                a, b = pool[-1 - i % min(3, len(pool))], pool[j % len(pool)]
                unary, binary = ONE[which % len(ONE)], TWO[which % len(TWO)]
                pool.append(unary(a) if kind % 3 == 0 else binary(a, b))
            return sum(pool[-3:])

        points = np.where(
            rng.random((4, 3)) < 0.3, rng.choice(ODD, (4, 3)), rng.normal(size=(4, 3))
        )
        same_bits(f, *points.tolist())


def perceptron(*parameters):
    """A small network of scalars, three points, hinge loss and decay, as micrograd's demo has it."""
    losses = []
    for x, label in (((0.3, -1.2), 1.0), ((2.0, 0.1), -1.0), ((-0.7, 0.9), 1.0)):
        place = iter(parameters)
        hidden = [ops.relu(sum(next(place) * part for part in x) + next(place)) for _ in range(4)]
        score = sum(next(place) * h for h in hidden) + next(place)
        losses.append(ops.relu(1 + -label * score))
    return sum(losses) * (1.0 / 3) + 1e-4 * sum(p * p for p in parameters)


def test_a_network_of_plain_numbers_is_shortened():
    points = np.random.default_rng(0).normal(size=(6, 17)).tolist()
    p = same_bits(perceptron, *points)
    namespace = {}
    exec(p.source, namespace)
    long = names_of(namespace["program"])
    assert len(names_of(p._quick)) < len(long) / 2 + 17
    assert namespace["program"](*points[0]) == p(*points[0])


def test_what_is_no_plain_number_comes_out_as_it_is_written():
    for f, x in ((lambda x: np.sum(x * x) * 2, 2.0), (lambda x: np.sum(x * 3), np.ones(2)),
                 (lambda x: x * x * 3, np.float32(2.0))):  # fmt: skip
        p = program(f, x)
        namespace = {}
        exec(p.source, namespace)
        value, (gradient,) = p(x)
        alone, (alone_gradient,) = namespace["program"](x)
        assert value == alone
        np.testing.assert_array_equal(gradient, alone_gradient)
        expected, wanted = value_and_grad(f)(x)
        assert value == expected
        np.testing.assert_array_equal(gradient, wanted, strict=True)


def test_an_idle_array_is_still_looked_at():
    p = program(lambda x, y: x * x, 3.0, np.ones(2))
    assert p(2.0, np.zeros(2))[0] == 4.0
    with pytest.raises(
        ValueError, match=r"'y' was an array of shape \(2,\) when the program was made"
    ):
        p(2.0, 1.0)
    assert type(program(lambda x, y: x * x, 3.0, np.float32(1))(2.0, 1.0)[1][1]) is np.float32


def test_plain_numbers_in_containers_and_under_odd_names():
    def f(t1, params, unused):
        exp, scale = Value(2.0, name="np"), params["t2"]
        (float_, y), out = params["in"], t1 * 3
        return exp * float_ * scale + np.maximum(out, y) * t1 + (out - out) + exp

    inputs = 0.5, {"in": (2.0, -3.0), "t2": 0.25, "idle": 1.0}, 7.0
    p = program(f, *inputs)
    value, gradients = p(*inputs)
    assert (value, gradients) == value_and_grad(f, (0, 1, 2))(*inputs)
    assert type(gradients[1]["in"]) is tuple and type(gradients[1]["idle"]) is float
    assert p(1, {"in": (np.float32(2), 3), "t2": Value(1.0), "idle": 0}, 0) == (
        value_and_grad(f, (0, 1, 2))(1.0, {"in": (2.0, 3.0), "t2": 1.0, "idle": 0.0}, 0.0)
    )
    assert program(lambda w, x: w * 1.0, 2.0, 3.0)(4.0, 5.0) == (4.0, (1.0, 0.0))
    assert program(lambda w: 1.0 * w * -2 * 3, 2.0)(4.0) == (-24.0, (-6.0,))


@pytest.mark.parametrize("step", [
    lambda x: -x, lambda x: 1.0 - x, lambda x: ops.relu(x), np.tanh, lambda x: x**0.5,
    lambda x: ops.relu(1.0 - (0.5 - x)), lambda x: np.maximum(1.0, x), lambda x: 2.0 / (1.0 + x),
])  # fmt: skip
def test_deep_formulas_can_be_compiled(step):
    def deep(x):
        for _ in range(700):
            x = step(x)
        return x

    same_bits(deep, (0.3,), (1.5,))
