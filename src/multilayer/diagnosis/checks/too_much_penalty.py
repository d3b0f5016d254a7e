"""Weights that a penalty has shrunk to nothing.

What it does: compares the gain of each layer, the root mean square of W times the root of its inputs, to 0.2.
Starting weights have a gain of about 1, and learning adds to it. Where a training with a penalty has ended, dW =
-lambda W with the same lambda in all layers. Where that holds within a factor of 2, no gain is over 1.25, and the
network does not perform well, it reports a loss that would fall by more than 0.25% of the best constant's were all
weights 1% larger. Where the penalty is known and 0, the cause is another one.

Why it matters: signals that shrink in each layer leave outputs that are the same for all samples.

Example: `alpha=100` for 200 samples.

What it cannot see: a penalty that holds back some layers only, and weight decay apart from the gradient (AdamW).
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import sentences

_SHRUNK, _SMALL = 0.2, 1.25
_HELD_BACK, _ALIKE = 0.25, 2.0
"""What weights that grow would gain of the best constant's loss; the pull in a layer over that in another one."""


@check("Are weights left to be as large as they need to be?", needs.layers)
def too_much_penalty(evidence: Evidence, layers: Layers) -> Outcomes:
    penalty = evidence.course.penalty
    if penalty == 0.0:
        yield NotMeasured(reason=fill("there was no penalty on weights"))
        return
    gain, gained = max(layer.gain for layer in layers), _held_back(evidence)
    shrunk = 0.0 < gain < _SHRUNK
    if not shrunk and (not gained or gain > _SMALL):
        return
    yield finding(
        evidence,
        fill("a penalty has shrunk the weights to nothing")
        if shrunk
        else fill("a penalty keeps the weights too small"),
        sentences(
            fill(
                "The root mean square of W times the root of the number of inputs is at most {gain:.2g} in every "
                "layer; starting weights have about 1.",
                gain=gain,
            )
            if shrunk
            else fill(
                "The loss would fall by {gained} of the best constant's if all weights were 1% larger. In all layers "
                "the gradient is nearly the same multiple of the weights, as a penalty leaves it.",
                gained=percent(gained / 100),
            ),
            "" if penalty is None else fill("The penalty was {penalty:g}.", penalty=penalty),
        ),
        N_("Divide {penalty} by 100."),
        value=gain if shrunk else gained,
        threshold=_SHRUNK if shrunk else _HELD_BACK,
    )


def _held_back(evidence: Evidence) -> float:
    """Return what growing weights would gain where a penalty holds them back; 0 where it does not, or little.

    Where training has ended, the gradient of the loss and that of the penalty cancel: dW = -lambda W, with one lambda
    for all layers.
    """
    outputs, gradients = evidence.outputs, evidence.gradients
    if outputs is None or not gradients or not outputs.constant_loss or performance(evidence) == "good":
        return 0.0
    pulls = [-one.growth / one.norm_W**2 if one.norm_W else 0.0 for one in gradients]
    gained = -sum(one.growth for one in gradients) / outputs.constant_loss
    one_pull = min(pulls) > 0.0 and max(pulls) < _ALIKE * min(pulls)
    return gained if one_pull and gained > _HELD_BACK else 0.0
