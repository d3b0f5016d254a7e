"""A layer whose outputs barely depend on the input.

What it does: compares the constant fraction of a hidden layer's power, mean^2 / E[z^2], to 0.999. In stuck networks
it was at least 0.9999 in the last hidden layer, in those of the same start that escaped at most 0.98. A layer whose
successors still tell samples apart is left alone: the error needs outputs that are no better than a constant.

Why it matters: what later layers get is one number, so that the network predicts one value for all samples.

Example: scikit-learn#31235: two hidden layers of 20 logistic units with small starting weights stop on the plateau.

What it cannot see: whether training will escape. In the first epochs the fraction is as high in networks that do:
then it is a warning.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.course import early
from multilayer.diagnosis.evidence import Layers, LayerStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, Severity, check, fill, finding, needs, percent
from multilayer.diagnosis.layers import dead
from multilayer.diagnosis.performance import performance, skill
from multilayer.diagnosis.phrases import ending, numbers, sentences

_CONSTANT = 0.999
_NO_SKILL = 0.02


@check("Do the outputs of every layer depend on the input?", needs.layers)
def collapsed_signal(evidence: Evidence, layers: Layers) -> Outcomes:
    collapsed = [n for n, layer in enumerate(layers[:-1], 1) if _collapsed(layer)]
    # Later layers may make something of the rest, as of sigmoids' means.
    if not collapsed or evidence.samples < 2 or performance(evidence) == "good":
        return
    number = collapsed[0]
    fraction = layers[number - 1].constant_fraction
    yield finding(
        evidence,
        fill("the signal has collapsed: layer {layer}'s outputs barely depend on the input", layer=number),
        sentences(
            fill(
                "{fraction} of the power of its outputs is in their mean (mean^2 / E[z^2]).",
                fraction=percent(fraction),
            ),
            fill("Collapsed layers: {layers}.", layers=numbers(collapsed)) if len(collapsed) > 1 else "",
            fill("All samples are predicted to be of one class.") if _one_class(evidence) else "",
            ending(evidence),
        ),
        N_(
            "Standardize X. Use tanh or relu in place of an activation whose outputs have a mean (sigmoid). For small "
            "data use L-BFGS ({lbfgs}). Or train over the plateau: larger {patience}, smaller {tolerance}, more "
            "{epochs}."
        ),
        severity=_severity(evidence),
        layer=number,
        value=fraction,
        threshold=_CONSTANT,
    )


def _collapsed(layer: LayerStatistics) -> bool:
    silent = dead(layer)
    return layer.constant_fraction > _CONSTANT and not (silent is not None and silent.all())


def _severity(evidence: Evidence) -> Severity:
    if evidence.outputs is None:
        useless = evidence.layers[-1].constant_fraction > _CONSTANT and len(evidence.layers) > 1
    else:
        own = skill(evidence)
        useless = _one_class(evidence) or (own is not None and own < _NO_SKILL)
    return "error" if useless and not early(evidence) else "warning"


def _one_class(evidence: Evidence) -> bool:
    counts = None if evidence.outputs is None else evidence.outputs.predicted_counts
    return counts is not None and int(np.count_nonzero(counts)) == 1
