"""Faults of samples and targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer.optimizers import Adam
from tests.diagnosis.scenarios import data
from tests.diagnosis.scenarios.faults import fault
from tests.diagnosis.scenarios.subject import Subject, trained


@fault("not_finite", ((16,), "relu"), ((12, 12), "tanh"))
def missing_value(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=20)
    X = subject.X.copy()
    X[37, 2] = np.nan
    return replace(subject, X=X)


@fault("leaking_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def target_among_the_inputs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed) if activation == "relu" else data.waves(seed)
    leak = 3.0 * y.reshape(len(y), -1)[:, 0] - 1.0
    return trained((np.c_[X, (leak - leak.mean()) / leak.std()], y), hidden, activation, seed, epochs=40)


@fault("unscaled_inputs", ((16,), "sigmoid"), ((20, 20), "tanh"), ((16, 16), "softsign"))
def large_inputs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    return trained((1000.0 * X + 4000.0, y), hidden, activation, seed, epochs=40)


@fault("unscaled_inputs", ((20,), "relu"), ((16, 16), "tanh"))
def one_large_column(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.waves(seed)
    rng = np.random.default_rng([seed, 50])
    return trained((np.c_[X, 1e4 * rng.random(len(X))], y), hidden, activation, seed, epochs=40)


@fault("constant_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def columns_that_were_not_filled(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    X = X.copy()
    X[:, 1:] = 0.5
    return trained((X, y), hidden, activation, seed)


@fault("duplicate_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def columns_twice(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    return trained((np.c_[X, -0.7 * X + 0.2], y), hidden, activation, seed, optimizer=Adam(0.01))


@fault("class_imbalance", ((16,), "relu"), ((12, 12), "tanh"))
def rare_class(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.rare(seed), hidden, activation, seed)


@fault("unrelated_targets", ((16,), "relu"), ((12, 12), "tanh"))
def targets_of_other_rows(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """X was sorted after y had been taken from it, say."""
    subject = trained(data.rings(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=np.random.default_rng([seed, 53]).permutation(subject.y))


@fault("no_better_than_constant", ((16,), "tanh"), ((16, 16), "gelu"))
def targets_in_other_units(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.waves(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=20.0 + 5.0 * subject.y)


@fault("no_better_than_constant", ((10,), "relu"), ((10, 10), "gelu"))
def classes_exchanged(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.rings(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=1 - subject.y)


@fault("linear_enough", ((16,), "relu"), ((12, 12), "tanh"), ((10,), "gelu"))
def classes_beside_a_plane(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.half_plane(seed), hidden, activation, seed, optimizer=Adam(0.01), epochs=60)
