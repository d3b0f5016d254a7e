"""What a user has at hand is diagnosed: what `fit` returned, pipelines, searches."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from multilayer import InputError, Trained, diagnose, fit, initialize, train
from multilayer.diagnosis import TrainingRecord, try_fixes
from multilayer.losses import Huber, binary_cross_entropy
from multilayer.optimizers import LBFGS, SGD
from multilayer.training import EarlyStopping, History

X = np.random.default_rng(0).standard_normal((150, 3))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
START = initialize((3, 8, 1), "tanh", "sigmoid", rng=0)
SETTINGS = {"loss": "binary_cross_entropy", "epochs": 12, "rng": 0}


def test_the_record_of_fit_is_used():
    stopping = EarlyStopping(3, 0.5)
    trained = fit(START, X, y, optimizer=SGD(0.3), stopping=stopping, **SETTINGS)
    for found in (diagnose(trained, X, y), diagnose(trained.network, X, y, course=trained)):
        evidence, course = found.evidence, found.evidence.course
        assert evidence.network is trained.network
        assert evidence.loss == binary_cross_entropy
        assert course.history is trained.history
        assert course.start is START
        assert (course.stopped, course.optimizer, course.learning_rate) == ("plateau", "sgd", 0.3)
        assert (course.epochs, course.tolerance, course.patience) == (12, 0.5, 3)
        assert evidence.missing == {}
        assert not evidence.notes
    assert repr(diagnose(trained, X, y)) == repr(diagnose(trained.network, X, y, course=trained))


def test_a_loss_that_the_outputs_do_not_tell():
    network = initialize((3, 8, 1), "tanh", rng=0)
    trained = fit(network, X, X[:, 0], loss=Huber(0.5), epochs=2, rng=0)
    assert diagnose(trained, X, X[:, 0]).evidence.loss == Huber(0.5)
    assert diagnose(trained.network, X, X[:, 0], course=trained).evidence.loss == Huber(0.5)
    assert diagnose(trained, X, X[:, 0], "squared").evidence.loss.facts.name == "squared"


def test_a_course_tells_its_loss():
    found = diagnose(START, X, y, course=TrainingRecord(loss=binary_cross_entropy))
    assert not found.evidence.notes


def test_training_without_a_rate_or_an_end_to_its_patience():
    trained = fit(START, X, y, optimizer=LBFGS(), **SETTINGS)
    course = diagnose(trained, X, y).evidence.course
    assert (course.optimizer, course.learning_rate, course.patience, course.start) == (
        "lbfgs",
        None,
        None,
        START,
    )
    trained = fit(START, X, y, stopping=EarlyStopping(np.inf), **SETTINGS)
    assert diagnose(trained, X, y).evidence.course.patience is None


def test_a_training_under_way_is_diagnosed_as_it_is():
    training = train(START, X, y, **SETTINGS)
    next(training)
    assert diagnose(training, X, y).evidence.network != START
    assert len(diagnose(training, X, y).evidence.course.history) == 1


def test_a_resumed_training_has_no_initial_network(tmp_path):
    first = fit(START, X, y, **SETTINGS)
    again = fit(first, X, y, after=first.memory, **SETTINGS)
    assert again.start is None
    path = tmp_path / "checkpoint"
    assert fit(START, X, y, checkpoint=path, loss="binary_cross_entropy", epochs=2, rng=0).start is START
    resumed = fit(START, X, y, checkpoint=path, loss="binary_cross_entropy", epochs=4, rng=0)
    assert resumed.start is None
    assert "start" in diagnose(resumed, X, y).evidence.missing


def test_fit_goes_on_from_what_it_returned():
    first = fit(START, X, y, **SETTINGS)
    assert fit(first, X, y, **SETTINGS).network == fit(first.network, X, y, **SETTINGS).network


def test_fixes_of_what_fit_returned():
    trained = fit(START, X, y, optimizer=SGD(0.01), **SETTINGS)
    for ranking in (
        try_fixes(trained, X, y, seeds=1),
        try_fixes(trained.network, X, y, course=trained, seeds=1),
    ):
        assert ranking.metric == "accuracy"
        assert "optimizer=SGD(0.1)" in " ".join(row.call for row in ranking.rows)


@pytest.mark.parametrize("what", [3, "loss.csv", [0.5, 0.4], {"loss": [0.5, 0.4]}])
def test_refuses_what_is_no_course(what):
    for ask in (diagnose, try_fixes):
        with pytest.raises(
            InputError, match=r"course must be a TrainingRecord, a Trained or a History; got .*; History"
        ):
            ask(START, X, y, course=what)


def test_curves_that_were_put_together_by_hand():
    import pandas

    curve = (0.7, 0.6, 0.5)
    plain = repr(diagnose(START, X, y, course=History(curve, curve)))
    for given in (
        list(curve),
        np.array(curve),
        pandas.Series(curve, index=[5, 6, 7]),
        [0.7, np.float64(0.6), 0.5],
    ):
        assert repr(diagnose(START, X, y, course=History(given, given))) == plain
        assert repr(diagnose(START, X, y, course=TrainingRecord(History(given, given)))) == plain
    lost = diagnose(START, X, y, course=History([0.7, None]))
    assert lost.cause.check == "loss_not_finite"
    for given, message in (
        (("0.7", "nan"), "course: loss holds"),
        ([[0.7, 0.6]], "course: loss has shape"),
        (0.7, "course: loss has shape"),
    ):
        with pytest.raises(InputError, match=message):
            diagnose(START, X, y, course=History(given))


def test_a_training_tells_its_course():
    training = train(START, X, y, **SETTINGS)
    next(training)
    assert len(diagnose(START, X, y, course=training).evidence.course.history) == 1


def _quiet(model, y=y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        return model.fit(X, y)


def _pipelines():
    from sklearn import neural_network as theirs
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    from multilayer import estimators as ours

    for package in (theirs, ours):
        mlp = package.MLPClassifier((5,), max_iter=20, random_state=0)
        yield make_pipeline(StandardScaler(), "passthrough", PolynomialFeatures(2, include_bias=False), mlp)


@pytest.mark.parametrize("names", [np.array([0, 1]), np.array(["no", "yes"])])
def test_a_pipeline_is_diagnosed_by_its_last_step(names):
    for pipeline in _pipelines():
        _quiet(pipeline, names[y])
        alone = diagnose(pipeline[-1], pipeline[:-1].transform(X), names[y])
        found = diagnose(pipeline, X, names[y])
        assert repr(found) == repr(alone)
        assert found.evidence.outputs.score == pipeline.score(X, names[y])
        assert found.evidence.course.history.loss == tuple(pipeline[-1].loss_curve_)
        assert try_fixes(pipeline, X, names[y], seeds=1, epochs=20).metric == "accuracy"


def test_columns_reach_a_pipeline_by_name():
    import pandas

    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    for pipeline in _pipelines():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it need not converge
            pipeline.fit(frame, y)
        wanted = repr(diagnose(pipeline, frame, y))
        assert repr(diagnose(pipeline, frame[["c", "a", "b"]].assign(d=0), y)) == wanted
        with pytest.raises(InputError, match=r"step standardscaler .*missing.* c$"):
            diagnose(pipeline, frame[["a", "b"]], y)


def test_what_a_step_does_not_take_is_refused_by_its_name():
    for pipeline in _pipelines():
        _quiet(pipeline)
        with pytest.raises(InputError, match=r"step standardscaler \(StandardScaler\): X has 2 features"):
            diagnose(pipeline, X[:, :2], y)


def test_a_search_is_diagnosed_by_its_best_estimator():
    for pipeline in _pipelines():
        from sklearn.model_selection import GridSearchCV

        search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.1, 0.01]}, cv=2)
        with pytest.raises(InputError, match="this GridSearchCV has no best_estimator_"):
            diagnose(search, X, y)
        _quiet(search)
        assert repr(diagnose(search, X, y)) == repr(diagnose(search.best_estimator_, X, y))


def test_transformed_targets_are_refused_with_the_way():
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPRegressor

    inner = MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, random_state=0)
    model = _quiet(TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp), np.exp(X[:, 0]))
    with pytest.raises(
        InputError, match=r"give model\.regressor_, with model\.transformer_\.transform\(y\) as y"
    ):
        diagnose(model, X, np.exp(X[:, 0]))
    targets = model.transformer_.transform(np.exp(X[:, :1]))
    assert diagnose(model.regressor_, X, targets).evidence.outputs.score < 1


def test_an_outcome_is_a_value():
    trained = fit(START, X, y, **SETTINGS)
    assert isinstance(replace(trained, message=""), Trained)
    assert trained.config.loss == binary_cross_entropy
