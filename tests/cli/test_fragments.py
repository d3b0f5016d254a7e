"""`multilayer predict` for a table in fragments: exit codes, events, SIGKILL and a full disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from multilayer.tables import score
from tests.tables.scoring.conftest import OUTPUTS, contents, data, model, table

__all__ = ["data", "model"]


def test_a_folder_and_its_events(multilayer, model, data, tmp_path):
    found = multilayer("predict", model, data, "-o", tmp_path / "out", "--json")
    assert found.code == 0
    events = [json.loads(line) for line in found.out.splitlines()]
    assert [(event["event"], event["done"]) for event in events] == [
        ("progress", done) for done in range(1, 7)
    ]
    assert "6 of 6 files have predictions" in found.err
    assert sorted(contents(tmp_path / "out")) == OUTPUTS


def test_a_corrupt_fragment_ends_with_code_2(multilayer, model, data, tmp_path):
    (data / "part-1.parquet").write_bytes(b"PAR1 no more")
    found = multilayer("predict", model, data / "*.parquet", "-o", tmp_path / "out/")
    assert found.code == 2
    assert "part-1.parquet" in found.err
    assert "2 of 3 files have predictions" in found.err


@pytest.mark.parametrize("pattern", ["*.parquet", ""])
def test_fragments_need_a_folder(multilayer, model, data, pattern):
    found = multilayer("predict", model, data / pattern)
    assert (found.code, found.out) == (2, "")
    assert "name one, such as -o predictions/" in found.err


def test_events_need_a_folder(multilayer, model, data):
    found = multilayer("predict", model, data / "part-0.parquet", "--json")
    assert (found.code, found.out) == (2, "")


LITTLE_ROOM = """
import resource, runpy, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
runpy.run_module("multilayer", run_name="__main__")
"""


def command(model, data, folder, program=("-m", "multilayer")):
    arguments = [sys.executable, *program, "predict", str(model), str(data), "-o", f"{folder}/"]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_sigkill_leaves_no_partial_file(model, tmp_path):
    """Killed at the first change of the folder, then at the fourth one, and so on, it has all of them in the end."""
    folder, data = tmp_path / "out", tmp_path / "data"
    data.mkdir()
    for number in range(4):
        table(number, 20_000).to_csv(data / f"{number}.csv", index=False)
    score(model, data, tmp_path / "expected")
    expected, kills = contents(tmp_path / "expected"), 0
    while not (folder / "_manifest.json").exists():
        process = command(model, data, folder)
        for _ in range(1 + 3 * kills):
            _wait_for_a_change(process, folder)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
        whole = {name: content for name, content in contents(folder).items() if not name.endswith(".tmp")}
        assert whole.items() <= expected.items()
    assert kills > 1
    assert contents(folder) == expected, "temporary files of killed runs are removed"


def _wait_for_a_change(process, folder):
    before = _names(folder)
    while process.poll() is None and _names(folder) == before:
        time.sleep(0.001)


def _names(folder):
    return {path.name for path in folder.glob("*")} if folder.exists() else set()


@pytest.mark.slow
def test_a_full_disk(model, data, tmp_path):
    table(0, 20_000).to_csv(data / "part-8.csv", index=False)
    process = command(model, data, tmp_path / "out", ("-c", LITTLE_ROOM))
    _, err = process.communicate()
    assert process.returncode == 2
    assert b"part-8.csv: cannot be written (file too large)" in err
    assert sorted(contents(tmp_path / "out")) == OUTPUTS, "no temporary file is left"
    process = command(model, data, tmp_path / "out")
    process.communicate()
    assert process.returncode == 0
    assert sorted(contents(tmp_path / "out")) == [*OUTPUTS, "part-8.csv"]
