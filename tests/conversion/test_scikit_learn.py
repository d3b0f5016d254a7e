import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import neural_network as theirs
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from multilayer import InputError, from_model
from multilayer.estimators import MLPClassifier, MLPRegressor

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])


def _fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they need not converge
        return model.fit(X, y)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("package", [theirs.MLPClassifier, MLPClassifier])
def test_classes(package, activation):
    model = _fitted(package((7, 5), activation, max_iter=20, random_state=0), X, NAMES[y])
    network = from_model(model)
    np.testing.assert_allclose(network(X), model.predict_proba(X), rtol=1e-12)
    assert np.array_equal(network.classify(X), model.predict(X))


def test_two_classes():
    model = _fitted(theirs.MLPClassifier((7,), max_iter=20, random_state=0), X[:100], NAMES[y[:100]])
    network = from_model(model)
    assert network.classes == ("setosa", "versicolor")
    np.testing.assert_allclose(network(X[:100])[:, 0], model.predict_proba(X[:100])[:, 1], rtol=1e-12)
    assert np.array_equal(network.classify(X[:100]), model.predict(X[:100]))


def test_labels_of_several_kinds_at_once():
    X, y = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    model = _fitted(theirs.MLPClassifier((7,), max_iter=20, random_state=0), X, y)
    network = from_model(model)
    assert network.classes is None
    np.testing.assert_allclose(network(X), model.predict_proba(X), rtol=1e-12)


@pytest.mark.parametrize("targets", [X[:, 3], X[:, 2:]])
@pytest.mark.parametrize("package", [theirs.MLPRegressor, MLPRegressor])
def test_numbers(package, targets):
    model = _fitted(package(hidden_layer_sizes=(7,), max_iter=20, random_state=0), X, targets)
    wanted = model.predict(X).reshape(len(X), -1)
    np.testing.assert_allclose(from_model(model)(X), wanted, rtol=1e-12, atol=1e-14)


def test_float32_stays():
    model = _fitted(theirs.MLPClassifier((7,), max_iter=5, random_state=0), X.astype(np.float32), y)
    assert from_model(model).dtype == np.float32


def test_names_of_the_inputs():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = _fitted(theirs.MLPClassifier((7,), max_iter=5, random_state=0), frame, y)
    assert from_model(model).inputs == ("a", "b", "c", "d")


def test_weights_that_were_replaced():
    model = _fitted(MLPClassifier((7,), max_iter=5, random_state=0), X, y)
    model.coefs_[0] = 2 * model.coefs_[0]
    np.testing.assert_allclose(from_model(model)(X), model.predict_proba(X), rtol=1e-12)


def test_refuses_what_is_not_fitted():
    with pytest.raises(InputError, match="this MLPClassifier is not fitted"):
        from_model(theirs.MLPClassifier())


def test_refuses_a_pipeline():
    with pytest.raises(InputError, match="a Pipeline cannot be made a network"):
        from_model(make_pipeline(StandardScaler(), theirs.MLPClassifier()))
