"""What the estimators refuse, in the words of `fit`: what would train without a word, and come to nothing."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network as theirs

import multilayer
from multilayer import estimators as ours
from multilayer._base.errors import InputError, TrainingWarning
from multilayer.estimators import MLPClassifier, MLPRegressor
from multilayer.optimizers import LBFGS
from tests.estimators.data import CLASSES, X_DIABETES, Y_DIABETES, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ONE_UNIT = (
    r"^the output activation softmax gives a single output unit the value 1 for every input; use sigmoid"
)
NO_SUM = r"^categorical_cross_entropy needs outputs that sum to 1, but those of the output activation sigmoid do not; "
UNITS = (
    r"^categorical_cross_entropy needs an output unit per class, at least 2; this network has 1; use sigmoid"
)


def classifier(**settings):
    return MLPClassifier((6,), **({"max_iter": 5, "random_state": 3} | settings))


@pytest.mark.parametrize(
    ("output", "units", "loss", "message"),
    [
        ("sigmoid", 1, "categorical_cross_entropy", UNITS),
        ("softmax", 1, "categorical_cross_entropy", UNITS),
        ("softmax", 1, "binary_cross_entropy", ONE_UNIT),
        ("softmax", 1, "squared", ONE_UNIT),
        ("sigmoid", 3, "categorical_cross_entropy", NO_SUM),
    ],
)
def test_fit_and_estimators_refuse_in_the_same_words(output, units, loss, message):
    y = np.arange(len(X)) % max(units, 2)
    network = multilayer.initialize((4, 6, units), "tanh", output, rng=0)
    targets = y if units > 1 else y[:, np.newaxis]
    with pytest.raises(InputError, match=message):
        multilayer.fit(network, X, targets, loss=loss)
    with pytest.raises(InputError, match=message):
        multilayer.gradients(network, X, targets, loss)
    if units > 1:
        with pytest.raises(InputError, match=message):
            classifier(output_activation=output, loss=loss).fit(X, y)
        assert multilayer.diagnose(network, X, y, loss=loss).findings[0].check == "wrong_output"
    else:
        with pytest.raises(InputError, match=message):
            MLPRegressor(loss, output_activation=output).fit(X, y)


def test_two_classes_on_one_unit_have_no_categorical_cross_entropy():
    with pytest.raises(InputError, match=UNITS):
        classifier(loss="categorical_cross_entropy").fit(X, CLASSES["binary"])
    with pytest.raises(InputError, match=ONE_UNIT):
        classifier(output_activation="softmax").fit(X, CLASSES["one class"])


@pytest.mark.parametrize("loss", ["log_loss", "categorical_cross_entropy", "binary_cross_entropy", "squared"])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
def test_two_classes_with_softmax_have_two_units(loss, settings):
    y = np.array(["no", "yes"])[(X[:, 2] > 0).astype(int)]
    settings = {"max_iter": 200, "learning_rate_init": 0.05, "n_iter_no_change": 100} | settings
    model = classifier(output_activation="softmax", loss=loss, **settings).fit(X, y)
    assert (model.n_outputs_, model.out_activation_, model.network_.widths[-1]) == (2, "softmax", 2)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[probabilities.argmax(axis=1)])
    np.testing.assert_array_equal(model.predict(X), model.network_.classify(X))
    assert model.score(X, y) > 0.95
    assert all(finding.severity != "error" for finding in model.diagnose(X, y).findings)


def test_softmax_of_two_units_is_that_of_plain_fit_and_survives_partial_fit():
    y = CLASSES["binary"]
    model = classifier(output_activation="softmax").partial_fit(X, y, classes=[False, True])
    again = classifier(output_activation="softmax", max_iter=1).fit(X, y)
    assert model.network_ == again.network_
    assert model.partial_fit(X, y).n_outputs_ == 2


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared", "huber"])
def test_losses_that_take_a_column_per_class(loss):
    y = CLASSES["multi-class"]
    model = classifier(loss=loss, max_iter=60, learning_rate_init=0.05, early_stopping=True).fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.best_validation_score_ > 0.8


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (
            "binary",
            {"output_activation": "identity", "loss": "squared"},
            r"in \[0, 1\], but .* identity takes",
        ),
        (
            "binary",
            {"output_activation": "tanh", "loss": "squared"},
            r"in \[0, 1\], but .* tanh .*; use sigmoid",
        ),
        ("binary", {"output_activation": "log_sigmoid"}, r"in \[0, 1\], but .* log_sigmoid takes values in"),
        (
            "multi-class",
            {"output_activation": "log_softmax"},
            r"in \[0, 1\], but .* log_softmax .*; use softmax",
        ),
        (
            "multi-class",
            {"output_activation": "sigmoid", "loss": "bce"},
            "that sum to 1, but .* sigmoid do not; ",
        ),
        (
            "multi-label",
            {"output_activation": "softmax"},
            "several labels .* the outputs of softmax sum to 1; ",
        ),
        ("multi-label", {"loss": "cce"}, NO_SUM),
    ],
)
def test_outputs_of_a_classifier_are_probabilities(kind, settings, message):
    with pytest.raises(InputError, match=message):
        classifier(**settings).fit(X, CLASSES[kind])


@pytest.mark.parametrize(
    "sizes", [(2.5,), (3, 2.0), True, (3, "a"), np.array([[3]]), np.array([3.0])], ids=str
)
def test_half_a_unit(sizes):
    with pytest.raises(InputError, match=r"^hidden_layer_sizes must be whole numbers; got \["):
        MLPClassifier(sizes, max_iter=1).fit(X, CLASSES["binary"])


@pytest.mark.parametrize("weight", [np.full(150, -1.0), np.r_[-1.0, np.ones(149)]])
def test_weights_of_samples(weight):
    y = CLASSES["binary"]
    words = "sample_weight must be finite, never negative, and not all zero"
    network = multilayer.initialize((4, 1), "tanh", "sigmoid", rng=0)
    with pytest.raises(InputError, match=words):
        multilayer.fit(network, X, y, loss="bce", sample_weight=weight)
    with pytest.raises(InputError, match=words):
        classifier().fit(X, y, sample_weight=weight)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        (
            {"setosa": 2.0, "rose": 1.0},
            "class_weight holds 'rose', not among the classes of the classifier: 'setosa', ",
        ),
        ({0: 2.0}, "class_weight holds 0, not among the classes of the classifier: 'setosa', "),
        ({"setosa": -1.0}, r"class_weight\['setosa'\] must be a finite number, at least 0; got -1.0"),
        (
            dict.fromkeys(["setosa", "versicolor", "virginica"], 0),
            "class_weight must not be zero for all classes",
        ),
    ],
)
def test_weights_of_classes(class_weight, message):
    with pytest.raises(InputError, match=message):
        classifier(class_weight=class_weight).fit(X, CLASSES["multi-class"])


@pytest.mark.parametrize("key", [1, 1.0, "1", "1.0", True, np.int64(1)])
def test_classes_are_weighted_by_the_rule_for_labels(key):
    y = CLASSES["binary"] * 2 + 1
    right = classifier(class_weight={1: 5.0}).fit(X, y)
    found = classifier(class_weight={key: 5.0}).fit(X, y)
    np.testing.assert_array_equal(found.coefs_[0], right.coefs_[0])
    with pytest.raises(InputError, match="class_weight names one class twice; name each once"):
        classifier(class_weight={1: 5.0, "1": 2.0}).fit(X, y)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_in_float32(solver):
    # L-BFGS: "weights has to be a contiguous array of its type".
    weight = np.random.default_rng(0).uniform(0.5, 2.0, len(X)).astype(np.float32)
    single = classifier(solver=solver).fit(X, CLASSES["binary"], sample_weight=weight)
    double = classifier(solver=solver).fit(X, CLASSES["binary"], sample_weight=weight.astype(float))
    assert single.network_ == double.network_


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
def test_sparse_labels(make, settings):
    labels = make(CLASSES["multi-label"])
    found = []
    for module in (ours, theirs):
        model = module.MLPClassifier((6,), max_iter=5, random_state=3, **settings).fit(X, labels)
        predicted = model.predict(X)
        assert sparse.issparse(predicted)
        assert 0.0 <= model.score(X, labels) == (predicted.toarray() == labels.toarray()).all(axis=1).mean()
        found.append((type(predicted), predicted.dtype, predicted.toarray().tolist()))
    assert found[0] == found[1]
    dense = classifier(**settings).fit(X, CLASSES["multi-label"])
    np.testing.assert_array_equal(dense.predict(X), found[0][2])


def test_labels_of_another_kind_than_those_of_the_fit():
    model = classifier().partial_fit(X, CLASSES["binary"], classes=[False, True])
    with pytest.raises(ValueError, match="The object was not fitted with multilabel input"):
        model.partial_fit(X, CLASSES["multi-label"])
    model = classifier(warm_start=True).fit(X, CLASSES["multi-label"])
    with pytest.raises(InputError, match=r"y has shape \(150, 1\); a network with 2 outputs needs"):
        model.fit(X, CLASSES["binary"])


@pytest.mark.parametrize("scale", [1e308, 1.7e308])
@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"solver": "sgd"}, {"hidden_layer_sizes": ()}, {"activation": "tanh"}, {"early_stopping": True}],
    ids=str,
)
def test_features_near_the_largest_double(kind, scale, settings):
    rows = np.clip(np.random.default_rng(0).uniform(-1.0, 1.0, (40, 3)) * scale, -1.7e308, 1.7e308)
    y = (rows[:, 0] > 0).astype(int)
    errors = []
    for module in (theirs, ours):
        model = getattr(module, kind)(max_iter=3, random_state=0, **settings)
        with np.errstate(all="ignore"):
            errors.append(error_of(model.fit, rows, y))
    assert not np.isinf(model.loss_curve_).any()
    # Where scikit-learn's squares alone overflow its weights stay the same from then on, without a warning.
    assert errors[0] is None or str(errors[1]).startswith(str(errors[0]))


def error_of(function, *arguments):
    try:
        function(*arguments)
    except ValueError as error:
        return error
    return None


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_loss_that_is_not_finite_ends_lbfgs(kind):
    with pytest.raises(
        ValueError, match=r"Solver produced non-finite .*the loss of all samples is not finite"
    ):
        kind(solver="lbfgs", random_state=0).fit(X * 1e300, CLASSES["binary"] * 1)


def test_plain_fit_refuses_it_too():
    network = multilayer.initialize((10, 5, 1), rng=0, dtype=np.float64)
    with pytest.warns(TrainingWarning, match="the loss of all samples is not finite"):
        multilayer.fit(network, X_DIABETES * 1e200, Y_DIABETES, loss="squared", optimizer=LBFGS())
    with pytest.warns(
        TrainingWarning, match="the optimizer state of Adam is not finite, and the weights no longer"
    ):
        multilayer.fit(network, X_DIABETES * 1e120, Y_DIABETES, loss="squared", epochs=2)
