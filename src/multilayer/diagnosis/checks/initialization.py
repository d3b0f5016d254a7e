"""Starting weights that let signals grow or shrink.

What it does: compares, before training and on the same samples, the standard deviation of each hidden layer's
weighted sums with that of a network whose weights the initializers draw for its activations. More than 4 times as
much or as little is reported, in layer n more than 3^n times: usual initializers differ by less than 3 in each layer.
Where the start is not known, it reports weights that are more than 10 times as large as usual, and larger than biases
by far.

Why it matters: a signal that grows saturates or overflows, one that shrinks leaves nothing to learn from.

Example: `Uniform(0.001)` weights for three relu layers.

What it cannot see: weights that started too small where the start is not known, and constant weights, which
`duplicate_units` reports.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer._base.text import fill
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, Layers, LayerStatistics
from multilayer.diagnosis.performance import has_moved, performance, scores
from multilayer.diagnosis.phrases import sentences
from multilayer.initializers import for_activation

_FACTOR = 10.0
"""Of trained weights over those of a start."""
_FIRST, _LAYER = 4.0, 3.0
"""By so much signals may differ in the first layer, and in each: He's weights for relu are 2.4 times PyTorch's."""


@check("Do the starting weights preserve the signal?", needs.layers)
def initialization(evidence: Evidence, layers: Layers) -> Outcomes:
    known = needs.start(evidence)
    if isinstance(known, NotMeasured):
        yield _of_trained(evidence, layers) or known
        return
    start, reference = known
    worst, number = 1.0, 0
    for n, (own, drawn) in enumerate(zip(start[:-1], reference[:-1], strict=True), 1):
        ratio = _std(own) / _std(drawn) if _std(drawn) else 1.0
        if _distance(ratio) > max(_distance(worst), math.log(max(_FIRST, _LAYER**n))):
            worst, number = ratio, n
    if not number:
        return
    limit = max(_FIRST, _LAYER**number)
    grows, name = worst > 1.0, evidence.network.layers[number - 1].activation.facts.name
    yield _finding(
        evidence,
        number,
        fill(
            "the starting weights let the signal grow too much for {name}"
            if grows
            else "the starting weights let the signal shrink too much for {name}",
            name=name,
        ),
        worst,
        limit if grows else 1.0 / limit,
        fill(
            "Before training the standard deviation of layer {layer}'s weighted sums is {ratio:.3g} times that "
            "with the weights drawn for {name}.",
            layer=number,
            ratio=worst,
            name=name,
        ),
    )


def _of_trained(evidence: Evidence, layers: Layers) -> Finding | None:
    """Return a finding where weights are large in all layers and biases are not: steps would have moved both."""
    worst = max(layers, key=lambda layer: layer.gain)
    large = worst.gain > _FACTOR and min(layer.gain for layer in layers) >= _FACTOR / 2
    if (
        not large
        or any(map(has_moved, layers[:-1] or layers))
        or performance(evidence) in ("good", "unknown")
    ):
        return None
    number, name = layers.index(worst) + 1, worst.layer.activation.facts.name
    measured = fill(
        "The weights of layer {layer} are {gain:.2g} times as large as usual at the start, and its biases are "
        "{bias:.2g} only: training would have moved both.",
        layer=number,
        gain=worst.gain,
        bias=np.sqrt((worst.layer.b.astype(np.float64) ** 2).mean()),
    )
    title = fill("weights have started too large for {name}", name=name)
    return _finding(evidence, number, title, worst.gain, _FACTOR, measured)


def _finding(
    evidence: Evidence, number: int, title: str, value: float, threshold: float, measured: str
) -> Finding:
    activation = evidence.network.layers[number - 1].activation
    return Finding(
        title=title,
        severity="error" if performance(evidence) == "poor" else "warning",
        layer=number,
        value=value,
        threshold=threshold,
        evidence=sentences(measured, scores(evidence)),
        advice=fill(
            "Start from multilayer.initialize({widths}, ...), which draws {initializer!r} for {name}.",
            widths=evidence.network.widths,
            initializer=for_activation(activation),
            name=activation.facts.name,
        ),
    )


def _std(layer: LayerStatistics) -> float:
    return math.sqrt(float(layer.variance_a.mean()))


def _distance(ratio: float) -> float:
    return abs(math.log(ratio)) if ratio > 0 else math.inf
