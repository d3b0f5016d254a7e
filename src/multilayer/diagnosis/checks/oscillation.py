"""A loss that swings up and down.

What it does: over the second half of at least 8 epochs, reports a mean change per epoch of more than 3% of the best
constant's loss (the first loss, where that is not known) that changes direction after more than 40% of the epochs.
Chance turns after two thirds. Where the network performs well, the swings are a note.

Why it matters: steps jump over the minimum, so that the last weights are not the best ones.

Example: batches of one sample at a constant rate.

What it cannot see: swings within an epoch.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.evidence import Floats
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs, percent

_SWING = 0.03
_TURNS = 0.4


@check("Does the loss fall steadily?", needs.epochs(8))
def oscillation(evidence: Evidence, loss: Floats) -> Outcomes:
    steps = np.diff(loss[len(loss) // 2 :])
    constant = None if evidence.outputs is None else evidence.outputs.constant_loss
    scale = constant or loss[0]
    swing = float(np.abs(steps).mean() / scale) if scale else 0.0
    turns = float((np.sign(steps[1:]) != np.sign(steps[:-1])).mean())
    if not swing > _SWING or turns < _TURNS:
        return
    yield finding(
        evidence,
        fill("the loss swings up and down"),
        fill(
            "In the second half of {epochs} epochs the loss changes by {swing} of the best constant's loss per epoch, "
            "and turns after {turns} of them."
            if constant
            else "In the second half of {epochs} epochs the loss changes by {swing} of its first value per epoch, "
            "and turns after {turns} of them.",
            epochs=len(loss),
            swing=percent(swing),
            turns=percent(turns),
        ),
        N_("Lower {learning_rate} or let it decay ({decay}), use a larger batch_size, shuffle."),
        value=swing,
        threshold=_SWING,
    )
