"""Any model, labels in place of targets, and what a model tells of its training."""

import warnings

import numpy as np
import pytest

from multilayer import InputError, diagnose
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy
from tests.interop.torch_stand_in import ACTIVATIONS, Linear, Sequential

RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 3))
Y = RNG.integers(0, 3, 120)


def test_a_torch_sequential_is_diagnosed_as_its_network():
    from multilayer import from_model

    model = Sequential(Linear(3, 5), ACTIVATIONS[0], Linear(5, 3))
    y = RNG.standard_normal((120, 3))
    assert diagnose(model, X, y).evidence.network == from_model(model)
    assert diagnose(model, X, y).verdict == diagnose(from_model(model), X, y).verdict


def test_refuses_what_is_no_model():
    with pytest.raises(InputError, match="the type str cannot be made a network"):
        diagnose("network.json", X)


def _scikit_learn(y, **settings):
    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        return MLPClassifier((4,), random_state=0, **settings).fit(X, y)


@pytest.mark.parametrize("names", [np.array(["a", "b", "c"]), np.array([1, 2, 3])])
def test_a_fitted_scikit_learn_classifier(names):
    model = _scikit_learn(names[Y], max_iter=12)
    found = diagnose(model, X, names[Y]).evidence
    assert found.outputs.score == model.score(X, names[Y])
    np.testing.assert_array_equal(found.outputs.target_counts, np.bincount(Y))
    assert found.loss == categorical_cross_entropy
    course = found.course
    assert course.history.loss == tuple(model.loss_curve_)
    assert (course.stopped, course.epochs, course.optimizer) == ("epochs", 12, "adam")
    assert (course.learning_rate, course.tolerance, course.patience) == (0.001, 1e-4, 10)


def test_a_fitted_scikit_learn_classifier_of_two_classes():
    names = np.array(["no", "yes"])[(Y > 0).astype(int)]
    model = _scikit_learn(names, max_iter=12)
    found = diagnose(model, X, names).evidence
    assert found.outputs.score == model.score(X, names)
    assert found.loss == binary_cross_entropy


@pytest.mark.parametrize(
    ("settings", "stopped", "epochs_known"),
    [
        ({"tol": 10.0, "n_iter_no_change": 2}, "plateau", True),
        ({"max_iter": 3}, "epochs", True),
        ({"solver": "lbfgs", "max_iter": 3}, "epochs", False),
        ({"solver": "lbfgs", "tol": 1e3}, "plateau", False),
        ({"early_stopping": True, "tol": 10.0, "n_iter_no_change": 1}, "plateau", True),
    ],
)
def test_why_it_stopped(settings, stopped, epochs_known):
    model = _scikit_learn(Y, **settings)
    course = diagnose(model, X, Y).evidence.course
    assert course.stopped == stopped
    assert (course.history is not None) == epochs_known
    if settings.get("early_stopping"):
        assert course.history.metrics["accuracy"] == tuple(model.validation_scores_)


def test_a_fitted_scikit_learn_regressor():
    from sklearn.neural_network import MLPRegressor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=20, random_state=0)
        model.fit(X, X[:, 0])
    found = diagnose(model, X, X[:, 0]).evidence
    assert found.outputs.score == pytest.approx(model.score(X, X[:, 0]), abs=1e-12)


def test_a_label_the_model_was_not_fitted_to():
    with pytest.raises(InputError, match="y holds 7, not among the classes of the model: 0, 1, 2"):
        diagnose(_scikit_learn(Y, max_iter=2), X, np.full(120, 7))
