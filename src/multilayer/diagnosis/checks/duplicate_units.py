"""Units of a layer that all compute the same.

What it does: counts the units of a hidden layer whose outputs are correlated with another's beyond 0.999. More than
20% are reported; more than 50% that have the same weights too are an error.

Why it matters: units that start with the same weights get the same gradient and stay the same, so that the layer has
the power of one unit.

Example: all weights start at 0 or at one constant.

What it cannot see: units that are combinations of several others. Behind a single input all units are functions of
it, and are not compared.
"""

from __future__ import annotations

import numpy as np

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, check
from multilayer.diagnosis.evidence import DUPLICATE, Evidence, Layers, LayerStatistics, Pairs
from multilayer.diagnosis.performance import scores, severity
from multilayer.diagnosis.phrases import numbers, sentences

_MOST, _SOME = 0.5, 0.2
_SAME = 0.01
"""Distance of two units' weights, as a fraction of their norm."""
_FEWEST = 10


@check("Does every unit add information?", needs.layers)
def duplicate_units(evidence: Evidence, layers: Layers) -> Outcomes:
    if evidence.samples < _FEWEST:
        yield needs.too_few_samples(evidence.samples)
        return
    varying = int((evidence.inputs.std > 0).sum())
    for number, layer in enumerate(layers[:-1], 1):
        before, varying = varying, layer.layer.units - len(layer.duplicates)
        if before > 1 and layer.layer.units > 1 and _all_alike(layer):
            yield _identical(evidence, number, layer)
            return
        if before > 1 and len(layer.duplicates) > _SOME * layer.layer.units:
            yield _finding(evidence, number, layer, layer.duplicates)


def _all_alike(layer: LayerStatistics) -> bool:
    """Whether most units have the weights of the middle one, whatever these do."""
    W = layer.layer.W.astype(np.float64)
    middle = np.median(W, axis=1, keepdims=True)
    apart = np.linalg.norm(W - middle, axis=0) <= _SAME * np.linalg.norm(middle)
    return float(apart.mean()) > _MOST


def _identical(evidence: Evidence, number: int, layer: LayerStatistics) -> Finding:
    measured = fill(
        "Its {units} units have the same weights, within {same}.",
        units=layer.layer.units,
        same=percent(_SAME),
    )
    return _copies(evidence, number, 1.0, (), measured)


def _copies(evidence: Evidence, number: int, value: float, units: tuple[int, ...], measured: str) -> Finding:
    return Finding(
        title=fill("most units of layer {layer} are copies of others", layer=number),
        severity=severity(evidence, unknown="error"),
        layer=number,
        units=units,
        value=value,
        threshold=_MOST,
        evidence=sentences(measured, scores(evidence)),
        advice=fill(
            "Start from random weights (multilayer.initialize), not from one constant: units that start alike get "
            "the same gradient and stay alike."
        ),
    )


def _finding(evidence: Evidence, number: int, layer: LayerStatistics, alike: Pairs) -> Finding:
    units = layer.layer.units
    same = [pair for pair in alike if _same_weights(layer, pair)]
    first, second, correlation = max(alike, key=lambda pair: abs(pair[2]))
    measured = fill(
        "{count} of {units} units ({fraction}) are correlated with another one beyond {threshold}: {first} and "
        "{second} by {correlation:.6f}.",
        count=len(alike),
        units=units,
        fraction=percent(len(alike) / units),
        threshold=DUPLICATE,
        first=first + 1,
        second=second + 1,
        correlation=correlation,
    )
    weights = fill(
        "{count} of {units} units ({fraction}) have the same weights too.",
        count=len(same),
        units=units,
        fraction=percent(len(same) / units),
    )
    if len(same) >= _MOST * units:
        chosen = tuple(sorted({pair[1] + 1 for pair in same}))
        return _copies(evidence, number, len(alike) / units, chosen, sentences(measured, weights))
    chosen = tuple(sorted({pair[1] + 1 for pair in alike}))
    return Finding(
        title=fill(
            "unit {units} of layer {layer} repeats another unit"
            if len(chosen) == 1
            else "units {units} of layer {layer} repeat other units",
            units=numbers(chosen),
            layer=number,
        ),
        severity="note",
        layer=number,
        units=chosen,
        value=len(alike) / units,
        threshold=_MOST,
        evidence=sentences(measured, weights if same else ""),
        advice=fill("Nothing needs to be done; fewer units would do the same."),
    )


def _same_weights(layer: LayerStatistics, pair: tuple[int, int, float]) -> bool:
    """Whether two units have the same weights: the mark of weights that started the same."""
    W = layer.layer.W.astype(np.float64)
    one, other = W[:, pair[0]], W[:, pair[1]]
    return float(np.linalg.norm(one - other)) <= _SAME * float(np.linalg.norm(one))
