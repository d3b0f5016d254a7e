"""The recipes of the guide for Spark: a network as a function of columns, and a model of a table by batches."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from pyspark.ml.functions import predict_batch_udf
from pyspark.sql import SparkSession
from pyspark.sql.functions import array
from pyspark.sql.types import ArrayType, FloatType

import multilayer
from multilayer.tables import Recipe, fit_table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore"),  # Spark's own
]


@pytest.fixture(scope="module")
def session(restored_signals):
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


def test_a_network_of_columns_of_numbers(session, tmp_path):
    net = multilayer.initialize((3, 6, 2), "tanh", "softmax", rng=0)
    file = str(tmp_path / "network.safetensors")
    multilayer.save(net, file)
    X = np.random.default_rng(0).standard_normal((500, 3)).astype(np.float32)
    pd.DataFrame(X, columns=list("abc")).to_parquet(tmp_path / "data.parquet")

    def make_predict():
        import multilayer

        return multilayer.load(file)

    predict = predict_batch_udf(
        make_predict, return_type=ArrayType(FloatType()), batch_size=64, input_tensor_shapes=[[3]]
    )
    frame = session.read.parquet(str(tmp_path / "data.parquet"))
    found = frame.withColumn("y", predict(array("a", "b", "c"))).toPandas()
    np.testing.assert_array_equal(
        np.stack(found["y"]).astype(np.float32), net(found[["a", "b", "c"]].to_numpy(np.float32))
    )


def test_a_model_of_a_table(session, tmp_path):
    x = np.random.default_rng(0).standard_normal((600, 2))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.where(x[:, 0] * x[:, 1] > 0, "up", "down")})
    model = fit_table(frame, "y", members=2, recipe=Recipe(hidden=(8,), epochs=4), progress=False)
    file = str(tmp_path / "model.safetensors")
    model.save(file)
    frame.to_parquet(tmp_path / "data.parquet")

    def predictions(batches):
        from multilayer.tables import Model

        model = Model.load(file)
        for batch in batches:
            yield batch.assign(prediction=model.predict(batch))

    rows = session.read.parquet(str(tmp_path / "data.parquet"))
    found = rows.mapInPandas(predictions, "a double, b double, y string, prediction string").toPandas()
    assert found["prediction"].tolist() == model.predict(found).tolist()
