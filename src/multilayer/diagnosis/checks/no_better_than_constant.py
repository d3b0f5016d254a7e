"""A network that a constant could replace, whatever the reason.

What it does: compares score and loss with those of the best constant. The network is better where one of the two is,
by more than two standard errors: for classes twice the root of the number of samples that one of network and constant
alone gets right (McNemar 1947); for R^2 and for the loss reduction 4/n, the square of a correlation of 2/sqrt(n), at
least 1%, and 10% are always enough. It is the catch-all: any other finding as severe comes first.

Why it matters: nothing was learned, or nothing that holds for these data.

Example: XOR with two sigmoid units stays at a loss of ln 2; 3 of 4 right are no better than 2 of 4 then.

What it cannot see: the cause. Where a linear model does no better either, nothing learnable was shown. It is a
warning while the loss falls, and a note in the first epochs of training.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import is_one_class, linear_is_better, outputs_alike, versus_constant
from multilayer.diagnosis.course import early, just_begun, loss_was_low
from multilayer.diagnosis.evidence import OutputStatistics
from multilayer.diagnosis.kit import N_, Evidence, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.phrases import sentences

ADVICE = {
    "inverted": N_(
        "Look first at the labels: with the two classes exchanged it would be better than a constant; their "
        "order in y may differ from that of training."
    ),
    "other data": N_(
        "Look first at the data: training ended at a loss far below this one, so these are not the X and y "
        "of training; rows of y in another order, other units or another scaling of X do that."
    ),
    "training": N_(
        "Look first at the training: more {epochs}, {learning_rate} ten times as high or as low, other "
        "starting weights ({other_weights}), standardized X and y; try_fixes(...) tries them."
    ),
}
"""By what to look at first."""


@check("Is the network better than a constant?", needs.outputs, catch_all=True)
def no_better_than_constant(evidence: Evidence, outputs: OutputStatistics) -> Outcomes:
    found, loss, constant = versus_constant(evidence, outputs), outputs.loss, outputs.constant_loss
    if found == "better" or (found == "equal" and constant == 0.0):  # all targets are the same
        return
    yield finding(
        evidence,
        fill(
            "the network is worse than a constant"
            if found == "worse"
            else "the network is no better than a constant"
        ),
        sentences(
            fill("Loss {loss:.4g} (best constant {constant:.4g}).", loss=loss, constant=constant)
            if loss is not None and constant is not None
            else "",
            fill("All samples are predicted to be of one class.") if is_one_class(outputs) else "",
            fill("Its outputs are nearly the same for all samples.") if outputs_alike(evidence) else "",
            _linear_model(evidence, outputs),
        ),
        ADVICE[_first(evidence, outputs, found == "worse")],
        severity="note" if just_begun(evidence) else "warning" if early(evidence) else "error",
        value=outputs.score,
        threshold=outputs.constant_score,
    )


def _linear_model(evidence: Evidence, outputs: OutputStatistics) -> str:
    if outputs.linear_score is None:
        return ""  # `linear_enough` gives the reason
    if linear_is_better(evidence):
        return fill("A linear model does better, so there is something to learn.")
    if outputs.linear_score > max(outputs.score or 0.0, outputs.constant_score or 0.0):
        return fill("A linear model does better by no more than chance: nothing learnable was shown.")
    return fill("A linear model does no better either: nothing learnable was shown.")


def _first(evidence: Evidence, outputs: OutputStatistics, worse: bool) -> str:
    """Return what to look at first."""
    score, constant, confusion = outputs.score or 0.0, outputs.constant_score or 0.0, outputs.confusion
    if worse and confusion is not None and len(confusion) == 2 and 1.0 - score > constant:
        return "inverted"
    return "other data" if loss_was_low(evidence) else "training"
