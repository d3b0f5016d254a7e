"""Layers that are straight lines on the data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import early, fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined, numbers, phrase
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured, Severity

__all__ = ["linear_units"]

_STRAIGHT = 0.999
"""R^2 of a straight line through h(a)."""
_MOST = 0.5


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    hidden = evidence.layers[:-1]
    if not hidden:
        yield NotMeasured("linear_units", "the network has no hidden layer: it is linear but for its outputs")
        return
    straight = [_straight(layer.linearity) for layer in hidden]
    layers = [n for n, share in enumerate(straight, 1) if share == 1.0]
    if len(layers) == len(hidden):
        yield _all(evidence)
        return
    for number in layers:
        yield Finding(
            check="linear_units",
            title=f"layer {number} acts linearly",
            severity="warning" if fares(evidence) == "badly" and not early(evidence) else "note",
            layer=number,
            units=(),
            value=float(np.nanmin(hidden[number - 1].linearity)),
            threshold=_STRAIGHT,
            evidence="a straight line explains the outputs of each of its units, R^2 at least "
            f"{float(np.nanmin(hidden[number - 1].linearity)):.6f}",
            advice="Leave the layer out, or let its weighted sums spread far enough to bend: larger "
            "starting weights, standardized X, another activation.",
        )
    for number, (layer, share) in enumerate(zip(hidden, straight, strict=True), 1):
        if _MOST < share < 1.0:
            units = tuple(int(u) + 1 for u in np.flatnonzero(layer.linearity > _STRAIGHT))
            yield Finding(
                check="linear_units",
                title=f"{numbers(units, 'unit')} of layer {number} act linearly",
                severity="note",
                layer=number,
                units=units,
                value=share,
                threshold=_MOST,
                evidence=f"{phrase(len(units), layer.layer.units, 'units')} have R^2 of a straight line "
                f"beyond {_STRAIGHT}",
                advice="Nothing needs to be done while the network learns; otherwise let weighted sums "
                "spread further.",
            )


def _straight(linearity: np.ndarray) -> float:
    """Return the share of units that act linearly, of those that change."""
    known = linearity[~np.isnan(linearity)]
    return float((known > _STRAIGHT).mean()) if known.size else 0.0


def _all(evidence: Evidence) -> Finding:
    severity: Severity = "warning"
    if fares(evidence) == "well":
        severity = "note"
    elif fares(evidence) in ("badly", "so-so") and not early(evidence):
        severity = "error"
    least = min(float(np.nanmin(layer.linearity)) for layer in evidence.layers[:-1])
    named = all(layer.layer.activation.facts.name == "identity" for layer in evidence.layers[:-1])
    return Finding(
        check="linear_units",
        title="the network is a linear model: all hidden layers act linearly",
        severity=severity,
        layer=None,
        units=(),
        value=least,
        threshold=_STRAIGHT,
        evidence=joined(
            (
                "all hidden layers have the activation identity"
                if named
                else f"a straight line explains the outputs of every hidden unit, R^2 at least {least:.6f}",
                how_it_fares(evidence),
            )
        ),
        advice="Give hidden layers an activation that bends where the data are (activation='tanh' or "
        "'relu'), standardize X, or let starting weights be larger; network.collapse() shows the one "
        "layer that it is.",
    )


linear_units = Check(
    "linear_units",
    "Does every layer bend what it gets?",
    needing("linear_units", _run, "samples"),
)
