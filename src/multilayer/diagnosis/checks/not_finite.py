"""A nan or an infinity in the data, the weights or the forward pass.

What it does: finds the first number that is not finite, in the order of the forward pass: inputs, W, b, weighted sums
a and outputs z, layer by layer.

Why it matters: every number that depends on it is lost. Samples that lead there are left out of all other checks.

Example: a missing value that became nan in one column of X.

What it cannot see: which earlier step of training wrote a weight that is not finite.
"""

from __future__ import annotations

from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import sentences
from multilayer.network import MLP

_LOST = N_(
    "The weights are lost. Train again with standardized inputs and a tenth of {learning_rate}; "
    "gradients can also be clipped ({clipping})."
)
_OVERFLOW = N_(
    "Weights or inputs are so large that sums overflow. Standardize the inputs, and lower {learning_rate}; "
    "network.trace(x) shows the numbers."
)
_GAPS = N_(
    "Find where the data got it: drop or fill in missing values (sklearn.impute.SimpleImputer), and look for "
    "divisions by 0."
)
_PLACES = {
    "x": (N_("an input is not finite"), _GAPS),
    "W": (N_("a weight is not finite in layer {layer}"), _LOST),
    "b": (N_("a bias is not finite in layer {layer}"), _LOST),
    "a": (N_("a weighted sum is not finite in layer {layer}"), _OVERFLOW),
    "z": (N_("a unit's output is not finite in layer {layer}"), _OVERFLOW),
}
"""Title and advice, by where the first such number is."""


@check("Is every number finite?", needs.network, lasting=True)
def not_finite(evidence: Evidence, _: MLP) -> Outcomes:
    if evidence.not_finite is None:
        return
    layer, what, sample = evidence.not_finite
    title, advice = _PLACES[what]
    yield finding(
        evidence,
        fill(title, layer=layer),
        sentences(
            fill(
                "The first nan or infinity is in {what} of layer {layer}, sample {sample}."
                if sample
                else "The first nan or infinity is in {what} of layer {layer}.",
                what=what,
                layer=layer,
                sample=sample,
            ),
            fill("Samples that pass through with finite numbers only: {samples}.", samples=evidence.samples),
        ),
        advice,
        severity="error",
        layer=0 if what == "x" else layer,
    )
