"""The table of targets: the name of each, the suffixes of its files, and the function that writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from multilayer.exchange.source.c import write_c
from multilayer.exchange.source.fixed_c import write_fixed_c
from multilayer.exchange.source.html import write_html
from multilayer.exchange.source.javascript import write_javascript
from multilayer.exchange.source.python import write_python

__all__ = ["SOURCES"]

SOURCES: dict[str, tuple[tuple[str, ...], Callable[..., tuple[Path, ...]]]] = {
    "c": ((".c", ".h"), write_c),
    "fixed-c": ((".c", ".h"), write_fixed_c),
    "python": ((".py",), write_python),
    "javascript": ((".mjs", ".d.mts"), write_javascript),
    "html": ((".html",), write_html),
}
"""`SOURCES[target]` is (suffixes, write); `write(network, path_stem)` returns the paths that it wrote.

fixed-c takes `samples` as well, rows that show how large numbers become.
"""
