"""Units that no sample activates.

What it does: counts units with |h'(a)| below 1% of its maximum on every sample (activations without an upper end: 0
for relu, next to nothing for elu or gelu), or with h' = 0 and output 0 everywhere (bounded ones). None in N samples
bounds the fraction of samples that activate the unit by 3/N at 95% confidence.

Why it matters: a dead unit gets no gradient, so that no further training revives it.

Example: one large step leaves every bias of a relu layer at -20.

What it cannot see: activations along an axis (softmax and its kin), which have no h' of their own.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.evidence import Layers, LayerStatistics
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.layers import sensitivity
from multilayer.diagnosis.performance import severity
from multilayer.diagnosis.phrases import numbers, one_based, sentences

_MOST = 0.5
Booleans = np.ndarray[tuple[int], np.dtype[np.bool_]]


def dead(layer: LayerStatistics) -> Booleans | None:
    """Return which units of a layer are dead; None where that has no meaning.

    A bounded unit that is stuck at another value than 0 is saturated, not dead.
    """
    facts = layer.layer.activation.facts
    if layer.active is None or layer.saturated is None or not facts.trainable:
        return None
    if math.isinf(facts.range.high):
        return np.asarray(layer.saturated == layer.samples)
    known = sensitivity(layer.layer.activation)
    silent = (layer.minimum_z == 0) & (layer.maximum_z == 0)
    return np.asarray((layer.active == 0) & silent & (known is not None and known.flat))


@check("Is every unit active for some sample?", needs.layers)
def dead_units(evidence: Evidence, layers: Layers) -> Outcomes:
    found = [dead(layer) for layer in layers]
    if all(units is None for units in found):
        yield NotMeasured(reason=fill("no layer has an activation with a derivative of its own"))
    for number, units in enumerate(found, 1):
        if units is None or not units.any():
            continue
        chosen, samples = one_based(units), evidence.samples
        fraction = len(chosen) / units.size
        yield finding(
            evidence,
            _title(number, chosen, fraction),
            sentences(
                fill(
                    "{count} of {units} units ({fraction}) are active on none of {samples} samples.",
                    count=len(chosen),
                    units=units.size,
                    fraction=percent(fraction),
                    samples=samples,
                ),
                fill(
                    "At most one sample in {rarity:.0f} would activate them (95% bound 3/N).",
                    rarity=samples / 3,
                )
                if samples > 3
                else "",
            ),
            N_(
                "Lower {learning_rate}, standardize X, and start from new weights ({other_weights}). An activation "
                "with a slope on both sides (leaky_relu, elu, gelu) cannot die for good."
            ),
            severity="error"
            if fraction == 1.0
            else severity(evidence, unknown="error")
            if fraction > _MOST
            else "note",
            layer=number,
            units=chosen,
            value=fraction,
            threshold=_MOST,
        )


def _title(number: int, units: tuple[int, ...], fraction: float) -> str:
    if len(units) == 1:
        return fill("unit {unit} of layer {layer} is dead", unit=units[0], layer=number)
    if fraction == 1.0:
        return fill("all units of layer {layer} are dead", layer=number)
    if fraction > _MOST:
        return fill("most units of layer {layer} are dead", layer=number)
    return fill("units {units} of layer {layer} are dead", units=numbers(units), layer=number)
