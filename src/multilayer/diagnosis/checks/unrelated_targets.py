"""Targets that have nothing to do with the inputs.

What it does: predicts samples by a kernel model of all others (linear and Gaussian, up to 300 samples). Where it
explains less than 4% of the targets, and less than 6/n for n samples, there is nothing in the inputs that a model
could find. It reports targets that are all the same, too.

Why it matters: a network can learn such targets by heart, and nothing that holds for other samples.

Example: y was shuffled, or is one row behind X; the inputs do not hold what decides the target.

What it cannot see: a relation that shows with many more samples only, as of the parity of twenty bits. So a network
that has fewer weights than there are samples and fits them well is left alone: it cannot have learned them by heart.
"""

from __future__ import annotations

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, NotMeasured, Outcomes, Severity, check
from multilayer.diagnosis.evidence import Evidence, OutputStatistics
from multilayer.diagnosis.performance import DONE, scores, skill
from multilayer.diagnosis.phrases import sentences

_NOTHING, _PER_SAMPLE = 0.04, 6.0
"""R^2 on samples that were not seen: what chance alone reaches, the best of six models being taken."""
_FEWEST = 40


@check("Do the targets depend on the inputs?", needs.outputs, lasting=True)
def unrelated_targets(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    if outputs.constant_loss == 0.0 or outputs.constant_score == 1.0:
        yield _same(evidence)
        return
    explained = outputs.attainable_explained
    if explained is None or evidence.samples < _FEWEST:
        yield NotMeasured(
            reason=evidence.missing.get("linear")
            or fill("there are too few samples to predict some from others")
        )
        return
    limit = max(_NOTHING, _PER_SAMPLE / min(evidence.samples, 300))
    learned = (skill(evidence) or 0.0) > DONE
    if explained >= limit or (learned and _weights(evidence) < evidence.samples):
        return
    severity: Severity = "warning" if learned else "error"
    yield Finding(
        title=fill("the targets have no relation to the inputs that a model could find"),
        severity=severity,
        layer=0,
        value=explained,
        threshold=limit,
        evidence=sentences(
            fill(
                "A kernel model of the other samples explains {explained} of the targets (R^2), no more than by "
                "chance.",
                explained=percent(max(explained, 0.0)),
            ),
            scores(evidence),
        ),
        advice=fill(
            "Look first at the data: does each row of y belong to its row of X, or was one of them shuffled, sorted or "
            "shifted? If they belong together, inputs are needed that hold what decides the target."
        ),
    )


def _same(evidence: Evidence) -> Finding:
    return Finding(
        title=fill("all targets are the same"),
        severity="warning" if (skill(evidence) is None and evidence.samples < _FEWEST) else "error",
        layer=len(evidence.layers),
        evidence=fill(
            "There is nothing to learn from {samples} samples with one target.", samples=evidence.samples
        ),
        advice=fill(
            "Take samples of every kind; a file that is sorted by class has to be shuffled before it is split."
        ),
    )


def _weights(evidence: Evidence) -> int:
    return sum(layer.W.size + layer.b.size for layer in evidence.network.layers)
