"""Targets of a size that outputs do not reach in the steps of a training.

What it does: compares the standard deviation of each target to 30 and to 0.02, and |mean| over standard deviation to
30, for outputs without bounds. Starting weights give outputs of about 1.

Why it matters: with large targets all gradients are large, and steps of Adam reach the outputs in thousands of epochs
only; with small ones the first steps are larger than everything there is to learn.

Example: house prices in dollars. A network that predicts as well as can be gets a note.

What it cannot see: targets of the right size with a few extreme values.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs

_LARGE, _SMALL = 30.0, 0.02
_FAR = 30.0


@check("Are the targets of the size of outputs?", needs.outputs)
def unscaled_targets(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    mean, std = outputs.target_mean, outputs.target_std
    reach = evidence.network.layers[-1].activation.facts.range
    if mean is None or std is None or math.isfinite(reach.high) or not (std > 0).any():
        return
    varies = std > 0
    large, small = float(std[varies].max()), float(std[varies].min())
    far = float((np.abs(mean[varies]) / std[varies]).max())
    if large > _LARGE or small < _SMALL:
        value, threshold = (large, _LARGE) if large > _LARGE else (small, _SMALL)
        measured = fill(
            "The standard deviation of a target is {value:.3g}; about 1 is expected.", value=value
        )
    elif far > _FAR:
        value, threshold = far, _FAR
        measured = fill("The mean of a target is {value:.3g} standard deviations from 0.", value=value)
    else:
        return
    yield finding(
        evidence,
        fill("the targets are not scaled"),
        measured,
        N_(
            "Standardize y: (y - y.mean()) / y.std(), or sklearn.compose.TransformedTargetRegressor; multiply "
            "predictions by the standard deviation and add the mean."
        ),
        layer=len(evidence.layers),
        value=value,
        threshold=threshold,
    )
