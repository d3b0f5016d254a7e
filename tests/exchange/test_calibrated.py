"""CalibratedClassifierCV around networks and around whole pipelines of columns."""

import warnings

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from multilayer import InputError, from_model
from multilayer.exchange import read, write
from multilayer.tables import Model
from tests.exchange.test_norms import LABELS, SETTINGS, X, columns

TARGETS = {"two classes": LABELS, "three classes": X["kind"].to_numpy()}
NUMBERS = X[["size", "left", "rooms"]].to_numpy()
each_target = pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
each_method = pytest.mark.parametrize("method", ["temperature", "sigmoid"])


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


def around(model, **settings):
    return CalibratedClassifierCV(model, **({"method": "sigmoid", "cv": 2, "ensemble": False} | settings))


@each_method
@each_target
@pytest.mark.parametrize("frozen", [False, True])
def test_a_pipeline_of_columns(y, method, frozen, tmp_path):
    pipeline = make_pipeline(columns(StandardScaler()), MLPClassifier(**SETTINGS))
    if frozen:
        pipeline = FrozenEstimator(fitted(pipeline, X, y))
    model = fitted(around(pipeline, method=method), X, y)
    found = read(model).network
    np.testing.assert_allclose(found(X), model.predict_proba(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.predict(X), model.predict(X))
    write(model, tmp_path / "m.safetensors")
    np.testing.assert_array_equal(Model.load(tmp_path / "m.safetensors")(X), found(X))


@each_target
@pytest.mark.parametrize("scaled", [False, True])
def test_sigmoids_are_layers(y, scaled):
    inner = MLPClassifier(**SETTINGS)
    model = fitted(around(make_pipeline(StandardScaler(), inner) if scaled else inner), NUMBERS, y)
    network = from_model(model)
    p = network(NUMBERS)
    found = p if p.shape[1] > 1 else np.hstack([1.0 - p, p])
    np.testing.assert_allclose(found, model.predict_proba(NUMBERS), rtol=1e-11, atol=1e-14)
    np.testing.assert_array_equal(network.classify(NUMBERS), model.predict(NUMBERS))


@each_target
def test_a_mean_of_networks_with_sigmoids(y):
    model = fitted(around(MLPClassifier(**SETTINGS), ensemble=True), NUMBERS, y)
    found = read(model).network
    table = {f"x{place + 1}": NUMBERS[:, place] for place in range(3)}
    np.testing.assert_allclose(found(table), model.predict_proba(NUMBERS), rtol=1e-5, atol=1e-6)


def test_a_mean_of_pipelines_is_refused_with_a_way_out():
    pipeline = make_pipeline(columns(StandardScaler()), MLPClassifier(**SETTINGS))
    model = fitted(around(pipeline, ensemble=True), X, LABELS)
    with pytest.raises(InputError, match="2 pipelines, of which each prepares columns in its own way"):
        read(model)
    other = fitted(make_pipeline(columns(StandardScaler()), around(pipeline[-1], ensemble=True)), X, LABELS)
    np.testing.assert_allclose(read(other).network(X), other.predict_proba(X), rtol=1e-5, atol=1e-6)


def test_steps_are_refused_with_a_way_out():
    model = fitted(around(MLPClassifier(**SETTINGS), method="isotonic"), NUMBERS, LABELS)
    with pytest.raises(
        InputError, match=r"method='isotonic' puts steps behind each class, which no layer does"
    ):
        read(model)
    assert from_model(model.calibrated_classifiers_[0].estimator).widths == (3, 6, 1)
