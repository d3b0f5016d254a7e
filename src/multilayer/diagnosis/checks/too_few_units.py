"""A hidden layer that is too narrow for what there is to learn.

What it does: where a kernel model shows that clearly more can be learned, reports a hidden layer of at most 3 units.

Why it matters: everything that the outputs depend on has to pass through these few numbers.

Example: ten digits behind a layer of a single unit.

What it cannot see: a layer of more units that is still too narrow; `try_fixes` tries wider ones.
"""

from __future__ import annotations

from multilayer._base.text import fill
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, OutputStatistics
from multilayer.diagnosis.performance import scores, shortfall
from multilayer.diagnosis.performance import severity as severity_of
from multilayer.diagnosis.phrases import sentences

_NARROW = 3
_MISSED = 0.1


@check("Is every hidden layer wide enough?", needs.outputs)
def too_few_units(evidence: Evidence, _: OutputStatistics) -> Outcomes:
    hidden, missed = evidence.network.widths[1:-1], shortfall(evidence)
    if not hidden or missed is None:
        yield NotMeasured(
            reason=evidence.missing.get("linear")
            or fill("there is no hidden layer, or nothing to compare with")
        )
        return
    narrowest = min(hidden)
    if narrowest > _NARROW or missed < _MISSED:
        return
    number = hidden.index(narrowest) + 1
    yield Finding(
        title=fill("layer {layer} has too few units", layer=number),
        severity=severity_of(evidence),
        layer=number,
        value=float(narrowest),
        threshold=float(_NARROW),
        evidence=sentences(
            fill(
                "It has one unit, through which everything has to pass."
                if narrowest == 1
                else "It has {units} units, through which everything has to pass.",
                units=narrowest,
            ),
            scores(evidence),
        ),
        advice=fill(
            "Give every hidden layer at least as many units as there are outputs, and 16 or more to begin with."
        ),
    )
