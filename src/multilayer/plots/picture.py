"""What a picture of a diagnosis is: something to draw, and the same numbers in words and as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from multilayer._base.errors import InputError
from multilayer._base.table import Table
from multilayer._base.text import fill

if TYPE_CHECKING:
    from multilayer.diagnosis import Evidence
    from multilayer.plots.figures import Figure

__all__ = ["Picture", "measured", "nothing_measured"]


def measured(source: Any, missing: Callable[[Evidence], str | None]) -> Evidence:
    """Return what a diagnosis measured, given as it is or as the diagnosis.

    Raises
    ------
    InputError
        For anything else, and where what the picture shows is missing.
    """
    from multilayer.diagnosis import Diagnosis, Evidence

    found = source.evidence if isinstance(source, Diagnosis) else source
    if not isinstance(found, Evidence):
        raise InputError(
            f"this is drawn of a diagnosis, as multilayer.diagnose(network, X, y) returns it; "
            f"got {type(source).__name__}"
        )
    reason = missing(found)
    if reason is not None:
        raise InputError(f"there is nothing to draw: {reason}")
    return found


@dataclass(frozen=True)
class Picture:
    """A picture for the page of a diagnosis; `reports.diagnosis.pictures` lists them in its order."""

    name: str
    """Letters and hyphens, for ids."""
    heading: str
    shows: str
    """What is drawn, and how to read it; like the heading a template of `fill`."""
    draw: Callable[[Evidence, Figure], object]
    words: Callable[[Evidence], str]
    """What it shows, in numbers, for screen readers."""
    numbers: Callable[[Evidence], Table]
    size: Callable[[Evidence], tuple[float, float]]
    """Width and height in inches."""
    missing: Callable[[Evidence], str | None] = lambda _: None
    """Why it cannot be drawn, if so."""


def nothing_measured(evidence: Evidence) -> str | None:
    """Return why there is nothing to draw of any layer, if so."""
    if evidence.layers:
        return None
    return fill("no sample comes through the network with finite numbers only")
