"""A hidden layer that is too narrow for what there is to learn.

What it does: where a kernel model shows that clearly more can be learned, reports a hidden layer of at most 3 units.

Why it matters: everything that the outputs depend on has to pass through these few numbers.

Example: ten digits behind a layer of a single unit.

What it cannot see: a layer of more units that is still too narrow; `try_fixes` tries wider ones.
"""

from __future__ import annotations

from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import shortfall
from multilayer.network import MLP

_NARROW = 3
_MISSED = 0.1


@check("Is every hidden layer wide enough?", needs.hidden)
def too_few_units(evidence: Evidence, network: MLP) -> Outcomes:
    hidden, missed = network.widths[1:-1], shortfall(evidence) or 0.0
    narrowest = min(hidden)
    if narrowest > _NARROW or missed < _MISSED:
        return
    number = hidden.index(narrowest) + 1
    yield finding(
        evidence,
        fill("layer {layer} has too few units", layer=number),
        fill(
            "It has one unit, through which everything has to pass."
            if narrowest == 1
            else "It has {units} units, through which everything has to pass.",
            units=narrowest,
        ),
        N_(
            "Give every hidden layer at least as many units as there are outputs, and 16 or more to begin with."
        ),
        layer=number,
        value=float(narrowest),
        threshold=float(_NARROW),
    )
