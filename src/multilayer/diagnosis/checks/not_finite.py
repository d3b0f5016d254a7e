"""Numbers that are nan or infinite."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding

__all__ = ["not_finite"]

_WHAT = {
    "x": "an input",
    "W": "a weight",
    "b": "a bias",
    "a": "a weighted sum",
    "z": "an output of a unit",
}


def _run(evidence: Evidence) -> Iterator[Finding]:
    if evidence.not_finite is None:
        return
    layer, what, sample = evidence.not_finite
    where = "the input" if what == "x" else f"layer {layer}"
    if what == "x":
        advice = (
            "Find where the data got it: drop or fill in missing values "
            "(sklearn.impute.SimpleImputer) and look for divisions by 0."
        )
    elif what in "Wb":
        advice = (
            "The weights are lost: train again with a lower learning rate (learning_rate_init / 10), "
            "standardized inputs or clipped gradients (fit(clip=ClipByNorm(1.0)))."
        )
    else:
        advice = (
            "Weights or inputs are so large that sums overflow: standardize the inputs and lower the "
            "learning rate; network.trace(x) shows the numbers."
        )
    place = f"sample {sample}" if sample else "the weights"
    yield Finding(
        check="not_finite",
        title=f"{_WHAT[what]} is not finite in {where}",
        severity="error",
        layer=0 if what == "x" else layer,
        units=(),
        value=None,
        threshold=None,
        evidence=f"the first nan or infinity is in {what} of layer {layer}, {place}; "
        f"{evidence.samples} samples come through with finite numbers only",
        advice=advice,
    )


not_finite = Check(
    "not_finite",
    "Is every number finite?",
    _run,
    lasting=True,
)
