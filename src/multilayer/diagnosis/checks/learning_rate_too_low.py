"""A loss that falls, but hardly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["learning_rate_too_low"]

_FEWEST = 8
_STEADY = 0.8
"""Share of epochs after which the loss was lower than before."""
_FELL = 0.3
"""Share of the first loss that was gained in all."""
_STRAIGHT = 0.3
"""Slope at the end over slope at the beginning: a curve that does not flatten has far to go."""


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    history = evidence.course.history
    assert history is not None  # noqa: S101
    loss = np.asarray(history.loss)
    if len(loss) < _FEWEST:
        yield NotMeasured("learning_rate_too_low", f"{len(loss)} epochs are too few to judge by")
        return
    part = max(2, len(loss) // 4)
    beginning, end = loss[0] - loss[part - 1], loss[-part] - loss[-1]
    fell = float((loss[0] - loss[-1]) / loss[0]) if loss[0] > 0 else 0.0
    steady = float((np.diff(loss) < 0).mean())
    if fares(evidence) == "well" or steady < _STEADY or not 0 < fell < _FELL or end < _STRAIGHT * beginning:
        return
    rate = evidence.course.learning_rate
    yield Finding(
        check="learning_rate_too_low",
        title="the learning rate is too low",
        severity="error" if fares(evidence) == "badly" else "warning",
        layer=None,
        units=(),
        value=rate,
        threshold=None,
        evidence=joined(
            (
                f"in {len(loss)} epochs the loss fell from {loss[0]:.4g} to {loss[-1]:.4g} only, steadily "
                f"and hardly slower at the end than at the beginning ({end / beginning:.0%})",
                "" if rate is None else f"the rate started at {rate:g}",
                how_it_fares(evidence),
            )
        ),
        advice="Multiply learning_rate_init by 10, and again while the loss still falls steadily; "
        "Adam(0.001) is the usual start.",
    )


learning_rate_too_low = Check(
    "learning_rate_too_low",
    "Does the loss fall fast enough?",
    needing("learning_rate_too_low", _run, "history"),
)
