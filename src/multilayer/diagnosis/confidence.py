"""How sure a verdict is: how often its check was right about networks whose cause is known by intervention.

The counts are those of the open half of the suite in docs/diagnosis.md, with the learning curve known and without it.
Checks that were seldom first there are drawn towards all of them together: (right + 2 p) / (cases + 2), with p the
fraction of all. What names no cause, or was never first, has no probability.
"""

from __future__ import annotations

from collections.abc import Mapping

from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.evidence import Evidence

__all__ = ["confidence_of"]

_PRIOR = 2.0
Counts = tuple[int, int]

RIGHT: Mapping[str, tuple[Counts, Counts]] = {
    "not_finite": ((14, 14), (7, 7)),
    "wrong_output": ((28, 28), (13, 13)),
    "leaking_inputs": ((8, 12), (4, 6)),
    "unrelated_targets": ((28, 28), (14, 14)),
    "unscaled_inputs": ((22, 26), (11, 13)),
    "unscaled_targets": ((6, 6), (3, 3)),
    "initialization": ((15, 15), (5, 5)),
    "too_much_penalty": ((12, 14), (6, 7)),
    "learning_rate_too_high": ((6, 8), (3, 4)),
    "duplicate_units": ((10, 10), (7, 7)),
    "vanishing_gradients": ((6, 6), (3, 3)),
    "linear_units": ((14, 14), (7, 7)),
    "too_few_units": ((14, 14), (7, 7)),
    "oscillation": ((0, 2), (0, 0)),
    "class_imbalance": ((10, 13), (5, 7)),
    "learning_rate_too_low": ((12, 15), (4, 4)),
    "undertraining": ((11, 11), (5, 7)),
    "overfitting": ((12, 17), (6, 8)),
    "plateau_stop": ((3, 3), (0, 0)),
}
"""Of each check: right verdicts and all, with a curve; the same without."""


def confidence_of(finding: Finding, evidence: Evidence) -> float | None:
    """Return the probability that a finding is the main cause; None where that is not known."""
    if finding.check not in RIGHT:
        return None
    known = 0 if evidence.course.history is not None else 1
    right, cases = RIGHT[finding.check][known]
    all_right, all_cases = (sum(counts[known][n] for counts in RIGHT.values()) for n in (0, 1))
    return (right + _PRIOR * all_right / all_cases) / (cases + _PRIOR)
