import warnings

import numpy as np
import pytest
from sklearn import neural_network as theirs
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError

from multilayer import InputError, diagnose
from multilayer.diagnosis import try_fixes
from multilayer.estimators import MLPClassifier, MLPRegressor
from multilayer.losses import huber
from multilayer.optimizers import Adam, AdamW

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[y]


def _fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they need not converge
        return model.fit(X, y)


def test_scikit_learn_31235():
    points = np.random.RandomState(1).random_sample((500, 2))
    labels = points[:, 0] + (2 * (points[:, 1] - 0.5)) ** 2 - 0.75 >= 0
    for package in (MLPClassifier, theirs.MLPClassifier):
        model = package((20, 20), activation="logistic", random_state=42).fit(points, labels)
        found = diagnose(model, points, labels)
        assert found.cause.check == "collapsed_signal"
        assert "Training stopped on this plateau after 15 epochs" in found.verdict
        assert "undertraining" in {finding.check for finding in found.findings}


def test_the_method_and_the_function_are_one():
    model = _fitted(MLPClassifier((5,), max_iter=20, random_state=0), X, NAMES)
    found = model.diagnose(X, NAMES)
    assert found.verdict == diagnose(model, X, NAMES).verdict
    evidence = found.evidence
    assert evidence.network is model.network_
    assert evidence.outputs.score == model.score(X, NAMES)
    assert evidence.course.history.loss == tuple(model.loss_curve_)
    assert (evidence.course.stopped, evidence.course.epochs) == ("epochs", 20)


def test_validation_is_in_the_record():
    model = MLPClassifier((5,), max_iter=20, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y, validation_data=(X[::3], y[::3]))
    history = model.diagnose(X, y).evidence.course.history
    assert history.validation_loss == tuple(model.validation_loss_curve_)
    assert history.metrics == {"accuracy": tuple(model.validation_scores_)}


def test_the_loss_of_a_regressor():
    model = _fitted(MLPRegressor("huber", (5,), max_iter=20, random_state=0), X[:, :3], X[:, 3])
    found = model.diagnose(X[:, :3], X[:, 3])
    assert found.evidence.loss == huber
    assert found.evidence.outputs.score == pytest.approx(model.score(X[:, :3], X[:, 3]), abs=1e-12)


def test_several_outputs_and_several_labels():
    model = _fitted(MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, random_state=0), X[:, :2], X[:, 2:])
    assert model.diagnose(X[:, :2], X[:, 2:]).evidence.samples == 150
    many, labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    model = _fitted(MLPClassifier((5,), max_iter=5, random_state=0), many, labels)
    assert model.diagnose(many, labels).evidence.samples == 60


def test_without_targets():
    model = _fitted(MLPClassifier((5,), max_iter=5, random_state=0), X, y)
    found = model.diagnose(X)
    assert found.evidence.outputs is None
    assert len(found.evidence.layers) == 2


def test_an_optimizer_of_its_own():
    model = _fitted(MLPClassifier((5,), optimizer=AdamW(0.02), max_iter=5, random_state=0), X, y)
    course = model.diagnose(X, y).evidence.course
    assert (course.optimizer, course.learning_rate) == ("adamw", 0.02)


def test_an_optimizer_in_place_of_lbfgs_ends_as_optimizers_do():
    def stop(epoch):
        return epoch.epoch == 3

    model = MLPClassifier((5,), solver="lbfgs", optimizer=Adam(), callbacks=stop, random_state=0)
    assert _fitted(model, X, y).diagnose(X, y).evidence.course.stopped is None
    model.set_params(optimizer=None, callbacks=None, max_iter=1000)
    assert _fitted(model, X, y).diagnose(X, y).evidence.course.stopped == "plateau"


def test_fixes_are_tried_with_the_parameters_of_the_estimator():
    model = _fitted(MLPClassifier((5,), ["tanh"], max_iter=3, alpha=0.5, random_state=0), X, NAMES)
    ranking = try_fixes(model, X, NAMES, seeds=2)
    assert ranking.metric == "accuracy"
    calls = {row.call for row in ranking.rows}
    assert 'activation="relu"' in calls
    assert "max_iter=100, n_iter_no_change=np.inf" in calls


def test_has_to_be_fitted():
    with pytest.raises(NotFittedError):
        MLPClassifier().diagnose(X, y)
    for ask in (diagnose, try_fixes):
        with pytest.raises(InputError, match="This MLPClassifier instance is not fitted yet"):
            ask(MLPClassifier(), X, y)


def test_samples_that_are_not_finite_are_named_as_for_any_network():
    model = _fitted(MLPClassifier((5,), max_iter=3, random_state=0), X, NAMES)
    gap = X.copy()
    gap[3, 1] = np.nan
    for found in (diagnose(model, gap, NAMES), diagnose(model, gap)):
        assert found.cause.check == "not_finite"
        assert found.evidence.not_finite == (1, "x", 4)
    with pytest.raises(InputError, match="X, sample 4 holds nan or infinity, which no remedy mends"):
        try_fixes(model, gap, NAMES)


def test_unknown_labels_are_an_input_error_in_one_line():
    model = _fitted(MLPClassifier((5,), max_iter=3, random_state=0), X, NAMES)
    with pytest.raises(InputError, match="has classes not in") as refused:
        diagnose(model, X, np.where(NAMES[0] == NAMES, "other", NAMES))
    assert "\n" not in str(refused.value)
