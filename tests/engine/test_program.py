"""program(): the text that a learner reads, and that running it is running the engine."""

from __future__ import annotations

import ast
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_lite import GradientError, Value, grad, no_grad, program, value_and_grad
from autograd_lite.errors import ProgramError
from autograd_lite.expression import symbol
from autograd_lite.source import Names, Source

from .test_backward import graphs, leaves_and_result


def same(f, *inputs, at=None):
    """The program of ``f``, shown to equal the engine, and to stand alone, at other inputs too."""
    p = program(f, *inputs)
    at = inputs if at is None else at
    namespace = {}
    exec(p.source, namespace)
    value, gradients = p(*at)
    expected, expected_gradients = value_and_grad(f, tuple(range(len(at))))(*at)
    alone, alone_gradients = namespace["program"](*at)
    assert value == expected == alone
    for mine, theirs, raw in zip(gradients, expected_gradients, alone_gradients, strict=True):
        assert type(mine) is type(theirs)
        np.testing.assert_array_equal(mine, theirs)
        np.testing.assert_array_equal(mine, raw)
    return p.source


def neuron(w, x, b):
    z = w * x + b
    return np.tanh(z)


def test_a_neuron_as_on_a_board():
    assert same(neuron, 0.5, 2.0, 0.1, at=(-1.5, 0.3, 4.0)) == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def program(w, x, b):\n"
        "    # forward\n"
        "    v1 = w * x\n"
        "    z = v1 + b\n"
        "    out = np.tanh(z)\n"
        "    # backward: d_v is ∂out/∂v\n"
        "    d_out = 1.0\n"
        "    d_z = d_out * (4 * np.exp(-2 * np.logaddexp(z, -z)))"
        "  # textbook: d_out * (1 - out**2)\n"
        "    d_v1 = d_z\n"
        "    d_b = d_z\n"
        "    d_w = d_v1 * x\n"
        "    d_x = d_v1 * w\n"
        "    return out, (d_w, d_x, d_b)\n"
    )


def layer(params, x):
    W, b = params
    h = np.maximum(x @ W + b, 0)
    L = np.mean((h[:, [0, 2, 2]] - 1) ** 2)
    return L * 2


def test_a_layer_with_containers_broadcasting_and_scatter():
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(3, 4)), rng.normal(size=4)], rng.normal(size=(5, 3))
    p = program(layer, *inputs, argnum=0)
    assert p.source == (
        "import numpy as np\n"
        "\n"
        "from autograd_lite.ops import scatter\n"
        "\n"
        "c1 = np.array([0, 2, 2])\n"
        "\n"
        "\n"
        "def program(params, x):\n"
        "    W = params[0]\n"
        "    b = params[1]\n"
        "    # forward\n"
        "    v1 = x @ W\n"
        "    v2 = v1 + b\n"
        "    h = np.maximum(v2, 0)\n"
        "    v3 = h[:, c1]\n"
        "    v4 = v3 - 1\n"
        "    v5 = v4**2\n"
        "    L = np.mean(v5)\n"
        "    out = L * 2\n"
        "    # backward: d_v is ∂out/∂v\n"
        "    d_out = 1.0\n"
        "    d_L = d_out * 2\n"
        "    d_v5 = np.broadcast_to(d_L / 15, (5, 3))\n"
        "    d_v4 = d_v5 * (2 * v4)\n"
        "    d_v3 = d_v4\n"
        "    d_h = scatter(d_v3, key=(slice(None, None, None), c1), shape=(5, 4))\n"
        "    d_v2 = d_h * ((v2 > 0) + 0.5 * (v2 == 0))\n"
        "    d_v1 = d_v2\n"
        "    d_b = np.sum(d_v2, axis=(0,))\n"
        "    d_W = x.T @ d_v1\n"
        "    return out, ([d_W, d_b],)\n"
    )
    for _ in range(3):
        value, ((by_W, by_b),) = p(*inputs)
        expected, (W, b) = value_and_grad(layer)(*inputs)
        assert value == expected
        np.testing.assert_array_equal(by_W, W)
        np.testing.assert_array_equal(by_b, b)
        inputs = [rng.normal(size=(3, 4)), rng.normal(size=4)], rng.normal(size=(5, 3))


@settings(deadline=None, max_examples=80)
@given(graphs)
def test_random_graphs_equal_the_engine_to_the_bit(graph):
    choices, *_ = graph
    values, _ = leaves_and_result(*graph)
    f = lambda *leaves: rebuilt(choices, list(leaves))  # noqa: E731
    inputs = [v.data for v in values]
    p = program(f, *inputs)
    value, gradients = p(*inputs)
    expected, expected_gradients = value_and_grad(f, tuple(range(len(inputs))))(*inputs)
    assert value == expected
    for mine, theirs in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def rebuilt(choices, pool):
    for kind, i, j in choices:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        pool.append(
            (
                a + b,
                a * b,
                a - b,
                np.tanh(a),
                np.maximum(a, b),
                a * 0.5 + np.mean(b),
                a / (b * b + 1),
            )[kind]
        )
    return np.sum(np.tanh(pool[-1]))


# ── what is left out ──────────────────────────────────────────────────────────────────────────
def test_gradients_that_nobody_asked_for_are_not_computed():
    def f(w, x):
        return np.tanh(w * np.exp(x))

    p = program(f, 1.0, 2.0, argnum=0)
    assert "d_x" not in p.source
    assert "d_v1" not in p.source
    assert p(0.3, 0.4) == (f(0.3, 0.4), (grad(f)(0.3, 0.4),))
    back = program(f, 1.0, 2.0, argnum=(-1, 0))
    assert back(0.3, 0.4)[1] == grad(f, (1, 0))(0.3, 0.4)


def test_unused_arguments_get_zeros_and_no_lines():
    source = same(lambda x, y, z: x * x, 3.0, np.ones((2, 2)), np.float32(1.0))
    assert "return out, (d_x, np.zeros((2, 2)), np.float32(0.0))" in source


def test_every_forward_line_is_needed():
    rng = np.random.default_rng(1)
    f = lambda W, x: np.sum(np.where(x > 0, W @ x, 0.0) * np.exp(np.sum(W, axis=1)))  # noqa: E731
    with pytest.warns(UserWarning, match="> of 'x'"):
        source = program(f, rng.normal(size=(3, 3)), rng.normal(size=3)).source
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    stored = {
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    loaded = {
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    assert stored <= loaded
    assert "* 1\n" not in source


def test_results_that_are_an_argument_or_a_constant():
    assert same(lambda x: x, 3.0).endswith("    d_x = 1.0\n    return x, (d_x,)\n")
    assert same(lambda x: 3.0, 2.0).endswith("    return 3.0, (0.0,)\n")


def test_returned_gradients_share_no_memory():
    p = program(lambda x, y: np.sum(x + y), np.ones(3), np.ones(3))
    _, (by_x, by_y) = p(np.ones(3), np.ones(3))
    by_x[:] = 5  # writable, though the source returns a broadcast view
    np.testing.assert_array_equal(by_y, np.ones(3))


# ── names ─────────────────────────────────────────────────────────────────────────────────────
def test_names_are_kept_and_made_identifiers():
    def f(p):
        a = p["ŷ"] * p["a b"][0]
        a.name = "my z"
        return a + p[1]

    source = same(f, {"ŷ": 2.0, "a b": (3.0,), 1: 1.0})
    assert "p_ŷ = p['ŷ']\n" in source
    assert "my_z = p_ŷ * p_a_b_0\n" in source


def test_names_are_never_evaluated():
    evil = Value(2.0, name="__import__('os').system('false')\nimport os")
    source = same(lambda x: np.exp(x) * evil, 1.0)
    tree = ast.parse(source)
    assert [n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)] == ["numpy"]
    calls = [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)]
    assert calls == ["np.exp"]


def test_names_that_collide():
    def f(np_, d_x, x, scatter, lambda_):
        float_ = x * d_x
        float_.name = "float"
        y = float_ * np_[[0, 0]] + scatter + lambda_
        y.name = "lambda"
        return np.sum(y)

    same(f, np.ones(2), 2.0, 3.0, 4.0, 5.0)


@pytest.mark.parametrize(("wish", "name"), [
    ("x", "x"), ("w·x", "w_x"), ("x₁", "x1"), ("1", "_1"), ("class", "class_2"), ("np", "np_2"),
    ("", "_"), ("δ", "δ"), ("x' ", "x__"), ("ﬁ", "fi"),
])  # fmt: skip
def test_identifiers(wish, name):
    assert Names().new(wish) == name
    assert name.isidentifier()


def test_a_thousand_equal_names_stay_apart():
    names = Names()
    assert (
        len({names.new("z") for _ in range(1000)} | {names.numbered("z_") for _ in range(9)})
        == 1009
    )


def test_parameters_of_functions_that_tell_none():
    assert "def program(args1, args2):" in program(lambda *args: args[0] * args[1], 1.0, 2.0).source
    assert program(np.tanh, 1.0).source.count("np.tanh(x") == 1  # NumPy 1 tells no signature


# ── numbers ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("number", [0.1, -2.0, 1e300, 5e-324, -0.0, 1e6, np.float64(1 / 3), 3])
def test_constants_read_back_as_the_same_bits(number):
    same(lambda x: x * number + number * x - number, 0.7)


def test_constant_arrays_are_written_out():
    key, c = np.array([True, False, True]), np.array([0.1, -np.inf, -3.0])
    empty = np.zeros((0, 2))
    source = same(lambda x: np.sum(np.maximum(x, c)[key]) + np.sum(x[0] * empty), np.ones(3))
    assert "= np.array([0.1, -np.inf, -3.0])\n" in source
    assert "= np.array([True, False, True])\n" in source
    assert "= np.zeros((0, 2), dtype=np.float64)\n" in source
    narrow = np.arange(3, dtype=np.float32) / 3
    same(lambda x: np.sum(x * narrow), np.ones(3, np.float32))


def test_order_of_sums_is_the_learners():
    same(lambda a, b, c: a + (b + c) - (a - (b - c)), 1e16, 1.0, -1e16)
    same(lambda a, b, c: a * (b * c) / (a / (b / c)), 1e100, 1e-100, 3.0)
    same(lambda a, b: (-a) ** 2 - a**2 + (2**b) ** 2 + 2 ** (b**2) - -a, 1.5, 0.5)


def test_parentheses_around_the_base_of_a_power():
    x = symbol("x", 2.0)
    source = Source(Names(), mixed=False)
    assert source.text((-x) ** 2) == "(-x)**2"
    assert source.text(-(x**2)) == "-x**2"
    assert source.text((-2.0) ** x) == "(-2)**x"
    assert source.text((x**2) ** 3) == "(x**2)**3"
    assert source.text(x - (x - 1)) == "x - (x - 1)"


def test_a_part_used_often_gets_one_line():
    x = symbol("x", 1.5)
    part = np.exp(x)
    source = Source(Names(), mixed=False)
    source.assign("y", part + part * part, 1.0)
    assert source.lines == ["t1 = np.exp(x)", "y = t1 + t1 * t1"]


def test_mixed_dtypes_follow_the_engine():
    f = lambda x, y: np.sum(np.tanh(y) * x * 2 + 0.1) ** 2 / np.sum(y * y)  # noqa: E731
    p = program(f, np.arange(3, dtype=np.float32), 0.3)
    at = np.array([0.3, -0.4, 2], np.float32), 0.7
    value, gradients = p(*at)
    expected, expected_gradients = value_and_grad(f, (0, 1))(*at)
    assert type(value) is type(expected)
    assert value == expected
    for mine, theirs in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)


@pytest.mark.parametrize(("f", "at"), [
    (lambda x, y: x / y, (1.0, 0.0)), (lambda x, y: x**y, (-8.0, 1 / 3)),
    (lambda x, y: x**y, (10.0, 400.0)), (lambda x, y: x * 2 / y, (0.0, 0.0)),
])  # fmt: skip
def test_infinities_where_python_would_raise(f, at):
    p = program(f, 1.0, 2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, gradients = p(*at)
        expected = value_and_grad(f, (0, 1))(*at)
    np.testing.assert_array_equal(value, expected[0])
    np.testing.assert_array_equal(gradients, expected[1])
    assert type(value) is float


def test_integers_lists_and_values_as_inputs():
    p = program(lambda x: np.sum(x * x), Value([1.0, 2.0], name="q"))
    for x in ([3, 4], np.array([3, 4], np.int8), Value([3, 4])):
        value, (gradient,) = p(x)
        assert value == 25.0
        np.testing.assert_array_equal(gradient, [6.0, 8.0], strict=True)


# ── derivatives of derivatives, switches ──────────────────────────────────────────────────────
def test_a_program_of_a_derivative():
    same(lambda x: grad(np.tanh)(x) * x, 0.4, at=(-0.9,))
    same(lambda x: np.sum(grad(lambda y: np.sum(np.exp(y) * y))(x) ** 2), np.array([0.1, 0.4]))


def test_tracing_ignores_no_grad_around_and_restores_it():
    with no_grad():
        p = program(neuron, 1.0, 2.0, 3.0)
        assert not (Value(1.0) * 2).tracked
    assert p(1.0, 2.0, 3.0) == program(neuron, 1.0, 2.0, 3.0)(1.0, 2.0, 3.0)


def test_a_profiler_at_work_is_left_alone():
    def profiler(frame, event, arg):
        return None

    sys.setprofile(profiler)
    try:
        source = program(neuron, 1.0, 2.0, 3.0).source
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert "v2 = v1 + b" in source
    program(neuron, 1.0, 2.0, 3.0)
    assert sys.getprofile() is None


# ── messages ──────────────────────────────────────────────────────────────────────────────────
def branching(x):
    return x * 2 if x > 0 else x * 3


@pytest.mark.parametrize(("f", "question"), [
    (branching, "> of 'x'"), (lambda x: x * 2 if x else x, "bool of 'x'"),
    (lambda x: x * float(x), "float of 'x'"), (lambda x: x * x.detach(), "detach of 'x'"),
    (lambda x: x * int(x * 2), "int of an unnamed result of 'mul'"),
])  # fmt: skip
def test_a_frozen_answer_is_told(f, question):
    with pytest.warns(UserWarning, match="answers are frozen") as told:
        program(f, 1.0)
    (warning,) = told
    assert f"it asked for numbers ({question}): the answers are frozen" in str(warning.message)
    assert warning.filename == __file__


def test_questions_outside_of_a_trace_are_nobodys_business():
    program(neuron, 1.0, 2.0, 3.0)
    assert Value(1.0) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program(neuron, 1.0, 2.0, 3.0)


def text_of(kind, action):
    with pytest.raises(kind) as caught:
        action()
    return str(caught.value)


def test_messages_word_for_word():
    p = program(lambda x, params: np.sum(x) * params[0], np.ones(3), [1.0, 2.0])
    assert text_of(ValueError, lambda: p(np.ones(4), [1.0, 2.0])) == (
        "'x' was an array of shape (3,) when the program was made, and is given as an array of shape"
        " (4,): a program holds for the shapes of its examples; make another one, program(f, ...),"
        " with an example of this shape"
    )
    assert text_of(ValueError, lambda: p(1.0, [1.0, 2.0])).startswith(
        "'x' was an array of shape (3,) when the program was made, and is given as a scalar: "
    )
    for wrong in ([1.0], 3.0, {"a": 1.0}):
        assert text_of(ValueError, lambda wrong=wrong: p(np.ones(3), wrong)) == (
            "'params' is not in the form of its example: lists of the same lengths, dicts of the"
            " same keys"
        )
    assert (
        text_of(TypeError, lambda: p(1.0))
        == "this program takes 2 arguments (x, params), and was given 1"
    )
    assert "real numbers, not" in text_of(TypeError, lambda: p(np.ones(3), ["a", 2.0]))
    assert text_of(GradientError, lambda: program(lambda x: x * 2, np.ones(3))) == (
        "program() needs a function that returns one number, and this one returned an array of"
        " shape (3,); reduce it with np.sum or np.mean"
    )
    assert "returned a tuple" in text_of(GradientError, lambda: program(lambda x: (x, x), 1.0))
    assert text_of(TypeError, lambda: program(np.tanh, 1.0, argnum=2)) == (
        "argnum 2 asks for an argument that has no example: there is 1 example; argnum counts from 0"
    )
    large = np.ones(20_000)
    assert text_of(ProgramError, lambda: program(lambda x: np.sum(x * large), 1.0)) == (
        "the function uses an array of shape (20000,) that is not one of its arguments; 20000 numbers"
        " are too many to be written into a source (the limit is 10000). Make it an argument of the"
        " function"
    )


def test_an_undeclared_operation_without_an_expression_is_refused():
    from autograd_lite.op import Op

    odd = Op("odd", "?", lambda x: np.asarray(x) * 1.0, partials=(1,))
    assert "only what autograd_lite.ops declares" in text_of(
        ProgramError, lambda: program(lambda x: odd(x) * x, 1.0)
    )


def test_repr_and_str():
    p = program(neuron, 1.0, 2.0, 3.0)
    assert str(p) == p.source
    assert repr(p) == "<program of neuron(w, x, b), 16 lines>"


# ── size ──────────────────────────────────────────────────────────────────────────────────────
def test_deep_graphs_are_written_without_recursion():
    def deep(x):
        y = x
        for _ in range(5_000):
            y = y * 0.999 + 0.001
        return y

    p = program(deep, 0.5)
    assert p.source.count("\n") > 20_000
    assert p(0.25) == value_and_grad(deep)(0.25)[:1] + (value_and_grad(deep, (0,))(0.25)[1],)
