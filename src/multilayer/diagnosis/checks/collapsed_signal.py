"""A layer whose outputs barely depend on the input.

What it does: compares the constant fraction of a hidden layer's power, mean^2 / E[z^2], to 0.999. In stuck networks
it was at least 0.9999 in the last hidden layer, in those of the same start that escaped at most 0.98. A layer whose
successors still tell samples apart is left alone, where the network performs well.

Why it matters: what later layers get is one number, so that the network predicts one value for all samples.

Example: scikit-learn#31235: two hidden layers of 20 logistic units with small starting weights stop on the plateau.

What it cannot see: whether training will escape. In the first epochs the fraction is as high in networks that do:
then it is a warning.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import is_one_class
from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import ending, numbers, sentences

_CONSTANT = 0.999


@check("Do the outputs of every layer depend on the input?", needs.layers)
def collapsed_signal(evidence: Evidence, layers: Layers) -> Outcomes:
    collapsed = [n for n, layer in enumerate(layers[:-1], 1) if layer.constant_fraction > _CONSTANT]
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
            fill("All samples are predicted to be of one class.") if is_one_class(evidence.outputs) else "",
            ending(evidence),
        ),
        N_(
            "Standardize X. Use tanh or relu in place of an activation whose outputs have a mean (sigmoid). For small "
            "data use L-BFGS ({lbfgs}). Or train over the plateau: larger {patience}, smaller {tolerance}, more "
            "{epochs}."
        ),
        layer=number,
        value=fraction,
        threshold=_CONSTANT,
    )
