"""A training that can go on, by a batch or by epochs, and back, with the same bits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from multilayer._base.language import language
from multilayer.diagnosis import Diagnosis, Finding, Live, diagnose
from multilayer.network import MLP
from multilayer.optimizers import LBFGS
from multilayer.training import Epoch, Step, Trained, Training, train
from multilayer.training.curves import Curves
from multilayer.training.events import Ending
from multilayer.training.state import Progress
from multilayer.web.session import State
from multilayer.web.snapshots import Snapshots
from multilayer.web.worker import Stop

__all__ = ["Course"]

_OPERATIONS = 1e9
"""Of training, per second, to guess what an epoch takes."""
_LOOKING = 0.02
"""The fraction of the training time that the diagnosis may take meanwhile: the pictures take their part as well."""
_STEP = 1 / 15
"""Seconds between two steps that are noted within a long epoch."""

Pace = Callable[[Stop], None]


class Course:
    """The training of one network on rows by a recipe: where it stands, how far it came, what was found meanwhile.

    One thread moves it. `progress`, `network` and `reached` may be read by others at any time.
    """

    def __init__(self, state: State) -> None:
        self.start, self.rows, self.recipe = state.network, state.rows, state.recipe
        self.config = self.recipe.config(self.start, self.rows.y)
        self.training = self._begun()
        self._is_lbfgs = isinstance(self.config.optimizer, LBFGS)
        self._snapshots = None if self._is_lbfgs else Snapshots(self.training.state)
        self.reached = Curves()
        """The curves as far as training ever came; `progress` may have gone back."""
        self.reported: dict[tuple[str, int | None], Finding] = {}
        """What the diagnosis has found, and not withdrawn; replaced, never changed."""
        self._reworded: dict[tuple[str, str, int | None], tuple[Finding, Finding]] = {}
        """By language, check and layer: what was reported, and how it is said there."""
        self.live = Live(
            self.rows.X,
            self.rows.y,
            self.config.loss,
            fraction=_LOOKING,
            start=self.start,
            on_finding=self._report,
        )
        self.trained: Trained | None = None
        """The outcome, once training has ended by itself."""
        self.ending: Ending | None = None
        """Why it has."""
        self.diagnosis: Diagnosis | None = None
        """Of the outcome."""
        self._diagnosed_in = ""

    def _begun(self) -> Training:
        recipe = self.recipe
        return train(
            self.start,
            self.rows.X,
            self.rows.y,
            config=self.config,
            validation=recipe.validation,
            rng=recipe.seed,
        )

    @property
    def progress(self) -> Progress:
        """Where training stands."""
        return self.training.progress

    @property
    def batches(self) -> int:
        """Batches in an epoch; an iteration of L-BFGS is one of all rows."""
        return 1 if self._is_lbfgs else self.training.batches or 1

    @property
    def network(self) -> MLP:
        """The network where training stands; from another thread as of the last batch."""
        return self.start if not self.progress.steps else self.training.current

    @property
    def at_end(self) -> bool:
        """Whether training has ended, and stands there."""
        return self.trained is not None and self.progress.epoch == len(self.trained.history)

    def play(self, epoch: int, stop: Stop, pace: Pace = lambda stop: None) -> None:
        """Go to the end of an epoch, forwards or back. `pace` is called after each epoch, and may wait."""
        if epoch < self.progress.epoch or (epoch == self.progress.epoch and self.progress.batch):
            self._go_back(epoch)
        if epoch > self.progress.epoch:
            self._go_on(epoch, stop, pace, self._steps_apart())

    def step(self, stop: Stop) -> None:
        """Take one batch; after the last of an epoch the epoch is over."""
        at = self.progress
        if self._is_lbfgs or at.batch + 1 >= self.batches:
            self.play(at.epoch + 1, stop)
        else:
            self._go_on(at.epoch + 1, stop, lambda stop: None, 1, steps=1)

    def _go_back(self, epoch: int) -> None:
        if self._snapshots is None:
            self.training = self._begun()
        else:
            self.training = self.training.resumed(self._snapshots.before(epoch))

    def _go_on(self, epoch: int, stop: Stop, pace: Pace, every: int | None, steps: float = math.inf) -> None:
        if not self._is_lbfgs:
            self.training = training = self.training.resumed(self.training.state, every=every)
            stop.interrupts(lambda: setattr(training.interruption, "requested", True))
        began, met = time.perf_counter(), 0
        for event in self.training:
            if isinstance(event, Step):
                met += 1
            else:
                self._note(event, time.perf_counter() - began)
                if event.epoch == epoch and event.stopped is None:
                    return
                pace(stop)
                began = time.perf_counter()
            if met >= steps or (self._is_lbfgs and stop()):
                return
        trained = self.training.trained
        if trained.stopped != "interrupted":
            self._end(trained)

    def _note(self, event: Epoch, seconds: float) -> None:
        """Take what an epoch brings: curves, a state to go back to, findings."""
        if self._snapshots is not None:
            training = self.training
            self._snapshots.offer(event.epoch, lambda: training.state)
        if event.epoch <= len(self.reached):
            return  # once more
        self.reached = self.progress.curves
        if seconds > 2.0 * event.seconds:  # a slow pace leaves time for the diagnosis to look
            event = replace(event, seconds=seconds)
        self.live(event)
        self._withdraw()

    def _end(self, trained: Trained) -> None:
        if self.diagnosis is None:
            self.live.ended(trained)
            self._withdraw()
            self.diagnose(trained)
        self.ending = self.training.ending
        self.trained = trained  # last, as the page then asks for the verdict

    @property
    def is_in_language(self) -> bool:
        """Whether the diagnosis, if there is one, is in the present language."""
        return self.diagnosis is None or self._diagnosed_in == language()

    def diagnose(self, trained: Trained) -> None:
        """Diagnose the outcome, in the present language."""
        self._diagnosed_in = language()
        self.diagnosis = diagnose(trained, self.rows.X, self.rows.y)

    def findings(self) -> Iterator[Finding]:
        """Yield what was found, and not withdrawn, in the present language; it was found in that of who trains."""
        code = language()
        for key, finding in self.reported.items():
            known, said = self._reworded.get((code, *key), (None, finding))
            if known is not finding:
                again = (each for each in self.live.reworded() if (each.check, each.layer) == key)
                said = next(again, finding)
                self._reworded[(code, *key)] = finding, said
            yield said

    def _report(self, finding: Finding) -> None:
        key = finding.check, finding.layer
        self._reworded[(language(), *key)] = finding, finding
        self.reported = {**self.reported, key: finding}

    def _withdraw(self) -> None:
        gone = {(finding.check, finding.layer) for finding in self.live.withdrawn}
        if gone:
            self.live.withdrawn.clear()
            self.reported = {key: finding for key, finding in self.reported.items() if key not in gone}

    def _steps_apart(self) -> int | None:
        """Return after how many batches to note a step, where an epoch is long; None for epochs alone."""
        weights = sum(layer.W.size for layer in self.start.layers)
        seconds = 6.0 * weights * len(self.rows.X) / _OPERATIONS
        return None if seconds < 2 * _STEP else max(1, int(self.batches * _STEP / seconds))
