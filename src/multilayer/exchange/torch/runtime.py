"""PyTorch, where it is installed: it runs the source that was written here. The only importer of torch."""

from __future__ import annotations

import importlib.util
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
    spec = importlib.util.spec_from_file_location("written_by_multilayer", path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.network()

    def run(x: NDArray[Any]) -> NDArray[Any]:
        with torch.no_grad():
            return np.asarray(model(torch.from_numpy(x)).numpy())

    return run, f"PyTorch {torch.__version__}"
