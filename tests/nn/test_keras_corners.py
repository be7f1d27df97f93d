"""Corners of Keras that few learners turn: numbers and shapes as Keras 3.15 gives them."""

import numpy as np
import pytest

from autograd_lite import keras

layers, metrics = keras.layers, keras.metrics

TRUTH = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], "float32")
GUESS = np.array([[0.1, 0.7], [0.6, 0.4], [0.3, 0.8], [0.2, 0.35]], "float32")
ROWS = np.array([1.0, 2.0, 3.0, 4.0])
EACH = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0], [1.0, 1.0]])


def approx(expected):
    return pytest.approx(expected, rel=2e-5, abs=1e-6)


# ── what outputs cost ─────────────────────────────────────────────────────────────────────────
X = np.array(
    [[0, 1, 2], [1, 0, 1], [2, 1, 0], [0.5, 0.5, 0.5], [1, 2, 3], [3, 1, 2]], dtype="float32"
)
Y = np.array([1, 2, 3, 0, 1, 2], dtype="float32")


def with_activity(**more):
    model = keras.Sequential([
        keras.Input((3,)), layers.Dense(2, "tanh", activity_regularizer="l2"), layers.Dense(1),
    ])  # fmt: skip
    model.compile("sgd", "mse", **more)
    model.set_weights([
        [[-0.2, -0.1], [0, 0.1], [0.2, -0.2]], [-0.15, -0.05], [[-0.1], [0.0]], [-0.05],
    ])  # fmt: skip
    return model


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_cost_of_outputs_does_not_grow_with_the_batch(size):
    layer = layers.Activation("linear", activity_regularizer="l2")
    layer(np.full((size, 5), 2.0))
    assert [loss.data for loss in layer.losses] == approx([0.2])


def test_training_with_a_cost_of_outputs():
    model = with_activity()
    assert model.evaluate(X, Y, batch_size=2, verbose=0) == approx(3.2551901)
    assert model.evaluate(X, Y, batch_size=6, verbose=0) == approx(3.2551906)
    history = model.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0).history
    assert history["loss"] == approx([3.1468010, 2.8291948])
    eagerly = with_activity(run_eagerly=True)
    assert eagerly.fit(X, Y, batch_size=2, epochs=2, shuffle=False, verbose=0).history == history


# ── metrics and weights ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("metric", "weights", "expected"),
    [
        (metrics.Precision(), EACH, 1 / 3),
        (metrics.Recall(thresholds=[0.3, 0.6]), EACH, [2 / 3, 1 / 3]),
        (metrics.TruePositives(), EACH, 1.0),
        (metrics.FalsePositives(), EACH, 2.0),
        (metrics.AUC(), EACH, 0.571429),
        (metrics.BinaryAccuracy(), EACH, 0.6),
        (metrics.R2Score(), EACH, -0.242708),
        (metrics.BinaryAccuracy(), [[1.0], [2.0], [0.0], [3.0]], 0.416667),
        (metrics.RootMeanSquaredError(), [[1.0], [2.0], [0.0], [3.0]], 0.600521),
        (metrics.MeanSquaredError(), [[1.0], [2.0], [0.0], [3.0]], 0.360625),
        (metrics.MeanSquaredError(), 0.5, 0.2515625),
    ],
)
def test_weights_of_every_shape(metric, weights, expected):
    assert metric(TRUTH, GUESS, sample_weight=weights) == approx(expected)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (metrics.BinaryAccuracy(), 0.5),
        (metrics.RootMeanSquaredError(), 0.485798),
        (metrics.Accuracy(), 0.0),
    ],
)
def test_weights_of_plain_numbers(metric, expected):
    assert metric([1, 0, 1, 1], [0.9, 0.6, 0.3, 0.8], sample_weight=ROWS) == approx(expected)


def test_means_and_sums_of_matrices():
    mean, total = metrics.Mean(), metrics.Sum()
    for metric in (mean, total):
        metric.update_state(TRUTH + GUESS, sample_weight=ROWS)
        metric.update_state([5.0])
    assert mean.result() == approx(1.4227273)
    assert total.result() == approx(26.3)
    assert metrics.Sum()(GUESS, sample_weight=EACH) == approx(4.15)
    mean = metrics.Mean()
    mean.update_state(GUESS, sample_weight=EACH)
    mean.update_state(GUESS[:2])
    assert mean.result() == approx(0.425)
    mean = metrics.Mean()
    mean.update_state(GUESS[:, 0], sample_weight=0.5)  # counts as one, half
    mean.update_state(GUESS[:2, 0])
    assert mean.result() == approx(0.34)


@pytest.mark.parametrize("metric", [metrics.MeanSquaredError(), metrics.Recall(), metrics.AUC()])
def test_weights_that_fit_nothing(metric):
    with pytest.raises(ValueError, match=r"sample_weight has shape \(3,\).*one weight for every"):
        metric(TRUTH, GUESS, sample_weight=[1, 2, 3])


def test_accuracies_as_functions_look_at_every_number():
    right = metrics.binary_accuracy([[1, 0], [1, 1]], [[0.9, 0.8], [0.1, 0.7]])
    assert right.tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("options", "weights", "expected"),
    [
        ({"multi_label": True}, None, 0.625),
        ({"multi_label": True, "label_weights": [3.0, 1.0]}, None, 0.6875),
        ({"label_weights": [3.0, 1.0]}, None, 0.6875),
        ({"curve": "PR", "multi_label": True, "num_labels": 2}, None, 0.754793),
        ({"multi_label": True}, ROWS, 0.464286),
        (
            {"multi_label": True, "num_thresholds": 5, "summation_method": "majoring"},
            None,
            0.75,
        ),
        ({"thresholds": [0.5, 0.25]}, None, 0.59375),
    ],
)
def test_areas_of_labels(options, weights, expected):
    area = metrics.AUC(**options)
    area.update_state(TRUTH[:1], GUESS[:1], None if weights is None else weights[:1])
    area.update_state(TRUTH[1:], GUESS[1:], None if weights is None else weights[1:])
    assert area.result() == approx(expected)
    again = metrics.AUC.from_config(area.get_config())
    assert again(TRUTH, GUESS, weights) == approx(expected)
    area.reset_state()
    assert area(TRUTH, GUESS, weights) == approx(expected)


def test_areas_of_logits_of_labels():
    area = metrics.AUC(thresholds=[0.25, 0.5], multi_label=True, from_logits=True)
    assert area(TRUTH, GUESS * 4 - 2) == approx(0.5625)
    assert area.true_positives.shape == (4, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"multi_label": True, "num_labels": 3}, "num_labels for 3 columns"),
        ({"label_weights": [1.0]}, "label_weights for 1 columns"),
    ],
)
def test_areas_of_other_numbers_of_labels(options, message):
    with pytest.raises(ValueError, match=message + r", and was given predictions of shape \(4, 2"):
        metrics.AUC(**options)(TRUTH, GUESS)
    with pytest.raises(ValueError, match=r"columns of predictions, shape \(n, labels\)"):
        metrics.AUC(**options)(TRUTH[:, 0], GUESS[:, 0])


def test_area_refuses():
    with pytest.raises(ValueError, match="label_weights are numbers from 0"):
        metrics.AUC(label_weights=[1.0, -1.0])
    with pytest.raises(ValueError, match="thresholds lie between 0 and 1"):
        metrics.AUC(thresholds=[0.5, 2.0])


def test_counts_can_be_read():
    precision = metrics.Precision()
    precision.update_state(TRUTH, GUESS)
    assert precision.true_positives.tolist() == [2.0]
    assert precision.false_positives.tolist() == [1.0]


def test_a_column_needs_columns():
    with pytest.raises(ValueError, match=r"class_id=1 is a column .* shape \(3,\)"):
        metrics.Precision(class_id=1)([1, 0, 1], [0.5, 0.2, 0.9])
    with pytest.raises(ValueError, match=r"class_id=2 is a column .* shape \(4, 2\)"):
        metrics.Recall(class_id=2)(TRUTH, GUESS)


def test_adjusted_scores_of_every_output():
    assert metrics.R2Score(class_aggregation=None)(TRUTH, GUESS) == approx([0.1, -0.1125])
    adjusted = metrics.R2Score(class_aggregation=None, num_regressors=1)
    assert adjusted(TRUTH, GUESS) == approx([-0.05, -0.297917])
    assert metrics.R2Score(num_regressors=1)(TRUTH, GUESS) == approx(-0.173958)


def test_a_class_that_does_not_count():
    guess = [[0.8, 0.1, 0.1], [0.05, 0.9, 0.05], [0.1, 0.8, 0.1]]
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=0)
    assert metric([0, 1, 2], guess) == approx(0.802649)
    metric.reset_state()
    assert metric([0, 1, 2], guess, sample_weight=[0.5, 1.5, 2.0]) == approx(1.360917)


def test_arguments_by_their_places():
    loss = keras.losses.SparseCategoricalCrossentropy(True, 0, "sum", -1, "mine")
    assert (loss.ignore_class, loss.reduction, loss.name) == (0, "sum", "mine")
    metric = metrics.AUC(50, "PR", "minoring", "mine", None, None, True, 2, None, True)
    assert metric.from_logits
    assert metric.multi_label


# ── optimizers ────────────────────────────────────────────────────────────────────────────────
def decaying(optimizer, spare, **more):
    first = layers.Dense(2, "tanh")
    model = keras.Sequential([keras.Input((2,)), first, layers.Dense(1)])
    optimizer.exclude_from_weight_decay(**spare(first))
    model.compile(optimizer, "mse", **more)
    model.set_weights([[[0.5, -1], [1, 0.25]], [1, -1], [[1], [2]], [3]])
    return model


def by_name(layer):
    return {"var_names": ["bias"]}


def by_value(layer):
    return {"var_list": [layer.kernel]}


@pytest.mark.parametrize("eagerly", [True, False])
@pytest.mark.parametrize(
    ("make", "spare", "losses", "last"),
    [
        (lambda: keras.optimizers.AdamW(0.1, weight_decay=0.5), by_name,
         [3.0416967, 1.2523411, 0.4944739], 2.442186),
        (lambda: keras.optimizers.SGD(0.1, weight_decay=0.5), by_value,
         [2.1649074, 0.3263994, 0.3016770], 1.779474),
    ],
)  # fmt: skip
def test_parameters_that_do_not_decay(make, spare, losses, last, eagerly):
    model = decaying(make(), spare, run_eagerly=eagerly)
    history = model.fit(GUESS, TRUTH[:, 0], epochs=3, batch_size=2, shuffle=False, verbose=0)
    assert history.history["loss"] == approx(losses)
    assert model.get_weights()[-1] == approx(last)
    assert "lr·λ·decayed" in model.optimizer.rule()


def test_spared_parameters_and_saved_state():
    model = decaying(keras.optimizers.SGD(0.1, momentum=0.5, weight_decay=0.5), by_name)
    model.fit(GUESS, TRUTH[:, 0], epochs=1, verbose=0)
    state = model.optimizer.get_state()
    assert [sorted(slots) for slots in state["slots"]] == [["v"]] * 4
    model.optimizer.set_state(state)
    decays = [float(np.max(model.optimizer.slots(w)["decayed"])) for w in model.weights]
    assert decays == [1.0, 0.0, 1.0, 0.0]


def test_sparing_comes_before_training():
    model = decaying(keras.optimizers.SGD(0.1, weight_decay=0.5), by_name)
    model.fit(GUESS, TRUTH[:, 0], epochs=1, verbose=0)
    with pytest.raises(ValueError, match="in use already: call exclude_from_weight_decay before"):
        model.optimizer.exclude_from_weight_decay(var_names=["kernel"])
    with pytest.raises(TypeError, match=r"a list of names: \['bias'\]"):
        keras.optimizers.SGD().exclude_from_weight_decay(var_names="bias")


def test_classes_are_found_in_any_case():
    made = keras.optimizers.get({"class_name": "rmsprop", "config": {"rho": 0.5}})
    assert made.rho == 0.5


# ── layers and models ─────────────────────────────────────────────────────────────────────────
def test_channels_first():
    layer = layers.Flatten(data_format="channels_first")
    rows = layer(np.arange(12.0).reshape(2, 2, 3)).data
    assert rows.tolist() == [[0, 3, 1, 4, 2, 5], [6, 9, 7, 10, 8, 11]]
    with pytest.raises(TypeError, match="not made of neurons"):
        layer.neurons()
    with pytest.raises(ValueError, match="'channels_first' or 'channels_last', not 'rows'"):
        layers.Flatten("rows")


def test_an_input_with_a_batch_size():
    model = keras.Sequential([keras.Input((3,), 2, dtype="float64"), layers.Dense(1)])
    assert model.predict(np.ones((5, 3)), verbose=0).shape == (5, 1)
    with pytest.raises(ValueError, match="batch_size is a whole number of at least 1"):
        keras.Input((3,), batch_size=0)


def test_an_activation_taken_away():
    layer = layers.Dense(2, "relu", kernel_initializer="ones", bias_initializer="ones")
    layer.activation = None
    assert layer(-np.ones((1, 3))).data.tolist() == [[-2.0, -2.0]]


def test_weights_as_arrays():
    layer = layers.Dense(1, kernel_initializer="ones", input_shape=[2])
    keras.Sequential([layer])
    kernel = layer.kernel.numpy()
    assert (kernel.tolist(), kernel.dtype) == ([[1.0], [1.0]], np.float32)
    with pytest.raises(AttributeError, match=r"no 'assign'\. New numbers are set by v\.data"):
        layer.kernel.assign(kernel)


def test_normalization_counts_as_keras_counts(capsys):
    layer = layers.Normalization(axis=(-1,))
    layer.adapt(X)
    model = keras.Sequential([layer, layers.Dense(1)])
    model.summary()
    assert "Non-trainable params: 7 (28.00 B)" in capsys.readouterr().out
    assert [w.shape for w in model.get_weights()] == [(3,), (3,), (), (3, 1), (1,)]
    assert layers.Normalization(axis=()).axis is None
    with pytest.raises(ValueError, match=r"axis is -1 .* not \(1, 2\)"):
        layers.Normalization(axis=(1, 2))


def test_names_of_initializers():
    assert keras.initializers.OrthogonalInitializer is keras.initializers.Orthogonal
    made = keras.initializers.get("IdentityInitializer")
    assert isinstance(made, keras.initializers.Identity)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.Dense(1, trainable="False"), TypeError, "trainable is True or False"),
        (lambda: keras.Sequential(trainable=2), TypeError, "trainable is True or False, not 2"),
        (lambda: layers.ReLU(negative_slope=None), TypeError, "negative_slope is a number"),
        (lambda: layers.ReLU(threshold=None), TypeError, "threshold is a number"),
        (lambda: layers.ReLU(max_value="6"), TypeError, "max_value is a number"),
        (lambda: layers.LeakyReLU(None), TypeError, "negative_slope is a number"),
        (lambda: layers.ELU("1"), TypeError, "alpha is a number"),
        (lambda: layers.Dropout(0.5, 3), TypeError, r"noise_shape is a shape such as \(None, 1"),
        (lambda: layers.Dropout(0.5, (None, 0)), ValueError, "a length in noise_shape is a whole"),
        (lambda: layers.Dropout(0.5, (None, 1.5)), TypeError, "a length in noise_shape is a whole"),
        (lambda: layers.Reshape((-1, -1)), ValueError, r"one length in target_shape may be -1"),
        (lambda: layers.Reshape((2, 1.5)), TypeError, "a length in target_shape is a whole number"),
        (
            lambda: layers.Layer().add_weight("w"),
            TypeError,
            r"add_weight\(shape=\(3,\), name='w'\)",
        ),
        (lambda: keras.models.clone_model([1]), TypeError, "clone_model takes a Sequential"),
        (lambda: metrics.FBetaScore(beta="1"), TypeError, "beta is a number"),
        (lambda: metrics.F1Score(threshold="1"), TypeError, "threshold is a number"),
    ],
)
def test_refusals(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_clone_with_other_layers():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, "relu"), layers.Dense(1)])

    def wider(layer):
        config = layer.get_config()
        return type(layer).from_config({**config, "units": 2 * config["units"]})

    clone = keras.models.clone_model(model, clone_function=wider)
    assert [layer.units for layer in clone.layers] == [6, 2]
    assert clone.input_shape == (None, 2)
    assert keras.models.clone_model(model).count_params() == model.count_params()
    with pytest.raises(ValueError, match="input_tensors is not here"):
        keras.models.clone_model(model, model)


def test_loading_is_safe_in_any_mode(tmp_path):
    model = keras.Sequential([layers.Dense(1, input_shape=[2])])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


# ── a model inside another ────────────────────────────────────────────────────────────────────
def nested():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(3)])
    outer = keras.Sequential([inner, layers.Softmax()])
    outer.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return inner, outer


def test_a_model_inside_another_shares_its_weights():
    inner, outer = nested()
    assert outer.input_shape == (None, 3)
    scores = inner.predict(X, verbose=0)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert outer.predict(X, verbose=0) == approx(probabilities)
    before = inner.get_weights()
    outer.fit(X, Y % 3, epochs=3, verbose=0)
    assert any((a != b).any() for a, b in zip(inner.get_weights(), before, strict=True))
    for a, b in zip(inner.get_weights(), outer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [w.name for w in outer.weights] == ["kernel₁.₁", "bias₁.₁", "kernel₁.₂", "bias₁.₂"]


def test_a_model_inside_another_is_trained_by_programs_too():
    found = []
    for eagerly in (True, False):
        keras.utils.set_random_seed(4)
        _, outer = nested()
        outer.run_eagerly = eagerly
        history = outer.fit(X, Y % 3, epochs=3, batch_size=2, verbose=0).history
        found.append((history, [w.tolist() for w in outer.get_weights()]))
        assert eagerly is (outer.written is None)
    assert found[0] == found[1]


def test_a_model_inside_another_as_a_layer(capsys, tmp_path):
    inner, outer = nested()
    outer.summary()
    assert "│ sequential (Sequential)         │ (None, 3)              │            31 │" in (
        capsys.readouterr().out
    )
    outer.layers[0].trainable = False
    assert not outer.trainable_weights
    outer.save(tmp_path / "outer.keras")
    again = keras.models.load_model(tmp_path / "outer.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), outer.predict(X, verbose=0))
    assert [type(layer).__name__ for layer in again.layers] == ["Stack", "Softmax"]
    twice = keras.Sequential([inner, keras.Sequential([layers.Dense(2)])])
    assert [layer.name for layer in twice.layers] == ["sequential", "sequential_1"]
    scores = twice.neurons()(X[0].tolist())
    assert [score.data for score in scores] == approx(twice.predict(X[:1], verbose=0)[0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda inner: [inner, inner], "in the model already"),
        (lambda inner: [inner, inner.layers[0]], "layer 'dense' is in the model already"),
        (lambda inner: [keras.Input((2,)), inner], "layer 'dense' takes 3 features, and was giv"),
        (lambda inner: [keras.Sequential()], "the model has no layers yet"),
    ],
)
def test_a_model_that_fits_in_no_other(make, message):
    with pytest.raises(ValueError, match=message):
        keras.Sequential(make(nested()[0]))
