"""Pipelines of columns as skl2onnx writes them: the answers of ONNX Runtime, and the weights bit for bit."""

import numpy as np
import pandas as pd
import pytest
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

from multilayer import InputError
from multilayer.exchange import convert, read
from multilayer.exchange.onnx import runtime

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SETTINGS = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0}
ROWS = 200
rng = np.random.default_rng(3)
X = pd.DataFrame(
    {
        "kind": rng.choice(["u", "v", "w"], ROWS),
        "age": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(40.0, 9.0, ROWS)).astype(np.float32),
        "size": rng.normal(-3.0, 0.1, ROWS).astype(np.float32),
        "left": rng.normal(size=ROWS).astype(np.float32),
        "place": rng.choice(["here", "there"], ROWS),
        "rooms": rng.integers(1, 5, ROWS),
    }
)
LABELS = np.where(X["size"] > -3.0, "big", "small")
IGNORE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
MIXED = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["size", "age"]),
        ("words", IGNORE, ["place", "kind"]),
        ("gone", "drop", ["left"]),
    ]
)
CODES = ColumnTransformer(
    [
        ("first", OneHotEncoder(drop="first"), ["kind", "rooms"]),
        ("order", OrdinalEncoder(), ["place"]),
        ("range", MinMaxScaler(), ["size"]),
    ],
    remainder="passthrough",
)
ORDER = ColumnTransformer(
    [("k", OrdinalEncoder(), ["kind", "place"]), ("s", RobustScaler(), ["size", "left"])]
)
# Name: the pipeline, its target, the columns it takes.
MODELS = {
    "two classes": (
        make_pipeline(MIXED, MLPClassifier(**SETTINGS)),
        LABELS,
        ["kind", "age", "size", "left", "place"],
    ),
    "three classes": (
        make_pipeline(MIXED, MLPClassifier(**SETTINGS)),
        X["rooms"] % 3,
        ["kind", "age", "size", "left", "place"],
    ),
    "a quantity": (
        make_pipeline(CODES, MLPRegressor(**SETTINGS)),
        X["left"],
        ["kind", "size", "left", "place", "rooms"],
    ),
    "scaled numbers of categories": (
        make_pipeline(ORDER, StandardScaler(), MLPRegressor(**SETTINGS)),
        X["left"],
        ["kind", "size", "left", "place"],
    ),
    "categories alone": (
        make_pipeline(OneHotEncoder(), MLPRegressor(**SETTINGS)),
        X["left"],
        ["kind", "place"],
    ),
}
KINDS = {"f": FloatTensorType, "i": Int64TensorType, "O": StringTensorType}


def exported(path, model, columns, zipmap=False):
    kinds = {name: KINDS.get(X[name].dtype.kind, StringTensorType) for name in columns}
    types = [(name, kind([None, 1])) for name, kind in kinds.items()]
    options = {"zipmap": False} if hasattr(model, "predict_proba") and not zipmap else None
    path.write_bytes(skl2onnx.to_onnx(model, initial_types=types, options=options).SerializeToString())
    return path


@pytest.fixture(params=MODELS)
def fitted(request, tmp_path):
    model, y, columns = MODELS[request.param]
    model.fit(X[columns], y)
    return model, columns, exported(tmp_path / "n.onnx", model, columns)


def test_answers(fitted):
    model, columns, path = fitted
    found = read(path)
    proof = found.proof()
    assert proof.by.startswith("ONNX Runtime")
    assert proof.holds, proof
    expected = (
        model.predict_proba(X[columns]) if hasattr(model, "predict_proba") else model.predict(X[columns])
    )
    np.testing.assert_allclose(found.network(X), expected, rtol=1e-4, atol=1e-5)
    if hasattr(model, "predict_proba"):
        np.testing.assert_array_equal(found.network.predict(X), model.predict(X[columns]))


def test_weights_keep_their_bits(fitted):
    model, _, path = fitted
    network = read(path).network.networks[0]
    theirs = model[-1].coefs_[0].astype(np.float32)
    ours = {row.tobytes() for row in network.layers[0].W}
    assert {row.tobytes() for row in theirs} <= ours
    np.testing.assert_array_equal(network.layers[0].b, model[-1].intercepts_[0].astype(np.float32))


def test_conversion(fitted, tmp_path):
    done = convert(fitted[2], tmp_path / "m.safetensors")
    assert done.proofs[0].by.startswith("ONNX Runtime")
    np.testing.assert_array_equal(read(tmp_path / "m.safetensors").network(X), done.read.network(X))
    back = convert(tmp_path / "m.safetensors", tmp_path / "back.onnx")
    assert back.proofs[0].by.startswith("ONNX Runtime")


def test_gaps_and_categories_that_training_had_not(tmp_path):
    model, y, columns = MODELS["two classes"]
    model.fit(X[columns], y)
    network = read(exported(tmp_path / "n.onnx", model, columns)).network
    new = X.assign(place="elsewhere", age=np.nan)
    np.testing.assert_allclose(network(new), model.predict_proba(new[columns]), rtol=1e-4, atol=1e-5)


def test_zip_map(tmp_path):
    model, y, columns = MODELS["two classes"]
    model.fit(X[columns], y)
    network = read(exported(tmp_path / "n.onnx", model, columns, zipmap=True)).network
    np.testing.assert_array_equal(network.predict(X), model.predict(X[columns]))


@pytest.mark.parametrize("kind", [FloatTensorType, DoubleTensorType])
def test_one_input_of_several_columns(tmp_path, kind):
    """An imputer, and a choice of columns by their number; the columns are X1, X2, X3."""
    rows = X[["age", "size", "left"]].to_numpy(np.float64)
    chosen = ColumnTransformer([("a", make_pipeline(SimpleImputer(), StandardScaler()), [2, 0])])
    model = make_pipeline(chosen, MLPRegressor(**SETTINGS)).fit(rows, X["size"])
    path = tmp_path / "n.onnx"
    path.write_bytes(skl2onnx.to_onnx(model, initial_types=[("X", kind([None, 3]))]).SerializeToString())
    found = read(path)
    proof = found.proof()
    assert proof.holds if kind is FloatTensorType else proof is None  # ONNX Runtime has no Imputer of float64
    assert {column.schema.name for column in found.network.encoder.columns} == {"X3", "X1"}
    table = {f"X{place}": rows[:, place - 1] for place in (1, 2, 3)}
    np.testing.assert_allclose(found.network(table), model.predict(rows), rtol=1e-4, atol=1e-5)


def test_what_a_model_of_a_table_has_not_is_refused_by_name(tmp_path):
    clipped = ColumnTransformer([("a", MinMaxScaler(clip=True), ["size"]), ("b", IGNORE, ["kind"])])
    model = make_pipeline(clipped, MLPRegressor(**SETTINGS)).fit(X[["size", "kind"]], X["left"])
    with pytest.raises(InputError, match=r"node .* \(Clip\): it takes columns by themselves"):
        read(exported(tmp_path / "n.onnx", model, ["size", "kind"]))
    several = make_pipeline(MIXED, MLPRegressor(**SETTINGS)).fit(X, X[["left", "size"]])
    # skl2onnx makes one column of two outputs.
    with pytest.raises(InputError, match=r"\(Reshape\): it makes the shape \[-1, 1\]"):
        read(exported(tmp_path / "n.onnx", several, list(X)[:5]))


def test_runtime_gives_what_the_pipeline_gives(fitted):
    """The oracle itself, so that a wrong file of skl2onnx is not taken for a wrong reading of ours."""
    model, columns, path = fitted
    run, _ = runtime.run_table(path)
    outputs = run(
        {name: X[[name]].to_numpy(object if X[name].dtype.kind in "OT" else None) for name in columns}
    )
    numbers = next(value for value in outputs.values() if value.dtype.kind == "f")
    expected = (
        model.predict_proba(X[columns]) if hasattr(model, "predict_proba") else model.predict(X[columns])
    )
    np.testing.assert_allclose(numbers.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5)
