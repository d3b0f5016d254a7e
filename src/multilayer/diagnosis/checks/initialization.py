"""Starting weights that let signals grow or shrink."""

from __future__ import annotations

import math
from collections.abc import Iterator

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence, LayerStatistics
from multilayer.diagnosis.finding import Check, Finding
from multilayer.initializers import for_activation

__all__ = ["initialization"]

_FACTOR = 10.0
"""How many times more or less than with the initializer's weights the sums of a hidden layer spread."""


def _run(evidence: Evidence) -> Iterator[Finding]:
    assert evidence.start is not None  # noqa: S101
    assert evidence.reference is not None  # noqa: S101
    worst, number = 1.0, 0
    for n, (own, other) in enumerate(zip(evidence.start[:-1], evidence.reference[:-1], strict=True), 1):
        ratio = _spread(own) / _spread(other) if _spread(other) else 1.0
        if _size(ratio) > _size(worst):
            worst, number = ratio, n
    if _size(worst) <= math.log(_FACTOR):
        return
    grows = worst > 1.0
    activation = evidence.network.layers[number - 1].activation
    yield Finding(
        check="initialization",
        title=f"the starting weights let the signal {'grow' if grows else 'shrink'} too much for "
        f"{activation.facts.name}",
        severity="warning" if fares(evidence) in ("well", "unknown") else "error",
        layer=number,
        units=(),
        value=worst,
        threshold=_FACTOR if grows else 1.0 / _FACTOR,
        evidence=joined(
            (
                f"before training the weighted sums of layer {number} spread {worst:.3g} times as much "
                "over the samples as with the weights made for this activation",
                how_it_fares(evidence),
            )
        ),
        advice=f"Start from multilayer.initialize({evidence.network.shape}, ...), which draws "
        f"{for_activation(activation)!r} for {activation.facts.name}.",
    )


def _spread(layer: LayerStatistics) -> float:
    return math.sqrt(float(layer.variance_a.mean()))


def _size(ratio: float) -> float:
    return abs(math.log(ratio)) if ratio > 0 else math.inf


initialization = Check(
    "initialization",
    "Do the starting weights keep signals alive?",
    needing("initialization", _run, "samples", "start"),
)
