"""`try_fixes`: train again with each remedy, and measure what it gained."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.names import with_known_options
from multilayer._base.random import Seed, generator
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.remedies.chance import gain_by_chance
from multilayer.diagnosis.remedies.problem import Data, Problem, problem_of
from multilayer.diagnosis.remedies.ranking import INTERRUPTED, Ranking, Row, ordered
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.table import REMEDIES
from multilayer.diagnosis.remedies.variant import NotApplicable, Variant
from multilayer.losses import Loss
from multilayer.training import History, Trained
from multilayer.training.interruption import Interruption
from multilayer.training.progress import bar

__all__ = ["try_fixes", "variants"]

_COUNT = Limits(minimum=1, integer=True)
_EPOCHS = Limits(minimum=1, integer=True, optional=True)
_FRACTION = Limits(above=0.0, below=1.0, optional=True, instead='"auto"')
_SECONDS = Limits(above=0.0, optional=True)
_TIME_IS_UP = N_("the time limit of {seconds:g} s was reached")


@with_known_options
def try_fixes(  # noqa: PLR0913  (keywords with a default that leaves them out)
    model: Any,
    X: Any,
    y: ArrayLike,
    loss: Loss | str | None = None,
    *,
    course: TrainingRecord | Trained | History | None = None,
    seeds: int = 5,
    epochs: int | None = None,
    samples: int = 2000,
    held_out: float | Literal["auto"] | None = "auto",
    time_limit: float | None = None,
    rng: Seed = 0,
    progress: bool | None = None,
    stop: Callable[[], bool] | None = None,
) -> Ranking:
    """Train a network again with each remedy, several times, and rank the remedies by their gain.

    Each training starts anew, with the same seeds for all remedies; the training without a remedy is the baseline.
    That takes seconds for small networks. For large ones samples and epochs are cut short, alike for all.

    All remedies are trained with the first seed, then all with the second, and so on. Ctrl-C, `time_limit` and `stop`
    end it between two epochs; the ranking then covers the seeds that all remedies were trained with, and says so.

    Parameters
    ----------
    model : MLP, Trained, fitted estimator, PyTorch Sequential, or Setup
        The network that does not learn. The parameters of an estimator, ours or scikit-learn's, and the settings in the
        result of `fit` are taken over; other models are trained as far as known from `course`, and else with the
        defaults of `fit`.
    X, y : array_like
        Samples and targets; y holds labels for an estimator, and else what the loss takes.
    loss : Loss or str, optional
        The loss of the training, where the model does not have it.
    course : TrainingRecord, Trained or History, optional
        What is known of the training.
    seeds : int
        Number of trainings of each remedy.
    epochs : int, optional
        Maximum number of epochs; by default what takes some seconds. "More patience" takes ten times as many.
    samples : int
        Maximum number of samples, drawn from all.
    held_out : float, "auto" or None
        The fraction of these that is held out for scoring, other samples with each seed. "auto": a quarter, where there
        are at least 40 samples; with fewer the training samples are scored. None: the training samples are scored.
    time_limit : float, optional
        Seconds after which training stops.
    rng : Generator, RandomState, int or None
        The source of seeds and samples.
    progress : bool, optional
        Whether to show a progress bar on stderr; by default where that is a terminal, and in notebooks.
    stop : callable, optional
        Is asked after every epoch; where it returns True, trying ends as with Ctrl-C.

    Raises
    ------
    InputError
        When the data do not fit the model, the loss is not known, or the time limit ends the first training.
    KeyboardInterrupt
        When Ctrl-C or `stop` comes before the first training has ended.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer import initialize
    >>> from multilayer.optimizers import Adam
    >>> from multilayer.training import TrainConfig
    >>> X = np.random.default_rng(0).uniform(100.0, 200.0, (200, 2))
    >>> y = X[:, 0] * X[:, 1] / 1e4
    >>> config = TrainConfig(loss="squared", optimizer=Adam(0.03), epochs=100)
    >>> setup = Setup(network=initialize((2, 8, 1), "tanh", dtype=np.float64), config=config)
    >>> ranking = try_fixes(setup, X, y, seeds=3)
    >>> ranking.best.change
    'standardized inputs'
    """
    seeds, samples = _COUNT.checked("seeds", seeds), _COUNT.checked("samples", samples)
    epochs, time_limit = _EPOCHS.checked("epochs", epochs), _SECONDS.checked("time_limit", time_limit)
    if not isinstance(held_out, str) or held_out != "auto":
        held_out = _FRACTION.checked("held_out", held_out)
    if progress is not None:
        progress = checked_flag("progress", progress)
    random = generator(rng)
    problem = problem_of(
        model, X, y, loss, course, epochs=epochs, samples=samples, held_out=held_out, rng=random, seeds=seeds
    )
    drawn = tuple(int(seed) for seed in random.permutation(2**16)[:seeds])
    splits, found = problem.splits, list(variants(problem.setup))
    baseline = _Trials("", Variant(fill("as it is"), "", problem.setup), splits)
    trials = [
        _Trials(name, variant, tuple(split.prepared(variant.setup) for split in splits))
        for name, variant in found
        if isinstance(variant, Variant)
    ]
    partial = _run([baseline, *trials], drawn, problem, time_limit, progress, stop)
    not_tried = [variant for _, variant in found if isinstance(variant, NotApplicable)]
    not_tried += [NotApplicable(one.variant.change, str(partial)) for one in trials if not one.scores]
    # Seeds that all were trained with, or else the first.
    common = max(1, min(len(one.scores) for one in (baseline, *trials)))
    return Ranking(
        metric=problem.metric.name,
        of=problem.scored,
        samples=len(problem.data.X),
        seeds=drawn[:common],
        untouched=baseline.row(baseline, common),
        rows=ordered([one.row(baseline, common) for one in trials if one.scores]),
        not_tried=tuple(not_tried),
        notes=problem.notes,
        partial=partial,
    )


def variants(setup: Setup) -> Iterator[tuple[str, Variant | NotApplicable]]:
    """Yield the ways to take each remedy, by its name."""
    for remedy in REMEDIES:
        for variant in remedy(setup):
            yield remedy.__name__, variant


@dataclass(eq=False)
class _Trials:
    """The trainings of one variant, with the score and the seconds of each seed."""

    remedy: str
    variant: Variant
    splits: tuple[Data, ...]
    """One for each seed, or one for all."""
    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    shares: list[NDArray[np.float64]] = field(default_factory=list)
    """What each sample adds to the score of each seed."""

    def _split(self, number: int) -> Data:
        return self.splits[number % len(self.splits)]

    def train(self, seed: int, problem: Problem, is_over: Callable[[], bool]) -> bool:
        """Train with a seed, and return whether training came to its end."""
        began, data = time.perf_counter(), self._split(len(self.scores))
        trained = self.variant.setup.trained(data.X, data.y, seed, [lambda event: is_over()])
        if trained.stopped in {"interrupted", "callback"}:
            return False
        self.seconds.append(time.perf_counter() - began)
        with np.errstate(all="ignore"):
            outputs = np.asarray(trained.network(data.scored_X))
            score = float(problem.metric.function(data.scored_y, outputs, None))
            self.shares.append(problem.shares(data.scored_y, outputs))
        self.scores.append(-math.inf if math.isnan(score) else score)
        return True

    def row(self, baseline: _Trials, seeds: int) -> Row:
        """Return the gains over the baseline, with the first of the seeds."""
        scores = tuple(self.scores[:seeds])
        pairs = zip(scores, baseline.scores, strict=False)
        gains = tuple(
            0.0 if after == before else after - before for after, before in pairs
        )  # also of infinities
        rows = [self._split(number).rows for number in range(seeds)]
        chance = gain_by_chance(rows, baseline.shares[:seeds], self.shares[:seeds])
        variant = self.variant
        return Row(
            self.remedy, variant.change, variant.call, scores, gains, median(self.seconds[:seeds]), chance
        )


def _run(
    trials: Sequence[_Trials],
    seeds: Sequence[int],
    problem: Problem,
    time_limit: float | None,
    progress: bool | None,
    stop: Callable[[], bool] | None,
) -> str | None:
    """Train all with the first seed, then all with the second, and so on; return why that ended early, if it did.

    Raises
    ------
    InputError, KeyboardInterrupt
        When not even the first training came to its end.
    """
    deadline = math.inf if time_limit is None else time.monotonic() + time_limit
    interruption, done = Interruption(), 0
    asked = False

    def is_over() -> bool:
        nonlocal asked
        asked = asked or (stop is not None and bool(stop()))
        return asked or time.monotonic() > deadline

    epochs = [one.variant.setup.config.epochs for one in trials]
    with interruption, bar("epoch", len(seeds) * sum(epochs), progress) as advance:
        for seed, one in ((seed, one) for seed in seeds for one in trials):
            advance(done, one.variant.change)
            if interruption.requested or is_over() or not one.train(seed, problem, is_over):
                break
            done += one.variant.setup.config.epochs
            advance(done, one.variant.change)
        else:
            return None
    interrupted = interruption.requested or asked
    if trials[0].scores:
        return fill(INTERRUPTED if interrupted else _TIME_IS_UP, seconds=time_limit)
    if interrupted:
        raise KeyboardInterrupt
    raise InputError(
        "the time limit of {time_limit:g} s was reached before the first training of "
        "{epochs} epochs ended; allow more time, or fewer epochs",
        time_limit=time_limit,
        epochs=epochs[0],
    )
