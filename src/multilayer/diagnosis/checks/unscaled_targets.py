"""Targets of a size that outputs do not reach in the steps of a training.

What it does: compares the size of each target (its |mean| or its standard deviation, whichever is larger) to 10, the
largest of all to 0.02, and |mean| over standard deviation to 30, for outputs without bounds. Starting weights give
outputs of about 1.

Why it matters: with large targets all gradients are large, and steps of Adam reach the outputs in thousands of epochs
only; with small ones the first steps are larger than everything there is to learn.

Example: house prices in dollars. A network that predicts as well as can be gets a note.

What it cannot see: targets of the right size with a few extreme values.
"""

from __future__ import annotations

import math

from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.scale import off_scale


@check("Are the targets of the size of outputs?", needs.outputs)
def unscaled_targets(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    mean, std = outputs.target_mean, outputs.target_std
    is_bounded = math.isfinite(evidence.network.layers[-1].activation.facts.range.high)
    found = None if mean is None or std is None or is_bounded else off_scale(mean, std)
    if found is None:
        return
    yield finding(
        evidence,
        fill("the targets are not scaled"),
        found.measured,
        N_(
            "Standardize y: (y - y.mean()) / y.std(), or sklearn.compose.TransformedTargetRegressor; multiply "
            "predictions by the standard deviation and add the mean."
        ),
        layer=len(evidence.layers),
        value=found.value,
        threshold=found.threshold,
    )
