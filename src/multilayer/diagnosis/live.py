"""`Live`: a callback that diagnoses a network while it trains."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import losses
from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.fields import Limits
from multilayer._base.random import Seed, generator
from multilayer._base.text import one_line
from multilayer.diagnosis.case import loss_of_numbers
from multilayer.diagnosis.check import SEVERITIES, Finding, Severity
from multilayer.diagnosis.evidence import Caller, TrainingRecord
from multilayer.diagnosis.phrases import sentence, sentences
from multilayer.diagnosis.snapshot import (
    Cadence,
    Clock,
    HistoryBuilder,
    Moment,
    Sample,
    Snapshot,
    Weights,
    movement,
    weights_of,
)
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training import Epoch, Step, Trained
from multilayer.training.events import Stopped
from multilayer.training.samples import inputs, targets

__all__ = ["Live"]

_SAMPLES = Limits(minimum=1, integer=True)


class Live:
    """A callback that diagnoses a network while it trains: `fit(..., callbacks=[live])`, and estimators likewise.

    It takes a snapshot on a fixed sample of the data after 1, 2, 4, 8, ... epochs, and one of the network that training
    returns, however it ended. Snapshots in between are skipped where they would take more than their fraction of the
    time; the first and the last are always taken, and exceed it in a training of some milliseconds. During training,
    trouble that further training may mend is a warning, never an error, and is withdrawn when it is gone; only the last
    snapshot gives a verdict.

    In a loop of your own, `for event in train(...): live(event)`, call `live.ended(training.trained)` after it.

    Parameters
    ----------
    X, y : array_like
        Samples, and targets or labels; without y only activations are measured.
    loss : Loss or str, optional
        Unless given, the one that belongs to the output activation.
    samples : int
        How many of the samples are measured.
    fraction : float
        The fraction of the training time that may be spent.
    every : int, optional
        Take a snapshot after every so many events instead, whatever that takes.
    on_finding : callable, optional
        Is called with each warning and error that two snapshots in a row have found, and with the main cause in the
        last one. Unless given, a `TrainingWarning` shows them.
    stop_on : "error" or "warning", optional
        Ends training at such a finding, or a worse one, once two snapshots in a row have found it.
    start : MLP, optional
        The network before training, to compare with.
    rng : Generator, RandomState, int or None
        Which samples are measured.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer import fit, initialize
    >>> X = np.random.default_rng(0).standard_normal((300, 2))
    >>> y = X[:, :1] * X[:, 1:]
    >>> found = []
    >>> live = Live(X, y, every=1, on_finding=found.append)
    >>> net = initialize((2, 8, 1), "tanh", rng=0)
    >>> trained = fit(net, X, y, loss="squared", epochs=3, rng=0, callbacks=[live])
    >>> [snapshot.epoch for snapshot in live.snapshots], [finding.check for finding in found]
    ([1, 2, 3], ['undertraining', 'no_better_than_constant'])
    """

    def __init__(  # noqa: PLR0913  (keywords with a default that leaves them out)
        self,
        X: Any,
        y: ArrayLike | None = None,
        loss: Loss | str | None = None,
        *,
        samples: int = 256,
        fraction: float = 0.05,
        every: int | None = None,
        on_finding: Callable[[Finding], object] | None = None,
        stop_on: Severity | None = None,
        start: MLP | None = None,
        rng: Seed = 0,
    ) -> None:
        if stop_on is not None and not (isinstance(stop_on, str) and stop_on in ("error", "warning")):
            raise InputError(
                "stop_on must be 'error', 'warning' or None; got {stop_on}",
                stop_on=one_line(repr(stop_on), 60),
            )
        if on_finding is not None and not callable(on_finding):
            raise InputError(
                "on_finding must be a callable or None; got {on_finding}",
                on_finding=one_line(repr(on_finding), 60),
            )
        if start is not None and not isinstance(start, MLP):
            raise InputError("start must be an MLP or None; got {start}", start=one_line(repr(start), 60))
        self._X, self._y, self._samples = X, y, _SAMPLES.checked("samples", samples)
        self._loss = None if loss is None else losses.get(loss)
        self._cadence = Cadence(fraction, every)
        self._on_finding, self._stop_on, self._start = on_finding or _warn, stop_on, start
        self._rng = generator(rng)
        self.caller: Caller = "fit"
        """Whose options advice names; an estimator sets it."""
        self._sample: Sample | None = None
        self._begin()

    def _begin(self) -> None:
        self.snapshots: list[Snapshot] = []
        """The measurements so far."""
        self.withdrawn: list[Finding] = []
        """What was reported and has gone since."""
        self._clock = Clock(self._cadence)
        self._reported: dict[tuple[str, int | None], Finding] = {}
        self._curves = HistoryBuilder()
        self._last: Moment | None = None
        self._stopped: Stopped | None = None
        self._judged: MLP | None = None
        """The network of a snapshot at the end."""
        self._over = False
        self._kept: Weights | None = None
        if self._start is not None:
            self._kept = weights_of(self._start)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the last snapshot, the worst first."""
        return self.snapshots[-1].findings if self.snapshots else ()

    def reworded(self) -> tuple[Finding, ...]:
        """Return the findings of the last snapshot, in the language of the present context."""
        return () if self._sample is None else self._sample.findings()

    @property
    def seconds(self) -> float:
        """What the snapshots have taken so far."""
        return self._clock.spent

    @property
    def fraction(self) -> float:
        """The fraction of the training time that the snapshots have taken so far."""
        return self._clock.spent / self._clock.trained if self._clock.trained else 0.0

    @property
    def course(self) -> TrainingRecord:
        """The course of training so far, for `diagnose(network, X, y, course=live.course)`."""
        history = self._curves.history
        return TrainingRecord(
            history=history,
            stopped=self._stopped,
            learning_rate=history.learning_rate[0] if history.learning_rate else None,
            epochs=self._curves.epochs,
            start=self._start,
        )

    def __call__(self, event: Step | Epoch) -> bool:
        """Note an event, take a snapshot if it is time, and return whether training has to end."""
        began = time.perf_counter()
        if self._last is not None and not self._last.may_precede(event):
            self._begin()  # another training
        self._over = False
        if self._last is None:
            weights = sum(layer.W.size for layer in event.network.layers)
            self._clock.expect(6.0 * weights * self._samples)  # a product forward and two back
        self._last = Moment(event.epoch, event.steps, isinstance(event, Step))
        self._stopped = event.stopped if isinstance(event, Epoch) else None
        self._clock.pass_on(event)
        if isinstance(event, Epoch):
            self._curves.add(event)
        stop = False
        looking, keeping = self._clock.is_due(event), self._clock.is_due_next(event)
        if looking or keeping:
            network = event.network
            if looking:
                stop = self._take(
                    network,
                    movement(self._kept, network),
                    epoch=event.epoch,
                    steps=event.steps,
                    whole_epoch=isinstance(event, Epoch),
                )
                self._clock.snapped(event, time.perf_counter() - began)
            self._kept = weights_of(network) if keeping else None
        self._clock.took(event, time.perf_counter() - began)
        return stop

    def ended(self, trained: Trained) -> None:
        """Take a snapshot of what training returns; training calls this after the last event."""
        began = time.perf_counter()
        if self._over:
            self._begin()  # another training, that ended before its first event
        self._over, self._stopped = True, trained.stopped
        network, steps = trained.network, trained.memory.steps
        if self._judged != network:
            update, whole_epoch = movement(None, network), False
            if self.snapshots and self.snapshots[-1].steps == steps:  # of the same moment, and no verdict
                last = self.snapshots.pop()
                update, whole_epoch = last.update, last.whole_epoch
            self._take(network, update, epoch=len(trained.history), steps=steps, whole_epoch=whole_epoch)
        self._judged = None
        self._clock.closed(time.perf_counter() - began)

    def _take(self, network: MLP, update: NDArray[np.float64], **when: Any) -> bool:
        if self._sample is None:
            self._sample = self._drawn(network)
        before = self.findings
        snapshot = self._sample.snapshot(network, self.course, update, **when)
        self.snapshots.append(snapshot)
        self._judged = network if self._stopped is not None else None
        return self._report(before, snapshot.findings)

    def _report(self, before: tuple[Finding, ...], now: tuple[Finding, ...]) -> bool:
        """Report what two snapshots have found, withdraw what is gone, and return whether that ends training."""
        seen, holds = {_key(finding) for finding in before}, {_key(finding): finding for finding in now}
        for key in [key for key in self._reported if key not in holds]:
            self.withdrawn.append(self._reported.pop(key))
        if self._stopped is not None and now and now[0].severity == "error":
            seen.add(_key(now[0]))  # the verdict: there is no next snapshot to wait for
        stop = False
        for key, finding in holds.items():
            if finding.severity == "note" or key not in seen:
                continue
            known = self._reported.get(key)
            self._reported[key] = finding
            if known is None or known.severity != finding.severity:
                self._on_finding(finding)
            if self._stop_on is not None and SEVERITIES.index(finding.severity) <= SEVERITIES.index(
                self._stop_on
            ):
                stop = True
        return stop

    def _drawn(self, network: MLP) -> Sample:
        X = inputs(network, self._X)
        loss = self._loss or losses.for_activation(network.layers[-1].activation)
        if loss is None and self._y is not None:
            loss = loss_of_numbers(self._y, network.widths[-1])
        y = None if self._y is None or loss is None else targets(network, loss, self._y)
        if y is not None and len(y) != X.shape[0]:
            raise InputError(
                "X has {samples} samples but y has {targets}; expected one target per sample",
                samples=X.shape[0],
                targets=len(y),
            )
        total = X.shape[0]
        rows = np.arange(total)
        if total > self._samples:
            rows = np.sort(self._rng.choice(total, self._samples, replace=False))
        return Sample(
            np.ascontiguousarray(X[rows], network.dtype),
            None if y is None else y[rows],
            loss,
            self._rng,
            self.caller,
        )


def _key(finding: Finding) -> tuple[str, int | None]:
    return finding.check, finding.layer


def _warn(finding: Finding) -> None:
    warnings.warn(sentences(sentence(finding.title), finding.evidence), TrainingWarning, stacklevel=2)
