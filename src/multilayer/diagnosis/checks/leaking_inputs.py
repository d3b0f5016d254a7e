"""Columns of X that are the target in disguise.

What it does: compares the |correlation| of each column with each target to 0.999, for at least 10 samples, and scores
the network with the values of such columns taken from other samples. What is lost by that, of the way from the best
constant to perfection, is how far it relies on them: over 0.15 is an error, less a note. It is an error, too, where a
network performs poorly and these columns alone are of a size that weights are not made for. Where an output of many
is an input too, as in a forecast of several series, that is a note.

Why it matters: the network learns to copy the column, and is useless where the target is not known yet.

Example: the invoice total among the inputs, the price to be predicted.

What it cannot see: a leak that is not a linear function of one column.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance, skill_of
from multilayer.diagnosis.phrases import columns, one_based, sentences
from multilayer.diagnosis.scale import off_scale

_LEAK = 0.999
_FEWEST = 10
_RELIES = 0.15


@check("Does a column of X give the target away?", needs.outputs, lasting=True)
def leaking_inputs(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    correlation, without = evidence.inputs.target_correlation, evidence.inputs.score_without_copies
    if correlation is None:
        yield NotMeasured(reason=fill("the targets are the inputs themselves"))
        return
    found = one_based(correlation > _LEAK)
    if evidence.samples < _FEWEST or not found:
        return
    own, left = skill_of(outputs, outputs.score), skill_of(outputs, without)
    lost = None if own is None or left is None else own - left
    # Of several outputs an input is one of them, as in a forecast of several series.
    by_design = evidence.network.widths[0] == 1 or (
        evidence.network.widths[-1] > 1 and outputs.target_counts is None
    )
    relied = lost is None or lost > _RELIES
    off = off_scale(evidence.inputs.mean, evidence.inputs.std)
    if off is not None and off.columns and set(off.columns) <= set(found) and performance(evidence) == "poor":
        relied = True  # it is what keeps the network from learning, too
    yield finding(
        evidence,
        fill(
            "column {columns} of X gives the target away"
            if len(found) == 1
            else "columns {columns} of X give the target away",
            columns=columns(evidence, found),
        ),
        sentences(
            fill("The |correlation| with a target is {correlation:.6f}.", correlation=correlation.max()),
            ""
            if lost is None
            else fill(
                "With the values of such columns exchanged between samples the score is {score:.3g}, in place of "
                "{whole:.3g}.",
                score=without,
                whole=outputs.score,
            ),
        ),
        N_("Find out where the column comes from. Leave it out unless it is really known before the target."),
        severity="error" if relied and not by_design else "note",
        layer=0,
        units=found,
        value=float(correlation.max()),
        threshold=_LEAK,
    )
