"""Inputs of a size that weights are not made for.

What it does: compares the size of each column of X (its |mean| or its standard deviation, whichever is larger) to 10,
the largest of all to 0.02, and |mean| over standard deviation to 30. Initializers expect 1.

Why it matters: large inputs saturate or blow up the first layer, and one learning rate cannot fit all columns.

Example: Unix times beside ages. A network that has learned to live with it gets a note.

What it cannot see: columns of the right size with a few extreme values.
"""

from __future__ import annotations

from multilayer.diagnosis.course import just_begun
from multilayer.diagnosis.evidence import InputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import columns, sentences
from multilayer.diagnosis.scale import off_scale


@check("Are the inputs of the size that weights are made for?", needs.inputs)
def unscaled_inputs(evidence: Evidence, x: InputStatistics) -> Outcomes:
    found = off_scale(x.mean, x.std)
    if found is None:
        return
    which = columns(evidence, found.columns)
    yield finding(
        evidence,
        fill("the inputs are not scaled"),
        sentences(found.measured, fill("Columns of X: {columns}.", columns=which) if which else ""),
        N_(
            "Standardize X: {standardize}. For predictions use the mean and standard deviation of the training data."
        ),
        # A falling loss is no excuse: it falls from where the scale of the inputs has put it.
        severity="error" if performance(evidence) == "poor" and not just_begun(evidence) else None,
        layer=0,
        units=found.columns,
        value=found.value,
        threshold=found.threshold,
    )
