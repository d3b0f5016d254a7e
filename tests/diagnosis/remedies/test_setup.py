"""The setup of a training: of an estimator, of a result of `fit`, of what a course holds."""

import dataclasses
import warnings

import numpy as np
import pytest

from multilayer import initialize
from multilayer.diagnosis import Setup
from multilayer.diagnosis.remedies.problem import problem_of
from multilayer.losses import squared
from multilayer.optimizers import SGD, ClipByNorm, InverseScaling
from multilayer.training import EarlyStopping, Metric, TrainConfig, fit
from tests.diagnosis.remedies.problems import RNG, issue_31235


def test_the_setup_of_an_estimator_does_what_the_estimator_does():
    from sklearn.neural_network import MLPClassifier

    X, y = issue_31235()
    model = MLPClassifier((20, 20), activation="logistic", random_state=42).fit(X, y)
    assert (model.n_iter_, model.score(X, y)) == (15, 0.576)
    problem = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    assert problem.notes == ()
    network = problem.setup.trained(problem.data.X, problem.data.y, 42).network
    for layer, W, b in zip(network.layers, model.coefs_, model.intercepts_, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=0, atol=1e-12)
        np.testing.assert_allclose(layer.b, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "sgd", "learning_rate": "invscaling", "momentum": 0.5, "alpha": 0.1, "batch_size": 30},
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "shuffle": False},
        {"solver": "adam", "beta_1": 0.8, "epsilon": 1e-6, "tol": 1e-3},
        {"solver": "lbfgs", "alpha": 0.01},
        {"hidden_layer_sizes": (), "activation": "logistic"},
    ],
)
def test_settings_are_understood(settings):
    from sklearn.neural_network import MLPRegressor

    X = RNG.standard_normal((100, 3))
    y = np.tanh(X[:, 0]) + X[:, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        always = {"hidden_layer_sizes": (6,), "activation": "tanh", "max_iter": 15, "random_state": 3}
        model = MLPRegressor(**(always | settings)).fit(X, y)
    problem = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    network = problem.setup.trained(problem.data.X, problem.data.y, 3).network
    for layer, W in zip(network.layers, model.coefs_, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=0, atol=1e-9)


def test_early_stopping_of_an_estimator_is_tried_with_early_stopping():
    from multilayer.estimators import MLPClassifier

    X, y = issue_31235()
    model = MLPClassifier((5,), early_stopping=True, max_iter=30, random_state=0, validation_fraction=0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    setup = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG).setup
    assert setup.held_out == 0.2
    assert setup.config.stopping.monitor == "accuracy"
    assert setup.config.stopping.restore_best
    setup.trained(X, y[:, np.newaxis], 0)


@pytest.mark.parametrize("given", ["model", "course"])
def test_the_settings_of_a_training_are_taken_over(given):
    X, y = issue_31235()
    start = initialize((2, 6, 5, 1), "tanh", "sigmoid", rng=0, dtype=np.float64)
    settings = {
        "loss": "binary_cross_entropy",
        "optimizer": SGD(0.5),
        "schedule": InverseScaling(),
        "clip": ClipByNorm(3.0),
        "epochs": 4,
        "batch_size": 50,
        "shuffle": False,
        "dropout": (0.0, 0.1),
        "l2": 0.01,
        "weight_decay": 0.001,
    }
    trained = fit(start, X, y, rng=np.random.RandomState(3), **settings)
    model, course = (trained, None) if given == "model" else (trained.network, trained)
    options = {"epochs": None, "samples": 2000, "held_out": None, "rng": RNG}
    problem = problem_of(model, X, y, None, course, **options)
    assert problem.setup.config == trained.config
    assert problem.setup.trained(X, y[:, np.newaxis], 3).network == trained.network
    assert problem.notes == ()


def test_early_stopping_on_validation_data_monitors_a_part_of_the_samples():
    X, y = issue_31235()
    far = Metric("far", lambda y, z, weights: float(np.abs(y - z).max()), greater_is_better=False)
    trained = fit(
        initialize((2, 3, 1), "tanh", "sigmoid", rng=0),
        X,
        y,
        loss="binary_cross_entropy",
        validation=0.3,
        stopping=EarlyStopping(2, monitor="far"),
        metrics=["accuracy", far],
        epochs=3,
        rng=0,
    )
    problem = problem_of(
        trained, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=np.random.default_rng(0)
    )
    assert (problem.setup.held_out, problem.setup.config.metrics) == (0.1, (far,))
    assert problem.notes == (
        "early stopping monitors 10\u00a0% of the samples, as the validation data are not known",
    )
    assert len(problem.setup.trained(X, y[:, np.newaxis], 0).history.metrics["far"]) == 3


def test_work_is_limited():
    setup = Setup(
        network=initialize((2000, 3000, 1), "relu", rng=0),
        config=TrainConfig(loss=squared, epochs=10_000),
    )

    X = np.zeros((100, 2000))
    problem = problem_of(setup, X, X[:, 0], None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    assert problem.setup.config.epochs == 27  # 1e11 / (6 * 6,003,000 * 100)


def problem(setup, X, y):
    return problem_of(
        setup, X, y, None, None, epochs=None, samples=80, held_out=None, rng=np.random.default_rng(0)
    )


def test_columns_that_give_the_target_away_are_scored_with_values_of_other_samples():
    X = np.random.default_rng(1).standard_normal((80, 3))
    y = X[:, :1] * X[:, 1:2]
    X[:, 2:] = 2.0 * y + 1.0
    config = TrainConfig(loss="squared")
    found = problem(Setup(network=initialize((3, 8, 1), "tanh", dtype=np.float64), config=config), X, y)
    assert found.setup.facts.leaks == (2,)
    assert found.notes == (
        "a column of X gives the target away: samples are scored with values of other samples in it, as where the "
        "target is not known yet: 3",
    )
    scored = found.data.scored_X
    np.testing.assert_array_equal(found.data.X, X)
    np.testing.assert_array_equal(scored[:, :2], X[:, :2])
    assert (scored[:, 2] != X[:, 2]).mean() > 0.8
    np.testing.assert_array_equal(np.sort(scored[:, 2]), np.sort(X[:, 2]))
    without = found.data.prepared(dataclasses.replace(found.setup, dropped=(2,)))
    np.testing.assert_array_equal(without.X, X[:, :2])


def test_a_rare_class_counts_as_much_as_the_other_one():
    X, y = np.random.default_rng(2).standard_normal((80, 2)), np.arange(80) % 16 == 0
    network, config = (
        initialize((2, 8, 2), "tanh", "softmax"),
        TrainConfig(loss="categorical_cross_entropy"),
    )
    found = problem(Setup(network=network, config=config), X, y.astype(np.int64))
    assert found.setup.facts.imbalanced
    assert found.metric.name == "balanced accuracy"
    first = np.tile([1.0, 0.0], (80, 1))
    assert found.metric.function(found.data.scored_y, first, None) == 0.5
    assert not problem(
        Setup(network=network, config=config), X, (np.arange(80) % 3 == 0).astype(np.int64)
    ).setup.facts.imbalanced
