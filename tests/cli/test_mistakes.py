"""A user's mistake: one line on stderr, exit code 2, nothing written, never a traceback."""

import json
import pickle

import pytest

from multilayer.backend import info
from tests.cli.conftest import Outcome
from tests.cli.test_commands import NETWORK, SAMPLES, shell


def network(**changes):
    spec = json.loads(NETWORK.read_text())
    return json.dumps(spec | changes)


def layer(**changes):
    spec = json.loads(NETWORK.read_text())
    spec["layers"][1] |= changes
    return json.dumps(spec)


BAD_NETWORKS = {
    "empty": ("", "empty"),
    "not json": ("{", "line 1"),
    "deep": ("[" * 100 + "]" * 100, "expected"),
    "very deep": ("[" * 100_000, "nested"),
    "list": ("[]", "expected"),
    "unknown key": (network(layer=1), "layer"),
    "missing key": ('{"format": "multilayer-network", "version": 1}', "layers"),
    "duplicate key": ('{"version": 1, "version": 1}', "version"),
    "newer version": (network(version=99), "99"),
    "unknown activation": (layer(activation="sigmiod"), "sigmoid"),
    "shapes": (layer(W=[[1, 2, 3]]), "layer 2"),
    "ragged": (layer(W=[[1, 2, 3], [1, 2], [1, 2, 3], [1, 2, 3]]), "layer 2"),
    "text": (layer(b=["a", 1, 2]), "layer 2"),
    "nan": (layer(b=[float("nan"), 1, 2]), "nan"),
    "too large": (layer(b=[1, 1, 2]).replace("[1, 1, 2]", "[1e999, 1, 2]"), "layer 2"),
    "claimed units": (network(units=10**9), "units"),
    "bias count": (layer(b=[1, 2]), "layer 2"),
}


@pytest.mark.parametrize(("text", "part"), BAD_NETWORKS.values(), ids=BAD_NETWORKS)
def test_bad_network(multilayer, tmp_path, text, part):
    path = tmp_path / "bad.json"
    path.write_text(text)
    done = multilayer("run", path, SAMPLES, "-o", tmp_path / "out.csv")
    refused(done, "bad.json", part)
    assert not (tmp_path / "out.csv").exists()


BAD_SAMPLES = {
    "empty": ("", "empty"),
    "header only": ("x1,x2\n", "found none"),
    "ragged": ("1,2\n3\n", "line 2"),
    "text": ("1,2\n3,four\n", "line 2"),
    "nan": ("1,2\nnan,1\n", "line 2"),
    "inf": ("1,2\n1,inf\n", "line 2"),
    "too few columns": ("1\n2\n", "2"),
    "too many columns": ("1,2,3\n", "2"),
    "semicolons": ("1;2\n3;4\n", ";"),
    "missing name": ("x1,x9\n1,2\n", "x2"),
    "empty cell": ("1,\n", "line 1"),
}


@pytest.mark.parametrize(("text", "part"), BAD_SAMPLES.values(), ids=BAD_SAMPLES)
def test_bad_samples(multilayer, tmp_path, text, part):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    done = multilayer("run", NETWORK, path, "-o", tmp_path / "out.csv")
    refused(done, "bad.csv", part)
    assert not (tmp_path / "out.csv").exists()


def test_a_pickle_is_never_opened(multilayer, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (tmp_path / "exploded").touch, ()

    for name in ("net.pkl", "net.json", "net.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
        refused(multilayer("run", tmp_path / name, SAMPLES), name)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["run", "missing.json", SAMPLES], "missing.json"),
        (["run", NETWORK, "missing.csv"], "missing.csv"),
        (["run", NETWORK, NETWORK.parent], "seed"),
        (["run", NETWORK.parent, SAMPLES], "seed"),
        (["run", NETWORK, SAMPLES, "-o", "out.xlsx"], ".csv"),
        (["run", NETWORK, SAMPLES, "-o", "/no/such/folder/out.csv"], "/no/such/folder"),
        (["run", NETWORK, SAMPLES, "--trace", "-o", "out.csv"], "no place for a trace"),
        (["run", NETWORK, SAMPLES, "--threshold", "0.5"], "single output unit"),
        (["activations", "rleu"], "relu"),
        (["summary", "net.onnx"], ".json"),
    ],
)
def test_wrong_arguments(multilayer, tmp_path, monkeypatch, arguments, part):
    monkeypatch.chdir(tmp_path)
    refused(multilayer(*arguments), part)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["run"], ["fly"], ["run", "--fast"], ["run", NETWORK, SAMPLES, "--digits", "99"]]
)
def test_usage_errors(multilayer, arguments):
    done = multilayer(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "setting", [{"MULTILAYER_BACKEND": "gpu"}, {"MULTILAYER_CPU": "v9"}, {"MULTILAYER_NUM_THREADS": "many"}]
)
def test_wrong_settings_of_the_environment(setting):
    done = shell("run", NETWORK, SAMPLES, **setting)
    ((name, value),) = setting.items()
    if name == "MULTILAYER_BACKEND" or info().backend == "native":
        refused(Outcome(done.returncode, done.stdout.decode(), done.stderr.decode()), name, value)


def refused(done, *parts):
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("multilayer: ")
    for part in parts:
        assert part in done.err
