"""What docs/benchmarks.md has about the studio."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.markdown import table
from benchmarks.stored import load

__all__ = ["sections"]


def sections() -> Iterable[str]:
    """Yield what is stored, as Markdown."""
    if not (stored := load("studio")):
        return
    rows = []
    for one in stored["figures"]:
        value, goal = (f"{number:.3g} {one['unit']}" for number in (one["value"], one["goal"]))
        missed = one["value"] < one["goal"] if one["at_least"] else one["value"] > one["goal"]
        limit = f"at least {goal}" if one["at_least"] else f"at most {goal}"
        rows.append([one["name"], f"**{value}**" if missed else value, limit])
    where = f"Measured {stored['date']} on {stored['processors']} cores, Chromium included"
    yield "\n\n".join(
        [f"{where}; goals that are missed are in bold:", table(["figure", "measured", "goal"], rows)]
    )
