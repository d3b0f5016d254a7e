"""Sums of gradients, made by the workers of a Dask cluster."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from multilayer.training.block_engine import HereSums, Samples, engine_of_blocks
from multilayer.training.block_sums import BLOCK, BlockSums, Sums, Vector, pairwise, weight_of
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
_KEPT = 256
"""Shards for which a worker keeps its engine."""


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
        blocks = shard_blocks(self._workers.some(), -(-data.rows // BLOCK))
        (self._shards,) = data.batches(blocks * BLOCK, None)
        self._held: list[tuple[Any, Any] | None] = [None] * len(self._shards)

    def total(self, parameters: Parameters) -> Vector | None:
        sums = gathered(self._workers, len(self._shards), self._submit, parameters)
        sizes = [
            -(-min(self._shards.size, self._shards.rows - n * self._shards.size) // BLOCK)
            for n in range(len(sums))
        ]
        return pairwise(zip(sizes, sums, strict=True))

    def _submit(self, number: int, parameters: Any) -> Any:
        held = self._held[number]
        if held is None or any(future.status in ("lost", "cancelled", "error") for future in held):
            held = self._held[number] = self._sent(number)
        return self._client.submit(
            shard_sum, self._task, number, *held, self._whole, parameters, pure=False, retries=_LOSSES
        )

    def _sent(self, number: int) -> tuple[Any, Any]:
        """Send x, and y with the weights, of one shard to a worker; x of Dask is computed there."""
        rows, X = self._shards.chosen(number), self._shards.X
        if isinstance(X, DaskRows) and isinstance(rows, slice):
            x = self._client.compute(X.part(rows))
            (targets,) = self._client.scatter([self._shards.targets(number)], hash=False)
        else:
            parts = [np.ascontiguousarray(X[rows]), self._shards.targets(number)]
            x, targets = self._client.scatter(parts, hash=False)
        return x, targets


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
            some = x[part], y[part], None if weights is None else weights[part]
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
                with where_it_answers(client) as answering:
                    if answering:
                        client.cancel(list(tasks.values()))
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
        except TimeoutError:
            workers.look()


_engines: OrderedDict[tuple[str, int], Any] = OrderedDict()
"""Of this worker, by training and shard."""


def shard_sum(
    task: Task,
    number: int,
    x: NDArray[Any],
    targets: tuple[NDArray[Any], NDArray[np.float64] | None],
    whole: float,
    parameters: Parameters,
) -> Vector | None:
    """Return the sum of one shard of all the data; on a worker."""
    task.required.check()
    parameters = tuple(map(well_laid_out, parameters))  # arrays may arrive unaligned

    def sums() -> BlockSums:
        y, weights = targets
        data = Arrays(x, well_laid_out(y), None if weights is None else well_laid_out(weights))
        return BlockSums(task.config, task.activations, parameters, data, whole)

    total: Vector | None = _with_kept((task.token, number), sums, lambda kept: kept.total(parameters))
    return total


def part_sum(task: Task, samples: Samples, whole: float, parameters: Parameters) -> Vector | None:
    """Return the sum of some blocks of a batch; on a worker."""
    task.required.check()
    parameters = tuple(map(well_laid_out, parameters))
    x, y, weights = samples
    some = well_laid_out(x), well_laid_out(y), None if weights is None else well_laid_out(weights)

    def sums() -> HereSums:
        return HereSums(engine_of_blocks(task.config, task.activations, parameters))

    total: Vector | None = _with_kept((task.token, 0), sums, lambda kept: kept.total(parameters, some, whole))
    return total


def _with_kept(key: tuple[str, int], make: Callable[[], Any], use: Callable[[Any], Any]) -> Any:
    """Return what is made of something that this worker keeps between two tasks."""
    # Taken out while it is in use, so that a task that Dask started twice gets one of its own.
    kept = _engines.pop(key, None)
    with backend.threads(1):
        kept = make() if kept is None else kept
        found = use(kept)
    _engines[key] = kept
    while len(_engines) > _KEPT:
        _engines.popitem(last=False)
    return found
