"""The fast path of a prediction agrees with the full path, and refuses what scikit-learn refuses."""

import numpy as np
import pytest
import sklearn
from sklearn import neural_network as theirs
from sklearn.exceptions import NotFittedError

from multilayer.estimators import MLPClassifier, MLPRegressor
from tests.estimators.data import CLASSES, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
Y = CLASSES["multi-class"]


@pytest.fixture(scope="module")
def models():
    settings = {"hidden_layer_sizes": (5,), "max_iter": 5, "random_state": 0}
    return MLPClassifier(**settings).fit(X, Y), theirs.MLPClassifier(**settings).fit(X, Y)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, bool])
@pytest.mark.parametrize("rows", [1, 2, 150])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "read-only", "list"])
def test_whatever_the_array_the_numbers_are_the_same(models, kind, rows, layout):
    our, their = models
    samples = X[:rows].astype(kind)
    given = {
        "C": samples,
        "F": np.asfortranarray(samples),
        "strided": np.repeat(samples, 2, axis=1)[:, ::2],
        "read-only": samples.copy(),
        "list": samples.tolist(),
    }[layout]
    if layout == "read-only":
        given.flags.writeable = False
    found = our.predict_proba(given)
    np.testing.assert_array_equal(found, our.network_(samples))
    np.testing.assert_allclose(found, their.predict_proba(given), 1e-5 if kind is np.float32 else 1e-9)
    np.testing.assert_array_equal(our.predict(given), their.predict(given))


BAD = {
    "nan": np.array([[0.0, np.nan, 0.0, 0.0]]),
    "inf": np.array([[0.0, np.inf, 0.0, 0.0]]),
    "opposite infinities": np.array([[np.inf, -np.inf, 0.0, 0.0]]),
    "nan in many rows": np.vstack([X, np.full((1, 4), np.nan)]),
    "too wide": np.zeros((1, 5)),
    "too narrow": np.zeros((1, 3)),
    "no rows": np.zeros((0, 4)),
    "one axis": np.zeros(4),
    "three axes": np.zeros((1, 4, 1)),
    "strings": np.array([["a", "b", "c", "d"]]),
    "objects": np.array([[None, 1, 2, 3]], dtype=object),
    "complex": np.zeros((1, 4), dtype=complex),
}


@pytest.mark.filterwarnings(
    "ignore:invalid value:RuntimeWarning"
)  # from scikit-learn's own look at infinities
@pytest.mark.parametrize("given", BAD.values(), ids=BAD)
def test_the_same_errors(models, given):
    messages = []
    for model in models:
        with pytest.raises((ValueError, TypeError)) as error:
            model.predict_proba(given)
        messages.append((error.type, str(error.value)))
    assert messages[0] == messages[1]


def test_large_finite_numbers_are_let_through(models):
    huge = np.full((1, 4), 1e12)
    assert np.isfinite(models[0].predict_proba(huge)).all()


def test_settings_of_scikit_learn_are_obeyed(models):
    with sklearn.config_context(assume_finite=True):
        assert np.isnan(models[0].predict_proba(BAD["nan"])).any()


def test_feature_names():
    import pandas

    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = MLPClassifier((5,), max_iter=3, random_state=0).fit(frame, Y)
    assert model.network_.input_names == ("a", "b", "c", "d")
    np.testing.assert_array_equal(model.predict_proba(frame), model.network_(X))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        model.predict_proba(X)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict_proba(frame[["b", "a", "c", "d"]])
    nameless = MLPClassifier((5,), max_iter=3, random_state=0).fit(X, Y)
    with pytest.warns(UserWarning, match="X has feature names, but MLPClassifier was fitted without"):
        nameless.predict_proba(frame)


@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor()])
def test_before_fit(model):
    for ask in (lambda: model.predict(X), lambda: model.network_):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            ask()
    assert not hasattr(model, "coefs_")


def test_other_weights_are_other_predictions(models):
    model = sklearn.clone(models[0]).fit(X, Y)
    before = model.predict_proba(X)
    model.coefs_[1] = model.coefs_[1] * 2
    assert not np.array_equal(model.predict_proba(X), before)
    assert np.array_equal(model.network_.layers[1].W, model.coefs_[1])
    with pytest.raises(ValueError, match="read-only"):
        model.coefs_[0][0, 0] = 1.0
