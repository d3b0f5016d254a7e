"""Tables in files."""

from __future__ import annotations

import pandas as pd

from multilayer.tables import read_table

TABLE = pd.DataFrame({"age": [31.0, None, 27.5], "job": ["clerk", "cook", None], "n": [1, 2, 3]})


def test_csv_and_parquet_give_the_same_columns(tmp_path):
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    TABLE.to_parquet(tmp_path / "t.parquet")
    csv, parquet = (read_table(tmp_path / f"t.{suffix}").columns for suffix in ("csv", "parquet"))
    assert csv.schema == parquet.schema
    assert [column.texts() for column in csv] == [column.texts() for column in parquet]
    assert csv["job"].texts() == ["clerk", "cook", None]
