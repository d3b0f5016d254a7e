"""Gradients that do not reach the first layers.

What it does: compares the root mean square of da (the derivative of the loss in the weighted sums) of the first layer
with that of the last; less than 1e-4 of it is reported. Of a network of five layers or more that performs poorly, less
than half in each layer is, and so are activations whose largest slopes let hidden layers pass on less than 0.2%
together, as five of sigmoid do.

Why it matters: the first layers stay as they started, whatever the learning rate.

Example: ten layers of sigmoids, each of which passes on a quarter at most.

What it cannot see: a single slow layer among others, and layers behind an activation whose derivative is 0.
"""

from __future__ import annotations

import math

from multilayer.diagnosis.evidence import GradientStatistics
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.layers import sensitivity
from multilayer.diagnosis.performance import performance
from multilayer.network import Dense

_LEFT = 1e-4
_EACH, _DEEP = 0.5, 4
"""What each layer of a deep network passes on at least; layers above which a network is deep."""
_SLOPES = 2e-3
"""What all hidden layers together pass on at most, by the largest slopes of their activations: five of sigmoid."""


@check("Do gradients reach the first layer?", needs.gradients)
def vanishing_gradients(evidence: Evidence, gradients: tuple[GradientStatistics, ...]) -> Outcomes:
    for number, layer in enumerate(evidence.network.layers, 1):
        facts = layer.activation.facts
        if not facts.trainable:
            reason = fill(
                "the derivative of {name} (layer {layer}) is 0 wherever it exists, so that no gradient passes; "
                "Surrogate({name}, sigmoid) lets one through",
                name=facts.name,
                layer=number,
            )
            yield NotMeasured(reason=reason)
            return
    first, last, layers = gradients[0].size_da, gradients[-1].size_da, len(gradients)
    if layers < 2 or last == 0.0:
        return
    left, each, found = first / last, (first / last) ** (1.0 / (layers - 1)), performance(evidence)
    slopes = math.prod(map(_largest_slope, evidence.network.layers[:-1]))
    by_slopes = slopes < _SLOPES and layers > _DEEP
    if left >= _LEFT and not by_slopes and not (layers > _DEEP and each < _EACH and found == "poor"):
        return
    yield finding(
        evidence,
        fill("gradients vanish on their way to the first layer"),
        fill(
            "The gradient in the weighted sums of layer 1 (root mean square of da) is {left:.2g} times that of layer "
            "{layers}, about {each:.2g} times per layer.",
            left=left,
            layers=layers,
            each=each,
        )
        if not by_slopes or left < _LEFT
        else fill(
            "By the largest slopes of their activations, {hidden} hidden layers pass on {slopes:.2g} of a gradient at "
            "most, unless weights are large.",
            hidden=layers - 1,
            slopes=slopes,
        ),
        N_(
            "Use fewer layers, an activation with a slope near 1 (relu, selu, gelu, or tanh in place of sigmoid), and "
            "starting weights of the size that {initial_weights} gives them."
        ),
        value=left,
        threshold=_LEFT,
    )


def _largest_slope(layer: Dense) -> float:
    """Return the maximum of |h'|; 1 where the activation works along an axis."""
    known = sensitivity(layer.activation)
    return 1.0 if known is None else float(known.maximum.max())
