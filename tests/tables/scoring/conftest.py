"""A small model, and a table in fragments of several formats."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from multilayer.tables import Recipe, fit_table

ROWS = 40


def table(seed: int, rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    number = rng.standard_normal(rows)
    kind = rng.choice(["a", "b", "c"], rows)
    label = np.where(number + (kind == "a") > 0.3, "high", "low")
    return pd.DataFrame({"id": np.arange(rows), "number": number, "kind": kind, "label": label})


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """Return the file of a model of classes."""
    recipe = Recipe(hidden=(8,), epochs=3)
    trained = fit_table(
        table(0, 200)[["number", "kind", "label"]], "label", members=2, recipe=recipe, progress=False
    )
    file = tmp_path_factory.mktemp("model") / "model.safetensors"
    trained.save(file)
    return file


@pytest.fixture
def data(tmp_path):
    """Return a folder with a table in six fragments."""
    folder = tmp_path / "data"
    (folder / "more").mkdir(parents=True)
    for number in range(3):
        table(number).to_parquet(folder / f"part-{number}.parquet")
    table(3).to_csv(folder / "more" / "part-3.csv", index=False)
    table(4).to_csv(folder / "more" / "part-4.csv.gz", index=False)
    table(5).to_feather(folder / "more" / "part-5.arrow")
    (folder / "_SUCCESS").write_bytes(b"")
    return folder


OUTPUTS = ["more/part-3.csv", "more/part-4.csv", "more/part-5.parquet"] + [
    f"part-{n}.parquet" for n in range(3)
]


def contents(folder):
    """Return the bytes of each file below a folder but for the plan and the manifest."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if not path.name.startswith("_")
    }
