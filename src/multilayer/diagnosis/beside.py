"""The network beside the best constant, a linear model and what can be learned: what is more than chance.

A score of n samples has a standard error. What two models differ by counts where it is more than two of them.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from multilayer.diagnosis.attainable import COMPARED
from multilayer.diagnosis.evidence import Evidence, OutputStatistics

__all__ = [
    "Beside",
    "by_chance",
    "gain_of_chance",
    "is_one_class",
    "linear_is_better",
    "outputs_alike",
    "versus_constant",
]

Beside = Literal["better", "equal", "worse"]

_ERRORS = 2.0
"""Standard errors within which two scores are equal."""
_SHARED = 2 / 3
"""Fraction of the mistakes of two models that are made of the same samples."""
_MINIMUM, _ENOUGH = 0.01, 0.1
"""Of the way from the constant to perfection: less is never a gain, more always is, whatever the number of samples."""
_PLAIN = 0.25
"""Of the same way: such a score with a loss far above the constant's is overconfidence."""
_ALIKE = 0.99
"""Share of the outputs' power in their mean beyond which they are nearly the same for all samples."""
_HALF = 0.5
"""Of the same way: up to there, outputs that are alike fall on the right side of a threshold by luck."""


def by_chance(evidence: Evidence, outputs: OutputStatistics, other: float) -> float:
    """Return by how much skill the network and an equally good model of another score may differ: two standard errors.

    Two classifiers that are wrong on fractions e and f of n samples differ on (1 - s) (e + f) of them, where s of their
    mistakes are of the same samples, so that one standard error is sqrt((1 - s) (e + f)/n) (McNemar 1947). Of numbers
    e and f are the fractions that are not explained. The model of what can be learned sees up to 300 samples.
    """
    missing = 1.0 if outputs.confusion is None else 1.0 - (outputs.constant_score or 0.0)
    wrong = sum(min(max(1.0 - score, 0.0), 1.0) for score in (outputs.score or 0.0, other))
    apart = (1.0 - _SHARED) * wrong / min(evidence.samples, COMPARED)
    return _ERRORS * math.sqrt(apart) / missing if missing > 0.0 else 0.0


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


def is_one_class(outputs: OutputStatistics | None) -> bool:
    """Return whether a classifier predicts one class for all samples."""
    counts = None if outputs is None else outputs.predicted_counts
    return counts is not None and int(np.count_nonzero(counts)) == 1


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
