"""Layers that say nearly the same for all samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.dead_units import dead
from multilayer.diagnosis.checks.judgement import early, fares, how_it_ended, how_it_fares, skill
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence, LayerStatistics
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["collapsed_signal"]

_SHARE = 0.999
"""Constant share of power: at least 0.9999 in stuck networks, at most 0.98 in others (docs/diagnosis.md)."""
_NO_SKILL = 0.02


def _run(evidence: Evidence) -> Iterator[Finding]:
    hidden = evidence.layers[:-1]
    collapsed = [n for n, layer in enumerate(hidden, 1) if _collapsed(layer)]
    if not collapsed or evidence.samples < 2:
        return
    # What the next layers make of the rest counts: a mean is by nature there in a layer of sigmoids.
    severity = _severity(evidence)
    if severity is None:
        return
    layer = hidden[collapsed[0] - 1]
    yield Finding(
        check="collapsed_signal",
        title=f"the signal has collapsed: layer {collapsed[0]} says nearly the same for all samples",
        severity=severity,
        layer=collapsed[0],
        units=(),
        value=layer.constant_share,
        threshold=_SHARE,
        evidence=joined(
            (
                f"{layer.constant_share:.4%} of the power of its outputs is their mean (mean^2 / E[z^2])",
                f"layers {', '.join(map(str, collapsed))} alike" if len(collapsed) > 1 else "",
                _told_apart(evidence),
                how_it_ended(evidence),
            )
        ),
        advice="Standardize X; take tanh or relu in the place of a function whose outputs have a mean "
        "(logistic); use solver='lbfgs' for small data; or let training go on over the plateau (larger "
        "n_iter_no_change, smaller tol, more max_iter).",
    )


def _collapsed(layer: LayerStatistics) -> bool:
    silent = dead(layer)
    return layer.constant_share > _SHARE and not (silent is not None and silent.all())


def _severity(evidence: Evidence) -> Severity | None:
    outputs = evidence.outputs
    if fares(evidence) == "well":
        return None
    if outputs is None:
        last = evidence.layers[-1]
        constant = last.constant_share > _SHARE and len(evidence.layers) > 1
        return "error" if constant and not early(evidence) else "warning"
    own = skill(evidence)
    apart = _one_class(evidence) or (own is not None and own < _NO_SKILL)
    return "error" if apart and not early(evidence) else "warning"


def _one_class(evidence: Evidence) -> bool:
    counts = None if evidence.outputs is None else evidence.outputs.predicted_counts
    return counts is not None and int(np.count_nonzero(counts)) == 1


def _told_apart(evidence: Evidence) -> str:
    said = how_it_fares(evidence)
    return joined(
        ("every sample is predicted to be of one class" if _one_class(evidence) else "", said), ", and "
    )


collapsed_signal = Check(
    "collapsed_signal",
    "Do the outputs of every layer differ from sample to sample?",
    needing("collapsed_signal", _run, "samples"),
)
