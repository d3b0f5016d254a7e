"""Units that no sample reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined, numbers, phrase
from multilayer.diagnosis.evidence import Evidence, LayerStatistics
from multilayer.diagnosis.finding import Check, Finding, NotMeasured, Severity
from multilayer.diagnosis.sensitivity import sensitivity

__all__ = ["dead", "dead_units"]

_MOST, _MANY = 0.5, 0.1
Booleans = np.ndarray[tuple[int], np.dtype[np.bool_]]


def dead(layer: LayerStatistics) -> Booleans | None:
    """Return which units of a layer are dead; None where that has no meaning.

    A rectifier without an upper end is dead where every sample lies where |h'| is below 1 % of its largest value: 0 for
    relu, next to nothing for elu or gelu. A bounded function is dead where it gives 0 for every sample and h' is 0
    too; stuck elsewhere it is saturated.
    """
    facts = layer.layer.activation.facts
    if layer.active is None or layer.saturated is None or not facts.trainable:
        return None
    if math.isinf(facts.range.high):
        return np.asarray(layer.saturated == layer.samples)
    known = sensitivity(layer.layer.activation)
    silent = (layer.least_z == 0) & (layer.largest_z == 0)
    return np.asarray((layer.active == 0) & silent & (known is not None and known.flat))


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    found = [dead(layer) for layer in evidence.layers]
    if all(units is None for units in found):
        yield NotMeasured("dead_units", "no layer has an activation with a derivative of its own")
    for number, (layer, units) in enumerate(zip(evidence.layers, found, strict=True), 1):
        if units is not None and units.any():
            yield _finding(evidence, number, layer, units)


def _finding(evidence: Evidence, number: int, layer: LayerStatistics, dead: Booleans) -> Finding:
    count, units, samples = int(dead.sum()), dead.size, layer.samples
    share = count / units
    well = fares(evidence) == "well"
    severity: Severity = "warning" if share > (_MOST if well else _MANY) else "note"
    if share == 1.0 or (share > _MOST and not well):
        severity = "error"
    chosen = tuple(int(u) + 1 for u in np.flatnonzero(dead))
    whole = (
        f"all units of layer {number} are dead" if share == 1.0 else f"most units of layer {number} are dead"
    )
    some = f"{numbers(chosen, 'unit')} of layer {number} {'is' if count == 1 else 'are'} dead"
    bound = f", so that one sample in {samples / 3:.0f} at most would (95 % bound 3/N)" if samples > 3 else ""
    return Finding(
        check="dead_units",
        title=whole if share > _MOST and count > 1 else some,
        severity=severity,
        layer=number,
        units=chosen,
        value=share,
        threshold=_MOST,
        evidence=joined(
            (
                f"{phrase(count, units, 'units')} answer to none of {samples} samples{bound}",
                how_it_fares(evidence) if severity == "error" else "",
            )
        ),
        advice="Lower learning_rate_init, standardize X, and start from multilayer.initialize; an "
        "activation with a slope on both sides (leaky_relu, elu, gelu) cannot die for good.",
    )


dead_units = Check(
    "dead_units",
    "Does every unit answer to some sample?",
    needing("dead_units", _run, "samples"),
)
