"""`Live`: a callback that diagnoses a network while it trains."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import losses
from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.fields import Limits
from multilayer._base.random import Seed, generator
from multilayer._base.text import one_line
from multilayer.diagnosis.case import loss_of_numbers, natural_loss
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.finding import Finding, Severity
from multilayer.diagnosis.live.cadence import Cadence, Clock
from multilayer.diagnosis.live.snapshot import Sample, Snapshot
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training import Epoch, History, Step, Trained
from multilayer.training.data import inputs, targets
from multilayer.training.events import Stopped

__all__ = ["Live"]

_Weights = tuple[NDArray[Any], ...]
_SAMPLES = Limits(minimum=1, integer=True)
_RANK: Mapping[str, int] = {"error": 0, "warning": 1, "note": 2}


class Live:
    """A callback that diagnoses a network while it trains: `fit(..., callbacks=[live])`, and estimators likewise.

    It looks at a fixed sample of the data after 1, 2, 4, 8, ... epochs, and at the network that training hands back,
    however it ended. Looks in between are left out where they would take more than their share of the time; the first
    and the last are always taken, and in a training of some milliseconds take more than that. While training is under
    way, trouble that it may still get out of is a warning, never an error, and is withdrawn when it is gone; only in
    the end a finding is a verdict.

    In a loop of your own, `for event in train(...): live(event)`, call `live.ended(training.trained)` behind it.

    Parameters
    ----------
    X, y : array_like
        Samples, and targets or labels; without y only activations are looked at.
    loss : Loss or str, optional
        Unless given, the one that belongs to the output activation.
    samples : int
        How many of the samples are looked at.
    share : float
        The share of the training time that may be spent.
    every : int, optional
        Look after every so many events instead, whatever that takes.
    on_finding : callable, optional
        Is called with each warning and error that two looks in a row have found, and with the main cause of trouble
        that the last one has. Unless given, a `TrainingWarning` says so.
    stop_on : "error" or "warning", optional
        Ends training at such a finding, or a worse one, once two looks in a row have found it.
    start : MLP, optional
        The network before training, where it is to be compared with.
    rng : Generator, RandomState, int or None
        Which samples are looked at.

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
    >>> [look.epoch for look in live.looks], [finding.check for finding in found]
    ([1, 2, 3], ['undertraining', 'no_better_than_constant'])
    """

    def __init__(  # noqa: PLR0913  (keywords with a default that leaves them out)
        self,
        X: Any,
        y: ArrayLike | None = None,
        loss: Loss | str | None = None,
        *,
        samples: int = 256,
        share: float = 0.05,
        every: int | None = None,
        on_finding: Callable[[Finding], object] | None = None,
        stop_on: Severity | None = None,
        start: MLP | None = None,
        rng: Seed = 0,
    ) -> None:
        if stop_on is not None and not (isinstance(stop_on, str) and stop_on in ("error", "warning")):
            raise InputError(f"stop_on must be 'error', 'warning' or None; got {one_line(repr(stop_on), 60)}")
        if on_finding is not None and not callable(on_finding):
            raise InputError(f"on_finding must be a callable or None; got {one_line(repr(on_finding), 60)}")
        if start is not None and not isinstance(start, MLP):
            raise InputError(f"start must be an MLP or None; got {one_line(repr(start), 60)}")
        self._X, self._y, self._samples = X, y, _SAMPLES.checked("samples", samples)
        self._loss = None if loss is None else losses.get(loss)
        self._cadence = Cadence(share, every)
        self._on_finding, self._stop_on, self._start = on_finding or _warn, stop_on, start
        self._rng = generator(rng)
        self._sample: Sample | None = None
        self._begin()

    def _begin(self) -> None:
        self.looks: list[Snapshot] = []
        """The measurements so far."""
        self.withdrawn: list[Finding] = []
        """What was told and has gone since."""
        self._clock = Clock(self._cadence)
        self._told: dict[tuple[str, int | None], Finding] = {}
        self._epochs: list[Epoch] = []
        self._last: Step | Epoch | None = None
        self._stopped: Stopped | None = None
        self._judged: MLP | None = None
        """The network of a look at the end."""
        self._over = False
        self._kept: _Weights | None = None
        if self._start is not None:
            self._kept = _weights(self._start)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What holds at the last look, the worst first."""
        return self.looks[-1].findings if self.looks else ()

    @property
    def seconds(self) -> float:
        """What looking has taken so far."""
        return self._clock.spent

    @property
    def share(self) -> float:
        """The share of the training time that looking has taken so far."""
        return self._clock.spent / self._clock.trained if self._clock.trained else 0.0

    @property
    def course(self) -> TrainingRecord:
        """The course of training so far, for `diagnose(network, X, y, course=live.course)`."""
        epochs = self._epochs
        return TrainingRecord(
            history=_history(epochs),
            stopped=self._stopped,
            learning_rate=epochs[0].learning_rate if epochs else None,
            epochs=epochs[-1].epochs if epochs else None,
            start=self._start,
            update_ratios=self._update_ratios(),
        )

    def _update_ratios(self) -> NDArray[np.float64] | None:
        """Return those that were measured over an epoch."""
        known = [look.update for look in self.looks if look.whole_epoch and not np.isnan(look.update).any()]
        return np.array(known) if known else None

    def __call__(self, event: Step | Epoch) -> bool:
        """Take note of an event, look if it is time, and say whether training has to end."""
        began = time.perf_counter()
        if self._last is not None and not _follows(event, self._last):
            self._begin()  # another training
        self._over = False
        if self._last is None:
            weights = sum(layer.W.size for layer in event.network.layers)
            self._clock.expect(6.0 * weights * self._samples)  # a product forward and two back
        self._last = replace(event, _network=_gone)  # its network would hold on to the whole training
        self._stopped = event.stopped if isinstance(event, Epoch) else None
        self._clock.pass_on(event)
        if isinstance(event, Epoch):
            self._epochs.append(replace(event, _network=_gone))
        stop = False
        looking, keeping = self._clock.is_due(event), self._clock.is_due_next(event)
        if looking or keeping:
            network = event.network
            if looking:
                stop = self._look(
                    network,
                    _movement(self._kept, network),
                    epoch=event.epoch,
                    steps=event.steps,
                    whole_epoch=isinstance(event, Epoch),
                )
                self._clock.looked(event, time.perf_counter() - began)
            self._kept = _weights(network) if keeping else None
        self._clock.took(event, time.perf_counter() - began)
        return stop

    def ended(self, trained: Trained) -> None:
        """Look at what training hands back; training calls this after the last event."""
        began = time.perf_counter()
        if self._over:
            self._begin()  # another training, that ended before its first event
        self._over, self._stopped = True, trained.stopped
        network, steps = trained.network, trained.memory.steps
        if self._judged != network:
            update, whole_epoch = _movement(None, network), False
            if self.looks and self.looks[-1].steps == steps:  # of the same moment, and no verdict
                last = self.looks.pop()
                update, whole_epoch = last.update, last.whole_epoch
            self._look(network, update, epoch=len(trained.history), steps=steps, whole_epoch=whole_epoch)
        self._judged = None
        self._clock.closed(time.perf_counter() - began)

    def _look(self, network: MLP, update: NDArray[np.float64], **when: Any) -> bool:
        if self._sample is None:
            self._sample = self._drawn(network)
        before = self.looks[-1].findings if self.looks else ()
        look = self._sample.look(network, self.course, update, **when)
        self.looks.append(look)
        self._judged = network if self._stopped is not None else None
        return self._tell(before, look.findings)

    def _tell(self, before: tuple[Finding, ...], now: tuple[Finding, ...]) -> bool:
        """Tell what two looks have found, withdraw what is gone, and return whether that is to end training."""
        seen, holds = {_key(finding) for finding in before}, {_key(finding): finding for finding in now}
        for key in [key for key in self._told if key not in holds]:
            self.withdrawn.append(self._told.pop(key))
        if self._stopped is not None and now and now[0].severity == "error":
            seen.add(_key(now[0]))  # the verdict: there is no next look to wait for
        stop = False
        for key, finding in holds.items():
            if finding.severity == "note" or key not in seen:
                continue
            known = self._told.get(key)
            self._told[key] = finding
            if known is None or known.severity != finding.severity:
                self._on_finding(finding)
            if self._stop_on is not None and _RANK[finding.severity] <= _RANK[self._stop_on]:
                stop = True
        return stop

    def _drawn(self, network: MLP) -> Sample:
        X = inputs(network, self._X)
        loss = self._loss or natural_loss(network.layers[-1].activation)
        if loss is None and self._y is not None:
            loss = loss_of_numbers(self._y, network.shape[-1])
        y = None if self._y is None or loss is None else targets(network, loss, self._y)
        if y is not None and len(y) != X.shape[0]:
            raise InputError(f"X has {X.shape[0]} samples but y has {len(y)}; expected one target per sample")
        total = X.shape[0]
        rows = np.arange(total)
        if total > self._samples:
            rows = np.sort(self._rng.choice(total, self._samples, replace=False))
        return Sample(
            np.ascontiguousarray(X[rows], network.dtype), None if y is None else y[rows], loss, self._rng
        )


def _follows(event: Step | Epoch, last: Step | Epoch) -> bool:
    """Whether two events may be of one training: an epoch's own event comes after its last step's."""
    if event.epoch == last.epoch:
        return isinstance(last, Step) and event.steps >= last.steps
    return event.epoch > last.epoch and event.steps > last.steps


def _gone() -> MLP:
    raise InputError("the network of an event is there until the next event only")


def _history(epochs: Sequence[Epoch]) -> History:
    validated = [epoch.validation_loss for epoch in epochs if epoch.validation_loss is not None]
    names = epochs[-1].metrics if epochs else {}
    return History(
        tuple(epoch.loss for epoch in epochs),
        tuple(validated),
        {name: tuple(epoch.metrics[name] for epoch in epochs) for name in names},
        tuple(epoch.learning_rate for epoch in epochs),
        tuple(epoch.seconds for epoch in epochs),
    )


def _key(finding: Finding) -> tuple[str, int | None]:
    return finding.check, finding.layer


def _weights(network: MLP) -> _Weights:
    return tuple(layer.W for layer in network.layers)


def _movement(before: _Weights | None, network: MLP) -> NDArray[np.float64]:
    """Return how far each W has moved since the event before, over its norm then."""
    if before is None:
        return np.full(len(network.layers), np.nan)
    moved = []
    for old, layer in zip(before, network.layers, strict=True):
        size, length = np.linalg.norm(old), np.linalg.norm(layer.W - old)
        moved.append(float(length / size) if size else float("nan"))
    return np.array(moved)


def _warn(finding: Finding) -> None:
    warnings.warn(f"{finding.title}: {finding.evidence}", TrainingWarning, stacklevel=2)
