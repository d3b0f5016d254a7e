"""How the network performs: beside the best constant and a linear model, and whether training may still help."""

from __future__ import annotations

from typing import Literal

import numpy as np

from multilayer.diagnosis.beside import by_chance, versus_constant
from multilayer.diagnosis.check import Severity
from multilayer.diagnosis.evidence import Evidence, LayerStatistics, OutputStatistics

__all__ = [
    "DONE",
    "are_balanced",
    "early",
    "has_moved",
    "just_begun",
    "loss_was_low",
    "performance",
    "severity",
    "shortfall",
    "skill",
    "skill_of",
    "under_way",
]

Performance = Literal["good", "fair", "poor", "unknown"]

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
