"""`diagnose`: measure once, ask every check, name the cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from multilayer._base.errors import InputError
from multilayer._base.fields import checked_flag
from multilayer._base.names import with_known_options
from multilayer._base.random import Seed, generator
from multilayer.diagnosis.case import case_of, loss_of_numbers, natural_loss
from multilayer.diagnosis.checks import CHECKS
from multilayer.diagnosis.diagnosis import Diagnosis
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.statistics import Sources, measure
from multilayer.diagnosis.told import course_of
from multilayer.diagnosis.verdict import conclude
from multilayer.losses import Loss
from multilayer.training import History, Trained
from multilayer.training.data import inputs

__all__ = ["diagnose"]


@with_known_options
def diagnose(
    model: Any,
    X: Any,
    y: ArrayLike | None = None,
    loss: Loss | str | None = None,
    *,
    course: TrainingRecord | Trained | History | None = None,
    baseline: bool = True,
    rng: Seed = 0,
) -> Diagnosis:
    """Say why a network does not learn: measure it on data, unit by unit, and name the main cause of trouble.

    Data are read once, a block of rows at a time, in memory that does not grow with them. Samples that lead to numbers
    that are not finite are named, and left out of everything else.

    Parameters
    ----------
    model : MLP, or what `multilayer.from_model` takes
        The network as it is now. What `fit` returned and a fitted estimator tell their loss and their course as well;
        of a pipeline the last step is diagnosed, with samples as they reach it.
    X : array_like or sparse, shape (samples, inputs)
        Samples, in memory, memory-mapped or sparse; columns of a data frame by the names of the inputs, where the model
        tells some.
    y : array_like, optional
        Targets in the form that the loss takes; where the model has class labels, y of shape (samples,) holds labels
        (`multilayer.network.labels`). Without them only activations are
        measured.
    loss : Loss or str, optional
        What was or would be descended on. Unless given or told by the training, the one that belongs to the output
        activation is taken: cross-entropy for softmax and sigmoid, the squared error for the identity, and for
        activations to which none belongs where y has a number for each output. A PyTorch model
        that ends in Linear is a classifier, its outputs logits, where this is a cross-entropy; unless given, where y
        holds classes: strings, one whole number per sample for several outputs, or 0 and 1 alone. The evidence says so.
    course : TrainingRecord, Trained or History, optional
        What is known of the training: the loss and its curve, why it ended, the network it started from; all of that
        is in what `fit` returned.
    baseline : bool
        Whether a linear model is fitted to some of the samples, to compare with.
    rng : Generator, RandomState, int or None
        Which samples are looked at first, where there are more than 2048.

    Returns
    -------
    Diagnosis
        The verdict in one sentence, then findings with evidence and advice, and what could not be measured.

    Raises
    ------
    InputError
        When X, y or loss do not fit the model, or there are no samples.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer import MLP, Dense
    >>> X = np.random.default_rng(0).standard_normal((100, 2))
    >>> hidden = Dense([[1.0, 0.5], [-0.5, 1.0]], [-20.0, 0.0], "relu")
    >>> found = diagnose(MLP([hidden, Dense([[1.0], [1.0]])]), X)
    >>> found.findings[0].title
    'unit 1 of layer 1 is dead'
    """
    baseline = checked_flag("baseline", baseline)
    subject = case_of(model, X, y)
    if course is not None:
        subject = replace(subject, course=course_of(course))
    subject, chosen, notes = read_as_trained(subject, loss)
    network, samples, known = subject.network, inputs(subject.network, subject.X), subject.course
    missing: dict[str, str] = {}
    if y is None:
        missing["y"] = "no y was given"
    elif chosen is None:
        activation = network.layers[-1].activation
        chosen, name = natural_loss(activation), activation.facts.name
        if chosen is not None:
            note = f"no loss was given: {chosen.facts.name} is taken, which belongs to the output activation {name}"
            notes = (note, *notes)
        elif (chosen := loss_of_numbers(subject.y, network.shape[-1])) is not None:
            notes = (
                f"no loss was given, and none belongs to the output activation {name}: squared is taken",
            )
        else:
            missing["loss"] = (
                f"no loss was given, and none belongs to the output activation {name}; give loss="
            )
    targets = None
    if y is not None and chosen is not None:
        targets = subject.targets(chosen)
        if len(targets) != samples.shape[0]:
            raise InputError(
                f"X has {samples.shape[0]} samples but y has {len(targets)}; expected one target per sample"
            )
    if known.start is None:
        missing["start"] = "the network before training is not known; give course=TrainingRecord(start=...)"
    if known.history is None:
        missing["history"] = "the loss curve is not known; give course=, what fit returned"
    if not baseline:
        missing["linear"] = "no linear model was fitted, as was asked"
    sources = Sources(network, samples, targets, chosen, known, missing, notes)
    evidence = measure(sources, generator(rng), baseline=baseline)
    return conclude(evidence, CHECKS)
