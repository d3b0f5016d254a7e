"""The optimizer of an estimator, at work: its memory, and the learning rate by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.errors import InputError
from multilayer.optimizers import (
    SGD,
    Adam,
    Adaptive,
    Constant,
    InverseScaling,
    Optimizer,
    OptimizerState,
    Schedule,
    Time,
)

__all__ = ["Course", "course_of"]


@dataclass(eq=False)
class Course:
    """What has to survive from one `partial_fit` to the next, beside the weights."""

    optimizer: Optimizer
    schedule: Schedule
    base: float
    """The rate that the schedule starts from."""
    memory: OptimizerState | None = None
    steps: int = 0
    samples: int = 0

    def rates(self, batches: int, epochs: int) -> NDArray[np.float64]:
        """Return the learning rate of every batch of the next epoch, out of so many."""
        total = epochs * batches
        times = (Time(self.steps + batch, self.samples, total) for batch in range(batches))
        return np.array([self.schedule.rate(self.base, time) for time in times])

    @property
    def learning_rate(self) -> float:
        """The rate of the next step, where the schedule does not depend on the number of all steps."""
        return self.schedule.rate(self.base, Time(self.steps, self.samples, None))

    def slow_down(self) -> bool:
        """Lower the rate after training has stalled; False when the schedule would rather stop."""
        base = self.schedule.on_plateau(self.base)
        if base is not None:
            self.base = base
        return base is not None


def course_of(estimator: Any) -> Course:
    """Return the course that the parameters of an estimator describe."""
    optimizer = estimator.optimizer
    if optimizer is None:
        rate = float(estimator.learning_rate_init)
        if estimator.solver == "sgd":
            optimizer = SGD(rate, estimator.momentum, estimator.nesterovs_momentum)
        else:
            optimizer = Adam(rate, estimator.beta_1, estimator.beta_2, estimator.epsilon)
    elif not isinstance(optimizer, Optimizer):
        raise InputError(
            f"optimizer must be one of multilayer.optimizers, as in Adam(0.001), or None; got {optimizer!r}"
        )
    return Course(optimizer, _schedule(estimator), optimizer.learning_rate)


def _schedule(estimator: Any) -> Schedule:
    chosen = estimator.learning_rate
    if isinstance(chosen, Schedule):
        return chosen
    if estimator.solver != "sgd" or estimator.optimizer is not None:
        return Constant()  # as in scikit-learn, whose Adam knows no schedule
    return {
        "constant": Constant(),
        "invscaling": InverseScaling(estimator.power_t),
        "adaptive": Adaptive(),
    }[chosen]
