"""`diagnose`: measure once, run every check, name the cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from multilayer import losses
from multilayer._base.arrays import plain_array
from multilayer._base.errors import InputError
from multilayer._base.fields import checked_flag
from multilayer._base.names import with_known_options
from multilayer._base.random import Seed, generator
from multilayer._base.text import fill
from multilayer.diagnosis.case import Case, case_of, course_of, loss_of_numbers
from multilayer.diagnosis.checks import CHECKS
from multilayer.diagnosis.diagnosis import Diagnosis, conclude
from multilayer.diagnosis.evidence import Caller, TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.measure import Sources, measure
from multilayer.diagnosis.phrases import unknown
from multilayer.losses import Loss
from multilayer.training import History, Trained
from multilayer.training.samples import inputs

__all__ = ["diagnose", "diagnose_case"]


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
    """Find out why a network does not learn: measure it on data, unit by unit, and name the main cause.

    Data are read once, a block of rows at a time, in memory that does not grow with them. Samples that lead to numbers
    that are not finite are named, and left out of everything else. docs/diagnosis.md explains every check.

    Parameters
    ----------
    model : MLP, or what `multilayer.from_model` takes
        The network as it is now. What `fit` returned and fitted estimators bring their loss and their learning curves;
        of a pipeline the last step is diagnosed, on samples as they reach it.
    X : array_like or sparse, shape (samples, inputs)
        Samples, in memory, memory-mapped or sparse; columns of a data frame by the names of the inputs, where the model
        has some.
    y : array_like, optional
        Targets in the form that the loss takes; where the model has class labels, y of shape (samples,) holds labels
        (`multilayer.network.labels`). Without them only activations are measured.
    loss : Loss or str, optional
        The loss the network was (or would be) trained with. Unless given or known from the training, it is the one that
        belongs to the output activation: cross-entropy for softmax and sigmoid, the squared error for the identity, and
        for other activations where y has a number for each output. A PyTorch model that ends in Linear is a classifier
        with logits as outputs where this is a cross-entropy; unless given, where y holds classes: strings, one whole
        number per sample for several outputs, or 0 and 1 alone. `evidence.notes` says what was decided.
    course : TrainingRecord, Trained or History, optional
        What is known of the training: the loss and its curve, why it ended, the network it started from. What `fit`
        returned has all of that.
    baseline : bool
        Whether a linear model is fitted to some of the samples, to compare with.
    rng : Generator, RandomState, int or None
        Which samples are read first, where there are more than 2048.

    Returns
    -------
    Diagnosis
        The verdict, then findings with evidence and advice, and what could not be measured.

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
    'dead units in layer 1: 1'
    """
    baseline = checked_flag("baseline", baseline)
    case = case_of(model, X, y)
    if course is not None:
        case = replace(case, course=course_of(course))
    caller: Caller = "estimator" if case.estimator is not None else "torch" if case.ends_in_sums else "fit"
    return diagnose_case(case, loss, caller, baseline=baseline, rng=rng)


def diagnose_case(
    case: Case, loss: Loss | str | None, caller: Caller, *, baseline: bool = True, rng: Seed = 0
) -> Diagnosis:
    """Diagnose a case, with advice in the words of the caller."""
    case, chosen, notes = read_as_trained(case, loss)
    samples, missing = inputs(case.network, case.X), _missing(case.course, caller)
    if case.encoded:
        missing["inputs"] = fill("an encoder scales the columns and divides them into bins")
    if case.y is None:
        missing["y"] = unknown("y", caller)
    elif chosen is None:
        chosen, note = _loss_of(case)
        if chosen is None:
            name = case.network.layers[-1].activation.facts.name
            missing["loss"] = unknown("loss", caller, activation=name)
        else:
            notes = (note, *notes)
    targets = None
    if case.y is not None and chosen is not None:
        targets = case.targets(chosen)
        if len(targets) != samples.shape[0]:
            raise InputError(
                "X has {samples} samples but y has {targets}; expected one target per sample",
                samples=samples.shape[0],
                targets=len(targets),
            )
    if not baseline:
        missing["linear"] = fill("no linear model was fitted, because baseline=False was given")
    sources = Sources(case.network, samples, targets, chosen, case.course, missing, notes, caller)
    return conclude(measure(sources, generator(rng), baseline=baseline), CHECKS)


def _missing(course: TrainingRecord, caller: Caller) -> dict[str, str]:
    """Return what is not known of a training, and how to give it."""
    known = {"start": course.start, "history": course.history}
    return {name: unknown(name, caller) for name, value in known.items() if value is None}


def _loss_of(case: Case) -> tuple[Loss | None, str]:
    """Return the loss for a network of which none is known, and a note; None where none belongs to it."""
    activation = case.network.layers[-1].activation
    chosen, name = losses.for_activation(activation), activation.facts.name
    numbers = loss_of_numbers(case.y, case.network.widths[-1])
    if chosen is not None and numbers is not None and not _takes(chosen, case):
        return numbers, fill(
            "no loss was given: {loss} belongs to the output activation {name}, but does not take these targets; "
            "squared is taken",
            loss=chosen.facts.name,
            name=name,
        )
    if chosen is not None:
        return chosen, fill(
            "no loss was given: {loss} is taken, which belongs to the output activation {name}",
            loss=chosen.facts.name,
            name=name,
        )
    if numbers is not None:
        return numbers, fill(
            "no loss was given, and none belongs to the output activation {name}: squared is taken", name=name
        )
    return None, ""


def _takes(loss: Loss, case: Case) -> bool:
    """Return whether a loss takes so many outputs, and the range of the targets, where these are finite numbers."""
    try:
        loss.check_units(case.network.widths[-1])
    except InputError:
        return False
    array, need = plain_array("y", case.y), loss.facts.targets
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        return True  # the loss itself says what is wrong with them
    return bool(((need.low <= array) & (array <= need.high)).all())
