"""How often each class is meant, and how often it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer.plots.axes import label, legend_above, percent
from multilayer.plots.figures import BLUE, GREY, drawn_on
from multilayer.plots.picture import Picture, measured

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import Integers
    from multilayer.plots.figures import Axes

__all__ = ["picture", "predictions"]

_NAMED = 20
_LONGEST_NAME = 14


def predictions(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw of each class how many samples belong to it, and how many the network says do."""
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    counts, said = _counts(evidence)
    places = np.arange(counts.size)
    ax.bar(places - 0.2, counts, 0.38, color=GREY, label="samples of the class")
    ax.bar(places + 0.2, said, 0.38, color=BLUE, label="predicted to be of it")
    if counts.size <= _NAMED:
        names = [label(name, _LONGEST_NAME) for name in _names(evidence)]
        tilted = sum(map(len, names)) > 70
        ax.set_xticks(
            places, names, parse_math=False, rotation=35 if tilted else 0, ha="right" if tilted else "center"
        )
    else:
        ax.set_xlabel("class, from 0")
    ax.set_xlim(-0.6, counts.size - 0.4)
    ax.set_ylabel("samples")
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
        return "classes need y"
    if outputs.target_counts is None or outputs.predicted_counts is None:
        return "the targets are no classes"
    return None


def _names(evidence: Evidence) -> tuple[str, ...]:
    return tuple(map(str, evidence.network.classes or range(_counts(evidence)[0].size)))


def _words(evidence: Evidence) -> str:
    counts, said = _counts(evidence)
    names = _names(evidence)
    most = int(said.argmax())
    silent = [names[k] for k in np.flatnonzero((said == 0) & (counts > 0))]
    never = f"; never predicted: {', '.join(silent[:_NAMED])}" if silent else ""
    share = percent(float(said[most]) / max(int(said.sum()), 1))
    return (
        f"{counts.size} classes with {_between(counts)} samples each; class {names[most]} is "
        f"predicted for {share} of the samples{never}."
    )


def _between(counts: Integers) -> str:
    least, largest = int(counts.min()), int(counts.max())
    return str(least) if least == largest else f"{least} to {largest}"


def _numbers(evidence: Evidence) -> Table:
    counts, said = _counts(evidence)
    assert evidence.outputs is not None  # noqa: S101  (_counts looked)
    confusion = evidence.outputs.confusion
    rows = []
    for k, name in enumerate(_names(evidence)):
        right = (
            "–" if confusion is None or not counts[k] else percent(float(confusion[k, k]) / int(counts[k]))
        )
        rows.append((name, str(counts[k]), str(said[k]), right))
    columns = ("class", "samples", "predicted", "of its samples right")
    return Table("Classes and predictions", columns, tuple(rows))


picture = Picture(
    name="classes",
    heading="Classes meant and classes said",
    shows="How many samples belong to each class, and for how many the network says so.",
    draw=lambda evidence, figure: predictions(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 2.6),
    missing=_missing,
)
