"""`multilayer diagnose` of a network takes tables of all formats, with the findings of CSV."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

from multilayer import MLP, initialize, save
from multilayer.cli.app import run_command_line

WRITERS: dict[str, Any] = {
    "s.parquet": lambda frame, path: frame.to_parquet(path),
    "s.feather": lambda frame, path: pyarrow.feather.write_feather(pa.table(frame), path),
    "s.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True, double_precision=15),
    "s.csv.gz": lambda frame, path: path.write_bytes(gzip.compress(frame.to_csv(index=False).encode())),
}


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 2)).round(6)
    kind = np.array(["low", "high"])[(x[:, 0] > 0).astype(int)]
    return pd.DataFrame({"x2": x[:, 1], "kind": kind, "x1": x[:, 0], "double": 2 * x[:, 0]})


@pytest.fixture(params=[("x1", "x2"), None], ids=["names", "no names"])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, pd.DataFrame]:
    net = initialize((2, 3, 2), "tanh", "softmax", rng=0)
    save(MLP(net.layers, classes=["low", "high"], inputs=request.param), tmp_path / "net.json")
    return tmp_path / "net.json", frame() if request.param else frame()[["x1", "kind", "x2"]]


def found(net: Path, table: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert run_command_line(["diagnose", str(net), str(table), "--json", *more]) in (0, 1)
    out, said = capsys.readouterr()
    return json.loads(out), said


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_what_csv_gives(
    name: str, network: tuple[Path, pd.DataFrame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, table = network
    table.to_csv(tmp_path / "s.csv", index=False)
    WRITERS[name](table, tmp_path / name)
    for target in (["--target", "kind"], ["--target", "2"], []):
        if not target and len(table.columns) == 3:
            continue  # its text would be an input
        expected, said = found(net, tmp_path / "s.csv", capsys, *target)
        assert found(net, tmp_path / name, capsys, *target) == (expected, said)


def test_a_target_per_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(initialize((1, 3, 2), "tanh", rng=0), tmp_path / "net.json")
    table = frame()[["x1", "x2", "double"]]
    table.to_csv(tmp_path / "s.csv", index=False)
    table.to_parquet(tmp_path / "s.parquet")
    both = [
        found(tmp_path / "net.json", tmp_path / name, capsys, "--target", "x2", "--target", "3")
        for name in ("s.csv", "s.parquet")
    ]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--target", "king"], "no column is called 'king'"),
        (["--target", "9"], "s.parquet: there is no column 9; expected a number from 1 to 4"),
        (["--target", "x1"], "line 1, column 3 (x1): expected a class of the network"),
    ],
)
def test_a_wrong_target_is_one_line(
    given: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = initialize((2, 3, 2), "tanh", "softmax", rng=0)
    save(MLP(net.layers, classes=["low", "high"], inputs=("x2", "double")), tmp_path / "net.json")
    frame().to_parquet(tmp_path / "s.parquet")
    assert (
        run_command_line(["diagnose", str(tmp_path / "net.json"), str(tmp_path / "s.parquet"), *given]) == 2
    )
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
