"""A rare class that is often missed.

What it does: looks at classes with less than a tenth of the largest one's samples of which less than 85% are found
(recall). That is a warning by more than two standard errors, and else a note; an error where less than half is found,
too (a warning while training has just begun).

Why it matters: the loss counts samples, so that a rare class hardly shows in it, nor in the accuracy.

Example: 1% of payments are fraud, and the network calls none so.

What it cannot see: what a mistake costs.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.course import just_begun
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.phrases import class_label

RATIO = 10.0
_RECALL, _FULL = 0.5, 0.85
_ERRORS = 2.0
"""Standard errors of a recall by which it is below that, or else it is so by chance."""


@check("Are the classes of similar size?", needs.classes)
def class_imbalance(evidence: Evidence, classes: needs.Classes) -> Outcomes:
    counts = classes.actual
    present, largest = np.flatnonzero(counts), int(counts.max())
    rare = present[counts[present] * RATIO < largest]
    if not rare.size:
        return
    recall = classes.confusion[rare, rare] / counts[rare]
    worst, found = int(rare[recall.argmin()]), float(recall.min())
    if found >= _FULL:
        return
    label = class_label(evidence, worst)
    missed = found < _FULL - _ERRORS * math.sqrt(_FULL * (1.0 - _FULL) / counts[worst])
    lost = found < _RECALL and missed and not just_begun(evidence)
    yield finding(
        evidence,
        fill("class {label} is rare and often missed" if missed else "class {label} is rare", label=label),
        fill(
            "It has {count} samples, of which {recall} are found; the largest class has {largest}.",
            count=counts[worst],
            largest=largest,
            recall=percent(found),
        ),
        N_(
            "Give {class_weight}, judge by another score than accuracy "
            "(sklearn.metrics.balanced_accuracy_score), or collect more of the rare class."
        ),
        severity="error" if lost else "warning" if missed else "note",
        value=float(largest / counts[worst]),
        threshold=RATIO,
    )
