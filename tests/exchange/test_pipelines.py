"""Pipelines of scikit-learn that take a table, as models of tables, and these as ONNX."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from multilayer import MLP, Dense, InputError, from_model
from multilayer.exchange import read, write
from multilayer.exchange.assembly import table_model
from multilayer.exchange.features import Coded
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
            "rooms": rng.integers(1, 5, rows),
            "wood": rng.choice(np.array(["oak", "elm", "yew", None], object), rows),
            "roof": rng.choice(["flat", "none"], rows),
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
ORDINAL = ColumnTransformer(
    [
        ("order", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["kind", "rooms"]),
        ("gaps", SimpleImputer(add_indicator=True), ["age", "size"]),
    ],
    remainder="drop",
)
FILLED = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
NUMBERED = ColumnTransformer(
    [
        ("numbers of rooms", OneHotEncoder(), [5]),
        ("wood", FILLED, slice(6, 7)),
        ("roof", OneHotEncoder(), [7]),
        ("left", "passthrough", [3]),
    ]
)
EACH = ColumnTransformer([("wood", OneHotEncoder(), ["kind", "rooms"]), ("size", "passthrough", ["size"])])
LOG = TransformedTargetRegressor(
    make_pipeline(COLUMNS, MLPRegressor(**SETTINGS)), transformer=StandardScaler()
)
TEMPERATURE = CalibratedClassifierCV(MLPClassifier(**SETTINGS), method="temperature", cv=2)
MODELS = {
    "two classes": (make_pipeline(COLUMNS, MLPClassifier(**SETTINGS)), LABELS),
    "three classes": (make_pipeline(COLUMNS, MLPClassifier(**SETTINGS)), X["kind"]),
    "a quantity": (make_pipeline(DROPPING, MLPRegressor(**SETTINGS)), X["left"]),
    "scaled again": (make_pipeline(COLUMNS, StandardScaler(), MLPRegressor(**SETTINGS)), X["left"]),
    "numbered categories, and gaps": (
        make_pipeline(ORDINAL, StandardScaler(), MLPClassifier(**SETTINGS)),
        LABELS,
    ),
    "columns by number": (make_pipeline(NUMBERED, MLPRegressor(**SETTINGS)), X["size"]),
    "scaled categories": (
        make_pipeline(EACH, StandardScaler(with_mean=False), MLPRegressor(**SETTINGS)),
        X["left"],
    ),
    "counts": (make_pipeline(COLUMNS, MLPRegressor(loss="poisson", **SETTINGS)), X["rooms"]),
    "a scaled target": (LOG, 100.0 * X["left"]),
    "two temperatures": (make_pipeline(COLUMNS, TEMPERATURE), X["kind"]),
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
    np.testing.assert_allclose(model(X), expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max())
    if hasattr(pipeline, "predict_proba"):
        np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
    write(pipeline, tmp_path / "m.safetensors")
    np.testing.assert_array_equal(Model.load(tmp_path / "m.safetensors")(X), model(X))


def test_an_array_with_gaps():
    """Columns that have no names are x1, x2, ..., as those of our estimators of tables."""
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), MLPRegressor(**SETTINGS))
    rows = X[["age", "size"]].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(rows, X["left"])
    model = read(pipeline).network
    found = model({"x2": rows[:, 1], "x1": rows[:, 0]})
    np.testing.assert_allclose(found, pipeline.predict(rows), rtol=2e-5, atol=2e-6)


def test_weights_keep_their_bits():
    pipeline, y = MODELS["two classes"]
    fitted(pipeline, y)
    network = read(pipeline).network.networks[0]
    rows = dict(zip(network.input_names, network.layers[0].W, strict=True))
    assert list(rows) == ["size", "age", "place=here", "place=there", "kind=u", "kind=v", "kind=w"]
    np.testing.assert_array_equal(np.array(list(rows.values())), pipeline[-1].coefs_[0])


@pytest.mark.oracle
@pytest.mark.parametrize("name", MODELS)
def test_onnx(tmp_path, name):
    from multilayer.exchange.onnx.runtime import prove_table as proof

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
        r"step columntransformer \(ColumnTransformer\): transformer p: it is not a scaling of columns",
    ),
    "code": ([("p", FunctionTransformer(np.sin), ["size"])], "transformer p: it is not a scaling of columns"),
    "means of the target": (
        [("p", TargetEncoder(), ["kind"])],
        "transformer p: it is not a scaling of columns",
    ),
    "rare categories": ([("p", OneHotEncoder(min_frequency=5), ["kind"])], "min_frequency"),
    "another gap": ([("p", SimpleImputer(missing_values=1), ["rooms"])], "fills another value than a gap"),
    "a number and a category": (
        [("a", OneHotEncoder(), ["rooms"]), ("b", "passthrough", ["rooms"])],
        "column 'rooms' is taken as a number and as a category",
    ),
    "an order of scaled numbers": (
        [("p", make_pipeline(StandardScaler(), OneHotEncoder()), ["rooms"])],
        "encodes numbers that were scaled",
    ),
    "two gaps": (
        [("p", OneHotEncoder(categories=[["flat", "none", "?"]]), ["roof"])],
        r"'none' and '\?' are categories, but in a table both are gaps",
    ),
    "a gap that is filled and one that is a category": (
        [
            (
                "p",
                make_pipeline(SimpleImputer(strategy="constant", fill_value="flat"), OneHotEncoder()),
                ["roof"],
            )
        ],
        "'none' is a category, but in a table it is a gap, which is filled by another one",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    transformers, message = REFUSED[name]
    pipeline = make_pipeline(ColumnTransformer(transformers), MLPRegressor(**SETTINGS))
    with pytest.raises(InputError, match=message):
        read(fitted(pipeline, X["left"]))


def test_models_that_are_networks():
    """What is no table is read as `from_model` reads it."""
    model = make_pipeline(StandardScaler(), MLPClassifier(**SETTINGS))
    rows = X[["size", "left"]].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(rows, LABELS)
    found = read(model)
    assert found.network == from_model(model)
    assert found.format == "Pipeline"
    with pytest.raises(InputError, match="the type dict cannot be made a network"):
        read({})


def test_categories_that_would_fill_the_memory():
    features = [
        Coded("word", tuple(map(str, range(20_000))), tuple((str(i), float(i)) for i in range(20_000)))
    ]
    network = MLP([Dense(np.ones((1, 1000)), np.zeros(1000), "relu"), Dense(np.ones((1000, 1)), [0.0])])
    with pytest.raises(
        InputError, match=r"need [\d,]+ weights in the first layer; expected 16,777,216 at most"
    ):
        table_model(features, [network], "target")
