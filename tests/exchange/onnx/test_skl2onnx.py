"""What skl2onnx writes of scikit-learn's MLPs."""

import numpy as np
import pytest
import skl2onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from multilayer.exchange import read, write
from multilayer.exchange.onnx import runtime
from multilayer.exchange.proof import prove, samples_for
from multilayer.interop import from_model

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


rng = np.random.default_rng(0)
X = rng.standard_normal((200, 4)).astype(np.float32)
WORDS = np.array(["a", "b", "c"])
SETTINGS = {"hidden_layer_sizes": (6, 5), "max_iter": 8, "random_state": 0}
MODELS = {
    "two classes": (MLPClassifier(**SETTINGS), (X[:, 0] > 0).astype(int), (0, 1)),
    "texts": (MLPClassifier(activation="tanh", **SETTINGS), WORDS[rng.integers(0, 3, 200)], ("a", "b", "c")),
    "integers": (MLPClassifier(activation="logistic", **SETTINGS), rng.integers(5, 8, 200), (5, 6, 7)),
    "several labels": (MLPClassifier(**SETTINGS), rng.integers(0, 2, (200, 3)), None),
    "a quantity": (MLPRegressor(**SETTINGS), X[:, 0], None),
    "scaled": (make_pipeline(MinMaxScaler(), MLPClassifier(**SETTINGS)), (X[:, 0] > 0).astype(int), (0, 1)),
    "standardized": (make_pipeline(StandardScaler(), MLPRegressor(**SETTINGS)), X[:, 0], None),
}


def exported(path, model, zipmap=False):
    options = {"zipmap": False} if hasattr(model, "predict_proba") and not zipmap else None
    path.write_bytes(skl2onnx.to_onnx(model, X[:1], options=options).SerializeToString())
    return path


@pytest.mark.parametrize("name", MODELS)
def test_models(tmp_path, name):
    model, y, classes = MODELS[name]
    model.fit(X, y)
    found = read(exported(tmp_path / "n.onnx", model))
    assert found.network.classes == classes
    assert prove(found.network, *found.program(), samples_for(found.network)).holds
    ours = from_model(model).astype(np.float32)
    for mine, theirs in zip(found.network.layers[1:], ours.layers[1:], strict=True):
        assert mine == theirs


def test_zip_map(tmp_path):
    model, y, classes = MODELS["texts"]
    found = read(exported(tmp_path / "n.onnx", model.fit(X, y), zipmap=True))
    assert found.network.classes == classes
    np.testing.assert_array_equal(found.network.classify(X), model.predict(X))


COUNTS = np.abs(X[:, 0])
WRONG = {
    "three quantities": (MLPRegressor(**SETTINGS), X[:, :3]),
    "labels of 64 bits": (MLPClassifier(**SETTINGS), np.where(X[:, 0] > 0, 5_000_000_000, 7)),
    "counts": (MLPRegressor(loss="poisson", **SETTINGS), COUNTS),
    "a temperature": (
        CalibratedClassifierCV(MLPClassifier(**SETTINGS), method="temperature", ensemble=False),
        WORDS[rng.integers(0, 3, 200)],
    ),
    "a scaled target": (
        TransformedTargetRegressor(MLPRegressor(**SETTINGS), transformer=StandardScaler()),
        100.0 * X[:, 0],
    ),
    "the logarithm of a target": (
        TransformedTargetRegressor(MLPRegressor(**SETTINGS), func=np.log, inverse_func=np.exp),
        COUNTS + 1.0,
    ),
}
"""What skl2onnx 1.20 refuses, or converts to another function."""


@pytest.mark.parametrize("name", WRONG)
def test_what_skl2onnx_writes_wrong_is_right_here(tmp_path, name):
    model, y = WRONG[name]
    model.fit(X, y)
    write(model, tmp_path / "n.onnx")
    outputs, by = runtime.run(tmp_path / "n.onnx")
    assert by.startswith("ONNX Runtime")
    network = read(tmp_path / "n.onnx").network
    found = outputs(X.astype(network.dtype))
    assert prove(network, runtime.run_network(tmp_path / "n.onnx")[0], by, X).holds
    if hasattr(model, "classes_"):
        np.testing.assert_array_equal(found["class"], model.predict(X))
        y = found["y"] if len(model.classes_) > 2 else np.hstack([1 - found["y"], found["y"]])
        np.testing.assert_allclose(y, model.predict_proba(X), rtol=1e-4, atol=1e-6)
    else:
        expected = model.predict(X)
        np.testing.assert_allclose(found["y"].reshape(expected.shape), expected, rtol=1e-4)
