"""A classifier that predicts one class for all samples.

What it does: counts the predicted classes: one is an error where the targets have several (a warning while training
may still help).

Why it matters: a constant would do the same.

Example: a network stuck on the plateau of the class frequencies.

What it cannot see: the cause; another finding usually names it.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.course import early
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import class_label


@check("Does the network predict more than one class?", needs.classes)
def one_class(evidence: Evidence, classes: needs.Classes) -> Outcomes:
    if np.count_nonzero(classes.predicted) != 1 or np.count_nonzero(classes.actual) < 2:
        return
    label = class_label(evidence, int(classes.predicted.argmax()))
    yield finding(
        evidence,
        fill("all samples are predicted to be of class {label}", label=label),
        "",
        N_(
            "Look at the other findings for the cause. Without one: train longer, from other starting weights "
            "({other_weights}), with standardized X."
        ),
        severity="warning" if early(evidence) else "error",
        layer=len(evidence.layers),
        value=1.0,
    )
