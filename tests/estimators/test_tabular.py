"""Estimators of tables: scikit-learn's contract, data frames, labels of any type."""

import pickle
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from multilayer import backend
from multilayer.estimators import TabularClassifier, TabularRegressor
from multilayer.tables import Recipe

TINY = {"members": 2, "hidden": (32,), "epochs": 20, "random_state": 0}
PENGUINS = Path(__file__).parents[2] / "examples" / "penguins"


SAMPLES_ARE_COUNTED = {
    "check_sample_weight_equivalence_on_dense_data": "a weight of 2 is not the sample twice: folds and batches are "
    "made of samples, as those of scikit-learn's own estimators that draw them are"
}


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [TabularClassifier(**TINY), TabularRegressor(**TINY)],
    expected_failed_checks=lambda estimator: SAMPLES_ARE_COUNTED,
)
def test_as_any_estimator(estimator, check):
    name = check.func.__name__
    if name == "check_array_api_input":  # SciPy's array API mode is off, as it is by default
        with pytest.raises(SkipTest):
            check(estimator)
    elif name == "check_methods_sample_order_invariance" and backend.info().backend == "numpy":
        check_order(estimator)
    else:
        check(estimator)


def check_order(estimator):
    """As scikit-learn checks it, to float32: in NumPy, last bits of a row depend on the rows beside it."""
    rng = np.random.default_rng(0)
    X, order = rng.standard_normal((40, 3)), rng.permutation(40)
    method = "predict_proba" if is_classifier(estimator) else "predict"
    call = getattr(clone(estimator).fit(X, (X[:, 0] > 0).astype(int)), method)
    np.testing.assert_allclose(call(X)[order], call(X[order]), 1e-5)


@pytest.fixture(scope="module")
def penguins():
    return pd.read_csv(PENGUINS / "train.csv"), pd.read_csv(PENGUINS / "test.csv")


def test_frames_with_categories_and_gaps_as_they_are(penguins):
    train, test = penguins
    classifier = TabularClassifier(**TINY).fit(train.drop(columns="species"), train["species"])
    X = test.drop(columns="species")
    assert classifier.classes_.tolist() == sorted(train["species"].unique())
    assert classifier.feature_names_in_.tolist() == X.columns.tolist()
    assert classifier.score(X, test["species"]) > 0.9
    p = classifier.predict_proba(X)
    assert p.shape == (len(test), 3)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    assert (classifier.classes_[p.argmax(axis=1)] == classifier.predict(X)).all()
    # The model takes columns in any order; scikit-learn's contract refuses that.
    np.testing.assert_array_equal(classifier.model_.predict_proba(X[X.columns[::-1]]), p)
    with pytest.raises(ValueError, match="same order"):
        classifier.predict(X[X.columns[::-1]])


def test_a_number_from_a_frame(penguins):
    train, test = (table.dropna(subset="body_mass_g") for table in penguins)
    regressor = TabularRegressor(**TINY).fit(train.drop(columns="body_mass_g"), train["body_mass_g"])
    X, y = test.drop(columns="body_mass_g"), test["body_mass_g"]
    assert regressor.score(X, y) == pytest.approx(r2_score(y, regressor.predict(X)))
    assert regressor.score(X, y) > 0.7
    low, high = regressor.model_.predict_interval(X, 0.9)
    assert (low <= regressor.predict(X)).all()
    assert np.mean((low <= y) & (y <= high)) > 0.75


def test_a_column_is_of_the_kind_that_is_asked_for():
    code, y = np.arange(90) % 3, np.arange(90) % 3 == 1
    X = pd.DataFrame({"code": code})
    regressor = TabularRegressor(**TINY, types={"code": "category"}).fit(X, y * 1.0)
    assert regressor.model_.encoder.schema[0].categories == ("0", "1", "2")
    assert TabularRegressor(**TINY).fit(X, y * 1.0).model_.encoder.schema[0].kind == "number"


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["b", "a", "c"]),
        np.array(["10", "9", "1"]),  # text in another order than as numbers
        np.array(["true", "false", "False"]),
        np.array([3, -1, 10]),
        np.array([3.0, -1.0, 10.0]),
        np.array([2**60, 2**60 + 1, 7]),
        np.array(["b", "a", "c"], object),
    ],
    ids=lambda labels: f"{labels.dtype.kind}{labels[0]}",
)
def test_labels_keep_their_type_and_order(labels):
    place = np.arange(60) % 3
    X = np.eye(3)[place] + np.random.default_rng(0).normal(0, 0.1, (60, 3))
    classifier = TabularClassifier(**TINY).fit(X, labels[place])
    assert classifier.classes_.tolist() == sorted(labels.tolist())
    assert classifier.predict(X).dtype == labels.dtype
    assert (classifier.predict(X) == labels[place]).all()
    order = RandomForestClassifier(5, random_state=0).fit(X, labels[place]).predict_proba(X).argmax(axis=1)
    assert (classifier.predict_proba(X).argmax(axis=1) == order).mean() > 0.9


def test_truth_values():
    X = np.linspace(-1, 1, 60)[:, np.newaxis]
    classifier = TabularClassifier(**TINY).fit(X, X[:, 0] > 0)
    assert classifier.classes_.tolist() == [False, True]
    assert classifier.predict([[-0.9], [0.9]]).tolist() == [False, True]


def test_the_same_seed_gives_the_same_bits():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), rng.integers(0, 2, 80)
    one, two = (TabularClassifier(**TINY).fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = TabularClassifier(**{**TINY, "random_state": 1}).fit(X, y).predict_proba(X)
    assert not np.array_equal(one, other)


def test_parameters_reach_the_recipe():
    recipe = Recipe(hidden=(8,), epochs=3, batch_size=10)
    X = np.random.default_rng(0).normal(size=(50, 2))
    model = TabularRegressor(2, recipe=recipe, hidden=(5, 4), random_state=0).fit(X, X[:, 0]).model_
    assert model.networks[0].widths[1:] == (5, 4, 1)
    assert (model.record["epochs"], model.record["batch_rows"], len(model.networks)) == (3, 10, 2)


def test_other_tools_of_scikit_learn():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = X[:, 0] > 0
    search = GridSearchCV(TabularClassifier(**TINY), {"dropout": [0.0, 0.2]}, cv=2).fit(X, y)
    assert cross_val_score(clone(search.best_estimator_), X, y, cv=2).min() > 0.7
    copy = pickle.loads(pickle.dumps(search.best_estimator_))  # noqa: S301
    np.testing.assert_array_equal(copy.predict_proba(X), search.predict_proba(X))


@pytest.mark.parametrize(
    ("X", "y", "part"),
    [
        (pd.DataFrame({"a": [1.0, 2.0, np.inf] * 4}), [0, 1, 1] * 4, "row 3"),
        (pd.DataFrame({"a": [1.0, 1.0] * 6}), [0, 1] * 6, "varies"),
        (pd.DataFrame({"a": [1.0, 2.0] * 6}), ["x"] * 12, "two classes"),
        (pd.DataFrame({"a": [1.0, 2.0] * 6}), [0, 1] * 5, "inconsistent"),
    ],
)
def test_a_mistake_is_one_line(X, y, part):
    with pytest.raises(ValueError, match=part) as caught:
        TabularClassifier(**TINY).fit(X, y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_samples_of_weight_0_are_left_out(kind):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 3))
    y, weight = (X[:, 0] > 0) * 1.0, rng.integers(0, 3, 90)
    found = kind(**TINY).fit(X, y, weight)
    used = weight > 0
    expected = kind(**TINY).fit(X[used], y[used], weight[used])
    np.testing.assert_array_equal(found.predict(X), expected.predict(X))


def test_weights_move_the_decision():
    X, y = np.zeros((200, 1)), np.arange(200) % 2
    X[:, 0] = np.random.default_rng(0).standard_normal(200)  # y does not depend on it
    for heavy in (0, 1):
        weight = np.where(y == heavy, 10.0, 1.0)
        classifier = TabularClassifier(**TINY).fit(X, y, sample_weight=weight)
        assert np.mean(classifier.predict(X) == heavy) > 0.9


@pytest.mark.parametrize("weight", [[1.0], [-1.0] * 40, [np.nan] * 40, [0.0] * 40])
def test_weights_that_are_none_are_refused(weight):
    X, y = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    with pytest.raises(ValueError, match="weight"):
        TabularClassifier(**TINY).fit(X, y, weight)
