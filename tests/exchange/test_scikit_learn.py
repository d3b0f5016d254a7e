"""The source of a fitted MLP of scikit-learn: it predicts what the network does."""

import importlib.util

import numpy as np
import pytest

from multilayer import InputError, from_model
from multilayer.exchange import convert, read, write
from multilayer.exchange.proof import prove, samples_for
from multilayer.exchange.scikit_learn import program
from multilayer.network import MLP
from tests.exchange.networks import random_network

CASES = {
    "classes out of order": ((4, 7, 3), ("relu", "softmax"), {"classes": ["c", "a", "b"]}),
    "two classes out of order": ((4, 7, 1), ("tanh", "sigmoid"), {"classes": ["yes", "no"]}),
    "without labels": ((4, 7, 3), ("sigmoid", "softmax"), {}),
    "a quantity": ((4, 7, 5, 1), ("tanh", "tanh", "identity"), {"inputs": list("abcd")}),
    "quantities": ((4, 7, 2), ("identity", "identity"), {}),
    "no hidden layer": ((4, 3), ("softmax",), {}),
}


@pytest.mark.parametrize("name", CASES)
def test_numbers_and_labels(tmp_path, name):
    widths, activations, names = CASES[name]
    network = random_network(widths, activations, np.float64, **names)
    path = tmp_path / "net_sklearn.py"
    write(network, path)
    proof = prove(network, *program(path), samples_for(network))
    assert proof.holds, proof
    spec = importlib.util.spec_from_file_location("net_sklearn", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.estimator()
    assert from_model(model) == read(tmp_path / "net_sklearn.npz").network or not network.classes
    if activations[-1] != "identity":
        x = samples_for(network)[1:]
        np.testing.assert_array_equal(model.predict(x), network.classify(x))


def test_conversion(tmp_path):
    write(random_network((4, 7, 3), ("relu", "softmax"), np.float32), tmp_path / "a.npz")
    done = convert(tmp_path / "a.npz", tmp_path / "net_sklearn.py")
    assert "scikit-learn" in repr(done)


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        (("gelu", "softmax"), "found gelu"),
        (("relu", "sigmoid"), "3 of sigmoid"),
        (("relu", "relu"), "found 3 of relu"),
    ],
)
def test_refused_by_name(tmp_path, activations, message):
    network = MLP(random_network((4, 7, 3), activations, np.float32).layers)
    with pytest.raises(InputError, match=message):
        write(network, tmp_path / "net_sklearn.py")
    assert not list(tmp_path.iterdir())
