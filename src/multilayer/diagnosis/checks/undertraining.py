"""Training that ended before it was done.

What it does: reports a loss that falls by more than 0.3% per epoch over the last fifth of the curve, six epochs at
least, a training of at most 3 epochs, and one that was stopped for lack of improvement. That is a note while training
is known to go on, and where the network performs well and the loss still falls by 1%. A loss that falls as steadily
after 20 epochs is one of a learning rate that is too low (`learning_rate_too_low`). Of a network that does not
perform well and whose curve is not known it reports weights as large as they are drawn with biases below 0.12, as
after a few epochs.

Why it matters: more epochs are the cheapest remedy of all; a plateau may be the middle of training, not its end.

Example: `fit(..., epochs=5)`; logistic units that need 300 epochs to leave the plateau, and a patience of 10.

What it cannot see: whether the validation loss would follow; `try_fixes` trains on and measures it.
"""

from __future__ import annotations

from multilayer.diagnosis.course import AN_EPOCH, FALLING, fall, loss_was_low, moved, under_way
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import CLOSE, performance, shortfall
from multilayer.network import MLP

_LITTLE = 0.12
"""How far biases move in a few epochs, at most."""
_FAST = 0.01
"""Fraction by which the loss falls per epoch that a network which performs well may still gain from."""
_FEW = 3
"""Epochs that are too few to see a loss fall."""
_ADVICE = N_(
    "Train for more {epochs}, until the loss stops falling; where training stops by itself, with larger {patience} or "
    "smaller {tolerance}."
)


@check("Was training given the time it needs?", needs.network)
def undertraining(evidence: Evidence, _: MLP) -> Outcomes:
    loss, stopped, found = needs.epochs(1)(evidence), evidence.course.stopped, performance(evidence)
    if isinstance(loss, NotMeasured):
        distance = moved(evidence)
        if distance is None or not (distance == 0.0 or AN_EPOCH < distance < _LITTLE):
            yield loss
            return
        yield finding(
            evidence,
            fill("the network is hardly trained"),
            fill(
                "Weights are as large as they are drawn, and biases, which start at 0, have moved by {distance:.2g} "
                "only.",
                distance=distance,
            ),
            _ADVICE,
            severity="error" if found == "poor" else "warning",
            value=distance,
            threshold=_LITTLE,
        )
        return
    plateau, over, falling = stopped == "plateau", stopped in ("epochs", "plateau"), fall(loss)
    done = (shortfall(evidence) or 0.0) < CLOSE and found != "poor" and loss_was_low(evidence)
    begun = len(loss) <= _FEW and found != "unknown"  # the loss has had no time to fall
    goes_on = (falling > FALLING or begun) and not done
    if not (goes_on and falling > _FAST if found == "good" else goes_on or plateau):
        return
    unsure = found == "good" or under_way(evidence) or (plateau and found == "unknown")
    yield finding(
        evidence,
        fill(
            "training was stopped on a plateau"
            if plateau
            else "training ended too early"
            if over
            else "training is not done yet"
        ),
        fill(
            "After {epochs} epochs the loss still falls by {fall} per epoch, to {last:.4g}.",
            epochs=len(loss),
            fall=percent(falling),
            last=loss[-1],
        )
        if falling > FALLING
        else fill("Epochs: {epochs}; the last loss is {last:.4g}.", epochs=len(loss), last=loss[-1]),
        _ADVICE,
        severity="note" if unsure else "error" if over and found == "poor" else "warning",
        value=falling,
        threshold=FALLING,
    )
