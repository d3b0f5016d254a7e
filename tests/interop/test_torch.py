"""`from_model` beside PyTorch itself: modules are known by the class that defines their forward."""

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from multilayer import InputError, from_model

pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # quantization and the older normalizations are deprecated
        yield


class LowRank(nn.Linear):
    """An adapter, as libraries of adapters have them: a Linear by name, with more in its forward."""

    def __init__(self, inputs, units):
        super().__init__(inputs, units)
        self.down, self.up = nn.Linear(inputs, 1, bias=False), nn.Linear(1, units, bias=False)

    def forward(self, x):
        """Add what the adapter has learned."""
        return super().forward(x) + self.up(self.down(x))


LowRank.__name__ = LowRank.__qualname__ = "Linear"


class ReLU(nn.Module):
    """An activation of the user's, which has the name of another one."""

    def forward(self, x):
        """Leave small numbers out."""
        return torch.where(x > 0.1, x, 0.0)


class AlwaysDropout(nn.Dropout):
    def forward(self, x):
        """Drop units when predicting as well."""
        return nn.functional.dropout(x, self.p, training=True)


class Called(nn.ReLU):
    def __call__(self, x):
        """Do something else around the forward."""
        return -super().__call__(x)


class Renamed(nn.Linear):
    """The same computation by another name."""


def _chain(*modules, inputs=5):
    return nn.Sequential(nn.Linear(inputs, 4), *modules)


def _changed(module, change):
    change(module)
    return module


def _prepared(model):
    model.qconfig = torch.ao.quantization.get_default_qconfig("x86")
    return torch.ao.quantization.prepare(model.eval())


def _replace_forward(module):
    module.forward = lambda x: 2 * x


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: _chain(LowRank(4, 3)), "module 1 (Linear): its forward is code of its own"),
        (lambda: _chain(ReLU()), "module 1 (ReLU): its forward is code of its own (tests.interop.test_torch.ReLU."),
        (lambda: _chain(AlwaysDropout()), "module 1 (AlwaysDropout): its forward is code of its own"),
        (lambda: _chain(Called()), "module 1 (Called): its forward is code of its own"),
        (lambda: _chain(_changed(nn.ReLU(), _replace_forward)), "its forward was replaced on the object"),
        (
            lambda: torch.ao.quantization.quantize_dynamic(_chain(nn.ReLU()), {nn.Linear}),
            "module 0 (Linear): its weights are quantized; give the model as it was before quantization",
        ),
        (
            lambda: _chain(nn.LazyLinear(3)),
            "module 1 (LazyLinear): its weights are not initialized; run a batch through the model first",
        ),
        (lambda: _chain(nn.LazyBatchNorm1d()), "its weights are not initialized"),
        (
            lambda: _chain(nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))),
            "torch.nn.utils.parametrize.remove_parametrizations(module, 'weight')",
        ),
        (lambda: _chain(nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3))), "its weight is parametrized"),
        (lambda: _chain(nn.utils.weight_norm(nn.Linear(4, 3))), "torch.nn.utils.remove_weight_norm(module)"),
        (lambda: _chain(nn.utils.spectral_norm(nn.Linear(4, 3))), "torch.nn.utils.remove_spectral_norm(module)"),
        (
            lambda: _chain(prune.l1_unstructured(nn.Linear(4, 3), "weight", 0.5)),
            "torch.nn.utils.prune.remove(module, 'weight')",
        ),
        (
            lambda: _chain(prune.l1_unstructured(nn.Linear(4, 3), "bias", 0.5)),
            "torch.nn.utils.prune.remove(module, 'bias')",
        ),
        (lambda: _prepared(_chain(nn.ReLU())), "give the model as it was before it was prepared for quantization"),
        (
            lambda: _changed(_chain(nn.ReLU()), lambda m: m._modules.update({"1": None})),
            "module 1 (NoneType): it is not a PyTorch module",
        ),
        (lambda: nn.Linear(4, 3), "a PyTorch Linear is not an nn.Sequential but one layer; give nn.Sequential(model)"),
        (lambda: _chain(nn.ReLU()).state_dict(), "a state_dict has no activations: load it into its nn.Sequential"),
        (
            lambda: _chain(_changed(nn.ReLU(), lambda m: m.register_forward_hook(lambda *a: None))),
            "module 1 (ReLU): it has hooks",
        ),
        (
            lambda: _chain(nn.Sequential(_changed(nn.ReLU(), _replace_forward))),
            "module 1.0 (ReLU): its forward was replaced",
        ),
        (lambda: _chain(_changed(nn.Sequential(), _replace_forward)), "module 1 (Sequential): its forward was"),
        (lambda: _chain(nn.BatchNorm1d(4)), "it is in training mode, where each batch has its own mean; call model"),
        (lambda: _chain(nn.BatchNorm1d(4, track_running_stats=False)).eval(), "it has no running statistics"),
        (lambda: _chain(nn.BatchNorm2d(4)).eval(), "module 1 (BatchNorm2d): a network has no such layer"),
        (lambda: _chain(nn.LayerNorm(4)), "module 1 (LayerNorm): a network has no such layer"),
        (lambda: _chain(nn.ReLU(), nn.BatchNorm1d(4)).eval(), "the last BatchNorm1d has no Linear beside it"),
        (lambda: nn.Sequential(nn.Linear(5, 4, device="meta")), "module 0 (Linear): its weight cannot be read"),
        (lambda: nn.ModuleDict({"net": _chain()}), "give nn.Sequential of its layers, such as model.net"),
        (lambda: torch.fx.symbolic_trace(_chain()), "is not an nn.Sequential"),
        (lambda: torch.jit.trace(_chain(), torch.randn(2, 5)), "is not an nn.Sequential"),
        (lambda: nn.DataParallel(_chain()), "such as model.module"),
    ],
)  # fmt: skip
def test_refuses_what_computes_something_else(model, message):
    with pytest.raises(InputError) as caught:
        from_model(model())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def _worst(model, inputs=5, offset=0.0):
    """Return the largest difference of the outputs, in units of the last place of the largest one."""
    model = model.eval()
    x = torch.randn(200, inputs, dtype=next(model.parameters()).dtype) + offset
    with torch.no_grad():
        wanted = model(x).numpy()
    found = from_model(model)(x.numpy())
    assert found.dtype == wanted.dtype
    return float(np.abs(found - wanted).max() / np.abs(wanted).max() / np.finfo(wanted.dtype).eps)


def test_a_module_that_stands_in_the_chain_twice():
    activation, square = nn.Tanh(), nn.Linear(4, 4)
    model = _chain(activation, square, activation, square, activation)
    assert [layer.activation.facts.name for layer in from_model(model).layers] == ["tanh"] * 3
    assert _worst(model) < 8


def test_subclasses_without_a_forward_of_their_own():
    assert _worst(nn.Sequential(Renamed(5, 4), nn.ReLU6(), Renamed(4, 2))) < 8


def test_lazy_layers_that_have_seen_data():
    model = nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(2))
    model(torch.randn(8, 5))
    assert _worst(model) < 8


def test_a_normalization_that_was_taken_out_again():
    plain = nn.Linear(4, 3)
    normed = nn.utils.parametrizations.weight_norm(copy.deepcopy(plain))
    nn.utils.parametrize.remove_parametrizations(normed, "weight")
    assert _worst(_chain(nn.ReLU(), normed)) < 8


def _trained(norm):
    """Give running statistics and weights that are not those of a new layer."""
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.3, 3)
    if norm.affine:
        nn.init.uniform_(norm.weight, -2, 2)
        nn.init.uniform_(norm.bias, -1, 1)
    return norm


CHAINS = {
    "after a Linear": lambda: [nn.Linear(5, 4), _trained(nn.BatchNorm1d(4)), nn.ReLU(), nn.Linear(4, 2)],
    "without bias": lambda: [nn.Linear(5, 4, bias=False), _trained(nn.BatchNorm1d(4)), nn.ReLU(), nn.Linear(4, 2)],
    "after an activation": lambda: [
        nn.Linear(5, 4), nn.Tanh(), _trained(nn.BatchNorm1d(4)), nn.Dropout(), nn.Linear(4, 2)
    ],
    "first": lambda: [_trained(nn.BatchNorm1d(5)), nn.Linear(5, 4), nn.Sigmoid()],
    "last": lambda: [nn.Linear(5, 4), nn.SiLU(), nn.Linear(4, 3), _trained(nn.BatchNorm1d(3))],
    "twice": lambda: [
        _trained(nn.BatchNorm1d(5)), _trained(nn.BatchNorm1d(5)), nn.Linear(5, 4, bias=False),
        _trained(nn.BatchNorm1d(4)), _trained(nn.BatchNorm1d(4)), nn.Sequential(_trained(nn.BatchNorm1d(4))),
    ],
    "without weights of its own": lambda: [nn.Linear(5, 4), _trained(nn.BatchNorm1d(4, affine=False)), nn.ReLU()],
    "a larger eps": lambda: [nn.Linear(5, 4), _trained(nn.BatchNorm1d(4, eps=0.1)), nn.ReLU()],
}  # fmt: skip


@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_batch_norm_folds_into_the_linear_beside_it(chain, kind):
    model = nn.Sequential(*chain()).to(kind)
    assert _worst(model) < 32
    assert all(layer.dtype == np.dtype(str(kind)[6:]) for layer in from_model(model.eval()).layers)


def test_folded_weights_are_rounded_once():
    """Against exact arithmetic: the nearest float32 to the formula of the stored numbers."""
    from fractions import Fraction

    norm = _trained(nn.BatchNorm1d(4)).eval()
    linear = nn.Linear(5, 4)
    found = from_model(nn.Sequential(linear, norm)).layers[0]
    for unit in range(4):
        spread = np.sqrt(np.longdouble(norm.running_var[unit].item()) + norm.eps)
        factor = Fraction(norm.weight[unit].item()) / Fraction(*spread.as_integer_ratio())
        for n in range(5):
            exact = Fraction(linear.weight[unit, n].item()) * factor
            assert found.W[n, unit] == np.float32(float(exact))
        mean, bias = Fraction(norm.running_mean[unit].item()), Fraction(linear.bias[unit].item())
        exact = (bias - mean) * factor + Fraction(norm.bias[unit].item())
        assert found.b[unit] == pytest.approx(float(exact), rel=1e-7, abs=1e-9)


def test_a_mean_too_far_from_0_is_not_folded():
    norm = nn.BatchNorm1d(3)
    norm.running_mean[1] = 1.7e9
    model = nn.Sequential(norm, nn.Linear(3, 2)).eval()
    with pytest.raises(
        InputError, match=r"module 0 \(BatchNorm1d\): the mean of column 2 is 1.7e\+09 standard"
    ):
        from_model(model)
    norm.running_mean[1] = 100.0
    assert _worst(model, inputs=3, offset=torch.tensor([0.0, 100.0, 0.0])) < 1000


def test_half_precision_becomes_float32():
    for kind in (torch.float16, torch.bfloat16):
        model = nn.Sequential(nn.Linear(5, 4), _trained(nn.BatchNorm1d(4)), nn.ReLU()).to(kind).eval()
        network = from_model(model)
        assert network.dtype == np.float32
        wanted = model.float()(torch.ones(1, 5)).detach().numpy()
        np.testing.assert_allclose(network(np.ones((1, 5))), wanted, rtol=1e-5, atol=1e-6)
