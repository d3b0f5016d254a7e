"""Columns of X that are the target in disguise.

What it does: compares the |correlation| of each column with each target to 0.999, for at least 10 samples.

Why it matters: the network learns to copy the column, and is useless where the target is not known yet.

Example: the invoice total among the inputs, the price to be predicted.

What it cannot see: a leak that is not a linear function of one column.
"""

from __future__ import annotations

from multilayer._base.text import fill
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, OutputStatistics
from multilayer.diagnosis.phrases import columns, one_based

_LEAK = 0.999
_FEWEST = 10


@check("Does a column of X give the target away?", needs.outputs, lasting=True)
def leaking_inputs(evidence: Evidence, _: OutputStatistics) -> Outcomes:
    correlation = evidence.inputs.target_correlation
    if correlation is None:
        yield NotMeasured(reason=fill("the targets are the inputs themselves"))
        return
    found = one_based(correlation > _LEAK)
    if evidence.samples < _FEWEST or not found:
        return
    yield Finding(
        title=fill(
            "column {columns} of X gives the target away"
            if len(found) == 1
            else "columns {columns} of X give the target away",
            columns=columns(evidence, found),
        ),
        severity="error" if correlation.size > 1 else "note",
        layer=0,
        units=found,
        value=float(correlation.max()),
        threshold=_LEAK,
        evidence=fill(
            "The |correlation| with a target is {correlation:.6f}: the network learns to copy it, and nothing that "
            "holds before the target is known.",
            correlation=correlation.max(),
        ),
        advice=fill(
            "Find out where the column comes from. Leave it out unless it is really known before the target."
        ),
    )
