"""How the network in question was trained, as far as it is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from multilayer.diagnosis.case import Case
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.interop.scikit_learn import config_of, initializer_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Adam
from multilayer.optimizers.table import registry
from multilayer.training import EarlyStopping, Metric

__all__ = ["setup_of"]


def setup_of(subject: Case, loss: Loss, metric: Metric) -> Setup:
    """Return the setup that made a network: that of its estimator, or what its course tells and `fit`'s defaults."""
    if subject.estimator is None:
        return _of_course(subject.network, subject.course, loss)
    return _of_settings(subject.network, subject.estimator, loss, metric)


def _of_network(network: MLP, loss: Loss) -> Setup:
    *hidden, output = (layer.activation for layer in network.layers)
    return Setup(
        widths=network.shape, activations=tuple(hidden), output=output, loss=loss, dtype=network.dtype
    )


def _of_course(network: MLP, course: TrainingRecord, loss: Loss) -> Setup:
    setup = replace(_of_network(network, loss), start=course.start)
    if course.epochs is not None:
        setup = replace(setup, epochs=course.epochs)
    if course.stopped == "plateau" or course.patience is not None:
        default = EarlyStopping()
        stopping = EarlyStopping(
            default.patience if course.patience is None else course.patience,
            default.tolerance if course.tolerance is None else course.tolerance,
        )
        setup = replace(setup, stopping=stopping)
    # An optimizer of the user's own is known by its name alone, and has fit's default in its place.
    known = course.optimizer is not None and registry.takes(course.optimizer)
    optimizer = registry.get(course.optimizer) if known else Adam()
    if isinstance(optimizer, LBFGS):
        return replace(setup, optimizer=optimizer, stopping=None)
    if course.learning_rate is not None:
        optimizer = replace(optimizer, learning_rate=course.learning_rate)  # type: ignore[type-var]
    return replace(setup, optimizer=optimizer)


def _of_settings(network: MLP, model: Any, loss: Loss, metric: Metric) -> Setup:
    setup = _of_network(network, loss)
    config = config_of(model, network, loss, metric)
    return replace(
        setup,
        initializer=initializer_of(model.activation, setup.activations),
        optimizer=config.optimizer,
        schedule=config.schedule,
        stopping=config.stopping,
        epochs=config.epochs,
        batch_size=config.batch_size,
        shuffle=config.shuffle,
        l2=config.l2,
        dropout=config.dropout or 0.0,
        held_out=float(model.validation_fraction) if config.metrics else None,
        metrics=config.metrics,
        estimator=type(model).__name__,
    )
