"""Files that earlier versions wrote are read by this one, with the same numbers.

`python -m tools.format_fixtures` writes the folder of a version, once, before it is released.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from multilayer.exchange import FORMATS, read
from multilayer.exchange.source import SOURCES
from multilayer.network import MLP
from multilayer.tables import Model
from multilayer.training.checkpoint import read as read_checkpoint
from tools.format_fixtures import grid, model, network, table

VERSIONS = sorted(path for path in (Path(__file__).parent / "fixtures").iterdir() if path.is_dir())
FILES = [path for folder in VERSIONS for path in sorted(folder.glob("network.*"))]
every_version = pytest.mark.parametrize("folder", VERSIONS, ids=lambda path: path.name)


def values(folder):
    return json.loads((folder / "values.json").read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_networks(path):
    alone = path.name.endswith(".h5")  # of weights alone
    found = read(path, hidden=[layer.activation for layer in network().layers[:-1]] if alone else ()).network
    expected = network()
    if alone:
        assert [layer.W.tobytes() for layer in found.layers] == [
            layer.W.tobytes() for layer in expected.layers
        ]
        return
    assert found == expected
    y = np.array(values(path.parent)["network"])
    np.testing.assert_allclose(found(grid((12, 2), 1 / 16)).ravel(), y, rtol=1e-6)


@every_version
def test_models_of_tables(folder):
    found = read(folder / "model.safetensors").network
    assert isinstance(found, Model)
    assert found.encoder.names == model().encoder.names
    assert [one.layers for one in found.networks] == [one.layers for one in model().networks]
    np.testing.assert_allclose(found(table()).ravel(), values(folder)["model"], rtol=1e-6)


@every_version
def test_checkpoints(folder):
    _, state = read_checkpoint(folder / "training.checkpoint")
    expected = values(folder)["checkpoint"]
    assert [array.ravel().tolist() for array in state.parameters] == expected


def test_every_format_of_this_version_is_there():
    suffixes = {one.suffixes[0] for one in FORMATS if one.read and one.write and one.name not in SOURCES}
    assert {path.name.removeprefix("network") for path in FILES} == {*suffixes, ".weights.h5"}
    assert isinstance(network(), MLP)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", folder.name) for folder in VERSIONS)
