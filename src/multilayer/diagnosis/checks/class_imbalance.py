"""Classes of very different size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import just_begun
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import class_name
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["class_imbalance"]

_RATIO = 10.0
_FOUND = 0.5
"""Share of the samples of a rare class that are found."""


def _run(evidence: Evidence) -> Iterator[Finding]:
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101
    counts, confusion = outputs.target_counts, outputs.confusion
    assert counts is not None  # noqa: S101
    assert confusion is not None  # noqa: S101
    present = np.flatnonzero(counts)
    if present.size < 2:
        return
    largest = int(counts.max())
    rare = present[counts[present] * _RATIO < largest]
    if not rare.size:
        return
    found = confusion[rare, rare] / counts[rare]
    worst = int(rare[found.argmin()])
    missed = float(found.min()) < _FOUND
    severity: Severity = "note" if not missed else "warning" if just_begun(evidence) else "error"
    yield Finding(
        check="class_imbalance",
        title=f"class {class_name(evidence, worst)} is rare{' and hardly ever found' if missed else ''}",
        severity=severity,
        layer=None,
        units=(),
        value=float(largest / counts[worst]),
        threshold=_RATIO,
        evidence=f"{counts[worst]} samples against {largest} of the largest class; {found.min():.0%} of "
        "them are found",
        advice="Give class_weight='balanced', or judge by another score than accuracy "
        "(sklearn.metrics.balanced_accuracy_score), "
        "or collect more of the rare class.",
    )


class_imbalance = Check(
    "class_imbalance",
    "Are the classes of a size?",
    needing("class_imbalance", _run, "classes"),
)
