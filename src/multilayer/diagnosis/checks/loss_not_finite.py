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
    ("loss", True): N_("the loss is not finite from epoch {epoch} on"),
    ("loss", False): N_("the loss is not finite in epoch {epoch}"),
    ("validation_loss", True): N_("the validation loss is not finite from epoch {epoch} on"),
    ("validation_loss", False): N_("the validation loss is not finite in epoch {epoch}"),
}
"""By the curve, and by whether all later epochs are as bad."""


@check("Is the loss of every epoch finite?", needs.history, lasting=True)
def loss_not_finite(evidence: Evidence, history: History) -> Outcomes:
    for name in ("loss", "validation_loss"):
        curve = np.asarray(getattr(history, name), np.float64)
        bad = np.flatnonzero(~np.isfinite(curve))
        if not bad.size:
            continue
        first, ends = int(bad[0]), bool(bad[-1] == len(curve) - 1)
        yield finding(
            evidence,
            fill(_TITLES[name, ends and bad.size == len(curve) - first], epoch=first + 1),
            sentences(
                fill(
                    "It is {value} there, after {before:.4g} in epoch {epoch}."
                    if first
                    else "It is {value} there, the first value of all.",
                    value=curve[first],
                    before=curve[first - 1],
                    epoch=first,
                ),
                fill("{count} of {epochs} epochs have no finite value.", count=bad.size, epochs=len(curve)),
            ),
            N_(
                "Train again with standardized X and a tenth of {learning_rate}; gradients can also be clipped "
                "({clipping}). In a user-defined loss look for the logarithm of 0 or a division by 0."
            ),
            severity="error" if ends else "warning",
        )
