"""detect_anomaly: the first NaN or infinity is an error that says where, of what, and which line."""

from __future__ import annotations

import inspect
import threading
import warnings

import numpy as np
import pytest

from autograd_lite import AnomalyError, GradientError, Value, detect_anomaly, grad, gradcheck, nn
from autograd_lite import no_grad as without_graph
from autograd_lite.context import scope, thread


def told(action):
    """The message, and the number of the line it names; no warning speaks beside the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(AnomalyError) as caught, detect_anomaly():
            action()
    return str(caught.value)


def here() -> int:
    return inspect.currentframe().f_back.f_lineno


# ── forward ───────────────────────────────────────────────────────────────────────────────────
def test_a_nan_names_the_operation_the_input_and_the_line():
    x = Value(-1.0, name="x")
    line = here() + 3

    def action():
        return np.log(x) * 2

    assert told(action) == (
        "log made a NaN of 'x' = -1.0; log needs x > 0\n"
        f"  test_anomaly.py, line {line}: return np.log(x) * 2"
    )


def test_an_infinity_and_an_input_without_a_name():
    x = Value(-1.0, name="x")
    message = told(lambda: 1 / (x + 1))
    assert message.startswith(
        "div made an infinity of 1.0 and an unnamed result of 'add' = 0.0; div needs a divisor other"
        " than 0\n  test_anomaly.py, line "
    )


def test_the_element_of_a_large_array():
    v = Value(np.linspace(-2.0, 6.0, 9).reshape(3, 3) + 2.0, name="v")
    assert told(lambda: 1 / v).startswith(
        "div made an infinity at [0, 0] of 1.0 and 'v'[0, 0] = 0.0;"
    )
    big = Value(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1000.0]), name="big")
    assert told(lambda: np.exp(big)).startswith(
        "exp made an infinity at [6] of 'big'[6] = 1000.0\n"
    )


def test_a_nan_that_came_with_the_data():
    assert told(lambda: Value([1.0, np.nan], name="data") * 2).startswith(
        "mul made a NaN at [1] of 'data' = [ 1., nan] and 2.0\n"
        "  'data' held a NaN already when it came in\n"
    )


def test_an_infinity_on_purpose_may_pass_on():
    v = Value([1.0, -2.0], name="v")
    with detect_anomaly():
        masked = np.where(v > 0, v, -np.inf)
        assert np.max(masked).data == 1.0
        assert v.clip(min=0.0).data.tolist() == [1.0, 0.0]
    assert "sub made a NaN at [1]" in told(lambda: masked - masked)


def test_the_module_is_named():
    def action():
        with scope("dense_1"):
            return np.sqrt(Value(-4.0, name="z"))

    assert " (in dense_1): return np.sqrt(Value(-4.0" in told(action)


# ── backward ──────────────────────────────────────────────────────────────────────────────────
def test_backward_names_the_line_of_the_forward_pass_and_writes_no_gradient():
    s, w = Value(0.0, name="s"), Value(2.0, name="w")
    line = here() + 3

    def action():
        y = w * np.sqrt(s)
        y.backward()

    assert told(action) == (
        "backward through sqrt made an infinity in the gradient of 's': the upstream gradient was"
        " 2.0, the inputs 's' = 0.0; sqrt needs x ≥ 0, and x > 0 for its derivative\n"
        f"  test_anomaly.py, line {line}: y = w * np.sqrt(s)"
    )
    assert s.grad is None and w.grad is None


def test_the_steps_and_the_transforms_are_watched_too():
    s = Value(0.0, name="s")
    assert "backward through sqrt" in told(lambda: list(np.sqrt(s).backward_steps()))
    assert "backward through sqrt" in told(lambda: grad(np.sqrt)(0.0))
    assert "made an infinity" in told(lambda: grad(grad(np.sqrt))(0.0))


def test_a_graph_made_outside_has_no_line():
    y = np.sqrt(Value(0.0, name="s"))
    assert told(y.backward).endswith(
        "The line is not known: the node was made outside of detect_anomaly(); compute it inside as"
        " well"
    )


def test_zero_times_infinity_suggests_the_double_where():
    v = Value([0.0, 4.0], name="v")

    def action():
        np.where(v > 0, np.sqrt(v), 0.0).sum().backward()

    assert "backward through sqrt made a NaN at [0] in the gradient of 'v'" in told(action)
    assert "double where, where(ok, f(where(ok, x, 1)), other)" in told(action)


def test_a_sum_of_gradients_that_overflows():
    w, x = Value(1e-308, name="w"), Value(1.0, name="x")
    y = w * (x * 1e308) + w * (x * 1e308)  # finite, as all of its parts are
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match="arrive at 'w' are finite, and their sum is not"),
    ):
        y.backward()


# ── the switch ────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_left_behind():
    with pytest.raises(AnomalyError), detect_anomaly():
        np.log(Value(0.0))
    assert thread.here is None and thread.watch is None and not thread.quiet and not thread.lines
    with pytest.warns(Warning, match="log of"):
        assert np.log(Value(0.0, name="x")).data == -np.inf


def test_it_is_a_gradient_error_and_changes_no_number():
    assert issubclass(AnomalyError, GradientError)
    w = Value([0.3, -1.2], name="w")
    np.tanh(w * w).sum().backward()
    expected, w.grad = w.grad, None
    with detect_anomaly():
        np.tanh(w * w).sum().backward()
    assert w.grad.tolist() == expected.tolist()


def test_without_a_graph_the_forward_pass_is_still_watched():
    def action():
        with without_graph():
            return np.log(Value(-1.0, name="x"))

    assert told(action).startswith("log made a NaN of 'x' = -1.0")


def test_another_thread_is_not_watched():
    found = []

    def other():
        with np.errstate(all="ignore"):
            found.append(float((Value(1e308) * 10).data))

    with detect_anomaly():
        worker = threading.Thread(target=other)
        worker.start()
        worker.join()
    assert found == [np.inf]


def test_the_checker_may_leave_the_domain():
    with detect_anomaly():
        assert gradcheck(np.sqrt, 1e-9).verdict == "pass"


def test_a_training_that_leaves_the_numbers():
    model = nn.Sequential([nn.Dense(1, input_shape=[1])])
    model.compile(loss="mean_squared_error", optimizer=nn.SGD(1e6))
    x = np.linspace(-1.0, 1.0, 8)
    message = told(lambda: model.fit(x, 3 * x, epochs=200, verbose=0))
    assert " made an infinity" in message and "test_anomaly.py, line" in message
