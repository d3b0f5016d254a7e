"""The recipe of the guide for Ray: each worker has the model, and gets batches as data frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import ray

from multilayer.tables import Model, Recipe, fit_table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore"),  # Ray's own
]


@pytest.fixture
def engine(restored_signals):
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def test_batches(engine, tmp_path):
    x = np.random.default_rng(0).standard_normal((3000, 2))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.where(x[:, 0] * x[:, 1] > 0, "up", "down")})
    model, file = (
        fit_table(frame, "y", members=2, recipe=Recipe(hidden=(8,), epochs=4), progress=False),
        tmp_path / "model.safetensors",
    )
    model.save(file)
    (tmp_path / "data").mkdir()
    for number in range(3):
        frame[1000 * number : 1000 * (number + 1)].to_parquet(tmp_path / "data" / f"{number}.parquet")

    class Predict:
        def __init__(self):
            self.model = Model.load(file)

        def __call__(self, batch):
            return batch.assign(prediction=self.model.predict(batch))

    data = ray.data.read_parquet(str(tmp_path / "data"))
    data.map_batches(Predict, batch_format="pandas", concurrency=2).write_parquet(str(tmp_path / "out"))
    found = pd.read_parquet(tmp_path / "out").sort_values("a")
    expected = frame.sort_values("a")
    assert found["prediction"].tolist() == model.predict(expected).tolist()
