"""Faults of how a network was trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer import MLP, initialize
from multilayer.optimizers import SGD, Adam
from multilayer.training import EarlyStopping
from tests.diagnosis.scenarios import data
from tests.diagnosis.scenarios.faults import fault
from tests.diagnosis.scenarios.subject import Subject, trained


@fault("loss_not_finite", ((16,), "relu"), ((20, 20), "tanh"))
def weights_kept_before_the_loss_was_lost(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """What software that trains on with nan logs, beside the last weights that were saved."""
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=4)
    assert subject.course.history is not None
    loss = (*subject.course.history.loss, np.inf, *(np.nan,) * 10)
    course = replace(subject.course, history=replace(subject.course.history, loss=loss), stopped=None)
    return replace(subject, course=course)


@fault("learning_rate_too_high", ((20, 20), "tanh"), ((16,), "relu"), ((20, 20), "gelu"))
def adam_with_a_rate_of_two(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(2.0), epochs=30)


@fault("learning_rate_too_high", ((16,), "tanh"), ((16, 16), "relu"))
def gradient_descent_too_fast(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    rate = 3.0 if activation == "tanh" else 1.0
    return trained(data.waves(seed), hidden, activation, seed, optimizer=SGD(rate, momentum=0.9), epochs=30)


@fault("learning_rate_too_low", ((16,), "relu"), ((16, 16), "tanh"), ((20, 20), "gelu"))
def rate_of_a_millionth(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(1e-6), epochs=40)


@fault("learning_rate_too_low", ((16,), "sigmoid"), ((16, 16), "relu"))
def gradient_descent_too_slow(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, optimizer=SGD(1e-5), epochs=40)


@fault("update_ratio", ((4, 4), "relu"), ((6,), "tanh"))
def hidden_layers_frozen(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """Hidden layers are put back after every epoch, as if they had been left out of the optimizer's parameters."""
    whole = data.rings(seed)
    network = initialize((2, *hidden, 2), activation, "softmax", rng=seed, dtype=np.float64)
    frozen, networks, loss = network.layers[:-1], [network], []
    for epoch in range(25):
        subject = trained(
            whole, hidden, activation, seed + epoch, start=networks[-1], epochs=1, optimizer=Adam(0.01)
        )
        networks.append(MLP([*frozen, subject.network.layers[-1]]))
        assert subject.course.history is not None
        loss.append(subject.course.history.loss[0])
    history = replace(subject.course.history, loss=tuple(loss))  # type: ignore[type-var]
    course = replace(subject.course, history=history, start=network, epochs=25)
    return replace(subject, network=networks[-1], networks=tuple(networks), course=course)


@fault("oscillation", ((16,), "relu"), ((16, 16), "tanh"))
def swinging_loss(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(0.1), batch_size=4, epochs=40)


@fault("undertraining", ((16,), "relu"), ((16, 16), "tanh"), ((16,), "sigmoid"))
def a_few_epochs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, epochs=6)


@fault("overfitting", ((64, 64), "relu"), ((100,), "tanh"))
def learned_by_heart(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.noise(seed, samples=120)
    return trained(
        (X[:60], y[:60]),
        hidden,
        activation,
        seed,
        validation=(X[60:], y[60:]),
        optimizer=Adam(0.005),
        epochs=150,
    )


@fault("undertraining", ((16,), "relu"), ((16, 16), "tanh"))
def impatient(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    stopping = EarlyStopping(0, 0.05, restore_best=False)
    return trained(data.rings(seed), hidden, activation, seed, epochs=200, batch_size=200, stopping=stopping)
