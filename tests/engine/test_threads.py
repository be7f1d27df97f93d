"""Threads side by side: each has its own switches, and its numbers are those of a run alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd_lite import (
    AnomalyError,
    Value,
    detect_anomaly,
    grad,
    no_grad,
    program,
    record,
    value_and_grad,
)  # fmt: skip
from autograd_lite.context import scope, source_lines, thread

ROUNDS = 25
W = np.random.default_rng(7).normal(size=(3, 4))
X = np.random.default_rng(8).normal(size=(5, 3))


def together(*jobs):
    """Run jobs at once, each in a thread of its own, released at one moment; their results."""
    gate = threading.Barrier(len(jobs))

    def run(job):
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, job) for job in jobs]]


def loss(w, x):
    return np.mean(np.tanh(x @ w) ** 2 + 0.5 * np.sum(w * w))


def differentiate(parameter, x):
    """A graph of shared parameters, differentiated without a word to ``.grad``."""
    return [value_and_grad(loss, (0, 1))(parameter, x + i / 10) for i in range(ROUNDS)]


def same(found, expected):
    for (value, (dw, dx)), (v, (ew, ex)) in zip(found, expected, strict=True):
        assert value == v and np.array_equal(dw, ew) and np.array_equal(dx, ex)


def test_shared_parameters():
    shared = Value(W, name="W")
    expected = [differentiate(shared, X + k) for k in range(4)]
    found = together(*[lambda k=k: differentiate(shared, X + k) for k in range(4)])
    for one, alone in zip(found, expected, strict=True):
        same(one, alone)


def test_backward_on_graphs_that_share_a_root_part():
    shared = Value(W, name="W")
    hidden = [Value(X + k, name=f"x{k}") for k in range(4)]

    def job(k):
        for _ in range(ROUNDS):
            y = np.sum(np.tanh(hidden[k] @ shared.detach()))
            y.backward()
        return hidden[k].grad

    found = together(*[lambda k=k: job(k) for k in range(4)])
    for k, g in enumerate(found):
        slope = grad(lambda x: np.sum(np.tanh(x @ W)))(X + k)
        total = slope
        for _ in range(ROUNDS - 1):
            total = total + slope
        assert np.array_equal(g, total)


def test_scalars_and_the_plain_numbers_that_expressions_share():
    def job(k):
        total = 0.0
        for i in range(300):
            x = Value(k + i / 7, name="x")
            y = (x * 3 + i) * (2 - x / (i + 1)) ** 2
            y.backward()
            total += x.grad
        return total

    expected = [job(k) for k in range(4)]
    assert together(*[lambda k=k: job(k) for k in range(4)]) == expected


def test_each_thread_has_switches_of_its_own():
    shared = Value(W, name="W")
    plain = value_and_grad(loss)(W, X)

    def without_graph():
        with no_grad():
            ys = [loss(shared, X) for _ in range(ROUNDS)]
        return {y.tracked for y in ys}, thread.here

    def in_scope():
        with scope("encoder"), scope("first"):
            ys = [loss(shared, X) for _ in range(ROUNDS)]
        return {y.origin.module for y in ys} | {y.origin.line for y in ys}

    def with_lines():
        with source_lines():
            ys = [loss(shared, X) for _ in range(ROUNDS)]
        return {(y.origin.module, y.origin.line > 0) for y in ys}

    def watched():
        caught = 0
        for i in range(ROUNDS):
            with detect_anomaly():
                try:
                    np.log(Value(-1.0 - i))
                except AnomalyError:
                    caught += 1
                value, gradient = value_and_grad(loss)(shared, X)
        return caught, value == plain[0], np.array_equal(gradient, plain[1])

    def recorded():
        graphs = [record(loss(shared, X), backward=True) for _ in range(ROUNDS)]
        return {(len(r.graphs[0].nodes), r.steps[0].loss) for r in graphs}

    def usual():
        return {loss(shared, X).origin for _ in range(ROUNDS)}, thread.here

    alone = [job() for job in (without_graph, in_scope, with_lines, watched, recorded, usual)]
    assert alone[0] == ({False}, None)
    assert alone[1] == {("encoder", "first"), 0}
    assert alone[2] == {((), True)}
    assert alone[3] == (ROUNDS, True, True)
    assert len(alone[4]) == 1
    assert alone[5] == ({None}, None)
    assert together(without_graph, in_scope, with_lines, watched, recorded, usual) == alone


def test_transforms_and_programs_of_several_threads():
    def nested():
        return [grad(grad(grad(np.tanh)))(i / 10) for i in range(ROUNDS)]

    def traced():
        return [program(lambda w, x: np.sum(np.sin(w * x)), 2.0, 3.0).source for _ in range(ROUNDS)]

    alone = [nested(), traced()]
    assert together(nested, traced, nested, traced) == alone * 2


def switches():
    return thread.here, thread.recording, thread.origin, thread.lines, thread.watch


@pytest.mark.parametrize("switch", [no_grad, detect_anomaly, lambda: scope("a"), source_lines])
def test_a_thread_started_inside_a_switch_begins_with_the_usual(switch):
    found = []
    with switch():
        worker = threading.Thread(target=lambda: found.append(switches()))
        worker.start()
        worker.join()
        assert switches() != found[0]
    assert found == [switches()] == [(None, True, None, False, None)]
