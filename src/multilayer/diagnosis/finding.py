"""What a check reports: a finding, or why it could not measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from multilayer._base.text import printable

__all__ = ["SEVERITIES", "Finding", "NotMeasured", "Severity"]

Severity = Literal["error", "warning", "note"]
"""error: this is why it does not learn or predict; warning: it may become so; note: good to know, no trouble."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One trouble, where it is, how much of it there is, and what to do.

    Layers and units are counted from 1; layer 0 is the input, and its "units" are the columns of X. Names out of files
    and data stand in its sentences in printable form.
    """

    check: str = ""
    """The name of the check that found it; the check adds it."""
    title: str
    """The trouble in one sentence without a full stop: "layer 2's outputs barely depend on the input"."""
    severity: Severity
    layer: int | None = None
    """None for the network or its training as a whole."""
    units: tuple[int, ...] = ()
    """The units concerned; empty for the layer as a whole."""
    value: float | None = None
    """What was measured; `evidence` names the quantity."""
    threshold: float | None = None
    """What it was compared with."""
    evidence: str
    """The measurements in whole sentences."""
    advice: str
    """What to do about it in whole sentences, the most promising first."""

    def __post_init__(self) -> None:
        for name in ("title", "evidence", "advice"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class NotMeasured:
    """A check that was skipped for lack of data."""

    check: str = ""
    """The name of the check; the check adds it."""
    reason: str
    """What is missing, and how to give it: "no y was given"."""
