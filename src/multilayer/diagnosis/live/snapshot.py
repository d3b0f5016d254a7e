"""A snapshot of a network in training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer.diagnosis.checks import CHECKS
from multilayer.diagnosis.diagnosis import conclude
from multilayer.diagnosis.evidence import LayerStatistics, TrainingRecord
from multilayer.diagnosis.finding import Finding
from multilayer.diagnosis.measure import Sources, measure
from multilayer.losses import Loss
from multilayer.network import MLP

__all__ = ["Sample", "Snapshot"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What was measured of a network in training. Arrays have an entry per layer."""

    epoch: int
    steps: int
    constant: Floats
    """Fraction of a layer's power that is the same for all samples."""
    dead: Floats
    """Fraction of units whose h' is 0 on every sample; nan where an activation has no h' of its own."""
    saturated: Floats
    """Fraction of units and samples where |h'| is below 1 % of its largest value; nan likewise."""
    update: Floats
    """Norm of W's change since the event before, over norm of W; nan where the weights then are not known."""
    whole_epoch: bool
    """Whether that was an epoch before; it is some batches where training yields its steps."""
    findings: tuple[Finding, ...]
    """Before the last epoch, an error that training may mend is a warning."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The samples that every snapshot is taken on."""

    X: NDArray[Any]
    y: NDArray[Any] | None
    loss: Loss | None
    rng: Random

    def snapshot(
        self,
        network: MLP,
        course: TrainingRecord,
        update: Floats,
        *,
        epoch: int,
        steps: int,
        whole_epoch: bool,
    ) -> Snapshot:
        """Measure, and run the checks."""
        missing = {"linear": fill("no linear model is fitted during training")}
        if self.y is None:
            missing["y"] = fill("no y was given")
        evidence = measure(
            Sources(network, self.X, self.y, self.loss, course, missing), self.rng, baseline=False
        )
        findings = conclude(evidence, CHECKS).findings
        return Snapshot(
            epoch,
            steps,
            np.array([layer.constant_fraction for layer in evidence.layers]),
            np.array([_dead(layer) for layer in evidence.layers]),
            np.array([_saturated(layer) for layer in evidence.layers]),
            update,
            whole_epoch,
            findings if course.stopped is not None else tuple(_for_now(findings)),
        )


def _for_now(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings as they are during training: what it may mend is no error yet."""
    lasting = {check.name for check in CHECKS if check.lasting}
    for finding in findings:
        if finding.severity == "error" and finding.check not in lasting:
            yield replace(finding, severity="warning")
        else:
            yield finding


def _dead(layer: LayerStatistics) -> float:
    return float("nan") if layer.active is None else float(np.mean(layer.active == 0))


def _saturated(layer: LayerStatistics) -> float:
    return float("nan") if layer.saturated is None else float(np.mean(layer.saturated) / layer.samples)
