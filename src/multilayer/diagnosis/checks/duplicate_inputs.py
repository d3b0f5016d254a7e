"""Columns of X that are copies of each other.

What it does: compares the |correlation| of pairs of columns to 0.999, for at least 10 samples. The pairs are chosen
on up to 2048 samples and measured on all.

Why it matters: copies bring no information, and count twice in every step. They do little harm, and are a note.

Example: the same length in metres and in feet.

What it cannot see: a column that is a sum of several others.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import DUPLICATE, InputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import columns

_FEWEST = 10


@check("Does every column of X add information?", needs.inputs)
def duplicate_inputs(evidence: Evidence, x: InputStatistics) -> Outcomes:
    if evidence.samples < _FEWEST:
        yield needs.too_few_samples(evidence.samples)
        return
    if not x.duplicates:
        return
    first, second, correlation = max(x.duplicates, key=lambda pair: abs(pair[2]))
    found = tuple(sorted({second + 1 for _, second, _ in x.duplicates}))
    yield finding(
        evidence,
        fill(
            "column {columns} of X repeats another column"
            if len(found) == 1
            else "columns {columns} of X repeat another column",
            columns=columns(evidence, found),
        ),
        fill(
            "The correlation of columns {first} and {second} is {correlation:.6f}.",
            first=first + 1,
            second=second + 1,
            correlation=correlation,
        ),
        N_("Drop the copies: they add no information, and count twice in every step."),
        severity="note",
        layer=0,
        units=found,
        value=abs(correlation),
        threshold=DUPLICATE,
    )
