"""Gradients that do not reach the first layers."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.checks.flow import flow
from multilayer.diagnosis.checks.judgement import graded, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["vanishing_gradients"]

_LEFT = 1e-4


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    blocked = [
        (number, layer.activation.facts.name)
        for number, layer in enumerate(evidence.network.layers, 1)
        if not layer.activation.facts.trainable
    ]
    if blocked:
        number, name = blocked[0]
        yield NotMeasured(
            "vanishing_gradients",
            f"the derivative of {name} (layer {number}) is 0 wherever it exists, so that no gradient passes; "
            f"Surrogate({name}, sigmoid) lets one through",
        )
        return
    sizes = flow(evidence)
    if len(sizes) < 2 or sizes[-1] == 0.0 or sizes[0] >= _LEFT * sizes[-1]:
        return
    left = sizes[0] / sizes[-1]
    each = left ** (1.0 / (len(sizes) - 1))
    yield Finding(
        check="vanishing_gradients",
        title="gradients vanish on their way to the first layer",
        severity=graded(evidence),
        layer=1,
        units=(),
        value=left,
        threshold=_LEFT,
        evidence=joined(
            (
                f"da of layer 1 is {left:.2g} times that of layer {len(sizes)} (root mean square over "
                f"units and samples), about {each:.2g} times per layer",
                how_it_fares(evidence),
            )
        ),
        advice="Use fewer layers, an activation whose slope is near 1 (relu, selu, gelu, or tanh in the "
        "place of sigmoid), and the starting weights of multilayer.initialize.",
    )


vanishing_gradients = Check(
    "vanishing_gradients",
    "Do gradients reach the first layer?",
    needing("vanishing_gradients", _run, "gradients"),
)
