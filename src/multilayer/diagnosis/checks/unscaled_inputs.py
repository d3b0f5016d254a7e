"""Inputs of a size that weights are not made for.

What it does: compares the root mean square of each column of X to 30, the largest of all to 0.02, and |mean| over
standard deviation to 30. Initializers expect 1; the limits are one and a half orders of magnitude away.

Why it matters: large inputs saturate or blow up the first layer, and one learning rate cannot fit all columns.

Example: Unix times beside ages. A network that has learned to live with it gets a note.

What it cannot see: columns of the right size with a few extreme values.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.course import just_begun
from multilayer.diagnosis.evidence import InputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import columns, one_based

_LARGE, _SMALL = 30.0, 0.02
"""Root mean square of a column."""
_FAR = 30.0
"""|Mean| over standard deviation: the column is nearly constant to the first layer."""


@check("Are the inputs of the size that weights are made for?", needs.inputs)
def unscaled_inputs(evidence: Evidence, x: InputStatistics) -> Outcomes:
    varies = x.minimum < x.maximum
    size = np.hypot(x.mean, x.std)
    # Sums of numbers near the largest double may overflow; the extremes do not.
    size = np.where(np.isfinite(size), size, np.maximum(np.abs(x.minimum), np.abs(x.maximum)))
    with np.errstate(all="ignore"):
        offset = np.where(varies, np.abs(x.mean) / x.std, 0.0)
    found, far = one_based(varies & (size > _LARGE)), one_based(offset > _FAR)
    largest = float(size[varies].max()) if varies.any() else 1.0
    if found:
        value, threshold = largest, _LARGE
        measured = fill(
            "The root mean square of column {columns} is {value:.3g}; about 1 is expected."
            if len(found) == 1
            else "The root mean square of columns {columns} is up to {value:.3g}; about 1 is expected.",
            value=value,
            columns=columns(evidence, found),
        )
    elif far:
        found, value, threshold = far, float(offset.max()), _FAR
        measured = fill(
            "The mean of column {columns} is {value:.3g} standard deviations from 0."
            if len(found) == 1
            else "The mean of columns {columns} is up to {value:.3g} standard deviations from 0.",
            value=value,
            columns=columns(evidence, found),
        )
    elif largest < _SMALL:
        value, threshold = largest, _SMALL
        measured = fill(
            "The largest root mean square of a column is {value:.3g}; about 1 is expected.", value=value
        )
    else:
        return
    yield finding(
        evidence,
        fill("the inputs are not scaled"),
        measured,
        N_(
            "Standardize X: {standardize}. For predictions use the mean and standard deviation of the training data."
        ),
        # A falling loss is no excuse: it falls from where the scale of the inputs has put it.
        severity="error" if performance(evidence) == "poor" and not just_begun(evidence) else None,
        layer=0,
        units=found,
        value=value,
        threshold=threshold,
    )
