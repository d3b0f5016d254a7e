"""Units of bounded activations that are stuck at an end of their range.

What it does: counts units of hidden layers with |h'(a)| below 1% of its maximum on more than 90% of the samples, and
pairs of a sample and a unit where it is: more than three in four are reported, too.

Why it matters: a saturated unit passes on almost no gradient, so that the layers before it learn slowly or not at
all.

Example: tanh units behind inputs of size 1000.

What it cannot see: activations without an upper end (a relu that is off for most samples is sparse, not stuck), and
activations along an axis.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.layers import dead
from multilayer.diagnosis.phrases import numbers, one_based, sentences

_SAMPLES = 0.9
"""Fraction of samples on which |h'| is below 1% of its maximum."""
_MOST, _PAIRS = 0.5, 0.75


@check("Are units in the part of their range where they can learn?", needs.layers)
def saturated_units(evidence: Evidence, layers: Layers) -> Outcomes:
    bounded = False
    for number, layer in enumerate(layers[:-1], 1):
        silent, ends = dead(layer), layer.layer.activation.facts.range
        if layer.saturated is None or silent is None or not math.isfinite(ends.high - ends.low):
            continue
        bounded = True
        saturated = np.where(silent, 0, layer.saturated)  # dead units are another matter
        stuck = saturated > _SAMPLES * layer.samples
        chosen, units = one_based(stuck), stuck.size
        pairs = float(saturated.sum()) / (layer.samples * units)
        most = len(chosen) > _MOST * units or pairs > _PAIRS
        if not chosen and not most:
            continue
        yield finding(
            evidence,
            fill("most units of layer {layer} are saturated", layer=number)
            if most
            else fill("saturated units in layer {layer}: {units}", layer=number, units=numbers(chosen)),
            sentences(
                fill(
                    "On more than {most} of the samples |h'(a)| is below {limit} of its maximum in {count} of {units} "
                    "units ({fraction}).",
                    count=len(chosen),
                    units=units,
                    fraction=percent(len(chosen) / units),
                    limit=percent(0.01),
                    most=percent(_SAMPLES),
                ),
                fill(
                    "So it is for {pairs} of all pairs of a sample and a unit. The root mean square of the weighted "
                    "sums is {size:.3g}.",
                    pairs=percent(pairs),
                    size=np.sqrt((layer.variance_a + layer.mean_a**2).mean()),
                ),
            ),
            N_(
                "Make the weighted sums smaller: standardize X, lower {learning_rate}, raise {l2}, or "
                "start from smaller weights. Or use an unbounded activation (relu, gelu)."
            ),
            severity=None if most else "note",
            layer=number,
            units=chosen,
            value=float(saturated.max() / layer.samples),
            threshold=_SAMPLES,
        )
    if not bounded:
        yield NotMeasured(
            reason=fill("no hidden layer has a bounded activation with a derivative of its own")
        )
