"""What exporters write here and now: the weights bit for bit, and the numbers to rounding."""

import logging

import numpy as np
import pytest
import torch

from multilayer import InputError
from multilayer.exchange import read
from multilayer.exchange.proof import prove, samples_for
from multilayer.interop import from_model

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of exporters, about their own parts
]

nn = torch.nn

# What the exporter that is not named cannot write: RReLU and a threshold above 0.
BOTH, DYNAMO, SCRIPT = (True, False), (True,), (False,)
ACTIVATIONS = [
    (nn.ReLU, (), BOTH),
    (nn.LeakyReLU, (0.2,), BOTH),
    (nn.PReLU, (), BOTH),
    (nn.PReLU, (8,), BOTH),
    (nn.RReLU, (0.25, 0.25), SCRIPT),
    (nn.ReLU6, (), BOTH),
    (nn.Threshold, (0.3, 0.0), DYNAMO),
    (nn.ELU, (0.7,), BOTH),
    (nn.CELU, (1.5,), BOTH),
    (nn.SELU, (), BOTH),
    (nn.GELU, (), BOTH),
    (nn.GELU, ("tanh",), BOTH),
    (nn.SiLU, (), BOTH),
    (nn.Mish, (), BOTH),
    (nn.Softplus, (), BOTH),
    (nn.Softplus, (2.0,), BOTH),
    (nn.Sigmoid, (), BOTH),
    (nn.LogSigmoid, (), BOTH),
    (nn.Hardsigmoid, (), BOTH),
    (nn.Hardswish, (), BOTH),
    (nn.Tanh, (), BOTH),
    (nn.Hardtanh, (-2.0, 0.5), BOTH),
    (nn.Softsign, (), BOTH),
    (nn.Softshrink, (0.3,), BOTH),
    (nn.Hardshrink, (0.4,), BOTH),
    (nn.Tanhshrink, (), BOTH),
    (nn.Softmax, (-1,), BOTH),
    (nn.LogSoftmax, (1,), BOTH),
    (nn.Softmin, (1,), BOTH),
]
CASES = [(make, values, dynamo) for make, values, ways in ACTIVATIONS for dynamo in ways]


def exported(net, path, dynamo, x, **options):
    torch.manual_seed(0)
    logging.disable(logging.CRITICAL)
    try:
        torch.onnx.export(net.eval(), (x,), path, dynamo=dynamo, verbose=False, **options)
    finally:
        logging.disable(logging.NOTSET)
    return path


@pytest.mark.parametrize(
    ("make", "values", "dynamo"), CASES, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_activations_of_torch(tmp_path, make, values, dynamo):
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(4, 8), make(*values), nn.Linear(8, 3))
    found = read(exported(net, tmp_path / "n.onnx", dynamo, torch.randn(2, 4)))
    assert found.network == from_model(net)
    proof = prove(found.network, *found.program(), samples_for(found.network))
    # Both exporters write log(sigmoid(a)), which is wrong in the tails.
    assert proof.holds or make is nn.LogSigmoid


class Net(nn.Module):
    """A module with a forward of its own, as users write them."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([1.0, -2.0, 0.5, 0.0]))
        self.register_buffer("std", torch.tensor([2.0, 0.5, 1.0, 3.0]))
        self.one = nn.Linear(4, 6, bias=False)
        self.norm = nn.BatchNorm1d(6)
        self.two = nn.Linear(6, 5)
        self.drop = nn.Dropout(0.3)
        self.three = nn.Linear(5, 1)

    def forward(self, x):
        """Standardize, and go through three layers."""
        x = (x - self.mean) / self.std
        x = torch.relu(self.norm(self.one(x)))
        x = self.drop(torch.tanh(self.two(x)))
        return torch.sigmoid(self.three(x)).squeeze(-1)


@pytest.mark.parametrize("dynamo", BOTH)
def test_a_module_of_ones_own(tmp_path, dynamo):
    torch.manual_seed(2)
    net = Net()
    net.norm.running_mean.normal_()
    net.norm.running_var.uniform_(0.5, 2.0)
    found = read(exported(net, tmp_path / "n.onnx", dynamo, torch.randn(2, 4)))
    assert found.network.widths == (4, 6, 5, 1)
    assert any("folded" in note for note in found.notes)
    np.testing.assert_array_equal(found.network.layers[1].W, net.two.weight.detach().numpy().T)
    assert prove(found.network, *found.program(), samples_for(found.network)).holds


class Shares(nn.Module):
    """A softmax of one's own."""

    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 3)

    def forward(self, x):
        a = self.one(x)
        e = torch.exp(a - a.max(dim=1, keepdim=True).values)
        return e / e.sum(-1).unsqueeze(-1)


@pytest.mark.parametrize("dynamo", BOTH)
def test_a_softmax_of_ones_own(tmp_path, dynamo):
    torch.manual_seed(2)
    net = Shares()
    found = read(exported(net, tmp_path / "n.onnx", dynamo, torch.randn(2, 4)))
    assert found.network == from_model(nn.Sequential(net.one, nn.Softmax(-1)))
    assert prove(found.network, *found.program(), samples_for(found.network)).holds


def test_tensors_in_a_file_beside_it(tmp_path):
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.GELU(), nn.Linear(100, 10))
    path = exported(net, tmp_path / "n.onnx", True, torch.randn(2, 8, 8))
    assert (tmp_path / "n.onnx.data").stat().st_size > 20_000
    found = read(path, output="softmax")
    assert found.network.layers[:1] == from_model(net).layers[:1]
    assert prove(found.network, *found.program(), samples_for(found.network)).holds
    (tmp_path / "n.onnx.data").unlink()
    with pytest.raises(InputError, match=r"n\.onnx\.data', which cannot be read"):
        read(path)


def test_float64_and_three_axes(tmp_path):
    net = nn.Sequential(nn.Linear(4, 6), nn.SiLU(), nn.Linear(6, 2)).double()
    found = read(exported(net, tmp_path / "n.onnx", True, torch.randn(2, 4).double()))
    assert found.network == from_model(net)
    found = read(exported(net.float(), tmp_path / "m.onnx", True, torch.randn(2, 5, 4)))
    assert found.network == from_model(net)


def test_a_residual_connection_of_torch(tmp_path):
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Linear(4, 4)

        def forward(self, x):
            return x + torch.relu(self.one(x))

    with pytest.raises(InputError, match=r"\(Add\): it joins"):
        read(exported(Residual(), tmp_path / "n.onnx", True, torch.randn(2, 4)))
