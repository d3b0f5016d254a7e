"""A network that is far behind a simple model, whatever the reason.

What it does: compares the score with that of a kernel model (linear and Gaussian, up to 300 samples) on samples that
it has not seen. More than 0.05 behind, of the way from the best constant to perfection, is a note, 0.1 a warning, and
0.15 an error, beyond what chance may do for so few samples; a note while training is known to go on. With a note there
is a doubt, and the verdict is not "no trouble". It is a catch-all: any other finding as severe comes first.

Why it matters: what a simple model learns is there to be learned, so that such a network is not done.

Example: a network of a hundred units that was given two epochs.

What it cannot see: the cause.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import by_chance, versus_constant
from multilayer.diagnosis.checks.no_better_than_constant import ADVICE
from multilayer.diagnosis.course import early, under_way
from multilayer.diagnosis.kit import Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import CLOSE

_MISSED, _FAR = 0.1, 0.15
"""Of the way from the best constant to perfection."""


@check("Does the network do as well as a simple model?", needs.learnable, catch_all=True)
def behind_simple_model(evidence: Evidence, learnable: needs.Learnable) -> Outcomes:
    outputs, missed, chance = learnable.outputs, learnable.missed, by_chance(evidence, learnable.outputs)
    if missed < CLOSE + chance or versus_constant(evidence, outputs) != "better":
        return
    yield finding(
        evidence,
        fill(
            "the network is behind a simple model"
            if missed < _MISSED + chance
            else "the network is far behind a simple model"
        ),
        fill("A kernel model scores {reached:.3g} on samples that it has not seen.", reached=learnable.score),
        ADVICE["training"],
        severity="note"
        if under_way(evidence) or missed < _MISSED + chance
        else "warning"
        if missed < _FAR + chance or early(evidence)
        else "error",
        value=outputs.score,
        threshold=learnable.score,
    )
