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

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, Floats
from multilayer.diagnosis.performance import severity
from multilayer.diagnosis.phrases import numbers, options, unknown
from multilayer.network import MLP

_LARGE, _SMALL = 1.0, 1e-6
"""Update over weights in an epoch."""
_STILL = 1e-5
"""The same over the whole training."""
_FEWEST = 3
_RAISE = N_("Raise {learning_rate}, or find what keeps gradients from this layer.")


@check("Do weights move, and not too far?", needs.network)
def update_ratio(evidence: Evidence, network: MLP) -> Outcomes:
    course = evidence.course
    if course.update_ratios is not None and len(course.update_ratios) >= _FEWEST:
        yield from _of_epochs(evidence, np.median(np.asarray(course.update_ratios)[-_FEWEST:], axis=0))
    elif course.start is not None and course.start.widths == network.widths:
        yield from _of_training(evidence, course.start)
    else:
        yield NotMeasured(reason=unknown("updates", evidence.caller))


def _of_epochs(evidence: Evidence, ratios: Floats) -> Outcomes:
    for too_large, chosen in ((True, ratios > _LARGE), (False, ratios < _SMALL)):
        layers = [int(n) + 1 for n in np.flatnonzero(chosen)]
        if not layers:
            continue
        value = float(ratios[layers[0] - 1])
        yield Finding(
            title=_replaced(layers) if too_large else _still(layers),
            severity=severity(evidence),
            layer=layers[0],
            value=value,
            threshold=_LARGE if value > 1 else _SMALL,
            evidence=fill(
                "An update is {ratio:.2g} times the weights of layer {layer} (median of the last epochs).",
                ratio=value,
                layer=layers[0],
            ),
            advice=fill("Divide {learning_rate} by 10." if too_large else _RAISE, **options(evidence)),
        )


def _of_training(evidence: Evidence, start: MLP) -> Outcomes:
    moved = [
        float(
            np.linalg.norm(new.W.astype(np.float64) - old.W)
            / (np.linalg.norm(old.W.astype(np.float64)) or 1.0)
        )
        for new, old in zip(evidence.network.layers, start.layers, strict=True)
    ]
    epochs = 0 if evidence.course.history is None else len(evidence.course.history)
    layers = [n for n, ratio in enumerate(moved, 1) if ratio < _STILL]
    if layers and epochs >= _FEWEST:
        value = moved[layers[0] - 1]
        yield Finding(
            title=_still(layers),
            severity=severity(evidence),
            layer=layers[0],
            value=value,
            threshold=_STILL,
            evidence=fill(
                "In {epochs} epochs the weights of layer {layer} moved by {ratio:.2g} of their norm.",
                epochs=epochs,
                layer=layers[0],
                ratio=value,
            ),
            advice=fill(_RAISE, **options(evidence)),
        )


def _still(layers: list[int]) -> str:
    return fill(
        "the weights of layer {layers} do not move"
        if len(layers) == 1
        else "the weights of layers {layers} do not move",
        layers=numbers(layers),
    )


def _replaced(layers: list[int]) -> str:
    return fill(
        "the weights of layer {layers} are replaced rather than trained"
        if len(layers) == 1
        else "the weights of layers {layers} are replaced rather than trained",
        layers=numbers(layers),
    )
