"""Units that are at the end of their range."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.dead_units import dead
from multilayer.diagnosis.checks.judgement import graded, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined, numbers, phrase
from multilayer.diagnosis.evidence import Evidence, LayerStatistics
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["saturated_units"]

_SAMPLES = 0.9
"""Share of samples on which |h'| is below 1 % of its largest value."""
_MOST = 0.5


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    hidden = evidence.layers[:-1]
    if not any(_bounded(layer) for layer in hidden):
        yield NotMeasured(
            "saturated_units", "no hidden layer has a bounded activation with a derivative of its own"
        )
    for number, layer in enumerate(hidden, 1):
        silent = dead(layer)
        if not _bounded(layer) or layer.saturated is None or silent is None:
            continue
        stuck = (layer.saturated > _SAMPLES * layer.samples) & ~silent
        if stuck.any():
            yield _finding(evidence, number, layer, stuck)


def _bounded(layer: LayerStatistics) -> bool:
    # A rectifier that is off for most samples is sparse, not stuck; off for all it is dead.
    facts = layer.layer.activation.facts
    ends = math.isfinite(facts.range.low) and math.isfinite(facts.range.high)
    return layer.saturated is not None and facts.trainable and ends


def _finding(evidence: Evidence, number: int, layer: LayerStatistics, stuck: np.ndarray) -> Finding:
    assert layer.saturated is not None  # noqa: S101
    count, units = int(stuck.sum()), stuck.size
    most = count > _MOST * units
    chosen = tuple(int(u) + 1 for u in np.flatnonzero(stuck))
    where = (
        f"most units of layer {number}"
        if most and count > 1
        else f"{numbers(chosen, 'unit')} of layer {number}"
    )
    return Finding(
        check="saturated_units",
        title=f"{where} {'are' if most or count > 1 else 'is'} saturated",
        severity=graded(evidence) if most else "note",
        layer=number,
        units=chosen,
        value=float(layer.saturated[stuck].mean() / layer.samples),
        threshold=_SAMPLES,
        evidence=joined(
            (
                f"{phrase(count, units, 'units')} have |h'(a)| below 1 % of its largest value on more than "
                "90 % of the samples",
                f"their weighted sums are {float(np.sqrt(_square(layer)[stuck].mean())):.3g} in the root "
                "mean square",
                how_it_fares(evidence) if most else "",
            )
        ),
        advice="Make the weighted sums smaller: standardize X, lower learning_rate_init, add alpha (L2), "
        "start from multilayer.initialize; or take an unbounded activation (relu, gelu).",
    )


def _square(layer: LayerStatistics) -> np.ndarray:
    return layer.variance_a + layer.mean_a**2


saturated_units = Check(
    "saturated_units",
    "Are units in the part of their range where they can learn?",
    needing("saturated_units", _run, "samples"),
)
