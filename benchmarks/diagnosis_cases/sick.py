"""Troubles, each put into at least two architectures and two activations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.diagnosis_cases import data
from benchmarks.diagnosis_cases.subject import Case, Subject, rescaled, shifted, trained
from multilayer import MLP, Dense, initialize
from multilayer.activations import sigmoid
from multilayer.initializers import ScikitLearn
from multilayer.optimizers import SGD, Adam
from multilayer.training import EarlyStopping

__all__ = ["SICK"]

Maker = Callable[[tuple[int, ...], str, int], Subject]
SICK: list[Case] = []


def sick(trouble: str, *kinds: tuple[tuple[int, ...], str]) -> Callable[[Maker], Maker]:
    """Register a function of hidden widths, activation and seed, for each of `kinds`."""

    def register(make: Maker) -> Maker:
        for hidden, activation in kinds:
            shape = "-".join(map(str, hidden))
            SICK.append(
                Case(
                    f"{make.__name__} {shape} {activation}",
                    trouble,
                    _maker(make, hidden, activation),
                    hidden,
                    activation,
                )
            )
        return make

    return register


def _maker(make: Maker, hidden: tuple[int, ...], activation: str) -> Callable[[int], Subject]:
    return lambda seed: make(hidden, activation, seed)


@sick("not_finite", ((16,), "relu"), ((12, 12), "tanh"))
def missing_value(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=20)
    X = subject.X.copy()
    X[37, 2] = np.nan
    return replace(subject, X=X)


@sick("not_finite", ((16, 16), "gelu"))
def lost_weights(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.waves(seed), hidden, activation, seed, epochs=5)
    layers = list(subject.network.layers)
    W = layers[1].W.copy()
    W[3, 4] = np.inf
    layers[1] = Dense(W, layers[1].b, activation)
    return replace(subject, network=MLP(layers))


@sick("wrong_output", ((16,), "relu"), ((16, 16), "tanh"))
def output_without_negatives(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, output="relu")


@sick("wrong_output", ((16,), "tanh"), ((16, 16), "gelu"))
def output_up_to_one(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, output="sigmoid")


@sick("wrong_output", ((16,), "relu"), ((20, 10), "tanh"))
def softmax_of_softmax(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=30)
    units = subject.network.shape[-1]
    return replace(subject, network=MLP([*subject.network.layers, Dense(np.eye(units), None, "softmax")]))


@sick("leaking_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def target_among_the_inputs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed) if activation == "relu" else data.waves(seed)
    leak = 3.0 * y.reshape(len(y), -1)[:, 0] - 1.0
    return trained((np.c_[X, (leak - leak.mean()) / leak.std()], y), hidden, activation, seed, epochs=40)


@sick("unscaled_inputs", ((16,), "sigmoid"), ((20, 20), "tanh"), ((16, 16), "softsign"))
def large_inputs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    return trained((1000.0 * X + 4000.0, y), hidden, activation, seed, epochs=40)


@sick("unscaled_inputs", ((20,), "relu"), ((16, 16), "tanh"))
def one_large_column(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.waves(seed)
    rng = np.random.default_rng([seed, 50])
    return trained((np.c_[X, 1e4 * rng.random(len(X))], y), hidden, activation, seed, epochs=40)


@sick("constant_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def columns_that_were_not_filled(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    X = X.copy()
    X[:, 1:] = 0.5
    return trained((X, y), hidden, activation, seed)


@sick("duplicate_inputs", ((16,), "relu"), ((12, 12), "tanh"))
def columns_twice(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    return trained((np.c_[X, -0.7 * X + 0.2], y), hidden, activation, seed, optimizer=Adam(0.01))


@sick("initialization", ((30, 30, 30), "tanh"), ((40, 40), "sigmoid"), ((30, 30), "relu"))
def huge_starting_weights(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    start = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 1):
        start = rescaled(start, number, 30.0)
    return trained((X, y), hidden, activation, seed, start=start, epochs=30)


@sick("initialization", ((24,) * 5, "relu"), ((24,) * 6, "tanh"))
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


@sick("loss_not_finite", ((16,), "relu"), ((20, 20), "tanh"))
def weights_kept_before_the_loss_was_lost(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """What software that trains on with nan logs, beside the last weights that were saved."""
    subject = trained(data.blobs(seed), hidden, activation, seed, epochs=4)
    assert subject.course.history is not None
    loss = (*subject.course.history.loss, np.inf, *(np.nan,) * 10)
    course = replace(subject.course, history=replace(subject.course.history, loss=loss), stopped=None)
    return replace(subject, course=course)


@sick("learning_rate_too_high", ((20, 20), "tanh"), ((16,), "relu"), ((20, 20), "gelu"))
def adam_with_a_rate_of_two(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(2.0), epochs=30)


@sick("learning_rate_too_high", ((16,), "tanh"), ((16, 16), "relu"))
def gradient_descent_too_fast(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    rate = 3.0 if activation == "tanh" else 1.0
    return trained(data.waves(seed), hidden, activation, seed, optimizer=SGD(rate, momentum=0.9), epochs=30)


@sick("learning_rate_too_low", ((16,), "relu"), ((16, 16), "tanh"), ((20, 20), "gelu"))
def rate_of_a_millionth(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(1e-6), epochs=40)


@sick("learning_rate_too_low", ((16,), "sigmoid"), ((16, 16), "relu"))
def gradient_descent_too_slow(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, optimizer=SGD(1e-5), epochs=40)


@sick("duplicate_units", ((16,), "tanh"), ((12, 12), "sigmoid"), ((16, 8), "gelu"))
def all_weights_alike(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.blobs(seed)
    widths = (X.shape[1], *hidden, 4)
    layers = [Dense(np.full((widths[n], widths[n + 1]), 0.2), None, activation) for n in range(len(hidden))]
    rng = np.random.default_rng([seed, 52])
    layers.append(Dense(np.repeat(rng.standard_normal((1, 4)), widths[-2], axis=0), None, "softmax"))
    return trained((X, y), hidden, activation, seed, start=MLP(layers), optimizer=Adam(0.01))


@sick("dead_units", ((24,), "relu"), ((24, 24), "relu"), ((20, 20), "elu"), ((20,), "gelu"))
def pushed_below_zero(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """All but a few units of the last hidden layer start far below 0, as after a step that was too large."""
    X, y = data.blobs(seed)
    start = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    start = shifted(start, len(hidden), np.where(np.arange(hidden[-1]) < 2, 0.0, -40.0))
    return trained((X, y), hidden, activation, seed, start=start).without_start()


@sick("saturated_units", ((20,), "tanh"), ((20, 20), "sigmoid"), ((16, 16), "softsign"), ((20,), "hard_tanh"))
def at_the_ends_of_the_range(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.rings(seed)
    start = initialize((X.shape[1], *hidden, 2), activation, "softmax", rng=seed, dtype=np.float64)
    start = rescaled(start, 1, 3000.0)
    return trained((X, y), hidden, activation, seed, start=start, epochs=30).without_start()


@sick("vanishing_gradients", ((16,) * 8, "sigmoid"), ((12,) * 10, "sigmoid"), ((16,) * 8, "hard_sigmoid"))
def many_layers_of_sigmoids(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, epochs=30)


@sick("vanishing_gradients", ((16,) * 8, "tanh"), ((16,) * 10, "softsign"))
def many_layers_of_small_slope(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    X, y = data.waves(seed)
    start = initialize((X.shape[1], *hidden, 1), activation, "identity", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 1):
        start = rescaled(start, number, 0.25)
    return trained(
        (X, y), hidden, activation, seed, start=start, epochs=30, optimizer=SGD(0.01)
    ).without_start()


@sick("exploding_gradients", ((16,) * 8, "relu"), ((20,) * 6, "leaky_relu"), ((16,) * 8, "selu"))
def layers_that_amplify(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """Weights that somebody drew too large; nothing is known of a training."""
    X, y = data.blobs(seed)
    network = initialize((X.shape[1], *hidden, 4), activation, "softmax", rng=seed, dtype=np.float64)
    for number in range(1, len(hidden) + 2):
        network = rescaled(network, number, 4.0)
    return Subject(network, X, y, "categorical_cross_entropy", networks=(network,))


@sick(
    "collapsed_signal",
    ((20, 20), "sigmoid"),
    ((30, 30, 30), "sigmoid"),
    ((20, 20), "hard_sigmoid"),
    ((16, 16, 16, 16), "softplus"),
)
def stopped_on_the_plateau(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """What scikit-learn#31235 does: 500 points in the unit square, Adam, stopping where nothing improves.

    A start from which training escapes is no case: the next one is taken until a network says one class only.
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


@sick("linear_units", ((16,), "identity"), ((12, 12), "identity"))
def no_activation(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.rings(seed), hidden, activation, seed)


@sick("linear_units", ((16,), "tanh"), ((12, 12), "elu"), ((16,), "softsign"))
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


@sick("update_ratio", ((4, 4), "relu"), ((6,), "tanh"))
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


@sick("oscillation", ((16,), "relu"), ((16, 16), "tanh"))
def swinging_loss(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(0.1), batch_size=4, epochs=40)


@sick("class_imbalance", ((16,), "relu"), ((12, 12), "tanh"))
def rare_class(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.rare(seed), hidden, activation, seed)


@sick("undertraining", ((16,), "relu"), ((16, 16), "tanh"), ((16,), "sigmoid"))
def a_few_epochs(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.waves(seed), hidden, activation, seed, epochs=6)


@sick("overfitting", ((64, 64), "relu"), ((100,), "tanh"))
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


@sick("one_class", ((16,), "relu"), ((12, 12), "tanh"))
def one_output_always_largest(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.blobs(seed), hidden, activation, seed, optimizer=Adam(0.01))
    b = np.zeros(4)
    b[1] = 200.0
    network = shifted(subject.network, len(hidden) + 1, b)
    return replace(
        subject, network=network, course=replace(subject.course, history=None, stopped=None, start=None)
    )


@sick("plateau_stop", ((16,), "relu"), ((16, 16), "tanh"))
def impatient(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    stopping = EarlyStopping(0, 0.05, restore_best=False)
    return trained(data.rings(seed), hidden, activation, seed, epochs=200, batch_size=200, stopping=stopping)


@sick("no_better_than_constant", ((16,), "relu"), ((12, 12), "tanh"))
def targets_of_other_rows(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    """X was sorted after y had been taken from it, say."""
    subject = trained(data.rings(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=np.random.default_rng([seed, 53]).permutation(subject.y))


@sick("no_better_than_constant", ((16,), "tanh"), ((16, 16), "gelu"))
def targets_in_other_units(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.waves(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=20.0 + 5.0 * subject.y)


@sick("no_better_than_constant", ((10,), "relu"), ((10, 10), "gelu"))
def classes_exchanged(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    subject = trained(data.rings(seed), hidden, activation, seed, optimizer=Adam(0.01))
    return replace(subject, y=1 - subject.y)


@sick("linear_enough", ((16,), "relu"), ((12, 12), "tanh"), ((10,), "gelu"))
def classes_beside_a_plane(hidden: tuple[int, ...], activation: str, seed: int) -> Subject:
    return trained(data.half_plane(seed), hidden, activation, seed, optimizer=Adam(0.01), epochs=60)
