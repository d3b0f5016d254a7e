"""Our estimators by skl2onnx, alone and in pipelines: ONNX Runtime gives what they give."""

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from multilayer import InputError
from multilayer.activations import PReLU
from multilayer.estimators import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from multilayer.exchange import read, register_skl2onnx
from tests.exchange.networks import HIDDEN

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

register_skl2onnx()

rng = np.random.default_rng(0)
X = rng.standard_normal((120, 4)).astype(np.float32)
WORDS = np.array(["a", "b", "c"])[rng.integers(0, 3, 120)]
SETTINGS = {"max_iter": 5, "random_state": 0}
LARGE = np.where(X[:, 0] > 0, 5_000_000_000, 7)
MODELS = {
    "two classes": (MLPClassifier((6, 5), ["celu", "mish"], **SETTINGS), (X[:, 0] > 0).astype(int)),
    "truth values": (MLPClassifier((6,), **SETTINGS), X[:, 0] > 0),
    "two classes of softmax": (MLPClassifier((6,), output_activation="softmax", **SETTINGS), WORDS == "a"),
    "texts": (MLPClassifier((6,), "selu", **SETTINGS), WORDS),
    "labels of 64 bits": (MLPClassifier((6,), **SETTINGS), LARGE),
    "several labels": (MLPClassifier((6,), **SETTINGS), rng.integers(0, 2, (120, 3))),
    "a quantity": (MLPRegressor("squared_error", (6,), "silu", **SETTINGS), X[:, 0]),
    "three quantities": (MLPRegressor("squared_error", (6,), "softplus", **SETTINGS), X[:, :3]),
    "counts": (MLPRegressor("poisson", (6,), **SETTINGS), rng.integers(0, 9, 120)),
    "in a pipeline": (make_pipeline(StandardScaler(), MLPClassifier((6,), "hard_swish", **SETTINGS)), WORDS),
}


def converted(model, x=X, **options):
    if hasattr(model, "predict_proba"):
        options = {"zipmap": False} | options
    return skl2onnx.to_onnx(model, x[:1], options=options or None)


def outputs(made, inputs):
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_answers(name, dtype):
    model, y = MODELS[name]
    x = X.astype(dtype)
    model.fit(x, y)
    made = converted(model, x)
    assert {node.domain for node in made.graph.node} <= {"", "ai.onnx.ml"}
    found = outputs(made, {"X": x})
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-6, "atol": 1e-7}
    if not hasattr(model, "predict_proba"):
        expected = model.predict(x)
        np.testing.assert_allclose(found["variable"].reshape(expected.shape), expected, **tolerance)
        assert found["variable"].shape == (len(x), 1 if expected.ndim == 1 else expected.shape[1])
        return
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(x), **tolerance)
    np.testing.assert_array_equal(found["label"], model.predict(x))


TRAINED = [one for one in HIDDEN if one.facts.name not in ("step", "hardmax")]


@pytest.mark.parametrize("activation", [*TRAINED, PReLU((0.1, -0.2, 0.3, 0.0, 0.5))], ids=repr)
@pytest.mark.parametrize("opset", [17, 21])
def test_every_activation(activation, opset):
    model = MLPRegressor("squared_error", (5,), activation, **SETTINGS | {"max_iter": 1}).fit(X, X[:, 0])
    made = skl2onnx.to_onnx(model, X[:1], target_opset=opset)
    found = outputs(made, {"X": X})["variable"][:, 0]
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-4, atol=1e-5)


def test_read_back(tmp_path):
    model, y = MODELS["texts"]
    model.fit(X, y)
    (tmp_path / "n.onnx").write_bytes(converted(model).SerializeToString())
    network = read(tmp_path / "n.onnx").network
    assert network == model.network_.astype(np.float32)


@pytest.mark.parametrize("zipmap", [True, "columns"])
def test_options_of_classifiers(zipmap):
    model, y = MODELS["texts"]
    model.fit(X, y)
    found = outputs(converted(model, zipmap=zipmap), {"X": X})
    expected = model.predict_proba(X)
    if zipmap is True:
        found = {name: [row[name] for row in found["output_probability"]] for name in "abc"}
    else:
        found = {name: found[f"s{name}"] for name in "abc"}
    for place, name in enumerate("abc"):
        np.testing.assert_allclose(found[name], expected[:, place], rtol=1e-4, atol=1e-6)
    named = outputs(converted(model, output_class_labels=True), {"X": X})["class_labels"]
    assert named.tolist() == ["a", "b", "c"]
    numbers = outputs(converted(model, nocl=True), {"X": X})["label"]
    np.testing.assert_array_equal(numbers, expected.argmax(axis=1))


FRAME = pd.DataFrame(
    {
        "age": np.where(rng.random(120) < 0.1, np.nan, rng.normal(40.0, 9.0, 120)),
        "kind": rng.choice(["u", "v", "w"], 120),
    }
)
TYPES = [("age", DoubleTensorType([None, 1])), ("kind", StringTensorType([None, 1]))]


def given(frame):
    return {"age": frame[["age"]].to_numpy(), "kind": frame[["kind"]].to_numpy(object)}


def test_estimators_of_tables():
    classifier = TabularClassifier(2, epochs=3, hidden=(8,), random_state=0).fit(FRAME, WORDS)
    made = skl2onnx.to_onnx(classifier, initial_types=TYPES, options={"zipmap": False})
    found = outputs(made, given(FRAME))
    np.testing.assert_allclose(found["probabilities"], classifier.predict_proba(FRAME), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found["label"], classifier.predict(FRAME))
    regressor = TabularRegressor(2, epochs=3, hidden=(8,), random_state=0).fit(FRAME, X[:, 0])
    found = outputs(skl2onnx.to_onnx(regressor, initial_types=TYPES), given(FRAME))
    np.testing.assert_allclose(found["variable"][:, 0], regressor.predict(FRAME), rtol=1e-4, atol=1e-6)


def test_an_estimator_of_tables_behind_other_steps():
    columns = ColumnTransformer(
        [("k", OneHotEncoder(sparse_output=False), ["kind"]), ("a", "passthrough", ["age"])]
    )
    model = make_pipeline(columns, TabularRegressor(2, epochs=3, hidden=(8,), random_state=0))
    model.fit(FRAME, X[:, 0])
    found = outputs(skl2onnx.to_onnx(model, initial_types=TYPES), given(FRAME))
    np.testing.assert_allclose(found["variable"][:, 0], model.predict(FRAME), rtol=1e-4, atol=1e-5)


def test_what_does_not_fit_is_refused():
    regressor = TabularRegressor(2, epochs=3, hidden=(8,), random_state=0).fit(FRAME, X[:, 0])
    wrong = [("age", StringTensorType([None, 1])), ("kind", StringTensorType([None, 1]))]
    with pytest.raises(InputError, match="the input 'age' has the type StringTensorType"):
        skl2onnx.to_onnx(regressor, initial_types=wrong)
    with pytest.raises(InputError, match="the inputs have no column 'kind'"):
        skl2onnx.to_onnx(regressor, initial_types=[TYPES[0], ("kin", StringTensorType([None, 1]))])
    network = MLPRegressor("squared_error", (5,), **SETTINGS).fit(X, X[:, 0])
    with pytest.raises(InputError, match="target_opset is 15; expected 17"):
        skl2onnx.to_onnx(network, X[:1], target_opset=15)
