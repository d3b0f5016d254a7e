"""Columns of X that are the same for all samples.

What it does: compares minimum and maximum of each column, exactly.

Why it matters: such a column carries no information, and is often one that failed to load. It does no harm to the
others: up to half of all columns are a note, more count as much as the network does poorly, and all are an error.

Example: a sensor that was never connected.

What it cannot see: a column that is constant but for a few outliers.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import InputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.phrases import columns, one_based

_MOST = 0.5


@check("Does every column of X vary?", needs.inputs, lasting=True)
def constant_inputs(evidence: Evidence, x: InputStatistics) -> Outcomes:
    found = one_based(x.minimum == x.maximum)
    count, fraction = len(found), len(found) / x.mean.size
    if not found or evidence.samples < 2:
        return
    yield finding(
        evidence,
        fill(
            "column {columns} of X never changes" if count == 1 else "columns {columns} of X never change",
            columns=columns(evidence, found),
        ),
        fill(
            "{count} of {total} columns ({fraction}) have one value in all {samples} samples.",
            count=count,
            total=x.mean.size,
            fraction=percent(fraction),
            samples=evidence.samples,
        ),
        N_(
            "Check how the columns were filled. If they are right, drop them "
            "(sklearn.feature_selection.VarianceThreshold)."
        ),
        severity="error" if fraction == 1.0 else None if fraction >= _MOST else "note",
        layer=0,
        units=found,
        value=fraction,
        threshold=_MOST,
    )
