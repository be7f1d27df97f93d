"""Questions of tutorials 1 to 4: slopes, the chain rule, the backward pass, a neuron."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.backward import backward_steps
from autograd_lite.exercises.judging import (
    Exercise,
    Numbers,
    Slip,
    Words,
    Work,
    called,
    difference,
)
from autograd_lite.transforms import grad
from autograd_lite.value import Value

__all__ = ["EXERCISES"]


def _square(w: Any, x: Any, b: Any) -> Any:
    return (w * x + b) ** 2


def _error(w: Any) -> Any:
    return (w * 8 - 46) ** 2


def _relu_neuron() -> Any:
    from autograd_lite.nn import Neuron

    neuron = Neuron(2, "relu", seed=0)
    neuron.set([0.5, -1.0], bias=2.0)
    return neuron


def _gradients_of_neuron() -> list[float]:
    neuron = _relu_neuron()
    neuron([4.0, 3.0]).backward()
    return [parameter.grad for parameter in neuron.parameters()]


def _asleep(bias: np.ndarray) -> bool:
    neuron = _relu_neuron()
    neuron.bias.data = float(bias)
    return bool(neuron([4.0, 3.0]).data == 0)


def _uses(f: Callable[..., Any], *numbers: float) -> int:
    """How many applications of the chain rule a backward pass makes."""
    return sum(1 for _ in f(*map(Value, numbers)).backward_steps())


def _sum_squared(a: Any, b: Any) -> Any:
    c = a + b
    return c * c


# ── a backward pass of one's own ──────────────────────────────────────────────────────────────
Records = list[tuple[str, tuple[str, ...], tuple[float, ...]]]


def _records() -> tuple[Records, dict[str, float]]:
    """A graph with two fan-outs as records, and the gradients that the engine finds."""
    u, v = Value(1.5, "u"), Value(-0.5, "v")
    s = u * v
    t = s + u
    r = t.tanh()
    out = r * s + t
    steps = list(backward_steps(out, write=False))
    names = {u: "u", v: "v", s: "s", t: "t", r: "r", out: "out"}
    made = sorted({step.node for step in steps}, key=lambda node: node.serial)
    for place, node in enumerate(made):
        names.setdefault(node, f"m{place}")
    records: Records = []
    for node in made:
        own = sorted((step for step in steps if step.node is node), key=lambda step: step.index)
        inputs = tuple(names[step.input] for step in own)
        records.append((names[node], inputs, tuple(float(step.local) for step in own)))
    out.backward()
    return records, {names[node]: float(node.grad) for node in names}


def _mixed(records: Records) -> Records:
    """The records in an order that helps nobody."""
    order = np.random.default_rng(1).permutation(len(records))
    return [records[i] for i in order]


def _waiting(records: Records) -> Records:
    """The records newest first: each after all that use its result."""
    left, order = list(records), []
    while left:
        used = {name for _, inputs, _ in left for name in inputs}
        ready = [record for record in left if record[0] not in used]
        order += ready
        left = [record for record in left if record not in ready]
    return order


def _swept(records: Records, *, add: bool = True) -> dict[str, float]:
    """The sweep through records, newest first; without ``add`` later shares overwrite earlier ones."""
    grads = {"out": 1.0}
    for result, inputs, locals_ in records:
        for name, local in zip(inputs, locals_, strict=True):
            before = grads.get(name, 0.0) if add else 0.0
            grads[name] = before + grads.get(result, 0.0) * local
    return grads


def _same(given: dict[str, Any], wanted: dict[str, float]) -> bool:
    return all(name in given and difference(given[name], x) is None for name, x in wanted.items())


def _try_backprop(answer: Callable[..., Any]) -> str | None:
    records, right = _records()
    mixed = _mixed(records)
    try:
        given = called(answer, [*mixed], "out")
    except KeyError as error:
        return (
            f"It asks for the gradient of {error} before that has one. Take a record only when no"
            " record that is left has its result among the inputs."
        )
    if not isinstance(given, dict):
        return "Give back a dictionary from the names to the gradients."
    if _same(given, right):
        return None
    missing = [name for name in right if name not in given]
    if missing:
        return (
            f"There is no gradient for {missing[0]!r}; {len(missing)} of {len(right)} are missing."
        )
    if difference(given["out"], 1.0) is not None:
        return "The output's own gradient is 1: nudge it, and it moves just as far."
    if _same(given, _swept(_waiting(records), add=False)):
        return "Where two paths meet, the second overwrites the first. Add instead of setting."
    if _same(given, _swept(mixed[::-1])) or _same(given, _swept(mixed)):
        return "A node passed its gradient on before all of its uses had reported."
    for name in [*(result for result, *_ in _waiting(records)), "u", "v"]:
        if (fault := difference(given[name], right[name])) is not None:
            return f"The gradient of {name!r} is wrong. {fault}"
    return None


EXERCISES: dict[str, Exercise] = {
    # ── 1, slopes and nudges ──────────────────────────────────────────────────────────────────
    "1.1": Numbers(
        "Nudge x from 2 to 2.001 and divide the change of x³ by 0.001.",
        "The derivative of x³ is 3x².",
        lambda: grad(lambda x: x**3)(2.0),
        (
            Slip(
                lambda: 2.0**3,
                "8 is the value of x³ at 2; the slope says how fast the value changes there.",
            ),
            Slip(lambda: 3 * 2.0, "This is 3x. The power falls by one, from 3 to 2: it stays in."),
            Slip(lambda: 2.0**2, "This is x². The 3 of the power comes down in front of it."),
        ),
    ),
    "1.2": Numbers(
        "Work out 1/2.001 − 1/2 and divide by 0.001. Mind the sign.",
        "The larger x, the smaller 1/x: the slope is negative, −1/x².",
        lambda: grad(lambda x: 1 / x)(2.0),
        (
            Slip(lambda: 1 / 2.0, "This is the value of 1/x at 2, not its slope."),
            Slip(
                lambda: 1 / 2.0**2,
                "The size is right. But 1/x falls when x grows: what sign has such a slope?",
            ),
            Slip(lambda: -1 / 2.0, "The sign is right. 1/x is x⁻¹: what is the power one lower?"),
        ),
    ),
    "1.3": Numbers(
        "Hold w at 3 still: what is the slope of 3·x² at 2?",
        "w·2x: w is held still and comes along as a factor.",
        lambda: grad(lambda w, x: w * x**2, 1)(3.0, 2.0),
        (
            Slip(lambda: 2.0**2, "This is the derivative by w. Hold w still, and nudge x."),
            Slip(lambda: 3.0 * 2.0, "The slope of x² is 2x, and w multiplies it."),
        ),
    ),
    "1.4": Numbers(
        "Nudge w by 0.001: the error moves by 8 × 0.001. How far does its square move?",
        "2 · error · 8: the 8 comes from inside the square.",
        lambda: grad(_error)(6.0),
        (
            Slip(
                lambda: 2 * 2.0,
                "This is the slope of the square by the error. Too small by a factor of 8: did you"
                " forget the inner derivative, the 8 that w is multiplied with?",
            ),
            Slip(lambda: 8 * 2.0, "Too small by a factor of 2: the square brings a 2 with it."),
            Slip(lambda: 8.0, "This is how far the error moves. How far does its square move?"),
        ),
    ),
    "1.5": Words(
        "The slope is positive there: a larger w means a larger loss.",
        "Against the slope.",
        lambda: "down" if grad(_error)(6.0) > 0 else "up",
        ("up", "down"),
    ),
    # ── 2, the graph and the chain rule ───────────────────────────────────────────────────────
    "2.1": Numbers(
        "First p = w·x, then z = p + b, then the square.",
        "One operation after the other: that is a forward pass.",
        lambda: _square(1.0, 4.0, -1.0),
        (
            Slip(lambda: 1.0 * 4.0 - 1.0, "This is z. One operation is left."),
            Slip(lambda: 1.0 * 4.0 + 1.0, "Mind the sign of b: it is −1."),
            Slip(lambda: (1.0 * 4.0 + 1.0) ** 2, "Mind the sign of b: it is −1."),
        ),
    ),
    "2.2": Numbers(
        "Two gears lie between b and y: + and the square. Multiply their slopes.",
        "1 for the sum, 2z for the square.",
        lambda: grad(_square, 2)(1.0, 4.0, -1.0),
        (
            Slip(lambda: 1.0, "This is the slope of + alone. The square comes after it."),
            Slip(lambda: 2.0, "A square's slope is 2z, and z is 3."),
            Slip(lambda: 2 * -1.0, "2 times what? The square is of z, not of b."),
        ),
    ),
    "2.3": Numbers(
        "Start at the right with 2z, and go on through + and × to w.",
        "2z · 1 · x.",
        lambda: grad(_square, 0)(1.0, 4.0, -1.0),
        (
            Slip(
                lambda: 2 * 3.0,
                "Too small by a factor of 4: did you forget the inner derivative, x?",
            ),
            Slip(lambda: 4.0, "This is the slope of × alone. Two more gears follow."),
            Slip(lambda: 3.0 * 4.0, "The 2 of the square is missing."),
        ),
    ),
    "2.4": Numbers(
        "Two gears: 2x, and tanh. Multiply their slopes at x = 0.",
        "1 − tanh²(0) = 1, times 2 for the inside.",
        lambda: grad(lambda x: np.tanh(2 * x))(0.0),
        (
            Slip(
                lambda: grad(np.tanh)(0.0),
                "Too small by a factor of 2: did you forget the inner derivative, the 2 of 2x?",
            ),
            Slip(
                lambda: 0.0, "This is the value of tanh(0). Its slope there is as steep as can be."
            ),
        ),
    ),
    "2.5": Numbers(
        "The 2 that arrives at + is 2z. When is that 0?",
        "z = 0: the bottom of the parabola, where nothing passes back.",
        slips=(
            Slip(lambda: 0.0, "With b = 0, z = 6, and 12 arrives at +."),
            Slip(lambda: 6.0, "Then z = 12. The sign of b?"),
        ),
        accepts=lambda b: grad(_square, (0, 1, 2))(3.0, 2.0, float(b)) == (0.0, 0.0, 0.0),
    ),
    # ── 3, backward ───────────────────────────────────────────────────────────────────────────
    "3.1": Numbers(
        "a is used twice: in the product and in the sum. Work out both shares.",
        "b from the product, 1 from the sum.",
        lambda: grad(lambda a, b: a * b + a, 0)(2.0, 5.0),
        (
            Slip(lambda: 5.0, "This is what comes through the product. a is used once more."),
            Slip(lambda: 1.0, "This is what comes through the sum. a is used once more."),
            Slip(lambda: 2.0, "This is ∂y/∂b."),
            Slip(lambda: 10.0, "Paths add where they meet; only along one path do they multiply."),
        ),
    ),
    "3.2": Numbers(
        "Leaves add up over calls.",
        "Twice the gradient: nobody cleared it.",
        lambda: 2 * grad(lambda a, b: a * b + a, 0)(2.0, 5.0),
        (
            Slip(
                lambda: grad(lambda a, b: a * b + a, 0)(2.0, 5.0),
                "So much is in it after the first call. The second adds the same again.",
            ),
        ),
    ),
    "3.3": Numbers(
        "One application for each use: count the arrows that go into a circle.",
        "Two for c·c, although both lead to c, and two for a + b.",
        lambda: _uses(_sum_squared, 1.0, 2.0),
        (
            Slip(lambda: 3, "c goes into the product twice: two arrows, two applications."),
            Slip(lambda: 2, "There are two operations; each has two inputs."),
        ),
        whole=True,
    ),
    "3.4": Work(
        "Again and again take a record whose result is no input of any record that is left.",
        "That is the heart of every deep-learning library.",
        _try_backprop,
    ),
    # ── 4, a neuron ───────────────────────────────────────────────────────────────────────────
    "4.1": Numbers(
        "0.5·4 − 1·3 + 2, and then relu.",
        "z = 1 lies on the open side of relu.",
        lambda: _relu_neuron()([4.0, 3.0]),
        (
            Slip(lambda: -1.0, "The bias is missing, and a relu never puts out less than 0."),
            Slip(lambda: 0.0, "z is 0.5·4 − 1·3 + 2. Is it below 0?"),
            Slip(
                lambda: 7.0, "The second weight is −1: the second input counts against the first."
            ),
        ),
    ),
    "4.2": Numbers(
        "The slope of relu is 1 here. A weight's gradient is that slope times its input.",
        "The inputs, and 1 for the bias.",
        _gradients_of_neuron,
        (
            Slip(lambda: [0.5, -1.0, 2.0], "These are the parameters themselves."),
            Slip(lambda: [0.5, -1.0, 1.0], "These are the derivatives by the *inputs*."),
            Slip(lambda: [0.0, 0.0, 0.0], "That would hold if it were asleep; but its z is 1."),
        ),
    ),
    "4.3": Numbers(
        "0.5·4 − 1·3 is −1. What must be added so that z is not above 0?",
        "z is 0 or less, and no gradient passes.",
        slips=(Slip(lambda: 2.0, "That is the bias it has, and it is awake."),),
        accepts=_asleep,
    ),
    "4.4": Numbers(
        "The slope of tanh is 1 − a². Then the rule for every neuron.",
        "What passes through tanh, times the input.",
        lambda: (1 - 0.6**2) * 5.0,
        (
            Slip(lambda: 1 - 0.6**2, "This is the gradient of z. Times the input that w₃ met."),
            Slip(lambda: 0.6 * 5, "The slope of tanh is 1 − a², not a."),
            Slip(lambda: 0.4 * 5, "1 − a² with the square: 1 − 0.36."),
            Slip(
                lambda: (1 - np.tanh(0.6) ** 2) * 5,
                "a = 0.6 is the output already; do not put it through tanh again.",
            ),
        ),
    ),
}
