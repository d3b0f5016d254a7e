"""Targets that have nothing to do with the inputs.

What it does: predicts samples by a kernel model of all others (linear and Gaussian, up to 300 samples). Where it
explains less than 4% of the targets, or less than 6/n where that is more for n samples, there is nothing in the
inputs that a model could find. A network that fits them well gets a warning. It reports targets that are all the
same, too.

Why it matters: a network can learn such targets by heart, and nothing that holds for other samples.

Example: y was shuffled, or is one row behind X; the inputs do not hold what decides the target.

What it cannot see: a relation that shows with many more samples only, as of the parity of twenty bits. So a network
that has fewer weights than there are samples and fits them well is left alone: it cannot have learned them by heart.
"""

from __future__ import annotations

from multilayer.diagnosis.attainable import COMPARED
from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import DONE, skill

_NOTHING, _PER_SAMPLE = 0.04, 6.0
"""R^2 on samples that were not seen: what chance alone reaches, the best of six models being taken."""
_FEWEST = 40


@check("Do the targets depend on the inputs?", needs.outputs, lasting=True)
def unrelated_targets(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    samples, known = evidence.samples, needs.learnable(evidence)
    if outputs.constant_loss == 0.0 or outputs.constant_score == 1.0:
        yield finding(
            evidence,
            fill("all targets are the same"),
            fill("There is nothing to learn from {samples} samples with one target.", samples=samples),
            N_(
                "Take samples of every kind; a file that is sorted by class has to be shuffled before it is split."
            ),
            severity="warning" if skill(evidence) is None and samples < _FEWEST else "error",
            layer=len(evidence.layers),
        )
        return
    if isinstance(known, NotMeasured) or samples < _FEWEST:
        yield known if isinstance(known, NotMeasured) else needs.too_few_samples(samples)
        return
    limit = max(_NOTHING, _PER_SAMPLE / min(samples, COMPARED))
    learned = (skill(evidence) or 0.0) > DONE
    if known.explained >= limit or (learned and needs.weights(evidence) < samples):
        return
    yield finding(
        evidence,
        fill("the targets have no relation to the inputs that a model could find"),
        fill(
            "A kernel model of the other samples explains {explained} of the targets (R^2), no more than by chance.",
            explained=percent(max(known.explained, 0.0)),
        ),
        N_(
            "Look first at the data: does each row of y belong to its row of X, or was one of them shuffled, sorted or "
            "shifted? If they belong together, inputs are needed that hold what decides the target."
        ),
        severity="warning" if learned else "error",
        layer=0,
        value=known.explained,
        threshold=limit,
    )
