"""A loss that swings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["oscillation"]

_FEWEST = 8
_SWING = 0.03
"""Mean change from epoch to epoch, as a share of the loss at the beginning or of a constant."""
_TURNS = 0.4
"""Share of epochs after which the loss turned round."""


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    history, outputs = evidence.course.history, evidence.outputs
    assert history is not None  # noqa: S101
    loss = np.asarray(history.loss)
    if len(loss) < _FEWEST:
        yield NotMeasured("oscillation", f"{len(loss)} epochs are too few to judge by")
        return
    tail = loss[len(loss) // 2 :]
    steps = np.diff(tail)
    constant = None if outputs is None else outputs.constant_loss
    scale = min(loss[0], constant) if constant else loss[0]
    swing = float(np.abs(steps).mean() / scale) if scale else 0.0
    turns = float((np.sign(steps[1:]) != np.sign(steps[:-1])).mean())
    if not swing > _SWING or turns < _TURNS:
        return
    yield Finding(
        check="oscillation",
        title="the loss swings up and down",
        severity="error" if fares(evidence) == "badly" else "warning",
        layer=None,
        units=(),
        value=swing,
        threshold=_SWING,
        evidence=f"in the second half of {len(loss)} epochs it changes by {swing:.1%} of its first value "
        f"an epoch, and turns round after {turns:.0%} of them",
        advice="Lower learning_rate_init or let it fall (learning_rate='adaptive', "
        "schedule=CosineDecay()), take a larger "
        "batch_size, shuffle.",
    )


oscillation = Check(
    "oscillation",
    "Does the loss fall steadily?",
    needing("oscillation", _run, "history"),
)
