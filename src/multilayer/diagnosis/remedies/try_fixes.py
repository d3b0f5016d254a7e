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
from multilayer.diagnosis.remedies.remedy import NotApplicable, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.table import remedies
from multilayer.diagnosis.remedies.trials import Trials
from multilayer.losses import Loss
from multilayer.training import History, Trained

__all__ = ["try_fixes"]

_COUNT = Limits(minimum=1, integer=True)
_EPOCHS = Limits(minimum=1, integer=True, optional=True)
_SHARE = Limits(above=0.0, below=1.0, optional=True, instead='"auto"')
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
    """Train a network again with each of the remedies there are, several times, and rank them by what they gain.

    Each training starts anew, with the same seeds for all remedies; the one without a remedy is what they are compared
    with. That takes seconds for small networks. For large ones samples and epochs are cut short, alike for all.

    All remedies are trained with the first seed, then all with the second, and so on. Ctrl-C and `time_limit` stop
    between two epochs; what is returned then has the seeds that all remedies were trained with, and says so.

    Parameters
    ----------
    model : MLP, fitted estimator, PyTorch Sequential, or Setup
        What does not learn. An estimator, ours or scikit-learn's, tells how it was trained; for others `course` does as
        far as it goes, and `fit`'s defaults beyond that. A `Setup` says everything itself.
    X, y : array_like
        Samples and targets; y holds labels for an estimator, and else what the loss takes.
    loss : Loss or str, optional
        Needed where the model does not tell.
    course : TrainingRecord, Trained or History, optional
        What is known of the training.
    seeds : int
        Trainings of each remedy.
    epochs : int, optional
        At most so many, in place of what some seconds allow. "More patience" takes ten times as many.
    samples : int
        At most so many samples are used, drawn from all.
    held_out : float, "auto" or None
        The fraction of these that is kept for scoring. "auto": a quarter, where there are at least 40 samples; with
        fewer the training samples are scored. None: the training samples are scored.
    time_limit : float, optional
        Seconds after which no more is trained.
    rng : Generator, RandomState, int or None
        Where seeds and samples come from.
    progress : bool, optional
        Whether to show a progress bar on stderr; unless told, where that is a terminal, and in notebooks.

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
    >>> X = np.random.default_rng(0).uniform(100.0, 200.0, (200, 2))
    >>> y = X[:, 0] * X[:, 1] / 1e4
    >>> as_it_is = Setup(widths=(2, 8, 1), activations=(tanh,), output=identity, loss=squared, optimizer=Adam(0.03))
    >>> ranking = try_fixes(as_it_is, X, y, epochs=100, seeds=3)
    >>> ranking.best.change
    'standardized inputs'
    """
    seeds, samples = _COUNT.checked("seeds", seeds), _COUNT.checked("samples", samples)
    epochs, time_limit = _EPOCHS.checked("epochs", epochs), _SECONDS.checked("time_limit", time_limit)
    if not isinstance(held_out, str) or held_out != "auto":
        held_out = _SHARE.checked("held_out", held_out)
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
    for remedy in remedies:
        for variant in remedy.variants(setup):
            yield remedy.name, variant
