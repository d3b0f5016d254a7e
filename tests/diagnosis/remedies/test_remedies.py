"""Each remedy as the pure function that it is."""

import dataclasses

import numpy as np
import pytest

from multilayer import MLP, Dense
from multilayer.activations import gelu, identity, relu, sigmoid, softmax, tanh
from multilayer.diagnosis import CHECKS
from multilayer.diagnosis.remedies import NotApplicable, Setup, Variant
from multilayer.diagnosis.remedies.of_data import balance, leak, standardize, targets
from multilayer.diagnosis.remedies.of_network import activation, depth, initialization, output, width
from multilayer.diagnosis.remedies.of_training import (
    clipping,
    early_stopping,
    patience,
    penalty,
    rate,
    shrinkage,
    solver,
)
from multilayer.diagnosis.remedies.setup import Facts
from multilayer.diagnosis.remedies.table import OWN, REMEDIES
from multilayer.initializers import Orthogonal, ScikitLearn
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy, squared
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS, SGD, Adam, ClipByNorm, InverseScaling
from multilayer.training import EarlyStopping, TrainConfig

SETUP = Setup(
    network=initialize((3, 5, 4, 1), "sigmoid", "sigmoid", dtype=np.float64, rng=0),
    config=TrainConfig(
        loss=binary_cross_entropy,
        optimizer=Adam(0.001, beta1=0.8),
        stopping=EarlyStopping(patience=10),
    ),
    initializer=ScikitLearn(sigmoid),
    estimator="MLPClassifier",
)
FIT = dataclasses.replace(SETUP.with_config(stopping=None), estimator=None, initializer=None)


def _changed(variant):
    """Return the fields of the setup, and of its config, that a variant changes."""
    return _differing(variant.setup, SETUP) | _differing(variant.setup.config, SETUP.config)


def _differing(changed, original):
    fields = {field.name for field in dataclasses.fields(original)} - {"config"}
    return {
        name: getattr(changed, name) for name in fields if getattr(changed, name) != getattr(original, name)
    }


def with_hidden(*hidden):
    """Return the setup with other hidden activations."""
    *layers, last = SETUP.network.layers
    layers = [Dense(layer.W, layer.b, h) for layer, h in zip(layers, hidden, strict=True)]
    return dataclasses.replace(SETUP, network=MLP([*layers, last]))


def test_names_are_all_different():
    assert len({remedy.__name__ for remedy in REMEDIES}) == len(REMEDIES) == 16


def test_standardize():
    (variant,) = standardize(SETUP)
    assert _changed(variant) == {"standardize": True}
    assert variant.call == "make_pipeline(StandardScaler(), MLPClassifier(...))"


@pytest.mark.parametrize("changed", [{"standardize": True}, {"facts": Facts(standardized=True)}])
def test_what_is_standardized_needs_it_no_more(changed):
    (outcome,) = standardize(dataclasses.replace(SETUP, **changed))
    assert isinstance(outcome, NotApplicable)


def test_activation_takes_its_initializer_with_it():
    variants = list(activation(SETUP))
    assert [_changed(variant) for variant in variants] == [
        {"network": with_hidden(h, h).network, "initializer": ScikitLearn(h)} for h in (tanh, relu, gelu)
    ]
    assert variants[0].call == 'activation="tanh"'
    assert variants[0].change == "tanh in the hidden layers, in place of sigmoid"


def test_activation_that_is_there_already():
    setup = with_hidden(tanh, tanh)
    assert [variant.setup.activations[0] for variant in activation(setup)] == [relu, gelu]
    mixed = with_hidden(tanh, relu)
    assert len(list(activation(mixed))) == 3


def test_activation_without_hidden_layers():
    (outcome,) = activation(dataclasses.replace(SETUP, network=initialize((3, 1), rng=0)))
    assert outcome == NotApplicable("another activation", "there is no hidden layer")


def test_initialization():
    own, orthogonal = initialization(SETUP)
    assert _changed(own) == {"initializer": None}
    assert _changed(orthogonal) == {"initializer": Orthogonal()}


def test_initialization_of_a_known_start():
    variants = initialization(dataclasses.replace(FIT, keep_weights=True))
    assert [variant.setup.keep_weights for variant in variants] == [False, False]


def test_initialization_that_is_the_own_already():
    outcome, orthogonal = initialization(FIT)
    assert isinstance(outcome, NotApplicable)
    assert isinstance(orthogonal, Variant)


def test_rate_keeps_the_other_settings():
    high, low = rate(SETUP)
    assert _changed(high) == {"optimizer": Adam(0.01, beta1=0.8)}
    assert _changed(low) == {"optimizer": Adam(0.0001, beta1=0.8)}
    assert (high.call, low.call) == ("learning_rate_init=0.01", "learning_rate_init=0.0001")
    assert next(iter(rate(FIT))).call == "optimizer=Adam(0.01)"


def test_patience():
    (variant,) = patience(SETUP)
    assert _changed(variant) == {"stopping": None, "epochs": 2000}
    assert variant.call == "max_iter=2000, n_iter_no_change=np.inf"
    (variant,) = patience(FIT)
    assert variant.call == "epochs=2000"


def test_solver():
    setup = SETUP.with_config(optimizer=SGD(0.1), schedule=InverseScaling())
    (variant,) = solver(setup)
    assert isinstance(variant.setup.config.optimizer, LBFGS)
    assert variant.change == "L-BFGS, in place of SGD"
    (back,) = solver(variant.setup)
    assert back.setup.config.optimizer == Adam()


def test_solver_without_scipy(monkeypatch):
    monkeypatch.setattr("multilayer.diagnosis.remedies.of_training.find_spec", lambda name: None)
    (outcome,) = solver(SETUP)
    assert isinstance(outcome, NotApplicable)
    assert 'pip install "multilayer[lbfgs]"' in outcome.reason


def test_solver_with_dropout():
    (outcome,) = solver(SETUP.with_config(dropout=(0.5, 0.5)))
    assert outcome == NotApplicable("L-BFGS, in place of Adam", "it takes no dropout")
    (variant,) = solver(SETUP.with_config(dropout=(0.0, 0.0)))
    assert variant.setup.config.dropout == 0.0


def test_lbfgs_has_no_rate_but_patience():
    setup = SETUP.with_config(optimizer=LBFGS(), stopping=None)
    (outcome,) = rate(setup)
    assert isinstance(outcome, NotApplicable)
    (variant,) = patience(setup)
    assert (variant.setup.config.epochs, variant.setup.config.optimizer.tolerance) == (2000, 0.0)


def test_every_variant_can_be_trained():
    X = np.random.default_rng(0).standard_normal((30, 3))
    y = X[:, :1] > 0.0
    setup = with_hidden(tanh, identity).with_config(epochs=2)
    for remedy in REMEDIES:
        for variant in remedy(setup):
            assert variant.setup.trained(X, y, 0).network.widths == (3, 5, 4, 1)


def test_a_penalty_is_left_out_where_it_is_not_tiny():
    assert list(penalty(SETUP.with_config(l2=1e-4))) == []
    (variant,) = penalty(SETUP.with_config(l2=30.0, weight_decay=0.1))
    assert (variant.setup.config.l2, variant.setup.config.weight_decay) == (0.0, 0.0)
    assert variant.call == "alpha=0"


def test_targets_are_standardized_where_they_are_of_another_size():
    assert list(targets(SETUP)) == []
    (variant,) = targets(dataclasses.replace(SETUP, facts=Facts(targets_scaled=False)))
    assert variant.setup.scale_targets
    assert variant.call == "TransformedTargetRegressor(MLPClassifier(...), transformer=StandardScaler())"
    assert list(targets(variant.setup)) == []


def test_gradients_are_clipped_where_that_is_an_option_and_not_taken():
    (variant,) = clipping(FIT)
    assert variant.setup.config.clip == ClipByNorm(1.0)
    for other in (SETUP, variant.setup, FIT.with_config(optimizer=LBFGS(), stopping=None)):
        assert list(clipping(other)) == []


def test_the_remedies_of_verdicts_are_remedies_of_checks():
    assert set(OWN) <= {check.name for check in CHECKS}
    assert set(OWN.values()) <= {remedy.__name__ for remedy in REMEDIES}


def test_narrow_layers_become_wide_and_wide_ones_stay():
    assert list(width(SETUP)) == []
    narrow = initialize((3, 2, 64, 1), "tanh", "sigmoid", rng=0)
    setup = dataclasses.replace(FIT, network=narrow, keep_weights=True)
    (variant,) = width(setup)
    assert variant.setup.network.widths == (3, 32, 64, 1)
    assert variant.setup.activations == setup.activations
    assert not variant.setup.keep_weights
    assert variant.call == "initialize((3, 32, 64, 1), ...)"
    assert list(width(dataclasses.replace(FIT, network=initialize((3, 1), "sigmoid", rng=0)))) == []


def test_columns_that_are_copies_of_a_target_are_left_out():
    assert list(leak(SETUP)) == []
    setup = dataclasses.replace(FIT, facts=Facts(leaks=(0, 2)), keep_weights=True)
    (variant,) = leak(setup)
    assert variant.setup.network.widths == (1, 5, 4, 1)
    np.testing.assert_array_equal(variant.setup.network.layers[0].W, setup.network.layers[0].W[[1]])
    assert (variant.setup.dropped, variant.call) == ((0, 2), "np.delete(X, [0, 2], axis=1)")
    assert list(leak(variant.setup)) == []
    assert list(leak(dataclasses.replace(FIT, facts=Facts(leaks=(0, 1, 2))))) == []  # nothing would be left


def test_classes_weigh_the_same_where_one_is_rare():
    assert list(balance(SETUP)) == []
    (variant,) = balance(dataclasses.replace(FIT, facts=Facts(imbalanced=True)))
    assert variant.setup.balanced
    assert variant.call == 'class_weight="balanced"'
    assert list(balance(variant.setup)) == []


def ending_in(output, loss, units=1, **facts):
    network = initialize((3, 5, units), "tanh", output, rng=0)
    return dataclasses.replace(FIT, network=network, facts=Facts(**facts)).with_config(loss=loss)


@pytest.mark.parametrize(
    ("setup", "found", "loss"),
    [
        (ending_in("sigmoid", squared), identity, squared),
        (ending_in("relu", squared), identity, squared),
        (ending_in("softmax", binary_cross_entropy), sigmoid, binary_cross_entropy),
        (ending_in("identity", squared, classes=True), sigmoid, binary_cross_entropy),
        (ending_in("sigmoid", squared, 3, classes=True), softmax, categorical_cross_entropy),
    ],
)
def test_the_output_becomes_the_one_that_belongs_to_loss_and_targets(setup, found, loss):
    (variant,) = output(setup)
    assert (variant.setup.activations[-1], variant.setup.config.loss) == (found, loss)
    assert list(output(variant.setup)) == []


def test_deep_networks_become_shallow():
    assert list(depth(SETUP)) == []
    deep = dataclasses.replace(FIT, network=initialize((3, 8, 8, 40, 1), "tanh", "sigmoid", rng=0))
    (variant,) = depth(deep)
    assert variant.setup.network.widths == (3, 40, 1)
    assert variant.setup.activations == (tanh, sigmoid)


def test_memorizing_is_met_with_a_penalty_or_with_samples_held_out():
    assert [variant.setup.config.l2 for variant in shrinkage(SETUP)] == [1.0, 10.0]
    assert [variant.setup.config.l2 for variant in shrinkage(SETUP.with_config(l2=3.0))] == [10.0]
    (variant,) = early_stopping(FIT)
    assert (variant.setup.held_out, variant.setup.config.stopping) == (0.1, EarlyStopping())
    few = dataclasses.replace(FIT, facts=Facts(few=True))
    for other in (variant.setup, FIT.with_config(optimizer=LBFGS()), few):
        assert list(early_stopping(other)) == []
