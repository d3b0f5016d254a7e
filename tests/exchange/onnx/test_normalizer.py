"""Normalizer of ai.onnx.ml: the numbers of ONNX Runtime, and of pipelines that skl2onnx writes."""

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from onnx import TensorProto, helper
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler

from multilayer.exchange import convert, read
from multilayer.tables.row_norm import RowNorm

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SETTINGS = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0}
X = np.random.default_rng(3).normal(0.2, 2.0, (200, 3)).astype(np.float32)
LABELS = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
TABLE = {f"X{place + 1}": X[:, place] for place in range(3)}
ZEROS = {name: np.zeros(1) for name in TABLE}


@pytest.mark.parametrize(("name", "norm"), [("L1", "l1"), ("L2", "l2"), ("MAX", "largest")])
def test_numbers_of_onnx_runtime(name, norm):
    """They are float32, x / norm for L1 and MAX, and sqrt(x^2 / sum) for L2: 2 ulp."""
    node = helper.make_node("Normalizer", ["x"], ["y"], domain="ai.onnx.ml", norm=name)
    values = [helper.make_tensor_value_info(one, TensorProto.FLOAT, [None, 3]) for one in "xy"]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)]
    graph = helper.make_graph([node], "g", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    x = np.concatenate([X, np.zeros((1, 3)), [[-1.0, -2.0, -4.0], [1e-10, 0.0, -1e-12]]]).astype(np.float32)
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    RowNorm(norm, (0, 1, 2)).write(x)
    np.testing.assert_array_max_ulp(x, expected, 2)


PIPELINES = {
    "a classifier": (make_pipeline(StandardScaler(), Normalizer(), MLPClassifier(**SETTINGS)), LABELS),
    "scaled behind": (make_pipeline(Normalizer("l1"), StandardScaler(), MLPRegressor(**SETTINGS)), X[:, 2]),
    "numbers from 0": (make_pipeline(MinMaxScaler(), Normalizer("max"), MLPRegressor(**SETTINGS)), X[:, 2]),
}


EACH = [(name, kind) for name in PIPELINES for kind in (FloatTensorType, DoubleTensorType)]


@pytest.mark.parametrize(("name", "kind"), EACH[:-1])  # skl2onnx has no MAX of float64
def test_pipelines_of_skl2onnx(name, kind, tmp_path):
    """With float64 the norm is spelled out, by operators that divide a row of zeros by 0."""
    pipeline, y = PIPELINES[name]
    pipeline.fit(X.astype(float), y)
    options = {"zipmap": False} if hasattr(pipeline, "predict_proba") else None
    data = skl2onnx.to_onnx(pipeline, initial_types=[("X", kind([None, 3]))], options=options)
    (tmp_path / "n.onnx").write_bytes(data.SerializeToString())
    done = convert(tmp_path / "n.onnx", tmp_path / "m.safetensors")
    assert done.proofs[0].by.startswith("ONNX Runtime")
    model = done.read.network
    expected = pipeline.predict_proba(X) if options else pipeline.predict(X)
    np.testing.assert_allclose(model(TABLE), expected, rtol=1e-4, atol=1e-5)
    zeros = np.zeros((1, 3))
    expected = pipeline.predict_proba(zeros) if options else pipeline.predict(zeros)
    np.testing.assert_allclose(model(ZEROS), expected, rtol=1e-4, atol=1e-5)


def test_max_of_negative_numbers_is_that_of_the_graph(tmp_path):
    """skl2onnx writes scikit-learn's max |x| as MAX, which is max x: what is read is the graph, and a note says so."""
    pipeline = make_pipeline(Normalizer("max"), MLPRegressor(**SETTINGS)).fit(X, X[:, 2])
    data = skl2onnx.to_onnx(pipeline, initial_types=[("X", FloatTensorType([None, 3]))])
    (tmp_path / "n.onnx").write_bytes(data.SerializeToString())
    found = read(tmp_path / "n.onnx")
    assert found.proof().holds
    assert any("differs where numbers are negative" in note for note in found.notes)
    positive = (X > 0).all(axis=1)
    table = {name: values[positive] for name, values in TABLE.items()}
    np.testing.assert_allclose(found.network(table), pipeline.predict(X[positive]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(read(pipeline).network(_small(X)), pipeline.predict(X), rtol=1e-4, atol=1e-5)


def _small(x):
    return {f"x{place + 1}": x[:, place] for place in range(3)}
