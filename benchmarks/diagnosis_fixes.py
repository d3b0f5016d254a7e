"""Remedies on the suite labelled by intervention: does the one that `try_fixes` ranks first truly fix the network?"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from statistics import mean

import numpy as np

from multilayer.diagnosis.remedies.problem import Data, problem_of
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.try_fixes import try_fixes, variants
from multilayer.diagnosis.remedies.variant import Variant
from multilayer.training import Trained
from tests.diagnosis_cases.cases import Case, Figures
from tests.diagnosis_cases.training import Made, made, numbered, skill

__all__ = ["REPAIRED_BY", "fixed"]

REPAIRED_BY: dict[str, tuple[str, ...]] = {
    "drop the leak": ("leak",),
    "standardize the inputs": ("standardize",),
    "scale the targets": ("targets",),
    "fitting output and loss": ("output",),
    "usual start": ("initialization",),
    "lower rate": ("rate",),
    "higher rate": ("rate",),
    "train longer": ("patience",),
    "other activation": ("activation",),
    "fewer layers": ("depth",),
    "more units": ("width",),
    "less penalty": ("penalty",),
    "more penalty": ("shrinkage",),
    "stop early": ("early_stopping",),
    "weight the classes": ("balance",),
}
"""From a repair of the suite to the remedies that make it; gaps and wrong labels are not mended by any training."""
_MOST = 0.5
"""Of what the best repair gains: a remedy that gains more than that fixes the network."""


def fixed(labelled: Iterable[tuple[Case, Figures]], each: int) -> str:
    """Return how often the remedy that is ranked first fixes a sick network, as a line of a table.

    Counted are networks of our own core for which a repair that wins has a remedy, `each` of every way to make a
    mistake. The remedy is made with all training samples, and scored on the suite's own held-out ones.
    """
    taken: dict[str, int] = {}
    right = total = 0
    for case, figures in labelled:
        if (
            case.recipe.framework != "multilayer"
            or figures.label != "sick"
            or taken.get(case.name, 0) >= each
        ):
            continue
        if not figures.winners & set(REPAIRED_BY):
            continue
        taken[case.name] = taken.get(case.name, 0) + 1
        total += 1
        right += _is_fixed(case, figures)
    return f"{right} of {total}" + (f" ({right / total:.0%})" if total else "")


def _is_fixed(case: Case, figures: Figures) -> bool:
    found = made(case.recipe, 0)
    y = found.data.y.reshape(-1, 1) if found.loss == "binary_cross_entropy" else found.data.y
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        ranking = try_fixes(found.model, found.data.X, y, progress=False)
        best = ranking.best
        if best is None:
            return False
        problem = problem_of(
            found.model,
            found.data.X,
            y,
            None,
            None,
            epochs=None,
            samples=len(y),
            held_out=None,
            rng=np.random.default_rng(0),
        )
        setup = next(
            one.setup
            for name, one in variants(problem.setup)
            if name == best.remedy and isinstance(one, Variant) and one.change == best.change
        )
        reached = mean(_skill(setup, found, seed) for seed in range(len(figures.sick)))
    sick, mended = mean(figures.sick), max(mean(scores) for scores in figures.repairs.values())
    return reached - sick > _MOST * (mended - sick)


def _skill(setup: Setup, found: Made, seed: int) -> float:
    """Return the suite's held-out skill of a training with this setup."""
    data = found.data
    y, scored_y = data.y.astype(np.float64), data.scored_y.astype(np.float64)
    if data.classes:
        y, scored_y = data.y, data.scored_y
    if found.loss == "binary_cross_entropy":
        y, scored_y = y.reshape(-1, 1), scored_y.reshape(-1, 1)
    ready = Data(data.X, y, data.scored_X, scored_y, np.arange(len(scored_y))).prepared(setup)
    trained: Trained = setup.trained(ready.X, ready.y, seed)
    threshold = 0.5 if found.loss == "binary_cross_entropy" else None
    outputs = numbered(np.asarray(trained.network(ready.scored_X)), data.classes, threshold)
    scored = ready.scored_y if data.classes == 0 else data.scored_y
    as_scored = Made(
        found.recipe,
        type(data)(ready.X, data.y, ready.scored_X, scored),
        trained,
        found.loss,
        lambda _: outputs,
        trained,
        (),
    )
    return skill(as_scored)
