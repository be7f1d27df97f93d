"""Optimizers against plain NumPy, and parameters laid end to end; learning rates and state."""

import inspect
import json
import math

import numpy as np
import pytest

from autograd_lite import Value, keras
from autograd_lite.nn.optimizers import TABLE
from autograd_lite.nn.schedules import TABLE as SCHEDULES

optimizers = keras.optimizers


def close(got, expected, rtol=1e-9):
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(expected, float), rtol, 1e-12)


# ── against plain NumPy ───────────────────────────────────────────────────────────────────────
def sgd(w, slope, steps, lr=0.01):
    for _ in range(steps):
        w = w - lr * slope(w)
    return w


def momentum(w, slope, steps, lr=0.01, mu=0.9):
    velocity = np.zeros_like(w)
    for _ in range(steps):
        velocity = mu * velocity + slope(w)
        w = w - lr * velocity
    return w


def nesterov(w, slope, steps, lr=0.01, mu=0.9):
    velocity = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        velocity = mu * velocity + g
        w = w - lr * (g + mu * velocity)
    return w


def rmsprop(w, slope, steps, lr=0.001, rho=0.9, eps=1e-7):
    mean = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        mean = rho * mean + (1 - rho) * g**2
        w = w - lr * g / np.sqrt(mean + eps)
    return w


def centered(w, slope, steps, lr=0.001, rho=0.8, mu=0.5, eps=1e-3):
    second, first, moved = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        second = rho * second + (1 - rho) * g**2
        first = rho * first + (1 - rho) * g
        moved = mu * moved + lr * g / np.sqrt(second - first**2 + eps)
        w = w - moved
    return w


def adagrad(w, slope, steps, lr=0.001, start=0.1, eps=1e-7):
    seen = []
    for _ in range(steps):
        seen.append(slope(w))
        w = w - lr * seen[-1] / np.sqrt(start + sum(g**2 for g in seen) + eps)
    return w


def adadelta(w, slope, steps, lr=0.001, rho=0.95, eps=1e-7):
    squares, moves = np.zeros_like(w), np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        squares = rho * squares + (1 - rho) * g**2
        move = np.sqrt((moves + eps) / (squares + eps)) * g
        moves = rho * moves + (1 - rho) * move**2
        w = w - lr * move
    return w


def adam(w, slope, steps, lr=0.001, b1=0.9, b2=0.999, eps=1e-7, amsgrad=False, decay=0.0):
    m, v, top = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = slope(w)
        w = w - lr * decay * w
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        top = np.maximum(top, v) if amsgrad else v
        w = w - lr * (m / (1 - b1**t)) / ((np.sqrt(top) + eps) / math.sqrt(1 - b2**t))
    return w


def adamax(w, slope, steps, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    m, u = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = slope(w)
        m = b1 * m + (1 - b1) * g
        u = np.where(b2 * u > abs(g), b2 * u, abs(g))
        w = w - lr / (1 - b1**t) * m / (u + eps)
    return w


def nadam(w, slope, steps, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    m, v = np.zeros_like(w), np.zeros_like(w)
    mu = [b1 * (1 - 0.5 * 0.96**t) for t in range(1, steps + 2)]
    for t in range(1, steps + 1):
        g = slope(w)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        m_hat = mu[t] * m / (1 - math.prod(mu[: t + 1]))
        g_hat = (1 - mu[t - 1]) * g / (1 - math.prod(mu[:t]))
        w = w - lr * (m_hat + g_hat) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w


def lion(w, slope, steps, lr=0.001, b1=0.9, b2=0.99):
    m = np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        w = w - lr * np.sign(b1 * m + (1 - b1) * g)
        m = b2 * m + (1 - b2) * g
    return w


def ftrl(w, slope, steps, lr=0.5, power=0.5, start=0.1, l1=0.05, l2=0.1, shrinkage=0.02, beta=0.3):
    n, z = np.full_like(w, start), np.zeros_like(w)
    for _ in range(steps):
        g = slope(w)
        sigma = ((n + g**2) ** power - n**power) / lr
        z, n = z + g + 2 * shrinkage * w - sigma * w, n + g**2
        w = np.where(abs(z) <= l1, 0.0, (np.sign(z) * l1 - z) / ((beta + n**power) / lr + 2 * l2))
    return w


LOOPS = {
    "sgd": (optimizers.SGD(), sgd, {}),
    "sgd fast": (optimizers.SGD(0.1), sgd, {"lr": 0.1}),
    "momentum": (optimizers.SGD(momentum=0.9), momentum, {}),
    "nesterov": (optimizers.SGD(momentum=0.9, nesterov=True), nesterov, {}),
    "nesterov without momentum": (optimizers.SGD(0.1, nesterov=True), sgd, {"lr": 0.1}),
    "rmsprop": (optimizers.RMSprop(), rmsprop, {}),
    "rmsprop centered, with momentum": (
        optimizers.RMSprop(rho=0.8, momentum=0.5, epsilon=1e-3, centered=True), centered, {},
    ),
    "adagrad": (optimizers.Adagrad(), adagrad, {}),
    "adagrad from 0": (
        optimizers.Adagrad(0.1, initial_accumulator_value=0.0), adagrad, {"lr": 0.1, "start": 0.0},
    ),
    "adadelta": (optimizers.Adadelta(), adadelta, {}),
    "adadelta of the paper": (optimizers.Adadelta(1.0), adadelta, {"lr": 1.0}),
    "adam": (optimizers.Adam(), adam, {}),
    "adam with other means": (
        optimizers.Adam(0.05, 0.8, 0.95, 1e-3), adam,
        {"lr": 0.05, "b1": 0.8, "b2": 0.95, "eps": 1e-3},
    ),
    "amsgrad": (optimizers.Adam(0.05, amsgrad=True), adam, {"lr": 0.05, "amsgrad": True}),
    "adamw": (optimizers.AdamW(), adam, {"decay": 0.004}),
    "adam with decay": (
        optimizers.Adam(0.05, weight_decay=0.1), adam, {"lr": 0.05, "decay": 0.1},
    ),
    "adamax": (optimizers.Adamax(), adamax, {}),
    "nadam": (optimizers.Nadam(), nadam, {}),
    "lion": (optimizers.Lion(), lion, {}),
    "ftrl": (
        optimizers.Ftrl(0.5, -0.5, 0.1, 0.05, 0.1, 0.02, 0.3), ftrl, {},
    ),
    "ftrl to another power": (
        optimizers.Ftrl(0.5, -0.7, 0.2, 0.05, 0.1, 0.02, 0.3), ftrl, {"power": 0.7, "start": 0.2},
    ),
}  # fmt: skip
STEPS = 40


def bowl(seed=0):
    """A random start and the gradient of a random quadratic form, whose elements mix."""
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(3, 6, 6)) @ np.eye(6), rng.normal(size=(3, 6))
    A = np.einsum("nij,nkj->nik", A, A) / 6
    return rng.normal(size=(3, 6)), lambda w: np.einsum("nij,nj->ni", A, w) - b


@pytest.mark.parametrize("name", LOOPS)
def test_plain_numpy(name):
    optimizer, loop, arguments = LOOPS[name]
    optimizer = type(optimizer).from_config(optimizer.get_config())
    start, slope = bowl()
    w = Value(start, name="w")
    for _ in range(STEPS):
        optimizer.apply([slope(w.data)], [w])
    expected = loop(start, slope, STEPS, **arguments)
    close(w.data, expected)
    assert (expected != start).all()


def test_every_optimizer_has_a_loop():
    assert {type(optimizer) for optimizer, _, _ in LOOPS.values()} == set(TABLE.values())


def test_ftrl_sets_what_hardly_matters_to_zero():
    w = Value(np.array([1.0, 1.0]))
    optimizer = optimizers.Ftrl(0.1, l1_regularization_strength=20.0)
    for _ in range(20):
        optimizer.apply([[1e-3, 10.0]], [w])
    assert w.data[0] == 0.0 and w.data[1] != 0.0


# ── scalars, dtypes, end to end ───────────────────────────────────────────────────────────────
COMMON = {
    "plain": {}, "decay": {"weight_decay": 0.1}, "clipnorm": {"clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.3}, "global_clipnorm": {"global_clipnorm": 0.7},
    "average": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3},
    "schedule": {"learning_rate": SCHEDULES["ExponentialDecay"](0.1, 5, 0.5)},
}  # fmt: skip


def remade(optimizer, **more):
    return type(optimizer).from_config(
        {**optimizer.get_config(), **{k: v for k, v in more.items() if v is not None}}
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("name", LOOPS)
def test_parameters_laid_end_to_end_change_by_the_same_bits(name, common, dtype):
    rng = np.random.default_rng(1)
    shapes = [(4, 3), (3,), (3, 1), (1,), (2, 2, 2)]
    starts = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    gradients = [[rng.normal(size=s).astype(dtype) for s in shapes] for _ in range(7)]
    apart, flat = (remade(LOOPS[name][0], **COMMON[common]) for _ in range(2))

    variables = [Value(start) for start in starts]
    for step in gradients:
        apart.apply(step, variables)

    laid = [Value(start) for start in starts]
    state, data = flat.flat_state(laid), np.concatenate([np.ravel(s) for s in starts])
    chunks = [slice(0, 5), slice(5, 6), slice(6, None)]
    for step in gradients:
        gradient = np.concatenate([np.ravel(g) for g in flat.clip(step)])
        flat.begin_step()
        parts = [{slot: x[chunk] for slot, x in state.items() if slot != "change"}
                 for chunk in chunks]  # fmt: skip
        data = np.concatenate(
            [flat.update(gradient[c], part, data[c]) for c, part in zip(chunks, parts, strict=True)]
        )
        state = {slot: np.concatenate([part[slot] for part in parts]) for slot in parts[0]}
    flat.take_flat_state(laid, state)

    expected = np.concatenate([np.ravel(v.data) for v in variables])
    assert data.dtype == expected.dtype == dtype
    assert data.tobytes() == expected.tobytes()
    for one, other in zip(variables, laid, strict=True):
        left, right = apart.slots(one), flat.slots(other)
        assert left.keys() == right.keys() >= {"learning_rate", "step", "change"}
        for slot, numbers in left.items():
            assert np.asarray(numbers).tobytes() == np.asarray(right[slot]).tobytes()
            if slot in flat.slot_starts:
                assert numbers.dtype == dtype and numbers.shape == one.shape


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("number", [float, np.float32])
def test_a_scalar_goes_the_way_of_an_array_of_one(name, number):
    start, gradients = number(0.7), [number(g) for g in (0.5, -2.0, 0.1, 3.0)]
    scalar, array = Value(start), Value(np.array([start]))
    of_scalar, of_array = remade(LOOPS[name][0]), remade(LOOPS[name][0])
    for g in gradients:
        of_scalar.apply([g], [scalar])
        of_array.apply([np.array([g])], [array])
    assert type(scalar.data) is number
    rtol = 1e-14 if number is float else 1e-5
    close(scalar.data, array.data[0], rtol)
    for slot in of_scalar.slot_starts:
        assert type(of_scalar.slots(scalar)[slot]) is number
        close(of_scalar.slots(scalar)[slot], of_array.slots(array)[slot][0], rtol)


@pytest.mark.parametrize("name", LOOPS)
def test_a_step_replaces_arrays_and_leaves_the_old_ones_alone(name):
    optimizer = remade(LOOPS[name][0], use_ema=True)
    old, gradient = np.array([1.0, -2.0]), np.array([0.5, 0.25])
    w = Value(old)
    held = w._data
    optimizer.build([w])
    before = {slot: x for slot, x in optimizer._states[w].items()}
    copies = {slot: x.copy() for slot, x in before.items()}
    optimizer.apply([gradient], [w])
    np.testing.assert_array_equal(held, [1.0, -2.0])
    np.testing.assert_array_equal(gradient, [0.5, 0.25])
    for slot, copy in copies.items():
        np.testing.assert_array_equal(before[slot], copy)


# ── clipping, decay, averages ─────────────────────────────────────────────────────────────────
def stepped(gradients, **common):
    """The changes of one plain step of size 1."""
    variables = [Value(np.zeros(np.shape(g))) for g in gradients]
    optimizers.SGD(1.0, **common).apply(gradients, variables)
    return [(-v.data).tolist() for v in variables]


def test_clipping():
    long, short = [3.0, 4.0], [0.6, 0.8]
    assert stepped([long, short]) == [long, short]
    close(stepped([long, short], clipnorm=2.0), [[1.2, 1.6], short])
    close(stepped([long, short], global_clipnorm=math.sqrt(26) / 2), [[1.5, 2.0], [0.3, 0.4]])
    assert stepped([long, short], global_clipnorm=10.0) == [long, short]
    assert stepped([long, [-3.0, 0.5]], clipvalue=2.0) == [[2.0, 2.0], [-2.0, 0.5]]
    assert stepped([[0.0, 0.0]], clipnorm=1.0) == [[0.0, 0.0]]


def test_clipping_tells_apart_what_is_not_finite():
    inf, nan = math.inf, math.nan
    with np.errstate(invalid="ignore"):
        one, other = stepped([[nan, 1.0], [3.0, 4.0]], clipnorm=1.0)
        assert np.isnan(one).all()
        close(other, [0.6, 0.8])
        assert np.isnan(stepped([[inf, 1.0], [3.0, 4.0]], global_clipnorm=1.0)).all()
    huge = np.array([3e25, 4e25], np.float32)  # their squares are no float32 numbers
    w = Value(np.zeros(2, np.float32))
    optimizers.SGD(1.0, clipnorm=5.0).apply([huge], [w])
    close(w.data, [-3.0, -4.0], 1e-6)


def test_weight_decay_shrinks_before_the_step():
    w = Value(np.array([10.0]))
    optimizers.SGD(0.5, weight_decay=0.2).apply([[4.0]], [w])
    close(w.data, [10.0 - 0.5 * 0.2 * 10.0 - 0.5 * 4.0])


def test_clipping_comes_before_the_decay():
    w = Value(np.array([10.0]))
    optimizers.SGD(0.5, weight_decay=0.2, clipvalue=1.0).apply([[4.0]], [w])
    close(w.data, [10.0 - 1.0 - 0.5])


def test_the_average_follows_the_parameter_and_takes_its_place():
    w, optimizer = Value(np.array([0.0])), optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75)
    optimizer.apply([[-4.0]], [w])
    assert optimizer.slots(w)["average"] == 4.0  # from the first value, not from 0
    optimizer.apply([[-4.0]], [w])
    assert (w.data, optimizer.slots(w)["average"]) == (8.0, 5.0)
    optimizer.finalize_variable_values([w])
    assert w.data == 5.0


def test_fit_ends_with_the_average(float64):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    optimizer = optimizers.SGD(0.01, use_ema=True, ema_momentum=0.9)
    model.set_weights([[[0.0]], [0.0]])
    model.compile(optimizer, "mse")
    model.fit([1.0, 2.0], [2.0, 4.0], epochs=5, verbose=0)
    for weight in model.weights:
        close(weight.data, optimizer.slots(weight)["average"])


# ── learning rates ────────────────────────────────────────────────────────────────────────────
def test_a_schedule_is_asked_for_the_steps_made_so_far():
    asked = []

    class Asked(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            asked.append(step)
            return 0.5 / (1 + step)

    w, optimizer = Value(1.0), optimizers.SGD(Asked())
    moves = []
    for _ in range(3):
        before = w.data
        optimizer.apply([1.0], [w])
        moves.append(before - w.data)
    assert asked == [0, 1, 2]
    close(moves, [0.5, 0.25, 0.5 / 3])
    close(optimizer.slots(w)["learning_rate"], 0.5 / 3)
    close(optimizer.learning_rate, 0.5 / 4)


def test_a_callable_is_asked_before_every_step():
    rates = iter([0.5, 0.25])
    w, optimizer = Value(0.0), optimizers.SGD(lambda: next(rates))
    optimizer.apply([-1.0], [w])
    optimizer.apply([-1.0], [w])
    assert w.data == 0.75


def test_the_learning_rate_is_set_between_steps():
    w, optimizer = Value(0.0), optimizers.SGD(1)
    optimizer.apply([-1.0], [w])
    optimizer.learning_rate = np.float64(0.5)
    assert type(optimizer.learning_rate) is float
    optimizer.apply([-1.0], [w])
    assert w.data == 1.5
    optimizer.learning_rate = SCHEDULES["InverseTimeDecay"](1.0, 1, 1.0)
    optimizer.apply([-3.0], [w])
    assert w.data == 2.5


# ── as data ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("name", LOOPS)
def test_data_makes_the_same_optimizer(name, common):
    first = remade(LOOPS[name][0], **COMMON[common])
    config = json.loads(json.dumps(first.get_config()))
    assert list(config) == list(inspect.signature(type(first)).parameters)
    data = {"class_name": type(first).__name__, "config": config}
    second = optimizers.get(data)
    assert type(second) is type(first) and second.get_config() == config
    assert second.rule() == first.rule() and repr(second) == repr(first)


@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("name", LOOPS)
def test_the_state_goes_on_by_the_same_bits(name, common):
    rng = np.random.default_rng(3)
    first, second = (remade(LOOPS[name][0], **COMMON[common]) for _ in range(2))
    variables = [Value(rng.normal(size=(2, 3))), Value(rng.normal(size=3)), Value(0.5)]
    gradients = [[rng.normal(size=v.shape) for v in variables] for _ in range(6)]
    for step in gradients[:3]:
        first.apply(step, variables)
    state = first.get_state()
    others = [Value(v.data) for v in variables]
    second.set_state(state, others)
    for step in gradients[3:]:
        first.apply(step, variables)
        second.apply(step, others)
    for one, other in zip(variables, others, strict=True):
        assert np.asarray(one.data).tobytes() == np.asarray(other.data).tobytes()
    assert first.iterations == second.iterations == 6
    assert state["iterations"] == 3, "the state is a copy"


def test_the_state_of_an_optimizer_not_used_yet():
    optimizer = optimizers.Adam(0.1)
    state = optimizer.get_state()
    assert state == {"iterations": 0, "numbers": {"learning_rate": 0.1}, "slots": []}
    optimizer.learning_rate = 0.5
    optimizer.set_state(state)
    assert optimizer.learning_rate == 0.1


@pytest.mark.parametrize("name", [*(n.lower() for n in TABLE), *TABLE])
def test_names(name):
    optimizer = optimizers.get(name)
    assert type(optimizer).__name__.lower() == name.lower() == optimizer.name
    assert optimizers.get(type(optimizer)).get_config() == optimizer.get_config()
    assert optimizers.get(optimizer) is optimizer


def test_keras_names():
    assert optimizers.legacy.Adam is optimizers.Adam
    from autograd_lite.keras.optimizers.schedules import CosineDecay

    assert optimizers.schedules.CosineDecay is CosineDecay


def test_pairs():
    v, w = Value(1.0), Value([1.0, 2.0])
    optimizers.SGD(0.5).apply_gradients(zip([2.0, [0.0, 2.0]], [v, w], strict=True))
    assert v.data == 0.0 and w.data.tolist() == [1.0, 1.0]
    optimizers.SGD().apply([], [])
