"""A nan or an infinity in a learning curve.

What it does: finds the first epoch whose loss or validation loss is not finite. A curve that ends so is an error. No
other check reads such a curve: every comparison with nan is false.

Why it matters: the gradient was not finite either, and the step that it made was noise or was refused.

Example: a learning rate of 10, or the logarithm of 0 in a user-defined loss.

What it cannot see: a training whose loss curve is not given (`course=`).
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import sentences
from multilayer.training import History

_TITLES = {
    "loss": N_("the loss is not finite in epoch {epoch}"),
    "validation_loss": N_("the validation loss is not finite in epoch {epoch}"),
}


@check("Is the loss of every epoch finite?", needs.history, lasting=True)
def loss_not_finite(evidence: Evidence, history: History) -> Outcomes:
    for name, title in _TITLES.items():
        curve = np.asarray(getattr(history, name), np.float64)
        bad = np.flatnonzero(~np.isfinite(curve))
        if not bad.size:
            continue
        first, ends = int(bad[0]), bad[-1] == len(curve) - 1
        yield finding(
            evidence,
            fill(title, epoch=first + 1),
            sentences(
                fill("It was {before:.4g} before.", before=curve[first - 1]) if first else "",
                fill("{count} of {epochs} epochs have no finite value.", count=bad.size, epochs=len(curve)),
            ),
            N_(
                "Train again with standardized X and a tenth of {learning_rate}; gradients can also be clipped "
                "({clipping}). In a user-defined loss look for the logarithm of 0 or a division by 0."
            ),
            severity="error" if ends else "warning",
        )
