"""Units that no sample activates.

What it does: counts units with |h'(a)| below 1% of its maximum on every sample (activations without an upper end: 0
for relu, next to nothing for elu or gelu), or with h' = 0 and output 0 everywhere (bounded ones). None in N samples
bounds the fraction of samples that activate the unit by 3/N at 95% confidence.

Why it matters: a dead unit gets no gradient, so that no further training revives it.

Example: one large step leaves every bias of a relu layer at -20.

What it cannot see: activations along an axis (softmax and its kin), which have no h' of their own.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.finding import severity_of
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.layers import dead
from multilayer.diagnosis.phrases import numbers, one_based, sentences

_MOST = 0.5


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
        most = fraction > _MOST
        yield finding(
            evidence,
            fill("most units of layer {layer} are dead", layer=number)
            if most
            else fill("dead units in layer {layer}: {units}", layer=number, units=numbers(chosen)),
            sentences(
                fill(
                    "Active on none of {samples} samples: {count} of {units} units ({fraction}).",
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
            severity="error" if fraction == 1.0 else severity_of(evidence, "error") if most else "note",
            layer=number,
            units=chosen,
            value=fraction,
            threshold=_MOST,
        )
