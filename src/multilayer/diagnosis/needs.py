"""What checks need. Each function returns it from the evidence, or the reason why it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from multilayer._base.text import fill
from multilayer.diagnosis.check import NotMeasured
from multilayer.diagnosis.evidence import (
    Evidence,
    Floats,
    GradientStatistics,
    InputStatistics,
    Integers,
    Layers,
    OutputStatistics,
)
from multilayer.diagnosis.performance import shortfall, skill_of
from multilayer.diagnosis.phrases import options, unknown
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training import History


class Classes(NamedTuple):
    """Counts of samples by class."""

    actual: Integers
    predicted: Integers
    confusion: Integers
    """Samples of class i that were predicted as j."""


class Curves(NamedTuple):
    """The learning curves; the validation loss may be measured after every so many epochs only."""

    loss: Floats
    validation: Floats


class Learnable(NamedTuple):
    """What a kernel model reaches on samples that it has not seen."""

    outputs: OutputStatistics
    score: float
    explained: float
    """R^2; of classes, that of their 0/1 columns."""
    attainable: float
    """The score on the way from the best constant (0) to perfection (1)."""
    missed: float
    """By how much the network is behind, on the same way."""


def network(evidence: Evidence) -> MLP:
    """Nothing but the network, which is always there."""
    return evidence.network


def inputs(evidence: Evidence) -> InputStatistics | NotMeasured:
    """The columns of X."""
    if "inputs" in evidence.missing:
        return NotMeasured(reason=evidence.missing["inputs"])
    return evidence.inputs if evidence.samples else _no_samples()


def layers(evidence: Evidence) -> Layers | NotMeasured:
    """What each layer does over the samples."""
    return evidence.layers if evidence.samples else _no_samples()


def outputs(evidence: Evidence) -> OutputStatistics | NotMeasured:
    """Predictions beside targets."""
    if not evidence.samples:
        return _no_samples()
    if evidence.outputs is not None:
        return evidence.outputs
    missing = evidence.missing
    return NotMeasured(reason=missing.get("y") or missing.get("loss") or unknown("y", evidence.caller))


def outputs_and_loss(evidence: Evidence) -> tuple[OutputStatistics, Loss] | NotMeasured:
    """Predictions beside targets, and the loss that compares them."""
    found = outputs(evidence)
    if isinstance(found, NotMeasured):
        return found
    return NotMeasured(reason=fill("no loss was given")) if evidence.loss is None else (found, evidence.loss)


def learnable(evidence: Evidence) -> Learnable | NotMeasured:
    """What can be learned, beside the network."""
    found = outputs(evidence)
    if isinstance(found, NotMeasured):
        return found
    score, explained = found.attainable_score, found.attainable_explained
    reached, missed = skill_of(found, score), shortfall(evidence, linear=False)
    if score is None or explained is None or reached is None or missed is None:
        return NotMeasured(
            reason=evidence.missing.get("linear")
            or fill("there are too few samples to predict some from others")
        )
    return Learnable(found, score, explained, reached, missed)


def hidden(evidence: Evidence) -> MLP | NotMeasured:
    """A network with hidden layers, and something to compare its performance with."""
    if len(evidence.network.layers) > 1 and shortfall(evidence) is not None:
        return evidence.network
    return NotMeasured(
        reason=evidence.missing.get("linear") or fill("there is no hidden layer, or nothing to compare with")
    )


def weights(evidence: Evidence) -> int:
    """The number of all weights and biases."""
    return sum(layer.W.size + layer.b.size for layer in evidence.network.layers)


def linear_model(evidence: Evidence) -> OutputStatistics | NotMeasured:
    """Predictions beside targets, and those of a linear model."""
    found = outputs(evidence)
    if isinstance(found, NotMeasured) or found.linear_score is not None:
        return found
    return NotMeasured(reason=evidence.missing.get("linear") or fill("no linear model was fitted"))


def classes(evidence: Evidence) -> Classes | NotMeasured:
    """Counts of actual and predicted classes."""
    found = outputs(evidence)
    if isinstance(found, NotMeasured):
        return found
    if found.target_counts is None or found.predicted_counts is None or found.confusion is None:
        return NotMeasured(reason=fill("the targets are not classes"))
    return Classes(found.target_counts, found.predicted_counts, found.confusion)


def gradients(evidence: Evidence) -> tuple[GradientStatistics, ...] | NotMeasured:
    """The gradient in each layer."""
    found = outputs(evidence)
    return found if isinstance(found, NotMeasured) else evidence.gradients or ()


def start(
    evidence: Evidence,
) -> tuple[Layers, Layers] | NotMeasured:
    """The layers before training, and those of the same network with weights that the initializers draw."""
    if not evidence.samples:
        return _no_samples()
    if evidence.start is not None and evidence.reference is not None:
        return evidence.start, evidence.reference
    return NotMeasured(
        reason=evidence.missing.get("start") or fill("numbers overflow in the network before training")
    )


def history(evidence: Evidence) -> History | NotMeasured:
    """The learning curves as they were recorded."""
    if evidence.course.history is not None:
        return evidence.course.history
    return NotMeasured(reason=unknown("history", evidence.caller))


def epochs(minimum: int = 0) -> Callable[[Evidence], Floats | NotMeasured]:
    """The loss after each epoch, for at least so many epochs."""

    def loss_curve(evidence: Evidence) -> Floats | NotMeasured:
        found = history(evidence)
        if isinstance(found, NotMeasured):
            return found
        loss = np.asarray(found.loss, np.float64)
        bad = np.flatnonzero(~np.isfinite(loss))
        if bad.size:  # every comparison with nan is false, and would pass any check
            return NotMeasured(reason=fill("the loss is not finite in epoch {epoch}", epoch=bad[0] + 1))
        return loss if len(loss) >= minimum else too_few_epochs(len(loss))

    return loss_curve


def validation(minimum: int) -> Callable[[Evidence], Curves | NotMeasured]:
    """The loss and the validation loss, for at least so many epochs."""

    def curves(evidence: Evidence) -> Curves | NotMeasured:
        loss, recorded = epochs()(evidence), history(evidence)
        if isinstance(loss, NotMeasured):
            return loss
        if isinstance(recorded, NotMeasured):
            return recorded
        held_out = np.asarray(recorded.validation_loss, np.float64)
        if not held_out.size:
            return NotMeasured(
                reason=fill("there is no validation loss; train with {validation}", **options(evidence))
            )
        bad = np.flatnonzero(~np.isfinite(held_out))
        if bad.size:
            return NotMeasured(
                reason=fill("the validation loss is not finite in epoch {epoch}", epoch=bad[0] + 1)
            )
        fewest = min(len(loss), len(held_out))
        return Curves(loss, held_out) if fewest >= minimum else too_few_epochs(fewest)

    return curves


def too_few_epochs(count: int) -> NotMeasured:
    """The reason for a curve that is too short."""
    return NotMeasured(
        reason=fill(
            "one epoch is too few to judge" if count == 1 else "{count} epochs are too few to judge",
            count=count,
        )
    )


def too_few_samples(count: int) -> NotMeasured:
    """The reason for samples that are too few to correlate."""
    return NotMeasured(
        reason=fill(
            "one sample is too few for a correlation"
            if count == 1
            else "{count} samples are too few for a correlation",
            count=count,
        )
    )


def _no_samples() -> NotMeasured:
    return NotMeasured(reason=fill("no sample passes through the network with finite numbers only"))
