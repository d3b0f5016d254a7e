"""A linear model that does as well as the network.

What it does: compares the score with that of a linear model fitted to at most 2048 of the same samples. One that is
worse by no more than 0.005 is a note. One that makes no mistake proves that the classes are linearly separable. What
it gains over the best constant must be more than 0.02, and than on noise, where it is a fraction of about p/n for p
inputs and n samples.

Why it matters: the linear model is smaller, faster and easier to explain.

Example: two classes on both sides of a line.

What it cannot see: a linear model that was not found among the samples it was fitted to.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import gain_of_chance
from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import sentences

_EQUAL, _LEAST = 0.005, 0.02


@check("Does the network do more than a linear model?", needs.linear_model)
def linear_enough(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    score, linear, constant = outputs.score, outputs.linear_score, outputs.constant_score
    if score is None or linear is None or constant is None or len(evidence.layers) < 2:
        return
    if linear - score < -_EQUAL or linear - constant < max(_LEAST, gain_of_chance(evidence, outputs)):
        return
    separable = outputs.target_counts is not None and linear == 1.0
    yield finding(
        evidence,
        fill("a linear model would do"),
        sentences(
            fill(
                "A linear model scores {linear:.4g} on the same samples, the network {score:.4g}.",
                linear=linear,
                score=score,
            ),
            fill("The classes are linearly separable, and need no hidden layer.") if separable else "",
        ),
        N_(
            "Use the linear model ({linear_model}, LogisticRegression or LinearRegression): it is smaller, faster "
            "and easier to explain."
        ),
        severity="note",
        value=linear,
        threshold=score,
    )
