"""Sums of gradients, made by the workers of a Dask cluster."""

from __future__ import annotations

import itertools
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.arrays import well_laid_out
from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations import Activation
from multilayer.cluster.connection import (
    ClusterLostError,
    Required,
    lost,
    where_it_answers,
    workers_lost_by,
)
from multilayer.cluster.rows import DaskRows
from multilayer.cluster.workers import Say, Workers
from multilayer.optimizers import Parameters
from multilayer.training.block_sums import (
    BLOCK,
    Adder,
    Samples,
    Sums,
    Vector,
    blocks_of_rows,
    engine_of_blocks,
    pairwise,
    weight_of,
)
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays

__all__ = ["ClusterStepSums", "ClusterSums"]

_LOSSES = 5
"""How many workers may be lost in a row, and their work is done again."""
_PER_THREAD = 4
"""Shards for each thread of the cluster: enough that a slow worker holds up little."""
_PAUSE = 0.5
"""Seconds until the scheduler has seen that a worker is gone."""
_LOOK = 0.5
"""Seconds between two looks at the workers."""
_INLINE = 2**16
"""Bytes of parameters that go with each task; more of them go to one worker, and from there to the others."""
_PART = 2**22
"""Bytes of x that go with one task, at most."""
_TRAININGS = 16
"""How many trainings have a worker keep the memory of their sums."""


@dataclass(frozen=True)
class Task:
    """What all shards of a training have in common."""

    token: str
    config: TrainConfig
    activations: tuple[Activation, ...]
    required: Required

    @classmethod
    def of(cls, config: TrainConfig, activations: tuple[Activation, ...]) -> Task:
        """Return the task of a new training."""
        return cls(uuid4().hex, config, activations, Required.here())


class ClusterSums(Sums):
    """The sums of `BlockSums`, shared out: the same bits for any number of workers, and when one is lost.

    Each shard is sent to a worker once, or computed there if the rows are Dask's, and stays there.
    """

    def __init__(
        self, client: Any, say: Say, config: TrainConfig, activations: tuple[Activation, ...], data: Arrays
    ) -> None:
        self._client, self._task, self._whole = client, Task.of(config, activations), weight_of(data)
        self._workers = Workers(client, say)
        (blocks,) = data.batches(BLOCK, None)
        self._shards = [
            replace(blocks.slice(first, last), size=(last - first) * BLOCK)
            for first, last in shards(self._workers.some(), len(blocks))
        ]
        """Each as one batch."""
        self._held: list[tuple[Any, ...]] = [()] * len(self._shards)
        """Futures of the samples of each shard: of all, or of x and of the others."""

    def total(self, parameters: Parameters) -> Vector | None:
        sums = gathered(self._workers, len(self._shards), self._submit, parameters)
        return pairwise(
            (-(-shard.rows // BLOCK), found) for shard, found in zip(self._shards, sums, strict=True)
        )

    def _submit(self, number: int, parameters: Any) -> Any:
        held = self._held[number]
        if not held or any(future.status in ("lost", "cancelled", "error") for future in held):
            held = self._held[number] = self._sent(number)
        samples = held if len(held) > 1 else held[0]
        return self._client.submit(
            part_sum, self._task, samples, self._whole, parameters, pure=False, retries=_LOSSES
        )

    def _sent(self, number: int) -> tuple[Any, ...]:
        """Send the samples of one shard to one worker; x of Dask is computed there."""
        shard = self._shards[number]
        rows, X, targets = shard.chosen(0), shard.X, shard.targets(0)
        if isinstance(X, DaskRows) and isinstance(rows, slice):
            return self._client.compute(X.part(rows)), *self._client.scatter([targets], hash=False)
        return tuple(self._client.scatter([(np.ascontiguousarray(X[rows]), targets)], hash=False))


class ClusterStepSums:
    """The sums of the blocks of a batch, whose rows go to the workers with each step."""

    def __init__(
        self, client: Any, say: Say, config: TrainConfig, activations: tuple[Activation, ...]
    ) -> None:
        self._client, self._task = client, Task.of(config, activations)
        self._workers = Workers(client, say)

    def total(self, parameters: Parameters, samples: Samples, whole: float) -> Vector | None:
        """Return the objective, and behind it the gradient; None where not finite."""
        x, y, weights = samples
        blocks = shard_blocks(self._workers.some(), -(-len(x) // BLOCK), per_thread=1)
        while blocks > 1 and blocks * BLOCK * x[0].nbytes > _PART:
            blocks //= 2
        rows = blocks * BLOCK
        parts = [slice(at, min(at + rows, len(x))) for at in range(0, len(x), rows)]

        def submit(number: int, parameters: Any) -> Any:
            part = parts[number]
            some = x[part], (y[part], None if weights is None else weights[part])
            return self._client.submit(
                part_sum, self._task, some, whole, parameters, pure=False, retries=_LOSSES
            )

        sums = gathered(self._workers, len(parts), submit, parameters)
        return pairwise(
            (-(-(part.stop - part.start) // BLOCK), found) for part, found in zip(parts, sums, strict=True)
        )


def shard_blocks(threads: int, blocks: int, per_thread: int = _PER_THREAD) -> int:
    """Return a power of two, such that each thread of the cluster has a few shards of so many blocks."""
    return 1 << max(0, (blocks // (per_thread * threads)).bit_length() - 1)


def shards(threads: int, blocks: int) -> list[tuple[int, int]]:
    """Return the first block of each shard, and the one behind its last: the last shards are small, to end together."""
    size = shard_blocks(threads, blocks)
    rounds = blocks // (size * threads) * size * threads
    starts = [*range(0, rounds, size), *range(rounds, blocks, max(1, size // 8)), blocks]
    return list(itertools.pairwise(starts))


def gathered(
    workers: Workers, count: int, submit: Callable[[int, Any], Any], parameters: Parameters
) -> Sequence[Any]:
    """Return the results of tasks by number; what a lost worker had is submitted again.

    `submit` starts a task by its number, and gets the parameters, or the future of them where they are large.

    Raises
    ------
    ClusterLostError
        When the scheduler is gone, when there is no worker for a minute, and when workers are lost again and again.
    """
    client, done, losses = workers.client, dict[int, Any](), 0
    while True:
        workers.some()
        common: Any = parameters
        reasons = list[BaseException]()
        try:
            if sum(array.nbytes for array in parameters) > _INLINE:
                (common,) = client.scatter([parameters], hash=False)
            tasks = {number: submit(number, common) for number in range(count) if number not in done}
        except lost() as error:  # the worker that data were sent to
            tasks = {}
            reasons.append(error)
            time.sleep(_PAUSE)
        for number, task in tasks.items():
            try:
                done[number] = _result(workers, task)
            except InputError:
                where_it_answers(client, partial(client.cancel, list(tasks.values())))
                raise
            except lost() as error:
                reasons.append(error)
        if not reasons:
            return [done[number] for number in range(count)]
        reason = max(reasons, key=workers_lost_by)
        losses += workers_lost_by(reason)
        if losses > _LOSSES:
            raise ClusterLostError(
                fill(
                    "the cluster lost workers {count} times in a row while it computed one gradient; last: {reason}",
                    count=losses,
                    reason=reason,
                )
            )


def _result(workers: Workers, task: Any) -> Any:
    """Return the result of a task, however long it takes while there are workers."""
    while True:
        try:
            return task.result(timeout=_LOOK)
        except (TimeoutError, UnboundLocalError):
            # Dask's `sync` has neither a result nor an error to raise where its own wait ran out at the same moment.
            workers.look()


_adders: OrderedDict[str, Adder] = OrderedDict()
"""Of this worker, by training."""


def part_sum(
    task: Task,
    samples: tuple[NDArray[Any], tuple[NDArray[Any], NDArray[np.float64] | None]],
    whole: float,
    parameters: Parameters,
) -> Vector | None:
    """Return the sum of some consecutive blocks; on a worker."""
    task.required.check()
    parameters = tuple(map(well_laid_out, parameters))  # arrays may arrive unaligned
    x, (y, weights) = samples
    # Taken out while it is in use, so that two tasks at once have one each.
    adder = _adders.pop(task.token, None)
    with backend.threads(1):
        if adder is None:
            adder = Adder(engine_of_blocks(task.config, task.activations, parameters), parameters)
        total = adder.total(parameters, blocks_of_rows(x, y, weights), whole)
    _adders[task.token] = adder
    while len(_adders) > _TRAININGS:
        _adders.popitem(last=False)
    return total
