"""Gradients that grow from layer to layer on their way back.

What it does: compares the root mean square of da (the derivative of the loss in the weighted sums) of the first layer
with that of the last; more than 100 times as much, or an overflow, is reported.

Why it matters: one learning rate cannot fit layers whose gradients differ so much; the first layers jump.

Example: starting weights ten times too large in a deep network.

What it cannot see: explosions at single steps of training. It sees the network as it is now.
"""

from __future__ import annotations

import math

from multilayer.diagnosis.evidence import GradientStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs

_GROWN = 100.0


@check("Do gradients keep their size on the way to the first layer?", needs.gradients)
def exploding_gradients(evidence: Evidence, gradients: tuple[GradientStatistics, ...]) -> Outcomes:
    overflows = [n for n, layer in enumerate(gradients, 1) if not math.isfinite(layer.size_da)]
    first, last, layers = gradients[0].size_da, gradients[-1].size_da, len(gradients)
    grown = math.inf if overflows else first / last if last else 0.0
    if not grown > _GROWN:
        return
    yield finding(
        evidence,
        fill("gradients explode on their way to the first layer"),
        fill("da of layer {layer} is not finite.", layer=overflows[-1])
        if overflows
        else fill(
            "The gradient in the weighted sums of layer 1 (root mean square of da) is {grown:.2g} times that of layer "
            "{layers}, about {each:.2g} times per layer.",
            grown=grown,
            layers=layers,
            each=grown ** (1.0 / (layers - 1)),
        ),
        N_(
            "Start from smaller weights ({initial_weights}), or lower {learning_rate}; gradients can also be clipped "
            "({clipping})."
        ),
        layer=overflows[-1] if overflows else 1,
        value=grown,
        threshold=_GROWN,
    )
