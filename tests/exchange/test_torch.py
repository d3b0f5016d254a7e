"""The source of a PyTorch module: PyTorch runs it with our numbers, and we read its weights again."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from multilayer import InputError
from multilayer.activations import PReLU, catalogue
from multilayer.exchange import convert, read, write
from multilayer.exchange.proof import prove, samples_for
from multilayer.exchange.torch import runtime
from multilayer.exchange.torch.activations import code_of
from multilayer.interop import from_model
from multilayer.network import MLP, Dense
from tests.exchange.networks import HIDDEN, random_network

NET = random_network((4, 7, 3), ("relu", "softmax"), np.float32, classes=['"""', "b", "c"])


def test_two_files_that_are_source_and_weights(tmp_path):
    write(NET, tmp_path / "net_torch.py")
    text = (tmp_path / "net_torch.py").read_text()
    compile(text, "net_torch.py", "exec")
    assert "nn.Linear(4, 7, dtype=torch.float32)" in text
    tensors = load_file(tmp_path / "net_torch.safetensors")
    np.testing.assert_array_equal(tensors["0.weight"], NET.layers[0].W.T)
    found = read(tmp_path / "net_torch.safetensors", hidden="relu", output="softmax")
    assert found.network.layers == NET.layers


def test_every_activation_has_code():
    for activation in catalogue:
        if activation.facts.name not in ("identity", "prelu"):
            assert any(code_of(activation))


def test_a_name_that_python_cannot_import(tmp_path):
    with pytest.raises(InputError, match="no name of a module"):
        write(NET, tmp_path / "my-net_torch.py")
    assert not list(tmp_path.iterdir())


@pytest.mark.native
@pytest.mark.parametrize("target", ["n.c", "n.py", "n.mjs"])
def test_standalone_sources(tmp_path, target):
    write(NET, tmp_path / "a.npz")
    done = convert(tmp_path / "a.npz", tmp_path / target)
    assert {path.name for path, _ in done.files} == {path.name for path in tmp_path.iterdir()} - {"a.npz"}


@pytest.mark.native
def test_fixed_point_needs_rows(tmp_path):
    write(MLP([Dense(NET.layers[0].W, NET.layers[0].b, "relu")]), tmp_path / "a.npz")
    with pytest.raises(InputError, match="--check"):
        convert(tmp_path / "a.npz", tmp_path / "n.c", to_format="fixed-c")
    rows = np.random.default_rng(0).standard_normal((50, 4))
    done = convert(tmp_path / "a.npz", tmp_path / "n.c", to_format="fixed-c", check=rows)
    assert len(done.files) == 2


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", [*HIDDEN, PReLU((0.1, -0.2, 0.3, 0.0, 0.5))], ids=repr)
def test_pytorch_runs_it(tmp_path, activation, dtype):
    network = random_network((4, 5, 3), (activation, "tanh"), dtype)
    write(network, tmp_path / "net_torch.py")
    proof = prove(network, *runtime.program(tmp_path / "net_torch.py"), samples_for(network))
    assert proof.ratio < 4.0


@pytest.mark.oracle
@pytest.mark.slow
def test_it_is_read_by_interop(tmp_path):
    import importlib.util

    write(NET, tmp_path / "net_torch.py")
    spec = importlib.util.spec_from_file_location("net_torch", tmp_path / "net_torch.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert from_model(module.network()).layers == NET.layers
    assert NET.classes == module.CLASSES
