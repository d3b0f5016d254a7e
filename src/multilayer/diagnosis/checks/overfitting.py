"""What is learned by heart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["overfitting"]

_FEWEST = 5
_RISE = 0.1
_FELL = 0.05


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    history, outputs = evidence.course.history, evidence.outputs
    assert history is not None  # noqa: S101
    held_out, loss = np.asarray(history.validation_loss), np.asarray(history.loss)
    fewest = min(len(held_out), len(loss))
    if fewest < _FEWEST:
        yield NotMeasured("overfitting", f"{fewest} epochs are too few to judge by")
        return
    best = int(held_out.argmin())
    end = float(held_out[-max(1, len(held_out) // 10) :].mean())
    rise = (end - held_out[best]) / abs(held_out[best]) if held_out[best] else 0.0
    # What was held out may be measured after every so many epochs only.
    at = max((best + 1) * len(loss) // len(held_out) - 1, 0)
    fell = (loss[at] - loss[-1]) / abs(loss[at]) if loss[at] else 0.0
    if not rise > _RISE or not fell > _FELL:
        return
    constant = None if outputs is None else outputs.constant_loss
    useless = constant is not None and end > constant
    yield Finding(
        check="overfitting",
        title="the network learns the training data by heart",
        severity="error" if useless else "warning",
        layer=None,
        units=(),
        value=float(rise),
        threshold=_RISE,
        evidence=f"the validation loss rose by {rise:.0%} from its least, {held_out[best]:.4g} in epoch "
        f"{at + 1}, while the training loss fell from {loss[at]:.4g} to {loss[-1]:.4g}"
        + (f"; a constant does better ({constant:.4g})" if useless else ""),
        advice="Keep the best weights (early_stopping=True, fit(stopping=EarlyStopping())); more alpha (L2), "
        "dropout, fewer units, or more data.",
    )


overfitting = Check(
    "overfitting",
    "Does what is learned hold for other samples?",
    needing("overfitting", _run, "validation"),
)
