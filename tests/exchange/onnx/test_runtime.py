"""ONNX Runtime on what we write: every activation, several shapes, both types, and the labels."""

import numpy as np
import pytest

from multilayer import initialize
from multilayer.activations import PReLU
from multilayer.exchange import convert, write
from multilayer.exchange.onnx import runtime
from multilayer.exchange.proof import prove, samples_for
from tests.exchange.networks import HIDDEN, random_network

pytestmark = pytest.mark.oracle

# No kernel of ONNX Runtime in float64: ONNX's evaluator runs them.
WITHOUT_KERNEL = {("gelu", np.float64), ("hardmax", np.float64)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", [*HIDDEN, PReLU((0.1, -0.2, 0.3, 0.0, 0.5))], ids=repr)
@pytest.mark.parametrize("widths", [(1, 5, 1), (3, 5, 4), (40, 5, 300)], ids=str)
def test_numbers(tmp_path, widths, activation, dtype):
    network = random_network(widths, (activation, "identity"), dtype)
    write(network, tmp_path / "n.onnx")
    run, by = runtime.run_network(tmp_path / "n.onnx")
    assert by.startswith("ONNX Runtime") or (activation.facts.name, dtype) in WITHOUT_KERNEL
    assert prove(network, run, by, samples_for(network)).holds


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["elu", "selu", "celu"])
def test_small_sums_before_an_exponential(tmp_path, activation, dtype):
    """Without biases sums are near 0, where ONNX Runtime takes 1 from exp(a), and its digits are few."""
    network = initialize((3, 8, 2), activation, rng=0, dtype=dtype)
    done = convert(saved(network, tmp_path / "n.json"), tmp_path / "n.onnx")
    assert done.proofs[-1].by.startswith("ONNX Runtime")
    assert 0.01 < done.proofs[-1].ratio < 0.5


def saved(network, path):
    write(network, path)
    return path


@pytest.mark.parametrize(
    "classes", [("a", "b", "c"), (5_000_000_000, -1, 7), (True, False), (0.5, 1.5, 2.5)], ids=str
)
def test_labels(tmp_path, classes):
    units = 1 if len(classes) == 2 else 3
    network = random_network((4, 6, units), ("relu", "sigmoid"), np.float32, classes=classes)
    write(network, tmp_path / "n.onnx")
    outputs, _ = runtime.run(tmp_path / "n.onnx")
    x = samples_for(network)
    np.testing.assert_array_equal(outputs(x)["class"], network.classify(x))


def test_plain_operators_alone(tmp_path):
    import onnx

    for activation in HIDDEN:
        write(random_network((3, 4), (activation,), np.float32, classes=None), tmp_path / "n.onnx")
        model = onnx.load(tmp_path / "n.onnx")
        onnx.checker.check_model(model, full_check=True)
        assert {node.domain for node in model.graph.node} == {""}
        assert (model.opset_import[0].version, model.ir_version) == (17, 8)
        assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
