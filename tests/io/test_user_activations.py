"""A network with an activation of one's own: the file names it, and who loads it brings it."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations, initialize, load, save
from multilayer.activations import Activation, Custom, Elementwise, Facts, Interval, relu, setting

every_suffix = pytest.mark.parametrize("suffix", [".json", ".safetensors"])

CUBE = Custom("cube", lambda a: a**3, lambda a: 3 * a**2)
OTHER_CUBE = Custom("Cube", lambda a: -(a**3), lambda a: -3 * a**2)
SINE = Custom("sine", np.sin, np.cos)
X = np.random.default_rng(0).normal(size=(5, 2))


@dataclass(frozen=True)
class Scaled(Elementwise):
    scale: float = setting(1.0, above=0.0)

    @property
    def facts(self):
        return Facts("scaled", "scale a", "scale", "s a", Interval(-np.inf, np.inf))

    @staticmethod
    def formula(x, /, scale):
        return scale * x

    @staticmethod
    def derivative_formula(x, /, scale):
        return np.full_like(x, scale)


class Plain(Elementwise):
    """No dataclass: it has no parameters."""

    facts = Facts("plain", "a", "1", "a", Interval(-np.inf, np.inf))
    formula = staticmethod(np.positive)
    derivative_formula = staticmethod(np.ones_like)


def network(*hidden):
    return initialize((2, *[3] * len(hidden), 1), list(hidden), rng=0)


@every_suffix
@pytest.mark.parametrize(
    ("hidden", "given"),
    [
        ((CUBE,), [CUBE]),
        ((CUBE,), CUBE),
        ((CUBE, SINE, CUBE), (SINE, CUBE)),
        ((CUBE, relu), [CUBE, SINE, relu]),
        ((Scaled(2.0), Scaled(0.5)), [Scaled()]),
        ((Plain(),), None),
    ],
)
def test_it_comes_back_bit_for_bit(tmp_path, suffix, hidden, given):
    net = network(*hidden)
    path = tmp_path / f"net{suffix}"
    save(net, path)
    given = list(hidden) if given is None else given
    found = load(path, activations=given)
    assert found == net
    np.testing.assert_array_equal(found(X), net(X))
    if not isinstance(given, Activation):
        assert load(path, iter(given)) == net


@every_suffix
def test_without_it_the_error_shows_how_to_give_it(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    save(network(relu, CUBE), path)
    for given in ((), [SINE]):
        with pytest.raises(InputError) as caught:
            load(path, given)
        message = str(caught.value)
        assert "layer 2: no activation is called 'cube'" in message
        assert message.endswith(
            "(an activation of your own is passed to load: load(path, activations=[...]))"
        )
        assert "\n" not in message


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (
            {"name": "scaled", "scale": -1.0},
            "layer 1: Scaled: scale must be a finite number, above 0; got -1.0",
        ),
        ({"name": "scaled", "scale": [1.0, 2.0]}, "layer 1: Scaled: scale must be a finite number, above 0"),
        ({"name": "scaled", "scale": "2"}, "layer 1: Scaled: scale must be a finite number, above 0"),
        (
            {"name": "scaled", "size": 2},
            "layer 1: activation scaled has no parameter 'size'; expected 'scale'",
        ),
        (
            {"name": "cube", "value": "print"},
            "layer 1: activation cube has no parameter 'value'; it has none",
        ),
        ({"name": "cube", "gradient": 1.0}, "layer 1: activation cube has no parameter 'gradient'"),
    ],
)
def test_parameters_of_a_file_are_checked(tmp_path, activation, message):
    path = tmp_path / "net.json"
    layer = {"W": [[1.0]], "b": [0.0], "activation": activation}
    path.write_text(json.dumps({"format": "multilayer-network", "version": 1, "layers": [layer]}))
    with pytest.raises(InputError, match=message):
        load(path, activations=[Scaled(), CUBE])


@every_suffix
def test_two_that_one_name_cannot_tell_apart_are_refused(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    with pytest.raises(
        InputError, match="layers 1 and 3 have different activations of your own that are both"
    ):
        save(network(CUBE, relu, OTHER_CUBE), path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "activations must be Activations of your own; got 5"),
        ("cube", "activations must be Activations of your own; got 'cube'"),
        (["cube"], "activations, entry 1: expected an Activation of your own; got 'cube'"),
        ([CUBE, np.sin], "activations, entry 2: expected an Activation of your own"),
        ([Scaled], "activations, entry 1: expected an Activation of your own"),
        ([CUBE, OTHER_CUBE], "activations: two different ones are called 'Cube'"),
    ],
)
def test_what_is_brought_is_checked(tmp_path, given, message):
    path = tmp_path / "net.json"
    save(network(CUBE), path)
    with pytest.raises(InputError, match=message):
        load(path, activations=given)


def test_one_that_goes_by_a_name_of_the_catalogue_is_not_taken_for_it(tmp_path):
    @dataclass(frozen=True)
    class Impostor(Plain):
        facts = Facts("ReLU", "a", "1", "a", Interval(-np.inf, np.inf))

    path = tmp_path / "net.json"
    save(network(relu), path)
    with pytest.raises(
        InputError, match="an activation of your own is called 'ReLU', as one in the catalogue"
    ):
        load(path, activations=[Impostor()])
    with pytest.raises(InputError, match="layer 1: an activation of your own is called 'ReLU'"):
        save(network(Impostor()), path)


def test_the_network_of_an_estimator(tmp_path):
    from multilayer import estimators

    path = Path(tmp_path, "net.safetensors")
    model = estimators.MLPRegressor(hidden_layer_sizes=(3,), activation=CUBE, solver="lbfgs", max_iter=500)
    save(model.fit(X, X[:, 0]).network_, path)
    assert load(path, activations=[CUBE]) == model.network_


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"kinks": "zero"}, "Custom: kinks must be a finite number; got 'zero'"),
        ({"kinks": [np.nan]}, "Custom: kinks must be a finite number"),
        ({"aliases": [3]}, "Custom: aliases must be text"),
        ({"range": (0, 1)}, "Custom: range must be an Interval"),
        ({"latex": 3}, "Custom: latex must be text"),
        ({"trainable": "no"}, "Custom: trainable must be True or False"),
        ({"aliases": ["Leaky-ReLU"]}, "'Leaky-ReLU' is an activation of multilayer"),
    ],
)
def test_facts_of_a_user_are_checked(facts, message):
    with pytest.raises(InputError, match=message):
        Custom("square", lambda a: a**2, lambda a: 2 * a, **facts)


def test_facts_of_a_user():
    made = Custom("mine", np.abs, np.sign, kinks=0, aliases="absolute")
    assert (made.facts.kinks, made.facts.aliases) == ((0.0,), ("absolute",))
    assert made.facts.latex == r"\operatorname{mine}(a)"
    assert activations.get("absolute", among=[made]) is made
    with pytest.raises(InputError, match="Custom: value must be a function; got 3"):
        Custom("mine", 3, np.sign)
    assert MLP([Dense([[1.0]], [0.0], Plain())])([[2.0]]) == 2.0
