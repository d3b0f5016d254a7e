"""Training that was stopped on a plateau.

What it does: reports early stopping for lack of improvement where the network does not perform well.

Why it matters: a plateau may be the middle of training, not its end.

Example: logistic units that need 300 epochs to leave the plateau, and a patience of 10.

What it cannot see: whether more epochs would help; `try_fixes` trains on and measures it.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import Floats
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import sentences, unknown


@check("Did training stop because it was done?", needs.epochs())
def plateau_stop(evidence: Evidence, loss: Floats) -> Outcomes:
    course, found = evidence.course, performance(evidence)
    if course.stopped is None:
        yield NotMeasured(reason=unknown("stopped", evidence.caller))
        return
    if course.stopped != "plateau" or found == "good" or not loss.size:
        return
    patience, tolerance = course.patience, course.tolerance
    yield finding(
        evidence,
        fill("training was stopped on a plateau"),
        sentences(
            fill(
                "It stopped after {epochs} epochs for lack of improvement; the loss went from {first:.4g} to "
                "{last:.4g}.",
                epochs=len(loss),
                first=loss[0],
                last=loss[-1],
            ),
            "" if patience is None else fill("Its patience was {patience} epochs.", patience=patience),
            "" if tolerance is None else fill("Its tolerance was {tolerance:g}.", tolerance=tolerance),
        ),
        N_("Train on: larger {patience} or smaller {tolerance}, with more {epochs}."),
        severity="note" if found == "unknown" else None,
        value=float(loss[-1]),
    )
