"""Units that all do the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined, numbers, phrase
from multilayer.diagnosis.evidence import Evidence, LayerStatistics, Pairs
from multilayer.diagnosis.finding import Check, Finding, NotMeasured
from multilayer.diagnosis.layer_accumulator import DUPLICATE

__all__ = ["duplicate_units"]

_MOST, _SOME = 0.5, 0.2
_SAME = 0.01
"""Distance of two units' weights, as a share of their size."""
_FEWEST = 10


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    if evidence.samples < _FEWEST:
        yield NotMeasured("duplicate_units", f"{evidence.samples} samples are too few for a correlation")
        return
    changing = int((evidence.inputs.standard_deviation > 0).sum())
    for number, layer in enumerate(evidence.layers[:-1], 1):
        alike = layer.duplicates
        before, changing = changing, layer.layer.units - len(alike)
        # Behind a single number all units are functions of it, and tell no more apart than it does.
        if before > 1 and len(alike) > _SOME * layer.layer.units:
            yield _finding(evidence, number, layer, alike)


def _finding(evidence: Evidence, number: int, layer: LayerStatistics, alike: Pairs) -> Finding:
    units = layer.layer.units
    same = [pair for pair in alike if _weigh_alike(layer, pair)]
    symmetric = len(same) >= _MOST * units
    first, second, correlation = max(alike, key=lambda pair: abs(pair[2]))
    severity = "note" if not symmetric else "warning" if fares(evidence) == "well" else "error"
    chosen = tuple(sorted({pair[1] + 1 for pair in (same if symmetric else alike)}))
    return Finding(
        check="duplicate_units",
        title=f"most units of layer {number} are copies of others"
        if symmetric
        else f"{numbers(chosen, 'unit')} of layer {number} say{'s' if len(chosen) == 1 else ''} what "
        "another one says",
        severity=severity,  # type: ignore[arg-type]
        layer=number,
        units=chosen,
        value=len(alike) / units,
        threshold=_MOST,
        evidence=joined(
            (
                f"{phrase(len(alike), units, 'units')} are correlated with another one beyond {DUPLICATE}: "
                f"{first + 1} and {second + 1} by {correlation:.6f}",
                f"{phrase(len(same), units, 'units')} have the same weights too" if same else "",
                how_it_fares(evidence) if symmetric else "",
            )
        ),
        advice="Start from random weights, not from one constant: units that start alike get the same "
        "gradient and stay alike (multilayer.initialize)."
        if symmetric
        else "Nothing needs to be done; fewer units would do the same.",
    )


def _weigh_alike(layer: LayerStatistics, pair: tuple[int, int, float]) -> bool:
    """Whether two units weigh their inputs alike: the mark of weights that started the same."""
    W = layer.layer.W.astype(np.float64)
    one, other = W[:, pair[0]], W[:, pair[1]]
    return float(np.linalg.norm(one - other)) <= _SAME * float(np.linalg.norm(one))


duplicate_units = Check(
    "duplicate_units",
    "Does every unit say something of its own?",
    needing("duplicate_units", _run, "samples"),
)
