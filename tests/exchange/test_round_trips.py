"""Every format to every other one and back, over random networks: the same bits and activations."""

import importlib.util
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import from_model
from multilayer.activations import get
from multilayer.exchange import FORMATS, read, write
from multilayer.exchange.keras.activations import NAMES
from multilayer.exchange.source import SOURCES
from tests.exchange.networks import HIDDEN, SLOPES, chains, networks

pytestmark = pytest.mark.slow


def _read(path, network):
    return read(path).network


def _given(path, network):
    """A file of weights alone, with the activations given."""
    *hidden, output = [layer.activation for layer in network.layers]
    return read(path, hidden=hidden, output=output).network


def _weights_of_keras(path, network):
    """What Keras writes as .weights.h5 is what stands in a .keras."""
    weights = path.with_suffix(".weights.h5")
    with zipfile.ZipFile(path) as archive:
        weights.write_bytes(archive.read("model.weights.h5"))
    return _given(weights, network)


def _state_dict(path, network):
    return _given(path.with_suffix(".safetensors"), network)


def _estimator(path, network):
    spec = importlib.util.spec_from_file_location("written", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return from_model(module.estimator())


@dataclass(frozen=True)
class Way:
    """A format, what it can represent, and how it is read back."""

    suffix: str
    read: Callable = _read
    activations: tuple = (*HIDDEN, SLOPES)
    uniform: bool = False
    """Whether all hidden layers have one activation, of those of scikit-learn."""


PLAIN = tuple(map(get, ("identity", "sigmoid", "tanh", "relu")))
WAYS = {
    "json": Way(".json"),
    "safetensors": Way(".safetensors"),
    "npz": Way(".npz"),
    "onnx": Way(".onnx"),
    "keras": Way(".keras", activations=(*NAMES.values(), SLOPES)),
    "keras-weights": Way(".keras", _weights_of_keras, tuple(NAMES.values())),
    # The slopes of prelu are weights there, of which a state_dict does not say what they are.
    "torch": Way("_torch.py", _state_dict, tuple(one for one in HIDDEN if one.facts.name != "prelu")),
    "scikit-learn": Way("_sklearn.py", _estimator, PLAIN, uniform=True),
}


def test_every_format_is_here():
    """All but standalone sources, which are run, not read."""
    assert set(WAYS) == {one.name for one in FORMATS} - set(SOURCES)


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
@settings(max_examples=4)
@given(data=st.data())
def test_there_and_back(tmp_path_factory, first, second, data):
    ways = WAYS[first], WAYS[second]
    common = [one for one in ways[0].activations if one in ways[1].activations]
    uniform = any(way.uniform for way in ways)
    network = data.draw(chains(PLAIN) if uniform else networks(common))
    folder = Path(tmp_path_factory.mktemp("ways"))
    found = network
    for number, way in enumerate(ways, 1):
        path = folder / f"n{number}{way.suffix}"
        write(found, path)
        found = way.read(path, network)
    assert found.layers == network.layers
