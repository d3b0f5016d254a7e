"""PyTorch, where it is installed: it runs the source that was written here. The only importer of torch."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.imported import Runner

__all__ = ["program"]


def program(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a module that `writer` wrote, and its name; None without PyTorch."""
    try:
        import torch
    except ImportError:
        return None
    model = runpy.run_path(str(path))["network"]()

    def run(x: NDArray[Any]) -> NDArray[Any]:
        with torch.no_grad():
            return np.asarray(model(torch.from_numpy(x)).numpy())

    return run, f"PyTorch {torch.__version__}"
