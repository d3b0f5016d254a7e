"""`try_fixes`: train again with each remedy, and measure what it gained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from numpy.typing import ArrayLike

from multilayer._base.fields import Limits, checked_flag
from multilayer._base.names import with_known_options
from multilayer._base.random import Seed, generator
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.remedies.problem import problem_of
from multilayer.diagnosis.remedies.ranking import Ranking, ordered
from multilayer.diagnosis.remedies.remedy import REMEDIES, NotApplicable, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.trials import Trials
from multilayer.losses import Loss
from multilayer.training import History, Trained

__all__ = ["try_fixes"]

_COUNT = Limits(minimum=1, integer=True)
_EPOCHS = Limits(minimum=1, integer=True, optional=True)
_FRACTION = Limits(above=0.0, below=1.0, optional=True, instead='"auto"')
_SECONDS = Limits(above=0.0, optional=True)


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
) -> Ranking:
    """Train a network again with each remedy, several times, and rank the remedies by their gain.

    Each training starts anew, with the same seeds for all remedies; the training without a remedy is the baseline.
    That takes seconds for small networks. For large ones samples and epochs are cut short, alike for all.

    All remedies are trained with the first seed, then all with the second, and so on. Ctrl-C and `time_limit` stop
    between two epochs; the ranking then covers the seeds that all remedies were trained with, and says so.

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
        The fraction of these that is held out for scoring. "auto": a quarter, where there are at least 40 samples; with
        fewer the training samples are scored. None: the training samples are scored.
    time_limit : float, optional
        Seconds after which training stops.
    rng : Generator, RandomState, int or None
        The source of seeds and samples.
    progress : bool, optional
        Whether to show a progress bar on stderr; by default where that is a terminal, and in notebooks.

    Raises
    ------
    InputError
        When the data do not fit the model, the loss is not known, or the time limit ends the first training.
    KeyboardInterrupt
        When Ctrl-C comes before the first training has ended.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.activations import identity, tanh
    >>> from multilayer.losses import squared
    >>> from multilayer.optimizers import Adam
    >>> from multilayer.training.config import TrainConfig
    >>> X = np.random.default_rng(0).uniform(100.0, 200.0, (200, 2))
    >>> y = X[:, 0] * X[:, 1] / 1e4
    >>> config = TrainConfig(loss=squared, optimizer=Adam(0.03), epochs=100)
    >>> setup = Setup(widths=(2, 8, 1), activations=(tanh,), output=identity, config=config)
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
        model, X, y, loss, course, epochs=epochs, samples=samples, held_out=held_out, rng=random
    )
    drawn = tuple(int(seed) for seed in random.permutation(2**16)[:seeds])
    named = list(_variants(problem.setup))
    variants = [(name, variant) for name, variant in named if isinstance(variant, Variant)]
    trials = Trials(problem, [Variant("as it is", "", problem.setup), *(variant for _, variant in variants)])
    trials.run(drawn, time_limit, progress)
    untouched = trials.row("", 0)
    rows = [trials.row(name, number) for number, (name, _) in enumerate(variants, 1) if trials.tried(number)]
    not_tried = [variant for _, variant in named if isinstance(variant, NotApplicable)]
    not_tried += [
        NotApplicable(variant.change, str(trials.partial))
        for number, (_, variant) in enumerate(variants, 1)
        if not trials.tried(number)
    ]
    return Ranking(
        metric=problem.metric.name,
        of=problem.scored,
        samples=len(problem.data.X),
        seeds=drawn[: len(untouched.scores)],
        untouched=untouched,
        rows=ordered(rows),
        not_tried=tuple(not_tried),
        notes=problem.notes,
        partial=trials.partial,
    )


def _variants(setup: Setup) -> Iterator[tuple[str, Variant | NotApplicable]]:
    for remedy in REMEDIES:
        for variant in remedy(setup):
            yield remedy.__name__, variant
