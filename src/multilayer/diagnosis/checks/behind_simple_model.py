"""A network that is far behind a simple model, whatever the reason.

What it does: compares the score with that of a kernel model (linear and Gaussian, up to 300 samples) on samples that
it has not seen. More than 0.05 and one standard error behind, of the way from the best constant to perfection, is a
note; with two standard errors, 0.1 is a warning, and 0.15 an error; a note while training is known to go on. With a
note there is a doubt, and the verdict is not "no trouble". It is a catch-all: any other finding as severe comes first.

Why it matters: what a simple model learns is there to be learned, so that such a network is not done.

Example: a network of a hundred units that was given two epochs.

What it cannot see: the cause.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import by_chance, versus_constant
from multilayer.diagnosis.checks.no_better_than_constant import ADVICE
from multilayer.diagnosis.course import under_way
from multilayer.diagnosis.kit import Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import CLOSE

_MISSED = 0.1
"""Of the way from the best constant to perfection."""


@check("Does the network do as well as a simple model?", needs.learnable, catch_all=True)
def behind_simple_model(evidence: Evidence, learnable: needs.Learnable) -> Outcomes:
    outputs, missed = learnable.outputs, learnable.missed
    chance = by_chance(evidence, outputs, learnable.score)
    if missed < CLOSE + chance / 2 or versus_constant(evidence, outputs) != "better":
        return
    a_little = missed < max(_MISSED, CLOSE + chance)
    yield finding(
        evidence,
        fill(
            "the network is behind a simple model" if a_little else "the network is far behind a simple model"
        ),
        fill("A kernel model scores {reached:.3g} on samples that it has not seen.", reached=learnable.score),
        ADVICE["training"],
        severity="note" if a_little or under_way(evidence) else None,
        value=outputs.score,
        threshold=learnable.score,
    )
