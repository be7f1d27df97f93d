"""What the tests of the neural networks share."""

from contextlib import contextmanager

import pytest

from autograd_lite import keras

collect_ignore = ["course_celsius.py"]  # a program, run by test_course.py

CELSIUS = [-40.0, -10.0, 0.0, 8.0, 15.0, 22.0, 38.0]
FAHRENHEIT = [-40.0, 14.0, 32.0, 46.0, 59.0, 72.0, 100.0]


@pytest.fixture
def celsius():
    """The course's data."""
    return CELSIUS, FAHRENHEIT


@contextmanager
def _floatx(dtype):
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    yield dtype
    keras.config.set_floatx(before)


@pytest.fixture
def float64():
    """Layers in float64 while a test runs."""
    with _floatx("float64") as dtype:
        yield dtype


@pytest.fixture
def floats(request):
    """Layers in the floats of the test's parameter."""
    with _floatx(request.param) as dtype:
        yield dtype


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """Layers in float32, and once more in float64."""
    with _floatx(request.param) as dtype:
        yield dtype


@pytest.fixture
def single(float64):
    """The course's model from w = 0.5, b = 0, compiled as in the course."""
    model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    model.set_weights([[[0.5]], [0.0]])
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1))
    return model
