"""`multilayer train --json`: an event in each line, and the record in the last one."""

import json

from multilayer.tables import Model
from tests.cli.penguins import TINY, TRAIN


def test_events(multilayer, tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY)
    options = ["--members", "2", "--config", tmp_path / "tiny.toml", "-o", tmp_path / "m.safetensors"]
    found = multilayer("train", TRAIN, "--target", "species", *options, "--json")
    assert found.code == 0
    *events, last = [json.loads(line) for line in found.out.splitlines()]
    assert [event["done"] for event in events] == list(range(1, 121))
    assert {(event["event"], event["total"]) for event in events} == {("progress", 120)}
    assert last["event"] == "trained"
    assert last["record"] == json.loads(json.dumps(Model.load(last["model"]).record))


def test_what_is_no_cluster(multilayer, tmp_path):
    found = multilayer(
        "train", TRAIN, "--target", "species", "-o", tmp_path / "m.safetensors", "--cluster", "local:x"
    )
    assert found.code == 2
    assert "expected local: and a number of processes" in found.err
    assert not list(tmp_path.iterdir())


def test_a_checkpoint(multilayer, tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY)
    options = ["--members", "2", "--config", tmp_path / "tiny.toml", "--checkpoint", tmp_path / "members"]

    def trained(name, *more):
        return multilayer("train", TRAIN, "--target", "species", *options, "-o", tmp_path / name, *more)

    assert trained("first.safetensors").code == 0
    again = trained("second.safetensors")
    assert "members that an earlier run had finished: 2" in again.out
    first, second = (Model.load(tmp_path / f"{name}.safetensors") for name in ("first", "second"))
    assert first.networks == second.networks
    other = trained("third.safetensors", "--seed", "1")
    assert other.code == 2
    assert "the finished members there are of another training (members: " in other.err
    assert not (tmp_path / "third.safetensors").exists()
