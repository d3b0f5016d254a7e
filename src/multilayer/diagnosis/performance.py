"""How the network performs: beside the best constant and a linear model, and whether training may still help."""

from __future__ import annotations

from typing import Literal

from multilayer.diagnosis.beside import by_chance, versus_constant
from multilayer.diagnosis.evidence import Evidence, OutputStatistics

__all__ = [
    "CLOSE",
    "DONE",
    "are_balanced",
    "performance",
    "reached",
    "shortfall",
    "skill",
    "skill_of",
]

Performance = Literal["good", "fair", "poor", "unknown"]

DONE = 0.75
"""Of the way from the best constant to perfection: what is left beyond that are the last samples."""
_POOR = 0.1
CLOSE, _BEHIND, _SOME = 0.05, 0.15, 0.15
"""Skill behind what can be learned: not, beyond what chance may do, and far; and what is enough to judge by."""
_SIMILAR = 4
"""Times as many samples of the largest class as of the smallest."""


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
    is not known. Scores of few samples differ by chance, so that the distance has to be two standard errors more.
    """
    own, outputs, missed = skill(evidence), evidence.outputs, shortfall(evidence)
    if own is None or outputs is None:
        return "unknown"
    if own < _POOR or versus_constant(evidence, outputs) != "better":
        return "poor"
    if missed is None or own + missed <= _SOME:  # nothing that is worth comparing with
        return "good" if own > DONE else "fair"
    chance = by_chance(evidence, outputs, reached(outputs) or 0.0)
    if missed < CLOSE + chance:
        return "good"
    return "poor" if missed > _BEHIND + chance else "fair"


def shortfall(evidence: Evidence, *, linear: bool = True) -> float | None:
    """Return how much of the way to perfection the network is behind what can be learned; None where not known.

    That is what a kernel model reaches on samples that it has not seen; where there is none and unless `linear` is
    False, what a linear model reaches on those it was fitted to.
    """
    own, outputs = skill(evidence), evidence.outputs
    if own is None or outputs is None:
        return None
    most = skill_of(outputs, reached(outputs) if linear else outputs.attainable_score)
    return None if most is None else most - own


def reached(outputs: OutputStatistics) -> float | None:
    """Return the score that can be reached: a kernel model's, or else a linear model's."""
    return outputs.linear_score if outputs.attainable_score is None else outputs.attainable_score


def are_balanced(outputs: OutputStatistics) -> bool:
    """Return whether classes are of similar size, so that accuracy says how much is learned; True for numbers."""
    counts = outputs.target_counts
    return counts is None or int(counts.max()) <= _SIMILAR * int(counts[counts > 0].min())
