"""What docs/benchmarks.md has about networks as source: their speed, and what is shipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.markdown import table
from benchmarks.race import readable
from benchmarks.stored import load

__all__ = ["sections"]

OURS = "multilayer C"


def sections() -> Iterable[str]:
    """Yield what is stored, as Markdown."""
    if stored := load("deploy"):
        yield _speed(stored)
        yield _shipped(stored)


def _speed(stored: dict[str, Any]) -> str:
    outcomes = stored["outcomes"]
    names = list(outcomes[0]["timings"])
    rows = []
    for outcome in outcomes:
        timings = outcome["timings"]
        ours = timings[OURS]["median"]
        cells = [
            "" if name not in timings else _beside(timings[name]["median"], ours, name) for name in names
        ]
        rows.append([outcome["case"], *cells])
    title = (
        f"Measured {stored['date']}, one thread, gcc -O3 -march=native where no other options are named "
        f"(level {stored['backend']['level']}); medians, each contender in a process of its own. In bold what is "
        f"faster than `{OURS}`."
    )
    return "\n\n".join([title, table(["network, rows", *names], rows)])


def _beside(taken: float, ours: float, name: str) -> str:
    return f"**{readable(taken)}**" if taken < ours and name != OURS else readable(taken)


def _shipped(stored: dict[str, Any]) -> str:
    rows = []
    for name, one in stored["shipped"].items():
        start = "" if one["start_ns"] is None else readable(one["start_ns"])
        rows.append([name, f"{one['bytes']:,}", one["what"], start])
    title = "What is shipped, and the time from the start of a program to the first row:"
    return "\n\n".join([title, table(["network, form", "bytes", "of", "first row"], rows)])
