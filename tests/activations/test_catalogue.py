"""The catalogue: names, facts, and activations as values."""

import copy
import math
import pickle

import pytest

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer.activations import AlongAxis, Elementwise, HardTanh, catalogue, get
from tests.activations.every import EVERY, EVERY_SETTING, X, same

NAMES = [
    "identity",
    "step",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "prelu",
    "relu6",
    "thresholded_relu",
    "elu",
    "celu",
    "selu",
    "gelu",
    "gelu_tanh",
    "silu",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "softplus",
    "softsign",
    "mish",
    "log_sigmoid",
    "soft_shrink",
    "hard_shrink",
    "tanh_shrink",
    "squareplus",
    "exponential",
    "gaussian",
    "softmax",
    "log_softmax",
    "softmin",
    "sparsemax",
    "hardmax",
]


class TestCatalogue:
    def test_is_complete(self):
        assert sorted(entry.facts.name for entry in catalogue) == sorted(NAMES)

    @EVERY
    def test_ready_instances_stand_under_their_names(self, activation):
        assert getattr(activations, activation.facts.name) is activation
        assert getattr(activations, type(activation).__name__)() == activation

    def test_no_name_is_taken_twice(self):
        names = [name for entry in catalogue for name in (entry.facts.name, *entry.facts.aliases)]
        assert len(names) == len(set(names))

    @EVERY
    def test_every_name_is_found(self, activation):
        for name in (activation.facts.name, *activation.facts.aliases):
            assert get(name) is activation
            assert get(name.upper().replace("_", "-")) is activation

    @EVERY
    def test_facts_are_whole(self, activation):
        facts = activation.facts
        assert facts.formula
        assert facts.derivative
        assert facts.latex
        assert facts.range.low < facts.range.high
        assert list(facts.kinks) == sorted(facts.kinks)
        hash(facts)

    def test_unknown_names_and_parameters(self):
        with pytest.raises(InputError, match="relu"):
            get("rleu")
        with pytest.raises(InputError, match="no parameter 'alpha'; expected 'slope'"):
            get("leaky_relu", alpha=0.1)
        with pytest.raises(InputError, match="low must be below high"):
            HardTanh(low=1.0, high=-1.0)
        for bad in (math.nan, math.inf, "0.1", True, None, (0.1, 0.2)):
            with pytest.raises(InputError, match="slope must be a finite number"):
                get("leaky_relu", slope=bad)


class TestValueObjects:
    @EVERY_SETTING
    def test_equal_hashed_copied_pickled(self, activation):
        for twin in (pickle.loads(pickle.dumps(activation)), copy.deepcopy(activation)):  # noqa: S301
            assert twin == activation
            assert hash(twin) == hash(activation)
            same(twin(X), activation(X))
        assert eval(repr(activation), vars(activations)) == activation  # noqa: S307

    def test_parameters_tell_apart(self):
        assert get("leaky_relu", slope=0.2) != get("leaky_relu")
        assert get("leaky_relu", slope=0.25) != get("prelu")

    @EVERY
    def test_frozen(self, activation):
        with pytest.raises(AttributeError):
            activation.slope = 3.0


def test_every_activation_is_of_one_of_the_two_kinds():
    assert all(isinstance(entry, Elementwise | AlongAxis) for entry in catalogue)
