"""Learning-rate schedules against numbers of Keras and by hand; their mistakes, word for word."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite import Value, keras
from autograd_lite.nn.schedules import TABLE

schedules = keras.optimizers.schedules
UNITS = json.loads((Path(__file__).parents[1] / "data" / "keras_units.json").read_text("utf-8"))
RECORDED = {name: x for name, x in UNITS["float32"]["schedules"].items() if name != "steps"}


def close(got, expected, rtol=1e-12):
    np.testing.assert_allclose(got, expected, rtol, 1e-15)


@pytest.mark.parametrize("name", RECORDED)
def test_keras(name):
    """The recorded numbers are float32, as schedules of Keras are."""
    call = re.fullmatch(r"(\w+)\((.*)\)", name)
    schedule = eval(f"made({call[2]})", {"made": TABLE[call[1]]})
    steps = UNITS["float32"]["schedules"]["steps"]
    np.testing.assert_allclose(schedule(steps), RECORDED[name], 2e-5, 1e-8)
    for step, rate in zip(steps, RECORDED[name], strict=True):
        assert type(schedule(step)) is float
        assert schedule(step) == pytest.approx(rate, rel=2e-5, abs=1e-8)


def test_every_recorded_kind():
    assert {name.partition("(")[0] for name in RECORDED} == set(TABLE) - {"CosineDecayRestarts"}


def test_inverse_time_in_stairs():
    close(schedules.InverseTimeDecay(1.0, 10, 1.0, staircase=True)([0, 9, 10, 20]),
          [1, 1, 1 / 2, 1 / 3])  # fmt: skip


def test_a_polynomial_that_cycles():
    schedule = schedules.PolynomialDecay(1.0, 10, 0.2, power=2.0, cycle=True)
    close(schedule([0, 5, 10, 15, 20, 25]),
          [1, 0.4, 0.2, 0.2 + 0.8 / 16, 0.2, 0.2 + 0.8 / 36])  # fmt: skip
    steady = schedules.PolynomialDecay(1.0, 10, 0.2, power=2.0)
    close(steady([0, 5, 10, 15]), [1, 0.4, 0.2, 0.2])


def test_a_cosine_that_warms_up():
    schedule = schedules.CosineDecay(0.2, 100, alpha=0.1, warmup_target=1.0, warmup_steps=10)
    close(schedule([0, 5, 10, 60, 110, 500]), [0.2, 0.6, 1.0, 0.55, 0.1, 0.1])
    flat = schedules.CosineDecay(0.2, 100, alpha=0.1, warmup_target=1.0)
    close(flat([0, 50, 100]), [1.0, 0.55, 0.1])


def test_restarts_of_a_cosine():
    schedule = schedules.CosineDecayRestarts(1.0, 10, t_mul=2.0, m_mul=0.5, alpha=0.1)
    close(schedule([0, 5, 10, 20, 30, 50, 70]),
          [1.0, 0.55, 0.55, 0.325, 0.325, 0.2125, 0.2125])  # fmt: skip
    even = schedules.CosineDecayRestarts(1.0, 10, t_mul=1.0, m_mul=0.5)
    close(even([0, 5, 10, 15, 20]), [1.0, 0.5, 0.5, 0.25, 0.25])


@given(ratio=st.floats(1.0, 5.0), restart=st.integers(0, 12), length=st.integers(1, 1000))
def test_a_restart_comes_at_its_step(ratio, restart, length):
    if ratio != 1.0 and ratio < 1.001:
        ratio = 1.0
    schedule = schedules.CosineDecayRestarts(1.0, length, t_mul=ratio)
    step = sum(length * ratio**i for i in range(restart))
    edge = 1e-9 * (1 + step)
    assert schedule(step + edge) == pytest.approx(1.0, abs=1e-6)
    if restart:
        assert schedule(step - edge) == pytest.approx(0.0, abs=1e-6)


def test_restarts_in_whole_steps_are_exact():
    schedule = schedules.CosineDecayRestarts(1.0, 1, t_mul=3.0)
    for restart in range(20):  # where log(3ⁿ) / log(3) is at times a little less than n
        assert schedule((3**restart - 1) // 2) == 1.0


@given(st.sampled_from(sorted(RECORDED)), st.integers(0, 10**6))
def test_many_steps_at_once_are_many_single_ones(name, step):
    call = re.fullmatch(r"(\w+)\((.*)\)", name)
    schedule = eval(f"made({call[2]})", {"made": TABLE[call[1]]})
    close(schedule(np.array([step, step + 1])), [schedule(step), schedule(step + 1)])
    assert 0 <= schedule(step) <= 0.1 and math.isfinite(schedule(step))


MISTAKES = {
    "steps": (
        lambda: schedules.ExponentialDecay(0.1, 0, 0.5), ValueError,
        "decay_steps is above 0 and finite, not 0",
    ),
    "rate": (
        lambda: schedules.CosineDecay("fast", 10), TypeError,
        "initial_learning_rate is a number, such as 0.01, not 'fast'",
    ),
    "shorter periods": (
        lambda: schedules.CosineDecayRestarts(0.1, 10, t_mul=0.5), ValueError,
        "t_mul is 1 or more and finite, not 0.5",
    ),
    "values": (
        lambda: schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.01]), ValueError,
        "PiecewiseConstantDecay has one value more than boundaries, and was given 2 boundaries and"
        " 2 values",
    ),
    "order": (
        lambda: schedules.PiecewiseConstantDecay([10, 5], [0.1, 0.05, 0.01]), ValueError,
        "boundaries rise from step to step, and were given as [10, 5]",
    ),
    "a rate that is none": (
        lambda: keras.optimizers.SGD(Falling()).apply([1.0], [Value(1.0)]), ValueError,
        "learning_rate is 0 or more and finite, not -1",
    ),
    "unknown class": (
        lambda: keras.optimizers.SGD({"class_name": "Decay", "config": {}}), ValueError,
        "there is no class 'Decay' here; there are CosineDecay, CosineDecayRestarts,"
        " ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay",
    ),
}  # fmt: skip


class Falling(schedules.LearningRateSchedule):
    def __call__(self, step):
        return -1


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_data_makes_the_same_schedule():
    made = [
        schedules.ExponentialDecay(0.1, 10, 0.5, True), schedules.InverseTimeDecay(0.1, 10, 0.5),
        schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01]),
        schedules.PolynomialDecay(0.1, 20, cycle=True),
        schedules.CosineDecay(0.1, 20, warmup_target=0.2, warmup_steps=5),
        schedules.CosineDecayRestarts(0.1, 20),
    ]  # fmt: skip
    assert {type(schedule) for schedule in made} == set(TABLE.values())
    for schedule in made:
        config = json.loads(json.dumps(schedule.get_config()))
        again = type(schedule).from_config(config)
        assert repr(again) == repr(schedule) and again.get_config() == config
        steps = np.arange(60)
        np.testing.assert_array_equal(again(steps), schedule(steps))
