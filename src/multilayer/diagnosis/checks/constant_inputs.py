"""Columns of X that are the same for all samples.

What it does: compares minimum and maximum of each column, exactly.

Why it matters: such a column carries no information, and often one that failed to load. Many of them are a warning,
all of them an error.

Example: a sensor that was never connected.

What it cannot see: a column that is constant but for a few outliers.
"""

from __future__ import annotations

import numpy as np

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, Severity, check
from multilayer.diagnosis.evidence import Evidence, InputStatistics
from multilayer.diagnosis.performance import performance, severity
from multilayer.diagnosis.phrases import columns

_MANY = 0.1
_MOST = 0.5


@check("Does every column of X vary?", needs.inputs, lasting=True)
def constant_inputs(evidence: Evidence, x: InputStatistics) -> Outcomes:
    constant = np.flatnonzero(x.minimum == x.maximum)
    fraction = constant.size / x.mean.size
    if not constant.size or evidence.samples < 2:
        return
    found = tuple(int(c) + 1 for c in constant)
    level: Severity = "warning" if fraction > _MANY and performance(evidence) != "good" else "note"
    if fraction == 1.0 or (fraction >= _MOST and severity(evidence) == "error"):
        level = "error"
    yield Finding(
        title=fill(
            "column {columns} of X never changes"
            if len(found) == 1
            else "columns {columns} of X never change",
            columns=columns(evidence, found),
        ),
        severity=level,
        layer=0,
        units=found,
        value=fraction,
        threshold=_MANY,
        evidence=fill(
            "{count} of {total} columns ({fraction}) have one value in all {samples} samples.",
            count=constant.size,
            total=x.mean.size,
            fraction=percent(fraction),
            samples=evidence.samples,
        ),
        advice=fill(
            "Check how the columns were filled. If they are right, drop them "
            "(sklearn.feature_selection.VarianceThreshold)."
        ),
    )
