"""The cases of the suite: a mistake or a healthy kind, a seed, and the label that interventions give.

Development looks at the open half: half of the realizations, seeds from 0. The scored half has all realizations, and
seeds from 1000. The fresh part, seeds from 100, has the open half's realizations and more of its own (`fresh`).
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Literal

import numpy as np

from tests.diagnosis_cases.fresh import MORE_HEALTHY, MORE_MISTAKES
from tests.diagnosis_cases.healthy import HEALTHY
from tests.diagnosis_cases.mistakes import MISTAKES
from tests.diagnosis_cases.recipe import Recipe
from tests.diagnosis_cases.repairs import repaired, well_made
from tests.diagnosis_cases.training import made, skill

__all__ = ["Case", "Figures", "Half", "cases", "labelled", "measured", "store", "stored"]

Half = Literal["open", "fresh", "scored"]
_FIRST = {"open": 0, "fresh": 100, "scored": 1000}
_SEEDS = 3
_MEDIAN = math.sqrt(math.log(2))
"""Median standard deviation of three numbers from a normal distribution of standard deviation 1."""
_GAIN, _NONE = 0.15, 0.05
"""What a repair gains of a sick network at least, and of a healthy one at most: of the way to perfection."""
_LEARNED = 0.1
_NEAR = 0.1
"""Of the largest gain: repairs that gain nearly as much win as well."""
_FOLDER = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Case:
    """A recipe with a mistake, or of a healthy kind."""

    mistake: str
    """ "healthy" where none was made."""
    name: str
    recipe: Recipe

    @property
    def key(self) -> str:
        return f"{self.name} {self.recipe.seed}"


Scores = tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """Held-out skill, one per seed: of the network as it is, of a well-made one, and with each repair alone."""

    sick: Scores
    well_made: Scores
    repairs: dict[str, Scores]

    @property
    def spread(self) -> float:
        """Standard deviation between seeds: from its median, which a training that jumps does not widen."""
        return float(np.median(np.std(self._all, axis=1, ddof=1))) / _MEDIAN

    @property
    def noise(self) -> float:
        """Two standard errors of the difference between two means over the seeds."""
        return 2.0 * self.spread * math.sqrt(2.0 / len(self.sick))

    @property
    def is_complete(self) -> bool:
        """Whether there is a score for every seed."""
        return all(len(scores) == _SEEDS for scores in self._all)

    @property
    def _all(self) -> list[Scores]:
        return [self.sick, self.well_made, *self.repairs.values()]

    @property
    def label(self) -> str:
        """ "sick", "healthy", "nothing to learn", "combined" (no single repair helps), or "between".

        It is of the training, whose mean counts, and has to hold for the network that is diagnosed, the first seed's.
        """
        best, sick, good = max(map(mean, self.repairs.values())), mean(self.sick), mean(self.well_made)
        if max(best, sick, good) < _LEARNED:
            return "nothing to learn"
        if best - sick > max(_GAIN, self.noise) or self._clear:
            return "sick" if best - self.sick[0] > _GAIN else "between"
        if good - sick > max(_GAIN, self.noise):
            return "combined" if good - self.sick[0] > _GAIN else "between"
        healthy = best - sick <= min(_GAIN, max(_NONE, self.noise)) and best - self.sick[0] <= _GAIN
        return "healthy" if healthy else "between"

    @property
    def _clear(self) -> bool:
        """Whether a repair gains with its worst seed over the best seed without it."""
        return max(map(min, self.repairs.values())) - max(self.sick) > _GAIN

    @property
    def winners(self) -> frozenset[str]:
        """The repairs that come near the best one."""
        means = {name: mean(reached) for name, reached in self.repairs.items()}
        best = max(means.values())
        margin = max(self.noise, _NEAR * (best - mean(self.sick)))
        return frozenset(name for name, reached in means.items() if reached >= best - margin)


def cases(half: Half, each: int) -> Iterator[Case]:
    """Return so many cases of each realization and each healthy kind."""
    first, fresh = _FIRST[half], half == "fresh"
    for number in range(first, first + each):
        for realization in (*MISTAKES, *(MORE_MISTAKES if fresh else ())):
            if half == "scored" or not realization.hidden_half:
                recipe = realization.recipe(_rng(realization.name, number), number)
                yield Case(realization.mistake, realization.name, recipe)
        for kind in (*HEALTHY, *(MORE_HEALTHY if fresh else ())):
            yield Case("healthy", kind.name, kind.recipe(_rng(kind.name, number), number))


def _rng(name: str, number: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(name.encode()), number])


def measured(case: Case, known: Figures | None = None) -> Figures:
    """Return the figures of a case: the training as it is, then with each repair alone.

    Scores that are known already are kept, and the seeds that are missing are trained.
    """
    before = known or Figures((), (), {})
    repairs = {
        name: _scores(other, before.repairs.get(name, ())) for name, other in repaired(case.recipe).items()
    }
    return Figures(
        _scores(case.recipe, before.sick), _scores(well_made(case.recipe), before.well_made), repairs
    )


def _scores(recipe: Recipe, known: Scores) -> Scores:
    return (*known, *(round(_score(recipe, seed), 3) for seed in range(len(known), _SEEDS)))


def _score(recipe: Recipe, seed: int) -> float:
    try:
        return skill(made(recipe, seed))
    except FloatingPointError:
        return -1.0


def stored(half: Half) -> dict[str, Figures]:
    """Return the figures that were stored, by the key of their case."""
    path = _FOLDER / f"{half}.jsonl"
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        key, sick, good, repairs = json.loads(line)
        found[key] = Figures(sick, good, repairs)
    return found


def store(half: Half, found: Mapping[str, Figures]) -> None:
    """Write the figures of all cases of a part to its file."""
    _FOLDER.mkdir(exist_ok=True)
    lines = [
        json.dumps([key, one.sick, one.well_made, one.repairs], separators=(",", ":"))
        for key, one in found.items()
    ]
    new = _FOLDER / f"{half}.new"
    new.write_text("\n".join([*lines, ""]))
    new.replace(_FOLDER / f"{half}.jsonl")


def labelled(half: Half, each: int) -> list[tuple[Case, Figures]]:
    """Return the cases whose figures are stored."""
    found = stored(half)
    return [(case, found[case.key]) for case in cases(half, each) if case.key in found]
