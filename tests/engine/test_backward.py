"""The backward pass: order, accumulation, steps, stale data, warnings, memory."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite import GradientError, NumericWarning, StaleDataError, Value, no_grad, ops
from autograd_lite.graph import all_nodes


# ── order and accumulation ────────────────────────────────────────────────────────────────────
def test_a_plus_a_has_two_edges():
    a = Value(3.0, name="a")
    y = a + a
    assert y.inputs == (a, a)
    y.backward()
    assert a.grad == 2.0
    assert [(s.index, s.before, s.after) for s in y.backward_steps()] == [(0, None, 1), (1, 1, 2)]


def test_a_node_waits_for_all_of_its_uses():
    x = Value(2.0)
    a = x * x  # used early and late: its gradient must be complete before it is passed on
    y = a * x + a
    y.backward()
    assert x.grad == 3 * 4.0 + 2 * 2.0
    assert a.grad == 3.0


def test_leaves_add_up_and_the_rest_is_renewed():
    x = Value(np.array([1.0, -2.0]))
    a = x * x
    y = a.sum()
    y.backward()
    once, inner = x.grad.copy(), a.grad.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * once)
    np.testing.assert_array_equal(a.grad, inner)
    assert y.grad == 1.0


def test_a_gradient_belongs_to_its_leaf_alone():
    x, y = Value(np.ones(3)), Value(np.ones(3))
    (x + y).sum().backward()
    assert not np.shares_memory(x.grad, y.grad)
    x.grad[:] = 7
    np.testing.assert_array_equal(y.grad, np.ones(3))


def test_a_leaf_as_the_result():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0
    assert list(x.backward_steps()) == []


def test_seed_in_the_shape_of_the_result():
    x = Value(np.array([1.0, 2.0]), name="x")
    (x * x).backward(gradient=[1.0, 10.0])
    np.testing.assert_array_equal(x.grad, [2.0, 40.0])
    seed = np.ones(2)
    y = x * 1
    y.backward(seed)
    seed[:] = 9
    np.testing.assert_array_equal(y.grad, np.ones(2))


# ── messages ──────────────────────────────────────────────────────────────────────────────────
def message(kind, action):
    with pytest.raises(kind) as caught:
        action()
    return str(caught.value)


def test_messages_word_for_word():
    x = Value(np.ones((2, 3)), name="x")
    assert message(GradientError, lambda: (x * 2).backward()) == (
        "backward() on an unnamed result of 'mul' of shape (2, 3) needs a gradient of that shape:"
        " backward(gradient=...). Or reduce it to one number first, with .sum() or .mean()."
    )
    assert message(ValueError, lambda: x.backward(np.ones(3))) == (
        "the gradient given to backward() has shape (3,), but 'x' has shape (2, 3); the two must be"
        " equal"
    )
    assert message(ValueError, lambda: x @ Value(np.ones((2, 2)), name="W")).startswith(
        "matmul (@) cannot be applied to 'x' (shape (2, 3)) and 'W' (shape (2, 2)): "
    )
    with no_grad():
        y = x.sum()
    assert message(GradientError, y.backward) == (
        "backward() needs a result that depends on a Value, and a plain number does not."
        " Wrap an input, as in Value(2.0, name='x'), and compute outside no_grad()."
    )


# ── steps ─────────────────────────────────────────────────────────────────────────────────────
def leaves_and_result(choices, numbers, shape):
    leaves = [Value(np.full(shape, n) + np.arange(np.prod(shape, dtype=int)).reshape(shape) / 9
                    if shape else n) for n in numbers]  # fmt: skip
    pool = list(leaves)
    for kind, i, j in choices:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        made = (
            lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: np.tanh(a),
            lambda a, b: np.maximum(a, b), lambda a, b: a * 0.5 + np.mean(b),
            lambda a, b: np.exp(np.tanh(a)) * np.sum(b, keepdims=True).reshape(-1)[0],
        )[kind](a, b)  # fmt: skip
        pool.append(made)
    return leaves, np.sum(np.tanh(pool[-1]))


graphs = st.tuples(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30), st.integers(0, 30)), min_size=1,
             max_size=25),
    st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=1, max_size=4),
    st.sampled_from([(), (3,), (2, 2)]),
)  # fmt: skip


def bits(x):
    return None if x is None else np.asarray(x).tobytes()


@settings(deadline=None, max_examples=150)
@given(graphs)
def test_steps_and_loop_agree_to_the_bit(graph):
    loop_leaves, loop = leaves_and_result(*graph)
    step_leaves, walked = leaves_and_result(*graph)
    for _ in range(2):  # the second time the leaves add up
        loop.backward()
        steps = list(walked.backward_steps())
        assert [bits(x.grad) for x in loop_leaves] == [bits(x.grad) for x in step_leaves]
    received = {}
    for step in steps:
        assert bits(step.before) == bits(received.get(step.input))
        received[step.input] = step.after
        total = step.contribution if step.before is None else step.before + step.contribution
        assert bits(total) == bits(step.after)
        assert step.node.inputs[step.index] is step.input
        assert bits(step.upstream) == bits(received.get(step.node, walked.grad))
    assert len(steps) == len({(s.node, s.index) for s in steps})


def has_a_tie(result):
    """Whether a maximum is taken of two that are equal: there the gradient is a convention, and two
    kinks may cancel in a difference across both sides without cancelling in their conventions."""
    return any(
        node.op is ops.maximum and node.inputs[0] is not node.inputs[1]
        and np.any(np.abs(node.inputs[0]._data - node.inputs[1]._data) < 1e-4)
        for node in all_nodes(result)
    )  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(graphs)
def test_random_graphs_against_numbers(graph):
    leaves, result = leaves_and_result(*graph)
    if has_a_tie(result):
        return
    result.backward()
    choices, numbers, shape = graph
    for k, leaf in enumerate(leaves):
        h = 1e-6
        up, down = (
            float(leaves_and_result(choices, [*numbers[:k], numbers[k] + s, *numbers[k + 1:]],
                                    shape)[1].data) for s in (h, -h))  # fmt: skip
        grad = 0.0 if leaf.grad is None else np.sum(leaf.grad)
        sided = (up - 2 * result.data + down) / h  # a kink of max() shows here
        if abs(sided) < 1e-4:
            assert grad == pytest.approx((up - down) / (2 * h), rel=1e-4, abs=1e-5)


def test_steps_hold_the_chain_rule():
    w, x = Value(3.0, name="w"), Value(np.array([1.0, 2.0]), name="x")
    y = np.sum(w * x)
    first, to_w, to_x = y.backward_steps()
    assert first.local is None
    np.testing.assert_array_equal(first.contribution, [1.0, 1.0])
    np.testing.assert_array_equal(to_w.local, [1.0, 2.0])
    assert to_w.contribution == 3.0  # summed over the elements that share w
    assert to_x.local == 3.0
    np.testing.assert_array_equal(to_x.contribution, [3.0, 3.0])


def test_steps_write_as_they_go():
    a = Value(2.0)
    y = a * a
    steps = y.backward_steps()
    next(steps)
    assert a.grad == 2.0
    next(steps)
    assert a.grad == 4.0


# ── stale data ────────────────────────────────────────────────────────────────────────────────
def stale_scalar():
    w = Value(2.0, name="w")
    y = w * w
    w.data = 3.0
    return y


def stale_leaf_array():
    w = Value(np.ones(2), name="w")
    held = w.data
    y = np.sum(w * w)
    held[0] = 5.0
    return y


def stale_leaf_array_taken_later():
    w = Value(np.ones(2), name="w")
    y = np.sum(w * w)
    w.data[0] = 5.0
    return y


def stale_result():
    w = Value(np.ones(2))
    a = np.exp(w)
    a.name = "w"
    y = np.sum(a)
    a.data[0] = 5.0
    return y


def stale_result_as_input():
    w = Value(np.ones(2))
    a = w + 1
    a.name = "w"
    y = np.sum(a * a)
    a.data[0] = 5.0
    return y


@pytest.mark.parametrize("make", [stale_scalar, stale_leaf_array, stale_leaf_array_taken_later,
                                  stale_result, stale_result_as_input])  # fmt: skip
@pytest.mark.parametrize("sweep", [lambda y: y.backward(), lambda y: list(y.backward_steps())])
def test_data_changed_after_its_use_is_caught(make, sweep):
    text = message(StaleDataError, lambda: sweep(make()))
    assert text.startswith("the data of 'w' was changed after it was used: it is ")
    assert text.endswith(
        "Change .data only after backward(), or compute the graph anew after the change."
    )


def test_the_stale_message_names_the_operation():
    assert "it is input 0 of the operation 'mul' (×)," in message(
        StaleDataError, stale_scalar().backward
    )


def test_a_sweep_that_fails_leaves_no_gradients_of_two_calls_mixed():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    h = w * x
    y = h * h + x
    y.backward()
    before = w.grad, x.grad
    x.data = 5.0  # found when the sweep is half done
    message(StaleDataError, y.backward)
    assert (w.grad, x.grad) == before
    assert h.grad is y.grad is None


def test_changing_data_between_graphs_is_fine():
    w = Value(np.ones(2))
    for _ in range(3):
        y = np.sum(w * w)
        w.grad = None
        y.backward()
        w.data[:] = w.data - 0.1 * w.grad
    np.testing.assert_allclose(w.data, 0.8**3)


def test_the_callers_array_is_copied():
    given_array = np.ones(2)
    w = Value(given_array)
    y = np.sum(w * w)
    given_array[0] = 100
    y.backward()
    np.testing.assert_array_equal(w.grad, [2.0, 2.0])


# ── switches ──────────────────────────────────────────────────────────────────────────────────
def test_no_grad_records_nothing_in_this_thread_only():
    x, elsewhere = Value(2.0), []
    with no_grad():
        y = x * 3
        thread = threading.Thread(target=lambda: elsewhere.append(x * 3))
        thread.start()
        thread.join()
    assert (y.tracked, y.inputs, y.op) == (False, (), None)
    assert elsewhere[0].tracked
    with pytest.raises(ZeroDivisionError), no_grad():
        _ = 1 // 0
    assert (x * 3).tracked


def test_no_grad_inside_no_grad_stays_off():
    x = Value(2.0)
    with no_grad():
        with no_grad():
            pass
        assert not (x * 3).tracked
    assert (x * 3).tracked


def test_detach_lets_no_gradient_through():
    x = Value(np.array([2.0, 3.0]))
    y = np.sum(x * x.detach())
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 3.0])
    assert not x.detach().tracked
    assert not np.shares_memory(x.detach()._data, x._data)


# ── warnings ──────────────────────────────────────────────────────────────────────────────────
def told(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = action()
    assert all(w.category is NumericWarning and w.filename == __file__ for w in caught), caught
    return result, [(str(w.message), w.lineno) for w in caught]


def test_a_warning_points_to_the_line_and_names_the_node():
    x = Value(0.0, name="x")
    line = told.__code__.co_firstlineno  # anything in this file; the exact line is checked below
    assert line
    y, ((text, at),) = told(lambda: np.log(x))
    assert text == "log of 'x' = 0 is infinite (divide by zero): log needs x > 0"
    assert at == test_a_warning_points_to_the_line_and_names_the_node.__code__.co_firstlineno + 4
    _, ((text, _),) = told(y.backward)
    assert text == (
        "backward through 'log' (node an unnamed result of 'log') gives a gradient that is infinite"
        " for input 0, 'x' = 0; log needs x > 0."
    )


def test_the_dead_branch_of_a_where_suggests_the_double_where():
    x = Value(np.array([0.0, 2.0]), name="x")

    def run():
        np.sum(np.where(x.data > 0, np.log(x), 0.0)).backward()

    _, warned = told(run)
    assert np.isnan(x.grad[0])
    assert x.grad[1] == 0.5
    assert any("where(ok, f(where(ok, x, 1)), other)" in text for text, _ in warned)

    safe = Value(np.array([0.0, 2.0]))
    ok = safe.data > 0
    _, warned = told(lambda: np.sum(np.where(ok, np.log(np.where(ok, safe, 1.0)), 0.0)).backward())
    assert not warned
    np.testing.assert_array_equal(safe.grad, [0.0, 0.5])


def test_scalar_division_by_zero_is_numpys():
    x, y = Value(1.0), Value(0.0, name="y")
    out, warned = told(lambda: x / y)
    assert out.data == np.inf
    assert "div of " in warned[0][0]
    assert "needs a divisor other than 0" in warned[0][0]
    root, warned = told(lambda: Value(-8.0) ** (1 / 3))
    assert np.isnan(root.data)
    assert len(warned) == 1
    big, _ = told(lambda: Value(10.0) ** 400)
    assert big.data == np.inf


# ── memory and depth ──────────────────────────────────────────────────────────────────────────
def run_without_collector(action):
    gc.collect()
    gc.disable()
    try:
        return action()
    finally:
        gc.enable()


@pytest.mark.parametrize("data", [0.5, np.ones((3, 3))])
def test_graphs_are_freed_by_reference_counting_alone(data):
    def run():
        x = Value(data)
        y = np.sum(np.tanh(x @ x if x.ndim else x * x))
        y.backward()
        list(y.backward_steps())
        refs = [weakref.ref(y), weakref.ref(y.inputs[0]), weakref.ref(x)]
        del x, y
        return [r() for r in refs]

    assert run_without_collector(run) == [None, None, None]


def test_transforms_programs_and_records_leave_nothing_behind():
    from autograd_lite import grad, program, record

    seen = []

    def f(x):
        y = np.tanh(x) * x
        seen.append(weakref.ref(y))
        return y

    def run():
        grad(grad(f))(0.5)
        program(f, 0.5)(0.25)
        record(f(Value(0.5)), backward=True)
        return [r() for r in seen]

    assert set(run_without_collector(run)) == {None}


def chain(length):
    x = Value(1.0)
    y = x
    for _ in range(length):
        y = y + 1.0
    y.backward()
    assert x.grad == 1.0
    assert y.data == length + 1
    first = weakref.ref(x)
    del x, y
    assert first() is None


def test_a_deep_chain_runs_and_is_freed():
    run_without_collector(lambda: chain(50_000))


@pytest.mark.slow
def test_a_chain_of_a_million_nodes_runs_and_is_freed():
    run_without_collector(lambda: chain(1_000_000))


def test_a_wide_sum_is_linear():
    x = Value(1.0)
    total = x * 0.0
    for _ in range(5_000):
        total = total + x
    total.backward()
    assert x.grad == 5_000.0
    assert sum(1 for _ in total.backward_steps()) == 10_001


def test_complex_results_are_refused():
    from autograd_lite.op import Op

    turn = Op("turn", "i", lambda x: np.asarray(x) * 1j, partials=(1,))
    with pytest.raises(TypeError, match="a result of dtype complex128 has no gradient here"):
        turn(Value(np.ones(2)))


def test_unknown_operations_need_no_registration():
    from autograd_lite.op import Op

    cube = Op("cube", "³", lambda x: x**3, partials=(lambda out, x: 3 * x**2,))
    x = Value(2.0)
    cube(x).backward()
    assert x.grad == 12.0
    assert cube(2.0) == 8.0
    assert ops.mul(2.0, 3.0) == 6.0
