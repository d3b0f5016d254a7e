"""The optimizer of an estimator, and what it remembers from one `partial_fit` to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from multilayer._base.randomness import Random
from multilayer.interop.scikit_learn_settings import optimizer_of, schedule_of
from multilayer.network import MLP
from multilayer.optimizers import Optimizer, Schedule, Time
from multilayer.training import Memory
from multilayer.training.plan import State
from multilayer.training.state import TrainState, parameters_of

__all__ = ["Course", "course_of"]


@dataclass(eq=False)
class Course:
    """An optimizer at work: its rule, how its rate changes, and its memory once it has made a step."""

    optimizer: Optimizer
    schedule: Schedule
    memory: Memory | None = None

    @property
    def learning_rate(self) -> float:
        """The rate of the next step, for a schedule that does not ask how many steps there will be."""
        if self.memory is None:
            return self.optimizer.learning_rate
        return self.schedule.rate(
            self.memory.learning_rate, Time(self.memory.steps, self.memory.samples, None)
        )

    def position(self, network: MLP, random: Random) -> TrainState:
        """Return where a training of `network` begins."""
        parameters, memory = parameters_of(network), self.memory
        if memory is None:
            state = State(parameters, self.optimizer.init(parameters))
            return TrainState(state, random, self.optimizer.learning_rate)
        return TrainState(
            State(parameters, memory.optimizer),
            random,
            memory.learning_rate,
            steps=memory.steps,
            samples=memory.samples,
        )


def course_of(estimator: Any) -> Course:
    """Return the course that the parameters of an estimator describe."""
    optimizer = optimizer_of(estimator)
    assert isinstance(optimizer, Optimizer)  # noqa: S101  (L-BFGS is quasi_newton's)
    return Course(optimizer, schedule_of(estimator))
