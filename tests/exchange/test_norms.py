"""Normalizer of scikit-learn within pipelines, as a norm of rows of a model of a table."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler

from multilayer import MLP, Dense, InputError
from multilayer.exchange import read, write
from multilayer.exchange.assembly import table_model
from multilayer.exchange.features import Coded, Number, normed
from multilayer.tables import Model, columns_of
from multilayer.tables.row_norm import RowNorm

SETTINGS = {"hidden_layer_sizes": (6,), "max_iter": 15, "random_state": 0}
ROWS = 150
rng = np.random.default_rng(3)
X = pd.DataFrame(
    {
        "kind": rng.choice(["u", "v", "w"], ROWS),
        "age": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(40.0, 9.0, ROWS)),
        "size": rng.normal(-3.0, 0.1, ROWS),
        "left": rng.normal(size=ROWS),
        "rooms": rng.integers(1, 5, ROWS).astype(float),
    }
)
LABELS = np.where(X["size"] > -3.0, "big", "small")
NUMBERS = ["age", "size", "left"]
LEAST = np.nextafter(10 * np.finfo(float).eps, 0)


def columns(*steps):
    """A ColumnTransformer of numbers through these steps beside categories."""
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    numbers = make_pipeline(SimpleImputer(), *steps)
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, ["kind"])])


def fitted(*steps, y=LABELS, model=MLPClassifier):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(*steps, model(**SETTINGS)).fit(X, y)


PIPELINES = {
    "l2 of scaled numbers": fitted(columns(StandardScaler(), Normalizer())),
    "l1 before a scaler": fitted(columns(Normalizer("l1"), MinMaxScaler())),
    "max of all, categories too": fitted(columns(StandardScaler()), Normalizer("max"), StandardScaler()),
    "a quantity": fitted(columns(Normalizer("max")), y=X["left"], model=MLPRegressor),
}
every_pipeline = pytest.mark.parametrize("name", PIPELINES)


@every_pipeline
def test_answers(name, tmp_path):
    pipeline = PIPELINES[name]
    found = read(pipeline)
    model = found.network
    expected = pipeline.predict_proba(X) if hasattr(pipeline, "predict_proba") else pipeline.predict(X)
    np.testing.assert_allclose(model(X), expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max())
    write(pipeline, tmp_path / "m.safetensors")
    np.testing.assert_array_equal(Model.load(tmp_path / "m.safetensors")(X), model(X))
    behind = [step for step in pipeline[:-1] if isinstance(step, StandardScaler)]
    folds = any("behind the norm of rows" in note for note in found.notes)
    assert folds == (bool(behind) or name == "l1 before a scaler")


@pytest.mark.oracle
@every_pipeline
def test_onnx(name, tmp_path):
    from multilayer.exchange.onnx.runtime import prove_table as proof

    pipeline = PIPELINES[name]
    write(pipeline, tmp_path / "m.onnx")
    model = read(pipeline).network
    found = proof(model, tmp_path / "m.onnx")
    assert found.holds, found


def test_inputs_are_those_of_scikit_learn():
    """To 2 ulp of float32: one where a number is rounded before its norm, one behind."""
    pipeline = PIPELINES["l2 of scaled numbers"]
    encoder = read(pipeline).network.encoder
    assert encoder.norms == (RowNorm("l2", (0, 1, 2), LEAST),)
    expected = pipeline[:-1].transform(X).astype(np.float32)
    np.testing.assert_array_max_ulp(encoder(columns_of(X)), expected, 2)


def test_weights_keep_their_bits():
    pipeline = PIPELINES["l2 of scaled numbers"]
    (network,) = read(pipeline).network.networks
    np.testing.assert_array_equal(network.layers[0].W, pipeline[-1].coefs_[0])


def test_an_array_through_scalers_and_a_norm():
    rows = X[["size", "left", "rooms"]].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = make_pipeline(StandardScaler(), Normalizer(), MLPClassifier(**SETTINGS)).fit(rows, LABELS)
    model = read(pipeline).network
    centre = pipeline[0].mean_[np.newaxis]  # whose scaled row is zeros, which no norm divides
    for x in (rows, centre, centre + 1e-17):
        found = model({f"x{place + 1}": x[:, place] for place in range(3)})
        np.testing.assert_allclose(found, pipeline.predict_proba(x), rtol=2e-5, atol=2e-6)


def test_rows_too_small_for_a_norm_stay():
    rows = np.array([[1e-15, -2e-15], [1e-16, 0.0], [0.0, -0.0], [3e-15, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = make_pipeline(Normalizer(), MLPRegressor(**SETTINGS)).fit(X[["size", "left"]], X["left"])
    found = read(pipeline).network.encoder(columns_of({"size": rows[:, 0], "left": rows[:, 1]}))
    np.testing.assert_array_max_ulp(found, Normalizer().transform(rows).astype(np.float32), 2)


REFUSED = {
    "two norms": (
        [columns(Normalizer()), Normalizer("l1")],
        r"step normalizer \(Normalizer\): column 'age' was divided by a norm before; expected one norm",
    ),
    "an imputer behind it": (
        [columns(Normalizer(), SimpleImputer())],
        "column 'age' is encoded before its gaps are filled",
    ),
    "an encoder behind it": (
        [ColumnTransformer([("p", make_pipeline(Normalizer(), OneHotEncoder()), ["rooms"])])],
        "it encodes numbers that were scaled",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    steps, message = REFUSED[name]
    with pytest.raises(InputError, match=message):
        read(fitted(*steps))


def test_the_largest_number_of_codes_is_refused():
    """The code of a category becomes several inputs, most of them 0, and -1 is not the largest of -1 and 0."""
    coded = Coded("word", ("a", "b"), (("a", -1.0), ("b", -2.0)))
    network = MLP([Dense(np.ones((2, 1), np.float32), np.zeros(1, np.float32))])
    features = [coded, Number("size")]
    with pytest.raises(InputError, match="the largest of numbers that categories are coded by"):
        table_model(normed(features, "largest"), [network], "y")
    model, _ = table_model(normed(features, "l1"), [network], "y")
    assert model({"word": "b", "size": 6.0}) == pytest.approx(4.0 / 8.0)
    assert model({"word": "a", "size": -1.0}) == -1.0
