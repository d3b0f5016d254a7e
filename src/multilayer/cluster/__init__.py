"""Training shared by the workers of a Dask cluster (extra `cluster`), with the same bits as in one process.

A shard is a subtree of the sums that one process makes (`training.lbfgs.BlockSums`), so that any number of workers, in
any order, after any loss, makes the same additions. Workers keep their shards and get the weights with each task; the
process that trains adds up the shards, updates, and sends again what a lost worker had.
"""

from multilayer.cluster.sums import ClusterSums

__all__ = ["ClusterSums"]


def __dir__() -> list[str]:
    return sorted(__all__)
