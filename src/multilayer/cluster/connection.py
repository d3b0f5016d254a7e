"""A Dask cluster to work on: its client, its address, or a number of processes of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from multilayer import backend
from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill, one_line

__all__ = [
    "WAIT",
    "ClusterLostError",
    "Required",
    "UnfitWorkerError",
    "connected",
    "dask",
    "lost",
    "where_it_answers",
    "workers_lost_by",
    "workers_of",
]

_LOCAL = re.compile(r"local:([1-9][0-9]{0,2})")
_SECONDS = 10
"""How long to wait for the answer of a scheduler."""
WAIT = 60.0
"""Seconds to wait for a worker where there is none left."""
_GONE = (OSError, RuntimeError, CancelledError)
"""By these shows a scheduler that is lost."""
_SETTINGS = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "500ms"}
"""Of processes started here: Dask's profiler and its ticks, every 10 and 20 ms, would take 2 to 3 % of each."""
_SILENT = 50
"""Of logging: workers that are killed are reported by this package, in one line."""

T = TypeVar("T")


def dask() -> Any:
    """Return the module `distributed`.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("work on a cluster", "distributed", "cluster") from None
    return distributed


@contextmanager
def connected(cluster: Any) -> Iterator[Any]:
    """Yield the client of a cluster, and close at the end what was started here.

    Parameters
    ----------
    cluster : distributed.Client or str
        A client; the address of a scheduler, such as "tcp://10.0.0.1:8786"; or "local:4", for four processes of this
        machine with one thread each.

    Raises
    ------
    InputError
        For anything else, and when no scheduler answers.
    ClusterLostError
        When the scheduler is lost while it is used.
    """
    distributed = dask()
    with _client_of(distributed, cluster) as client:
        try:
            with client.as_current():
                yield client
        except distributed.comm.CommClosedError:  # at any of the many calls that go to the scheduler
            raise _scheduler_lost() from None
        except _GONE:
            if _answers(client):
                raise
            raise _scheduler_lost() from None


@contextmanager
def _client_of(distributed: Any, cluster: Any) -> Iterator[Any]:
    if isinstance(cluster, distributed.Client):
        yield cluster
        return
    if not isinstance(cluster, str):
        raise InputError(
            "cluster: expected a dask.distributed.Client, an address or local:4, found {kind}; write "
            "cluster=Client(address)",
            kind=type(cluster).__name__,
        )
    with ExitStack() as stack:
        local = _LOCAL.fullmatch(cluster)
        if cluster.startswith("local") and local is None:
            raise InputError(
                "cluster: expected local: and a number of processes, such as local:4, found {cluster}",
                cluster=one_line(cluster, 80),
            )
        at = cluster if local is None else stack.enter_context(_processes(distributed, int(local[1])))
        yield stack.enter_context(_client(distributed, at, cluster, here=local is not None))


def _processes(distributed: Any, count: int) -> Any:
    from dask import config

    backend.info()  # reads OMP_NUM_THREADS, which Dask sets to 1 in this process when it starts another
    try:
        with config.set(_SETTINGS):  # workers have what is set when they are started
            return distributed.LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address=":0",
                silence_logs=_SILENT,
                preload="multilayer.cluster.worker",
            )
    except RuntimeError as error:
        raise InputError(
            "the {count} processes of the cluster did not start ({reason}); a script that starts processes does so "
            'under if __name__ == "__main__":',
            count=count,
            reason=one_line(str(error), 120),
        ) from None


def _client(distributed: Any, at: Any, address: str, *, here: bool) -> Any:
    try:
        # The default of the process only while the work lasts (`connected`): a client that loses its scheduler may
        # remain the default for good, and every later computation of Dask would ask for it.
        # Workers of this machine can be reached: data go to them and come back without a way over the scheduler.
        direct = True if here else None
        return _started(
            distributed.Client, at, timeout=_SECONDS, set_as_default=False, direct_to_workers=direct
        )
    except (OSError, ValueError, TypeError) as error:  # the last where TLS has no certificates
        raise InputError(
            "no Dask scheduler answers at {address} ({reason}); check the address, or start one with: "
            "dask scheduler",
            address=one_line(address, 80),
            reason=one_line(str(error), 120),
        ) from None


def _started(kind: Any, *arguments: Any, **options: Any) -> Any:
    """Return a client; close it where it does not start.

    Otherwise it closes itself when it is collected as garbage. Where that is in the thread of another client that
    starts, it is a deadlock: that start has the lock which a client takes to close.
    """
    client = kind.__new__(kind)
    try:
        client.__init__(*arguments, **options)
    except BaseException:
        client.close()
        raise
    return client


def _answers(client: Any) -> bool:
    """Whether the client has a connection to its scheduler."""
    return bool(client.status == "running")


def lost() -> tuple[type[BaseException], ...]:
    """Return the errors by which a lost worker shows."""
    return CancelledError, OSError, dask().KilledWorker


def workers_lost_by(error: BaseException) -> int:
    """Return how many workers were lost one after the other where a call ends with such an error, at least."""
    return error.allowed_failures + 1 if isinstance(error, dask().KilledWorker) else 1


def where_it_answers(client: Any, call: Callable[[], T]) -> T | None:
    """Return what a call returns that is of no use without the scheduler; None where it is lost, before or meanwhile.

    `client.status` alone is not enough: it changes some time after the connection is gone.
    """
    if _answers(client):
        with suppress(*_GONE):
            return call()
    return None


def workers_of(client: Any) -> dict[str, int]:
    """Return the threads of each worker, by its address.

    Raises
    ------
    ClusterLostError
        When the scheduler is gone.
    """
    found = where_it_answers(client, client.nthreads)
    if found is None:
        raise _scheduler_lost()
    return dict(found)


def _scheduler_lost() -> ClusterLostError:
    return ClusterLostError(
        fill("the connection to the scheduler of the cluster is lost; what is done is kept")
    )


class ClusterLostError(InputError):
    """The scheduler, or every worker, is gone."""


class UnfitWorkerError(InputError):
    """A worker would not give the bits of the process that asks it."""


@dataclass(frozen=True)
class Required:
    """What a worker has to have, so that its numbers are those of this process."""

    version: str
    backend: str

    @classmethod
    def here(cls) -> Self:
        """Return what this process has."""
        from importlib.metadata import version  # here, as only work on a cluster asks for it

        return cls(version("multilayer"), backend.info().backend)

    def check(self) -> None:
        """Refuse a worker with another version, or with NumPy in place of the native core.

        Instruction-set levels may differ: they have the same bits.

        Raises
        ------
        UnfitWorkerError
            Naming both.
        """
        found = self.here()
        if found != self:
            raise UnfitWorkerError(
                fill(
                    "a worker has multilayer {found} on {backend}, and this process {expected} on "
                    "{expected_backend}; install the same on both",
                    found=found.version,
                    backend=found.backend,
                    expected=self.version,
                    expected_backend=self.backend,
                )
            )
