"""PyTorch through torch.compile."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.cases import TrainingCase
from benchmarks.peers import torch_peer

NAME, PACKAGE = "torch.compile", "torch"


def training(case: TrainingCase) -> Callable[[], float]:
    """As eager, but compiled."""
    return torch_peer.training(case, compiled=True)
