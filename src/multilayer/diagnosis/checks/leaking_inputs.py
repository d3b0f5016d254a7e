"""Columns that are the target in disguise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import column_names
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured
from multilayer.diagnosis.reconstruction import REASON

__all__ = ["leaking_inputs"]

_LEAK = 0.999
_FEWEST = 10
"""Samples below which a correlation says nothing."""


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    correlation = evidence.inputs.target_correlation
    if correlation is None:
        yield NotMeasured("leaking_inputs", REASON)
        return
    if evidence.samples < _FEWEST:
        return
    columns = tuple(int(c) + 1 for c in np.flatnonzero(correlation > _LEAK))
    if not columns:
        return
    several = correlation.size > 1
    yield Finding(
        check="leaking_inputs",
        title=f"{column_names(evidence, columns)} of X {'give' if len(columns) > 1 else 'gives'} the target away",
        severity="error" if several else "note",
        layer=0,
        units=columns,
        value=float(correlation.max()),
        threshold=_LEAK,
        evidence=f"|correlation| with a target is {correlation.max():.6f}: the network learns to copy it, "
        "and nothing that holds where the target is not known yet",
        advice="Find out where the column comes from; leave it out unless it is really known before the "
        "target is.",
    )


leaking_inputs = Check(
    "leaking_inputs",
    "Does a column of X give the target away?",
    needing("leaking_inputs", _run, "outputs"),
    lasting=True,
)
