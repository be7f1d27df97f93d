"""The rule that a record shows is computed as it is written, and gives what the optimizer does."""

import re

import numpy as np
import pytest

from autograd_lite import Value, keras
from autograd_lite.nn.optimizers import TABLE

optimizers = keras.optimizers

SIGNS = {
    "β₁ᵗ": "beta_1**t", "β₂ᵗ": "beta_2**t", "0.96ᵗ": "0.96**t", "n′ᵖ": "n_new**p", "nᵖ": "n**p",
    "n′": "n_new", "μₜ₊₁": "mu_after", "μₜ": "mu", "μ′": "mu_average", "lrₜ": "lr_t",
    "β₁": "beta_1", "β₂": "beta_2", "m̂": "m_hat", "v̂": "v_hat", "½": "0.5", "²": "**2",
    "‖all g‖": "all_norm", "‖g‖": "norm", "|g|": "abs(g)", "·": "*", "−": "-", "λ": "decay",
    "μ": "mu_0", "ρ": "rho", "ε": "epsilon", "β": "beta", "Π": "product",
}  # fmt: skip
"""Notation and Python; the first that fits is taken."""

KNOWN = {
    "sqrt": np.sqrt, "sign": np.sign, "max": np.maximum, "min": np.minimum, "clip": np.clip,
    "abs": np.abs, "__builtins__": {},
}  # fmt: skip


def python(mathematics):
    for sign, code in SIGNS.items():
        mathematics = mathematics.replace(sign, code)
    return re.sub(r"√(\w+)", r"√(\1)", mathematics).replace("√", "sqrt")


def run(rule, names):
    """Every line of a rule, in its order, with these numbers; what is known at the end."""
    names = dict(names)
    for line in rule.split(";  "):
        target, expression = re.split(" ← | = ", line)
        names[python(target)] = eval(python(expression), KNOWN, names)
    return names


def numbers(optimizer):
    """What the signs in a rule stand for in the first step and after it."""
    given = {name: getattr(optimizer, name) for name in optimizer.get_config()}
    t = optimizer.iterations
    beta = given.get("beta_1", 0.0)
    return {
        **{k: v for k, v in given.items() if v is not None}, "lr": optimizer.rate, "t": t,
        "decay": given["weight_decay"], "mu_0": given.get("momentum"),
        "mu_after": beta * (1 - 0.5 * 0.96 ** (t + 1)),
        "p": -given.get("learning_rate_power", 0.0),
        "mu_average": given["ema_momentum"] if t > 1 else 0.0,
        "l1": given.get("l1_regularization_strength"),
        "l2": given.get("l2_regularization_strength"),
        "shrinkage": given.get("l2_shrinkage_regularization_strength"),
    }  # fmt: skip


RULES = {
    "sgd": (optimizers.SGD(0.1), "w ← w − lr·g"),
    "momentum": (optimizers.SGD(0.1, 0.9), "v ← μ·v − lr·g;  w ← w + v"),
    "nesterov": (optimizers.SGD(0.1, 0.9, True), "v ← μ·v − lr·g;  w ← w + μ·v − lr·g"),
    "rmsprop": (optimizers.RMSprop(), "v ← ρ·v + (1 − ρ)·g²;  w ← w − lr·g / √(v + ε)"),
    "rmsprop centered, with momentum": (
        optimizers.RMSprop(0.1, momentum=0.5, centered=True),
        "v ← ρ·v + (1 − ρ)·g²;  mean ← ρ·mean + (1 − ρ)·g;"
        "  moved ← μ·moved − lr·g / √(v − mean² + ε);  w ← w + moved",
    ),
    "adagrad": (optimizers.Adagrad(0.1), "sum ← sum + g²;  w ← w − lr·g / √(sum + ε)"),
    "adadelta": (
        optimizers.Adadelta(1.0, epsilon=0.01),
        "v ← ρ·v + (1 − ρ)·g²;  d = −√(s + ε) / √(v + ε)·g;  s ← ρ·s + (1 − ρ)·d²;  w ← w + lr·d",
    ),
    "adam": (
        optimizers.Adam(0.1),
        "m ← m + (1 − β₁)·(g − m);  v ← v + (1 − β₂)·(g² − v);"
        "  lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ);  w ← w − lrₜ·m / (√v + ε)",
    ),
    "amsgrad": (
        optimizers.Adam(0.1, amsgrad=True),
        "m ← m + (1 − β₁)·(g − m);  v ← v + (1 − β₂)·(g² − v);  v_max ← max(v_max, v);"
        "  lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ);  w ← w − lrₜ·m / (√v_max + ε)",
    ),
    "adamw": (
        optimizers.AdamW(0.1, 0.3),
        "w ← w − lr·λ·w;  m ← m + (1 − β₁)·(g − m);  v ← v + (1 − β₂)·(g² − v);"
        "  lrₜ = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ);  w ← w − lrₜ·m / (√v + ε)",
    ),
    "adamax": (
        optimizers.Adamax(0.1),
        "m ← m + (1 − β₁)·(g − m);  u ← max(β₂·u, |g|);  lrₜ = lr / (1 − β₁ᵗ);"
        "  w ← w − lrₜ·m / (u + ε)",
    ),
    "nadam": (
        optimizers.Nadam(0.1),
        "μₜ = β₁·(1 − ½·0.96ᵗ);  Π ← Π·μₜ;  m ← m + (1 − β₁)·(g − m);  v ← v + (1 − β₂)·(g² − v);"
        "  m̂ = μₜ₊₁·m / (1 − Π·μₜ₊₁) + (1 − μₜ)·g / (1 − Π);  v̂ = v / (1 − β₂ᵗ);"
        "  w ← w − lr·m̂ / (√v̂ + ε)",
    ),
    "lion": (
        optimizers.Lion(0.1), "w ← w − lr·sign(β₁·m + (1 − β₁)·g);  m ← β₂·m + (1 − β₂)·g",
    ),
    "ftrl": (
        optimizers.Ftrl(0.5, -0.5, 0.1, 0.05, 0.1, 0.02, 0.3),
        "n′ = n + g²;  z ← z + g + 2·shrinkage·w − (n′ᵖ − nᵖ) / lr·w;  n ← n′;"
        "  w ← (clip(z, −l1, l1) − z) / ((nᵖ + β) / lr + 2·l2)",
    ),
    "clipnorm": (
        optimizers.SGD(0.1, clipnorm=0.3), "g ← g·min(1, clipnorm / ‖g‖);  w ← w − lr·g",
    ),
    "global_clipnorm": (
        optimizers.SGD(0.1, global_clipnorm=0.3),
        "g ← g·min(1, global_clipnorm / ‖all g‖);  w ← w − lr·g",
    ),
    "clipvalue": (
        optimizers.SGD(0.1, clipvalue=0.3), "g ← clip(g, −clipvalue, clipvalue);  w ← w − lr·g",
    ),
    "average": (
        optimizers.SGD(0.1, use_ema=True, ema_momentum=0.6),
        "w ← w − lr·g;  average ← μ′·average + (1 − μ′)·w",
    ),
}  # fmt: skip


def test_every_optimizer_has_a_rule():
    assert {type(optimizer) for optimizer, _ in RULES.values()} == set(TABLE.values())


@pytest.mark.parametrize("name", RULES)
def test_the_rule_as_it_is_written(name):
    optimizer, rule = RULES[name]
    optimizer = type(optimizer).from_config(optimizer.get_config())
    assert optimizer.rule() == rule
    assert optimizer.rule("kernel") == re.sub(r"\bw\b", "kernel", rule)

    rng = np.random.default_rng(0)
    w = Value(rng.normal(size=(2, 3)))
    optimizer.build([w])
    for _ in range(4):
        before, gradient = w.data, rng.normal(size=(2, 3))
        slots = {slot: optimizer._states[w][slot] for slot in optimizer.slot_starts}
        product = getattr(optimizer, "product", None)
        optimizer.apply([gradient], [w])
        norm = np.linalg.norm(gradient)
        done = run(
            optimizer.rule(),
            {**numbers(optimizer), **slots, "w": before, "g": gradient, "product": product,
             "norm": norm, "all_norm": norm},
        )  # fmt: skip
        np.testing.assert_allclose(done["w"], w.data, 1e-10)
        for slot in slots:
            np.testing.assert_allclose(done[slot], optimizer.slots(w)[slot], 1e-10)
        for shown, sign in (("corrected_rate", "lr_t"), ("product", "product")):
            if shown in optimizer.step_numbers:
                np.testing.assert_allclose(optimizer.slots(w)[shown], done[sign], 1e-12)


def test_a_rule_of_ones_own_says_at_least_that_much():
    class Own(optimizers.Optimizer):
        def change(self, gradient, state, data):
            return -gradient

    assert Own(0.1).rule("b") == "b ← b + change"
