"""What several checks ask of the evidence: does the network fare well, and is it early days?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from multilayer.diagnosis.checks.constant import beside_constant
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Severity

__all__ = [
    "early",
    "fares",
    "graded",
    "how_it_ended",
    "how_it_fares",
    "just_begun",
    "learned",
    "linear_skill",
    "skill",
]

Fares = Literal["well", "so-so", "badly", "unknown"]

_WELL, _BADLY = 0.75, 0.1
_BEHIND, _CLOSE, _SOME = 0.15, 0.03, 0.15
_FEW_EPOCHS = 10
_FALLING = 0.003


def skill(evidence: Evidence) -> float | None:
    """Return how much of the way from the best constant (0) to perfection (1) the score is."""
    return _skill(evidence, None if evidence.outputs is None else evidence.outputs.score)


def linear_skill(evidence: Evidence) -> float | None:
    """Return the same for the linear model."""
    return _skill(evidence, None if evidence.outputs is None else evidence.outputs.linear_score)


def _skill(evidence: Evidence, score: float | None) -> float | None:
    constant = None if evidence.outputs is None else evidence.outputs.constant_score
    if score is None or constant is None or constant >= 1.0:
        return None
    return (score - constant) / (1.0 - constant)


def fares(evidence: Evidence) -> Fares:
    """Return how the network fares beside a constant and a linear model.

    Badly: hardly better than the best constant, or not told from it by so few samples, or far behind a linear model.
    Well: most of the way from the constant to perfection, or not behind a linear model that is some of that way.
    """
    own, linear = skill(evidence), linear_skill(evidence)
    if own is None:
        return "unknown"
    if (
        own < _BADLY
        or (linear is not None and linear - own > _BEHIND)
        or beside_constant(evidence) != "better"
    ):
        return "badly"
    if own > _WELL or (linear is not None and linear > _SOME and own > linear - _CLOSE):
        return "well"
    return "so-so"


def early(evidence: Evidence) -> bool:
    """Return whether it may still come right: few epochs of a training under way, or a loss that falls and falls.

    Not where all epochs are done and the network is no better than a constant yet.
    """
    history, stopped = evidence.course.history, evidence.course.stopped
    if history is None or stopped in ("plateau", "not finite") or not np.isfinite(history.loss).all():
        return False
    if just_begun(evidence):
        return True
    if stopped == "epochs" and evidence.outputs is not None and beside_constant(evidence) != "better":
        return False
    if len(history) < _FEW_EPOCHS:
        return len(history) < 2 or history.loss[-1] < history.loss[0]
    tail = np.asarray(history.loss[-max(3, len(history) // 10) :])
    with np.errstate(all="ignore"):
        return bool((tail[0] - tail[-1]) / (len(tail) - 1) > _FALLING * abs(tail[-1]))


def just_begun(evidence: Evidence) -> bool:
    """Return whether the training is known to be under way, and a few epochs old at most."""
    history = evidence.course.history
    if history is None or evidence.course.stopped is not None or not np.isfinite(history.loss).all():
        return False
    return len(history) < _FEW_EPOCHS


def graded(evidence: Evidence) -> Severity:
    """Return how severe a trouble of the inner parts is: by what comes out, and by how late it is."""
    found = fares(evidence)
    if found == "well":
        return "note"
    return "error" if found == "badly" and not early(evidence) else "warning"


def learned(evidence: Evidence) -> bool:
    """Return whether the loss curve ended most of the way from the best constant's loss to 0."""
    history, outputs = evidence.course.history, evidence.outputs
    if history is None or not history.loss or outputs is None or outputs.constant_loss is None:
        return False
    return bool(history.loss[-1] < (1.0 - _WELL) * outputs.constant_loss)


def how_it_fares(evidence: Evidence) -> str:
    """Return the scores in words, or nothing where there are none."""
    outputs = evidence.outputs
    if outputs is None or outputs.score is None or outputs.constant_score is None:
        return ""
    name = "accuracy" if outputs.target_counts is not None else "R^2"
    text = f"its {name} is {outputs.score:.3g}, that of the best constant {outputs.constant_score:.3g}"
    return text if outputs.linear_score is None else f"{text}, of a linear model {outputs.linear_score:.3g}"


def how_it_ended(evidence: Evidence) -> str:
    """Return why training ended, in words, or nothing where that is not known."""
    course = evidence.course
    if course.history is None or course.stopped is None:
        return ""
    reasons = {
        "plateau": "stopped on this plateau",
        "epochs": "ended",
        "interrupted": "was interrupted",
        "callback": "was ended by a callback",
        "not finite": "broke off at a number that is not finite",
    }
    return f"training {reasons.get(course.stopped, 'ended')} after {len(course.history)} epochs"
