"""Training beside hand-written NumPy, PyTorch and Keras: medians of one run.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_keras.py

Peers that are not installed (torch, keras with one of its backends) are left out and named. Keras
reads its backend from ``KERAS_BACKEND``.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite import keras
from autograd_lite.nn import Recorder

Run = Callable[[], Any]

CELSIUS = np.array([-40, -10, 0, 8, 15, 22, 38], dtype="float32")[:, None]
FAHRENHEIT = np.array([-40, 14, 32, 46, 59, 72, 100], dtype="float32")[:, None]
EPOCHS = 500


def medians(runs: dict[str, Run], repeats: int) -> dict[str, float]:
    """Seconds a call takes, by name: medians of calls that take turns, after a warm-up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(repeats):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def table(title: str, rows: dict[str, float], base: str) -> None:
    """One line each: milliseconds, and how many times the base."""
    print(f"\n{title}")
    for name, seconds in rows.items():
        print(f"  {name:28} {1e3 * seconds:10.2f} ms {seconds / rows[base]:9.2f} ×")


# ── by hand ───────────────────────────────────────────────────────────────────────────────────
def adam(parameters: Sequence[np.ndarray], rate: float) -> Callable[[Sequence[np.ndarray]], None]:
    """Adam as one writes it in NumPy, in place."""
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    count = 0

    def update(gradients: Sequence[np.ndarray]) -> None:
        nonlocal count
        count += 1
        step = rate * (1 - 0.999**count) ** 0.5 / (1 - 0.9**count)
        for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
            m[i] += (g - m[i]) * (1 - 0.9)
            v[i] += (g * g - v[i]) * (1 - 0.999)
            p -= step * m[i] / (np.sqrt(v[i]) + 1e-7)

    return update


def weights_of(sizes: Sequence[int], seed: int = 0) -> list[np.ndarray]:
    """Kernels and biases for layers of these sizes."""
    rng, found = np.random.default_rng(seed), []
    for n, m in zip(sizes, sizes[1:], strict=False):
        limit = (6 / (n + m)) ** 0.5
        found += [rng.uniform(-limit, limit, (n, m)).astype("float32"), np.zeros(m, "float32")]
    return found


def regression_by_hand(sizes: Sequence[int]) -> Run:
    """The whole training of linear layers on the Celsius data, with its losses."""

    def run() -> list[float]:
        parameters = weights_of(sizes)
        update, losses, count = adam(parameters, 0.1), [], len(sizes) - 1
        for _ in range(EPOCHS):
            outputs = [CELSIUS]
            for i in range(count):
                outputs.append(outputs[-1] @ parameters[2 * i] + parameters[2 * i + 1])
            error = outputs[-1] - FAHRENHEIT
            losses.append(float((error * error).mean()))
            g, gradients = 2 * error / len(CELSIUS), [np.empty(0)] * (2 * count)
            for i in reversed(range(count)):
                gradients[2 * i], gradients[2 * i + 1] = outputs[i].T @ g, g.sum(axis=0)
                if i:
                    g = g @ parameters[2 * i].T
            update(gradients)
        return losses

    return run


def classifier_by_hand(sizes: Sequence[int]) -> Callable[[np.ndarray, np.ndarray], float]:
    """One step of a network with relu and softmax."""
    parameters, count = weights_of(sizes), len(sizes) - 1
    update, classes = adam(parameters, 0.001), np.eye(sizes[-1], dtype="float32")

    def run(x: np.ndarray, y: np.ndarray) -> float:
        rows = classes[y]
        outputs = [x]
        for i in range(count):
            z = outputs[-1] @ parameters[2 * i] + parameters[2 * i + 1]
            outputs.append(np.maximum(z, 0) if i < count - 1 else z)
        z = outputs[-1] - outputs[-1].max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        loss = float(((np.log(total) - z) * rows).sum(axis=1).mean())
        g, gradients = (e / total - rows) / len(x), [np.empty(0)] * (2 * count)
        for i in reversed(range(count)):
            gradients[2 * i], gradients[2 * i + 1] = outputs[i].T @ g, g.sum(axis=0)
            if i:
                g = (g @ parameters[2 * i].T) * (outputs[i] > 0)
        update(gradients)
        return loss

    return run


# ── the library, and Keras, which reads the same ──────────────────────────────────────────────
def regression(
    library: Any, sizes: Sequence[int], callbacks: Callable[[], list[Any]] = list
) -> Run:
    """Build, compile and fit, with the History."""

    def run() -> Any:
        model = library.Sequential([library.layers.Dense(n) for n in sizes[1:]])
        model.build((None, sizes[0]))
        model.set_weights(weights_of(sizes))
        model.compile(optimizer=library.optimizers.Adam(0.1), loss="mean_squared_error")
        return model.fit(CELSIUS, FAHRENHEIT, epochs=EPOCHS, verbose=0, callbacks=callbacks())

    return run


def classifier(library: Any, sizes: Sequence[int], x: np.ndarray, y: np.ndarray, batch: int) -> Run:
    """An epoch of fit."""
    kinds = ["relu"] * (len(sizes) - 2) + ["softmax"]
    layers = [library.layers.Dense(n, kind) for n, kind in zip(sizes[1:], kinds, strict=True)]
    model = library.Sequential(layers)
    model.build((None, sizes[0]))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return lambda: model.fit(x, y, batch_size=batch, verbose=0, shuffle=False)


# ── PyTorch, eager ────────────────────────────────────────────────────────────────────────────
def torch_regression(sizes: Sequence[int]) -> Run:
    import torch

    def run() -> list[float]:
        pairs = zip(sizes, sizes[1:], strict=False)
        model = torch.nn.Sequential(*(torch.nn.Linear(n, m) for n, m in pairs))
        optimizer = torch.optim.Adam(model.parameters(), 0.1)
        x, y, losses = torch.tensor(CELSIUS), torch.tensor(FAHRENHEIT), []
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return run


def torch_classifier(sizes: Sequence[int]) -> Callable[[Any, Any], float]:
    import torch

    layers: list[Any] = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters())

    def run(x: Any, y: Any) -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def peers() -> dict[str, Any]:
    """Keras, where it is installed, by the name of its backend."""
    if not importlib.util.find_spec("keras"):
        return {}
    try:
        import keras as theirs
    except ModuleNotFoundError as error:  # of its backend
        print(f"Keras needs {error.name}, left out; KERAS_BACKEND=jax or torch chooses another")
        return {}
    return {f"Keras on {theirs.backend.backend()}": theirs}


def small(sizes: Sequence[int]) -> None:
    """A regression of the course, 500 epochs, from building the model to the History."""
    name = "-".join(f"Dense({n})" for n in sizes[1:])
    runs = {"by hand": regression_by_hand(sizes), "autograd-lite": regression(keras, sizes)}
    runs["… and every step recorded"] = regression(keras, sizes, lambda: [Recorder(every=1)])
    if importlib.util.find_spec("torch"):
        runs["PyTorch, eager"] = torch_regression(sizes)
    rows = medians(runs, 7)
    rows |= medians({name: regression(theirs, sizes) for name, theirs in peers().items()}, 1)
    table(f"{name}, {EPOCHS} epochs on the Celsius data", rows, "by hand")


def large(sizes: Sequence[int], batch: int, repeats: int) -> None:
    """One step of Adam of a classifier, float32."""
    rng = np.random.default_rng(0)
    steps = 200 if batch < 100 else 60
    x = rng.normal(size=(steps * batch, sizes[0])).astype("float32")
    y = rng.integers(0, sizes[-1], steps * batch)
    batches = [slice(i * batch, (i + 1) * batch) for i in range(steps)]
    by_hand = classifier_by_hand(sizes)
    runs = {
        "by hand": lambda: [by_hand(x[rows], y[rows]) for rows in batches],
        "autograd-lite": classifier(keras, sizes, x, y, batch),
    }
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
        step, inputs, labels = torch_classifier(sizes), torch.tensor(x), torch.tensor(y)
        runs["PyTorch, eager"] = lambda: [step(inputs[rows], labels[rows]) for rows in batches]
    for name, theirs in peers().items():
        runs[name] = classifier(theirs, sizes, x, y, batch)
    rows = {name: seconds / steps for name, seconds in medians(runs, repeats).items()}
    table(f"{'-'.join(map(str, sizes))}, batch {batch}, one step of Adam", rows, "by hand")


PROCESS = """
from {library} import keras
import numpy as np
x = np.array([-40, -10, 0, 8, 15, 22, 38], dtype=float)
y = np.array([-40, 14, 32, 46, 59, 72, 100], dtype=float)
model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
model.fit(x, y, epochs=500, verbose=0)
model.predict(np.array([100.0]), verbose=0)
"""


def process(name: str, library: str) -> None:
    """Seconds of processor time from the start of Python to a prediction."""
    before = os.times()
    subprocess.run([sys.executable, "-c", PROCESS.format(library=library)], check=True)
    after = os.times()
    seconds = sum(after[2:4]) - sum(before[2:4])
    print(f"  {name:28} {seconds:10.2f} s of processor time")


def main() -> None:
    missing = [p for p in ("torch", "keras") if not importlib.util.find_spec(p)]
    if missing:
        print("not installed, left out:", ", ".join(missing))
    small((1, 1))
    small((1, 4, 4, 1))
    large((784, 128, 64, 10), 64, 9)
    large((784, 1024, 1024, 10), 256, 3)
    print("\nthe whole process: start, import, build, fit 500 epochs, predict")
    process("autograd-lite", "autograd_lite")


if __name__ == "__main__":
    main()
