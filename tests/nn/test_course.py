"""The course's program, run as a learner would run it, and the names that it may use."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograd_lite import keras, tf

PROGRAM = Path(__file__).with_name("course_celsius.py")


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": ".", "PATH": "", "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
        | {name: os.environ[name] for name in ("HOME", "MPLCONFIGDIR") if name in os.environ}
        | environment,
    )


def test_the_program_runs_as_it_stands():
    done = run("-W", "error::RuntimeWarning", str(PROGRAM))
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert lines[1] == "-10.0 degrees Celsius = 14.0 degrees Fahrenheit"
    finished = [i for i, line in enumerate(lines) if line == "Finished training the model"]
    single, deep = (float(lines[i + 1].strip("[]")) for i in finished)
    assert single == pytest.approx(211.33, abs=0.1)  # 211.289 to 211.38 by the first weight
    assert deep == pytest.approx(211.747, abs=0.05)
    assert "dtype=float32" in lines[finished[0] + 2]


def test_from_half_and_zero_in_float64(single, celsius):
    single.fit(*celsius, epochs=500, verbose=False)
    assert single.predict([100.0]).item() == pytest.approx(211.32895, abs=1e-5)


def test_float32_is_the_default_and_close_to_float64(celsius):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
    model.set_weights([[[0.5]], [0.0]])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.1))
    history = model.fit(*celsius, epochs=500, verbose=0)
    prediction = model.predict([100.0])
    assert prediction.dtype == np.float32
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float32")}
    assert {w.grad.dtype for w in model.weights} == {np.dtype("float32")}
    assert prediction.item() == pytest.approx(211.32895, rel=2e-5)
    assert history.history["loss"][0] == 2354.75


def test_importing_the_library_loads_no_networks():
    code = (
        "import sys, autograd_lite; "
        "print([m for m in sys.modules if m.startswith('autograd_lite.') and"
        " m.split('.')[1] in ('nn', 'keras', 'tf')])"
    )
    assert run("-c", code).stdout.strip() == "[]"


def test_networks_load_neither_matplotlib_nor_graphviz():
    code = "import sys, autograd_lite.tf; print({'matplotlib', 'graphviz'} & set(sys.modules))"
    assert run("-c", code).stdout.strip() == "set()"


# ── names ─────────────────────────────────────────────────────────────────────────────────────
def test_tf_names():
    assert tf.keras is keras
    assert tf.compat.v1.logging is tf.logging
    assert tf.__version__ == keras.__version__
    assert keras.layers.Dense(1, activation=tf.nn.relu).activation is keras.activations.relu
    keras.backend.clear_session()
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


def test_imports_of_submodules():
    from autograd_lite.keras import layers
    from autograd_lite.keras.layers import Dense
    from autograd_lite.keras.models import Sequential

    assert layers.Dense is Dense
    assert keras.Sequential is keras.models.Sequential is Sequential


def test_nothing_of_its_own_stands_behind_keras_names():
    modules = [keras]
    for module in modules:
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, ModuleType):
                modules.append(thing)
            elif name != "__version__":
                home = getattr(thing, "__module__", None) or "numpy"
                assert home.startswith(("autograd_lite.nn.", "numpy"))
    assert len(modules) > 10


def test_seeds_give_the_same_weights():
    def kernel():
        return keras.Sequential([keras.layers.Dense(3, input_shape=[2])]).get_weights()[0]

    for seed in (tf.random.set_seed, keras.utils.set_random_seed):
        seed(7)
        first = kernel()
        seed(7)
        np.testing.assert_array_equal(kernel(), first)
    keras.utils.set_random_seed(7)
    drawn = np.random.rand()
    keras.utils.set_random_seed(7)
    assert np.random.rand() == drawn


def test_floatx_has_two_doors(float64):
    assert keras.backend.floatx() == keras.config.floatx() == "float64"
    keras.backend.set_floatx("float32")
    assert keras.layers.Dense(1).dtype == "float32"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: tf.kears,
            "tf has no 'kears'. Did you mean 'keras'? This is autograd_lite's tf, which holds a"
            " part of the original; here there are abs, add, compat, divide, exp, keras, logging,"
            " math, matmul, maximum, minimum, multiply, nn, pow, random, reduce_max, reduce_mean,"
            " reduce_min, reduce_sum, sigmoid, sign, sqrt, square, subtract, tanh, where.",
        ),
        (
            lambda: tf.logging.set_verbose,
            "tf.logging has no 'set_verbose'. Did you mean 'set_verbosity'? This is autograd_lite's"
            " tf, which holds a part of the original; here there are DEBUG, ERROR, FATAL, INFO,"
            " WARN, set_verbosity.",
        ),
        (
            lambda: keras.layers.Conv2D,
            "keras.layers has no 'Conv2D'. This is autograd_lite's keras, which holds a part of the"
            " original; here there are Activation, Dense, Dropout, ELU, Flatten, Input, InputLayer,"
            " Layer, LeakyReLU, Normalization, PReLU, ReLU, Rescaling, Reshape, Softmax,"
            " deserialize, serialize.",
        ),
    ],
)
def test_unknown_names(ask, message):
    with pytest.raises(AttributeError) as caught:
        ask()
    assert str(caught.value) == message
