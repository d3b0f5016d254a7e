"""A network that memorizes the training data.

What it does: looks for three signs. A validation loss, of at least 5 epochs, that ends where more than half is lost
again of what it had gained over the best constant, while the training loss fell by more than 5% in the same time. A
loss of the given data that is above the last one of training by a quarter of the best constant's loss: they are other
data. And with more weights than samples, a score more than 0.15 above that of a kernel model on samples that it has
not seen, of the way from the best constant to perfection. Where less than half is left of what that model cannot
explain, and networks of this shape that fit all samples are estimated to be 0.1 behind that model on others, noise
was learned by heart; else it is a note, unless a validation loss is known. A classifier's loss may rise because it is
too sure: that is a note where its score is no more than 0.15 ahead of that model, or the model's may be chance, by
two standard errors, and on other data where it performs well.

Why it matters: the last weights predict new samples worse than earlier ones did.

Example: a large network on 50 samples.

What it cannot see: a validation set unlike the data to come.
"""

from __future__ import annotations

from multilayer.diagnosis.beside import by_chance
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs
from multilayer.diagnosis.performance import DONE, are_balanced, performance, skill_of
from multilayer.diagnosis.phrases import sentences
from multilayer.network import MLP

_LOST = 0.5
"""Of what the validation loss had gained over the best constant's. Classifiers that only become too sure lose less."""
_FELL = 0.05
_ABOVE = 0.25
"""Of the best constant's loss."""
_AHEAD, _BY_HEART, _LOSES = 0.15, 0.5, 0.1
"""Skill ahead of what can be learned, fraction of what that leaves which is fitted all the same, and skill lost."""
_FEWEST = 5


@check("Does what is learned hold for other samples?", needs.network)
def overfitting(evidence: Evidence, _: MLP) -> Outcomes:
    curves, learnable = needs.validation(_FEWEST)(evidence), needs.learnable(evidence)
    found = None if isinstance(learnable, NotMeasured) else learnable
    constant = None if evidence.outputs is None else evidence.outputs.constant_loss
    of_curves = "" if isinstance(curves, NotMeasured) else _of_curves(curves, constant or 0.0)
    measured, ahead = of_curves or _of_other_data(evidence), 0.0 if found is None else _ahead(evidence, found)
    by_heart = found is not None and _is_by_heart(found, ahead)
    # A loss that rises while the score is what can be learned: a classifier that becomes too sure.
    too_sure = found is not None and found.outputs.confusion is not None and ahead <= _AHEAD
    sure = by_heart or (bool(of_curves) and not too_sure)
    if not of_curves and measured:  # the score is one of samples that were not seen
        sure = performance(evidence) != "good"
    if not measured and found is not None and (by_heart or isinstance(curves, NotMeasured)):
        measured = _of_training_data(evidence, found, ahead)
    if not measured:
        if isinstance(curves, NotMeasured):
            yield curves
        return
    yield finding(
        evidence,
        fill(
            "the network memorizes the training data"
            if sure
            else "the network may have memorized the training data"
        ),
        measured,
        N_(
            "Keep the best weights ({early_stopping}). Larger values of {l2}, dropout, fewer units or more data help."
        ),
        severity="warning" if sure else "note",
    )


def _of_curves(curves: needs.Curves, constant: float) -> str:
    """Return by how much the validation loss rose while the training loss fell; empty for little."""
    loss, held_out = curves
    best = int(held_out.argmin())
    end = float(held_out[-max(1, len(held_out) // 10) :].mean())
    rise, gained = end - float(held_out[best]), constant - float(held_out[best])
    at = max((best + 1) * len(loss) // len(held_out) - 1, 0)
    fell = (loss[at] - loss[-1]) / abs(loss[at]) if loss[at] else 0.0
    if not rise > max(_LOST * gained, 0.0) or not fell > _FELL:
        return ""
    return fill(
        "The validation loss rose from {best:.4g} in epoch {epoch} to {end:.4g}, while the training loss fell from "
        "{then:.4g} to {last:.4g}.",
        best=held_out[best],
        end=end,
        epoch=at + 1,
        then=loss[at],
        last=loss[-1],
    )


def _of_other_data(evidence: Evidence) -> str:
    """Return by how much the loss of these data is above that of training; empty where they are the same."""
    outputs, history = evidence.outputs, evidence.course.history
    loss, constant = (outputs.loss, outputs.constant_loss) if outputs else (None, None)
    if loss is None or constant is None or history is None or not history.loss:
        return ""
    last = history.loss[-1]
    if not 0.0 <= last < constant or not loss - last > _ABOVE * constant:
        return ""
    return fill("The loss of these data is {loss:.4g}; training ended at {last:.4g}.", loss=loss, last=last)


def _ahead(evidence: Evidence, found: needs.Learnable) -> float:
    """Return how far the score is ahead; 0 for classes that the model tells apart but for the last samples.

    And 0 for classes of similar size where what the model tells apart may be chance.
    """
    outputs, attainable = found.outputs, found.attainable
    by_luck = are_balanced(outputs) and attainable <= by_chance(evidence, outputs, found.score)
    return 0.0 if outputs.confusion is not None and (by_luck or attainable > DONE) else -found.missed


def _is_by_heart(found: needs.Learnable, ahead: float) -> bool:
    """Return whether most of what cannot be explained is fitted all the same, and such networks lose by that."""
    heart = skill_of(found.outputs, found.outputs.by_heart_score)
    is_fitted = ahead > max(_AHEAD, _BY_HEART * (1.0 - found.attainable))
    return is_fitted and heart is not None and found.attainable - heart > _LOSES


def _of_training_data(evidence: Evidence, found: needs.Learnable, ahead: float) -> str:
    """Return how far the score is above that of samples which a model has not seen; empty where that means nothing."""
    weights, heart = needs.weights(evidence), found.outputs.by_heart_score
    if not are_balanced(found.outputs) or weights < evidence.samples or ahead <= _AHEAD:
        return ""
    return sentences(
        fill(
            "It has {weights} weights for {samples} samples, and scores {score:.3g} on them; a kernel model scores "
            "{attainable:.3g} on samples that it has not seen.",
            weights=weights,
            samples=evidence.samples,
            score=found.outputs.score,
            attainable=found.score,
        ),
        fill("Networks of this shape that fit all samples score about {score:.3g} on others.", score=heart)
        if heart is not None
        else "",
    )
