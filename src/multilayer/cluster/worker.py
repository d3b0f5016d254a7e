"""What a process of a local cluster does when it starts: Dask loads this module there."""

from __future__ import annotations

import signal
from typing import Any

__all__ = ["dask_setup"]


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which a terminal sends to all its processes, to the one that has started the cluster."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
