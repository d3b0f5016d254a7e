"""Layers that act linearly on the data.

What it does: measures R^2 of a straight line through each unit's (a, z) over the samples. Where all hidden units are
above 0.999, the network is a linear model.

Why it matters: linear layers in a row are one linear layer, whatever their number.

Example: tanh units whose weighted sums stay within 0.01 of 0; hidden layers with the activation identity.

What it cannot see: that another network would be better. A linear model that does as well gets a note only.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.course import early
from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance

_STRAIGHT = 0.999
"""R^2 of a straight line through h(a)."""


@check("Is every hidden layer nonlinear on this data?", needs.layers)
def linear_units(evidence: Evidence, layers: Layers) -> Outcomes:
    hidden, found = layers[:-1], performance(evidence)
    if not hidden:
        yield NotMeasured(reason=fill("the network has no hidden layer: it is linear but for its outputs"))
        return
    lowest = [float(np.fmin.reduce(layer.linearity)) for layer in hidden]  # nan where no unit changes
    if not all(each > _STRAIGHT for each in lowest):
        return
    identity = all(layer.layer.activation.facts.name == "identity" for layer in hidden)
    yield finding(
        evidence,
        fill("the network is a linear model: all hidden layers act linearly"),
        fill(
            "All hidden layers have the activation identity."
            if identity
            else "A straight line explains the outputs of every hidden unit: R^2 is at least {lowest:.6f}.",
            lowest=min(lowest),
        ),
        N_(
            "Give hidden layers an activation that is nonlinear where the data are ({activation}), standardize X, "
            "or start from larger weights. network.collapse() shows the one layer that it is."
        ),
        severity="note" if found in ("good", "unknown") else "warning" if early(evidence) else "error",
        value=min(lowest),
        threshold=_STRAIGHT,
    )
