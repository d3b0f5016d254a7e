"""A hidden layer that is too narrow for what there is to learn.

What it does: where a kernel model shows that clearly more can be learned, reports a hidden layer of at most 3 units,
or of fewer than half the outputs. In a layer of up to 8 units only those count that some sample activates: of few
units all may be dead at the start, the sooner the deeper the network (Lu et al. 2020).

Why it matters: everything that the outputs depend on has to pass through these few numbers.

Example: ten digits behind a layer of a single unit.

What it cannot see: a layer of more units that is still too narrow; `try_fixes` tries wider ones.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.evidence import LayerStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.layers import dead
from multilayer.diagnosis.performance import shortfall
from multilayer.network import MLP

_NARROW, _SMALL = 3, 8
"""Units that are too few; and in a layer of so many some may start dead, and leave as few."""
_MISSED = 0.1


@check("Is every hidden layer wide enough?", needs.hidden)
def too_few_units(evidence: Evidence, network: MLP) -> Outcomes:
    left = [_left(layer) for layer in evidence.layers[:-1]]
    number = int(np.argmin(left)) + 1
    units, active = network.widths[number], left[number - 1]
    few = max(_NARROW, (network.widths[-1] - 1) // 2)
    if active > few or (shortfall(evidence) or 0.0) < _MISSED:
        return
    yield finding(
        evidence,
        fill("layer {layer} has too few units", layer=number),
        fill(
            "It has one unit, through which everything has to pass."
            if units == 1
            else "It has {units} units, through which everything has to pass."
            if active == units
            else "Of its {units} units {active} are active, through which everything has to pass: where there are few, "
            "all may be dead at the start.",
            units=units,
            active=active,
        ),
        N_(
            "Give every hidden layer at least as many units as there are outputs, and 16 or more to begin with."
        ),
        layer=number,
        value=float(active),
        threshold=float(few),
    )


def _left(layer: LayerStatistics) -> int:
    """Return how many units are there; of a small layer, how many some sample activates."""
    units, silent = layer.layer.units, dead(layer)
    return units - int(silent.sum()) if units <= _SMALL and silent is not None else units
