"""Actual and predicted class counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.plots.figures import BLUE, GREY, Picture, drawn_on, label, legend_above, measured
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import Integers
    from multilayer.plots.figures import Axes

__all__ = ["picture", "predictions"]

_NAMED = 20
_LONGEST_NAME = 14
_ALL = N_(
    "{classes} classes with {samples} samples each; class {name} is predicted for {fraction} of the samples."
)
_NEVER = N_(
    "{classes} classes with {samples} samples each; class {name} is predicted for {fraction} of the samples; never "
    "predicted: {never}."
)


@captioned
def predictions(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw the number of samples of each class, and the number predicted to be of it."""
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    actual, predicted = _counts(evidence)
    places = np.arange(actual.size)
    ax.bar(places - 0.2, actual, 0.38, color=GREY, label=fill("actual"))
    ax.bar(places + 0.2, predicted, 0.38, color=BLUE, label=fill("predicted"))
    if actual.size <= _NAMED:
        names = [label(name, _LONGEST_NAME) for name in _names(evidence)]
        tilted = sum(map(len, names)) > 70
        ax.set_xticks(
            places, names, parse_math=False, rotation=35 if tilted else 0, ha="right" if tilted else "center"
        )
    else:
        ax.set_xlabel(fill("class, from 0"))
    ax.set_xlim(-0.6, actual.size - 0.4)
    ax.set_ylabel(fill("samples"))
    legend_above(ax, columns=2)
    return ax


def _counts(evidence: Evidence) -> tuple[Integers, Integers]:
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101  (a picture that is `missing` is not drawn)
    assert outputs.target_counts is not None  # noqa: S101
    assert outputs.predicted_counts is not None  # noqa: S101
    return outputs.target_counts, outputs.predicted_counts


def _missing(evidence: Evidence) -> str | None:
    outputs = evidence.outputs
    if outputs is None:
        return fill("classes need y")
    if outputs.target_counts is None or outputs.predicted_counts is None:
        return fill("the targets are no classes")
    return None


def _names(evidence: Evidence) -> tuple[str, ...]:
    return tuple(map(str, evidence.network.classes or range(_counts(evidence)[0].size)))


def _words(evidence: Evidence) -> str:
    actual, predicted = _counts(evidence)
    names = _names(evidence)
    most = int(predicted.argmax())
    never = [names[k] for k in np.flatnonzero((predicted == 0) & (actual > 0))]
    return fill(
        _NEVER if never else _ALL,
        classes=actual.size,
        samples="–".join(map(str, sorted({actual.min(), actual.max()}))),
        name=names[most],
        fraction=percent(float(predicted[most]) / max(int(predicted.sum()), 1)),
        never=", ".join(never[:_NAMED]),
    )


def _numbers(evidence: Evidence) -> Table:
    actual, predicted = _counts(evidence)
    confusion = evidence.outputs.confusion if evidence.outputs is not None else None
    rows = []
    for k, name in enumerate(_names(evidence)):
        recall = (
            "–" if confusion is None or not actual[k] else percent(float(confusion[k, k]) / int(actual[k]))
        )
        rows.append((name, str(actual[k]), str(predicted[k]), recall))
    columns = (N_("class"), N_("actual"), N_("predicted"), N_("recall"))
    return Table(fill("Actual and predicted classes"), tuple(map(fill, columns)), tuple(rows))


picture = Picture(
    name="classes",
    heading=N_("Actual and predicted classes"),
    shows=N_("The number of samples of each class, and the number predicted to be of it."),
    draw=lambda evidence, figure: predictions(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 2.6),
    missing=_missing,
)
