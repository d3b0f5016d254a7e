"""Tables that can be read in one way by a written rule: a model comes out, and the rule is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

TINY = "epochs = 3\nhidden = [8]\n"
RNG = np.random.default_rng(0)
X = RNG.normal(size=120).round(3)


def table(cell, head="x,c,y", target=lambda row: "no" if X[row] > 0 else "yes", separator=","):
    rows = (separator.join([cell(row), "ab"[row % 2], target(row)]) for row in range(120))
    return "\n".join([head.replace(",", separator), *rows]) + "\n"


def several_formats(row):
    return [f"2024-01-{row % 28 + 1:02}", f"2024/01/{row % 28 + 1:02}", f"{row % 28 + 1:02}.01.2024"][row % 3]


ODD = {
    "dates of three formats": (table(several_formats), "utf-8", "dates in several formats"),
    "percent": (table(lambda row: f"{row % 50} %"), "utf-8", "'0 %' is read as the number 0"),
    "money": (
        table(lambda row: f'"${1000 + row:,}.50"'),
        "utf-8",
        "'$1,000.50' is read as the number 1000.5",
    ),
    "euros": (
        table(lambda row: f"1.{row + 100},50 EUR", separator=";"),
        "utf-8",
        "'1.100,50 EUR' is read as the number 1100.5",
    ),
    "thousands": (table(lambda row: f'"{1000 + row:,}"'), "utf-8", "'1,000' is read as the number 1000"),
    "mixed types": (
        table(lambda row: "lo" if row % 7 == 3 else str(X[row])),
        "utf-8",
        "not read as numbers, as row 4",
    ),
    "utf-16": (table(lambda row: str(X[row]), head="ä,c,y"), "utf-16", "encoding utf-16"),
    "latin-1": (table(lambda row: str(X[row]), head="ä,c,y"), "latin-1", "encoding cp1252"),
    "names": (table(lambda row: str(X[row]), head='"a, ""b""",c\'d,y'), "utf-8", 'a, "b"'),
    "a target with gaps": (
        table(lambda row: str(X[row]), target=lambda row: "" if row % 4 == 0 else "pq"[row % 3 > 0]),
        "utf-8",
        "30 of 120 rows have no 'y', and are left out",
    ),
    "a leak": (
        table(lambda row: str(X[row]), target=lambda row: "ab"[row % 2]),
        "utf-8",
        "suspicious: the column 'c' alone predicts 'y'",
    ),
    "copies": (
        table(lambda row: str(X[row])) + table(lambda row: str(X[row])).split("\n", 1)[1],
        "utf-8",
        "suspicious: 120 of 240 rows are copies of others",
    ),
}


@pytest.mark.parametrize(("text", "encoding", "part"), ODD.values(), ids=ODD)
def test_it_is_learned_and_said(multilayer, tmp_path, text, encoding, part):
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    (tmp_path / "tiny.toml").write_text(TINY)
    model = tmp_path / "m.safetensors"
    done = multilayer(
        "train",
        tmp_path / "t.csv",
        "--target",
        "y",
        "--members",
        1,
        "--config",
        tmp_path / "tiny.toml",
        "-o",
        model,
    )
    assert done.code == 0, done.err
    assert part in done.err + done.out
    again = multilayer("predict", model, tmp_path / "t.csv", "-o", tmp_path / "p.csv")
    assert again.code == 0, again.err
    assert len((tmp_path / "p.csv").read_text().splitlines()) == len(text.splitlines())


def test_a_parquet_file_that_is_cut_off_is_one_line(multilayer, tmp_path):
    path: Path = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pa.table({"x": X, "y": np.where(X > 0, "a", "b")}), path)
    path.write_bytes(path.read_bytes()[:-100])
    done = multilayer("train", path, "--target", "y")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "t.parquet: cannot be read; it may be cut off or changed" in done.err
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]
