"""How a network fares beside the best constant, and whether so many samples can tell."""

from __future__ import annotations

import math
from typing import Literal

from multilayer.diagnosis.evidence import Evidence, OutputStatistics

__all__ = ["Beside", "beside_constant", "linear_is_better", "outputs_alike"]

Beside = Literal["better", "equal", "worse"]

_ERRORS = 2.0
"""Standard errors within which two scores are not told apart."""
_LEAST, _MOST = 0.01, 0.1
"""Of the way from the constant to perfection: less is no gain whatever the number of samples, more always is one."""
_PLAIN = 0.25
"""Of the same way: classes so far better told than by the constant that a loss far above its own is overconfidence."""

_ALIKE = 0.99
"""Share of the outputs' power that is their mean, beyond which they are the same for all samples but for traces."""
_HALF = 0.5
"""Of the same way: up to there, outputs that are alike fall on the right side of a threshold by luck."""


def beside_constant(evidence: Evidence) -> Beside:
    """Return how the network fares beside the best constant: equal where neither score nor loss tells them apart.

    A loss is lower where it is lower by a share of more than 4/n: the square of a correlation two standard errors from
    0; of at least 1 %, and 10 % are enough. So is an R^2 higher. Classes are told better where the difference in right
    answers is more than two standard errors, the root of the number of samples that one of the two gets right alone
    (McNemar 1947); but not by luck. No mistake at all is better than a constant that makes some.
    """
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101
    score, constant = outputs.score, outputs.constant_score
    margin = min(max(_ERRORS**2 / evidence.samples, _LEAST), _MOST)
    lower = _lower_loss(outputs)
    if lower > margin:
        return "better"
    if score is None or constant is None:
        return "equal"
    noise = margin if outputs.confusion is None else _noise(outputs, constant)
    by_luck = lower >= -margin and _lucky(evidence, score - constant, 1.0 - constant)
    if (score - constant > noise and not by_luck) or score == 1.0 > constant:
        return "better"
    if constant - score > noise:
        return "worse"
    overconfident = lower < -margin and score - constant > _PLAIN * (1.0 - constant)
    return "better" if outputs.confusion is not None and overconfident else "equal"


def outputs_alike(evidence: Evidence) -> bool:
    """Return whether the classes of a network are told by traces of a difference in its outputs."""
    known = evidence.outputs is not None and evidence.outputs.confusion is not None
    return known and evidence.layers[-1].constant_share > _ALIKE


def _lucky(evidence: Evidence, gained: float, missing: float) -> bool:
    """Whether outputs are all alike, and more answers are right than they promise, but less than half of the missing.

    Outputs of 0.5 +- 0.01 promise 0.01 more right answers; 0.25 more are a matter of which side of 0.5 they are on.
    """
    if not outputs_alike(evidence):
        return False
    promised = math.sqrt(1.0 / evidence.layers[-1].constant_share - 1.0)
    return promised < gained <= _HALF * missing


def linear_is_better(evidence: Evidence) -> bool:
    """Return whether a linear model does better than network and constant, and than it would on noise.

    With p inputs it explains a share of p/n of noise, give or take sqrt(2p)/n, and tells two classes right in half the
    root of that more samples.
    """
    outputs, inputs = evidence.outputs, evidence.network.shape[0]
    if outputs is None or outputs.linear_score is None or outputs.constant_score is None:
        return False
    chance = (inputs + _ERRORS * math.sqrt(2 * inputs)) / evidence.samples
    noise = chance if outputs.confusion is None else math.sqrt(chance) / 2
    return outputs.linear_score > max(outputs.constant_score + noise, outputs.score or 0.0)


def _lower_loss(outputs: OutputStatistics) -> float:
    """Return by what share of the constant's the loss is lower; 0 where that is not known."""
    loss, constant = outputs.loss, outputs.constant_loss
    if loss is None or constant is None or constant == 0.0 or math.isnan(loss) or not math.isfinite(constant):
        return 0.0
    return (constant - loss) / abs(constant)


def _noise(outputs: OutputStatistics, constant: float) -> float:
    """Return what the accuracies may differ by for no reason."""
    confusion, counts = outputs.confusion, outputs.target_counts
    assert confusion is not None and counts is not None  # noqa: S101, PT018
    largest, samples = int(counts.argmax()), int(counts.sum())
    both = int(confusion[largest, largest])
    alone = int(confusion.trace()) - both + int(counts[largest]) - both
    return max(_ERRORS * math.sqrt(alone) / samples, _LEAST * (1.0 - constant))
