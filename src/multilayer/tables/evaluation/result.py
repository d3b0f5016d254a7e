"""What a model is worth on a table: scores with intervals, beside simple models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer.tables.evaluation.text import html_of, text_of
from multilayer.tables.evaluation.verdict import Comparison, Figure
from multilayer.tables.suspicions import Seen, Suspicion

__all__ = ["Coverage", "Evaluation", "Scored"]


@dataclass(frozen=True)
class Scored:
    """The scores of the model, or of a baseline, each with its 90 % interval."""

    name: str
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Coverage:
    """How many rows are inside of their interval or set, and how large these are: mean width, or mean classes."""

    asked: float
    found: Figure
    size: float


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What a model is worth on a table; printable, shown as HTML in a notebook, `to_json` for programs.

    Intervals of scores are percentiles, 5 to 95, of a bootstrap over the rows of the table; that of a difference draws
    the same rows for both. They show how much another table of as many rows could change a figure, and nothing about
    another training.
    """

    verdict: str
    target: str
    classes: tuple[Any, ...]
    """In the order of the confusion matrix; empty for numbers."""
    rows: int
    seen: Seen | None
    """How many rows the model was trained on, by its own record or the training table; None where it is none of them,
    or too few to tell from chance. The verdict then says nothing about the scores."""
    scores: tuple[Scored, ...]
    """The model first, then the baselines."""
    comparisons: tuple[Comparison, ...]
    """The model beside each baseline, by the main score."""
    confusion: NDArray[np.int64] | None
    """Rows by true class (first axis) and predicted class."""
    calibration_error: float | None
    """As `multilayer.tables.calibration_error` defines it."""
    calibration_error_by_chance: float | None
    """What perfect probabilities would have on as many rows."""
    coverage: Coverage | None
    suspicions: tuple[Suspicion, ...]
    notes: tuple[str, ...]

    @property
    def level(self) -> Literal["good", "warning", "error"]:
        """Whether the model is better than the best constant, not, or that cannot be told from these rows."""
        gain = self.comparisons[0].gain
        if self.seen is not None or np.isnan(gain.value):
            return "warning"
        return "good" if self.comparisons[0].better else "error"

    def to_json(self) -> bytes:
        """Return all of it as JSON."""
        return strict_json.to_json(self)

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return html_of(self)
