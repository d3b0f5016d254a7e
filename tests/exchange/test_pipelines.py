"""Pipelines of scikit-learn that take a table, as models of tables, and these as ONNX."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from multilayer import InputError
from multilayer.exchange import read, write
from multilayer.tables import Model

SETTINGS = {"hidden_layer_sizes": (6,), "max_iter": 15, "random_state": 0}


def frame(rows=200):
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "kind": rng.choice(["u", "v", "w"], rows),
            "age": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(40.0, 9.0, rows)),
            "size": rng.normal(-3.0, 0.1, rows),
            "left": rng.normal(size=rows),
            "place": rng.choice(["here", "there"], rows),
        }
    )


X = frame()
LABELS = np.where(X["size"] > -3.0, "big", "small")
NUMBERS = make_pipeline(SimpleImputer(), StandardScaler())
COLUMNS = ColumnTransformer(
    [
        ("numbers", NUMBERS, ["size", "age"]),
        ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["place", "kind"]),
        ("gone", "drop", ["left"]),
    ]
)
DROPPING = ColumnTransformer(
    [
        ("words", OneHotEncoder(drop="first"), ["kind"]),
        ("range", make_pipeline(RobustScaler(), MinMaxScaler()), ["size"]),
    ],
    remainder="drop",
)
MODELS = {
    "two classes": (make_pipeline(COLUMNS, MLPClassifier(**SETTINGS)), LABELS),
    "three classes": (make_pipeline(COLUMNS, MLPClassifier(**SETTINGS)), X["kind"]),
    "a quantity": (make_pipeline(DROPPING, MLPRegressor(**SETTINGS)), X["left"]),
    "scaled again": (make_pipeline(COLUMNS, StandardScaler(), MLPRegressor(**SETTINGS)), X["left"]),
}


def fitted(model, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


@pytest.mark.parametrize("name", MODELS)
def test_answers(tmp_path, name):
    pipeline, y = MODELS[name]
    fitted(pipeline, y)
    model = read(pipeline).network
    expected = pipeline.predict_proba(X) if hasattr(pipeline, "predict_proba") else pipeline.predict(X)
    np.testing.assert_allclose(model(X), expected, rtol=2e-5, atol=2e-6)
    if hasattr(pipeline, "predict_proba"):
        np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
    write(pipeline, tmp_path / "m.safetensors")
    np.testing.assert_array_equal(Model.load(tmp_path / "m.safetensors")(X), model(X))


@pytest.mark.oracle
@pytest.mark.parametrize("name", MODELS)
def test_onnx(tmp_path, name):
    from multilayer.exchange.onnx.tables_proof import proof

    pipeline, y = MODELS[name]
    fitted(pipeline, y)
    write(pipeline, tmp_path / "m.onnx")
    found = proof(read(pipeline).network, tmp_path / "m.onnx")
    assert found.holds, found


def test_the_best_of_a_search():
    pipeline, y = MODELS["two classes"]
    search = fitted(GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.1, 0.01]}, cv=2), y)
    np.testing.assert_array_equal(read(search).network(X), read(search.best_estimator_).network(X))


def test_categories_that_training_had_not():
    pipeline, y = MODELS["two classes"]
    fitted(pipeline, y)
    new = X.assign(place="elsewhere")
    np.testing.assert_allclose(read(pipeline).network(new), pipeline.predict_proba(new), rtol=2e-5, atol=2e-6)


REFUSED = {
    "powers": (
        [("p", PolynomialFeatures(), ["size", "left"])],
        "transformer p: it is not a scaling of columns",
    ),
    "code": ([("p", FunctionTransformer(np.sin), ["size"])], "transformer p: it is not a scaling of columns"),
    "numbered columns": ([("p", StandardScaler(), [2])], "with names"),
    "an indicator": ([("p", SimpleImputer(add_indicator=True), ["age"])], "add_indicator"),
    "rare categories": ([("p", OneHotEncoder(min_frequency=5), ["kind"])], "min_frequency"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    transformers, message = REFUSED[name]
    pipeline = make_pipeline(ColumnTransformer(transformers), MLPRegressor(**SETTINGS))
    with pytest.raises(InputError, match=message):
        read(fitted(pipeline, X["left"]))
