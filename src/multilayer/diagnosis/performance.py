"""How the network performs: beside the best constant and a linear model, and whether training may still help."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.diagnosis.attainable import COMPARED
from multilayer.diagnosis.check import Severity
from multilayer.diagnosis.evidence import Evidence, LayerStatistics, OutputStatistics

__all__ = [
    "DONE",
    "are_balanced",
    "by_chance",
    "early",
    "ending",
    "gain_of_chance",
    "has_moved",
    "just_begun",
    "linear_is_better",
    "loss_was_low",
    "outputs_alike",
    "performance",
    "scores",
    "severity",
    "shortfall",
    "skill",
    "skill_of",
    "under_way",
    "versus_constant",
]

Performance = Literal["good", "fair", "poor", "unknown"]
Beside = Literal["better", "equal", "worse"]

DONE = 0.75
"""Of the way from the best constant to perfection: what is left beyond that are the last samples."""
_POOR = 0.1
_BEHIND, _CLOSE, _SOME = 0.15, 0.05, 0.15
"""Skill behind what can be learned: far, and not, beyond what chance may do; and what is enough to judge by."""
_SIMILAR = 4
"""Times as many samples of the largest class as of the smallest."""
_FEW_EPOCHS = 10
_MOVED = 0.25
"""Of the weights' root mean square: biases of a start that was large are smaller, those of large steps are not."""
_FALLING = 0.003

_ERRORS = 2.0
"""Standard errors within which two scores are equal."""
_MINIMUM, _ENOUGH = 0.01, 0.1
"""Of the way from the constant to perfection: less is never a gain, more always is, whatever the number of samples."""
_PLAIN = 0.25
"""Of the same way: such a score with a loss far above the constant's is overconfidence."""
_ALIKE = 0.99
"""Share of the outputs' power in their mean beyond which they are nearly the same for all samples."""
_HALF = 0.5
"""Of the same way: up to there, outputs that are alike fall on the right side of a threshold by luck."""

_SCORES = {
    (True, False): N_("Accuracy {score:.3g} (majority class {constant:.3g})."),
    (True, True): N_("Accuracy {score:.3g} (majority class {constant:.3g}, linear model {linear:.3g})."),
    (False, False): N_("R^2 {score:.3g} (best constant {constant:.3g})."),
    (False, True): N_("R^2 {score:.3g} (best constant {constant:.3g}, linear model {linear:.3g})."),
}
"""By whether the targets are classes, and whether there is a linear model."""
_ENDINGS = {
    "plateau": N_("Training stopped on this plateau after {epochs} epochs."),
    "epochs": N_("Training ended after {epochs} epochs."),
    "interrupted": N_("Training was interrupted after {epochs} epochs."),
    "callback": N_("Training was stopped by a callback after {epochs} epochs."),
    "not finite": N_("Training stopped at a number that is not finite after {epochs} epochs."),
}


def skill(evidence: Evidence) -> float | None:
    """Return how much of the way from the best constant (0) to perfection (1) the score is."""
    return None if evidence.outputs is None else skill_of(evidence.outputs, evidence.outputs.score)


def skill_of(outputs: OutputStatistics, score: float | None) -> float | None:
    """Return how much of the way from the best constant to perfection a score is; None where there is no such way."""
    constant = outputs.constant_score
    if score is None or constant is None or constant >= 1.0:
        return None
    return (score - constant) / (1.0 - constant)


def performance(evidence: Evidence) -> Performance:
    """Return how the network performs beside a constant and beside what can be learned.

    Poor: hardly better than the best constant, or equal to it for so few samples, or far behind what can be learned.
    Good: not behind that where it is more than a little, or most of the way from the constant to perfection where it
    is not known. Scores of few samples differ by chance, so that the distance has to be more than that.
    """
    own, outputs, missed = skill(evidence), evidence.outputs, shortfall(evidence)
    if own is None or outputs is None:
        return "unknown"
    chance = by_chance(evidence, outputs)
    if own < _POOR or (missed or 0.0) > _BEHIND + chance or versus_constant(evidence, outputs) != "better":
        return "poor"
    if missed is None or own + missed <= _SOME:  # nothing that is worth comparing with
        return "good" if own > DONE else "fair"
    return "good" if missed < _CLOSE + chance else "fair"


def by_chance(evidence: Evidence, outputs: OutputStatistics) -> float:
    """Return by how much skill two models that are equally good may differ on these samples, at two standard errors.

    Of d n samples that one of two classifiers alone gets right, 2 sqrt(d n) are chance, so that d is none beyond 4/n
    (McNemar 1947); of numbers 4/n is the square of a correlation of two standard errors. The model of what can be
    learned sees up to 300 samples.
    """
    missing = 1.0 if outputs.confusion is None else 1.0 - (outputs.constant_score or 0.0)
    return _ERRORS**2 / min(evidence.samples, COMPARED) / missing if missing > 0.0 else 0.0


def shortfall(evidence: Evidence, *, linear: bool = True) -> float | None:
    """Return how much of the way to perfection the network is behind what can be learned; None where not known.

    That is what a kernel model reaches on samples that it has not seen; where there is none and unless `linear` is
    False, what a linear model reaches on those it was fitted to.
    """
    own, outputs = skill(evidence), evidence.outputs
    if own is None or outputs is None:
        return None
    reached = skill_of(outputs, outputs.attainable_score)
    if reached is None and linear:
        reached = skill_of(outputs, outputs.linear_score)
    return None if reached is None else reached - own


def are_balanced(outputs: OutputStatistics) -> bool:
    """Return whether classes are of similar size, so that accuracy says how much is learned; True for numbers."""
    counts = outputs.target_counts
    return counts is None or int(counts.max()) <= _SIMILAR * int(counts[counts > 0].min())


def early(evidence: Evidence) -> bool:
    """Return whether training may still help: it has just begun, or the loss keeps falling.

    Not where all epochs are done and the network is no better than a constant yet.
    """
    history, stopped, outputs = evidence.course.history, evidence.course.stopped, evidence.outputs
    if history is None or stopped in ("plateau", "not finite") or not np.isfinite(history.loss).all():
        return False
    if just_begun(evidence):
        return True
    if stopped == "epochs" and outputs is not None and versus_constant(evidence, outputs) != "better":
        return False
    if len(history) < _FEW_EPOCHS:
        return len(history) < 2 or history.loss[-1] < history.loss[0]
    tail = np.asarray(history.loss[-max(3, len(history) // 10) :])
    with np.errstate(all="ignore"):
        return bool((tail[0] - tail[-1]) / (len(tail) - 1) > _FALLING * abs(tail[-1]))


def just_begun(evidence: Evidence) -> bool:
    """Return whether training is known to be under way, and a few epochs old at most."""
    history = evidence.course.history
    if history is None or evidence.course.stopped is not None or not np.isfinite(history.loss).all():
        return False
    return len(history) < _FEW_EPOCHS


def under_way(evidence: Evidence) -> bool:
    """Return whether training is known to go on: it has not stopped, and epochs are left."""
    course = evidence.course
    return (
        course.stopped is None
        and course.history is not None
        and course.epochs is not None
        and len(course.history) < course.epochs
    )


def severity(evidence: Evidence, unknown: Severity = "warning") -> Severity:
    """Return how severe an internal finding is: that depends on the score, and on whether training may still help."""
    found = performance(evidence)
    if found == "unknown":
        return unknown
    if found == "good":
        return "note"
    return "error" if found == "poor" and not early(evidence) else "warning"


def has_moved(layer: LayerStatistics) -> bool:
    """Return whether steps have brought large weights: they move biases as well, which start at 0, by as much."""
    W, b = (array.astype(np.float64) for array in (layer.layer.W, layer.layer.b))
    return bool((b**2).mean() > _MOVED**2 * (W**2).mean())


def loss_was_low(evidence: Evidence) -> bool:
    """Return whether the loss curve ended most of the way from the best constant's loss to 0."""
    history, outputs = evidence.course.history, evidence.outputs
    if history is None or not history.loss or outputs is None or outputs.constant_loss is None:
        return False
    return bool(history.loss[-1] < (1.0 - DONE) * outputs.constant_loss)


def scores(evidence: Evidence) -> str:
    """Return the scores as a sentence; empty where there are none."""
    outputs = evidence.outputs
    if outputs is None or outputs.score is None or outputs.constant_score is None:
        return ""
    linear = outputs.linear_score
    return fill(
        _SCORES[outputs.target_counts is not None, linear is not None],
        score=outputs.score,
        constant=outputs.constant_score,
        linear=linear,
    )


def ending(evidence: Evidence) -> str:
    """Return why training ended as a sentence; empty where that is not known."""
    course = evidence.course
    if course.history is None or course.stopped is None:
        return ""
    reason = course.stopped if course.stopped in _ENDINGS else "epochs"
    return fill(_ENDINGS[reason], epochs=len(course.history))


def versus_constant(evidence: Evidence, outputs: OutputStatistics) -> Beside:
    """Return how the network compares with the best constant: equal where neither score nor loss separates them.

    A loss is lower where it is lower by a fraction of more than 4/n: the square of a correlation two standard errors
    from 0; of at least 1%, and 10% are enough. So is an R^2 higher. An accuracy is higher where the difference in
    right answers is more than two standard errors, the root of the number of samples that one of the two gets right
    alone (McNemar 1947); but not by luck. No mistake at all is better than a constant that makes some.
    """
    score, constant = outputs.score, outputs.constant_score
    margin = min(max(_ERRORS**2 / evidence.samples, _MINIMUM), _ENOUGH)
    lower = _loss_reduction(outputs)
    if lower > margin:
        return "better"
    if score is None or constant is None:
        return "equal"
    noise = _noise(outputs, constant)
    noise = margin if noise is None else noise
    by_luck = lower >= -margin and _lucky(evidence, score - constant, 1.0 - constant)
    if (score - constant > noise and not by_luck) or score == 1.0 > constant:
        return "better"
    if constant - score > noise:
        return "worse"
    overconfident = lower < -margin and score - constant > _PLAIN * (1.0 - constant)
    return "better" if outputs.confusion is not None and overconfident else "equal"


def outputs_alike(evidence: Evidence) -> bool:
    """Return whether a classifier's outputs are nearly the same for all samples."""
    classes = evidence.outputs is not None and evidence.outputs.confusion is not None
    return classes and evidence.layers[-1].constant_fraction > _ALIKE


def _lucky(evidence: Evidence, gained: float, missing: float) -> bool:
    """Whether outputs are all alike, and more answers are right than they promise, but less than half of the missing.

    Outputs of 0.5 +- 0.01 promise 0.01 more right answers; 0.25 more are a matter of which side of 0.5 they are on.
    """
    if not outputs_alike(evidence):
        return False
    promised = math.sqrt(1.0 / evidence.layers[-1].constant_fraction - 1.0)
    return promised < gained <= _HALF * missing


def linear_is_better(evidence: Evidence) -> bool:
    """Return whether a linear model is better than network and constant, and than it would be on noise."""
    outputs = evidence.outputs
    if outputs is None or outputs.linear_score is None or outputs.constant_score is None:
        return False
    return outputs.linear_score > max(
        outputs.constant_score + gain_of_chance(evidence, outputs), outputs.score or 0.0
    )


def gain_of_chance(evidence: Evidence, outputs: OutputStatistics) -> float:
    """Return how much better than the best constant a linear model may be on noise.

    With p inputs it explains a fraction of p/n of noise, give or take sqrt(2p)/n, and classifies half the root of that
    more samples right.
    """
    inputs = evidence.network.widths[0]
    chance = (inputs + _ERRORS * math.sqrt(2 * inputs)) / evidence.samples
    return chance if outputs.confusion is None else math.sqrt(chance) / 2


def _loss_reduction(outputs: OutputStatistics) -> float:
    """Return by what fraction of the constant's the loss is lower; 0 where that is not known."""
    loss, constant = outputs.loss, outputs.constant_loss
    if loss is None or constant is None or constant == 0.0 or math.isnan(loss) or not math.isfinite(constant):
        return 0.0
    return (constant - loss) / abs(constant)


def _noise(outputs: OutputStatistics, constant: float) -> float | None:
    """Return by how much the accuracies may differ by chance; None where the targets are not classes."""
    confusion, counts = outputs.confusion, outputs.target_counts
    if confusion is None or counts is None:
        return None
    largest, samples = int(counts.argmax()), int(counts.sum())
    both = int(confusion[largest, largest])
    alone = int(confusion.trace()) - both + int(counts[largest]) - both
    return max(_ERRORS * math.sqrt(alone) / samples, _MINIMUM * (1.0 - constant))
