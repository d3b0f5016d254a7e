"""The sums of the full-batch objective, made by the workers of a Dask cluster."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np

from multilayer import backend
from multilayer._base.arrays import well_laid_out
from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill
from multilayer.activations import Activation
from multilayer.cluster.connection import Required
from multilayer.optimizers import Parameters
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.lbfgs import BLOCK, BlockSums, Sums, Vector, pairwise, weight_of

__all__ = ["ClusterSums"]

_LOSSES = 5
"""How often in a row the work of lost workers is done again."""
_PER_THREAD = 4
"""Shards for each thread of the cluster: enough that a slow worker holds up little."""
_KEPT = 256
"""Shards for which a worker keeps its engine."""
_WAIT = 60
"""Seconds to wait for a worker where there is none left."""


@dataclass(frozen=True)
class Task:
    """What all shards of a training have in common."""

    token: str
    config: TrainConfig
    activations: tuple[Activation, ...]
    whole: float
    required: Required


class ClusterSums(Sums):
    """The sums of `BlockSums`, shared out: the same bits for any number of workers, and when one is lost.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster. Workers need this version of the package, and the native core if this process has it.
    """

    def __init__(
        self,
        client: Any,
        config: TrainConfig,
        activations: tuple[Activation, ...],
        start: Parameters,
        data: Arrays,
    ) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingExtraError("training on a cluster", "distributed", "cluster") from None
        if not isinstance(client, distributed.Client):
            raise InputError(
                fill(
                    "cluster: expected a dask.distributed.Client, found {kind}; write cluster=Client(address)",
                    kind=type(client).__name__,
                )
            )
        del start
        self._client: Any = client
        self._task = Task(uuid4().hex, config, activations, weight_of(data), Required.here())
        self._shards = _shards(data, self._blocks_of_a_shard(data))
        self._held: list[Any] = [None] * len(self._shards)

    def total(self, parameters: Parameters) -> Vector | None:
        sums: list[Vector | None] = self._everywhere(parameters)
        return pairwise(
            (-(-shard.rows // BLOCK), found) for shard, found in zip(self._shards, sums, strict=True)
        )

    def _blocks_of_a_shard(self, data: Arrays) -> int:
        """Return a power of two, such that each thread of the cluster has a few shards."""
        threads = sum(self._client.nthreads().values()) or 1
        blocks = -(-data.rows // BLOCK)
        return 1 << max(0, (blocks // (_PER_THREAD * threads)).bit_length() - 1)

    def _everywhere(self, parameters: Parameters) -> list[Vector | None]:
        """Return the sum of every shard; what a lost worker had is sent to others and done again."""
        done: dict[int, Vector | None] = {}
        for _ in range(_LOSSES + 1):
            self._send()
            tasks = {
                number: self._client.submit(
                    shard_sum, self._task, number, self._held[number], parameters, pure=False, retries=_LOSSES
                )
                for number in range(len(self._shards))
                if number not in done
            }
            for number, task in tasks.items():
                try:
                    done[number] = task.result()
                except InputError:
                    self._client.cancel(list(tasks.values()))
                    raise
                except _lost() as error:
                    reason = error
            if len(done) == len(self._shards):
                return [done[number] for number in range(len(self._shards))]
            self._held = [None if number not in done else held for number, held in enumerate(self._held)]
        raise InputError(
            fill(
                "the cluster lost workers {count} times in a row while it computed one gradient; last: {reason}",
                count=_LOSSES + 1,
                reason=reason,
            )
        )

    def _send(self) -> None:
        """Send the shards that no worker holds; wait for a worker where there is none."""
        missing = [
            number for number, held in enumerate(self._held) if held is None or held.status != "finished"
        ]
        if not missing:
            return
        try:
            self._client.wait_for_workers(1, timeout=_WAIT)
        except TimeoutError:
            raise InputError(
                fill(
                    "the cluster has had no worker for {seconds} s; start one, and train again", seconds=_WAIT
                )
            ) from None
        sent = self._client.scatter([self._shards[number] for number in missing], hash=False)
        for number, held in zip(missing, sent, strict=True):
            self._held[number] = held


def _lost() -> tuple[type[BaseException], ...]:
    """Return the errors by which a lost worker shows."""
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError
    from distributed.scheduler import KilledWorker

    return FutureCancelledError, CancelledError, CommClosedError, KilledWorker


def _shards(data: Arrays, blocks: int) -> Sequence[Arrays]:
    """Return consecutive parts of the data of so many blocks, in memory of their own."""
    (batches,) = data.batches(blocks * BLOCK, None)
    parts = []
    for number in range(len(batches)):
        rows = batches.chosen(number)
        weights = None if batches.weights is None else np.array(batches.weights[rows])
        parts.append(Arrays(np.ascontiguousarray(batches.X[rows]), np.array(batches.y[rows]), weights))
    return parts


_engines: OrderedDict[tuple[str, int], BlockSums] = OrderedDict()
"""Of this worker, by training and shard."""


def shard_sum(task: Task, number: int, shard: Arrays, parameters: Parameters) -> Vector | None:
    """Return the sum of one shard; on a worker."""
    task.required.check()
    parameters = tuple(map(well_laid_out, parameters))  # arrays may arrive unaligned
    # Taken out while it is in use, so that a task that Dask started twice gets one of its own.
    sums = _engines.pop((task.token, number), None)
    with backend.threads(1):
        if sums is None:
            weights = None if shard.weights is None else well_laid_out(shard.weights)
            data = Arrays(shard.X, well_laid_out(shard.y), weights)
            sums = BlockSums(task.config, task.activations, parameters, data, task.whole)
        total = sums.total(parameters)
    _engines[task.token, number] = sums
    while len(_engines) > _KEPT:
        _engines.popitem(last=False)
    return total
