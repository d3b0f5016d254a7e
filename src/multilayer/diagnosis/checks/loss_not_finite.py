"""A loss curve with nan or infinity in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import how_it_fares
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["loss_not_finite"]


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    history = evidence.course.history
    if history is None:
        yield NotMeasured("loss_not_finite", evidence.missing.get("history", "the loss curve is not known"))
        return
    for name, curve in (("loss", history.loss), ("validation loss", history.validation_loss)):
        loss = np.asarray(curve, np.float64)
        bad = np.flatnonzero(~np.isfinite(loss))
        if bad.size:
            yield _finding(evidence, name, loss, bad)


def _finding(evidence: Evidence, name: str, loss: np.ndarray, bad: np.ndarray) -> Finding:
    first, ends = int(bad[0]), bool(bad[-1] == len(loss) - 1)
    lost = ends and bad.size == len(loss) - first
    before = (
        "the first value"
        if first == 0
        else f"{loss[first - 1]:.4g} in epoch {first} is the last value before"
    )
    return Finding(
        check="loss_not_finite",
        title=f"the {name} is not finite {'from' if lost else 'in'} epoch {first + 1}{' on' if lost else ''}",
        severity="error" if ends else "warning",
        layer=None,
        units=(),
        value=None,
        threshold=None,
        evidence=joined(
            (
                f"it is {loss[first]} there; {before}; {bad.size} of {len(loss)} epochs have no finite value",
                how_it_fares(evidence),
            )
        ),
        advice="Train again with learning_rate_init / 10, standardized X and clipped gradients "
        "(fit(clip=ClipByNorm(1.0))); look for a logarithm of 0 or a division by 0 in a loss of your own.",
    )


loss_not_finite = Check(
    "loss_not_finite",
    "Is the loss of every epoch finite?",
    _run,
    lasting=True,
)
