"""The main score of a model beside those of simpler ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.text import fill
from multilayer._base.translation import translated
from multilayer.plots.figures import BLUE, GREY, drawn_on, label
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes
    from multilayer.tables import Evaluation

__all__ = ["model_scores"]

_LONGEST_NAME = 28


@captioned
def model_scores(evaluation: Evaluation, ax: Axes | None = None) -> Axes:
    """Draw the main score of the model and of each baseline, with its interval; the model first."""
    ax, name = drawn_on(ax), evaluation.comparisons[0].score
    figures = [scored.figures[name] for scored in evaluation.scores]
    places = np.arange(len(figures))
    colours = [BLUE, *[GREY] * (len(figures) - 1)]
    ax.hlines(
        places, [one.low for one in figures], [one.high for one in figures], colors=colours, linewidth=2
    )
    ax.scatter([one.value for one in figures], places, c=colours, s=28, zorder=3)
    ax.axvline(figures[0].value, color=BLUE, linewidth=0.8, alpha=0.5, zorder=0)
    names = [label(translated(scored.name), _LONGEST_NAME) for scored in evaluation.scores]
    ax.set_yticks(places, names, parse_math=False)
    ax.set_ylim(len(figures) - 0.5, -0.5)
    ax.set_xlabel(fill("{score}, with its 90 % interval", score=translated(name)))
    return ax
