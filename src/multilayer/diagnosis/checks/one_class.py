"""A network that always says the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import early, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import class_name
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding

__all__ = ["one_class"]


def _run(evidence: Evidence) -> Iterator[Finding]:
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101
    predicted, counts = outputs.predicted_counts, outputs.target_counts
    assert predicted is not None  # noqa: S101
    assert counts is not None  # noqa: S101
    if np.count_nonzero(predicted) != 1 or np.count_nonzero(counts) < 2:
        return
    only = int(predicted.argmax())
    yield Finding(
        check="one_class",
        title=f"every sample is predicted to be of class {class_name(evidence, only)}",
        severity="warning" if early(evidence) else "error",
        layer=len(evidence.layers),
        units=(),
        value=1.0,
        threshold=None,
        evidence=how_it_fares(evidence),
        advice="Look at the other findings for the cause; without one: train longer, from other starting "
        "weights (random_state), with standardized X.",
    )


one_class = Check(
    "one_class",
    "Does the network predict more than one class?",
    needing("one_class", _run, "classes"),
)
