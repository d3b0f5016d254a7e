"""Weights that stand still.

What it does: divides the norm of what each layer's weights have moved since the start by that of the weights at the
start. Less than 1e-5 in 3 epochs or more is reported.

Why it matters: weights that do not move do not learn.

Example: `SGD(1e-8)`; a first layer behind vanishing gradients; layers that were left out of the optimizer's parameters.

What it cannot see: anything where the network before training is not known.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import numbers, one_based, unknown
from multilayer.network import MLP

_STILL = 1e-5
_FEWEST = 3
"""Epochs."""


@check("Do weights move?", needs.network)
def update_ratio(evidence: Evidence, network: MLP) -> Outcomes:
    start, epochs = evidence.course.start, len(evidence.course.history or ())
    if start is None or start.widths != network.widths:
        yield NotMeasured(reason=unknown("start", evidence.caller))
        return
    size = np.linalg.norm
    pairs = [(new.W, old.W.astype(np.float64)) for new, old in zip(network.layers, start.layers, strict=True)]
    moved = np.array([size(new - old) / (size(old) or 1.0) for new, old in pairs])
    still = one_based(moved < _STILL)
    if not still or epochs < _FEWEST:
        return
    ratio = float(moved[still[0] - 1])
    yield finding(
        evidence,
        fill("weights do not move: layer {layers}", layers=numbers(still)),
        fill(
            "In {epochs} epochs the weights of layer {layer} moved by {ratio:.2g} of their norm.",
            epochs=epochs,
            layer=still[0],
            ratio=ratio,
        ),
        N_("Raise {learning_rate}, or find what keeps gradients from this layer."),
        layer=still[0],
        value=ratio,
        threshold=_STILL,
    )
