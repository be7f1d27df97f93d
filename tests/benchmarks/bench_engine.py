"""The engine beside bare NumPy, micrograd and other libraries: medians of one run, one thread.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_engine.py

Peers that are not installed (mygrad, autograd, torch, jax, micrograd) are left out and named.
"""

from __future__ import annotations

import gc
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import Value, program

Run = Callable[[], Any]


def medians(runs: dict[str, Run], seconds: float = 0.3, rounds: int = 15) -> dict[str, float]:
    """Seconds that a call of each takes: medians of batches, in turn, so all meet the same noise."""
    batches, times = {}, {name: [] for name in runs}
    gc.collect()  # what was measured before may have left much to clear away
    for name, run in runs.items():
        run()
        began = time.perf_counter()
        run()
        once = max(time.perf_counter() - began, 1e-7)
        batches[name] = max(1, int(seconds / rounds / once))
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            for _ in range(batches[name]):
                run()
            times[name].append((time.perf_counter() - began) / batches[name])
    return {name: statistics.median(found) for name, found in times.items()}


def table(title: str, rows: dict[str, float], base: str) -> None:
    """One line each: microseconds, and how many times the base."""
    print(f"\n{title}")
    for name, seconds in rows.items():
        print(f"  {name:22} {1e6 * seconds:12.2f} µs {seconds / rows[base]:9.2f} ×")


# ── small arrays ──────────────────────────────────────────────────────────────────────────────
def small_arrays() -> None:
    """Forward and backward of one operation, seeded with a gradient of ones (sum: with 1)."""
    rng = np.random.default_rng(0)
    a, b, g = rng.normal(size=10), rng.normal(size=10), np.ones(10)
    p, q, h = rng.normal(size=(32, 32)), rng.normal(size=(32, 32)), np.ones((32, 32))
    bare: dict[str, Run] = {
        "add": lambda: (a + b, g.copy(), g.copy()),
        "mul": lambda: (a * b, g * b, g * a),
        "exp": lambda: (out := np.exp(a), g * out),
        "sum": lambda: (np.sum(a), np.broadcast_to(1.0, (10,)).copy()),
        "matmul 32×32": lambda: (p @ q, h @ q.T, p.T @ h),
    }
    forward: dict[str, tuple[Callable[..., Any], tuple[np.ndarray, ...], Any]] = {
        "add": (lambda x, y: x + y, (a, b), g),
        "mul": (lambda x, y: x * y, (a, b), g),
        "exp": (lambda x: np.exp(x), (a,), g),
        "sum": (lambda x: np.sum(x), (a,), None),
        "matmul 32×32": (lambda x, y: x @ y, (p, q), h),
    }
    tables = {
        name: medians(
            {
                "bare NumPy": bare[name],
                "a bare tape": on_tape(f, inputs, seed),
                "autograd-lite": ours(f, inputs, seed),
            }
        )
        for name, (f, inputs, seed) in forward.items()
    }
    # Only now are the peers imported: they bring along half a million objects, through which the
    # garbage collector goes whatever is measured.
    for name, rows in tables.items():
        for peer, build in PEERS.items():
            if name != "matmul 32×32" and importlib.util.find_spec(peer):
                rows |= medians({peer: build(name, *forward[name][1:])})
        table(f"{name}, forward and backward", rows, "bare NumPy")


class Tape:
    """The least that a graph of arrays costs in Python: no check, no name, no message, one thread."""

    __slots__ = ("data", "grad", "inputs", "pull")

    def __init__(self, data: Any, inputs: tuple[Any, ...] = (), pull: Any = None) -> None:
        self.data, self.inputs, self.pull, self.grad = data, inputs, pull, None

    def __add__(self, other: Any) -> Tape:
        return Tape(self.data + other.data, (self, other), lambda g, out, x, y: (g, g))

    def __mul__(self, other: Any) -> Tape:
        return Tape(self.data * other.data, (self, other), lambda g, out, x, y: (g * y, g * x))

    def __matmul__(self, other: Any) -> Tape:
        return Tape(self.data @ other.data, (self, other), lambda g, out, x, y: (g @ y.T, x.T @ g))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any) -> Tape:
        return Tape(ufunc(self.data), (self,), lambda g, out, x: (g * out,))  # true of exp alone

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Tape:
        return Tape(func(self.data), (self,), lambda g, out, x: (np.full(x.shape, g),))

    def backward(self, gradient: Any) -> None:
        order, seen, stack = [], set(), [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if node.inputs:
                    order.append(node)
                    stack.extend(node.inputs)
        self.grad = 1.0 if gradient is None else gradient
        for node in order:
            pulled = node.pull(node.grad, node.data, *[x.data for x in node.inputs])
            for x, c in zip(node.inputs, pulled, strict=True):
                x.grad = c if x.grad is None else x.grad + c


def on_tape(f: Callable[..., Any], inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    tapes = [Tape(x) for x in inputs]

    def run() -> None:
        for tape in tapes:
            tape.grad = None
        f(*tapes).backward(seed)

    return run


def ours(f: Callable[..., Any], inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    values = [Value(x) for x in inputs]

    def run() -> None:
        for value in values:
            value.grad = None
        f(*values).backward(seed)

    return run


def _mygrad(name: str, inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    import mygrad as mg

    functions = {"add": mg.add, "mul": mg.multiply, "exp": mg.exp, "sum": mg.sum}
    tensors = [mg.tensor(x) for x in inputs]

    def run() -> None:
        functions[name](*tensors).backward(seed)

    return run


def _autograd(name: str, inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    import autograd.numpy as anp
    from autograd import make_vjp

    functions = {"add": anp.add, "mul": anp.multiply, "exp": anp.exp, "sum": anp.sum}
    start = 1.0 if seed is None else seed
    places = tuple(range(len(inputs)))

    def run() -> None:
        pull, _ = make_vjp(functions[name], places)(*inputs)
        pull(start)

    return run


def _torch(name: str, inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    import torch

    torch.set_num_threads(1)
    functions = {"add": torch.add, "mul": torch.mul, "exp": torch.exp, "sum": torch.sum}
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    start = None if seed is None else torch.tensor(seed)

    def run() -> None:
        for tensor in tensors:
            tensor.grad = None
        functions[name](*tensors).backward(start)

    return run


def _jax(name: str, inputs: tuple[np.ndarray, ...], seed: Any) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    functions = {"add": jnp.add, "mul": jnp.multiply, "exp": jnp.exp, "sum": jnp.sum}

    def both(start: Any, *xs: Any) -> Any:
        out, pull = jax.vjp(functions[name], *xs)
        return out, pull(start)

    compiled = jax.jit(both)
    start = np.float64(1.0) if seed is None else seed
    return lambda: jax.block_until_ready(compiled(start, *inputs))


PEERS = {"mygrad": _mygrad, "autograd": _autograd, "torch": _torch, "jax": _jax}


# ── micrograd's demo ──────────────────────────────────────────────────────────────────────────
def micrograds_demo() -> None:
    """One step of micrograd's demo: MLP 2-16-16-1 of scalars, 100 points, hinge loss and L2.

    Each in a process of its own: the garbage collector goes through all that a process holds, and
    so they would pay for one another's graphs.
    """
    peers = ["micrograd"] if importlib.util.find_spec("micrograd") else []
    found = {name: _alone(name) for name in ("autograd-lite", "its program", *peers)}
    table("micrograd's demo, one step", {n: row[0] for n, row in found.items()}, "autograd-lite")
    print(
        f"  the program was traced, written and compiled in {found['its program'][1]:.1f} s", end=""
    )
    if peers:
        times = found["micrograd"][0] / found["its program"][0]
        print(f"; it runs {times:.0f} times as fast as micrograd")
    else:
        print()


def _alone(name: str) -> list[float]:
    """The numbers that a process of its own prints."""
    done = subprocess.run(
        [sys.executable, __file__, name], check=True, capture_output=True, text=True
    )
    return [float(number) for number in done.stdout.split()]


def demo(name: str) -> list[float]:
    """Seconds of a step by one of them; of the program also the seconds it took to write."""
    rng = np.random.default_rng(1)
    points = rng.normal(size=(100, 2)).tolist()
    labels = rng.choice([-1.0, 1.0], 100).tolist()

    def loss_of(score: Callable[[Any], Any], parameters: Any) -> Any:
        losses = [(1 + -y * score(x)).relu() for x, y in zip(points, labels, strict=True)]
        data = sum(losses[1:], losses[0]) * (1.0 / len(losses))
        squares = [p * p for p in parameters]
        return data + 1e-4 * sum(squares[1:], squares[0])

    if name == "its program":
        numbers = rng.uniform(-1, 1, 337).tolist()

        def as_function(*parameters: Any) -> Any:
            return loss_of(lambda x: _mlp(x, parameters), parameters)

        began = time.perf_counter()
        compiled = program(as_function, *numbers)
        written = time.perf_counter() - began
        return [medians({name: lambda: compiled(*numbers)})[name], written]
    model: Any
    if name == "micrograd":
        from micrograd.nn import MLP as Theirs

        model = Theirs(2, [16, 16, 1])
    else:
        from autograd_lite.nn import MLP

        model = MLP(2, [16, 16, 1], activation="relu", seed=0)

    def step() -> None:
        model.zero_grad()
        loss_of(model, model.parameters()).backward()

    return [medians({name: step}, seconds=3)[name]]


def _mlp(x: Any, parameters: Any) -> Any:
    """The network of the demo as a plain function of its parameters, in the model's order."""
    place = iter(parameters)
    for size, last in ((16, False), (16, False), (1, True)):
        out = []
        for _ in range(size):
            ws = [next(place) for _ in x]
            total = ws[0] * x[0]
            for w, xi in zip(ws[1:], x[1:], strict=True):
                total = total + w * xi
            total = total + next(place)
            out.append(total if last else total.relu())
        x = out
    return x[0]


# ── depth and memory ──────────────────────────────────────────────────────────────────────────
def chain(steps: int) -> None:
    """``x = x * 1.0001 + 0.0001``, two nodes a step: microseconds and bytes for each node."""
    import tracemalloc

    def run() -> tuple[float, float, float]:
        first = Value(1.0)
        x, t0 = first, time.perf_counter()
        for _ in range(steps):
            x = x * 1.0001 + 0.0001
        t1 = time.perf_counter()
        x.backward()
        t2 = time.perf_counter()
        del x
        return t1 - t0, t2 - t1, time.perf_counter() - t2

    run()
    nodes = 2 * steps
    for collector in (True, False):
        (gc.enable if collector else gc.disable)()
        forward, backward, release = run()
        print(
            f"  {nodes:9,} nodes, collector {'on ' if collector else 'off'}: forward"
            f" {1e6 * forward / nodes:.2f}, backward {1e6 * backward / nodes:.2f}, release"
            f" {1e6 * release / nodes:.2f} µs a node"
        )
    gc.enable()
    tracemalloc.start()
    x = Value(1.0)
    for _ in range(steps // 10):
        x = x * 1.0001 + 0.0001
    x.backward()
    print(f"  {tracemalloc.get_traced_memory()[1] / (nodes / 10):.0f} bytes a node at the peak")
    tracemalloc.stop()


def main() -> None:
    if len(sys.argv) > 1:
        print(*demo(sys.argv[1]))
        return
    missing = [p for p in (*PEERS, "micrograd") if not importlib.util.find_spec(p)]
    if missing:
        print("not installed, left out:", ", ".join(missing))
    print("a chain of scalars")
    for steps in (50_000, 500_000):
        chain(steps)
    micrograds_demo()
    small_arrays()


if __name__ == "__main__":
    main()
