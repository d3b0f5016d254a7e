"""Gradients that grow from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from multilayer.diagnosis.checks.flow import flow
from multilayer.diagnosis.checks.judgement import graded, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding

__all__ = ["exploding_gradients"]

_GROWN = 100.0
_ADVICE = (
    "Start from smaller weights (multilayer.initialize), clip gradients (fit(clip=ClipByNorm(1.0))), lower "
    "learning_rate_init."
)


def _run(evidence: Evidence) -> Iterator[Finding]:
    sizes = flow(evidence)
    overflows = [number for number, size in enumerate(sizes, 1) if not math.isfinite(size)]
    if overflows:
        yield Finding(
            check="exploding_gradients",
            title="gradients overflow on their way to the first layer",
            severity=graded(evidence),
            layer=overflows[-1],
            units=(),
            value=math.inf,
            threshold=_GROWN,
            evidence=joined((f"da of layer {overflows[-1]} is not finite", how_it_fares(evidence))),
            advice=_ADVICE,
        )
        return
    if len(sizes) < 2 or sizes[-1] == 0.0 or sizes[0] <= _GROWN * sizes[-1]:
        return
    grown = sizes[0] / sizes[-1]
    yield Finding(
        check="exploding_gradients",
        title="gradients explode on their way to the first layer",
        severity=graded(evidence),
        layer=1,
        units=(),
        value=grown,
        threshold=_GROWN,
        evidence=joined(
            (
                f"da of layer 1 is {grown:.2g} times that of layer {len(sizes)} (root mean square over "
                f"units and samples), about {grown ** (1.0 / (len(sizes) - 1)):.2g} times per layer",
                how_it_fares(evidence),
            )
        ),
        advice=_ADVICE,
    )


exploding_gradients = Check(
    "exploding_gradients",
    "Do gradients keep their size on the way to the first layer?",
    needing("exploding_gradients", _run, "gradients"),
)
