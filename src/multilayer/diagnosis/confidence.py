"""How sure a verdict is: how often its check was right about networks whose cause is known by intervention.

The counts are those of the open half of the suite in docs/diagnosis.md, with the learning curve known and without it;
a healthy network that was accused counts as wrong. Counts are drawn towards those of all verdicts that are as severe:
(right + 16 p) / (cases + 16), with p the fraction of these. Of 2, 4, 8, ..., 64 in place of 16 that had the least
squared error for mistakes that were left out of the counts, one after the other. What names no cause, or was never
first, has no probability.
"""

from __future__ import annotations

from collections.abc import Mapping

from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.evidence import Evidence

__all__ = ["confidence_of"]

PRIOR = 16.0
Counts = tuple[int, int]

ALL: Mapping[str, Counts] = {"error": (663, 689), "warning": (151, 191)}
"""Right verdicts and all, by their severity."""
RIGHT: Mapping[str, tuple[Counts, Counts]] = {
    "not_finite": ((32, 32), (16, 16)),
    "wrong_output": ((66, 70), (32, 33)),
    "leaking_inputs": ((24, 26), (12, 13)),
    "unscaled_inputs": ((58, 62), (29, 31)),
    "unscaled_targets": ((22, 22), (11, 11)),
    "unrelated_targets": ((64, 64), (32, 32)),
    "initialization": ((41, 41), (13, 13)),
    "duplicate_units": ((19, 19), (15, 15)),
    "dead_units": ((0, 2), (0, 2)),
    "learning_rate_too_high": ((12, 17), (5, 7)),
    "learning_rate_too_low": ((25, 29), (8, 9)),
    "undertraining": ((37, 40), (6, 9)),
    "plateau_stop": ((7, 7), (0, 0)),
    "vanishing_gradients": ((12, 12), (6, 6)),
    "linear_units": ((32, 32), (16, 16)),
    "too_few_units": ((32, 32), (16, 16)),
    "too_much_penalty": ((30, 32), (15, 16)),
    "overfitting": ((24, 32), (12, 16)),
    "class_imbalance": ((22, 32), (11, 16)),
}
"""Of each check: right verdicts and all, with a curve; the same without."""


def confidence_of(finding: Finding, evidence: Evidence) -> float | None:
    """Return the probability that a finding is the main cause; None where that is not known, and for a note."""
    if finding.check not in RIGHT or finding.severity not in ALL:
        return None
    right, cases = RIGHT[finding.check][0 if evidence.course.history is not None else 1]
    all_right, all_cases = ALL[finding.severity]
    return (right + PRIOR * all_right / all_cases) / (cases + PRIOR)
