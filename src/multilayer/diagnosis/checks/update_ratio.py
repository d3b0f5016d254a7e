"""How far weights move."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import graded
from multilayer.diagnosis.checks.words import numbers
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["update_ratio"]

_LARGE, _SMALL = 1.0, 1e-6
"""Update over weight in an epoch: weights replaced by others, or standing still."""
_STILL = 1e-5
"""The same over the whole training."""
_FEWEST = 3


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    course = evidence.course
    if course.update_ratios is not None and len(course.update_ratios) >= _FEWEST:
        yield from _live(evidence, np.median(np.asarray(course.update_ratios)[-_FEWEST:], axis=0))
    elif course.start is not None and course.start.shape == evidence.network.shape:
        yield from _whole(evidence)
    else:
        yield NotMeasured(
            "update_ratio",
            "neither the network before training nor its updates are known; give course=TrainingRecord(start=...), "
            "or diagnose live",
        )


def _live(evidence: Evidence, ratios: np.ndarray) -> Iterator[Finding]:
    for which, words, advice in (
        (ratios > _LARGE, "are replaced rather than trained", "Lower learning_rate_init tenfold."),
        (
            ratios < _SMALL,
            "stand still",
            "Raise learning_rate_init, or look for what keeps gradients from this layer.",
        ),
    ):
        layers = [int(n) + 1 for n in np.flatnonzero(which)]
        if layers:
            value = float(ratios[layers[0] - 1])
            yield Finding(
                check="update_ratio",
                title=f"the weights of {numbers(layers, 'layer')} {words}",
                severity=graded(evidence),
                layer=layers[0],
                units=(),
                value=value,
                threshold=_LARGE if value > 1 else _SMALL,
                evidence=f"an update is {value:.2g} times the weights of layer {layers[0]} (median of the "
                "last epochs)",
                advice=advice,
            )


def _whole(evidence: Evidence) -> Iterator[Finding]:
    start = evidence.course.start
    assert start is not None  # noqa: S101
    moved = [
        float(
            np.linalg.norm(new.W.astype(np.float64) - old.W)
            / (np.linalg.norm(old.W.astype(np.float64)) or 1.0)
        )
        for new, old in zip(evidence.network.layers, start.layers, strict=True)
    ]
    epochs = 0 if evidence.course.history is None else len(evidence.course.history)
    still = [n for n, distance in enumerate(moved, 1) if distance < _STILL]
    if still and epochs >= _FEWEST:
        yield Finding(
            check="update_ratio",
            title=f"the weights of {numbers(still, 'layer')} stand still",
            severity=graded(evidence),
            layer=still[0],
            units=(),
            value=moved[still[0] - 1],
            threshold=_STILL,
            evidence=f"in {epochs} epochs those of layer {still[0]} moved by {moved[still[0] - 1]:.2g} of "
            "their size",
            advice="Raise learning_rate_init, or look for what keeps gradients from this layer.",
        )


update_ratio = Check(
    "update_ratio",
    "Do weights move, and not too far?",
    _run,
)
