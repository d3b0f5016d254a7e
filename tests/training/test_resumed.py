"""A training goes on from any of its states with the same bits, as often as one likes."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from multilayer import initialize, train
from multilayer.optimizers import SGD, Adam
from multilayer.training import Epoch, Step
from multilayer.training.state import parameters_of

RNG = np.random.default_rng(3)
X = RNG.standard_normal((37, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
NET = initialize((3, 7, 5, 1), "tanh", "sigmoid", rng=0)
OPTIONS = {"loss": "binary_cross_entropy", "epochs": 6, "batch_size": 8, "metrics": "accuracy"}
SETTINGS = [
    {"optimizer": SGD(0.1)},
    {"optimizer": Adam(0.05), "dropout": 0.2, "validation": 0.25},
    {"schedule": "cosine", "weight_decay": 0.1},
]


def begun(settings, every=None):
    return train(NET, X, Y, rng=5, every=every, **OPTIONS, **settings)


def bits(network):
    return [array.tobytes() for array in parameters_of(network)]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("every", [None, 1])
@pytest.mark.parametrize("events", [0, 1, 2, 4])
def test_the_bits_are_those_without_a_break(settings, every, events):
    whole = begun(settings).run()
    broken = begun(settings, every)
    list(islice(broken, events))
    state = broken.state
    for _ in range(2):
        found = broken.resumed(state).run()
        assert bits(found.network) == bits(whole.network)
        assert found.history.loss == whole.history.loss
        assert found.history.metrics == whole.history.metrics
        assert found.start is whole.start


@pytest.mark.parametrize("settings", SETTINGS)
def test_interrupted_within_an_epoch(settings):
    whole = begun(settings).run()
    training = begun(settings, every=2)
    for event in training:
        training.interruption.requested = event.epoch == 3
    assert (training.progress.epoch, training.progress.batch) == (2, 2)
    assert bits(training.resumed(training.state).run().network) == bits(whole.network)


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_step_at_a_time(settings):
    whole = [bits(event.network) for event in begun(settings, 1) if isinstance(event, Step)]
    training, found = begun(settings), []
    while len(found) < len(whole):
        training = training.resumed(training.state, every=1)
        event = next(training)
        found.append(bits(event.network))
        if event.batch == event.batches:
            assert isinstance(next(training), Epoch)
    assert found == whole
