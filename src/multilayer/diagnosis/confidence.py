"""How sure a verdict is: how often its check was right about networks whose cause is known by intervention.

The counts are those of the open half of the suite in docs/diagnosis.md, with the learning curve known and without it;
`python -m benchmarks diagnosis-confidence` prints them. A healthy network that was accused counts as wrong. Counts are
drawn towards those of all verdicts that are as severe: (right + 16 p) / (cases + 16), with p the fraction of these. Of
2, 4, 8, ..., 64 in place of 16 that had the least squared error for mistakes that were left out of the counts, one
after the other. What names no cause, or was never first, has no probability.
"""

from __future__ import annotations

from collections.abc import Mapping

from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.evidence import Evidence

__all__ = ["confidence_of"]

PRIOR = 16.0
Counts = tuple[int, int]

ALL: Mapping[str, Counts] = {"error": (693, 709), "warning": (149, 171)}
"""Right verdicts and all, by their severity."""
RIGHT: Mapping[str, tuple[Counts, Counts]] = {
    "not_finite": ((34, 34), (17, 17)),
    "wrong_output": ((66, 70), (32, 33)),
    "leaking_inputs": ((26, 26), (13, 13)),
    "unrelated_targets": ((68, 68), (34, 34)),
    "unscaled_inputs": ((56, 58), (28, 29)),
    "unscaled_targets": ((20, 20), (10, 10)),
    "initialization": ((41, 41), (13, 13)),
    "too_much_penalty": ((32, 34), (16, 17)),
    "learning_rate_too_high": ((14, 15), (6, 7)),
    "duplicate_units": ((19, 19), (15, 15)),
    "dead_units": ((0, 2), (0, 2)),
    "vanishing_gradients": ((18, 18), (9, 9)),
    "linear_units": ((34, 34), (17, 17)),
    "too_few_units": ((34, 34), (17, 17)),
    "class_imbalance": ((24, 30), (12, 15)),
    "learning_rate_too_low": ((27, 29), (8, 9)),
    "undertraining": ((36, 38), (10, 13)),
    "overfitting": ((24, 27), (12, 13)),
}
"""Of each check: right verdicts and all, with a curve; the same without."""


def confidence_of(finding: Finding, evidence: Evidence) -> float | None:
    """Return the probability that a finding is the main cause; None where that is not known, and for a note."""
    if finding.check not in RIGHT or finding.severity not in ALL:
        return None
    right, cases = RIGHT[finding.check][0 if evidence.course.history is not None else 1]
    all_right, all_cases = ALL[finding.severity]
    return (right + PRIOR * all_right / all_cases) / (cases + PRIOR)
