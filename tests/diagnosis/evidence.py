"""Evidence to change: that of a healthy network, with one thing in it made different."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from multilayer import MLP, Dense, diagnose, initialize
from multilayer.diagnosis import CHECKS, Evidence, Finding, TrainingRecord
from multilayer.training import History

BY_NAME = {check.name: check for check in CHECKS}
UNITS, SAMPLES = 20, 400


@cache
def plain(hidden: str = "tanh", layers: int = 2) -> Evidence:
    """Return evidence of a fresh network on two balanced classes; `scoring` sets its scores."""
    rng = np.random.default_rng(8)
    X = rng.standard_normal((SAMPLES, 5))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    net = initialize((5, *(UNITS,) * layers, 2), hidden, "softmax", rng=0, dtype=np.float64)
    return scoring(diagnose(net, X, y, course=TrainingRecord(start=net)).evidence, 0.6)


def scoring(evidence: Evidence, score: float, linear: float | None = 0.55, constant: float = 0.5) -> Evidence:
    """Return the evidence with these scores, and nothing else to compare with: 0.5 is poor, 0.6 fair, 0.95 good."""
    return with_outputs(
        evidence, score=score, linear_score=linear, constant_score=constant, attainable_score=None
    )


def attaining(evidence: Evidence, score: float, attainable: float, by_heart: float = 0.5) -> Evidence:
    """Return the evidence with the score of the network, and that of a kernel model on samples it has not seen.

    `by_heart` is what a network of this shape reaches there that fits all it has seen.
    """
    return with_outputs(
        evidence, score=score, constant_score=0.5, attainable_score=attainable, by_heart_score=by_heart
    )


def with_outputs(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, outputs=replace(evidence.outputs, **changes))


def with_inputs(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, inputs=replace(evidence.inputs, **changes))


def with_layer(evidence: Evidence, number: int, **changes: Any) -> Evidence:
    layers = list(evidence.layers)
    layers[number - 1] = replace(layers[number - 1], **changes)
    return replace(evidence, layers=tuple(layers))


def with_course(evidence: Evidence, loss: Any = None, validation: Any = (), **changes: Any) -> Evidence:
    history = None if loss is None else History(tuple(map(float, loss)), tuple(map(float, validation)))
    return replace(evidence, course=replace(evidence.course, history=history, **changes))


def with_flow(evidence: Evidence, first_over_last: float) -> Evidence:
    """Return the evidence with da of the first layer so many times that of the last."""
    last = evidence.gradients[-1]
    size = float(np.sqrt((last.rms_da**2).mean()))
    first = replace(evidence.gradients[0], rms_da=np.full(UNITS, size * first_over_last))
    return replace(evidence, gradients=(first, *evidence.gradients[1:]))


def findings(name: str, evidence: Evidence) -> list[Finding]:
    """Return what one check finds."""
    return [outcome for outcome in BY_NAME[name].run(evidence) if isinstance(outcome, Finding)]


def reasons(name: str, evidence: Evidence) -> list[str]:
    """Return why one check could not be made."""
    return [outcome.reason for outcome in BY_NAME[name].run(evidence) if not isinstance(outcome, Finding)]


def alone(evidence):
    """The same without the network before training, and without its curve."""
    course = replace(evidence.course, start=None, history=None)
    return replace(evidence, start=None, reference=None, course=course)


def with_biases(size: float):
    """Drawn weights, and biases that have moved so far."""
    evidence = alone(scoring(plain(), 0.5))
    for number, layer in enumerate(evidence.layers, 1):
        dense = Dense(layer.layer.W, np.full(layer.layer.units, size), layer.layer.activation)
        evidence = with_layer(evidence, number, layer=dense)
    return evidence


def resized(evidence, gain: float, bias: float = 0.0):
    for number, layer in enumerate(evidence.layers, 1):
        dense = Dense(
            layer.layer.W * (gain / layer.gain), np.full(layer.layer.units, bias), layer.layer.activation
        )
        evidence = with_layer(evidence, number, layer=dense)
    return evidence


def thrown(gain: float, biases: float = 2.0):
    return resized(alone(scoring(plain(), 0.5)), gain, biases)


def shrunk(gain: float, **course):
    evidence = resized(scoring(plain(), 0.5), gain)
    return replace(evidence, course=replace(evidence.course, **course))


def narrow(units: int, score: float = 0.6, *, dead: int = 0, outputs: int = 2):
    """One hidden layer, of which some units are active for no sample."""
    rng = np.random.default_rng(3)
    bias = np.where(np.arange(units) < dead, -1e3, 1.0)
    hidden = Dense(rng.standard_normal((5, units)), bias, "relu" if dead else "tanh")
    network = MLP([hidden, Dense(rng.standard_normal((units, outputs)), None, "softmax")])
    evidence = attaining(plain(), score, 0.9)
    layers = diagnose(network, rng.standard_normal((40, 5))).evidence.layers
    return replace(evidence, network=network, layers=layers)


def held_back(gained: float, ratio: float = 1.0, gain: float = 1.0):
    """Weights that a penalty holds back: what they would gain, how its pull differs between layers, their gain."""
    evidence = resized(attaining(plain(), 0.6, 0.9), gain)
    first, *others = evidence.gradients
    pulls = [ratio * first.norm_W**2, *(one.norm_W**2 for one in others)]
    scale = gained * evidence.outputs.constant_loss / sum(pulls)
    gradients = [
        replace(one, growth=-scale * pull) for one, pull in zip(evidence.gradients, pulls, strict=True)
    ]
    return replace(evidence, gradients=tuple(gradients))


def numbers(mean: float, std: float):
    """Targets that are numbers, of outputs without bounds."""
    evidence = with_layer(scoring(plain(), 0.5), 3)
    *hidden, last = evidence.network.layers
    network = MLP([*hidden, Dense(last.W, last.b, "identity")])
    changed = replace(evidence, network=network)
    return with_outputs(
        changed, target_mean=np.full(2, mean), target_std=np.full(2, std), confusion=None, target_counts=None
    )


def same_weights(count: int):
    """A layer of which so many of 20 units have the same weights, and outputs that are constant."""
    W = np.random.default_rng(0).standard_normal((5, UNITS))
    W[:, :count] = 0.0 * W[:, :count] + W[:, :1]
    return with_layer(alone(scoring(plain(), 0.5)), 1, layer=Dense(W, None, "relu"))
