"""The table of targets: the name and the title of each, the suffixes of its files, and what writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from multilayer._base.text import fill
from multilayer.exchange.imported import Runner
from multilayer.exchange.source import runtime
from multilayer.exchange.source.c import write_c
from multilayer.exchange.source.fixed_c import write_fixed_c
from multilayer.exchange.source.fixed_point import fixed_point
from multilayer.exchange.source.html import write_html
from multilayer.exchange.source.javascript import write_javascript
from multilayer.exchange.source.python import write_python

__all__ = ["SOURCES", "Source"]


class Source(NamedTuple):
    """A target, and how its files are written."""

    title: str
    suffixes: tuple[str, ...]
    write: Callable[..., tuple[Path, ...]]
    """`write(network, path_stem)` returns the paths that it wrote."""
    run: Callable[[Path], tuple[Runner, str] | None] | None = None
    """What runs the first of the files, and its name, where that is installed."""
    run_rows: Callable[[Path], tuple[runtime.RowsRunner, str] | None] | None = None
    """The same of the file of a model of a table; such models are written where it is given."""
    report: Callable[[Any, Any], str] | None = None
    """What is measured of a network on samples."""
    takes_samples: bool = False
    """Whether `write` takes `samples=`, rows that show how large numbers become."""


def _of_page(network: Any, samples: Any) -> str:
    return fill("the page tests itself whenever it is opened")


SOURCES: dict[str, Source] = {
    "c": Source("C99 source", (".c", ".h"), write_c, runtime.of_c, runtime.rows_of_c),
    "fixed-c": Source(
        "C99 source in fixed point",
        (".c", ".h"),
        write_fixed_c,
        report=lambda network, samples: fixed_point(network, samples).report(),
        takes_samples=True,
    ),
    "python": Source("Python source", (".py",), write_python, runtime.of_python, runtime.rows_of_python),
    "javascript": Source(
        "JavaScript module",
        (".mjs", ".d.mts"),
        write_javascript,
        runtime.of_javascript,
        runtime.rows_of_javascript,
    ),
    "html": Source("HTML page", (".html",), write_html, report=_of_page),
}
