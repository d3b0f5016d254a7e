import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import InputError, from_model
from multilayer.interop.torch import ACTIVATIONS
from tests.interop import torch_stand_in as nn
from tests.interop.torch_stand_in import BatchNorm1d, Linear, Module, Sequential, activation

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

    assert from_model(Net(Linear(5, 2))).widths == (5, 2)


class OwnLinear(Linear):
    def forward(self, x):
        """Add something to it, as an adapter does."""
        return super().forward(x) + 1.0


class OwnCall(Linear):
    def __call__(self, x):
        """Do something around the forward."""
        return -super().__call__(x)


def _with(module, **attributes):
    vars(module).update(attributes)
    return module


def test_a_module_that_stands_in_the_chain_twice():
    activation, square = nn.ACTIVATIONS[0], Linear(5, 5)
    model = Sequential(square, activation, square, activation, Linear(5, 2), activation)
    network = from_model(model)
    assert [layer.activation.facts.name for layer in network.layers] == ["relu"] * 3
    np.testing.assert_allclose(network(X), model.forward(X), rtol=1e-13, atol=1e-13)


def test_what_torch_compile_returns():
    model = Sequential(Linear(5, 2))
    assert from_model(_with(Module(), _orig_mod=model)) == from_model(model)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_batch_norm_in_evaluation(place, own):
    chain = [Linear(5, 6), nn.ACTIVATIONS[0], Linear(6, 3)]
    chain.insert(place, BatchNorm1d([5, 6, 6, 3][place], own))
    model = Sequential(*chain)
    network = from_model(model)
    assert repr(network) == "MLP(5-6-3, relu identity, float64)"
    np.testing.assert_allclose(network(X), model.forward(X), rtol=1e-12, atol=1e-12)


SHARED = (
    *NOTHING,
    *nn.ACTIVATIONS[:2],
    BatchNorm1d(3),
    BatchNorm1d(3, own=False),
    Linear(3, 3),
    Linear(3, 3, False),
)


@given(st.lists(st.sampled_from(SHARED), min_size=1, max_size=8))
def test_any_chain_is_converted_as_it_computes_or_refused(modules):
    """Modules stand in it more than once, for there are few of them."""
    model = Sequential(*modules)
    try:
        network = from_model(model)
    except InputError as refused:
        assert re.search("an activation needs|no Linear", str(refused))  # noqa: PT017
    else:
        np.testing.assert_allclose(network(X[:, :3]), model.forward(X[:, :3]), rtol=1e-9, atol=1e-9)


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
        (Sequential(Linear(5, 2), activation("GLU", None)), "module 1 (GLU): a network has no such layer"),
        (Sequential(nn.ACTIVATIONS[0], Linear(5, 2)), "module 0 (ReLU): an activation needs a Linear"),
        (Sequential(Linear(5, 2), *nn.ACTIVATIONS[:2]), "module 2 (LeakyReLU): an activation needs"),
        (Sequential(Sequential(), Sequential(nn.ACTIVATIONS[0])), "module 1.0 (ReLU)"),
        (Sequential(Linear(5, 2), activation("Softmax", None, dim=0)), "dim is 0"),
        (Sequential(Linear(5, 2), activation("Softplus", None, beta=1, threshold=5)), "threshold is 5"),
        (Sequential(Linear(5, 2), activation("Threshold", None, threshold=0.1, value=1)), "value is 1"),
        (Sequential(Linear(5, 2), activation("GELU", None, approximate="quick")), "'quick'"),
        (Sequential(activation("Flatten", None, start_dim=0, end_dim=-1), Linear(5, 2)), "start_dim is 0"),
        (Sequential(_hooked(Linear(5, 2))), "module 0 (Linear): it has hooks"),
        (_hooked(Sequential(Linear(5, 2))), "the nn.Sequential: it has hooks"),
        (Sequential(), "has no Linear"),
        (Sequential(Linear(5, 2), OwnForward(Linear(2, 2))), "module 1 (OwnForward)"),
        (OwnForward(Linear(5, 2)), "a PyTorch OwnForward is not an nn.Sequential"),
        (Linear(5, 2), "a PyTorch Linear is not an nn.Sequential"),
        (Sequential(OwnLinear(5, 2)), "module 0 (OwnLinear): its forward is code of its own (tests."),
        (Sequential(OwnCall(5, 2)), "module 0 (OwnCall): its forward is code of its own"),
        (Sequential(type("Linear", (Module,), {"forward": OwnLinear.forward})()), "is code of its own"),
        (Sequential(_with(Linear(5, 2), forward=print)), "module 0 (Linear): its forward was replaced"),
        (Sequential(_with(Linear(5, 2), parametrizations={"weight": 1})), "its weight is parametrized"),
        (Sequential(_with(Linear(5, 2), has_uninitialized_params=lambda: True)), "are not initialized"),
        (Sequential(_with(Linear(5, 2), weight=None)), "module 0 (Linear): its weight"),
        (Sequential(_with(Linear(5, 2), weight=print)), "module 0 (Linear): its weight cannot be read"),
        (Sequential(Linear(5, 2), _with(BatchNorm1d(2), training=True)), "call model.eval() first"),
        (Sequential(Linear(5, 2), _with(BatchNorm1d(2), running_mean=None)), "no running statistics"),
        (Sequential(Linear(5, 2), nn.ACTIVATIONS[0], BatchNorm1d(2)), "no Linear beside it"),
        (Sequential(Linear(5, 2), BatchNorm1d(3)), "a BatchNorm1d of 3 columns, but the Linear before has 2"),
        (
            Sequential(BatchNorm1d(3), Linear(5, 2)),
            "a BatchNorm1d of 3 columns, but the Linear behind takes 5",
        ),
        (Sequential(Linear(5, 2), Linear(3, 2)), "W has shape (3, 2) but layer 1 has 2 units"),
    ],
)
def test_refuses_what_it_cannot_represent(model, message):
    with pytest.raises(InputError) as caught:
        from_model(model)
    assert message in str(caught.value)
