"""L-BFGS: all samples in every step, the line search of SciPy."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from multilayer._base.errors import InputError
from multilayer.estimators.samples import Samples
from multilayer.estimators.stochastic import NOT_FINITE
from multilayer.estimators.watching import (
    measure_validation,
    note_validation,
    print_loss,
    progress,
    tell,
    tell_end,
    warn_of_interruption,
)
from multilayer.optimizers import LBFGS, Constant, Minimum, OptimizerState, Schedule
from multilayer.training import Epoch
from multilayer.training.config import TrainConfig
from multilayer.training.loop import Training
from multilayer.training.plan import State
from multilayer.training.state import TrainState, parameters_of

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = ["fit"]


def fit(estimator: Perceptron, samples: Samples, validation: Samples | None) -> None:
    """Minimise the objective over all samples, with SciPy's L-BFGS-B as scikit-learn calls it."""
    _refuse(estimator)
    held_out = None if validation is None else validation.arrays()
    network = estimator.network_
    recipe = TrainConfig.of(
        network,
        loss=estimator._loss(),
        optimizer=LBFGS(float(estimator.tol), int(estimator.max_fun)),
        schedule=Constant(),
        epochs=int(estimator.max_iter),
        batch_size=len(samples),
        shuffle=False,
        stopping=None,
        clip=None,
        dropout=estimator.dropout,
        l2=float(estimator.alpha),
        weight_decay=0.0,
        metrics=measure_validation(estimator, held_out),
    )
    start = State(parameters_of(network), OptimizerState(0, {}))
    position = TrainState(start, estimator._random_state, 1.0)
    training = Training(network, recipe, samples.arrays(), held_out, position, (), None, None)
    with training.interruption, progress(estimator, training) as show:
        for epoch in training:
            assert isinstance(epoch, Epoch)  # noqa: S101  (L-BFGS has no steps)
            estimator.n_iter_, estimator.loss_ = epoch.epoch, epoch.loss
            note_validation(estimator, epoch)
            if estimator.verbose:
                print_loss(epoch)
            show(epoch)
            tell(estimator, training, epoch)
    trained, minimum = training.trained, training.minimum
    tell_end(estimator, trained)
    if trained.stopped == "not finite":
        raise ValueError(f"{NOT_FINITE} ({trained.message})")
    if minimum is not None:
        estimator.n_iter_, estimator.loss_ = min(minimum.iterations, estimator.max_iter), minimum.value
        if minimum.status != 0:
            _warn(minimum, estimator)
    elif trained.stopped == "interrupted":
        warn_of_interruption(stacklevel=6)
    if not all(np.isfinite(array).all() for array in parameters_of(trained.network)):
        raise ValueError(NOT_FINITE)
    estimator._adopt(trained.network)


def _refuse(estimator: Perceptron) -> None:
    """Refuse what L-BFGS has no use for, and scikit-learn has no name for: it would be left out without a word."""
    why = {
        "dropout": "needs one and the same objective all the way",
        "learning_rate": "finds the length of its steps by itself",
        "checkpoint": "is SciPy's, which does not give away where it is",
    }
    given = {
        "dropout": bool(np.any(estimator.dropout)),
        "learning_rate": isinstance(estimator.learning_rate, Schedule),
        "checkpoint": estimator.checkpoint is not None,
    }
    for name, is_given in given.items():
        if is_given:
            raise InputError(
                f"solver='lbfgs' takes no {name}={getattr(estimator, name)!r}: it {why[name]}; "
                "leave it out, or use solver='adam'"
            )


def _warn(minimum: Minimum, estimator: Perceptron) -> None:
    more = ""
    if estimator.n_iter_ == estimator.max_iter:
        more = (
            f"\nIncrease the number of iterations to improve the convergence (max_iter={estimator.max_iter})."
        )
    warnings.warn(
        f"lbfgs failed to converge after {estimator.n_iter_} iteration(s) (status={minimum.status}):\n"
        f"{minimum.message}\n{more}\n"
        "You might also want to scale the data as shown in:\n"
        "    https://scikit-learn.org/stable/modules/preprocessing.html",
        ConvergenceWarning,
        stacklevel=5,
    )
