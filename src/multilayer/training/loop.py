"""The training loop: an iterator of events."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from typing import Any, Self

from multilayer._base.errors import InputError
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Minimum
from multilayer.training.block_engine import cluster_sums
from multilayer.training.blocks import ShuffledBlocks
from multilayer.training.checkpoint_writer import CheckpointWriter, described
from multilayer.training.config import TrainConfig
from multilayer.training.curves import Curves
from multilayer.training.data import Arrays, Source
from multilayer.training.events import (
    ENDINGS,
    Callback,
    Ending,
    Epoch,
    Step,
    Stopped,
    Trained,
    call_ended,
    call_lost,
)
from multilayer.training.interruption import ConsistentReads, Interruption
from multilayer.training.minimization import Minimization
from multilayer.training.run import Run
from multilayer.training.state import Progress, TrainState

__all__ = ["Training"]


class Training(Iterator[Step | Epoch]):
    """A training under way: yields its events, and has the outcome as `trained`.

    >>> from multilayer import initialize, train
    >>> training = train(initialize((1, 2, 1), rng=0), [[0.0], [1.0]], [1.0, 3.0], loss="squared", epochs=2, rng=0)
    >>> [event.epoch for event in training], training.trained.stopped
    ([1, 2], 'epochs')
    """

    def __init__(  # noqa: PLR0913
        self,
        network: MLP,
        config: TrainConfig,
        data: Source,
        held_out: Arrays | None,
        state: TrainState,
        *,
        callbacks: tuple[Callback, ...] = (),
        every: int | None = None,
        writer: CheckpointWriter | None = None,
        start: MLP | None = None,
        cluster: Any = None,
    ) -> None:
        self.network = network
        """The network that training started from."""
        self.config = config
        self.interruption = Interruption()
        self._data, self._held_out, self._start = data, held_out, start
        self._run = Run(network, config, data, held_out, state)
        self._callbacks, self._every, self._writer = callbacks, every, writer
        self._cluster = cluster
        if writer is not None and self._run.ended is None:
            writer.check_ready(state.rng)
        self._stop_asked = False
        self._has_ended = False
        self._ending = ENDINGS["callback"]
        self._reads = ConsistentReads()
        self._minimization = Minimization(
            self._run, cluster, self._notify, self._stop_reason, self._worker_lost
        )
        self._events = self._iterations() if isinstance(config.optimizer, LBFGS) else self._epochs()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step | Epoch:
        with self.interruption:
            with self._reads.changing():
                event = next(self._events, None)
            if event is None:
                self._end()
                raise StopIteration
            return event

    def run(self, *callbacks: Callback) -> Trained:
        """Train to the end, and return the outcome; these callbacks come after those of the training itself."""
        self._callbacks += callbacks
        with self.interruption:
            anew = not (self._has_ended or self._run.progress.epoch)
            if isinstance(self.config.optimizer, LBFGS) and anew:
                with self._reads.changing():
                    self._ending = self._minimization.at_once(self._reads.answer)
                self._events.close()  # there is nothing left to iterate
                self._end()
            else:
                for _ in self:
                    pass
        return self.trained

    def stop(self) -> None:
        """Ask training to end before the next event."""
        self._stop_asked = True

    @property
    def trained(self) -> Trained:
        """The outcome, or when training has not ended, what it would be if it ended now.

        It may be read at any time: in a callback, from another thread, which waits until the step under way is over,
        and in a signal handler.
        """
        return self._reads(lambda: self._run.trained(self._ending, self._start))

    @property
    def current(self) -> MLP:
        """The network of that outcome, for the price of a copy of its numbers."""
        return self._reads(self._run.outcome)

    @property
    def minimum(self) -> Minimum | None:
        """The result of L-BFGS, once it has ended by itself."""
        return self._minimization.minimum

    @property
    def ending(self) -> Ending:
        """Why it has ended, once it has: its sentence can be had in any language."""
        return self._ending

    @property
    def progress(self) -> Progress:
        """How far training is, after the last whole run of steps."""
        return self._run.progress

    @property
    def described(self) -> str:
        """The data in one line, with digests: two trainings of the same data have the same one."""
        return described(self._data)

    @property
    def batches(self) -> int | None:
        """Batches in an epoch, where that is known."""
        return self._run.batches

    @property
    def state(self) -> TrainState:
        """All that changes while training runs, between two events or after the last one; `resumed` goes on from it."""
        state = self._run.state()
        return replace(state, rng=deepcopy(state.rng))

    def resumed(self, state: TrainState, *, every: int | None = None) -> Training:
        """Return a training of the same network, data and settings that goes on from a state, with the same bits.

        It has neither callbacks nor a checkpoint. L-BFGS has no such state.
        """
        # Both may be gone on from once more.
        progress = replace(state.progress, curves=Curves.of(state.progress.curves))
        state = replace(state, rng=deepcopy(state.rng), progress=progress)
        return Training(
            self.network, self.config, self._data, self._held_out, state, every=every, start=self._start
        )

    def show_inside_epochs(self) -> int | None:
        """Yield a `Step` at every hundredth of an epoch, unless others are asked for, where data are blocks.

        Return the rows of an epoch then, else None.
        """
        if not isinstance(self._data, ShuffledBlocks):
            return None
        self._every = self._every or max(1, (self.batches or 0) // 100)
        return self._data.rows

    def set_samples(self, samples: int) -> None:
        """Set the number of samples seen in finished epochs, where earlier trainings count too."""
        self._run.progress = replace(self._run.progress, samples=samples)

    def _epochs(self) -> Generator[Step | Epoch, None, None]:
        run, ended = self._run, self._run.ended
        with ExitStack() as stack:
            if ended is None:
                sums = cluster_sums(self._cluster, self._worker_lost, self.config, run.activations, stack)
                run.begin(sums)
            while ended is None:
                began = time.perf_counter()
                failed = yield from self._steps(began)
                if failed is not None:
                    self._ending = failed
                    break
                loss, rate = run.progress.loss_sum / run.progress.rows, run.rate(run.progress.steps - 1)
                event = run.end_epoch(loss, rate, began)
                ended = event.stopped
                if self._writer is not None:
                    if ended == "plateau":
                        run.progress = replace(run.progress, ended=ended)
                    if ended is not None or self._writer.is_due(event.epoch):
                        self._writer.save(run.state())
                self._notify(event)
                yield event
                ended = ended or self._stop_reason()
        if ended is not None:
            self._ending = ENDINGS[ended]
        if self._writer is not None and self._ending.stopped in ("interrupted", "callback"):
            self._writer.save(run.state())
        run.engine.close()
        if self._ending.stopped != "not finite":
            self._ending = run.not_finite_state() or self._ending

    def _steps(self, began: float) -> Generator[Step, None, Ending | None]:
        """Take the batches that are left of an epoch; return why training has to end, if it has."""
        run = self._run
        run.draw_order()
        saves_at = None if self._writer is None else self._writer.checkpoint.batches
        for chunk in run.chunks(self._every, saves_at):
            outcome, rate = run.make_steps(chunk, self._between_steps)
            batch = run.progress.batch
            if outcome.not_finite is not None:
                return run.not_finite_step(outcome.not_finite)
            if self._every is not None and len(outcome.losses) and batch % self._every == 0:
                event = run.step_event(float(outcome.losses[-1]), rate, began)
                self._notify(event)
                yield event
            if self._writer is not None and self._writer.is_due_inside(batch):
                self._writer.save(run.state())
            reason = self._stop_reason()
            # After the last batch the epoch is whole, and has its event before training ends.
            if reason is not None and batch != run.batches:
                return ENDINGS[reason]
        if not run.progress.batch:
            raise InputError(
                "the data have no batches; expected a function that returns new ones for each epoch"
            )
        return run.not_finite_sum()

    def _iterations(self) -> Generator[Epoch, None, None]:
        self._ending = yield from self._minimization.epochs()

    def _notify(self, event: Step | Epoch) -> None:
        with self._reads.whole():
            for callback in self._callbacks:
                if callback(event) is True:
                    self._stop_asked = True

    def _worker_lost(self, worker: Any) -> None:
        """Report that a worker of the cluster is gone."""
        with self._reads.whole():
            call_lost(self._callbacks, worker)

    def _between_steps(self) -> bool:
        """Answer the reads of other threads, and return whether to end."""
        self._reads.answer()
        return self.interruption.requested

    def _stop_reason(self) -> Stopped | None:
        if self.interruption.requested:
            return "interrupted"
        return "callback" if self._stop_asked else None

    def _end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            call_ended(self._callbacks, self.trained)
