"""Work shared by the workers of a Dask cluster (extra `cluster`), with the same bits as in one process.

`connected` takes a client, an address or "local:4". `completed` makes calls that do not need each other, again where a
worker is lost; `Shared` is what they have in common. `ClusterSums` has the sums of a training made by the workers: a
shard is a subtree of the sums that one process makes (`training.lbfgs.BlockSums`), so that any number of workers makes
the same additions, in any order and after any loss.
"""

from multilayer.cluster.connection import ClusterLostError, Required, UnfitWorkerError, connected, workers_of
from multilayer.cluster.rows import DaskRows, rows_of
from multilayer.cluster.shared import Link, Shared
from multilayer.cluster.sums import ClusterStepSums, ClusterSums
from multilayer.cluster.tasks import Outcome, completed
from multilayer.cluster.workers import WorkerLost

__all__ = [
    "ClusterLostError",
    "ClusterStepSums",
    "ClusterSums",
    "DaskRows",
    "Link",
    "Outcome",
    "Required",
    "Shared",
    "UnfitWorkerError",
    "WorkerLost",
    "completed",
    "connected",
    "rows_of",
    "workers_of",
]


def __dir__() -> list[str]:
    return sorted(__all__)
