"""Weights that stand still, or are replaced rather than trained.

What it does: divides the norm of each layer's update by the norm of its weights. Live diagnosis measures that per
epoch: above 1 or below 1e-6 (median of the last 3 epochs) is reported. Otherwise it compares the network with the one
before training: less than 1e-5 in 3 epochs or more.

Why it matters: weights that do not move do not learn, and weights that are replaced forget.

Example: `SGD(1e-8)`; a first layer behind vanishing gradients.

What it cannot see: anything where neither the network before training nor its updates are known.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import numbers, unknown
from multilayer.network import MLP

_LARGE, _SMALL = 1.0, 1e-6
"""Update over weights in an epoch."""
_STILL = 1e-5
"""The same over the whole training, which is never too much."""
_FEWEST = 3
"""Epochs."""


@check("Do weights move, and not too far?", needs.network)
def update_ratio(evidence: Evidence, network: MLP) -> Outcomes:
    course = evidence.course
    if course.update_ratios is not None and len(course.update_ratios) >= _FEWEST:
        moved, small, large = np.median(np.asarray(course.update_ratios)[-_FEWEST:], axis=0), _SMALL, _LARGE
        measured = N_(
            "An update is {ratio:.2g} times the weights of layer {layer} (median of the last epochs)."
        )
    elif course.start is not None and course.start.widths == network.widths:
        pairs = zip(network.layers, course.start.layers, strict=True)
        size = np.linalg.norm
        moved = np.array(
            [
                size(new.W - old.W.astype(np.float64)) / (size(old.W.astype(np.float64)) or 1.0)
                for new, old in pairs
            ]
        )
        small, large = _STILL if len(course.history or ()) >= _FEWEST else 0.0, np.inf
        measured = N_("In {epochs} epochs the weights of layer {layer} moved by {ratio:.2g} of their norm.")
    else:
        yield NotMeasured(reason=unknown("updates", evidence.caller))
        return
    still, replaced = (
        [int(n) + 1 for n in np.flatnonzero(chosen)] for chosen in (moved < small, moved > large)
    )
    for layers, one, several, advice, threshold in (
        (
            replaced,
            N_("the weights of layer {layers} are replaced rather than trained"),
            N_("the weights of layers {layers} are replaced rather than trained"),
            N_("Divide {learning_rate} by 10."),
            large,
        ),
        (
            still,
            N_("the weights of layer {layers} do not move"),
            N_("the weights of layers {layers} do not move"),
            N_("Raise {learning_rate}, or find what keeps gradients from this layer."),
            small,
        ),
    ):
        if layers:
            ratio = float(moved[layers[0] - 1])
            yield finding(
                evidence,
                fill(one if len(layers) == 1 else several, layers=numbers(layers)),
                fill(measured, ratio=ratio, layer=layers[0], epochs=len(course.history or ())),
                advice,
                layer=layers[0],
                value=ratio,
                threshold=threshold,
            )
