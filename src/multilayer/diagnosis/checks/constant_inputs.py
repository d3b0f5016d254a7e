"""Columns that are the same for all samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import graded
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import column_names, phrase
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["constant_inputs"]

_MANY = 0.1
_MOST = 0.5


def _run(evidence: Evidence) -> Iterator[Finding]:
    x = evidence.inputs
    constant = np.flatnonzero(x.least == x.largest)
    share = constant.size / x.mean.size
    if not constant.size or evidence.samples < 2:
        return
    columns = tuple(int(c) + 1 for c in constant)
    severity: Severity = "warning" if share > _MANY else "note"
    if share == 1.0 or (share >= _MOST and graded(evidence) == "error"):
        severity = "error"
    yield Finding(
        check="constant_inputs",
        title=f"{column_names(evidence, columns)} of X never change{'s' if len(columns) == 1 else ''}",
        severity=severity,
        layer=0,
        units=columns,
        value=share,
        threshold=_MANY,
        evidence=f"{phrase(constant.size, x.mean.size, 'columns')} have one value in all "
        f"{evidence.samples} samples",
        advice="Look whether the columns were filled as they should be; if they are right, drop them "
        "(sklearn.feature_selection.VarianceThreshold).",
    )


constant_inputs = Check(
    "constant_inputs",
    "Does every column of X change?",
    needing("constant_inputs", _run, "samples"),
    lasting=True,
)
