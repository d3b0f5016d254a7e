"""What a check of a network can say: a finding, or that it could not measure; and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from multilayer._base.text import printable
from multilayer.diagnosis.evidence import Evidence

__all__ = ["Check", "Finding", "NotMeasured", "Severity"]

Severity = Literal["error", "warning", "note"]
"""error: this is why it does not learn or predict; warning: it may become so; note: good to know, no trouble."""


@dataclass(frozen=True)
class Finding:
    """One trouble, where it is, how much of it there is, and what to do.

    Layers and units are counted from 1; layer 0 is the input, and its "units" are the columns of X. Names out of files
    and data stand in its sentences in printable form.
    """

    check: str
    """The name of the check that found it."""
    title: str
    """The trouble in one sentence without a full stop: "layer 2 passes on almost no signal"."""
    severity: Severity
    layer: int | None
    """None for the network or its training as a whole."""
    units: tuple[int, ...]
    """The units concerned; empty where it is the layer as a whole."""
    value: float | None
    """What was measured; what it is, `evidence` says."""
    threshold: float | None
    """What it was compared with."""
    evidence: str
    """The measurement in words, with its numbers."""
    advice: str
    """What to do about it, the most promising first."""

    def __post_init__(self) -> None:
        for name in ("title", "evidence", "advice"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True)
class NotMeasured:
    """A check that had not what it needs."""

    check: str
    reason: str
    """What is missing, and how to give it: "no y was given"."""


@dataclass(frozen=True)
class Check:
    """A pure function of the evidence, with its name."""

    name: str
    question: str
    """What it asks, in one sentence: "Does every unit answer differently to different samples?"."""
    run: Callable[[Evidence], Iterable[Finding | NotMeasured]]
    catch_all: bool = False
    """Whether what it finds has a cause that others may name: it gives way to any other finding as severe."""
    lasting: bool = False
    """Whether no further training mends what it finds, so that it is an error while training is under way, too."""
