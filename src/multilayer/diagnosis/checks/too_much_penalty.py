"""Weights that a penalty has shrunk to nothing.

What it does: compares the gain of each layer, the root mean square of W times the root of its inputs, to 0.2.
Starting weights have a gain of about 1, and learning adds to it. Where the penalty is known and 0, the cause is another
one.

Why it matters: signals that shrink in each layer leave outputs that are the same for all samples.

Example: `alpha=100` for 200 samples.

What it cannot see: a penalty that only keeps a network from fitting as well as it could.
"""

from __future__ import annotations

from multilayer.diagnosis.evidence import Layers
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import sentences

_SHRUNK = 0.2


@check("Are weights left to be as large as they need to be?", needs.layers)
def too_much_penalty(evidence: Evidence, layers: Layers) -> Outcomes:
    penalty = evidence.course.penalty
    if penalty == 0.0:
        yield NotMeasured(reason=fill("there was no penalty on weights"))
        return
    gain = max(layer.gain for layer in layers)
    if not 0.0 < gain < _SHRUNK:
        return
    yield finding(
        evidence,
        fill("a penalty has shrunk the weights to nothing"),
        sentences(
            fill(
                "The root mean square of W times the root of the number of inputs is at most {gain:.2g} in every "
                "layer; starting weights have about 1.",
                gain=gain,
            ),
            "" if penalty is None else fill("The penalty was {penalty:g}.", penalty=penalty),
        ),
        N_("Divide {penalty} by 100."),
        value=gain,
        threshold=_SHRUNK,
    )
