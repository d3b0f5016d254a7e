"""An output activation that does not fit the loss or the targets.

What it does: asks the loss whether it accepts the output activation, and reports targets outside the activation's
range where they are more than 1% of all, and a last activation that turns probabilities into probabilities again: in
the network, or in a loss that takes weighted sums, which shows in a learning curve that stays above the least loss of
such outputs.

Why it matters: outputs that cannot reach the targets leave an error that no training removes.

Example: a sigmoid output for house prices; a softmax layer in front of a softmax.

What it cannot see: an activation whose range fits but whose shape does not.
"""

from __future__ import annotations

import math

from multilayer.activations import Sigmoid, Softmax
from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, Severity, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import sentence
from multilayer.losses import Loss

_EPOCHS = 5
_NEAR, _APART = 0.999, 0.3
"""Of the least loss of probabilities squashed twice; of the loss that training ended with."""
_UNREACHABLE = 0.01
"""Fraction of targets outside the output's range above which they are more than a few outliers."""


@check("Can the outputs reach what the loss and the targets ask for?", needs.outputs_and_loss, lasting=True)
def wrong_output(evidence: Evidence, given: tuple[OutputStatistics, Loss]) -> Outcomes:
    (outputs, loss), layers = given, len(evidence.layers)
    last, outside = evidence.network.layers[-1].activation.facts, outputs.unreachable or 0.0
    found = performance(evidence)
    severity: Severity = "note" if found == "good" else "warning" if found == "fair" else "error"
    if outputs.mismatch is not None:
        yield finding(
            evidence,
            fill(
                "the output activation {name} does not fit the loss {loss}",
                name=last.name,
                loss=loss.facts.name,
            ),
            sentence(outputs.mismatch),
            N_("Give the last layer another activation ({fitting}), or take another loss."),
            severity="error",
            layer=layers,
            fitting=loss.facts.advice or "identity",
        )
    by_curve = _floor(evidence, outputs)
    if outputs.probabilities_squashed or by_curve:
        yield finding(
            evidence,
            fill("probabilities are turned into probabilities a second time"),
            by_curve
            or fill(
                "The weighted sums of the last layer are probabilities already, and {name} flattens them: with "
                "sums between 0 and 1 no output comes near 1.",
                name=last.name,
            ),
            N_(
                "Keep one of the two: drop the {name} before the last layer, or give the loss the sums themselves."
            ),
            severity=severity,
            layer=layers,
            name=last.name,
        )
    if outside > _UNREACHABLE:
        yield finding(
            evidence,
            fill("the output activation {name} cannot reach the targets", name=last.name),
            fill(
                "{fraction} of the targets lie outside its range {range}.",
                fraction=percent(outside),
                range=last.range,
            ),
            N_(
                "For targets without bounds use the output activation identity ({identity_output}), or scale the "
                "targets into the range (sklearn.compose.TransformedTargetRegressor)."
            ),
            severity=severity,
            layer=layers,
            value=outside,
            threshold=_UNREACHABLE,
        )


def _floor(evidence: Evidence, outputs: OutputStatistics) -> str:
    """Return that training never came below the loss of probabilities squashed twice, unlike these outputs; or "".

    A softmax of k probabilities loses ln(1 + (k - 1) / e) at least, a sigmoid of one ln(1 + 1/e) on each positive
    sample and ln 2 on each other one, if it is sure of all. None loses more than 1 + ln k.
    """
    history, last, counts = evidence.course.history, evidence.network.layers[-1], outputs.target_counts
    if history is None or len(history.loss) < _EPOCHS or outputs.loss is None or counts is None:
        return ""
    if isinstance(last.activation, Softmax) and last.units > 1:
        floor = math.log1p((last.units - 1) / math.e)
    elif isinstance(last.activation, Sigmoid) and len(counts) == 2:
        positive = counts[1] / counts.sum()
        floor = float(positive * math.log1p(1.0 / math.e) + (1.0 - positive) * math.log(2.0))
    else:
        return ""
    lowest, ended, highest = min(history.loss), history.loss[-1], 1.0 + math.log(len(counts))
    if (
        lowest < _NEAR * floor
        or max(history.loss) > highest
        or evidence.course.penalty
        or performance(evidence) == "unknown"
        or not abs(outputs.loss - ended) > _APART * ended
    ):
        return ""
    return fill(
        "The loss of training never came below {lowest:.4g}, and probabilities that are squashed twice lose "
        "{floor:.4g} at least; the loss of these outputs, squashed once, is {loss:.4g}.",
        lowest=lowest,
        floor=floor,
        loss=outputs.loss,
    )
