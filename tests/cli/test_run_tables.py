"""`multilayer run` takes tables of all formats with the outputs of CSV, for which pyarrow is not imported."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

from multilayer import initialize, save
from multilayer.cli.app import run_command_line

FRAME = pd.DataFrame({"x2": [1.0, 0.0, 0.5], "id": ["a", "b, c", None], "x1": [0.0, 1.0, 2.5]})

WRITERS = {
    "s.parquet": lambda frame, path: frame.to_parquet(path),
    "s.feather": lambda frame, path: pyarrow.feather.write_feather(pa.table(frame), path),
    "s.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "s.csv.gz": lambda frame, path: path.write_bytes(gzip.compress(frame.to_csv(index=False).encode())),
}


@pytest.fixture(params=[("x1", "x2"), None], ids=["names", "no names"])
def network(request, tmp_path):
    net = initialize((2, 3, 2), rng=0)
    save(type(net)(net.layers, inputs=request.param), tmp_path / "net.json")
    return tmp_path / "net.json", FRAME if request.param else FRAME[["x1", "x2"]]


def outputs(network, table, capsys):
    assert run_command_line(["run", str(network), str(table), "--json"]) == 0
    out, said = capsys.readouterr()
    return json.loads(out), said


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_what_csv_gives(name, network, tmp_path, capsys):
    net, frame = network
    frame.to_csv(tmp_path / "s.csv", index=False)
    WRITERS[name](frame, tmp_path / name)
    expected = outputs(net, tmp_path / "s.csv", capsys)
    assert outputs(net, tmp_path / name, capsys) == expected


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.assign(x2=[1.0, None, 2.0]), "row 2, column 'x2': expected a finite number, found none"),
        (FRAME.assign(x2=["1", "2", "u"]), "column 'x2', row 3: expected a number, found 'u'"),
        (FRAME.drop(columns="x2"), "expected a column 'x2'"),
        (FRAME[:0], "expected samples, found no row"),
    ],
)
def test_mistakes_are_one_line(frame, message, tmp_path, capsys):
    net = initialize((2, 3, 2), rng=0)
    save(type(net)(net.layers, inputs=("x1", "x2")), tmp_path / "net.json")
    frame.to_parquet(tmp_path / "s.parquet")
    assert run_command_line(["run", str(tmp_path / "net.json"), str(tmp_path / "s.parquet")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"multilayer: {tmp_path / 's.parquet'}: {message}")
    assert said.count("\n") == said.count("s.parquet") == 1


def test_without_names_the_number_of_columns_counts(tmp_path, capsys):
    save(initialize((2, 3, 2), rng=0), tmp_path / "net.json")
    FRAME.to_parquet(tmp_path / "s.parquet")
    assert run_command_line(["run", str(tmp_path / "net.json"), str(tmp_path / "s.parquet")]) == 2
    assert "expected 2 columns, one per input of the network, found 3" in capsys.readouterr().err


def test_csv_does_not_wait_for_pyarrow(network, tmp_path):
    net, frame = network
    frame.to_csv(tmp_path / "s.csv", index=False)
    code = (
        "import sys; from multilayer.cli.app import run_command_line; "
        f"run_command_line(['run', {str(net)!r}, {str(tmp_path / 's.csv')!r}]); "
        "assert not {'pyarrow', 'multilayer.tables'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
