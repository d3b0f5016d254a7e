"""Inputs of a size that weights are not made for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares, graded, how_it_fares, just_begun, skill
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import column_names, joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["unscaled_inputs"]

_LARGE, _SMALL = 30.0, 0.02
"""Root mean square of a column: initializers expect 1, and one and a half orders of magnitude are much."""
_FAR = 30.0
"""Mean over standard deviation: the column is nearly constant to the first layer."""

_DONE = 0.75


def _run(evidence: Evidence) -> Iterator[Finding]:
    x = evidence.inputs
    varies = x.least < x.largest
    size = np.hypot(x.mean, x.standard_deviation)
    # Sums of numbers near the largest double may overflow; the extremes do not.
    size = np.where(np.isfinite(size), size, np.maximum(np.abs(x.least), np.abs(x.largest)))
    with np.errstate(all="ignore"):
        offset = np.where(varies, np.abs(x.mean) / x.standard_deviation, 0.0)
    if not varies.any():
        return
    large, far = varies & (size > _LARGE), offset > _FAR
    if large.any() or far.any():
        chosen = large if large.any() else far
        value, threshold = (size[chosen].max(), _LARGE) if large.any() else (offset[chosen].max(), _FAR)
        what = "root mean square" if large.any() else "mean over standard deviation"
        columns = tuple(int(c) + 1 for c in np.flatnonzero(chosen))
        said = f"{what} of {column_names(evidence, columns)} up to {value:.3g}; about 1 is expected"
    elif size[varies].max() < _SMALL:
        columns, value, threshold = (), size[varies].max(), _SMALL
        said = f"the largest root mean square of a column is {value:.3g}; about 1 is expected"
    else:
        return
    yield Finding(
        check="unscaled_inputs",
        title="the inputs are not scaled",
        severity=_severity(evidence),
        layer=0,
        units=columns,
        value=float(value),
        threshold=threshold,
        evidence=joined((said, how_it_fares(evidence))),
        advice="Standardize X: make_pipeline(StandardScaler(), MLPClassifier(...)), or (X - X.mean(0)) / "
        "X.std(0) with the training data's mean and deviation kept for prediction.",
    )


def _severity(evidence: Evidence) -> Severity:
    """Weights that have learned to live with it are no trouble; those that are on the way might be there already.

    A loss that still falls is no excuse: it falls from where the scale of the inputs has put it.
    """
    own = skill(evidence)
    found = graded(evidence)
    if found == "warning" and fares(evidence) == "badly" and not just_begun(evidence):
        return "error"
    return "warning" if found == "note" and own is not None and own < _DONE else found


unscaled_inputs = Check(
    "unscaled_inputs",
    "Are the inputs of the size that weights are made for?",
    needing("unscaled_inputs", _run, "samples"),
)
