"""Every activation and shape to ONNX and back: the same bits, names and classes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import InputError
from multilayer.activations import Custom, HardSigmoid, LeakyReLU, PReLU, catalogue
from multilayer.exchange import read, write
from multilayer.exchange.onnx.formulas import FORMULAS
from multilayer.network import MLP, Dense
from tests.exchange.networks import HIDDEN, random_network
from tests.io.networks import NETWORK

DTYPES = [np.float32, np.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", HIDDEN, ids=repr)
def test_activations(tmp_path, activation, dtype):
    network = random_network((5, 7, 3), (activation, activation), dtype)
    write(network, tmp_path / "n.onnx")
    assert read(tmp_path / "n.onnx").network == network


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 30.0), st.floats(-3.0, 3.0), st.sampled_from(DTYPES))
def test_parameters(tmp_path_factory, alpha, beta, dtype):
    """Any float64 parameter is read back, also where the graph holds it in float32."""
    path = tmp_path_factory.mktemp("onnx") / "network.onnx"
    for activation in (HardSigmoid(alpha, beta), LeakyReLU(beta), PReLU((alpha, beta, 0.1))):
        network = random_network((2, 3), (activation,), dtype)
        write(network, path)
        assert read(path).network == network


def test_a_parameter_of_another_program_is_the_decimal_that_float32_rounds(tmp_path):
    from onnx import helper, load, save

    write(random_network((2, 3), (LeakyReLU(0.2),), np.float32), tmp_path / "n.onnx")
    model = load(tmp_path / "n.onnx")
    del model.metadata_props[:]
    assert helper.get_node_attr_value(model.graph.node[1], "alpha") != 0.2
    save(model, tmp_path / "n.onnx")
    assert read(tmp_path / "n.onnx").network.layers[0].activation == LeakyReLU(0.2)


@pytest.mark.parametrize(
    "classes", [("a", "b", "c"), (5_000_000_000, -1, 7), (True, False), (0.5, 1.5, 2.5)], ids=str
)
def test_classes(tmp_path, classes):
    units = 1 if len(classes) == 2 else 3
    network = random_network(
        (4, 6, units), ("relu", "sigmoid"), np.float32, classes=classes, inputs=list("abcd")
    )
    write(network, tmp_path / "n.onnx")
    assert read(tmp_path / "n.onnx").network == network


def test_names_and_classes(tmp_path):
    write(NETWORK, tmp_path / "n.onnx")
    assert read(tmp_path / "n.onnx").network == NETWORK


def test_every_activation_has_a_formula():
    kinds = {formula.kind for formula in FORMULAS} | {
        type(one) for one in catalogue if one.facts.name in ("identity", "prelu")
    }
    assert kinds == {type(one) for one in catalogue}


def test_what_onnx_cannot_represent_is_refused(tmp_path):
    cube = Custom("cube", lambda a: a**3, lambda a: 3 * a**2)
    with pytest.raises(InputError, match="layer 1: ONNX has no formula of the activation cube"):
        write(MLP([Dense([[1.0]], [0.0], cube)]), tmp_path / "n.onnx")
    mixed = MLP([Dense([[1.0, 2.0]], None, "softmax")], classes=["a", 1])
    with pytest.raises(InputError, match="several types"):
        write(mixed, tmp_path / "n.onnx")
    assert not list(tmp_path.iterdir())
