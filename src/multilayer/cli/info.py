"""`multilayer info`: what is installed and at work."""

from __future__ import annotations

import platform
from importlib.util import find_spec

import numpy as np

import multilayer
from multilayer import backend
from multilayer.cli.console import JsonOption, write_bytes
from multilayer.tables import to_json

__all__ = ["info"]

_OPTIONAL = {"separability": "scipy", "plot": "matplotlib"}


def info(as_json: JsonOption = False) -> None:
    """Show the version, the backend at work and its threads, and which extras are installed."""
    at_work = backend.info()
    facts = {
        "multilayer": multilayer.__version__,
        "backend": at_work.backend,
        "level": at_work.level,
        "levels": at_work.levels,
        "threads": at_work.threads,
        "reason": at_work.reason,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    extras = {extra: find_spec(package) is not None for extra, package in _OPTIONAL.items()}
    if as_json:
        write_bytes(to_json(facts | {"extras": extras}))
        return
    for name, value in facts.items():
        print(f"{name:<12}{', '.join(value) if isinstance(value, tuple) else value}")
    for extra, there in extras.items():
        print(f"{'extra':<12}{extra}: {'installed' if there else 'not installed'}")
