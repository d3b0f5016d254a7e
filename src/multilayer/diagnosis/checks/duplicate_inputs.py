"""Columns that are copies of each other."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import column_names
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured
from multilayer.diagnosis.layer_accumulator import DUPLICATE

__all__ = ["duplicate_inputs"]

_FEWEST = 10


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    if evidence.samples < _FEWEST:
        yield NotMeasured("duplicate_inputs", f"{evidence.samples} samples are too few for a correlation")
        return
    pairs = evidence.inputs.duplicates
    if not pairs:
        return
    first, second, correlation = max(pairs, key=lambda pair: abs(pair[2]))
    columns = tuple(sorted({second + 1 for _, second, _ in pairs}))
    yield Finding(
        check="duplicate_inputs",
        title=f"{column_names(evidence, columns)} of X repeat{'s' if len(columns) == 1 else ''} another "
        "column",
        severity="warning",
        layer=0,
        units=columns,
        value=abs(correlation),
        threshold=DUPLICATE,
        evidence=f"the correlation of columns {first + 1} and {second + 1} is {correlation:.6f}",
        advice="Drop the copies: they bring nothing new, and count twice in every step.",
    )


duplicate_inputs = Check(
    "duplicate_inputs",
    "Does every column of X say something of its own?",
    needing("duplicate_inputs", _run, "samples"),
)
