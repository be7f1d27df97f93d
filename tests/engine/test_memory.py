"""Memory: a training leaves nothing behind, with the garbage collector off."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from autograd_lite import AnomalyError, Value, detect_anomaly, grad, nn, no_grad, program

WARM, STEPS = 20, 200
ALLOWED = 160 * STEPS
"""Bytes: a Value takes more, so that one kept from every step is seen; the caches of Python and NumPy
move by less."""


@pytest.fixture(autouse=True)
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def check(step, warm=WARM):
    """200 steps leave neither objects nor bytes behind, nor cycles for the collector to find."""
    tracemalloc.start()
    for _ in range(warm):
        step()
    gc.collect()
    objects, before = len(gc.get_objects()), tracemalloc.get_traced_memory()[0]
    for _ in range(STEPS):
        step()
    grown = len(gc.get_objects()) - objects
    # A full collection also empties the free lists of the interpreter, which are not growth.
    cycles = gc.collect()
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert cycles == 0, f"{cycles} objects in cycles after {STEPS} steps"
    assert grown <= 20, f"{grown} objects more after {STEPS} steps"
    assert size <= ALLOWED, f"{size} bytes more after {STEPS} steps"


def test_a_dense_model():
    model = nn.Sequential([nn.Dense(8, activation="tanh", input_shape=[3]), nn.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer=nn.Adam(0.01))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))
    # So many calls fill a cache of Python's that keeps a text for every method looked up.
    check(lambda: model.fit(x, y, epochs=1, verbose=0) and None, warm=400)


def test_a_scalar_network():
    net = nn.MLP(2, [3, 1])
    xs = [(0.5, -1.0), (1.0, 0.3)]

    def step():
        total = sum((net(list(x)) - 1.0) ** 2 for x in xs)
        for p in net.parameters():
            p.grad = None
        total.backward()
        for p in net.parameters():
            p.data -= 0.01 * p.grad

    check(step)


def test_a_loop_by_hand():
    w = Value(np.zeros((4, 2)), name="w")
    x = np.random.default_rng(1).normal(size=(8, 4))

    def step():
        w.grad = None
        loss = np.mean((np.tanh(x @ w) - 0.5) ** 2)
        loss.backward()
        w.data = w.data - 0.1 * w.grad

    check(step)


def test_transforms_and_switches():
    run = program(lambda a: np.sum(a * a), np.ones(3))

    def step():
        grad(grad(np.tanh))(0.3)
        run(np.ones(3))
        with no_grad():
            np.exp(Value(1.0))
        with detect_anomaly():
            np.exp(Value(1.0)).backward()

    check(step)


def test_writing_a_program():
    def step():
        program(lambda w, x: np.tanh(w * x) + w, 0.5, 2.0)
        program(lambda a: np.sum(a * a), np.ones(3))

    check(step)
    assert not gc.isenabled(), "the collector is left as it was found"
    gc.enable()
    step()
    assert gc.isenabled()


def test_an_error_holds_no_graph():
    def step():
        try:
            with detect_anomaly():
                np.log(Value([-1.0, 2.0]))
        except AnomalyError:
            pass

    check(step)


def test_a_graph_goes_with_its_root():
    x = Value(np.ones(1000), name="x")
    y = np.tanh(x)
    z = np.sum(y * y)
    z.backward()
    inner = weakref.ref(y)
    del y
    assert inner() is not None
    del z
    assert inner() is None
