"""Given the same random state, a fit goes through the same numbers as scikit-learn's."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn import neural_network as theirs
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from multilayer import estimators as ours
from tests.estimators.data import CLASSES, NUMBERS, X_DIABETES, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = [
    {},
    {"shuffle": False, "batch_size": 7},
    {"activation": "logistic", "alpha": 0.1},
    {"activation": "tanh", "hidden_layer_sizes": (7, 5, 3)},
    {"activation": "identity", "hidden_layer_sizes": 4},
    {"hidden_layer_sizes": ()},
    {"hidden_layer_sizes": (), "activation": "logistic"},
    {"early_stopping": True, "n_iter_no_change": 3},
    {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    {"solver": "sgd"},
    {"solver": "sgd", "momentum": 1.0, "learning_rate_init": 1e-4},
    {"solver": "sgd", "nesterovs_momentum": False, "learning_rate": "invscaling", "power_t": 0.1},
    {"solver": "sgd", "momentum": 0, "learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 2},
]
PROBLEMS = [("MLPClassifier", X, y) for y in CLASSES.values()]
PROBLEMS += [("MLPRegressor", X_DIABETES, y) for y in NUMBERS.values()]
NAMES = [*CLASSES, *NUMBERS]


def pair(name, *, max_iter=8, **settings):
    settings = {"random_state": 3, "hidden_layer_sizes": (9,), "max_iter": max_iter} | settings
    return getattr(ours, name)(**settings), getattr(theirs, name)(**settings)


def assert_same(our, their, rtol=1e-9, atol=1e-11):
    assert our.n_iter_ == their.n_iter_
    for a, b in zip(our.coefs_ + our.intercepts_, their.coefs_ + their.intercepts_, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol, atol)
    np.testing.assert_allclose(our.loss_, their.loss_, rtol)
    for name in ("loss_curve_", "validation_scores_", "best_loss_", "best_validation_score_"):
        a, b = getattr(our, name, None), getattr(their, name, None)
        assert (a is None) == (b is None), name
        if b is not None:
            np.testing.assert_allclose(a, b, rtol, err_msg=name)
    for name in ("t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(our, name, None) == getattr(their, name, None), name


@pytest.mark.parametrize(("name", "X", "y"), PROBLEMS, ids=NAMES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_stochastic_fits(name, X, y, settings):
    our, their = pair(name, **settings)
    our.fit(X, y)
    their.fit(X, y)
    assert_same(our, their)
    if name == "MLPClassifier":
        np.testing.assert_array_equal(our.classes_, their.classes_)
        np.testing.assert_allclose(our.predict_proba(X), their.predict_proba(X), 1e-9, 1e-12)
        np.testing.assert_allclose(our.predict_log_proba(X), their.predict_log_proba(X), 1e-8)
        np.testing.assert_array_equal(our.predict(X), their.predict(X))
        assert our.predict(X).dtype == their.predict(X).dtype
    else:
        np.testing.assert_allclose(our.predict(X), their.predict(X), 1e-8, 1e-10)


@pytest.mark.parametrize(("name", "X", "y"), PROBLEMS, ids=NAMES)
def test_lbfgs(name, X, y):
    # A line search magnifies rounding, so few iterations.
    our, their = pair(name, solver="lbfgs", max_iter=15)
    assert_same(our.fit(X, y), their.fit(X, y), 1e-5, 1e-6)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sample_weights_and_poisson(solver):
    rng = np.random.default_rng(0)
    y, weight = rng.poisson(np.exp(X[:, 0])), rng.uniform(0, 2, len(X))
    our, their = pair("MLPRegressor", loss="poisson", solver=solver)
    assert_same(our.fit(X, y, weight), their.fit(X, y, weight), 1e-7, 1e-9)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_weights_in_classification(early_stopping):
    weight = np.random.default_rng(0).uniform(0, 2, len(X))
    our, their = pair("MLPClassifier", early_stopping=early_stopping)
    y = CLASSES["multi-class"]
    assert_same(our.fit(X, y, weight), their.fit(X, y, weight))


def test_warm_start_and_partial_fit():
    y = CLASSES["multi-class"]
    our, their = pair("MLPClassifier", warm_start=True, solver="sgd", learning_rate="invscaling")
    for _ in range(3):
        assert_same(our.fit(X, y), their.fit(X, y))
    our, their = pair("MLPClassifier")
    for part in (slice(0, 60), slice(40, 150), slice(0, 10)):
        our.partial_fit(X[part], y[part], classes=np.unique(y))
        their.partial_fit(X[part], y[part], classes=np.unique(y))
        assert_same(our, their)
    assert_same(our.fit(X, y), their.fit(X, y))


def test_a_warm_start_where_no_epoch_is_better_than_those_before():
    # scikit-learn ends with the last weights, not with the best ones of the first fit.
    y = CLASSES["multi-class"]
    settings = {"warm_start": True, "early_stopping": True, "max_iter": 3, "learning_rate_init": 0.1}
    our, their = pair("MLPClassifier", **settings)
    assert_same(our.fit(X, y), their.fit(X, y))
    best = our.best_validation_score_
    for model in (our, their):
        model.set_params(learning_rate_init=1e-9)
    X_worse, y_worse = X[::-1], np.roll(y, 50)
    assert_same(our.fit(X_worse, y_worse), their.fit(X_worse, y_worse))
    assert our.best_validation_score_ == best > max(our.validation_scores_[3:])


@pytest.mark.parametrize(
    "first", [{"solver": "lbfgs"}, {"early_stopping": True}, {"early_stopping": False}], ids=str
)
def test_a_warm_start_with_other_settings_goes_on(first):
    # scikit-learn ends with AttributeError or TypeError.
    y = CLASSES["multi-class"]
    our, _ = pair("MLPClassifier", warm_start=True, **first)
    our.fit(X, y)
    other = {"solver": "adam", "early_stopping": not first.get("early_stopping", True)}
    our.set_params(**other).fit(X, y)
    assert our.loss_curve_[-1] == our.loss_
    assert (our.best_loss_ is None) == first.get("early_stopping", False) or np.isfinite(our.best_loss_)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sparse_inputs(solver, monkeypatch):
    monkeypatch.setattr("multilayer.estimators.perceptron._BLOCK_NUMBERS", 100)
    y = CLASSES["multi-class"]
    our, their = pair("MLPClassifier", solver=solver)
    sparse = csr_matrix(np.where(np.abs(X) > 0.5, X, 0))
    assert_same(our.fit(sparse, y), their.fit(sparse, y), 1e-7, 1e-9)
    np.testing.assert_array_equal(our.predict_proba(sparse), our.predict_proba(sparse.toarray()))
    if solver == "adam":
        dense, _ = pair("MLPClassifier")
        dense.fit(sparse.toarray(), y)
        for a, b in zip(our.coefs_, dense.coefs_, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_float32(solver):
    y = CLASSES["multi-class"]
    our, their = pair("MLPClassifier", solver=solver)
    assert_same(our.fit(X.astype(np.float32), y), their.fit(X.astype(np.float32), y), 1e-3, 1e-5)
    assert our.predict_proba(X.astype(np.float32)).dtype == np.float32


def test_float32_stays_float32_with_lbfgs():
    # scikit-learn's weights become float64 here.
    our, _ = pair("MLPClassifier", solver="lbfgs")
    our.fit(X.astype(np.float32), CLASSES["binary"])
    assert our.network_.dtype == np.float32


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("load", [load_digits, load_wine, load_breast_cancer])
def test_whole_fits_are_as_good(load, seed):
    X, y = load(return_X_y=True)
    X = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9)
    X, X_test, y, y_test = train_test_split(X, y, random_state=seed)
    our, their = pair("MLPClassifier", max_iter=40, hidden_layer_sizes=(30,), random_state=seed)
    our.fit(X, y)
    their.fit(X, y)
    assert our.n_iter_ == their.n_iter_
    assert our.score(X_test, y_test) == their.score(X_test, y_test)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_hopeless_probabilities_count_for_what_they_are(solver):
    # scikit-learn caps the loss at -log(2.2e-16), but not its gradient: the same steps, but for a line search.
    X, y = load_wine(return_X_y=True)
    our, their = pair(
        "MLPClassifier", random_state=0, max_iter=200 if solver == "lbfgs" else 8, solver=solver
    )
    our.fit(X, y)
    their.fit(X, y)
    if solver == "lbfgs":
        assert our.loss_ < their.loss_  # what is minimized; accuracy depends on the rounding of BLAS
        return
    assert our.loss_curve_[0] > their.loss_curve_[0]
    for a, b in zip(our.coefs_, their.coefs_, strict=True):
        np.testing.assert_allclose(a, b, 1e-9)


def test_the_same_warnings_and_words(capsys):
    reported = []
    for model in pair(
        "MLPClassifier", verbose=True, solver="sgd", learning_rate="adaptive", tol=1.0, n_iter_no_change=1
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(X, CLASSES["binary"])
        if isinstance(model, ours.MLPClassifier):
            assert caught[-1].filename == __file__
        reported.append(([(w.category, str(w.message)) for w in caught], capsys.readouterr().out))
    assert reported[0] == reported[1]
    assert reported[0][0][0][0] is ConvergenceWarning
