"""How sure a verdict is: how often its check was right about networks whose cause is known by intervention.

The counts are those of the open half and the fresh part of the suite in docs/diagnosis.md, with the learning curve
known and without it; `python -m benchmarks diagnosis-confidence` prints them. A healthy network that was accused
counts as wrong. Counts are drawn towards those of all verdicts that are as severe: (right + 16 p) / (cases + 16),
with p the fraction of these. Of 2, 4, 8, ..., 64 in place of 16 that had the least squared error for mistakes that
were left out of the counts, one after the other. What names no cause, or was never first, has no probability.
"""

from __future__ import annotations

from collections.abc import Mapping

from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.evidence import Evidence

__all__ = ["confidence_of"]

PRIOR = 16.0
Counts = tuple[int, int]

ALL: Mapping[str, Counts] = {"error": (1411, 1469), "warning": (545, 658)}
"""Right verdicts and all, by their severity."""
RIGHT: Mapping[str, tuple[Counts, Counts]] = {
    "not_finite": ((60, 60), (30, 30)),
    "wrong_output": ((128, 135), (63, 65)),
    "leaking_inputs": ((68, 70), (34, 35)),
    "unrelated_targets": ((128, 156), (64, 78)),
    "unscaled_inputs": ((106, 108), (53, 54)),
    "unscaled_targets": ((40, 44), (20, 22)),
    "initialization": ((55, 55), (20, 20)),
    "too_much_penalty": ((95, 99), (48, 50)),
    "duplicate_units": ((50, 50), (25, 25)),
    "too_few_units": ((112, 116), (56, 58)),
    "learning_rate_too_high": ((30, 32), (13, 15)),
    "dead_units": ((2, 5), (1, 4)),
    "vanishing_gradients": ((48, 52), (24, 26)),
    "collapsed_signal": ((2, 2), (1, 1)),
    "linear_units": ((60, 60), (30, 30)),
    "class_imbalance": ((50, 54), (25, 27)),
    "learning_rate_too_low": ((86, 93), (18, 19)),
    "undertraining": ((106, 113), (40, 51)),
    "overfitting": ((110, 145), (55, 68)),
}
"""Of each check: right verdicts and all, with a curve; the same without."""


def confidence_of(finding: Finding, evidence: Evidence) -> float | None:
    """Return the probability that a finding is the main cause; None where that is not known, and for a note."""
    if finding.check not in RIGHT or finding.severity not in ALL:
        return None
    right, cases = RIGHT[finding.check][0 if evidence.course.history is not None else 1]
    all_right, all_cases = ALL[finding.severity]
    return (right + PRIOR * all_right / all_cases) / (cases + PRIOR)
