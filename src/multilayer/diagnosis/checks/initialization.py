"""Starting weights that let signals grow or shrink.

What it does: compares, before training and on the same samples, the standard deviation of each hidden layer's
weighted sums with that of a network whose weights the initializers draw for its activations. In layer n more than 3^n
times as much or as little is reported: usual initializers differ by less than 3 in each layer. A network that
performs well gets a note, unless weights start larger than usual, and a network that starts so and fits all samples
is estimated to be 0.05 behind one of usual weights on others. Where the start is not known, it reports weights that
are more than 10 times as large as usual, and larger than biases by far.

Why it matters: a signal that grows saturates or overflows, one that shrinks leaves nothing to learn from.

Example: `Uniform(0.001)` weights for three relu layers.

What it cannot see: weights that started too small where the start is not known, and constant weights, which
`duplicate_units` reports.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.course import has_moved
from multilayer.diagnosis.evidence import Layers, LayerStatistics
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance, skill_of
from multilayer.diagnosis.phrases import sentences
from multilayer.initializers import for_activation

_FACTOR = 10.0
"""Of trained weights over those of a start."""
_LAYER = 3.0
"""By so much signals may differ in each layer: He's weights for relu are 2.4 times PyTorch's."""
_COSTS = 0.05
"""Skill on other samples that a start costs: more is trouble, however well a network does on those it has seen."""


@check("Do the starting weights preserve the signal?", needs.layers)
def initialization(evidence: Evidence, layers: Layers) -> Outcomes:
    known = needs.start(evidence)
    if isinstance(known, NotMeasured):
        yield _of_trained(evidence, layers) or known
        return
    start, reference = known
    pairs = enumerate(zip(start[:-1], reference[:-1], strict=True), 1)
    ratios = {n: _std(own) / _std(drawn) if _std(drawn) else 1.0 for n, (own, drawn) in pairs}
    found = [n for n, ratio in ratios.items() if not 1.0 / _LAYER**n <= ratio <= _LAYER**n]
    if not found or all(np.ptp(layer.layer.W) == 0.0 for layer in start[:-1]):  # copies are another matter
        return
    worst = max(found, key=lambda n: abs(math.log(ratios[n])) if ratios[n] else math.inf)
    name, ratio = layers[worst - 1].layer.activation.facts.name, ratios[worst]
    yield _finding(
        evidence,
        worst,
        fill(
            "the starting weights let the signal grow too much for {name}"
            if ratio > 1.0
            else "the starting weights let the signal shrink too much for {name}",
            name=name,
        ),
        fill(
            "Before training the standard deviation of layer {layer}'s weighted sums is {ratio:.3g} times that "
            "with the weights drawn for {name}.",
            layer=worst,
            ratio=ratio,
            name=name,
        ),
        ratio,
        _LAYER**worst if ratio > 1.0 else 1.0 / _LAYER**worst,
    )


def _of_others(evidence: Evidence) -> str:
    """Return what the start costs on samples that are not seen; empty where that is little, or not known."""
    found = evidence.outputs
    if found is None:
        return ""
    usual, own = skill_of(found, found.by_heart_score), skill_of(found, found.by_heart_of_start)
    if usual is None or own is None or usual - own <= _COSTS:
        return ""
    return fill(
        "Networks that start from such weights and fit all samples score about {own:.3g} on others; from usual "
        "weights, {usual:.3g}.",
        own=found.by_heart_of_start,
        usual=found.by_heart_score,
    )


def _of_trained(evidence: Evidence, layers: Layers) -> Finding | None:
    """Return a finding where weights are large in all layers and biases are not: steps would have moved both."""
    gains = [layer.gain for layer in layers]
    worst = int(np.argmax(gains))
    if (
        gains[worst] <= _FACTOR
        or min(gains) < _FACTOR / 2
        or any(map(has_moved, layers[:-1] or layers))
        or performance(evidence) in ("good", "unknown")
    ):
        return None
    layer = layers[worst].layer
    measured = fill(
        "The weights of layer {layer} are {gain:.2g} times as large as usual at the start, and its biases are "
        "{bias:.2g} only: training would have moved both.",
        layer=worst + 1,
        gain=gains[worst],
        bias=np.sqrt((layer.b.astype(np.float64) ** 2).mean()),
    )
    title = fill("weights have started too large for {name}", name=layer.activation.facts.name)
    return _finding(evidence, worst + 1, title, measured, gains[worst], _FACTOR)


def _finding(
    evidence: Evidence, number: int, title: str, measured: str, value: float, threshold: float
) -> Finding:
    activation = evidence.network.layers[number - 1].activation
    found, costs = performance(evidence), _of_others(evidence)
    return finding(
        evidence,
        title,
        sentences(measured, costs),
        N_("Start from weights as {initializer!r} draws them for {name} ({initial_weights})."),
        severity="error" if found == "poor" else "note" if found == "good" and not costs else "warning",
        layer=number,
        value=value,
        threshold=threshold,
        initializer=for_activation(activation),
        name=activation.facts.name,
    )


def _std(layer: LayerStatistics) -> float:
    return math.sqrt(float(layer.variance_a.mean()))
