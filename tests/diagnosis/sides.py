"""Evidence on both sides of each check's threshold."""

from dataclasses import replace

import numpy as np

from multilayer import MLP, Dense
from tests.diagnosis.evidence import (
    SAMPLES,
    UNITS,
    attaining,
    held_back,
    narrow,
    numbers,
    plain,
    same_weights,
    scoring,
    shrunk,
    thrown,
    with_biases,
    with_course,
    with_flow,
    with_inputs,
    with_layer,
    with_outputs,
)

FALLING = np.geomspace(1.0, 0.01, 60)

FLAT = np.full(60, 0.7)

ones = np.ones(5)


def of_units(number: int, count: int, of: int = SAMPLES):
    """An array of counts by unit: `number` in the first `count` units, 0 in the others."""
    return np.where(np.arange(UNITS) < count, number, 0)


def dead(count: int, alive: int = 0, score: float = 0.5):
    """A relu layer of which `count` units have a slope of 0 but on `alive` samples."""
    return scoring(with_layer(plain("relu"), 1, saturated=of_units(SAMPLES - alive, count)), score)


def saturated(share: float, count: int = UNITS):
    return scoring(with_layer(plain(), 1, saturated=of_units(round(share * SAMPLES), count)), 0.5)


def collapsed(share: float, **changes):
    mean = np.full(UNITS, 1.0)
    square = mean**2 / share
    return with_layer(
        scoring(plain(), 0.5), 2, mean_z=mean, mean_square_z=square, variance_z=square - mean**2, **changes
    )


def straight(r2: float, score: float = 0.6):
    evidence = scoring(plain(), score)
    for number in (1, 2):
        evidence = with_layer(evidence, number, linearity=np.full(UNITS, r2))
    return evidence


def started(spread: float):
    evidence = scoring(plain(), 0.5)
    first, second, last = evidence.reference
    return replace(evidence, start=(first, replace(second, variance_a=second.variance_a * spread**2), last))


def imbalance(rare: int, found: int):
    confusion = np.array([[400, 0], [rare - found, found]])
    return with_outputs(
        plain(),
        confusion=confusion,
        target_counts=confusion.sum(axis=1),
        predicted_counts=confusion.sum(axis=0),
    )


def moved(far: float):
    """The network before training, from which all weights have moved so far."""
    layers = plain().network.layers
    return MLP([Dense(layer.W / (1.0 + far), layer.b, layer.activation) for layer in layers])


def late(loss, **changes):
    """A training that ended with this curve and left a network that fares badly."""
    return with_course(scoring(plain(), 0.5), loss, **changes)


def swinging(size: float):
    return 0.7 - 0.1 * np.arange(40) / 40 + size * (np.arange(40) % 2)


def columns(mean: float = 0.0, spread: float = 1.0):
    return with_inputs(scoring(plain(), 0.5), mean=mean * ones, std=spread * ones)


def constant_columns(count: int):
    x = plain().inputs
    return with_inputs(plain(), minimum=np.where(np.arange(5) < count, x.maximum, x.minimum))


def standard_errors() -> float:
    """Two of them, of the difference in accuracy: each sample that one of the two gets right alone is a toss-up."""
    outputs = plain().outputs
    constant = np.array(outputs.target_counts) == max(outputs.target_counts)
    right, reported = np.diag(outputs.confusion), outputs.target_counts
    alone = np.where(constant, reported - right, right).sum()
    return 2.0 * float(np.sqrt(alone)) / SAMPLES


STANDARD_ERRORS = standard_errors()


BOTH_SIDES = {
    "wrong_output: targets out of reach": (
        "wrong_output",
        with_outputs(plain(), unreachable=0.02),
        with_outputs(plain(), unreachable=0.005),
    ),
    "wrong_output: twice": ("wrong_output", with_outputs(plain(), probabilities_squashed=True), plain()),
    "leaking_inputs": (
        "leaking_inputs",
        with_inputs(plain(), target_correlation=0.9995 * ones),
        with_inputs(plain(), target_correlation=0.998 * ones),
    ),
    "loss_not_finite": ("loss_not_finite", late([0.7, 0.6, np.nan, np.nan]), late([0.7, 0.6, 0.5, 0.4])),
    "loss_not_finite: held out": (
        "loss_not_finite",
        late([0.7, 0.6, 0.5], validation=[0.7, np.inf, 0.6]),
        late([0.7, 0.6, 0.5], validation=[0.7, 0.7, 0.6]),
    ),
    "no_better_than_constant": (
        "no_better_than_constant",
        scoring(plain(), 0.5 + 0.9 * STANDARD_ERRORS),
        scoring(plain(), 0.5 + 1.1 * STANDARD_ERRORS),
    ),
    "unscaled_inputs: large": ("unscaled_inputs", columns(0.0, 11.0), columns(0.0, 9.0)),
    "unscaled_inputs: far": ("unscaled_inputs", columns(9.0, 0.29), columns(9.0, 0.31)),
    "unscaled_inputs: small": ("unscaled_inputs", columns(0.0, 0.019), columns(0.0, 0.021)),
    "constant_inputs": ("constant_inputs", constant_columns(1), plain()),
    "duplicate_inputs": ("duplicate_inputs", with_inputs(plain(), duplicates=((0, 3, -0.9999),)), plain()),
    "initialization: too large": ("initialization", started(11.0), started(9.0)),
    "initialization: too small": ("initialization", started(1 / 9.1), started(1 / 8.9)),
    "learning_rate_too_high: rose": (
        "learning_rate_too_high",
        late([1, 1.05, 1.1, 1.1, 1.1]),
        late([1, 1, 1, 1, 1]),
    ),
    "learning_rate_too_high: Adam": (
        "learning_rate_too_high",
        late(FALLING, optimizer="Adam", learning_rate=1.0),
        late(FALLING, optimizer="Adam", learning_rate=0.05),
    ),
    "learning_rate_too_low": (
        "learning_rate_too_low",
        late(1 - 0.002 * np.arange(40)),
        late(1 - 0.0005 * np.arange(40)),
    ),
    "learning_rate_too_low: many epochs": ("learning_rate_too_low", late(FALLING[:21]), late(FALLING[:19])),
    "learning_rate_too_low: the usual rate": (
        "learning_rate_too_low",
        late(FALLING, optimizer="adam", learning_rate=0.004),
        late(FALLING, optimizer="adam", learning_rate=0.006),
    ),
    "learning_rate_too_low: weights alone": ("learning_rate_too_low", with_biases(0.01), with_biases(0.03)),
    "undertraining: weights alone": ("undertraining", with_biases(0.03), with_biases(0.2)),
    "undertraining: few epochs": ("undertraining", late(FLAT[:3]), late(FLAT[:4])),
    "unrelated_targets": (
        "unrelated_targets",
        with_outputs(plain(), attainable_explained=0.039, attainable_score=0.5),
        with_outputs(plain(), attainable_explained=0.041, attainable_score=0.5),
    ),
    "unscaled_targets: large": ("unscaled_targets", numbers(0.0, 11.0), numbers(0.0, 9.0)),
    "unscaled_targets: small": ("unscaled_targets", numbers(0.0, 0.019), numbers(0.0, 0.021)),
    "unscaled_targets: far": ("unscaled_targets", numbers(9.0, 0.29), numbers(9.0, 0.31)),
    "too_much_penalty": ("too_much_penalty", shrunk(0.19, penalty=1.0), shrunk(0.21, penalty=1.0)),
    "too_much_penalty: holds back": ("too_much_penalty", held_back(0.26), held_back(0.24)),
    "too_much_penalty: alike": ("too_much_penalty", held_back(0.3, 1.9), held_back(0.3, 2.1)),
    "too_much_penalty: large": ("too_much_penalty", held_back(0.3, gain=1.24), held_back(0.3, gain=1.26)),
    "too_much_penalty: none": ("too_much_penalty", shrunk(0.1), shrunk(0.1, penalty=0.0)),
    "too_few_units": ("too_few_units", narrow(3), narrow(4)),
    "too_few_units: dead": ("too_few_units", narrow(6, dead=3), narrow(6, dead=2)),
    "too_few_units: wide": ("too_few_units", narrow(8, dead=6), narrow(9, dead=7)),
    "too_few_units: outputs": ("too_few_units", narrow(4, outputs=9), narrow(4, outputs=8)),
    "too_few_units: enough": ("too_few_units", narrow(3, 0.78), narrow(3, 0.86)),
    "behind_simple_model": (
        "behind_simple_model",
        attaining(plain(), 0.857, 0.9),
        attaining(plain(), 0.86, 0.9),
    ),
    "overfitting: other data": (
        "overfitting",
        with_outputs(late(FALLING), loss=0.2, constant_loss=0.7),
        with_outputs(late(FALLING), loss=0.17, constant_loss=0.7),
    ),
    "overfitting: training data": (
        "overfitting",
        attaining(plain(), 0.92, 0.82),
        attaining(plain(), 0.88, 0.82),
    ),
    "duplicate_units: weights alone": ("duplicate_units", same_weights(11), same_weights(10)),
    "vanishing_gradients: deep": (
        "vanishing_gradients",
        with_flow(scoring(plain("sigmoid", 4), 0.5), 0.06),
        with_flow(scoring(plain("sigmoid", 4), 0.5), 0.07),
    ),
    "learning_rate_too_high: weights alone": ("learning_rate_too_high", thrown(6.1), thrown(5.9)),
    "initialization: trained weights": ("initialization", thrown(10.5, biases=0.1), thrown(9.5, biases=0.1)),
    "wrong_output: twice, by the curve": (
        "wrong_output",
        with_outputs(late([0.6, 0.5, 0.4, 0.35, 0.32]), loss=0.05),
        with_outputs(late([0.6, 0.5, 0.4, 0.35, 0.30]), loss=0.05),
    ),
    "dead_units": ("dead_units", dead(1), dead(1, alive=1)),
    "saturated_units": ("saturated_units", saturated(0.91, 1), saturated(0.89, 1)),
    "saturated_units: pairs": ("saturated_units", saturated(0.76), saturated(0.74)),
    "vanishing_gradients": ("vanishing_gradients", with_flow(plain(), 0.9e-4), with_flow(plain(), 1.1e-4)),
    "exploding_gradients": ("exploding_gradients", with_flow(plain(), 110.0), with_flow(plain(), 90.0)),
    "collapsed_signal": ("collapsed_signal", collapsed(0.9995), collapsed(0.9985)),
    "linear_units": ("linear_units", straight(0.9995), straight(0.9985)),
    "update_ratio": ("update_ratio", late(FLAT, start=moved(0.9e-5)), late(FLAT, start=moved(1.1e-5))),
    "oscillation": ("oscillation", late(swinging(0.03)), late(swinging(0.01))),
    "class_imbalance": ("class_imbalance", imbalance(39, 10), imbalance(41, 10)),
    "undertraining": ("undertraining", late(1.0 * 0.99 ** np.arange(19)), late(1.0 * 0.999 ** np.arange(19))),
    "overfitting": (
        "overfitting",
        with_outputs(
            late(FALLING, validation=[1.0] * 20 + [0.5] + [0.61] * 39), loss=0.01, constant_loss=0.7
        ),
        with_outputs(
            late(FALLING, validation=[1.0] * 20 + [0.5] + [0.59] * 39), loss=0.01, constant_loss=0.7
        ),
    ),
    "undertraining: plateau": ("undertraining", late(FLAT, stopped="plateau"), late(FLAT, stopped="epochs")),
    "linear_enough": ("linear_enough", scoring(plain(), 0.9, 0.9), scoring(plain(), 0.9, 0.89)),
    "not_finite": ("not_finite", replace(plain(), not_finite=(1, "x", 3)), plain()),
}
