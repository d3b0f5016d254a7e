"""Layers that act linearly on the data.

What it does: measures R^2 of a straight line through each unit's (a, z) over the samples. A layer whose units are all
above 0.999 acts linearly; where all hidden layers do, the network is a linear model.

Why it matters: linear layers in a row are one linear layer, whatever their number.

Example: tanh units whose weighted sums stay within 0.01 of 0; hidden layers with the activation identity.

What it cannot see: that another network would be better. A linear model that does as well gets a note only.
"""

from __future__ import annotations

import numpy as np

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, Severity, check
from multilayer.diagnosis.evidence import Evidence, Layers, LayerStatistics
from multilayer.diagnosis.performance import early, performance, scores
from multilayer.diagnosis.phrases import numbers, one_based, options, sentences

_STRAIGHT = 0.999
"""R^2 of a straight line through h(a)."""
_MOST = 0.5


@check("Is every hidden layer nonlinear on this data?", needs.layers)
def linear_units(evidence: Evidence, layers: Layers) -> Outcomes:
    hidden = layers[:-1]
    if not hidden:
        yield NotMeasured(reason=fill("the network has no hidden layer: it is linear but for its outputs"))
        return
    fractions = [_linear_fraction(layer) for layer in hidden]
    if all(fraction == 1.0 for fraction in fractions):
        yield _of_network(evidence, hidden)
        return
    for number, (layer, fraction) in enumerate(zip(hidden, fractions, strict=True), 1):
        if fraction == 1.0:
            yield _of_layer(evidence, number, layer)
    for number, (layer, fraction) in enumerate(zip(hidden, fractions, strict=True), 1):
        if _MOST < fraction < 1.0:
            yield _of_units(number, layer, fraction)


def _linear_fraction(layer: LayerStatistics) -> float:
    """Return the fraction of units that act linearly, of those that change."""
    known = layer.linearity[~np.isnan(layer.linearity)]
    return float((known > _STRAIGHT).mean()) if known.size else 0.0


def _of_network(evidence: Evidence, hidden: Layers) -> Finding:
    found = performance(evidence)
    severity: Severity = "note" if found in ("good", "unknown") else "warning" if early(evidence) else "error"
    lowest = min(float(np.nanmin(layer.linearity)) for layer in hidden)
    identity = all(layer.layer.activation.facts.name == "identity" for layer in hidden)
    return Finding(
        title=fill("the network is a linear model: all hidden layers act linearly"),
        severity=severity,
        value=lowest,
        threshold=_STRAIGHT,
        evidence=sentences(
            fill(
                "All hidden layers have the activation identity."
                if identity
                else "A straight line explains the outputs of every hidden unit: R^2 is at least {lowest:.6f}.",
                lowest=lowest,
            ),
            scores(evidence),
        ),
        advice=fill(
            "Give hidden layers an activation that is nonlinear where the data are ({activation}), standardize X, or "
            "start from larger weights. network.collapse() shows the one layer that it is.",
            **options(evidence),
        ),
    )


def _of_layer(evidence: Evidence, number: int, layer: LayerStatistics) -> Finding:
    lowest = float(np.nanmin(layer.linearity))
    return Finding(
        title=fill("layer {layer} acts linearly", layer=number),
        severity="warning" if performance(evidence) == "poor" and not early(evidence) else "note",
        layer=number,
        value=lowest,
        threshold=_STRAIGHT,
        evidence=fill(
            "A straight line explains the outputs of each of its units: R^2 is at least {lowest:.6f}.",
            lowest=lowest,
        ),
        advice=fill(
            "Leave the layer out, or let its weighted sums reach where the activation is nonlinear: larger starting "
            "weights, standardized X, another activation."
        ),
    )


def _of_units(number: int, layer: LayerStatistics, fraction: float) -> Finding:
    units = one_based(layer.linearity > _STRAIGHT)
    return Finding(
        title=fill(
            "unit {units} of layer {layer} acts linearly"
            if len(units) == 1
            else "units {units} of layer {layer} act linearly",
            units=numbers(units),
            layer=number,
        ),
        severity="note",
        layer=number,
        units=units,
        value=fraction,
        threshold=_MOST,
        evidence=fill(
            "{count} of {units} units ({fraction}) have R^2 of a straight line above {threshold}.",
            count=len(units),
            units=layer.layer.units,
            fraction=percent(len(units) / layer.layer.units),
            threshold=_STRAIGHT,
        ),
        advice=fill(
            "Nothing needs to be done while the network learns. Otherwise let weighted sums spread further."
        ),
    )
