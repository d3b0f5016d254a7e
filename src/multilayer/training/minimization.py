"""A training by L-BFGS: each iteration over all the data is an epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from multilayer._base.translation import N_
from multilayer.optimizers import Minimum, Parameters
from multilayer.training.events import ENDINGS, Ending, Epoch, Stopped
from multilayer.training.lbfgs import Iterations, minimize
from multilayer.training.run import Run

__all__ = ["Minimization"]


class Minimization:
    """Moves a run from where it is to the end.

    `notify` is called with each epoch, `stop_reason` returns why to end after it, or None, and `worker_lost` is called
    with a worker of the cluster that is gone.
    """

    def __init__(
        self,
        run: Run,
        cluster: Any,
        notify: Callable[[Epoch], None],
        stop_reason: Callable[[], Stopped | None],
        worker_lost: Callable[[Any], None],
    ) -> None:
        self._run, self._notify, self._stop_reason = run, notify, stop_reason
        self._cluster, self._worker_lost = cluster, worker_lost
        self.minimum: Minimum | None = None
        """The result, once L-BFGS has ended by itself."""

    def epochs(self) -> Generator[Epoch, None, Ending]:
        """Yield the epochs; return why it has ended."""
        began, ended = time.perf_counter(), None
        with Iterations(self._task()) as iterations:
            for parameters, loss in iterations:
                event = self._epoch(parameters, loss, began)
                yield event
                began, ended = time.perf_counter(), self._ended_by(event)
                if ended is not None:
                    break
        self.minimum = iterations.minimum
        return self._ending(ended)

    def at_once(self, between: Callable[[], None]) -> Ending:
        """Do the same without yielding, and so without a second thread; `between` is called after each epoch."""
        began, ended = time.perf_counter(), None

        def ends(parameters: Parameters, loss: float) -> bool:
            nonlocal began, ended
            event = self._epoch(parameters, loss, began)
            between()
            began, ended = time.perf_counter(), self._ended_by(event)
            return ended is not None

        self.minimum = self._task()(ends)
        return self._ending(ended)

    def _task(self) -> Callable[[Callable[[Parameters, float], bool]], Minimum]:
        run, start = self._run, self._run.engine.parameters()
        return partial(
            minimize, run.config, run.activations, start, run.data, self._cluster, self._worker_lost
        )

    def _epoch(self, parameters: Parameters, loss: float, began: float) -> Epoch:
        event = self._run.end_iteration(parameters, loss, began)
        self._notify(event)
        return event

    def _ended_by(self, event: Epoch) -> Stopped | None:
        # After the last iteration SciPy ends by itself, and has more to report.
        return event.stopped if event.stopped not in (None, "epochs") else self._stop_reason()

    def _ending(self, ended: Stopped | None) -> Ending:
        if ended is not None or self.minimum is None:
            return ENDINGS[ended or "callback"]
        if not math.isfinite(self.minimum.value):
            return Ending(
                "not finite",
                N_("the loss of all samples is not finite; fill in missing values of X, and scale it"),
            )
        return Ending("epochs" if self.minimum.status == 1 else "plateau", self.minimum.message)
