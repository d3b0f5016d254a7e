"""`multilayer train` on tables that are larger than the memory that it is given."""

import json
import os
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multilayer.tables import Model

CONFIG = "hidden = [8]\nepochs = 2\nbatch_size = 32\nbins_of_classes = 0\n"
ROWS = 1200


@pytest.fixture(name="trained")
def _trained(multilayer, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(ROWS)
    kind = np.where(x > 0.2, "yes", "no").tolist()
    kind[5] = None
    table = pa.table(
        {"x": x, "leak": x * 2, "user_id": np.arange(1, ROWS + 1), "rest": rng.random(ROWS), "kind": kind}
    )
    (tmp_path / "data").mkdir()
    for part in range(2):
        some = table.slice(part * ROWS // 2, ROWS // 2)
        pq.write_table(some, tmp_path / "data" / f"{part}.parquet", row_group_size=50)
    (tmp_path / "tiny.toml").write_text(CONFIG)

    def train(*more, target="kind"):
        options = ["--members", "1", "--config", tmp_path / "tiny.toml", "-o", tmp_path / "m.safetensors"]
        return multilayer("train", tmp_path / "data", "--target", target, *options, *more)

    return train


def test_it_says_which_way_was_taken(trained, tmp_path):
    found = trained("--memory", "40 kB")
    assert found.code == 0
    assert (
        "1,200 rows of 5 columns take 48.0 kB in memory, more than the limit of 40.0 kB: read in blocks"
        in found.err
    )
    assert "column 'user_id': read as an identifier" in found.err
    assert "1,199 rows, 5 columns" in found.out
    assert "2 classes" in found.out
    assert "each network holds out about" in found.out
    assert "suspicious: the column 'leak' alone predicts 'kind'" in found.out
    assert "1 of 1,200 rows have no 'kind', and are left out" in found.err
    assert "read in 24 blocks, not all at once" in found.err
    model = Model.load(tmp_path / "m.safetensors")
    assert model.record["rows"] == ROWS - 1
    assert any("blocks" in note for note in model.record["notes"])
    whole = trained()
    assert "within the limit of 2.0 GB: read into memory" in whole.err
    assert "each network holds out another of 5 parts" in whole.out
    assert trained("--memory", "40kB", "--ignore", "leak", "--ignore", "rest").err.count("into memory") == 1


def test_events_count_rows(trained):
    found = trained("--memory", "40kB", "--json")
    lines = [json.loads(line) for line in found.out.splitlines()]
    reading = [line for line in lines if line["event"] == "reading"]
    assert [line["done"] for line in reading] == list(range(50, ROWS + 1, 50))
    progress = [line for line in lines if line["event"] == "progress"]
    assert {line["unit"] for line in progress} == {"row"}
    assert progress[-1]["done"] == progress[-1]["total"]
    assert lines[-1]["event"] == "trained"


def test_mistakes(trained, tmp_path):
    for options, message in [
        (("--memory", "much"), "memory must be a size as 2GB"),
        (("--memory", "2kB"), "a row group or record batch has 50 rows; expected at most 12"),
        (("--memory", "40kB", "--ignore", "kind"), "is the target, and is ignored, too"),
        (("--memory", "40kB", "--ignore", "knd"), "did you mean 'kind'"),
        (("--memory", "40kB", "--type", "x=colour"), "'x' cannot be 'colour'"),
    ]:
        found = trained(*options)
        assert (found.code, message in found.err, found.out) == (2, True, "")
    assert not (tmp_path / "m.safetensors").exists()


def test_a_pipe_is_read_once(multilayer, tmp_path):
    pipe, text = tmp_path / "pipe", "x,kind\n" + "".join(f"{x * 1.5},{'ab'[x > 20]}\n" for x in range(40))
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    (tmp_path / "tiny.toml").write_text(CONFIG)
    options = ["--members", "1", "--config", tmp_path / "tiny.toml", "-o", tmp_path / "m.safetensors"]
    found = multilayer("train", pipe, "--target", "kind", *options)
    writer.join()
    assert found.code == 0
    assert "40 rows, 2 columns" in found.out
