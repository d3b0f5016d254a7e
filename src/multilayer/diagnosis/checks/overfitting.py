"""A network that memorizes the training data.

What it does: over at least 5 epochs, reports a validation loss that ends more than 10% above its minimum while the
training loss fell by more than 5% in the same time. It is an error where a constant has a lower validation loss.

Why it matters: the last weights predict new samples worse than earlier ones did.

Example: a large network on 50 samples.

What it cannot see: anything without a validation loss, and a validation set unlike the data to come.
"""

from __future__ import annotations

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, check
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.phrases import options, sentences

_RISE = 0.1
_FELL = 0.05


@check("Does what is learned hold for other samples?", needs.validation(5))
def overfitting(evidence: Evidence, curves: needs.Curves) -> Outcomes:
    loss, held_out = curves
    best = int(held_out.argmin())
    end = float(held_out[-max(1, len(held_out) // 10) :].mean())
    rise = float((end - held_out[best]) / abs(held_out[best])) if held_out[best] else 0.0
    at = max((best + 1) * len(loss) // len(held_out) - 1, 0)
    fell = (loss[at] - loss[-1]) / abs(loss[at]) if loss[at] else 0.0
    if not rise > _RISE or not fell > _FELL:
        return
    constant = None if evidence.outputs is None else evidence.outputs.constant_loss
    useless = constant is not None and end > constant
    yield Finding(
        title=fill("the network memorizes the training data"),
        severity="error" if useless else "warning",
        value=rise,
        threshold=_RISE,
        evidence=sentences(
            fill(
                "The validation loss rose by {rise} from its minimum, {best:.4g} in epoch {epoch}, while the "
                "training loss fell from {then:.4g} to {last:.4g}.",
                rise=percent(rise),
                best=held_out[best],
                epoch=at + 1,
                then=loss[at],
                last=loss[-1],
            ),
            fill("A constant has a lower loss ({constant:.4g}).", constant=constant) if useless else "",
        ),
        advice=fill(
            "Keep the best weights ({early_stopping}). More {l2} (L2 penalty), dropout, fewer units or more data help.",
            **options(evidence),
        ),
    )
