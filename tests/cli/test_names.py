"""`multilayer names` and the extras of `multilayer info`."""

import json
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from multilayer import activations, initializers, losses, optimizers
from multilayer.optimizers import schedules
from multilayer.training import metrics

LISTED = {
    "activations": activations,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    "schedules": schedules,
    "initializers": initializers,
}
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_all_of_them(multilayer):
    found = json.loads(multilayer("names", "--json").out)
    assert {kind: tuple(entry["name"] for entry in entries) for kind, entries in found.items()} == {
        kind: module.names() for kind, module in LISTED.items()
    }
    text = multilayer("names").out
    for line in ("mean_squared_error", "mse", "AdamW(learning_rate=0.001", "one_cycle", "he_normal"):
        assert line in text


@pytest.mark.parametrize("kind", LISTED)
def test_one_kind(multilayer, kind):
    text = multilayer("names", kind).out
    assert text.startswith(f"{kind}\n")
    listed = LISTED[kind].names()
    assert tuple(line.split()[0] for line in text.splitlines()[1 : len(listed) + 1]) == listed
    assert ("summed over outputs" in text) == (kind == "losses")
    assert all(line == line.rstrip() for line in text.splitlines())


def test_an_unknown_kind(multilayer):
    done = multilayer("names", "loss")
    assert done.code == 2
    assert done.err == "multilayer: there are no names of 'loss'; did you mean 'losses'?\n"


def test_info_lists_every_runtime_extra_of_the_project(multilayer, monkeypatch):
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    wanted = [f'{package}; extra == "{extra}"' for extra in extras for package in extras[extra]]
    monkeypatch.setattr(metadata, "requires", lambda name: wanted)
    runtime = extras.keys() - {"all", "test", "oracles", "bench", "browser", "dev"}
    found = json.loads(multilayer("info", "--json").out)["extras"]
    assert found.keys() == runtime
    assert all(isinstance(installed, bool) for installed in found.values())
    text = multilayer("info").out
    assert all(f"extra       {extra}: " in text for extra in runtime)


def test_info_names_what_an_extra_lacks(multilayer, monkeypatch):
    wanted = [
        "numpy>=2.0",
        'multilayer[plot, sklearn]; extra == "all"',
        'no-such-package>=1; extra == "plot"',
        "numpy; extra == 'plot'",
        'numpy; extra == "sklearn"',
        'numpy; extra == "test"',
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: wanted)
    text = multilayer("info").out
    assert "extra       plot: not installed (no-such-package)\n" in text
    assert "extra       sklearn: installed\n" in text
    assert "extra       test" not in text


def test_info_without_metadata(multilayer, monkeypatch):
    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert json.loads(multilayer("info", "--json").out)["extras"] == {}
