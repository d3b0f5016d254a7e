"""The recipe: which loss is taken, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multilayer import InputError, diagnose, fit
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS, SGD, Adam
from multilayer.training import EarlyStopping
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe, loss_for

X = np.random.default_rng(0).standard_normal((12, 3))


@pytest.mark.parametrize(
    ("output", "units", "y", "expected"),
    [
        ("sigmoid", 1, np.arange(12) % 2, "binary_cross_entropy"),
        ("softmax", 3, np.arange(12) % 3, "categorical_cross_entropy"),
        ("identity", 1, X[:, 0], "squared"),
        ("tanh", 1, X[:, 0], "squared"),
        ("tanh", 2, X[:, :2], "squared"),
        ("exponential", 1, np.arange(12), "poisson"),
    ],
)
def test_the_loss_is_the_one_of_a_diagnosis(output, units, y, expected):
    net = initialize((3, 4, units), "tanh", output, rng=0)
    assert loss_for(net, y).facts.name == expected
    assert diagnose(net, X, y).evidence.loss == loss_for(net, y)


def test_no_loss_belongs_to_classes_and_tanh():
    net = initialize((3, 4, 3), "tanh", "tanh", rng=0)
    with pytest.raises(InputError, match="output activation tanh and these targets; choose a loss"):
        loss_for(net, np.arange(12) % 3)
    assert loss_for(net, np.arange(12) % 3, "mse").facts.name == "mean_squared_error"


def test_rows_without_targets_are_refused():
    state = PRESETS["seed"].make()
    with pytest.raises(InputError, match="have no targets, so there is nothing to learn; open rows"):
        state.recipe.config(state.network, state.rows.y)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(optimizer="adm"), "no optimizer is called 'adm'"),
        (Recipe(parameters={"learning_rate": -1.0}), "learning_rate must be a finite number, above 0"),
        (Recipe(parameters={"speed": 1.0}), "optimizer adam has no parameter 'speed'"),
        (Recipe(dropout=1.0), "dropout must be a finite number"),
        (Recipe(loss="cross_entrop"), "no loss is called .cross_entrop."),
    ],
)
def test_what_does_not_fit_is_refused(recipe, message):
    state = PRESETS["xor"].make()
    with pytest.raises(InputError, match=message):
        recipe.config(state.network, state.rows.y).check(state.network)


@pytest.mark.parametrize("optimizer", [SGD(0.1, nesterov=False), Adam(0.01), LBFGS(tolerance=0.0)])
@pytest.mark.parametrize("stopping", [None, EarlyStopping(7)])
def test_a_configuration_and_back(optimizer, stopping):
    state = PRESETS["xor"].make()
    config = state.recipe.config(state.network, state.rows.y)
    changed = replace(config, optimizer=optimizer, epochs=17, stopping=stopping)
    found = state.recipe.with_config(changed).config(state.network, state.rows.y)
    assert (found.optimizer, found.epochs) == (optimizer, 17)
    assert getattr(found.stopping, "patience", None) == getattr(stopping, "patience", None)


def trained(name):
    state = PRESETS[name].make()
    recipe, rows = state.recipe, state.rows
    config = recipe.config(state.network, rows.y)
    return fit(state.network, rows.X, rows.y, config=config, rng=recipe.seed), rows


def test_xor_learns():
    found, rows = trained("xor")
    assert found.history.loss[-1] < 0.05
    assert not diagnose(found, rows.X, rows.y).trouble


def test_the_stuck_network_is_stuck():
    found, rows = trained("stuck")
    diagnosis = diagnose(found, rows.X, rows.y)
    assert diagnosis.cause.check == "collapsed_signal"
    assert diagnosis.verdict.startswith("The signal has collapsed")
