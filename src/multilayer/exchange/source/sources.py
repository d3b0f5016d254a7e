"""The table of targets: the name of each, the suffixes of its files, and the function that writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from multilayer.exchange.source.c import write_c

__all__ = ["SOURCES"]

SOURCES: dict[str, tuple[tuple[str, ...], Callable[..., tuple[Path, ...]]]] = {
    "c": ((".c", ".h"), write_c),
}
"""`SOURCES[target]` is (suffixes, write); `write(network, path_stem)` returns the paths that it wrote."""
