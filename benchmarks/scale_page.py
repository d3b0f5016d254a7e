"""What docs/benchmarks.md has about work on several workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.markdown import table
from benchmarks.race import readable
from benchmarks.stored import load

__all__ = ["sections"]

OURS = "multilayer"


def sections() -> Iterable[str]:
    """Yield what is stored, as Markdown."""
    if stored := load("scale"):
        yield _beside(stored)


def _beside(stored: dict[str, Any]) -> str:
    rows = []
    for outcome in stored["outcomes"]:
        timings = {name: timing["median"] for name, timing in outcome["timings"].items()}
        others = {name: taken for name, taken in timings.items() if name != OURS}
        other = ", ".join(f"{name} {readable(taken)}" for name, taken in others.items())
        why = "; ".join(f"{name}: {reason}" for name, reason in outcome["excluded"].items())
        goal = next((f"{goal:g}" for word, goal in stored["goals"].items() if word in outcome["case"]), "")
        ratio = f"**{min(others.values()) / timings[OURS]:.2f}**" if others and OURS in timings else ""
        ours = readable(timings[OURS]) if OURS in timings else ""
        rows.append(
            [outcome["case"], ours, "; ".join(filter(None, [other, why])), ratio, goal if ratio else ""]
        )
    title = (
        f"Measured {stored['date']} on {stored['processors']} cores; ours with two workers of one thread where the "
        "other is one process of one thread, and for L-BFGS beside peers. A ratio is the other's time over ours."
    )
    return "\n\n".join([title, table(["work", "ours", "other", "ratio", "goal"], rows)])
