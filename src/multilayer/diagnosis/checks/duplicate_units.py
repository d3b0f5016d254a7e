"""Units of a layer that all compute the same.

What it does: counts the units of a hidden layer that have the weights of its middle unit (the median of each weight)
and its bias, each within 1%. More than half are reported.

Why it matters: units that start with the same weights get the same gradient and stay the same, so that the layer has
the power of one unit.

Example: all weights start at 0 or at one constant.

What it cannot see: units that are combinations of several others, or do the same with other weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.finding import severity_of
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.phrases import one_based

_MOST = 0.5
_SAME = 0.01
"""Distance from the middle unit's weights, as a fraction of their norm."""


@check("Does every unit add information?", needs.layers)
def duplicate_units(evidence: Evidence, layers: Layers) -> Outcomes:
    for number, layer in enumerate(layers[:-1], 1):
        same = _near(layer.layer.W) & _near(layer.layer.b[np.newaxis])
        if same.size > 1 and same.mean() > _MOST:
            yield finding(
                evidence,
                fill("most units of layer {layer} are copies of others", layer=number),
                fill(
                    "{count} of {units} units ({fraction}) have the same weights, within {same}.",
                    count=same.sum(),
                    units=same.size,
                    fraction=percent(same.mean()),
                    same=percent(_SAME),
                ),
                N_(
                    "Start from random weights ({initial_weights}), not from one constant: units that start alike "
                    "get the same gradient and stay alike."
                ),
                severity=severity_of(evidence, unknown="error"),
                layer=number,
                units=one_based(same),
                value=float(same.mean()),
                threshold=_MOST,
            )
            return


def _near(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which units, the columns, are as good as the middle one."""
    values = values.astype(np.float64)
    middle = np.median(values, axis=1, keepdims=True)
    return np.asarray(np.linalg.norm(values - middle, axis=0) <= _SAME * np.linalg.norm(middle))
