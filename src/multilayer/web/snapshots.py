"""States of a training to go back to: few enough for memory, near enough to compute what lies between."""

from __future__ import annotations

import time
from collections.abc import Callable

from multilayer.training.state import TrainState

__all__ = ["Snapshots"]

_MOST = 64
_BYTES = 64 * 2**20
_APART = 0.05
"""Seconds of training between two states at least: what lies between is soon computed again."""


class Snapshots:
    """States after multiples of `stride` epochs. Of too many, every other one goes and the stride doubles."""

    def __init__(self, first: TrainState) -> None:
        order = first.progress.order
        arrays = [
            *first.parameters,
            *sum(first.optimizer.slots.values(), ()),
            *([] if order is None else [order]),
        ]
        size = sum(array.nbytes for array in arrays) or 1
        self._most = min(max(_BYTES // size, 2), _MOST)
        self._states = {0: first}
        self.stride = 1
        self._due = 0.0

    def __len__(self) -> int:
        return len(self._states)

    def offer(self, epoch: int, state: Callable[[], TrainState]) -> None:
        """Keep the state after an epoch, if it is one to be kept."""
        if time.monotonic() < self._due or epoch % self.stride or epoch in self._states:
            return
        if len(self._states) == self._most:
            self.stride *= 2
            self._states = {kept: old for kept, old in self._states.items() if kept % self.stride == 0}
            if epoch % self.stride:
                return
        self._states[epoch] = state()
        self._due = time.monotonic() + _APART

    def before(self, epoch: int) -> TrainState:
        """Return the last state that is kept of this epoch or an earlier one."""
        return self._states[max(kept for kept in self._states if kept <= epoch)]
