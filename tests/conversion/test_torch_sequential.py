import numpy as np
import pytest

from multilayer import InputError, from_model
from multilayer.conversion.torch_activations import ACTIVATIONS
from tests.conversion import torch_stand_in as nn
from tests.conversion.torch_stand_in import Linear, Module, Sequential, activation

X = 3 * np.random.default_rng(1).standard_normal((100, 5))

NOTHING = (
    activation("Identity", Module.forward),
    activation("Dropout", Module.forward, p=0.5),
    activation("AlphaDropout", Module.forward, p=0.5),
    activation("Flatten", Module.forward, start_dim=1, end_dim=-1),
)


def test_every_activation_has_a_stand_in():
    assert {type(module).__name__ for module in nn.ACTIVATIONS} == set(ACTIVATIONS)


@pytest.mark.parametrize("module", nn.ACTIVATIONS, ids=lambda module: type(module).__name__)
@pytest.mark.parametrize("bias", [True, False])
def test_outputs_are_the_models_own(module, bias):
    model = Sequential(Linear(5, 7, bias), module, Linear(7, 3, bias, seed=1))
    np.testing.assert_allclose(from_model(model)(X), model.forward(X), rtol=1e-13, atol=1e-13)


def test_chains_within_chains_and_what_has_no_effect():
    inner = Sequential(Linear(7, 6), NOTHING[1], nn.ACTIVATIONS[0])
    model = Sequential(NOTHING[3], Linear(5, 7), Sequential(NOTHING[0], inner), NOTHING[2], Linear(6, 2))
    network = from_model(model)
    assert repr(network) == "MLP(5-7-6-2, identity relu identity, float64)"
    np.testing.assert_allclose(network(X), model.forward(X), rtol=1e-13, atol=1e-13)


def test_the_type_stays():
    network = from_model(Sequential(Linear(5, 2, dtype=np.float32)))
    assert network.dtype == np.float32


def test_bfloat16_becomes_float32():
    linear = Linear(5, 2, dtype=np.float32)
    linear.weight.has_numpy = linear.bias.has_numpy = False
    network = from_model(Sequential(linear))
    assert network.dtype == np.float32
    assert np.array_equal(network.layers[0].W, linear.weight.array.T)


def test_a_class_of_sequential_without_a_forward_of_its_own():
    class Net(Sequential):
        pass

    assert from_model(Net(Linear(5, 2))).shape == (5, 2)


class OwnForward(Sequential):
    def forward(self, x):
        """Do something else."""
        return -super().forward(x)


def _hooked(module):
    module._forward_hooks = {1: print}
    return module


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            Sequential(Linear(5, 2), type("BatchNorm1d", (Module,), {})()),
            "module 1 (BatchNorm1d): a network has",
        ),
        (Sequential(Linear(5, 2), type("GLU", (Module,), {})()), "module 1 (GLU)"),
        (Sequential(nn.ACTIVATIONS[0], Linear(5, 2)), "module 0 (ReLU): an activation needs a Linear"),
        (Sequential(Linear(5, 2), *nn.ACTIVATIONS[:2]), "module 2 (LeakyReLU): an activation needs"),
        (Sequential(Sequential(), Sequential(nn.ACTIVATIONS[0])), "module 1.0 (ReLU)"),
        (Sequential(Linear(5, 2), activation("Softmax", None, dim=0)), "dim is 0"),
        (Sequential(Linear(5, 2), activation("Softplus", None, beta=1, threshold=5)), "threshold is 5"),
        (Sequential(Linear(5, 2), activation("Threshold", None, threshold=0.1, value=1)), "value is 1"),
        (Sequential(Linear(5, 2), activation("GELU", None, approximate="quick")), "'quick'"),
        (Sequential(activation("Flatten", None, start_dim=0, end_dim=-1), Linear(5, 2)), "start_dim is 0"),
        (Sequential(_hooked(Linear(5, 2))), "module 0 has hooks"),
        (_hooked(Sequential(Linear(5, 2))), "the nn.Sequential has hooks"),
        (Sequential(), "has no Linear"),
        (Sequential(Linear(5, 2), OwnForward(Linear(2, 2))), "module 1 (OwnForward)"),
        (OwnForward(Linear(5, 2)), "a PyTorch OwnForward is no nn.Sequential"),
        (Linear(5, 2), "a PyTorch Linear is no nn.Sequential"),
        (Sequential(Linear(5, 2), Linear(3, 2)), "W has shape (3, 2) but layer 1 has 2 units"),
    ],
)
def test_refuses_what_it_cannot_represent(model, message):
    with pytest.raises(InputError) as caught:
        from_model(model)
    assert message in str(caught.value)
