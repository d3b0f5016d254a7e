"""What a checkpoint says beside its tensors: the documents that its JSON is checked against."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

__all__ = ["FORMAT", "CheckpointDocument", "CheckpointHead", "OptimizerDocument"]

FORMAT = "multilayer-checkpoint 1"

Count = Annotated[int, Meta(ge=0, le=1 << 53)]
"""Up to the largest number that a float64 counts one by one."""


class CheckpointHead(Struct):
    """Read first, so that another version is refused by its name."""

    format: str


class OptimizerDocument(Struct, forbid_unknown_fields=True):
    """An `OptimizerState`; its arrays are tensors."""

    step: Count
    slots: list[str]
    scale: bool = False
    """Whether there is an `InputScale`; its arrays are tensors, too."""


class HistoryDocument(Struct, forbid_unknown_fields=True):
    """A `History`."""

    loss: list[float]
    validation_loss: list[float]
    metrics: dict[str, list[float]]
    learning_rate: list[float]
    seconds: list[float]


class WatchDocument(Struct, forbid_unknown_fields=True):
    """An `EarlyStoppingState`."""

    best: float | None
    best_epoch: Count | None
    waited: Count

    def __post_init__(self) -> None:
        if self.best is not None and math.isnan(self.best):
            raise ValueError("expected a best that is a number, found nan")


class CheckpointDocument(CheckpointHead, forbid_unknown_fields=True, kw_only=True):
    """A `TrainState` beside its tensors, and the terms of its training."""

    terms: dict[str, str]
    arrays: Count
    best: bool
    optimizer: OptimizerDocument
    rng: dict[str, Any]
    history: HistoryDocument
    watch: WatchDocument
    learning_rate: float
    epoch: Count
    batch: Count
    steps: Count
    samples: Count
    loss_sum: float
    rows: Count
    ended: Literal["plateau"] | None
    drawn: bool | UnsetType = UNSET
    """Unset in checkpoints from before there was such a field."""

    def __post_init__(self) -> None:
        if not 0.0 < self.learning_rate < math.inf:
            raise ValueError(f"expected a finite learning_rate above 0, found {self.learning_rate}")
        if self.rows < self.batch or bool(self.rows) != bool(self.batch):
            raise ValueError(f"{self.batch} batches of the epoch under way have {self.rows} rows")
        if self.steps < self.epoch + self.batch:
            raise ValueError(f"{self.epoch} epochs and {self.batch} batches have {self.steps} steps")
        best = self.watch.best_epoch
        if best is not None and not 1 <= best <= self.epoch:
            raise ValueError(f"the best of {self.epoch} epochs is number {best}")
        history = self.history
        curves = {"loss": history.loss, "learning_rate": history.learning_rate, "seconds": history.seconds}
        optional = {"validation_loss": history.validation_loss} if history.validation_loss else {}
        for name, curve in {**curves, **optional, **history.metrics}.items():
            if len(curve) != self.epoch:
                raise ValueError(f"history: {name[:40]} has {len(curve)} entries for {self.epoch} epochs")
