"""Faults of weights and activations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer import MLP, Dense, initialize
from multilayer.activations import sigmoid
from multilayer.initializers import ScikitLearn
from multilayer.optimizers import SGD, Adam
from multilayer.training import EarlyStopping
from tests.diagnosis.scenarios import data
from tests.diagnosis.scenarios.faults import fault
from tests.diagnosis.scenarios.subject import Subject, rescaled, shifted, trained


@fault("not_finite", ((16, 16), "gelu"))
def lost_weights(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.waves(seed), hidden, activation, seed, epochs=5)
    layers = list(subject.network.layers)
    W = layers[1].W.copy()
    W[3, 4] = np.inf
    layers[1] = Dense(W, layers[1].b, activation)
    return replace(subject, network=MLP(layers))


@fault("wrong_output", ((16,), "relu"), ((16, 16), "tanh"))
def output_without_negatives(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, output="relu")


@fault("wrong_output", ((16,), "tanh"), ((16, 16), "gelu"))
def output_up_to_one(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, output="sigmoid")


@fault("wrong_output", ((16,), "relu"), ((20, 10), "tanh"))
def softmax_of_softmax(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=30)
    units = subject.network.widths[-1]
    return replace(subject, network=MLP([*subject.network.layers, Dense(np.eye(units), None, "softmax")]))


@fault("initialization", ((30, 30, 30), "tanh"), ((40, 40), "sigmoid"), ((30, 30), "relu"))
def huge_starting_weights(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    start = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 1):
        start = rescaled(start, number, 30.0)
    return trained((X, y), hidden, activation, seed, start=start, epochs=30)


@fault("initialization", ((24,) * 5, "relu"), ((24,) * 6, "tanh"))
def tiny_starting_weights(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    rng = np.random.default_rng([seed, 51])
    widths = (X.shape[1], *hidden, 4)
    layers = [
        Dense(0.01 * rng.standard_normal((widths[n], widths[n + 1])), None, activation)
        for n in range(len(hidden))
    ]
    layers.append(Dense(0.1 * rng.standard_normal((widths[-2], 4)), None, "softmax"))
    return trained((X, y), hidden, activation, seed, start=MLP(layers), epochs=30, optimizer=SGD(0.05))


@fault("duplicate_units", ((16,), "tanh"), ((12, 12), "sigmoid"), ((16, 8), "gelu"))
def all_weights_alike(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    widths = (X.shape[1], *hidden, 4)
    layers = [Dense(np.full((widths[n], widths[n + 1]), 0.2), None, activation) for n in range(len(hidden))]
    rng = np.random.default_rng([seed, 52])
    layers.append(Dense(np.repeat(rng.standard_normal((1, 4)), widths[-2], axis=0), None, "softmax"))
    return trained((X, y), hidden, activation, seed, start=MLP(layers), optimizer=Adam(0.01))


@fault("dead_units", ((24,), "relu"), ((24, 24), "relu"), ((20, 20), "elu"), ((20,), "gelu"))
def pushed_below_zero(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """All but a few units of the last hidden layer start far below 0, as after a step that was too large."""
    X, y = data.blobs(seed)
    start = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    start = shifted(start, len(hidden), np.where(np.arange(hidden[-1]) < 2, 0.0, -40.0))
    return trained((X, y), hidden, activation, seed, start=start).without_start()


@fault(
    "saturated_units", ((20,), "tanh"), ((20, 20), "sigmoid"), ((16, 16), "softsign"), ((20,), "hard_tanh")
)
def at_the_ends_of_the_range(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    start = initialize((X.shape[1], *hidden, 2), activation, "softmax", rng=seed, dtype=np.float64)
    start = rescaled(start, 1, 3000.0)
    return trained((X, y), hidden, activation, seed, start=start, epochs=30).without_start()


@fault("vanishing_gradients", ((16,) * 8, "sigmoid"), ((12,) * 10, "sigmoid"), ((16,) * 8, "hard_sigmoid"))
def many_layers_of_sigmoids(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, epochs=30)


@fault("vanishing_gradients", ((16,) * 8, "tanh"), ((16,) * 10, "softsign"))
def many_layers_of_small_slope(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.waves(seed)
    start = initialize((X.shape[1], *hidden, 1), activation, "identity", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 1):
        start = rescaled(start, number, 0.25)
    return trained(
        (X, y), hidden, activation, seed, start=start, epochs=30, optimizer=SGD(0.01)
    ).without_start()


@fault("exploding_gradients", ((16,) * 8, "relu"), ((20,) * 6, "leaky_relu"), ((16,) * 8, "selu"))
def layers_that_amplify(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """Weights that were drawn too large; there is no record of a training."""
    X, y = data.blobs(seed)
    network = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 2):
        network = rescaled(network, number, 4.0)
    return Subject(network, X, y, "categorical_cross_entropy", networks=(network,))


@fault(
    "collapsed_signal",
    ((20, 20), "sigmoid"),
    ((30, 30, 30), "sigmoid"),
    ((20, 20), "hard_sigmoid"),
    ((16, 16, 16, 16), "softplus"),
)
def stopped_on_the_plateau(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """What scikit-learn#31235 does: 500 points in the unit square, Adam, stopping where nothing improves.

    A start from which training escapes is no case: the next one is taken until a network predicts one class only.
    """
    stopping = EarlyStopping(10, 1e-4, restore_best=False)
    X, y = data.quadratic(seed)
    small = ScikitLearn(sigmoid)
    for attempt in range(20):
        start = initialize(
            (2, *hidden, 1),
            activation,
            "sigmoid",
            initializer=small,
            rng=seed + 1000 * attempt,
            dtype=np.float64,
        )
        subject = trained(
            (X, y.astype(np.float64)[:, np.newaxis]),
            hidden,
            activation,
            seed,
            start=start,
            loss="binary_cross_entropy",
            epochs=200,
            batch_size=200,
            stopping=stopping,
        )
        if len(np.unique(subject.network.classify(X))) == 1:
            return subject.without_start()
    raise RuntimeError(f"no start of seed {seed} gets stuck")


@fault("linear_units", ((16,), "identity"), ((12, 12), "identity"))
def no_activation(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.rings(seed), hidden, activation, seed)


@fault("linear_units", ((16,), "tanh"), ((12, 12), "elu"), ((16,), "softsign"))
def sums_that_never_bend(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """A function that is nearly straight around 0 sees sums near 0 only; the next layer makes up for their size."""
    subject = trained(data.rings(seed), hidden, "identity", seed)
    layers = [Dense(layer.W, layer.b, activation) for layer in subject.network.layers[:-1]]
    network = MLP([*layers, subject.network.layers[-1]])
    slope = float(layers[0].activation.derivative(np.zeros(1))[0])
    for number in range(1, len(hidden) + 1):
        network = rescaled(network, number, 0.02)
        network = _amplified(network, number + 1, 50.0 / slope)
    return replace(subject, network=network).without_start()


def _amplified(network: MLP, number: int, factor: float) -> MLP:
    layers = list(network.layers)
    layer, before = layers[number - 1], layers[number - 2].activation
    offset = float(before(np.zeros(1))[0])
    layers[number - 1] = Dense(
        layer.W * factor, layer.b - offset * factor * layer.W.sum(axis=0), layer.activation
    )
    return MLP(layers)


@fault("no_better_than_constant", ((16,), "relu"), ((12, 12), "tanh"))
def one_output_always_largest(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(0.01))
    b = np.zeros(4)
    b[1] = 200.0
    network = shifted(subject.network, len(hidden) + 1, b)
    return replace(
        subject, network=network, course=replace(subject.course, history=None, stopped=None, start=None)
    )
