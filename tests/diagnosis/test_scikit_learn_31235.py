"""scikit-learn#31235: 500 points, logistic units, Adam; one class is predicted, without a warning."""

import numpy as np
import pytest
import sklearn.neural_network

import multilayer.estimators
from multilayer import MLP, Dense, diagnose
from multilayer.diagnosis import TrainingRecord
from multilayer.training import History


@pytest.fixture(scope="module")
def samples():
    X = np.random.RandomState(1).random_sample((500, 2))  # the np.random.seed(1)
    return X, np.array([int(x[0] + (2 * (x[1] - 0.5)) ** 2 - 0.75 >= 0) for x in X])


@pytest.fixture(
    scope="module",
    params=[multilayer.estimators.MLPClassifier, sklearn.neural_network.MLPClassifier],
    ids=["multilayer", "scikit-learn"],
)
def diagnosis(request, samples):
    fitted = request.param((20, 20), activation="logistic", random_state=42).fit(*samples)
    assert set(fitted.predict(samples[0])) == {1}
    layers = [
        Dense(W, b, activation)
        for W, b, activation in zip(
            fitted.coefs_, fitted.intercepts_, ("sigmoid", "sigmoid", "sigmoid"), strict=True
        )
    ]
    course = TrainingRecord(History(tuple(fitted.loss_curve_)), "plateau", "adam", 0.001, 200, 1e-4, 10)
    return diagnose(MLP(layers), *samples, course=course)


def test_the_cause_is_the_collapsed_signal(diagnosis):
    cause = diagnosis.cause
    assert (cause.check, cause.severity, cause.layer) == ("collapsed_signal", "error", 2)
    assert cause.value > cause.threshold
    assert "the signal has collapsed" in diagnosis.verdict.lower()


def test_the_stop_on_the_plateau_is_named(diagnosis):
    assert "stopped on this plateau after 15 epochs" in diagnosis.verdict
    assert any(finding.check == "undertraining" for finding in diagnosis.findings)


def test_that_one_class_is_predicted_is_said(diagnosis):
    assert "All samples are predicted to be of one class" in diagnosis.cause.evidence
    assert "no_better_than_constant" in [finding.check for finding in diagnosis.findings[1:]]


def test_weights_and_data_alone_are_enough(diagnosis, samples):
    assert diagnose(diagnosis.evidence.network, *samples).cause.check == "collapsed_signal"


def test_while_training_goes_on_it_is_a_warning(diagnosis, samples):
    under_way = TrainingRecord(History(diagnosis.evidence.course.history.loss[:4]))
    found = diagnose(diagnosis.evidence.network, *samples, course=under_way)
    assert found.cause is None
    collapsed = next(finding for finding in found.findings if finding.check == "collapsed_signal")
    assert collapsed.severity == "warning"
