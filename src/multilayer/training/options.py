"""The options of `train` and `fit`, as type checkers and editors see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Required, TypedDict

from numpy.typing import ArrayLike

from multilayer._base.random import Seed
from multilayer._base.storage import AnyPath
from multilayer.losses import Loss
from multilayer.optimizers import LBFGS, Clip, Optimizer, Schedule
from multilayer.training import data as sources
from multilayer.training.callbacks import Callback
from multilayer.training.checkpoint import Checkpoint
from multilayer.training.events import Memory, Trained
from multilayer.training.metrics import Metric
from multilayer.training.stopping import EarlyStopping

__all__ = ["Options"]


class Options(TypedDict, total=False):
    """What `train` says of each is in its docstring; a test holds names and types to its signature."""

    loss: Required[Loss | str]
    optimizer: Optimizer | LBFGS | str
    schedule: Schedule | str
    epochs: int
    batch_size: int
    shuffle: bool
    validation: float | tuple[Any, ...] | None
    stopping: EarlyStopping | None
    clip: Clip | None
    dropout: float | Sequence[float]
    sample_weight: ArrayLike | None
    class_weight: sources.ClassWeight
    l2: float
    weight_decay: float
    metrics: str | Metric | Iterable[str | Metric]
    rng: Seed
    callbacks: Callback | Iterable[Callback]
    checkpoint: Checkpoint | AnyPath | None
    every: int | None
    after: Memory | Trained | None
